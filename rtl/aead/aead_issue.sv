// Starts the work on each piece: the two blocks that a key needs first, then a beat of counters for each beat of text.
//
// A piece of text: one clock for E(0), which is the hash key H, and E(nonce ‖ 1), which masks the tag (two clocks with
// one lane), then beats as the frame's bytes come. No bubble between pieces, but their starts are at least 10 clocks
// apart, 11 behind one with 512 blocks or more behind it in its record: that is how fast powers of H are made.
module aead_issue #(
  parameter int unsigned Lanes = 4
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,
  input  logic                 plan_valid_i,
  output logic                 plan_ready_o,
  input  aead_pkg::plan_t      plan_i,
  input  logic                 room_i,           // for one more sum
  // to aead_gather
  output logic                 command_valid_o,
  input  logic                 command_ready_i,
  input  logic                 window_valid_i,
  output logic                 window_ready_o,
  // to aead_aes, both legs
  output logic                 aes_valid_o,
  output logic [128*Lanes-1:0] in_blocks_o,
  output logic [128*Lanes-1:0] out_blocks_o,
  // what this clock's blocks are
  output logic                 hash_key_o,   // lane 0 gives H
  output logic                 mask_o,       // the last lane or lane 1 gives the tag's mask
  output logic                 beat_valid_o,
  output aead_pkg::beat_t      beat_o,
  output logic                 tag_only_o    // the window that is cut holds bytes of a tag
);
  localparam int unsigned Parts = 4 / Lanes;       // beats in a word of 64 bytes
  localparam logic [15:0] BeatBytes = 16'(16 * Lanes);

  typedef enum logic [1:0] {
    Idle,  // before E(0)
    Mask,  // one lane only: E(nonce ‖ 1) is a clock of its own
    Run    // beats
  } state_e;
  state_e state_q;
  logic [4:0] spacing_q;       // clocks before the next piece may start
  logic [10:0] beat_q;         // number of the next beat
  logic [1:0] part_q;          // of the word
  logic gathered_q;            // all windows of the piece have been cut
  logic issued_q;              // all beats have been started
  logic [15:0] low_q;          // text_start and text_end, counted from the next beat
  logic [15:0] high_q;
  logic [31:0] counter_q;

  logic text;
  logic tag;
  assign text = plan_valid_i && plan_i.kind == vitrine_pkg::AeadText;
  assign tag = plan_valid_i && plan_i.kind == vitrine_pkg::AeadTag;

  logic start;
  logic beat;
  logic last_beat;
  logic [15:0] low;
  logic [15:0] high;
  assign start = text && state_q == Idle && spacing_q == '0 && room_i;
  assign command_valid_o = plan_valid_i && !gathered_q && (text || tag || plan_i.last);
  assign window_ready_o = tag ? room_i : state_q == Run && part_q == '0 && !issued_q;
  assign beat = text && state_q == Run && !issued_q && (part_q != '0 || window_valid_i);
  assign last_beat = beat_q + 11'd1 == plan_i.beats;
  assign low = low_q > BeatBytes ? BeatBytes : low_q;
  assign high = high_q > BeatBytes ? BeatBytes : high_q;
  always_comb begin
    if (text) plan_ready_o = (gathered_q || command_ready_i) && (issued_q || (beat && last_beat));
    else plan_ready_o = plan_valid_i && (!command_valid_o || command_ready_i);
  end

  assign hash_key_o = start;
  assign mask_o = Lanes == 1 ? state_q == Mask : start;
  assign beat_valid_o = beat;
  assign tag_only_o = tag && window_valid_i && window_ready_o;
  assign aes_valid_o = start || state_q == Mask || beat;
  assign beat_o.first = beat_q == '0;
  assign beat_o.second = beat_q == 11'd1;
  assign beat_o.pre_last = beat_q + 11'd2 == plan_i.beats;
  assign beat_o.last = last_beat;
  assign beat_o.has_aad = plan_i.begins && beat_q == '0;
  assign beat_o.has_length = plan_i.ends && last_beat;
  assign beat_o.lead = plan_i.lead;
  assign beat_o.part = part_q;
  assign beat_o.low = low[6:0];
  assign beat_o.high = high[6:0];

  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    logic [31:0] counter;
    logic zero;
    assign counter = state_q == Run ? counter_q + 32'(l) : 32'd1;
    assign zero = state_q == Idle && l == 0;
    assign in_blocks_o[128*(Lanes-1-l)+:128] = zero ? '0 : {plan_i.in_nonce, counter};
    assign out_blocks_o[128*(Lanes-1-l)+:128] = zero ? '0 : {plan_i.out_nonce, counter};
  end

  logic unused;
  assign unused = ^plan_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      state_q <= Idle;
      spacing_q <= '0;
      beat_q <= '0;
      part_q <= '0;
      gathered_q <= 1'b0;
      issued_q <= 1'b0;
    end else begin
      if (start) begin
        state_q <= Lanes == 1 ? Mask : Run;
        spacing_q <= plan_i.distance[10:9] == '0 ? 5'd9 : 5'd10;
      end else if (spacing_q != '0) begin
        spacing_q <= spacing_q - 5'd1;
      end
      if (state_q == Mask) state_q <= Run;
      if (beat) begin
        beat_q <= beat_q + 11'd1;
        part_q <= last_beat || part_q == 2'(Parts - 1) ? '0 : part_q + 2'd1;
      end
      gathered_q <= !plan_ready_o && (gathered_q || (command_valid_o && command_ready_i));
      issued_q <= !plan_ready_o && (issued_q || (beat && last_beat));
      if (plan_ready_o) begin
        state_q <= Idle;
        beat_q <= '0;
      end
    end
    if (start) begin
      low_q <= 16'(plan_i.text_start);
      high_q <= plan_i.text_end;
      counter_q <= plan_i.counter;
    end else if (beat) begin
      low_q <= low_q - low;
      high_q <= high_q - high;
      counter_q <= counter_q + 32'(Lanes);
    end
  end
endmodule
