// Makes the tracker's items into the cryptography's pieces, with keys, nonces and additional data.
//
// A tag that follows its text in one frame becomes part of the text's piece. One piece is held back, so that a frame's
// last one can be marked as such. Two clocks for a text, one for another item. Items leave in order into place_o as
// well: where their results are to be had. The key store is record_keys. Items of a flow that has died may come without
// a key; record_back lets nothing of them out.
// Nonces: RFC 8446 section 5.3, RFC 5288 section 3. Additional data: RFC 8446 section 5.2, RFC 5246 section 6.2.3.3.
module record_pieces #(
  parameter  int unsigned Contexts    = 16,               // as record_front's
  localparam int unsigned ContextBits = $clog2(Contexts)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       zeroize_i,
  output logic                       key_read_o,
  output logic [ContextBits+2:0]     key_index_o,         // context, direction, generation modulo 4
  output logic                       key_keep_o,
  input  vitrine_pkg::record_keys_t  key_i,
  // The frame in hand.
  input  logic [7:0]                 payload_i,           // where its payload begins
  input  logic [15:0]                frame_byte_i,        // and where it does, in the store behind the cryptography
  /* verilator lint_off UNUSEDSIGNAL */  // record_back's part
  input  logic                       item_valid_i,
  output logic                       item_ready_o,
  input  vitrine_pkg::record_item_t  item_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic                       piece_valid_o,
  input  logic                       piece_ready_i,
  output vitrine_pkg::aead_piece_t   piece_o,
  output logic                       place_valid_o,
  input  logic                       place_ready_i,
  output vitrine_pkg::record_place_t place_o
);
  // ---- Keys. ----
  logic [1:0] generation;
  logic key_here_q;                                       // key is that of the item at hand
  vitrine_pkg::record_keys_t key;
  logic is_text;
  always_comb begin
    generation = '0;
    for (int unsigned g = 0; g < 4; g++) begin
      if (item_i.generations[g]) generation = 2'(g);
    end
  end
  assign is_text = item_valid_i && item_i.kind == vitrine_pkg::ItemText;
  assign key_read_o = is_text && !key_here_q;
  assign key_index_o = {item_i.context_index[ContextBits-1:0], item_i.direction, generation};
  assign key_keep_o = key_here_q;
  assign key = key_i;

  // ---- The piece that an item makes. ----
  vitrine_pkg::aead_piece_t made;
  logic makes;
  logic joins;                                            // the tag belongs to the piece that is held back
  logic held_q;
  vitrine_pkg::aead_piece_t piece_q;
  logic [7:0] held_slot_q;
  logic is_tag;
  logic is_end;
  logic [15:0] length;                                    // of the record, as its header says it
  assign is_tag = item_i.kind == vitrine_pkg::ItemTag;
  assign is_end = item_i.kind == vitrine_pkg::ItemEnd;
  assign joins = is_tag && item_i.offset == '0 && held_q && piece_q.kind == vitrine_pkg::AeadText &&
                 held_slot_q == item_i.slot && 16'(piece_q.offset) + 16'(piece_q.bytes) == item_i.text_bytes &&
                 16'(piece_q.start) + 16'(piece_q.bytes) == item_i.at + 16'(payload_i);
  assign makes = item_i.kind == vitrine_pkg::ItemText || item_i.kind == vitrine_pkg::ItemBlank || (is_tag && !joins);
  assign length = item_i.tls12 ? item_i.text_bytes : item_i.text_bytes + 16'd16;
  always_comb begin
    made = '0;
    made.start = 14'(item_i.at + 16'(payload_i));
    made.bytes = item_i.bytes[13:0];
    made.offset = item_i.offset[14:0];
    made.text_bytes = item_i.text_bytes[14:0];
    made.kind = vitrine_pkg::AeadText;
    if (item_i.kind == vitrine_pkg::ItemBlank) made.kind = vitrine_pkg::AeadBlank;
    if (is_tag) made.kind = vitrine_pkg::AeadTag;
    made.add_in = item_i.fresh;
    made.add_out = item_i.fresh;
    made.in_aes256 = key.in_aes256;
    made.out_aes256 = key.out_aes256;
    made.in_key = key.in_key;
    made.out_key = key.out_key;
    if (item_i.tls12) begin
      made.aad_bytes = 5'd13;
      made.in_aad = {item_i.in_number, item_i.content_type, 16'h0303, length, 24'd0};
      made.out_aad = {item_i.out_number, item_i.content_type, 16'h0303, length, 24'd0};
      made.in_nonce = {key.in_iv[95:64], item_i.in_explicit};
      made.out_nonce = {key.out_iv[95:64], item_i.out_explicit};
    end else begin
      made.aad_bytes = 5'd5;
      made.in_aad = {item_i.content_type, 16'h0303, length, 88'd0};
      made.out_aad = made.in_aad;
      made.in_nonce = key.in_iv ^ {32'd0, item_i.in_number};
      made.out_nonce = key.out_iv ^ {32'd0, item_i.out_number};
    end
  end

  // ---- One item: what is held back goes, where it has to make room. ----
  logic pushes;
  logic places;
  logic ready;                                            // the item can go
  assign places = item_i.kind == vitrine_pkg::ItemText || is_tag;
  assign pushes = is_end || (makes && held_q);
  assign ready = !is_text || key_here_q;
  assign piece_valid_o = item_valid_i && ready && pushes && (!places || place_ready_i);
  assign place_valid_o = item_valid_i && ready && places && (!pushes || piece_ready_i);
  assign item_ready_o = ready && (!pushes || piece_ready_i) && (!places || place_ready_i);
  always_comb begin
    piece_o = piece_q;
    if (!held_q) begin
      piece_o = '0;
      piece_o.kind = vitrine_pkg::AeadPass;
    end
    piece_o.last = is_end;
    place_o.joined = joins;
    place_o.is_text = item_i.kind == vitrine_pkg::ItemText;
    place_o.first_byte = frame_byte_i + item_i.at + 16'(payload_i);
    place_o.bytes = item_i.bytes;
    place_o.offset = item_i.offset;
  end

  logic take;
  assign take = item_valid_i && item_ready_o;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      key_here_q <= 1'b0;
      held_q <= 1'b0;
    end else begin
      key_here_q <= is_text && !take;
      if (take) held_q <= !is_end && (held_q || makes);
    end
    if (take && makes) begin
      piece_q <= made;
      held_slot_q <= item_i.slot;
    end else if (take && joins) begin
      piece_q.tag_bytes <= item_i.bytes[4:0];
    end else if ((take && is_end) || zeroize_i) begin
      piece_q <= '0;                                      // SEC: no key stays behind
    end
  end
endmodule
