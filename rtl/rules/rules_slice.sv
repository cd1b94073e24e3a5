// 32 rules, matched all at once: bit vectors in LUT RAM, a memory of 32 words for every five bits of the packet.
//
// The word at address a of chunk c says which of the 32 rules agree with a packet whose five bits are a; the AND of
// all chunks' words says which match (the bit vectors of Lakshman and Stiliadis 1998, by strides of header bits as in
// StrideBV of Ganegedara, Jiang and Prasanna 2014). Both generations lie in one memory of 64 words, which is what a
// six-input LUT holds. Latency 4: three levels of AND, then the first match. No backpressure.
module rules_slice #(
  parameter int unsigned Chunks = 68   // 67 ... 72
) (
  input  logic                clk_i,
  input  logic                valid_i,
  input  logic                generation_i,
  input  logic [5*Chunks-1:0] chunks_i,
  input  logic                enable_i,       // three clocks later: this slice is part of the generation
  output logic                match_o,
  output logic [4:0]          first_o,        // the lowest matching rule
  input  logic                load_i,
  input  logic                load_generation_i,
  input  logic [6:0]          load_chunk_i,
  input  logic [4:0]          load_row_i,
  input  logic [31:0]         load_data_i
);
  // verilator no_inline_module
  localparam int unsigned Groups = 12;

  logic [6*Groups*32-1:0] words;
  for (genvar c = 0; c < 6 * Groups; c = c + 1) begin : g_chunk
    if (c < Chunks) begin : g_memory
      logic [31:0] memory[64];
      always_ff @(posedge clk_i) begin
        if (load_i && load_chunk_i == 7'(c)) memory[{load_generation_i, load_row_i}] <= load_data_i;
      end
      assign words[c*32+:32] = memory[{generation_i, chunks_i[c*5+:5]}];
    end else begin : g_none
      assign words[c*32+:32] = '1;
    end
  end

  logic [2:0] valid_q;
  logic [Groups*32-1:0] groups_q;
  logic [2*32-1:0] halves_q;
  logic [31:0] matches_q;
  logic match_q;
  logic [4:0] first_q;
  logic [4:0] first;
  assign match_o = match_q;
  assign first_o = first_q;

  always_comb begin
    first = '0;
    for (int r = 31; r >= 0; r = r - 1) begin
      if (matches_q[r]) first = 5'(r);
    end
  end

  always_ff @(posedge clk_i) begin
    valid_q <= {valid_q[1:0], valid_i};
    if (valid_i) begin
      for (int g = 0; g < Groups; g = g + 1) begin
        groups_q[g*32+:32] <= words[(6*g)*32+:32] & words[(6*g+1)*32+:32] & words[(6*g+2)*32+:32] &
                              words[(6*g+3)*32+:32] & words[(6*g+4)*32+:32] & words[(6*g+5)*32+:32];
      end
    end
    if (valid_q[0]) begin
      for (int h = 0; h < 2; h = h + 1) begin
        halves_q[h*32+:32] <= groups_q[(6*h)*32+:32] & groups_q[(6*h+1)*32+:32] & groups_q[(6*h+2)*32+:32] &
                              groups_q[(6*h+3)*32+:32] & groups_q[(6*h+4)*32+:32] & groups_q[(6*h+5)*32+:32];
      end
    end
    if (valid_q[1]) matches_q <= halves_q[31:0] & halves_q[63:32];
    if (valid_q[2]) begin
      match_q <= enable_i && matches_q != '0;
      first_q <= first;
    end
  end

  if (Chunks <= 66 || Chunks > 72) begin : g_illegal
    $fatal(1, "rules_slice: 67 to 72 chunks");
  end
endmodule
