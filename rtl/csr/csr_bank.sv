// All registers of the map, driven by the tables of csr_regs_pkg (which hw/regs/generate writes).
//
// Register I has bits [32*I+:32] of signal_i, set_i and value_o, I by name as in csr_regs_pkg::ControlControl.
//   RW   value_o holds what software wrote
//   W1C  value_o holds what set_i has set and software has not yet cleared; setting wins over clearing
//   RO   a read gives signal_i, or the reset value where the map says constant
//   WO   a read gives 0; written_o[I] stands for one clock, with written_data_o (bytes without a strobe are 0)
// written_o and written_data_o are there for RW and W1C too, a clock after write_i, together with the new value_o.
// A write into a window stands in window_written_o, with the word in written_word_o; windows cannot be read.
// Reading takes one clock. A word that is not in the map is an error and reads as 0; a read of a window too.
module csr_bank (
  input  logic                                         clk_i,
  input  logic                                         rst_ni,
  input  logic                                         write_i,
  input  logic [csr_regs_pkg::AddressBits-3:0]         write_word_i,
  input  logic [31:0]                                  write_data_i,
  input  logic [3:0]                                   write_strobe_i,
  output logic                                         write_error_o,
  input  logic                                         read_i,
  input  logic [csr_regs_pkg::AddressBits-3:0]         read_word_i,
  output logic [31:0]                                  read_data_o,
  output logic                                         read_error_o,
  input  logic [32*csr_regs_pkg::NumRegisters-1:0]     signal_i,
  input  logic [32*csr_regs_pkg::NumRegisters-1:0]     set_i,
  output logic [32*csr_regs_pkg::NumRegisters-1:0]     value_o,
  output logic [csr_regs_pkg::NumRegisters-1:0]        written_o,
  output logic [31:0]                                  written_data_o,
  output logic [3:0]                                   written_strobe_o,
  output logic [csr_regs_pkg::AddressBits-3:0]         written_word_o,
  output logic [csr_regs_pkg::NumWindows-1:0]          window_written_o
);
  localparam int unsigned AddressBits = csr_regs_pkg::AddressBits;
  localparam int unsigned NumRegisters = csr_regs_pkg::NumRegisters;
  localparam int unsigned NumWindows = csr_regs_pkg::NumWindows;
  localparam logic [AddressBits*NumRegisters-1:0] Addresses = csr_regs_pkg::Addresses;
  localparam logic [32*NumRegisters-1:0] Resets = csr_regs_pkg::Resets;
  localparam logic [32*NumRegisters-1:0] Rw = csr_regs_pkg::Rw;
  localparam logic [32*NumRegisters-1:0] W1c = csr_regs_pkg::W1c;
  localparam logic [32*NumRegisters-1:0] Wo = csr_regs_pkg::Wo;
  localparam logic [32*NumRegisters-1:0] Signal = csr_regs_pkg::Signal;
  localparam logic [32*NumRegisters-1:0] Constant = csr_regs_pkg::Constant;
  localparam logic [AddressBits*NumWindows-1:0] WindowBases = csr_regs_pkg::WindowBases;
  localparam logic [(AddressBits+1)*NumWindows-1:0] WindowEnds = csr_regs_pkg::WindowEnds;

  logic [31:0] write_mask;
  assign write_mask = {{8{write_strobe_i[3]}}, {8{write_strobe_i[2]}}, {8{write_strobe_i[1]}}, {8{write_strobe_i[0]}}};

  logic [NumRegisters-1:0] write_hit;
  logic [NumRegisters-1:0] read_hit;
  logic [32*NumRegisters-1:0] readable;
  for (genvar i = 0; i < NumRegisters; i++) begin : g_register
    localparam logic [31:0] Stored = Rw[32*i+:32] | W1c[32*i+:32];
    assign write_hit[i] = write_word_i == Addresses[AddressBits*i+2+:AddressBits-2];
    assign read_hit[i] = read_word_i == Addresses[AddressBits*i+2+:AddressBits-2];
    if (Stored != '0) begin : g_stored
      logic [31:0] value_q;
      logic [31:0] value_d;
      always_comb begin
        value_d = value_q;
        if (write_i && write_hit[i]) begin
          value_d = (value_q & ~(write_mask & Rw[32*i+:32])) | (write_data_i & write_mask & Rw[32*i+:32]);
          value_d = value_d & ~(write_data_i & write_mask & W1c[32*i+:32]);
        end
        value_d = (value_d | (set_i[32*i+:32] & W1c[32*i+:32])) & Stored;
      end
      always_ff @(posedge clk_i) begin
        if (!rst_ni) value_q <= Resets[32*i+:32] & Stored;
        else value_q <= value_d;
      end
      assign value_o[32*i+:32] = value_q;
    end else begin : g_nothing
      assign value_o[32*i+:32] = '0;
    end
    assign readable[32*i+:32] = value_o[32*i+:32] | (signal_i[32*i+:32] & Signal[32*i+:32]) |
                                (Resets[32*i+:32] & Constant[32*i+:32]);
  end

  logic [NumWindows-1:0] window_hit;
  for (genvar i = 0; i < NumWindows; i++) begin : g_window
    assign window_hit[i] = {write_word_i, 2'b00} >= WindowBases[AddressBits*i+:AddressBits] &&
                           {1'b0, write_word_i, 2'b00} < WindowEnds[(AddressBits+1)*i+:AddressBits+1];
  end
  assign write_error_o = write_hit == '0 && window_hit == '0;

  logic [31:0] read_data_d;
  always_comb begin
    read_data_d = '0;
    if (read_i) begin
      for (int unsigned i = 0; i < NumRegisters; i++) begin
        if (read_hit[i]) read_data_d = read_data_d | readable[32*i+:32];
      end
    end
  end

  logic [31:0] read_data_q;
  logic read_error_q;
  logic [NumRegisters-1:0] written_q;
  logic [31:0] written_data_q;
  logic [3:0] written_strobe_q;
  logic [AddressBits-3:0] written_word_q;
  logic [NumWindows-1:0] window_written_q;
  assign read_data_o = read_data_q;
  assign read_error_o = read_error_q;
  assign written_o = written_q;
  assign written_data_o = written_data_q;
  assign written_strobe_o = written_strobe_q;
  assign written_word_o = written_word_q;
  assign window_written_o = window_written_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      written_q <= '0;
      window_written_q <= '0;
      written_data_q <= '0;
    end else begin
      written_q <= write_i ? write_hit : '0;
      window_written_q <= write_i ? window_hit : '0;
      written_data_q <= write_i ? write_data_i & write_mask : '0;  // keys pass here and do not stay
    end
    written_strobe_q <= write_strobe_i;
    written_word_q <= write_word_i;
    read_data_q <= read_data_d;
    read_error_q <= read_hit == '0;
  end

  // What a register is for is not for this module to know.
  logic unused;
  assign unused = &{1'b0, Wo, set_i & ~W1c, signal_i & ~Signal};

`ifndef SYNTHESIS
  logic [NumRegisters-1:0] write_twice;
  assign write_twice = write_hit & (write_hit - 1'b1);
  always_ff @(posedge clk_i) begin
    if (rst_ni && write_i) begin
      assert (write_twice == '0);                         // addresses do not overlap
      assert (write_hit == '0 || window_hit == '0);
    end
  end
`endif
endmodule
