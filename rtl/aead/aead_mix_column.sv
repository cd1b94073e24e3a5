// MixColumns on one column: multiplication by {03}x^3 + {01}x^2 + {01}x + {02} (FIPS 197 section 5.1.3).
//
// Combinational; row 0 is in the top bits.
module aead_mix_column (
  input  logic [31:0] column_i,
  output logic [31:0] column_o
);
  logic [31:0] high;     // each row's top bit, alone
  logic [31:0] doubled;  // each row times x: shifted, and reduced by x^4 + x^3 + x + 1 where the top bit fell out
  assign high = (column_i >> 7) & 32'h01010101;
  assign doubled = ((column_i & 32'h7f7f7f7f) << 1) ^ high ^ (high << 1) ^ (high << 3) ^ (high << 4);
  // 2a + 3b + c + d = 2(a + b) + b + c + d, where b, c and d are the next rows.
  assign column_o = doubled ^ {doubled[23:0], doubled[31:24]} ^ {column_i[23:0], column_i[31:24]} ^
                    {column_i[15:0], column_i[31:16]} ^ {column_i[7:0], column_i[31:8]};
endmodule
