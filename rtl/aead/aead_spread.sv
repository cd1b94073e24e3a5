// A block as the nine words that Karatsuba's multiplication takes twice over: of the high half, of the low half and of
// their sum, each high word, low word and their sum. The block itself is in it: bits 287:224 and 191:128. Combinational.
module aead_spread (
  input  logic [127:0] value_i,
  output logic [287:0] spread_o
);
  logic [63:0] both;
  assign both = value_i[127:64] ^ value_i[63:0];
  assign spread_o = {value_i[127:64], value_i[127:96] ^ value_i[95:64],
                     value_i[63:0], value_i[63:32] ^ value_i[31:0],
                     both, value_i[127:96] ^ value_i[95:64] ^ value_i[63:32] ^ value_i[31:0]};
endmodule
