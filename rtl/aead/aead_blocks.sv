// Makes GHASH's blocks of the incoming leg from the frame's bytes: text in its place, AAD before it, lengths behind it;
// and captures the tag that follows.
//
// The window comes 2 clocks after its beat was started (aead_gather), blocks_o with beat_o 3 clocks after, a note for the
// sums 4 clocks after the piece's last beat. With fewer than four lanes a window serves several beats.
module aead_blocks #(
  parameter int unsigned Lanes = 4
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 clear_i,
  input  aead_pkg::plan_t      plan_i,        // of the beat that is started
  input  logic                 beat_valid_i,
  input  aead_pkg::beat_t      beat_i,
  input  logic                 tag_only_i,    // a window with bytes of a tag is cut instead
  input  logic [511:0]         window_i,      // byte 0 in bits [7:0]
  output logic [128*Lanes-1:0] blocks_o,
  output aead_pkg::beat_t      beat_o,
  output logic                 note_valid_o,
  output logic                 note_text_o,   // a text piece; else its tag is all there is
  output logic [146:0]         note_o         // id, ends the text, add in, add out, tag that came
);
  localparam int unsigned Width = 128 * Lanes;

  // What the beat needs of its plan, beside it for two clocks.
  typedef struct packed {
    logic         valid;
    logic         tag_only;
    logic [15:0]  id;
    logic         ends;
    logic         add_in;
    logic         add_out;
    logic [4:0]   tag_start;
    logic [4:0]   tag_low;
    logic [4:0]   tag_high;
    logic [14:0]  text_bytes;
    logic [4:0]   aad_bytes;
    logic [127:0] in_aad;
  } extra_t;
  extra_t extra;
  extra_t extra_1_q;
  extra_t extra_2_q;
  aead_pkg::beat_t beat_1_q;
  aead_pkg::beat_t beat_2_q;
  always_comb begin
    extra.valid = beat_valid_i;
    extra.tag_only = tag_only_i;
    extra.id = plan_i.id;
    extra.ends = plan_i.ends;
    extra.add_in = plan_i.add_in;
    extra.add_out = plan_i.add_out;
    extra.tag_start = plan_i.tag_start;
    extra.tag_low = plan_i.tag_low;
    extra.tag_high = plan_i.tag_high;
    extra.text_bytes = plan_i.text_bytes;
    extra.aad_bytes = plan_i.aad_bytes;
    extra.in_aad = plan_i.in_aad;
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      extra_1_q <= '0;
      extra_2_q <= '0;
    end else begin
      extra_1_q <= extra;
      extra_2_q <= extra_1_q;
    end
    beat_1_q <= beat_i;
    beat_2_q <= beat_1_q;
  end

  // The part of the window that is this beat's; byte 0 on top from here on.
  logic [511:0] held_q;
  logic [511:0] source;
  logic [Width-1:0] raw;
  assign source = beat_2_q.part == '0 || extra_2_q.tag_only ? window_i : held_q;
  always_ff @(posedge clk_i) held_q <= source >> Width;
  for (genvar j = 0; j < 16 * Lanes; j++) begin : g_byte
    assign raw[Width-8-8*j+:8] = source[8*j+:8];
  end

  logic [Width-1:0] text_mask;
  logic [Width-1:0] text;
  logic [127:0] lengths;
  logic [Width-1:0] blocks;
  assign text_mask = ({Width{1'b1}} >> {beat_2_q.low, 3'd0}) & ~({Width{1'b1}} >> {beat_2_q.high, 3'd0});
  assign text = raw & text_mask;
  assign lengths = {56'd0, extra_2_q.aad_bytes, 3'd0, 46'd0, extra_2_q.text_bytes, 3'd0};
  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    logic is_aad;
    logic is_length;
    assign is_aad = beat_2_q.has_aad && beat_2_q.lead == 2'(l);
    assign is_length = beat_2_q.has_length && l == Lanes - 1;
    assign blocks[128*(Lanes-1-l)+:128] = is_aad ? extra_2_q.in_aad : is_length ? lengths : text[128*(Lanes-1-l)+:128];
  end

  // The 32 bytes that hold the tag: the last two blocks, or the first of a window that was cut for it.
  logic [255:0] tail;
  if (Lanes == 1) begin : g_one
    logic [127:0] before_q;
    always_ff @(posedge clk_i) if (extra_2_q.valid) before_q <= raw;
    assign tail = extra_2_q.tag_only ? {raw, 128'h0} : {before_q, raw};
  end else begin : g_more
    assign tail = extra_2_q.tag_only ? {raw[Width-1-:128], 128'h0} : raw[255:0];
  end

  logic note_q;
  logic note_text_q;
  logic [18:0] note_head_q;
  logic [255:0] tail_q;
  logic [4:0] tag_start_q;
  logic [4:0] tag_low_q;
  logic [4:0] tag_high_q;
  logic [127:0] tag_mask;
  logic [255:0] turned;
  logic [127:0] tag;
  assign tag_mask = ({128{1'b1}} >> {tag_low_q, 3'd0}) & ~({128{1'b1}} >> {tag_high_q, 3'd0});
  assign turned = tail_q << {tag_start_q, 3'd0};
  assign tag = turned[255:128] & tag_mask;
  logic unused;
  assign unused = ^{turned[127:0], plan_i};

  always_ff @(posedge clk_i) begin
    blocks_o <= extra_2_q.valid ? blocks : '0;
    beat_o <= beat_2_q;
    note_q <= rst_ni && !clear_i && (extra_2_q.tag_only || (extra_2_q.valid && beat_2_q.last));
    note_text_q <= !extra_2_q.tag_only;
    note_head_q <= {extra_2_q.id, extra_2_q.ends, extra_2_q.add_in, extra_2_q.add_out};
    tail_q <= tail;
    tag_start_q <= extra_2_q.tag_start;
    tag_low_q <= extra_2_q.tag_low;
    tag_high_q <= extra_2_q.tag_high;
    note_valid_o <= rst_ni && !clear_i && note_q;
    note_text_o <= note_text_q;
    note_o <= {note_head_q, tag};
  end
endmodule
