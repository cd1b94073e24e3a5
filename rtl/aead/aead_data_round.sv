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
  logic [127:0] shifted;
  logic [127:0] subbed;

  // Row r of the state moves left by r columns; byte 4c + r is in row r of column c. Which comes first, the table or the
  // move, is the same.
  for (genvar c = 0; c < 4; c++) begin : g_shift
    for (genvar r = 0; r < 4; r++) begin : g_row
      assign shifted[127-8*(4*c+r)-:8] = block_i[127-8*(4*((c+r)%4)+r)-:8];
    end
  end
  aead_sbox #(.Words(4), .Block(Block)) u_sbox (.clk_i, .data_i(shifted), .data_o(subbed));

  for (genvar c = 0; c < 4; c++) begin : g_column
    logic [31:0] mixed;
    logic [31:0] column_q;
    if (Last) begin : g_last
      assign mixed = subbed[32*c+:32];
    end else begin : g_mix
      aead_mix_column u_mix (.column_i(subbed[32*c+:32]), .column_o(mixed));
    end
    always_ff @(posedge clk_i) column_q <= mixed ^ round_key_i[32*c+:32];
    assign block_o[32*c+:32] = column_q;
  end
endmodule
