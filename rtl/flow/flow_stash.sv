// The few entries that have no place in a bank: registers, compared with every lookup.
//
// Lookup: latency 2, judged by what the stash held in the clock of lookup_key_i. The engine reads a slot by
// combination and writes one at the end of a clock. Which bank an entry was pushed out of is kept beside it, so that
// it is not put back there at once.
module flow_stash #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned ValueBits = 18,
  parameter  int unsigned Entries   = 8,    // a power of two, at least 2
  parameter  int unsigned BankBits  = 3,
  localparam int unsigned EntryBits = 1 + KeyBits + ValueBits,
  localparam int unsigned SlotBits  = $clog2(Entries)
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic [KeyBits-1:0]   lookup_key_i,
  output logic                 hit_o,
  output logic [ValueBits-1:0] value_o,
  input  logic [SlotBits-1:0]  slot_i,
  output logic [EntryBits-1:0] entry_o,
  output logic [BankBits-1:0]  from_o,
  output logic [Entries-1:0]   used_o,
  input  logic                 write_i,        // to slot_i
  input  logic [EntryBits-1:0] write_entry_i,
  input  logic [BankBits-1:0]  write_from_i
`ifdef FORMAL
  ,
  output logic [Entries*EntryBits-1:0] f_entries_o
`endif
);
  logic [Entries*EntryBits-1:0] entries;
  logic [Entries*BankBits-1:0] froms;
  logic [Entries-1:0] hits;
  logic [Entries*ValueBits-1:0] values;

  for (genvar s = 0; s < Entries; s = s + 1) begin : g_slot
    logic valid_q;
    logic [EntryBits-2:0] rest_q;
    logic [BankBits-1:0] from_q;
    logic write;
    assign write = write_i && slot_i == SlotBits'(s);
    always_ff @(posedge clk_i) begin
      if (!rst_ni) valid_q <= 1'b0;
      else if (write) valid_q <= write_entry_i[EntryBits-1];
      if (write) rest_q <= write_entry_i[EntryBits-2:0];
      if (write) from_q <= write_from_i;
    end
    assign entries[s*EntryBits+:EntryBits] = {valid_q, rest_q};
    assign froms[s*BankBits+:BankBits] = from_q;
    assign used_o[s] = valid_q;

    flow_match #(.KeyBits(KeyBits), .ValueBits(ValueBits)) u_match (
      .clk_i,
      .key_i(lookup_key_i),
      .entry_i(entries[s*EntryBits+:EntryBits]),
      .hit_o(hits[s]),
      .value_o(values[s*ValueBits+:ValueBits])
    );
  end

  assign hit_o = |hits;
  always_comb begin
    value_o = '0;
    entry_o = '0;
    from_o = '0;
    for (int s = 0; s < Entries; s = s + 1) begin
      if (hits[s]) value_o = value_o | values[s*ValueBits+:ValueBits];
      if (slot_i == SlotBits'(s)) begin
        entry_o = entries[s*EntryBits+:EntryBits];
        from_o = froms[s*BankBits+:BankBits];
      end
    end
  end

  if (Entries < 2 || Entries != 2 ** SlotBits) begin : g_illegal
    $fatal(1, "flow_stash: Entries is a power of two, at least 2");
  end

`ifdef FORMAL
  assign f_entries_o = entries;
`endif
endmodule
