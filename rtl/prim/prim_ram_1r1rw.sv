// A dual-port memory: one port reads, the other reads or writes; one clock.
//
// Reading takes one clock; reading the address that is being written gives what was there before (an UltraRAM does
// port A, the reading one, before port B). No reset: what was never written is unknown. This portable form infers
// UltraRAM or block RAM.
module prim_ram_1r1rw #(
  parameter  int unsigned Width       = 8,
  parameter  int unsigned Depth       = 512,
  localparam int unsigned AddressBits = $clog2(Depth)
) (
  input  logic                   clk_i,
  input  logic                   read_i,
  input  logic [AddressBits-1:0] read_address_i,
  output logic [Width-1:0]       read_data_o,
  input  logic                   enable_i,
  input  logic                   write_i,       // with enable_i: write, else read
  input  logic [AddressBits-1:0] address_i,
  input  logic [Width-1:0]       data_i,
  output logic [Width-1:0]       data_o
`ifdef FORMAL
  ,
  input  logic [AddressBits-1:0] f_address_i,   // a look into the memory, for proofs about its users
  output logic [Width-1:0]       f_data_o
`endif
);
  logic [Width-1:0] memory[Depth];
  logic [Width-1:0] read_q;
  logic [Width-1:0] data_q;
  assign read_data_o = read_q;
  assign data_o = data_q;

  always_ff @(posedge clk_i) begin
    if (read_i) read_q <= memory[read_address_i];
  end
  always_ff @(posedge clk_i) begin
    if (enable_i) begin
      if (write_i) memory[address_i] <= data_i;
      else data_q <= memory[address_i];
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    assert (!enable_i || 32'(address_i) < Depth);
    assert (!read_i || 32'(read_address_i) < Depth);
  end
`endif

`ifdef FORMAL
  assign f_data_o = memory[f_address_i];

  // Any one address: a read by either port gives what was last written.
  (* anyconst *) logic [AddressBits-1:0] f_watched;
  logic f_known = 1'b0;
  logic [Width-1:0] f_data;
  logic f_read = 1'b0;
  logic f_read_b = 1'b0;
  logic [Width-1:0] f_expected;
  always_comb begin
    assume (32'(f_watched) < Depth);
    assume (32'(address_i) < Depth && 32'(read_address_i) < Depth);
  end
  always_ff @(posedge clk_i) begin
    if (enable_i && write_i && address_i == f_watched) begin
      f_known <= 1'b1;
      f_data <= data_i;
    end
    f_read <= f_known && read_i && read_address_i == f_watched;
    f_read_b <= f_known && enable_i && !write_i && address_i == f_watched;
    f_expected <= f_data;
    assert (!f_known || memory[f_watched] == f_data);
    assert (!f_read || read_data_o == f_expected);
    assert (!f_read_b || data_o == f_expected);
  end
`endif
endmodule
