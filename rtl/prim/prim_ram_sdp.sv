// A simple dual-port memory: one write port, one read port, one clock.
//
// Reading takes one clock; reading the address that is being written gives what was there before. No reset: what
// was never written is unknown. This portable form infers
// LUT RAM, block RAM or UltraRAM, so that no vendor primitive is needed.
module prim_ram_sdp #(
  parameter  int unsigned Width       = 8,
  parameter  int unsigned Depth       = 512,
  localparam int unsigned AddressBits = $clog2(Depth)
) (
  input  logic                   clk_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] write_address_i,
  input  logic [Width-1:0]       write_data_i,
  input  logic                   read_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       read_data_o
);
  logic [Width-1:0] memory[Depth];
  logic [Width-1:0] read_q;
  assign read_data_o = read_q;
  always_ff @(posedge clk_i) begin
    if (read_i) read_q <= memory[read_address_i];
    if (write_i) memory[write_address_i] <= write_data_i;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    assert (!write_i || 32'(write_address_i) < Depth);
    assert (!read_i || 32'(read_address_i) < Depth);
  end
`endif

`ifdef FORMAL
  // Any one address: a read gives what was last written.
  (* anyconst *) logic [AddressBits-1:0] f_address;
  logic f_known = 1'b0;
  logic [Width-1:0] f_data;
  always_comb begin
    assume (32'(f_address) < Depth);
    assume (32'(write_address_i) < Depth && 32'(read_address_i) < Depth);
  end
  logic f_read = 1'b0;
  logic [Width-1:0] f_expected;
  always_ff @(posedge clk_i) begin
    if (write_i && write_address_i == f_address) begin
      f_known <= 1'b1;
      f_data <= write_data_i;
    end
    f_read <= f_known && read_i && read_address_i == f_address;
    f_expected <= f_data;
    assert (!f_known || memory[f_address] == f_data);
    assert (!f_read || read_data_o == f_expected);
  end
`endif
endmodule
