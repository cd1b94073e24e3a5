// Frames on their way out: stored behind the cryptography until their verdict, patched, and sent to tcp_rewrite.
//
// Beats come without backpressure: record_frames sends a frame only where room_o says that there is room (start_i takes
// it). A note a frame (its layout and edit, its beats) comes when its segment goes to the tracker, patches and verdicts
// from the tracker; all in the order of frames. A frame that is not sent is thrown away here. A beat leaves a clock, and
// one more for each further patch in it. REQUIRES: no frame with more than Patches - 1 patches (headers and tags): a
// record in a frame makes two and takes at least 21 bytes, so frames of 1,514 bytes need 256.
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

  // A verdict closes its frame's patches with a mark.
  logic patch_push;
  logic patch_room;
  logic patch_valid;
  logic patch_pop;
  logic patch_mark;
  vitrine_pkg::record_patch_t patch;
  logic [PatchBits:0] patch_bits;
  logic [$clog2(Patches):0] patches_count;
  logic verdict_room;
  logic verdict_valid;
  logic [16:0] verdict;
  logic [4:0] verdicts_count;
  assign patch_push = patch_valid_i || (verdict_valid_i && verdict_room);
  assign patch_ready_o = patch_room;
  assign verdict_ready_o = verdict_room && patch_room && !patch_valid_i;
  prim_fifo #(.Width(PatchBits + 1), .Depth(Patches)) u_patches (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(patch_push), .push_ready_o(patch_room),
    .push_data_i({!patch_valid_i, patch_i}), .pop_valid_o(patch_valid), .pop_ready_i(patch_pop),
    .pop_data_o(patch_bits), .count_o(patches_count)
  );
  assign {patch_mark, patch} = patch_bits;
  prim_fifo #(.Width(17), .Depth(Frames)) u_verdicts (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(verdict_valid_i && verdict_ready_o), .push_ready_o(verdict_room),
    .push_data_i({verdict_sends_i, verdict_leaves_i}), .pop_valid_o(verdict_valid), .pop_ready_i(frame_done),
    .pop_data_o(verdict), .count_o(verdicts_count)
  );

  // ---- Sending. ----
  //   OsIdle   until the head and its verdict are there; its first beat is read
  //   OsBeat   a beat is there (stored, or with patches in it)
  //   OsDrain  the frame's mark is looked for, and its beats are given back
  typedef enum logic [1:0] {OsIdle, OsBeat, OsDrain} state_t;
  state_t state_q;
  state_t state_d;
  logic [4:0] arrived_q;                            // frames that are here whole; a verdict may come before
  logic [9:0] beat_q;                               // of the frame
  logic patched_q;                                  // data_q is the beat, not what was read
  logic [511:0] data_q;
  logic [511:0] data;
  logic [15:0] end_at;                              // of what leaves
  logic last;
  logic [15:0] begin_at;                            // of the beat, in the frame
  logic [15:0] patch_at;                            // in the frame
  logic [15:0] patch_end;
  logic touches;                                    // the first patch has bytes in this beat
  assign data = patched_q ? data_q : stored;
  assign end_at = 16'(layout.payload) + verdict[15:0];
  assign begin_at = {beat_q, 6'd0};
  assign last = end_at <= begin_at + 16'd64;
  assign patch_at = patch.at + 16'(layout.payload);
  assign patch_end = patch_at + 16'(patch.bytes);
  assign touches = patch_valid && !patch_mark && patch_at < begin_at + 16'd64;

  logic [511:0] merged;
  logic [15:0] from_patch;
  always_comb begin
    merged = data;
    from_patch = '0;
    for (int unsigned i = 0; i < 64; i++) begin
      from_patch = begin_at + 16'(i) - patch_at;
      if (from_patch < 16'(patch.bytes)) merged[8*i +: 8] = patch.data[8 * (15 - 32'(from_patch[3:0])) +: 8];
    end
  end
  logic merge;                                      // the first patch's bytes go into the beat
  logic gone_q;                                     // it has been merged into this beat already
  assign merge = state_q == OsBeat && touches && !gone_q;

  always_comb begin
    state_d = state_q;
    read = 1'b0;
    read_beat = base_q + BeatBits'(beat_q);
    frame_done = 1'b0;
    patch_pop = 1'b0;
    out_valid_o = 1'b0;
    unique case (state_q)
      OsIdle: begin
        read = 1'b1;
        if (note_valid && verdict_valid && arrived_q != '0) state_d = verdict[16] ? OsBeat : OsDrain;
      end
      OsBeat: begin
        patch_pop = merge && patch_end <= begin_at + 16'd64;
        out_valid_o = !merge;
        read_beat = base_q + BeatBits'(beat_q + 10'd1);
        read = out_valid_o && out_ready_i;
        if (out_valid_o && out_ready_i && last) state_d = OsDrain;
      end
      OsDrain: begin
        patch_pop = patch_valid;
        frame_done = patch_valid && patch_mark;
        if (frame_done) state_d = OsIdle;
      end
      default: state_d = OsIdle;
    endcase
  end
  assign out_data_o = data;
  assign out_last_o = last;
  assign layout_o = layout;
  always_comb begin
    edit_o = edit;
    edit_o.leaves = verdict[15:0];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= OsIdle;
      in_q <= '0;
      sweep_q <= '0;
      taken_q <= '0;
      base_q <= '0;
      arrived_q <= '0;
      beat_q <= '0;
      patched_q <= 1'b0;
      gone_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (in_valid_i) in_q <= in_q + 1'b1;
      sweep_q <= zeroize_i ? sweep_q + 1'b1 : '0;
      arrived_q <= arrived_q + 5'(in_valid_i && in_last_i) - 5'(frame_done);
      taken_q <= taken_q + (start_i ? (BeatBits + 1)'(start_beats_i) : '0) -
                 (frame_done ? (BeatBits + 1)'(beats) : '0);
      if (frame_done) base_q <= base_q + BeatBits'(beats);
      if (state_q != OsBeat) beat_q <= '0;
      else if (read) beat_q <= beat_q + 1'b1;
      patched_q <= state_q == OsBeat && !read && (patched_q || merge);
      gone_q <= state_q == OsBeat && !read && !patch_pop && (gone_q || merge);
    end
    if (merge || zeroize_i) data_q <= zeroize_i ? '0 : merged;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (32'(taken_q) <= Beats);
      assert (notes_count <= 5'd16 && verdicts_count <= 5'd16);
      assert (!(patch_valid_i && !patch_room && patches_count == '0));
      assert (!out_valid_o || verdict[16]);              // SEC: no byte leaves without a verdict that says so
    end
  end
`endif
endmodule
