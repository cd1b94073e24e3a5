// Multiplication in GCM's field (NIST SP 800-38D section 6.3), x^0 in the top bit.
//
// Latency 2, counted in clocks with enable_i; both registers hold without it.
module aead_mul (
  input  logic         clk_i,
  input  logic         enable_i,
  input  logic [127:0] left_i,
  input  logic [127:0] right_i,
  output logic [127:0] product_o
);
  logic [287:0] left;
  logic [287:0] right;
  logic [287:0] product;
  aead_spread u_left (.value_i(left_i), .spread_o(left));
  aead_spread u_right (.value_i(right_i), .spread_o(right));
  aead_mul_spread u_mul (.clk_i, .enable_i, .left_i(left), .right_i(right), .product_o(product));
  assign product_o = {product[287:224], product[191:128]};

  logic unused;
  assign unused = ^{product[223:192], product[127:0]};
endmodule
