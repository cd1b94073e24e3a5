// The hash of flow_hash in Chunks + 1 clocks and a fraction of its area, for the engine.
//
// start_i begins; key_i must then be held until done_o, which stays set with hash_o until the next start_i.
module flow_hash_serial #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned HashBits  = 40,
  parameter  int unsigned Chunks    = 4,    // at least 2
  localparam int unsigned StripBits = KeyBits + HashBits - 1
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 start_i,
  input  logic [KeyBits-1:0]   key_i,
  input  logic [StripBits-1:0] strip_i,
  output logic                 done_o,
  output logic [HashBits-1:0]  hash_o
);
  localparam int unsigned ChunkBits = (KeyBits + Chunks - 1) / Chunks;
  localparam int unsigned CountBits = $clog2(Chunks + 1);
  localparam int unsigned PaddedKey = Chunks * ChunkBits;
  localparam int unsigned PaddedStrip = PaddedKey + HashBits - 1;

  logic [PaddedKey-1:0] key;
  logic [PaddedStrip-1:0] strip;
  assign key = PaddedKey'(key_i);
  assign strip = PaddedStrip'(strip_i);

  logic [CountBits-1:0] count_q;  // chunks that are in the sum; Chunks: done
  logic [HashBits-1:0] sum_q;
  logic [HashBits-1:0] sum_d;
  logic [ChunkBits-1:0] key_chunk;
  logic [ChunkBits+HashBits-2:0] strip_chunk;
  assign done_o = count_q == CountBits'(Chunks);
  assign hash_o = sum_q;

  always_comb begin
    key_chunk = '0;
    strip_chunk = '0;
    for (int c = 0; c < Chunks; c = c + 1) begin
      if (count_q == CountBits'(c)) begin
        key_chunk = key[c*ChunkBits+:ChunkBits];
        strip_chunk = strip[c*ChunkBits+:ChunkBits+HashBits-1];
      end
    end
    sum_d = sum_q;
    for (int j = 0; j < HashBits; j = j + 1) begin
      sum_d[j] = sum_q[j] ^ (^(key_chunk & strip_chunk[j+:ChunkBits]));
    end
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= CountBits'(Chunks);
    end else if (start_i) begin
      count_q <= '0;
    end else if (!done_o) begin
      count_q <= count_q + 1'b1;
    end
    if (start_i) sum_q <= '0;
    else if (!done_o) sum_q <= sum_d;
  end

  if (Chunks < 2) begin : g_illegal
    $fatal(1, "flow_hash_serial: Chunks is at least 2");
  end
endmodule
