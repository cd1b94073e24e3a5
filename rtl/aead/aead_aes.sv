// AES-128 and AES-256 encryption of Lanes blocks a clock, with a new key every clock (FIPS 197).
//
// Rounds are fully pipelined, and the key expansion runs beside them, one clock ahead. No backpressure.
// AES-128 waits Wait clocks and then shares the last ten rounds. Latency: Latency clocks for both key sizes.
// Nothing is kept: Latency clocks without valid_i leave zeros or their encryption everywhere.
module aead_aes #(
  parameter  int unsigned Lanes       = 4,
  parameter  int unsigned BlockRounds = 0,  // so many of the last rounds have their S-boxes in block RAM
  localparam int unsigned Latency     = 30
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 valid_i,
  input  logic                 aes256_i,
  input  logic [255:0]         key_i,     // AES-128: the top half
  input  logic [128*Lanes-1:0] blocks_i,  // lane 0 on top
  output logic                 valid_o,
  output logic [128*Lanes-1:0] blocks_o
);
  localparam int unsigned Rounds = 14;
  localparam int unsigned Wait = 8;  // the four rounds that AES-128 does not have

  // Entry: without valid_i zeros go in, so that no key stays behind.
  logic valid_q;
  logic aes256_q;
  logic [255:0] key_q;
  logic [128*Lanes-1:0] blocks_q;
  logic [128*Lanes-1:0] white_q;
  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni && valid_i;
    aes256_q <= valid_i && aes256_i;
    key_q <= valid_i ? key_i : '0;
    blocks_q <= valid_i ? blocks_i : '0;
    white_q <= blocks_q ^ {Lanes{key_q[255:128]}};
  end

  // What AES-128 enters round 5 with.
  logic late_aes256;
  logic [127:0] late_key;
  logic [128*Lanes-1:0] late_white;
  prim_delay #(.Width(129), .Delay(Wait)) u_late_key (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .valid_i(1'b1), .data_i({aes256_q, key_q[255:128]}), .data_o({late_aes256, late_key})
  );
  prim_delay #(.Width(128 * Lanes), .Delay(Wait)) u_late_white (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .valid_i(1'b1), .data_i(white_q), .data_o(late_white)
  );

  logic [Latency-2:0] valid_line_q;
  always_ff @(posedge clk_i) valid_line_q <= rst_ni ? {valid_line_q[Latency-3:0], valid_q} : '0;
  assign valid_o = valid_line_q[Latency-2];

  // Index s: what leaves stage s; 0 enters the first.
  logic [Rounds:0] aes256;
  logic [128*(Rounds+1)-1:0] older;
  logic [128*(Rounds+1)-1:0] newer;
  logic [128*Rounds-1:0] round_keys;
  assign aes256[0] = aes256_q;
  assign older[127:0] = key_q[255:128];
  assign newer[127:0] = key_q[127:0];
  for (genvar s = 1; s <= Rounds; s++) begin : g_key
    logic take_late;
    assign take_late = s == 5 && !late_aes256;
    aead_key_round #(.Stage(s), .Block(s > Rounds - BlockRounds)) u_round (
      .clk_i,
      .aes256_i(aes256[s-1] && !take_late),
      .older_i(older[128*(s-1)+:128]),
      .newer_i(take_late ? late_key : newer[128*(s-1)+:128]),
      .aes256_o(aes256[s]),
      .older_o(older[128*s+:128]),
      .newer_o(newer[128*s+:128]),
      .round_key_o(round_keys[128*(s-1)+:128])
    );
  end

  // The data are one clock behind, so they choose one clock later.
  logic late_white_aes256_q;
  always_ff @(posedge clk_i) late_white_aes256_q <= late_aes256;
  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    logic [128*(Rounds+1)-1:0] state;
    assign state[127:0] = white_q[128*l+:128];
    for (genvar s = 1; s <= Rounds; s++) begin : g_round
      logic [127:0] block;
      assign block = s == 5 && !late_white_aes256_q ? late_white[128*l+:128] : state[128*(s-1)+:128];
      aead_data_round #(.Last(s == Rounds), .Block(s > Rounds - BlockRounds)) u_round (
        .clk_i, .block_i(block), .round_key_i(round_keys[128*(s-1)+:128]), .block_o(state[128*s+:128])
      );
    end
    assign blocks_o[128*l+:128] = state[128*Rounds+:128];
  end

  logic unused;
  assign unused = ^{aes256[Rounds], older[128*Rounds+:128], newer[128*Rounds+:128]};
endmodule
