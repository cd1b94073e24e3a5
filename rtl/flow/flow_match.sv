// Is this the entry that is looked for? A wide comparison over two clocks.
//
// An entry is {valid, key, value}. Latency 2, no backpressure; hit_o and value_o belong to the inputs of two clocks
// ago.
module flow_match #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned ValueBits = 18,
  localparam int unsigned EntryBits = 1 + KeyBits + ValueBits
) (
  input  logic                 clk_i,
  input  logic [KeyBits-1:0]   key_i,
  input  logic [EntryBits-1:0] entry_i,
  output logic                 hit_o,
  output logic [ValueBits-1:0] value_o
);
  localparam int unsigned GroupBits = 9;  // two levels of six-input LUTs a clock
  localparam int unsigned Groups = (KeyBits + GroupBits - 1) / GroupBits;
  localparam int unsigned Padded = Groups * GroupBits;

  logic [Padded-1:0] difference;
  assign difference = Padded'(key_i) ^ Padded'(entry_i[ValueBits+:KeyBits]);

  logic [Groups-1:0] differs_q;
  logic valid_q;
  logic [ValueBits-1:0] value_q;
  logic hit_q;
  logic [ValueBits-1:0] hit_value_q;
  assign hit_o = hit_q;
  assign value_o = hit_value_q;

  always_ff @(posedge clk_i) begin
    for (int g = 0; g < Groups; g = g + 1) differs_q[g] <= |difference[g*GroupBits+:GroupBits];
    valid_q <= entry_i[EntryBits-1];
    value_q <= entry_i[ValueBits-1:0];
    hit_q <= valid_q && differs_q == '0;
    hit_value_q <= value_q;
  end
endmodule
