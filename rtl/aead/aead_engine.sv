// The record engine's cryptography: see README.md for the interface, the rules and the order of events.
//
// Stages, counted in clocks from a beat's counters entering AES:
//   0  aead_issue starts the beat, aead_gather cuts its bytes out of the frame
//   3  AAD and lengths are put beside the text; a tag that follows is captured
//  30  both keystreams are there: plain and sealed text; aead_place puts them back into the frame
//  40  the powers of H are there: GHASH of both legs; then aead_move and out
module aead_engine #(
  parameter int unsigned Lanes       = 4,  // blocks a clock and leg: 1, 2 or 4
  parameter int unsigned BlockRounds = 8   // AES rounds, of 14, with S-boxes in block RAM
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     zeroize_i,
  input  logic                     piece_valid_i,
  output logic                     piece_ready_o,
  input  vitrine_pkg::aead_piece_t piece_i,
  input  logic                     in_valid_i,
  output logic                     in_ready_o,
  input  logic [511:0]             in_data_i,
  input  logic [6:0]               in_bytes_i,
  input  logic                     in_last_i,
  output logic                     out_valid_o,
  output logic [511:0]             out_data_o,
  output logic [511:0]             out_plain_o,
  output logic [63:0]              out_text_o,
  output logic [6:0]               out_bytes_o,
  output logic                     out_last_o,
  output logic                     sum_valid_o,
  output vitrine_pkg::aead_sum_t   sum_o
);
  localparam int unsigned Width = 128 * Lanes;

  // ---- pieces ----
  logic plan_valid;
  logic plan_ready;
  logic planned_ready;
  aead_pkg::plan_t plan;
  aead_pkg::place_t planned_place;
  logic place_room;
  aead_plan #(.Lanes(Lanes)) u_plan (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .piece_valid_i, .piece_ready_o, .piece_i,
    .plan_valid_o(plan_valid), .plan_ready_i(planned_ready), .plan_o(plan), .place_o(planned_place)
  );

  // The way out learns of a piece as soon as it is planned, once.
  logic placed_q;
  logic place_push;
  logic place_valid;
  logic place_ready;
  aead_pkg::place_t place;
  logic [5:0] place_count;
  assign place_push = plan_valid && !placed_q;
  assign planned_ready = plan_ready && (placed_q || place_room);
  always_ff @(posedge clk_i) begin
    placed_q <= rst_ni && !zeroize_i && !planned_ready && (placed_q || (place_push && place_room));
  end
  prim_fifo #(.Width($bits(planned_place)), .Depth(32)) u_places (
    .clk_i, .rst_ni, .zeroize_i,
    .push_valid_i(place_push), .push_ready_o(place_room), .push_data_i(planned_place),
    .pop_valid_o(place_valid), .pop_ready_i(place_ready), .pop_data_o(place), .count_o(place_count)
  );

  // ---- frames: to the gatherer, and past it to the way out ----
  logic gather_ready;
  logic frame_room;
  logic frame_valid;
  logic frame_ready;
  logic [519:0] frame;
  logic [6:0] frame_count;
  assign in_ready_o = !zeroize_i && gather_ready && frame_room;
  prim_fifo #(.Width(520), .Depth(64)) u_frames (
    .clk_i, .rst_ni, .zeroize_i,
    .push_valid_i(in_valid_i && in_ready_o), .push_ready_o(frame_room),
    .push_data_i({in_last_i, in_bytes_i, in_data_i}),
    .pop_valid_o(frame_valid), .pop_ready_i(frame_ready), .pop_data_o(frame), .count_o(frame_count)
  );

  logic command_valid;
  logic command_ready;
  logic window_valid;
  logic window_ready;
  logic [511:0] window;
  aead_gather #(.Planes(1)) u_gather (
    .clk_i, .rst_ni, .clear_i(zeroize_i),
    .beat_valid_i(in_valid_i && frame_room), .beat_ready_o(gather_ready), .beat_data_i(in_data_i),
    .beat_last_i(in_last_i),
    .command_valid_i(command_valid && !zeroize_i), .command_ready_o(command_ready),
    .start_i(plan.source), .windows_i(plan.windows), .need_i(plan.need), .finish_i(plan.last), .forget_i(1'b0),
    .window_valid_o(window_valid), .window_ready_i(window_ready), .window_data_o(window)
  );

  // ---- stage 0 ----
  logic sum_room;
  logic aes_valid;
  logic [Width-1:0] in_counters;
  logic [Width-1:0] out_counters;
  logic hash_key;
  logic mask;
  logic beat_valid;
  aead_pkg::beat_t beat;
  logic tag_only;
  logic ready_to_leave;
  assign ready_to_leave = placed_q || place_room;
  aead_issue #(.Lanes(Lanes)) u_issue (
    .clk_i, .rst_ni, .clear_i(zeroize_i),
    .plan_valid_i(plan_valid && ready_to_leave), .plan_ready_o(plan_ready), .plan_i(plan), .room_i(sum_room),
    .command_valid_o(command_valid), .command_ready_i(command_ready),
    .window_valid_i(window_valid), .window_ready_o(window_ready),
    .aes_valid_o(aes_valid), .in_blocks_o(in_counters), .out_blocks_o(out_counters),
    .hash_key_o(hash_key), .mask_o(mask), .beat_valid_o(beat_valid), .beat_o(beat), .tag_only_o(tag_only)
  );

  logic in_aes_done;
  logic out_aes_done;
  logic [Width-1:0] in_stream;
  logic [Width-1:0] out_stream;
  aead_aes #(.Lanes(Lanes), .BlockRounds(BlockRounds)) u_in_aes (
    .clk_i, .rst_ni, .valid_i(aes_valid), .aes256_i(plan.in_aes256), .key_i(plan.in_key), .blocks_i(in_counters),
    .valid_o(in_aes_done), .blocks_o(in_stream)
  );
  aead_aes #(.Lanes(Lanes), .BlockRounds(BlockRounds)) u_out_aes (
    .clk_i, .rst_ni, .valid_i(aes_valid), .aes256_i(plan.out_aes256), .key_i(plan.out_key), .blocks_i(out_counters),
    .valid_o(out_aes_done), .blocks_o(out_stream)
  );

  // Which clocks hold what; bit n is stage n + 1.
  logic [39:0] beat_line_q;
  logic [29:0] hash_key_line_q;
  logic [29:0] mask_line_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || zeroize_i) begin
      beat_line_q <= '0;
      hash_key_line_q <= '0;
      mask_line_q <= '0;
    end else begin
      beat_line_q <= {beat_line_q[38:0], beat_valid};
      hash_key_line_q <= {hash_key_line_q[28:0], hash_key};
      mask_line_q <= {mask_line_q[28:0], mask};
    end
  end

  // ---- stages 1 ... 3: bytes to blocks ----
  logic [Width-1:0] blocks;  // stage 3: AAD, incoming text and lengths
  aead_pkg::beat_t blocks_beat;
  logic [127:0] out_aad;
  logic note_push;
  logic note_text;
  logic [146:0] note;        // see aead_sums
  aead_blocks #(.Lanes(Lanes)) u_blocks (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .plan_i(plan), .beat_valid_i(beat_valid), .beat_i(beat),
    .tag_only_i(tag_only), .window_i(window), .blocks_o(blocks), .beat_o(blocks_beat),
    .note_valid_o(note_push), .note_text_o(note_text), .note_o(note)
  );

  // The out leg's AAD waits for its block.
  logic out_aad_push_q;
  logic [127:0] out_aad_q;
  logic out_aad_pop;
  logic out_aad_room;
  logic out_aad_valid;
  logic [3:0] out_aad_count;
  always_ff @(posedge clk_i) begin
    out_aad_push_q <= rst_ni && !zeroize_i && beat_valid && beat.has_aad;
    out_aad_q <= zeroize_i ? '0 : plan.out_aad;
  end
  prim_fifo #(.Width(128), .Depth(8)) u_out_aads (
    .clk_i, .rst_ni, .zeroize_i,
    .push_valid_i(out_aad_push_q), .push_ready_o(out_aad_room), .push_data_i(out_aad_q),
    .pop_valid_o(out_aad_valid), .pop_ready_i(out_aad_pop), .pop_data_o(out_aad), .count_o(out_aad_count)
  );

  // ---- stage 30: open and seal ----
  logic [Width-1:0] late_blocks;
  aead_pkg::beat_t late_beat;
  aead_pkg::beat_t early_beat;
  prim_delay #(.Width(Width), .Delay(27)) u_late_blocks (
    .clk_i, .rst_ni, .zeroize_i, .valid_i(1'b1), .data_i(blocks), .data_o(late_blocks)
  );
  prim_delay #(.Width($bits(early_beat)), .Delay(26)) u_late_beat (
    .clk_i, .rst_ni, .zeroize_i, .valid_i(1'b1), .data_i(blocks_beat), .data_o(early_beat)
  );
  logic [Width-1:0] text_mask_q;
  always_ff @(posedge clk_i) begin
    late_beat <= early_beat;
    text_mask_q <= ({Width{1'b1}} >> {early_beat.low, 3'd0}) & ~({Width{1'b1}} >> {early_beat.high, 3'd0});
  end

  logic [Width-1:0] in_blocks_q;
  logic [Width-1:0] out_blocks;
  logic [Width-1:0] out_blocks_q;
  logic [Width-1:0] plain_q;
  logic [Width-1:0] sealed_q;
  logic [Width-1:0] plain;
  logic [Width-1:0] sealed;
  aead_pkg::beat_t open_beat_q;
  assign plain = (late_blocks ^ in_stream) & text_mask_q;
  assign sealed = (late_blocks ^ in_stream ^ out_stream) & text_mask_q;
  assign out_aad_pop = beat_line_q[29] && late_beat.has_aad;
  for (genvar l = 0; l < Lanes; l++) begin : g_out_block
    logic is_aad;
    logic is_length;
    assign is_aad = late_beat.has_aad && late_beat.lead == 2'(l);
    assign is_length = late_beat.has_length && l == Lanes - 1;
    assign out_blocks[128*(Lanes-1-l)+:128] = is_aad ? out_aad :
        is_length ? late_blocks[128*(Lanes-1-l)+:128] : sealed[128*(Lanes-1-l)+:128];
  end
  always_ff @(posedge clk_i) begin
    in_blocks_q <= late_blocks;
    out_blocks_q <= out_blocks;
    plain_q <= plain;
    sealed_q <= sealed;
    open_beat_q <= late_beat;
  end

  // ---- stage 31: back into the frame ----
  logic word_push;
  logic word_room;
  logic word_valid;
  logic word_ready;
  logic [1023:0] word_pushed;
  logic [1023:0] word;
  logic [4:0] word_count;
  aead_pack #(.Lanes(Lanes)) u_pack (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .beat_valid_i(beat_line_q[30]), .beat_i(open_beat_q),
    .plain_i(plain_q), .sealed_i(sealed_q), .word_valid_o(word_push), .word_o(word_pushed)
  );
  prim_fifo #(.Width(1024), .Depth(16)) u_words (
    .clk_i, .rst_ni, .zeroize_i,
    .push_valid_i(word_push), .push_ready_o(word_room), .push_data_i(word_pushed),
    .pop_valid_o(word_valid), .pop_ready_i(word_ready), .pop_data_o(word), .count_o(word_count)
  );
  aead_place u_place (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .place_valid_i(place_valid), .place_ready_o(place_ready), .place_i(place),
    .beat_valid_i(frame_valid), .beat_ready_o(frame_ready), .beat_data_i(frame[511:0]), .beat_bytes_i(frame[518:512]),
    .beat_last_i(frame[519]), .word_valid_i(word_valid), .word_ready_o(word_ready), .word_data_i(word),
    .out_valid_o, .out_data_o, .out_plain_o, .out_text_o, .out_bytes_o, .out_last_o
  );

  // ---- stages 29 ... 40: keys of the hash; the blocks wait for them ----
  logic powers_loaded;
  logic [1023:0] in_powers;
  logic [1023:0] out_powers;
  logic [10:0] distance;
  aead_powers u_powers (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .valid_i(hash_key_line_q[29]),
    .in_hash_key_i(in_stream[Width-1-:128]), .out_hash_key_i(out_stream[Width-1-:128]),
    .loaded_o(powers_loaded), .in_powers_o(in_powers), .out_powers_o(out_powers)
  );
  prim_delay #(.Width(11), .Delay(41)) u_distance (
    .clk_i, .rst_ni, .zeroize_i, .valid_i(1'b1), .data_i(plan.distance), .data_o(distance)
  );

  logic [Width-1:0] in_hashed;
  logic [Width-1:0] out_hashed;
  logic [3:0] hashed_flags;
  prim_delay #(.Width(2 * Width + 4), .Delay(9)) u_hashed (
    .clk_i, .rst_ni, .zeroize_i, .valid_i(1'b1),
    .data_i({open_beat_q.first, open_beat_q.second, open_beat_q.pre_last, open_beat_q.last, in_blocks_q, out_blocks_q}),
    .data_o({hashed_flags, in_hashed, out_hashed})
  );
  logic ghash_done;
  logic out_ghash_done;
  logic [127:0] in_ghash;
  logic [127:0] out_ghash;
  aead_ghash #(.Lanes(Lanes)) u_in_ghash (
    .clk_i, .rst_ni(rst_ni && !zeroize_i), .valid_i(beat_line_q[39]), .first_i(hashed_flags[3]),
    .second_i(hashed_flags[2]), .pre_last_i(hashed_flags[1]), .last_i(hashed_flags[0]), .blocks_i(in_hashed),
    .powers_i(in_powers[256*Lanes-1:0]), .valid_o(ghash_done), .sum_o(in_ghash)
  );
  aead_ghash #(.Lanes(Lanes)) u_out_ghash (
    .clk_i, .rst_ni(rst_ni && !zeroize_i), .valid_i(beat_line_q[39]), .first_i(hashed_flags[3]),
    .second_i(hashed_flags[2]), .pre_last_i(hashed_flags[1]), .last_i(hashed_flags[0]), .blocks_i(out_hashed),
    .powers_i(out_powers[256*Lanes-1:0]), .valid_o(out_ghash_done), .sum_o(out_ghash)
  );
  logic move_done;
  logic [127:0] in_moved;
  logic [127:0] out_moved;
  aead_move u_move (
    .clk_i, .rst_ni, .clear_i(zeroize_i), .start_i(powers_loaded), .distance_i(distance),
    .in_powers_i(in_powers), .out_powers_i(out_powers),
    .valid_i(ghash_done), .in_sum_i(in_ghash), .out_sum_i(out_ghash),
    .valid_o(move_done), .in_sum_o(in_moved), .out_sum_o(out_moved)
  );

  // ---- sums ----
  localparam int unsigned MaskLane = Lanes == 1 ? 0 : 1;
  aead_sums u_sums (
    .clk_i, .rst_ni, .clear_i(zeroize_i),
    .note_valid_i(note_push), .note_text_i(note_text), .note_i(note), .room_o(sum_room),
    .mask_valid_i(mask_line_q[29]), .in_mask_i(in_stream[Width-1-128*MaskLane-:128]),
    .out_mask_i(out_stream[Width-1-128*MaskLane-:128]),
    .moved_valid_i(move_done), .in_moved_i(in_moved), .out_moved_i(out_moved),
    .sum_valid_o, .sum_o
  );

  logic unused;
  assign unused = ^{place_count, frame_count, out_aad_count, word_count, in_aes_done, out_aes_done, out_ghash_done,
                    open_beat_q.has_aad, open_beat_q.has_length, open_beat_q.lead};

  if (Lanes != 1 && Lanes != 2 && Lanes != 4) begin : g_illegal
    $fatal(1, "aead_engine: Lanes is 1, 2 or 4");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && !zeroize_i) begin
      assert (!word_push || word_room);            // text is put back as fast as it is made
      assert (!out_aad_push_q || out_aad_room);
      assert (!out_aad_pop || out_aad_valid);
    end
  end
`endif
endmodule
