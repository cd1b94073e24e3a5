// One bank of entries: a memory whose reads take two clocks, so that deep UltraRAM columns keep the clock.
//
// The lookup port reads only, every clock if need be; the engine's port reads or writes. A lookup sees the bank as it
// was in the clock of lookup_i.
module flow_bank #(
  parameter  int unsigned EntryBits   = 345,
  parameter  int unsigned AddressBits = 14
) (
  input  logic                   clk_i,
  input  logic                   lookup_i,
  input  logic [AddressBits-1:0] lookup_address_i,
  output logic [EntryBits-1:0]   lookup_entry_o,
  input  logic                   enable_i,
  input  logic                   write_i,
  input  logic [AddressBits-1:0] address_i,
  input  logic [EntryBits-1:0]   write_entry_i,
  output logic [EntryBits-1:0]   entry_o         // stays until the next read
`ifdef FORMAL
  ,
  input  logic [AddressBits-1:0] f_address_i,
  output logic [EntryBits-1:0]   f_entry_o
`endif
);
  logic [EntryBits-1:0] lookup_entry;
  logic [EntryBits-1:0] entry;
  logic [EntryBits-1:0] lookup_entry_q;
  logic [EntryBits-1:0] entry_q;
  assign lookup_entry_o = lookup_entry_q;
  assign entry_o = entry_q;

  prim_ram_1r1rw #(.Width(EntryBits), .Depth(2 ** AddressBits)) u_memory (
    .clk_i,
    .read_i(lookup_i),
    .read_address_i(lookup_address_i),
    .read_data_o(lookup_entry),
    .enable_i,
    .write_i,
    .address_i,
    .data_i(write_entry_i),
    .data_o(entry)
`ifdef FORMAL
    ,
    .f_address_i,
    .f_data_o(f_entry_o)
`endif
  );

  always_ff @(posedge clk_i) begin
    lookup_entry_q <= lookup_entry;
    entry_q <= entry;
  end
endmodule
