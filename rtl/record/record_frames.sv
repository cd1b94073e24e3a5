// Frames on their way in: held until the tracker has walked them, and sent to the cryptography meanwhile.
//
// A frame is taken whole; layout, segment and edit stand beside its beats. Once its checksums are known to be right
// (tcp_verify), its segment is offered to the tracker; a frame with a wrong one goes no further (wrong_o, a pulse).
// From the clock in which the segment is taken, its bytes can be peeked at (until the next is taken) and it is sent to
// the cryptography, where `room_i` beats are free. ended_i: the tracker's walk of it is over. REQUIRES: no frame longer
// than Beats * 64 bytes.
module record_frames #(
  parameter  int unsigned Beats    = 64,            // of store, a power of two
  localparam int unsigned BeatBits = $clog2(Beats)
) (
  input  logic                         clk_i,
  input  logic                         rst_ni,
  input  logic                         in_valid_i,
  output logic                         in_ready_o,
  input  logic [511:0]                 in_data_i,
  input  logic [6:0]                   in_bytes_i,
  input  logic                         in_last_i,
  input  vitrine_pkg::tcp_layout_t     layout_i,
  input  vitrine_pkg::record_segment_t segment_i,
  input  vitrine_pkg::tcp_edit_t       edit_i,      // its deltas
  output logic                         wrong_o,
  output logic                         segment_valid_o,
  input  logic                         segment_ready_i,
  output vitrine_pkg::record_segment_t segment_o,
  output vitrine_pkg::tcp_layout_t     layout_o,    // beside segment_o
  output vitrine_pkg::tcp_edit_t       edit_o,      // likewise, with the payload's sum
  output logic [9:0]                   beats_o,     // likewise: of the frame
  input  logic                         ended_i,
  input  logic                         peek_valid_i,
  input  logic [15:0]                  peek_at_i,   // in the payload
  output logic                         peek_done_o,
  output logic [103:0]                 peek_data_o,
  input  logic [9:0]                   room_i,      // beats free behind the cryptography, those under way counted
  output logic                         out_start_o, // a frame of out_beats_o beats begins to go out: a pulse
  output logic [9:0]                   out_beats_o,
  output logic                         out_valid_o,
  input  logic                         out_ready_i,
  output logic [511:0]                 out_data_o,
  output logic [6:0]                   out_bytes_o,
  output logic                         out_last_o
);
  localparam int unsigned Frames = 16;              // waiting, at most
  localparam int unsigned LayoutBits = $bits(layout_i);
  localparam int unsigned SegmentBits = $bits(segment_i);
  localparam int unsigned EditBits = $bits(edit_i);
  localparam int unsigned NoteBits = LayoutBits + SegmentBits + EditBits + 10;

  // ---- The store: written once, read by the way out and by peeks. ----
  logic [BeatBits:0] tail_q;
  logic [BeatBits:0] free_q;
  logic [BeatBits:0] out_q;
  logic write;
  logic notes_room;
  logic [4:0] notes_count;
  assign in_ready_o = (BeatBits + 1)'(tail_q - free_q) != (BeatBits + 1)'(Beats) && notes_room && notes_count < 5'd12;
  assign write = in_valid_i && in_ready_o;
  logic out_read;
  logic [519:0] out_stored;
  logic peek_read;
  logic [BeatBits-1:0] peek_beat;
  logic [511:0] peek_stored;
  prim_ram_sdp #(.Width(520), .Depth(Beats)) u_store (
    .clk_i, .write_i(write), .write_address_i(tail_q[BeatBits-1:0]), .write_data_i({in_last_i, in_bytes_i, in_data_i}),
    .read_i(out_read), .read_address_i(out_q[BeatBits-1:0]), .read_data_o(out_stored)
  );
  prim_ram_sdp #(.Width(512), .Depth(Beats)) u_peeked (
    .clk_i, .write_i(write), .write_address_i(tail_q[BeatBits-1:0]), .write_data_i(in_data_i),
    .read_i(peek_read), .read_address_i(peek_beat), .read_data_o(peek_stored)
  );

  // ---- Checksums, and a note a frame, in order. ----
  logic verified;
  logic ip_right;
  logic tcp_right;
  logic [15:0] payload_sum;
  tcp_verify u_verify (
    .clk_i, .rst_ni, .beat_i(write), .data_i(in_data_i), .last_i(in_last_i), .layout_i, .done_o(verified),
    .ip_right_o(ip_right), .tcp_right_o(tcp_right), .payload_sum_o(payload_sum)
  );
  logic [9:0] in_beats_q;                           // of the frame that comes, so far
  logic note_valid;
  logic note_ready;
  logic [NoteBits-1:0] note;
  prim_fifo #(.Width(NoteBits), .Depth(Frames)) u_notes (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(write && in_last_i), .push_ready_o(notes_room),
    .push_data_i({layout_i, segment_i, edit_i, in_beats_q + 10'd1}), .pop_valid_o(note_valid),
    .pop_ready_i(note_ready), .pop_data_o(note), .count_o(notes_count)
  );
  logic check_valid;
  logic [17:0] check;
  logic checks_room;
  logic [4:0] checks_count;
  prim_fifo #(.Width(18), .Depth(Frames)) u_checks (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(verified), .push_ready_o(checks_room),
    .push_data_i({ip_right, tcp_right, payload_sum}), .pop_valid_o(check_valid), .pop_ready_i(note_ready),
    .pop_data_o(check), .count_o(checks_count)
  );

  // ---- The frame at the head: offered, or thrown away. ----
  logic right;
  logic frees_room;
  logic jobs_room;
  logic walking_q;                                  // the tracker has a frame in hand
  vitrine_pkg::tcp_edit_t edit;
  assign {layout_o, segment_o, edit, beats_o} = note;
  assign right = check[17] && check[16];
  always_comb begin
    edit_o = edit;
    edit_o.payload_sum = check[15:0];
  end
  assign segment_valid_o = note_valid && check_valid && right && jobs_room && frees_room;
  assign wrong_o = note_valid && check_valid && !right && jobs_room && frees_room && !walking_q;
  assign note_ready = (segment_valid_o && segment_ready_i) || wrong_o;

  // ---- The way out. A wrong frame is skipped there, so that places stay in order. ----
  logic job_valid;
  logic job_ready;
  logic [10:0] job;
  logic [4:0] jobs_count;
  prim_fifo #(.Width(11), .Depth(Frames)) u_jobs (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(note_ready), .push_ready_o(jobs_room),
    .push_data_i({right, beats_o}), .pop_valid_o(job_valid), .pop_ready_i(job_ready), .pop_data_o(job),
    .count_o(jobs_count)
  );
  logic [9:0] left_q;                               // beats of the frame that goes out, still to be read
  logic have_q;                                     // out_stored is one of them
  logic skip;
  logic streamed;                                   // a frame has left the store
  logic next;                                       // its last beat is read, so the next frame may begin
  assign next = left_q == '0 || (out_read && left_q == 10'd1);
  assign skip = job_valid && left_q == '0 && !job[10];
  assign out_start_o = job_valid && next && job[10] && job[9:0] <= room_i;
  assign out_beats_o = job[9:0];
  assign job_ready = skip || out_start_o;
  assign out_read = left_q != '0 && (!have_q || out_ready_i);
  assign streamed = skip || (out_read && left_q == 10'd1);
  assign out_valid_o = have_q;
  assign {out_last_o, out_bytes_o, out_data_o} = out_stored;

  // ---- Giving beats back: a frame that was walked and has gone out. ----
  logic free_valid;
  logic [BeatBits:0] free_beats;
  logic free_now;
  logic [4:0] frees_count;
  logic [4:0] streamed_q;                           // frames that have gone out
  logic [4:0] ended_q;                              // that were walked
  prim_fifo #(.Width(BeatBits + 1), .Depth(Frames)) u_frees (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(note_ready), .push_ready_o(frees_room), .push_data_i((BeatBits + 1)'(beats_o)),
    .pop_valid_o(free_valid), .pop_ready_i(free_now), .pop_data_o(free_beats), .count_o(frees_count)
  );
  assign free_now = streamed_q != '0 && ended_q != '0;

  // ---- Peeks: two beats, 13 bytes out of them. ----
  logic [BeatBits-1:0] walk_q;                      // the frame in hand begins here
  logic [BeatBits-1:0] walk_next_q;
  logic [7:0] payload_q;
  logic [1:0] peek_q;                               // 0 idle, 1 first beat, 2 second, 3 done
  logic [511:0] peek_low_q;
  logic [15:0] peek_byte;
  logic [103:0] peek_window;
  assign peek_byte = peek_at_i + 16'(payload_q);
  assign peek_read = peek_valid_i && (peek_q == 2'd0 || peek_q == 2'd1);
  assign peek_beat = walk_q + BeatBits'(peek_byte[15:6]) + BeatBits'(peek_q);
  assign peek_window = 104'({peek_stored, peek_low_q} >> {peek_byte[5:0], 3'd0});
  assign peek_done_o = peek_q == 2'd2;
  for (genvar i = 0; i < 13; i = i + 1) begin : g_peek
    assign peek_data_o[8 * (12 - i) +: 8] = peek_window[8 * i +: 8];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      tail_q <= '0;
      free_q <= '0;
      out_q <= '0;
      in_beats_q <= '0;
      left_q <= '0;
      have_q <= 1'b0;
      streamed_q <= '0;
      ended_q <= '0;
      walking_q <= 1'b0;
      walk_next_q <= '0;
      peek_q <= '0;
    end else begin
      if (write) begin
        tail_q <= tail_q + 1'b1;
        in_beats_q <= in_last_i ? '0 : in_beats_q + 1'b1;
      end
      if (skip) out_q <= out_q + (BeatBits + 1)'(job[9:0]);
      if (out_read) begin
        out_q <= out_q + 1'b1;
        left_q <= left_q - 1'b1;
      end
      if (out_start_o) left_q <= job[9:0];
      if (!have_q || out_ready_i) have_q <= out_read;
      streamed_q <= streamed_q + 5'(streamed) - 5'(free_now);
      ended_q <= ended_q + 5'(ended_i) + 5'(wrong_o) - 5'(free_now);
      if (free_now) free_q <= free_q + free_beats;
      walking_q <= (walking_q && !ended_i) || (segment_valid_o && segment_ready_i);
      if (note_ready) walk_next_q <= walk_next_q + BeatBits'(beats_o);
      if (peek_q == 2'd0) peek_q <= 2'(peek_valid_i);
      else peek_q <= peek_q + 1'b1;
    end
    if (segment_valid_o && segment_ready_i) begin
      walk_q <= walk_next_q;
      payload_q <= layout_o.payload;
    end
    if (peek_q == 2'd1) peek_low_q <= peek_stored;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!verified || checks_room);
      assert (!free_now || free_valid);
      assert (jobs_count <= 5'd16 && frees_count <= 5'd16 && checks_count <= 5'd16);
      assert ((BeatBits + 1)'(tail_q - free_q) <= (BeatBits + 1)'(Beats));
    end
  end
`endif
endmodule
