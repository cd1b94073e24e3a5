// The card's registers on AXI4-Lite: the bus (csr_axil) and the registers (csr_bank), and the interrupt line.
//
// Ports of the card's side are those of csr_bank. interrupt_o stands while an enabled event has not been cleared.
module csr_regs (
  input  logic                                     clk_i,
  input  logic                                     rst_ni,

  input  logic                                     awvalid_i,
  output logic                                     awready_o,
  input  logic [csr_regs_pkg::AddressBits-1:0]     awaddr_i,
  input  logic                                     wvalid_i,
  output logic                                     wready_o,
  input  logic [31:0]                              wdata_i,
  input  logic [3:0]                               wstrb_i,
  output logic                                     bvalid_o,
  input  logic                                     bready_i,
  output logic [1:0]                               bresp_o,
  input  logic                                     arvalid_i,
  output logic                                     arready_o,
  input  logic [csr_regs_pkg::AddressBits-1:0]     araddr_i,
  output logic                                     rvalid_o,
  input  logic                                     rready_i,
  output logic [31:0]                              rdata_o,
  output logic [1:0]                               rresp_o,

  input  logic [32*csr_regs_pkg::NumRegisters-1:0] signal_i,
  input  logic [32*csr_regs_pkg::NumRegisters-1:0] set_i,
  output logic [32*csr_regs_pkg::NumRegisters-1:0] value_o,
  output logic [csr_regs_pkg::NumRegisters-1:0]    written_o,
  output logic [31:0]                              written_data_o,
  output logic [3:0]                               written_strobe_o,
  output logic [csr_regs_pkg::AddressBits-3:0]     written_word_o,
  output logic [csr_regs_pkg::NumWindows-1:0]      window_written_o,
  output logic                                     interrupt_o
);
  logic write;
  logic [csr_regs_pkg::AddressBits-3:0] write_word;
  logic [31:0] write_data;
  logic [3:0] write_strobe;
  logic write_error;
  logic read;
  logic [csr_regs_pkg::AddressBits-3:0] read_word;
  logic [31:0] read_data;
  logic read_error;

  csr_axil #(.AddressBits(csr_regs_pkg::AddressBits)) u_axil (
    .clk_i, .rst_ni, .awvalid_i, .awready_o, .awaddr_i, .wvalid_i, .wready_o, .wdata_i, .wstrb_i, .bvalid_o, .bready_i,
    .bresp_o, .arvalid_i, .arready_o, .araddr_i, .rvalid_o, .rready_i, .rdata_o, .rresp_o, .write_o(write),
    .write_word_o(write_word), .write_data_o(write_data), .write_strobe_o(write_strobe), .write_error_i(write_error),
    .read_o(read), .read_word_o(read_word), .read_data_i(read_data), .read_error_i(read_error)
  );

  csr_bank u_bank (
    .clk_i, .rst_ni, .write_i(write), .write_word_i(write_word), .write_data_i(write_data),
    .write_strobe_i(write_strobe), .write_error_o(write_error), .read_i(read), .read_word_i(read_word),
    .read_data_o(read_data), .read_error_o(read_error), .signal_i, .set_i, .value_o, .written_o, .written_data_o,
    .written_strobe_o, .written_word_o, .window_written_o
  );

  logic interrupt_q;
  assign interrupt_o = interrupt_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) interrupt_q <= 1'b0;
    else interrupt_q <= (value_o[32*csr_regs_pkg::EventsStatus+:32] & value_o[32*csr_regs_pkg::EventsEnable+:32]) != '0;
  end
endmodule
