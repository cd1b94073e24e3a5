// One step of the key expansion, on the way beside the data (FIPS 197 section 5.2).
//
// Stage r of the pipeline, 1 ... 14, is round r of AES-256 and round r - 4 of AES-128.
// What goes from stage to stage: AES-256 the round keys r - 1 (older) and r (newer); AES-128 the key of the round before
// (newer). Latency 2; round_key_o, of this stage's round, comes with the outputs.
module aead_key_round #(
  parameter int unsigned Stage = 1,    // 1 ... 14
  parameter bit          Block = 1'b0  // S-boxes in block RAM
) (
  input  logic         clk_i,
  input  logic         aes256_i,
  input  logic [127:0] older_i,
  input  logic [127:0] newer_i,
  output logic         aes256_o,
  output logic [127:0] older_o,
  output logic [127:0] newer_o,
  output logic [127:0] round_key_o
);
  // Rcon of the round key that is made here: r + 1 of AES-256, r - 4 of AES-128.
  localparam logic [79:0] Rcon = 80'h01020408102040801b36;  // of 1 on top
  localparam bit Turns256 = (Stage + 1) % 2 == 0;
  localparam logic [7:0] Rcon256 = Turns256 ? Rcon[79-8*((Stage+1)/2-1)-:8] : 8'h00;
  localparam logic [7:0] Rcon128 = Stage > 4 ? Rcon[79-8*(Stage > 4 ? Stage-5 : 0)-:8] : 8'h00;

  logic aes256_q;
  logic [127:0] older_q;
  logic [127:0] newer_q;
  logic [31:0] subbed;
  logic [127:0] base;
  logic [31:0] first;
  logic [31:0] second;
  logic [31:0] third;
  logic [127:0] made;
  logic turn;
  logic [31:0] word;
  assign turn = Turns256 || !aes256_i;
  assign word = turn ? {newer_i[23:0], newer_i[31:24]} : newer_i[31:0];
  aead_sbox #(.Words(1), .Block(Block)) u_sbox (.clk_i, .data_i(word), .data_o(subbed));

  assign base = aes256_q ? older_q : newer_q;
  assign first = base[127:96] ^ subbed ^ {aes256_q ? Rcon256 : Rcon128, 24'h0};
  assign second = first ^ base[95:64];
  assign third = second ^ base[63:32];
  assign made = {first, second, third, third ^ base[31:0]};

  always_ff @(posedge clk_i) begin
    aes256_q <= aes256_i;
    older_q <= older_i;
    newer_q <= newer_i;
    aes256_o <= aes256_q;
    older_o <= newer_q;
    newer_o <= made;
    round_key_o <= aes256_q ? newer_q : made;
  end
endmodule
