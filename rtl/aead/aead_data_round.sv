// One round of AES on one block: SubBytes, ShiftRows, MixColumns, AddRoundKey (FIPS 197 section 5.1).
//
// Latency 2: the table's register and the round's. round_key_i belongs to the second clock, so it comes one clock
// after block_i. Byte 0 of the block, the top left of the state, is in the top bits.
module aead_data_round #(
  parameter bit Last  = 1'b0,  // without MixColumns
  parameter bit Block = 1'b0   // S-boxes in block RAM
) (
  input  logic         clk_i,
  input  logic [127:0] block_i,
  input  logic [127:0] round_key_i,
  output logic [127:0] block_o
);
  logic [127:0] subbed;
  logic [127:0] shifted;
  logic [127:0] mixed;
  logic [127:0] block_q;
  assign block_o = block_q;

  aead_sbox #(.Bytes(16), .Block(Block)) u_sbox (.clk_i, .data_i(block_i), .data_o(subbed));

  // Row r of the state moves left by r columns; byte 4c + r is in row r of column c.
  for (genvar c = 0; c < 4; c++) begin : g_column
    for (genvar r = 0; r < 4; r++) begin : g_row
      assign shifted[127-8*(4*c+r)-:8] = subbed[127-8*(4*((c+r)%4)+r)-:8];
    end
    if (Last) begin : g_last
      assign mixed[127-32*c-:32] = shifted[127-32*c-:32];
    end else begin : g_mix
      aead_mix_column u_mix (.column_i(shifted[127-32*c-:32]), .column_o(mixed[127-32*c-:32]));
    end
  end

  always_ff @(posedge clk_i) block_q <= mixed ^ round_key_i;
endmodule
