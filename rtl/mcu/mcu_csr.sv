// The machine-mode CSRs (RISC-V manual, volume II, chapter 3) and the counters of Zicntr.
//
// One mode only, so mstatus.MPP reads 3. What is here: mstatus(h), misa, mie, mip, mtvec (direct and vectored),
// mscratch, mepc, mcause, mtval, mcycle(h), minstret(h), cycle(h), instret(h), time(h) and the ids; hardware
// performance counters, mcountinhibit and the triggers' registers are there and 0. All others are illegal, and so is
// a write to a read-only one.
// access_o and read_data_o belong to address_i in the same clock; a write acts at the clock's end; a write to a
// counter takes the place of its increment. Trap, return and write never come together.
module mcu_csr (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [11:0] address_i,
  output logic        exists_o,
  output logic [31:0] read_data_o,
  input  logic        write_i,       // REQUIRES: exists_o and address_i[11:10] not 3
  input  logic [31:0] write_data_i,

  input  logic        trap_i,
  input  logic [31:0] trap_pc_i,
  input  logic [31:0] trap_cause_i,
  input  logic [31:0] trap_value_i,
  output logic [31:0] trap_target_o, // where a trap with trap_cause_i goes
  input  logic        return_i,
  output logic [31:0] return_pc_o,
  input  logic        retire_i,      // an instruction has been carried out

  input  logic        software_i,    // levels of the three interrupts
  input  logic        timer_i,
  input  logic        external_i,
  input  logic [63:0] time_i,
  output logic        interrupt_o,   // one is to be taken now, for:
  output logic [31:0] interrupt_cause_o,
  output logic        wakes_o        // one is pending that mie names, whatever mstatus says
);
  logic mie_q;
  logic mpie_q;
  logic software_enable_q;
  logic timer_enable_q;
  logic external_enable_q;
  logic [31:0] mtvec_q;
  logic [31:0] mscratch_q;
  logic [31:0] mepc_q;
  logic [31:0] mcause_q;
  logic [31:0] mtval_q;
  logic [63:0] mcycle_q;
  logic [63:0] minstret_q;

  logic take_external;
  logic take_software;
  logic take_timer;
  assign take_external = external_i && external_enable_q;
  assign take_software = software_i && software_enable_q;
  assign take_timer = timer_i && timer_enable_q;
  assign wakes_o = take_external || take_software || take_timer;
  assign interrupt_o = mie_q && wakes_o;
  assign interrupt_cause_o = take_external ? mcu_pkg::CauseExternal
                           : take_software ? mcu_pkg::CauseSoftware : mcu_pkg::CauseTimer;
  assign trap_target_o = {mtvec_q[31:2], 2'b00}
                         + (mtvec_q[0] && trap_cause_i[31] ? {26'b0, trap_cause_i[3:0], 2'b00} : 32'd0);
  assign return_pc_o = mepc_q;

  // mhpmcounter3 ... 31, their high halves, mhpmevent3 ... 31: there, and 0.
  logic counts_nothing;
  assign counts_nothing = (address_i[11:5] == 7'b1011_000 || address_i[11:5] == 7'b1011_100
                           || address_i[11:5] == 7'b0011_001) && address_i[4:0] >= 5'd3;

  always_comb begin
    exists_o = 1'b1;
    read_data_o = '0;
    unique case (address_i)
      12'h300: read_data_o = {19'b0, 2'b11, 3'b0, mpie_q, 3'b0, mie_q, 3'b0};
      12'h301: read_data_o = 32'h4000_0100;  // misa: RV32I
      12'h304: read_data_o = {20'b0, external_enable_q, 3'b0, timer_enable_q, 3'b0, software_enable_q, 3'b0};
      12'h305: read_data_o = mtvec_q;
      12'h310: read_data_o = '0;  // mstatush
      12'h320: read_data_o = '0;  // mcountinhibit
      12'h340: read_data_o = mscratch_q;
      12'h341: read_data_o = mepc_q;
      12'h342: read_data_o = mcause_q;
      12'h343: read_data_o = mtval_q;
      12'h344: read_data_o = {20'b0, external_i, 3'b0, timer_i, 3'b0, software_i, 3'b0};
      12'h7a0, 12'h7a1, 12'h7a2, 12'h7a3: read_data_o = '0;  // triggers: none
      12'hb00, 12'hc00: read_data_o = mcycle_q[31:0];
      12'hb80, 12'hc80: read_data_o = mcycle_q[63:32];
      12'hb02, 12'hc02: read_data_o = minstret_q[31:0];
      12'hb82, 12'hc82: read_data_o = minstret_q[63:32];
      12'hc01: read_data_o = time_i[31:0];
      12'hc81: read_data_o = time_i[63:32];
      12'hf11, 12'hf12, 12'hf13, 12'hf14, 12'hf15: read_data_o = '0;
      default: exists_o = counts_nothing;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      mie_q <= 1'b0;
      mpie_q <= 1'b0;
      software_enable_q <= 1'b0;
      timer_enable_q <= 1'b0;
      external_enable_q <= 1'b0;
      mtvec_q <= '0;
      mscratch_q <= '0;
      mepc_q <= '0;
      mcause_q <= '0;
      mtval_q <= '0;
      mcycle_q <= '0;
      minstret_q <= '0;
    end else begin
      mcycle_q <= mcycle_q + 64'd1;
      minstret_q <= minstret_q + 64'(retire_i);
      if (trap_i) begin
        mepc_q <= trap_pc_i;
        mcause_q <= trap_cause_i;
        mtval_q <= trap_value_i;
        mpie_q <= mie_q;
        mie_q <= 1'b0;
      end else if (return_i) begin
        mie_q <= mpie_q;
        mpie_q <= 1'b1;
      end else if (write_i) begin
        unique case (address_i)
          12'h300: {mpie_q, mie_q} <= {write_data_i[7], write_data_i[3]};
          12'h304: {external_enable_q, timer_enable_q, software_enable_q}
                     <= {write_data_i[11], write_data_i[7], write_data_i[3]};
          12'h305: mtvec_q <= {write_data_i[31:2], 1'b0, write_data_i[0]};
          12'h340: mscratch_q <= write_data_i;
          12'h341: mepc_q <= {write_data_i[31:2], 2'b00};
          12'h342: mcause_q <= write_data_i;
          12'h343: mtval_q <= write_data_i;
          12'hb00: mcycle_q <= {mcycle_q[63:32], write_data_i};
          12'hb80: mcycle_q <= {write_data_i, mcycle_q[31:0]};
          12'hb02: minstret_q <= {minstret_q[63:32], write_data_i};
          12'hb82: minstret_q <= {write_data_i, minstret_q[31:0]};
          default: ;
        endcase
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(trap_i && return_i) && !(trap_i && write_i) && !(return_i && write_i));
      assert (!write_i || (exists_o && address_i[11:10] != 2'b11));
    end
  end
`endif
endmodule
