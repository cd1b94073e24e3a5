// Reduction of a product modulo x^128 + x^7 + x^2 + x + 1 (NIST SP 800-38D section 6.3). Combinational.
//
// Polynomials have x^0 in the top bit, as GCM's blocks do, so multiplying by x shifts right.
module aead_reduce (
  input  logic [254:0] product_i,
  output logic [127:0] product_o
);
  logic [127:0] over;    // x^128 and up, x^128 on top
  logic [127:0] folded;  // with what its own folding pushes over the edge
  assign over = {product_i[126:0], 1'b0};
  assign folded = over ^ {over[0], 127'h0} ^ {over[1:0], 126'h0} ^ {over[6:0], 121'h0};
  assign product_o = product_i[254:127] ^ folded ^ (folded >> 1) ^ (folded >> 2) ^ (folded >> 7);
endmodule
