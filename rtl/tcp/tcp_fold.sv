// Folds a sum of 16-bit words to 16 bits with end-around carry (RFC 1071 section 1). Combinational.
//
// A sum that is not zero never folds to zero.
module tcp_fold (
  input  logic [31:0] sum_i,
  output logic [15:0] folded_o
);
  logic [16:0] once;
  assign once = 17'(sum_i[31:16]) + 17'(sum_i[15:0]);
  assign folded_o = once[15:0] + 16'(once[16]);

`ifndef SYNTHESIS
  always_comb assert ((folded_o == '0) == (sum_i == '0));
`endif
endmodule
