// Joins beats of text to words of 64 bytes, byte 0 in bits [7:0]; words without text are left out. Latency 1.
module aead_pack #(
  parameter int unsigned Lanes = 4
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,
  input  logic                 beat_valid_i,
  input  aead_pkg::beat_t      beat_i,
  input  logic [128*Lanes-1:0] plain_i,   // zeros where there is no text
  input  logic [128*Lanes-1:0] sealed_i,
  output logic                 word_valid_o,
  output logic [1023:0]        word_o     // plain below sealed
);
  localparam int unsigned Width = 128 * Lanes;
  localparam int unsigned Parts = 4 / Lanes;

  logic any_q;      // an earlier beat of the word had text
  logic any;
  logic complete;
  assign any = any_q || beat_i.low != beat_i.high;
  assign complete = beat_i.last || beat_i.part == 2'(Parts - 1);

  logic [Width-1:0] plain;
  logic [Width-1:0] sealed;
  for (genvar j = 0; j < 16 * Lanes; j++) begin : g_byte
    assign plain[8*j+:8] = plain_i[Width-8-8*j+:8];
    assign sealed[8*j+:8] = sealed_i[Width-8-8*j+:8];
  end

  logic [1023:0] word_q;
  assign word_o = word_q;
  for (genvar p = 0; p < Parts; p++) begin : g_part
    always_ff @(posedge clk_i) begin
      if (clear_i) begin
        word_q[Width*p+:Width] <= '0;
        word_q[512+Width*p+:Width] <= '0;
      end else if (beat_valid_i && beat_i.part == 2'(p)) begin
        word_q[Width*p+:Width] <= plain;
        word_q[512+Width*p+:Width] <= sealed;
      end
    end
  end
  always_ff @(posedge clk_i) begin
    word_valid_o <= rst_ni && !clear_i && beat_valid_i && complete && any;
    if (!rst_ni || clear_i) any_q <= 1'b0;
    else if (beat_valid_i) any_q <= !complete && any;
  end

  logic unused;
  assign unused = ^{beat_i.first, beat_i.second, beat_i.pre_last, beat_i.has_aad, beat_i.has_length, beat_i.lead};
endmodule
