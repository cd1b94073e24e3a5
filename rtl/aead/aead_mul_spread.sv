// Multiplication in GCM's field (NIST SP 800-38D section 6.3), x^0 in the top bit, of operands that aead_spread made;
// the product comes spread too, so that a loop through this has no XORs of its own for it.
//
// Karatsuba twice down to nine 32-bit products, a register, then their sum, its reduction and spreading, a register.
// Latency 2, counted in clocks with enable_i; both registers hold without it.
module aead_mul_spread (
  input  logic         clk_i,
  input  logic         enable_i,
  input  logic [287:0] left_i,
  input  logic [287:0] right_i,
  output logic [287:0] product_o
);
  logic [380:0] halves;  // three 127-bit products: high, low, of the sums
  for (genvar h = 0; h < 3; h++) begin : g_half
    logic [188:0] part;  // three 63-bit products: high, low, of the sums
    logic [188:0] part_q;
    for (genvar w = 0; w < 3; w++) begin : g_word
      aead_clmul #(.Width(32)) u_clmul (
        .left_i(left_i[287-32*(3*h+w)-:32]),
        .right_i(right_i[287-32*(3*h+w)-:32]),
        .product_o(part[188-63*w-:63])
      );
    end
    always_ff @(posedge clk_i) if (enable_i) part_q <= part;
    assign halves[380-127*h-:127] = {part_q[188:126], 64'h0} ^ {64'h0, part_q[125:63]} ^
        {32'h0, part_q[188:126] ^ part_q[125:63] ^ part_q[62:0], 32'h0};
  end

  logic [254:0] product;
  logic [127:0] reduced;
  logic [287:0] spread;
  assign product = {halves[380:254], 128'h0} ^ {128'h0, halves[253:127]} ^
                   {64'h0, halves[380:254] ^ halves[253:127] ^ halves[126:0], 64'h0};
  aead_reduce u_reduce (.product_i(product), .product_o(reduced));
  aead_spread u_spread (.value_i(reduced), .spread_o(spread));
  always_ff @(posedge clk_i) if (enable_i) product_o <= spread;
endmodule
