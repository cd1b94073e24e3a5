// Works out where a piece's blocks go: positions, counts, counters and distances, from what the tracker says.
//
// Two stages, valid/ready. place_o comes with plan_o and is taken with it.
module aead_plan #(
  parameter int unsigned Lanes = 4
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     clear_i,
  input  logic                     piece_valid_i,
  output logic                     piece_ready_o,
  input  vitrine_pkg::aead_piece_t piece_i,
  output logic                     plan_valid_o,
  input  logic                     plan_ready_i,
  output aead_pkg::plan_t          plan_o,
  output aead_pkg::place_t         place_o
);
  localparam int unsigned LaneBits = $clog2(Lanes);

  logic first_valid_q;
  logic second_valid_q;
  logic second_ready;
  assign second_ready = !second_valid_q || plan_ready_i;
  assign piece_ready_o = !clear_i && (!first_valid_q || second_ready);
  assign plan_valid_o = second_valid_q;

  // First stage: which blocks.
  vitrine_pkg::aead_piece_t piece_q;
  logic begins_q;
  logic ends_q;
  logic [10:0] first_block_q;
  logic [10:0] last_block_q;
  logic [10:0] end_block_q;  // the lengths'
  logic [14:0] text_stop;
  logic begins;
  logic ends;
  logic [10:0] end_block;
  assign text_stop = piece_i.offset + 15'(piece_i.bytes);
  assign begins = piece_i.offset == '0;
  assign ends = text_stop == piece_i.text_bytes;
  assign end_block = piece_i.text_bytes[14:4] + 11'(piece_i.text_bytes[3:0] != '0) + 11'd1;

  // Second stage: where they go.
  logic [10:0] blocks;
  logic [10:0] beats;
  logic [1:0] lead;
  logic [6:0] text_start;
  logic [13:0] stop;
  logic is_text;
  logic is_tag;
  aead_pkg::plan_t plan;
  aead_pkg::place_t place;
  assign is_text = piece_q.kind == vitrine_pkg::AeadText;
  assign is_tag = piece_q.kind == vitrine_pkg::AeadTag;
  assign blocks = last_block_q - first_block_q + 11'd1;
  assign beats = 11'((12'(blocks) + 12'(Lanes - 1)) >> LaneBits);
  assign lead = 2'(11'd0 - blocks) & 2'(Lanes - 1);
  assign text_start = is_text ? {1'b0, lead, piece_q.offset[3:0]} + (begins_q ? 7'd16 : 7'd0) : {2'b00, piece_q.offset[4:0]};
  assign stop = piece_q.start + piece_q.bytes + (is_text ? 14'(piece_q.tag_bytes) : 14'd0);

  always_comb begin
    plan.last = piece_q.last;
    plan.kind = piece_q.kind;
    plan.id = piece_q.id;
    plan.add_in = piece_q.add_in;
    plan.add_out = piece_q.add_out;
    plan.begins = begins_q;
    plan.ends = ends_q;
    plan.source = $signed({2'b00, piece_q.start}) - $signed({9'd0, text_start});
    plan.windows = 9'd0;
    if (is_tag) plan.windows = 9'd1;
    if (is_text) plan.windows = 9'((13'(beats) * 13'(Lanes) + 13'd3) >> 2);
    plan.need = stop == '0 ? '0 : 9'(14'(stop - 14'd1) >> 6);
    plan.beats = beats;
    plan.lead = lead;
    plan.text_start = text_start;
    plan.text_end = 16'(text_start) + 16'(piece_q.bytes);
    plan.counter = 32'(first_block_q) - 32'(lead) + 32'd1;
    plan.distance = end_block_q - last_block_q;
    plan.tag_start = 5'd0;
    plan.tag_low = 5'd0;
    plan.tag_high = 5'd0;
    if (is_text) begin
      plan.tag_start = piece_q.text_bytes[3:0] == '0 ? 5'd16 : {1'b0, piece_q.text_bytes[3:0]};
      plan.tag_high = ends_q ? piece_q.tag_bytes : 5'd0;
    end else if (is_tag) begin
      plan.tag_low = piece_q.offset[4:0];
      plan.tag_high = piece_q.offset[4:0] + piece_q.bytes[4:0];
    end
    plan.in_aes256 = piece_q.in_aes256;
    plan.out_aes256 = piece_q.out_aes256;
    plan.text_bytes = piece_q.text_bytes;
    plan.aad_bytes = piece_q.aad_bytes;
    plan.in_aad = piece_q.in_aad;
    plan.out_aad = piece_q.out_aad;
    plan.in_nonce = piece_q.in_nonce;
    plan.out_nonce = piece_q.out_nonce;
    plan.in_key = piece_q.in_key;
    plan.out_key = piece_q.out_key;
    place.last = piece_q.last;
    place.text = is_text && piece_q.bytes != '0;
    place.marks = piece_q.kind != vitrine_pkg::AeadPass && stop != piece_q.start;
    place.start = piece_q.start;
    place.text_stop = piece_q.start + (is_text ? piece_q.bytes : 14'd0);
    place.stop = stop;
    place.text_at = text_start[5:0];  // a first word without text is left out
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      first_valid_q <= 1'b0;
      second_valid_q <= 1'b0;
    end else begin
      if (piece_ready_o) first_valid_q <= piece_valid_i;
      if (second_ready) second_valid_q <= first_valid_q;
    end
    if (clear_i) begin
      piece_q <= '0;
      plan_o <= '0;
      place_o <= '0;
    end else begin
      if (piece_ready_o) begin
        piece_q <= piece_i;
        begins_q <= begins;
        ends_q <= ends;
        first_block_q <= begins ? 11'd0 : piece_i.offset[14:4] + 11'd1;
        last_block_q <= ends ? end_block : 11'(15'(text_stop - 15'd1) >> 4) + 11'd1;
        end_block_q <= end_block;
      end
      if (second_ready) begin
        plan_o <= plan;
        place_o <= place;
      end
    end
  end

`ifndef SYNTHESIS
  // The rules of README.md.
  always_ff @(posedge clk_i) begin
    if (rst_ni && !clear_i && piece_valid_i && piece_i.kind == vitrine_pkg::AeadText) begin
      assert (piece_i.bytes != '0 || piece_i.text_bytes == '0);
      assert (16'(piece_i.offset) + 16'(piece_i.bytes) <= 16'(piece_i.text_bytes));
      assert (piece_i.text_bytes <= 15'd16640);
      assert (piece_i.tag_bytes <= 5'd16 && (piece_i.tag_bytes == '0 || ends));
      assert (piece_i.aad_bytes <= 5'd16);
    end
    if (rst_ni && !clear_i && piece_valid_i && piece_i.kind == vitrine_pkg::AeadTag) begin
      assert (piece_i.offset <= 15'd15 && 15'(piece_i.bytes) + piece_i.offset <= 15'd16);
    end
  end
`endif
endmodule
