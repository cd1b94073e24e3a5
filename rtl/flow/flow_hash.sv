// A Toeplitz hash: bit j is the parity of (key AND strip shifted by j), one key a clock.
//
// Universal under a random strip (Krawczyk 1994; Carter and Wegman 1979): two keys that an outsider chooses without
// knowing it collide with probability 2^-HashBits. It is linear, so flow_mix follows it, and a single
// collision found tells of others: the strip must stay secret. Latency 2. hash_o belongs to the key of the clock before last in which valid_i was set.
module flow_hash #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned HashBits  = 40,
  localparam int unsigned StripBits = KeyBits + HashBits - 1
) (
  input  logic                 clk_i,
  input  logic                 valid_i,
  input  logic [KeyBits-1:0]   key_i,
  input  logic [StripBits-1:0] strip_i,
  output logic [HashBits-1:0]  hash_o
);
  localparam int unsigned GroupBits = 18;  // two levels of six-input LUTs a clock
  localparam int unsigned Groups = (KeyBits + GroupBits - 1) / GroupBits;
  localparam int unsigned PaddedKey = Groups * GroupBits;
  localparam int unsigned PaddedStrip = PaddedKey + HashBits - 1;

  logic [PaddedKey-1:0] key;
  logic [PaddedStrip-1:0] strip;
  assign key = PaddedKey'(key_i);
  assign strip = PaddedStrip'(strip_i);

  logic [HashBits*Groups-1:0] partial_q;
  logic [HashBits-1:0] hash_q;
  logic valid_q;
  assign hash_o = hash_q;

  always_ff @(posedge clk_i) begin
    valid_q <= valid_i;
    if (valid_i) begin
      for (int j = 0; j < HashBits; j = j + 1) begin
        for (int g = 0; g < Groups; g = g + 1) begin
          partial_q[j*Groups+g] <= ^(key[g*GroupBits+:GroupBits] & strip[j+g*GroupBits+:GroupBits]);
        end
      end
    end
    if (valid_q) begin
      for (int j = 0; j < HashBits; j = j + 1) hash_q[j] <= ^partial_q[j*Groups+:Groups];
    end
  end
endmodule
