// Frames on their way out: stored behind the cryptography until their verdict, patched, and sent to tcp_rewrite.
//
// Beats come without backpressure: record_frames sends a frame only where room_o says that there is room (start_i takes
// it). A note a frame (its layout and edit, its beats) comes when its segment goes to the tracker, patches and verdicts
// from the tracker; all in the order of frames. A frame that is not sent is thrown away here, in a clock. A beat leaves a
// clock, without a pause between frames; one more clock for a second patch in a beat, and for each further one.
// REQUIRES: no frame with more than Patches patches (headers and tags): a record in a frame makes two and takes at
// least 21 bytes, so frames of 1,514 bytes need 256.
module record_out #(
  parameter  int unsigned Beats    = 128,           // of store, a power of two
  parameter  int unsigned Patches  = 256,           // waiting, a power of two
  localparam int unsigned BeatBits = $clog2(Beats)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         zeroize_i,        // after a reset, for Beats + 1 clocks: overwrites the stores
  input  logic                         start_i,
  /* verilator lint_off UNUSEDSIGNAL */  // at most Beats
  input  logic [9:0]                   start_beats_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic [9:0]                   room_o,
  input  logic                         in_valid_i,
  input  logic [511:0]                 in_data_i,
  input  logic [511:0]                 in_plain_i,
  input  logic                         in_last_i,
  input  logic                         plain_read_i,     // for record_results
  input  logic [BeatBits-1:0]          plain_beat_i,
  output logic [511:0]                 plain_o,
  output logic [9:0]                   beats_here_o,     // how many have come, modulo 1,024
  input  logic                         note_valid_i,
  output logic                         note_ready_o,
  input  vitrine_pkg::tcp_layout_t     note_layout_i,
  input  vitrine_pkg::tcp_edit_t       note_edit_i,
  input  logic [9:0]                   note_beats_i,
  input  logic                         patch_valid_i,
  output logic                         patch_ready_o,
  input  vitrine_pkg::record_patch_t   patch_i,
  input  logic                         verdict_valid_i,
  output logic                         verdict_ready_o,
  input  logic                         verdict_sends_i,
  input  logic [15:0]                  verdict_leaves_i,
  output logic                         out_valid_o,
  input  logic                         out_ready_i,
  output logic [511:0]                 out_data_o,
  output logic                         out_last_o,
  output vitrine_pkg::tcp_layout_t     layout_o,
  output vitrine_pkg::tcp_edit_t       edit_o
);
  localparam int unsigned Frames = 16;
  localparam int unsigned LayoutBits = $bits(note_layout_i);
  localparam int unsigned EditBits = $bits(note_edit_i);
  localparam int unsigned PatchBits = $bits(patch_i);

  // ---- The store. ----
  logic [9:0] in_q;
  logic [BeatBits:0] taken_q;                       // beats in the store or under way
  logic [BeatBits-1:0] base_q;                      // of the frame at the head
  logic read;
  logic [BeatBits-1:0] read_beat;
  logic [511:0] stored;
  logic [BeatBits-1:0] sweep_q;                     // to be overwritten by zeroize_i
  logic [BeatBits-1:0] write_beat;
  assign write_beat = zeroize_i ? sweep_q : in_q[BeatBits-1:0];
  prim_ram_sdp #(.Width(512), .Depth(Beats)) u_store (
    .clk_i, .write_i(in_valid_i || zeroize_i), .write_address_i(write_beat),
    .write_data_i(zeroize_i ? '0 : in_data_i), .read_i(read || zeroize_i), .read_address_i(zeroize_i ? sweep_q - 1'b1 : read_beat),
    .read_data_o(stored)
  );
  prim_ram_sdp #(.Width(512), .Depth(Beats)) u_plain (
    .clk_i, .write_i(in_valid_i || zeroize_i), .write_address_i(write_beat),
    .write_data_i(zeroize_i ? '0 : in_plain_i), .read_i(plain_read_i || zeroize_i),
    .read_address_i(zeroize_i ? sweep_q - 1'b1 : plain_beat_i), .read_data_o(plain_o)
  );
  assign beats_here_o = in_q;
  assign room_o = 10'(Beats) - 10'(taken_q);

  // ---- What is known of the frame at the head. ----
  logic note_valid;
  logic frame_done;
  logic [4:0] notes_count;
  /* verilator lint_off UNUSEDSIGNAL */  // at most Beats
  logic [9:0] beats;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [LayoutBits+EditBits+9:0] note;
  vitrine_pkg::tcp_layout_t layout;
  vitrine_pkg::tcp_edit_t edit;
  prim_fifo #(.Width(LayoutBits + EditBits + 10), .Depth(Frames)) u_notes (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(note_valid_i), .push_ready_o(note_ready_o),
    .push_data_i({note_layout_i, note_edit_i, note_beats_i}), .pop_valid_o(note_valid), .pop_ready_i(frame_done),
    .pop_data_o(note), .count_o(notes_count)
  );
  assign {layout, edit, beats} = note;

  // Each patch carries the number of its frame, counted by verdicts; the first one waits in a register, so that two can
  // be looked at.
  localparam int unsigned NumberBits = 6;           // more than twice the frames that can be under way
  logic patch_room;
  logic next_valid;
  logic next_pop;
  logic [NumberBits-1:0] patch_number_q;
  logic [NumberBits-1:0] next_number;
  /* verilator lint_off UNUSEDSIGNAL */  // only its place
  vitrine_pkg::record_patch_t next;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [PatchBits+NumberBits-1:0] next_bits;
  logic [$clog2(Patches):0] patches_count;
  logic verdict_room;
  logic verdict_valid;
  logic [16:0] verdict;
  logic [4:0] verdicts_count;
  assign patch_ready_o = patch_room;
  assign verdict_ready_o = verdict_room && !patch_valid_i;
  prim_fifo #(.Width(PatchBits + NumberBits), .Depth(Patches)) u_patches (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(patch_valid_i), .push_ready_o(patch_room),
    .push_data_i({patch_number_q, patch_i}), .pop_valid_o(next_valid), .pop_ready_i(next_pop),
    .pop_data_o(next_bits), .count_o(patches_count)
  );
  assign {next_number, next} = next_bits;
  prim_fifo #(.Width(17), .Depth(Frames)) u_verdicts (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(verdict_valid_i && verdict_ready_o), .push_ready_o(verdict_room),
    .push_data_i({verdict_sends_i, verdict_leaves_i}), .pop_valid_o(verdict_valid), .pop_ready_i(frame_done),
    .pop_data_o(verdict), .count_o(verdicts_count)
  );

  // ---- First stage: the head's beats are read, as soon as the frame and its verdict are here. ----
  logic [4:0] arrived_q;                            // frames that are here whole; a verdict may come before
  logic [9:0] beat_q;                               // of the head, next to be read
  logic [NumberBits-1:0] number_q;                  // of the head
  logic known;
  logic last;
  logic drop;                                       // the head does not leave
  logic merge_ready;                                // the second stage takes a beat
  logic side_room;
  logic stale;                                      // the first patch is of a frame that is over
  assign known = note_valid && verdict_valid && arrived_q != '0;
  assign last = 16'(layout.payload) + verdict[15:0] <= {beat_q, 6'd0} + 16'd64;
  assign drop = known && !verdict[16] && !stale;    // so at most one frame before the head has patches left
  assign read = known && verdict[16] && merge_ready && side_room;
  assign read_beat = base_q + BeatBits'(beat_q);
  assign frame_done = drop || (read && last);

  // ---- Second stage: the first patch goes into the beat; one more clock for each further one. ----
  logic have_q;                                     // a beat is here: `stored`, or data_q where patched_q
  logic patched_q;
  logic last_q;
  logic [9:0] merge_beat_q;
  logic [NumberBits-1:0] merge_number_q;
  logic [7:0] payload_q;
  logic [511:0] data_q;
  logic patch_valid_q;
  logic [NumberBits-1:0] first_number_q;
  vitrine_pkg::record_patch_t first_q;
  logic [NumberBits-1:0] behind;                    // frames between the first patch's and the one at work
  logic [15:0] begin_at;                            // of the beat, in the payload; may be negative
  logic [15:0] place;                               // of the first patch in the beat
  logic [15:0] next_place;
  logic touches;                                    // the first patch has bytes in this beat
  logic ends;                                       // and none in the next
  logic next_touches;
  logic moves;                                      // the beat goes on to the output
  logic out_free;
  assign behind = (have_q ? merge_number_q : number_q) - first_number_q;
  assign stale = patch_valid_q && behind != '0 && !behind[NumberBits-1];
  assign begin_at = {merge_beat_q, 6'd0} - 16'(payload_q);
  assign place = first_q.at - begin_at;
  assign next_place = next.at - begin_at;
  assign touches = patch_valid_q && behind == '0 && have_q && (place[15] || place < 16'd64);
  assign ends = $signed(place) + $signed({11'd0, first_q.bytes}) <= $signed(16'd64);
  assign next_touches = next_valid && next_number == merge_number_q && (next_place[15] || next_place < 16'd64);
  assign moves = have_q && !stale && !(touches && ends && next_touches) && out_free;
  assign merge_ready = !have_q || moves;
  logic first_pop;
  assign first_pop = stale || (touches && ends && (moves || next_touches));
  assign next_pop = !patch_valid_q || first_pop;

  logic [511:0] data;
  logic [511:0] merged;
  logic [6:0] from_patch;
  assign data = patched_q ? data_q : stored;
  always_comb begin
    merged = data;
    from_patch = '0;
    for (int unsigned i = 0; i < 64; i++) begin
      from_patch = 7'(i) - place[6:0];
      if (touches && from_patch < 7'(first_q.bytes)) begin
        merged[8*i +: 8] = first_q.data[8 * (15 - 32'(from_patch[3:0])) +: 8];
      end
    end
  end

  // ---- Third stage: the output, with what stands beside its frame. ----
  logic out_valid_q;
  logic out_last_q;
  logic [511:0] out_data_q;
  logic [LayoutBits+EditBits-1:0] side;
  logic side_valid;
  logic [2:0] sides_count;
  vitrine_pkg::tcp_edit_t leaving;
  assign out_free = !out_valid_q || out_ready_i;
  always_comb begin
    leaving = edit;
    leaving.leaves = verdict[15:0];
  end
  prim_fifo #(.Width(LayoutBits + EditBits), .Depth(4)) u_sides (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(read && beat_q == '0), .push_ready_o(side_room),
    .push_data_i({layout, leaving}), .pop_valid_o(side_valid), .pop_ready_i(out_valid_q && out_ready_i && out_last_q),
    .pop_data_o(side), .count_o(sides_count)
  );
  assign {layout_o, edit_o} = side;
  assign out_valid_o = out_valid_q;
  assign out_data_o = out_data_q;
  assign out_last_o = out_last_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      in_q <= '0;
      sweep_q <= '0;
      taken_q <= '0;
      base_q <= '0;
      arrived_q <= '0;
      beat_q <= '0;
      number_q <= '0;
      patch_number_q <= '0;
      have_q <= 1'b0;
      patched_q <= 1'b0;
      patch_valid_q <= 1'b0;
      out_valid_q <= 1'b0;
    end else begin
      if (in_valid_i) in_q <= in_q + 1'b1;
      sweep_q <= zeroize_i ? sweep_q + 1'b1 : '0;
      arrived_q <= arrived_q + 5'(in_valid_i && in_last_i) - 5'(frame_done);
      taken_q <= taken_q + (start_i ? (BeatBits + 1)'(start_beats_i) : '0) -
                 (frame_done ? (BeatBits + 1)'(beats) : '0);
      if (verdict_valid_i && verdict_ready_o) patch_number_q <= patch_number_q + 1'b1;
      if (frame_done) begin
        base_q <= base_q + BeatBits'(beats);
        number_q <= number_q + 1'b1;
      end
      if (read) beat_q <= last ? '0 : beat_q + 1'b1;
      if (merge_ready) have_q <= read;
      patched_q <= !merge_ready && (patched_q || touches);
      if (next_pop) patch_valid_q <= next_valid;
      if (out_free) out_valid_q <= moves;
    end
    if (read) begin
      last_q <= last;
      merge_beat_q <= beat_q;
      merge_number_q <= number_q;
      payload_q <= layout.payload;
    end
    if (next_pop) {first_number_q, first_q} <= next_bits;
    if (have_q || zeroize_i) data_q <= zeroize_i ? '0 : merged;
    if (out_free || zeroize_i) begin
      out_data_q <= zeroize_i ? '0 : merged;
      out_last_q <= last_q;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (32'(taken_q) <= Beats);
      assert (notes_count <= 5'd16 && verdicts_count <= 5'd16);
      assert (!(patch_valid_i && !patch_room && patches_count == '0));
      assert (!read || (known && verdict[16]));          // SEC: no byte leaves without a verdict that says so
      assert (!have_q || !read || beat_q == '0 || merge_number_q == number_q);
      assert (!out_valid_q || side_valid);
      assert (sides_count <= 3'd4);
    end
  end
`endif
endmodule
