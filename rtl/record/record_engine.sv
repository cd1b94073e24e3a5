// The splice: frames of spliced flows in, the same frames re-encrypted, cut, renumbered and with right checksums out.
//
// Wiring of record_frames, record_tracker, record_pieces, rtl/aead, record_results, record_out and tcp_rewrite; what
// each part says of its ports holds. A frame with a wrong checksum, and one that may not leave, is gone: verdict_*
// tells (a pulse each, in order; wrong_o for a wrong checksum). Order of frames is kept.
//
// Keys of a flow that ends are wiped from the clock of its verdict (or its CommandClose) on: within 16 clocks, those of
// key_write_i not counted; within 40 more they are gone from the cryptography but for what a piece under way needs.
// After power-on, and by a pulse of zeroize_i, all is cleared by itself in ClearClocks + 2 * Contexts + 8 clocks:
// ClearClocks is the largest of 8 * Contexts, 2 * Contexts * Slots, 2 * Beats, TapBeats and 256, and 2 more. What was under way is
// lost without a verdict, contexts are closed, and keys written meanwhile are lost.
module record_engine #(
  parameter  int unsigned Contexts       = 16,  // connections, a power of two
  parameter  int unsigned Slots          = 8,   // records in flight a direction, a power of two
  parameter  int unsigned MayBeKeyUpdate = 64,  // bytes of text of a TLS 1.3 record
  parameter  int unsigned Lanes          = 4,   // AES blocks a clock and leg: 1, 2, 4
  parameter  int unsigned Beats          = 256, // of 64 bytes, in each store; a power of two, at most 256
  parameter  int unsigned TapBeats       = 512, // of entries that wait for tap_ready_i, a power of two
  localparam int unsigned ContextBits    = $clog2(Contexts)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           zeroize_i,    // a pulse is enough
  output logic                           clearing_o,   // until all is cleared; commands and frames have to wait
  input  logic                           key_write_i,  // before CommandOpen, or as CommandKeys says
  input  logic [ContextBits+2:0]         key_index_i,
  input  vitrine_pkg::record_keys_t      key_i,
  input  logic                           command_valid_i,
  output logic                           command_ready_o,
  input  logic [1:0]                     command_i,    // as record_front says; a context is closed before it is opened
  input  logic [15:0]                    command_context_i,
  input  logic                           command_direction_i,
  input  logic                           command_tls12_i,
  input  vitrine_pkg::record_open_t      command_open_i,
  input  logic [1:0]                     command_tap_mode_i,  // 0 none, 1 the first command_tap_bytes_i bytes, 2 all
  input  logic [31:0]                    command_tap_bytes_i,
  output logic                           keys_taken_o,
  output logic [1:0]                     keys_generation_o,
  input  logic                           in_valid_i,
  output logic                           in_ready_o,
  input  logic [511:0]                   in_data_i,
  input  logic [6:0]                     in_bytes_i,
  input  logic                           in_last_i,
  input  vitrine_pkg::tcp_layout_t       layout_i,
  input  vitrine_pkg::record_segment_t   segment_i,
  input  vitrine_pkg::tcp_edit_t         edit_i,       // its deltas
  output logic                           out_valid_o,
  input  logic                           out_ready_i,
  output logic [511:0]                   out_data_o,
  output logic [6:0]                     out_bytes_o,
  output logic                           out_last_o,
  output logic                           wrong_o,
  output logic                           verdict_valid_o,
  output vitrine_pkg::record_verdict_t   verdict_o,
  output logic                           key_update_valid_o,
  output logic [ContextBits-1:0]         key_update_context_o,
  output logic                           key_update_direction_o,
  output logic                           tap_valid_o,         // entries, as tap_splice says
  input  logic                           tap_ready_i,
  output logic [511:0]                   tap_data_o,
  output logic                           tap_last_o,
  output logic                           tap_lost_o
);
  localparam int unsigned BeatBits = $clog2(Beats);

  function automatic int unsigned larger(input int unsigned a, input int unsigned b);
    larger = a > b ? a : b;
  endfunction
  localparam int unsigned ClearClocks = larger(larger(8 * Contexts, 2 * Contexts * Slots), larger(2 * Beats, larger(TapBeats, 256))) + 2;

  // ---- Clearing: what is below is reset and swept by it. ----
  logic clear;
  logic rst_n;
  logic taken_valid;
  logic taken_ready;
  logic made_valid;
  logic made_ready;
  logic [511:0] made_data;
  logic [6:0] made_bytes;
  logic made_last;
  logic front_ready;
  record_clear #(.Clocks(ClearClocks)) u_clear (
    .clk_i, .rst_ni, .zeroize_i, .clear_o(clear), .rst_no(rst_n), .clearing_o, .in_valid_i, .in_ready_o, .in_last_i,
    .taken_valid_o(taken_valid), .taken_ready_i(taken_ready), .made_valid_i(made_valid), .made_ready_o(made_ready),
    .made_data_i(made_data), .made_bytes_i(made_bytes), .made_last_i(made_last), .out_valid_o, .out_ready_i,
    .out_data_o, .out_bytes_o, .out_last_o
  );
  assign command_ready_o = front_ready && !clearing_o;

  // ---- In. ----
  logic segment_valid;
  logic segment_ready;
  logic tracker_ready;
  logic note_ready;
  vitrine_pkg::record_segment_t segment;
  vitrine_pkg::tcp_layout_t layout;
  vitrine_pkg::tcp_edit_t edit;
  logic [9:0] beats;
  logic ended;
  logic peek_valid;
  logic [15:0] peek_at;
  logic peek_done;
  logic [103:0] peek_data;
  logic [9:0] room;
  logic start;
  logic [9:0] start_beats;
  logic plain_in_valid;
  logic plain_in_ready;
  logic [511:0] plain_in_data;
  logic [6:0] plain_in_bytes;
  logic plain_in_last;
  record_frames #(.Beats(Beats)) u_frames (
    .clk_i, .rst_ni(rst_n), .in_valid_i(taken_valid), .in_ready_o(taken_ready), .in_data_i,
    .in_bytes_i, .in_last_i, .layout_i, .segment_i, .edit_i,
    .wrong_o, .segment_valid_o(segment_valid), .segment_ready_i(segment_ready), .segment_o(segment),
    .layout_o(layout), .edit_o(edit), .beats_o(beats), .ended_i(ended), .peek_valid_i(peek_valid),
    .peek_at_i(peek_at), .peek_done_o(peek_done), .peek_data_o(peek_data), .room_i(room), .out_start_o(start),
    .out_beats_o(start_beats), .out_valid_o(plain_in_valid), .out_ready_i(plain_in_ready),
    .out_data_o(plain_in_data), .out_bytes_o(plain_in_bytes), .out_last_o(plain_in_last)
  );
  assign segment_ready = tracker_ready && note_ready;

  // The frame in hand: where it will be behind the cryptography.
  logic [7:0] payload_q;
  logic [15:0] frame_byte_q;
  logic [15:0] next_byte_q;
  always_ff @(posedge clk_i) begin
    if (!rst_n) begin
      next_byte_q <= '0;
    end else if (segment_valid && segment_ready) begin
      next_byte_q <= next_byte_q + {beats, 6'd0};
    end
    if (segment_valid && segment_ready) begin
      frame_byte_q <= next_byte_q;
      payload_q <= layout.payload;
    end
  end

  // ---- The tracker. ----
  logic work_valid;
  logic work_ready;
  vitrine_pkg::record_item_t work;
  logic result_valid;
  logic result_ready;
  vitrine_pkg::record_result_t result;
  logic patch_valid;
  logic patch_ready;
  vitrine_pkg::record_patch_t patch;
  logic verdict_valid;
  logic verdict_ready;
  vitrine_pkg::record_verdict_t verdict;
  logic tap_event_valid;
  vitrine_pkg::tap_event_t tap_event;
  logic wipe_valid;
  logic wipe_ready;
  logic [ContextBits-1:0] wipe_context;
  logic [7:0] wipe_places;
  record_tracker #(
    .Contexts(Contexts), .Slots(Slots), .MayBeKeyUpdate(MayBeKeyUpdate), .CutAtShort(1'b1)
  ) u_tracker (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .command_valid_i(command_valid_i && !clearing_o),
    .command_ready_o(front_ready), .command_i, .command_context_i, .command_direction_i,
    .command_tls12_i, .command_open_i, .command_tap_mode_i, .command_tap_bytes_i, .keys_taken_o, .keys_generation_o, .segment_valid_i(segment_valid && note_ready),
    .segment_ready_o(tracker_ready), .segment_i(segment), .peek_valid_o(peek_valid), .peek_at_o(peek_at),
    .peek_done_i(peek_done), .peek_data_i(peek_data), .work_valid_o(work_valid), .work_ready_i(work_ready),
    .work_o(work), .result_valid_i(result_valid), .result_ready_o(result_ready), .result_i(result),
    .patch_valid_o(patch_valid), .patch_ready_i(patch_ready), .patch_o(patch), .verdict_valid_o(verdict_valid),
    .verdict_ready_i(verdict_ready), .verdict_o(verdict), .key_update_valid_o, .key_update_context_o,
    .key_update_direction_o, .wipe_valid_o(wipe_valid), .wipe_ready_i(wipe_ready), .wipe_context_o(wipe_context),
    .wipe_places_o(wipe_places), .tap_valid_o(tap_event_valid), .tap_o(tap_event)
  );
  assign ended = work_valid && work_ready && work.kind == vitrine_pkg::ItemEnd;
  assign verdict_valid_o = verdict_valid && verdict_ready;
  assign verdict_o = verdict;

  // An item, with its frame's place, cut from the tracker's paths.
  localparam int unsigned ItemBits = $bits(work);
  logic item_valid;
  logic item_ready;
  logic [ItemBits+23:0] item_bits;
  vitrine_pkg::record_item_t item;
  logic [7:0] item_payload;
  logic [15:0] item_frame_byte;
  prim_skid #(.Width(ItemBits + 24)) u_items (
    .clk_i, .rst_ni(rst_n), .valid_i(work_valid), .ready_o(work_ready), .data_i({payload_q, frame_byte_q, work}),
    .valid_o(item_valid), .ready_i(item_ready), .data_o(item_bits)
  );
  assign {item_payload, item_frame_byte, item} = item_bits;

  // ---- The cryptography. ----
  logic piece_valid;
  logic piece_ready;
  vitrine_pkg::aead_piece_t piece;
  logic place_valid;
  logic place_room;
  vitrine_pkg::record_place_t place;
  logic key_read;
  logic [ContextBits+2:0] key_index;
  logic key_keep;
  vitrine_pkg::record_keys_t key;
  record_keys #(.Contexts(Contexts)) u_keys (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .write_i(key_write_i && !clear), .write_index_i(key_index_i), .key_i,
    .read_i(key_read), .read_index_i(key_index), .keep_i(key_keep), .key_o(key), .wipe_valid_i(wipe_valid),
    .wipe_ready_o(wipe_ready), .wipe_context_i(wipe_context), .wipe_places_i(wipe_places)
  );
  record_pieces #(.Contexts(Contexts)) u_pieces (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .key_read_o(key_read), .key_index_o(key_index), .key_keep_o(key_keep),
    .key_i(key), .payload_i(item_payload),
    .frame_byte_i(item_frame_byte), .item_valid_i(item_valid), .item_ready_o(item_ready), .item_i(item),
    .piece_valid_o(piece_valid), .piece_ready_i(piece_ready), .piece_o(piece), .place_valid_o(place_valid),
    .place_ready_i(place_room), .place_o(place)
  );
  logic sealed_valid;
  logic [511:0] sealed;
  logic [511:0] plain;
  logic sum_valid;
  vitrine_pkg::aead_sum_t sum;
  logic [63:0] unused_text;
  logic [6:0] unused_bytes;
  logic sealed_last;
  aead_engine #(.Lanes(Lanes)) u_aead (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .piece_valid_i(piece_valid), .piece_ready_o(piece_ready), .piece_i(piece),
    .in_valid_i(plain_in_valid), .in_ready_o(plain_in_ready), .in_data_i(plain_in_data), .in_bytes_i(plain_in_bytes),
    .in_last_i(plain_in_last), .out_valid_o(sealed_valid), .out_data_o(sealed), .out_plain_o(plain),
    .out_text_o(unused_text), .out_bytes_o(unused_bytes), .out_last_o(sealed_last), .sum_valid_o(sum_valid),
    .sum_o(sum)
  );

  // ---- The tap. ----
  tap_splice #(.Contexts(Contexts), .Beats(Beats), .OutBeats(TapBeats)) u_tap (
    .clk_i, .rst_ni, .clear_i(clear || !rst_n), .in_valid_i(sealed_valid), .in_plain_i(plain),
    .event_valid_i(tap_event_valid), .event_i(tap_event), .lost_o(tap_lost_o), .tap_valid_o, .tap_ready_i,
    .tap_data_o, .tap_last_o
  );

  localparam int unsigned PlaceBits = $bits(place);
  localparam int unsigned SumBits = $bits(sum);
  logic place_queued;
  logic place_taken;
  logic [PlaceBits-1:0] place_bits;
  logic sum_queued;
  logic sum_taken;
  logic [SumBits-1:0] sum_bits;
  logic sum_room;
  logic [7:0] unused_places;
  logic [7:0] unused_sums;
  vitrine_pkg::record_place_t next_place;
  vitrine_pkg::aead_sum_t next_sum;
  assign next_place = place_bits;
  assign next_sum = sum_bits;
  // As many sums as places can wait, so no sum is lost.
  prim_fifo #(.Width(PlaceBits), .Depth(128)) u_places (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .push_valid_i(place_valid), .push_ready_o(place_room), .push_data_i(place),
    .pop_valid_o(place_queued), .pop_ready_i(place_taken), .pop_data_o(place_bits), .count_o(unused_places)
  );
  prim_fifo #(.Width(SumBits), .Depth(128)) u_sums (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .push_valid_i(sum_valid), .push_ready_o(sum_room), .push_data_i(sum),
    .pop_valid_o(sum_queued), .pop_ready_i(sum_taken), .pop_data_o(sum_bits), .count_o(unused_sums)
  );
  logic plain_read;
  logic [BeatBits-1:0] plain_beat;
  logic [511:0] plain_stored;
  logic [9:0] beats_here;
  record_results #(.Beats(Beats)) u_results (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .place_valid_i(place_queued), .place_ready_o(place_taken), .place_i(next_place),
    .sum_valid_i(sum_queued), .sum_ready_o(sum_taken), .sum_i(next_sum), .plain_read_o(plain_read),
    .plain_beat_o(plain_beat), .plain_i(plain_stored), .beats_here_i(beats_here), .result_valid_o(result_valid), .result_ready_i(result_ready),
    .result_o(result)
  );

  // ---- Out. ----
  logic rewrite_valid;
  logic rewrite_ready;
  logic [511:0] rewrite_data;
  logic rewrite_last;
  vitrine_pkg::tcp_layout_t rewrite_layout;
  vitrine_pkg::tcp_edit_t rewrite_edit;
  record_out #(.Beats(Beats)) u_out (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .start_i(start), .start_beats_i(start_beats), .room_o(room), .in_valid_i(sealed_valid),
    .in_data_i(sealed), .in_plain_i(plain), .in_last_i(sealed_last), .plain_read_i(plain_read), .plain_beat_i(plain_beat),
    .plain_o(plain_stored), .beats_here_o(beats_here), .note_valid_i(segment_valid && tracker_ready), .note_ready_o(note_ready),
    .note_layout_i(layout), .note_edit_i(edit), .note_beats_i(beats), .patch_valid_i(patch_valid),
    .patch_ready_o(patch_ready), .patch_i(patch), .verdict_valid_i(verdict_valid), .verdict_ready_o(verdict_ready),
    .verdict_sends_i(verdict.sends), .verdict_leaves_i(verdict.leaves), .out_valid_o(rewrite_valid),
    .out_ready_i(rewrite_ready), .out_data_o(rewrite_data), .out_last_o(rewrite_last), .layout_o(rewrite_layout),
    .edit_o(rewrite_edit)
  );
  tcp_rewrite #(.Beats(2 * Beats), .Frames(16)) u_rewrite (
    .clk_i, .rst_ni(rst_n), .zeroize_i(clear), .in_valid_i(rewrite_valid), .in_ready_o(rewrite_ready),
    .in_data_i(rewrite_data), .in_last_i(rewrite_last), .layout_i(rewrite_layout), .edit_i(rewrite_edit),
    .out_valid_o(made_valid), .out_ready_i(made_ready), .out_data_o(made_data), .out_bytes_o(made_bytes),
    .out_last_o(made_last)
  );

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_n) assert (!sum_valid || sum_room);
  end
`endif
endmodule
