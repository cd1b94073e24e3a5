// MixColumns on one column: multiplication by {03}x^3 + {01}x^2 + {01}x + {02} (FIPS 197 section 5.1.3).
//
// Combinational; row 0 is in the top bits.
module aead_mix_column (
  input  logic [31:0] column_i,
  output logic [31:0] column_o
);
  logic [31:0] turned;   // each row's next row in its place
  logic [31:0] doubled;  // each row times x
  assign turned = {column_i[23:0], column_i[31:24]};
  for (genvar r = 0; r < 4; r++) begin : g_row
    assign doubled[8*r+:8] = {column_i[8*r+:7], 1'b0} ^ (column_i[8*r+7] ? 8'h1b : 8'h00);
  end
  // 2a + 3b + c + d = 2(a + b) + b + c + d
  assign column_o = doubled ^ {doubled[23:0], doubled[31:24]} ^ turned ^ {column_i[15:0], column_i[31:16]} ^
                    {column_i[7:0], column_i[31:8]};
endmodule
