// Holds a frame until its TCP checksum is known, and sends it with the checksum in its place.
//
// Frames come from tcp_edit, checksums by a strobe of their own, in the same order, each after its frame's last beat
// left tcp_edit. A frame of n beats leaves n + 6 clocks after its first beat came, one beat a clock. Backpressure by
// in_ready_o. REQUIRES: no frame longer than Beats * 64 bytes: it could never leave.
module tcp_insert #(
  parameter int unsigned Beats  = 256,  // of store; a power of two. 256 hold a jumbo frame and more
  parameter int unsigned Frames = 64    // whole frames in the store, at least; a power of two
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         zeroize_i,            // held for max(Beats, Frames) clocks overwrites what is stored
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [511:0] in_data_i,
  input  logic [6:0]   in_bytes_i,
  input  logic         in_last_i,
  input  logic         tcp_checksum_valid_i,
  input  logic [15:0]  tcp_checksum_i,
  input  logic [7:0]   tcp_checksum_at_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [511:0] out_data_o,
  output logic [6:0]   out_bytes_o,
  output logic         out_last_o
);
  localparam int unsigned IndexBits = $clog2(Beats);
  localparam int unsigned FrameBits = $clog2(Frames);

  // The store. Frames are bounded too, so that the queue of checksums never overflows.
  logic [IndexBits:0] head_q;
  logic [IndexBits:0] tail_q;
  logic [FrameBits:0] frames_q;   // whose last beat came and that have not left
  logic write;
  logic read;
  logic [519:0] stored;
  assign in_ready_o = (IndexBits + 1)'(tail_q - head_q) != (IndexBits + 1)'(Beats) &&
                      frames_q != (FrameBits + 1)'(Frames) && !zeroize_i;
  assign write = in_valid_i && in_ready_o;
  prim_ram_sdp #(.Width(520), .Depth(Beats)) u_store (
    .clk_i, .write_i(write || zeroize_i), .write_address_i(tail_q[IndexBits-1:0]),
    .write_data_i(zeroize_i ? '0 : {in_last_i, in_bytes_i, in_data_i}),
    .read_i(read), .read_address_i(head_q[IndexBits-1:0]), .read_data_o(stored)
  );

  logic checksum_ready;
  logic checksum_valid;
  logic [23:0] checksum;
  logic frame_done;
  logic [FrameBits+1:0] checksums;
  prim_fifo #(.Width(24), .Depth(2 * Frames)) u_checksums (
    .clk_i, .rst_ni, .zeroize_i, .push_valid_i(tcp_checksum_valid_i), .push_ready_o(checksum_ready),
    .push_data_i({tcp_checksum_at_i, tcp_checksum_i}), .pop_valid_o(checksum_valid), .pop_ready_i(frame_done),
    .pop_data_o(checksum), .count_o(checksums)
  );

  // The beat in hand, read before; its checksum is the first in the queue. A read is for the frame in hand, or for the
  // next one where that is here with its checksum too. (A checksum may overtake the last beat where that has to wait.)
  logic have_q;
  logic [1:0] beat_q;             // of the beat in hand, 3: behind the headers
  logic leaves;
  logic last;
  logic more;
  assign last = stored[519];
  assign leaves = have_q && out_ready_i;
  assign frame_done = leaves && last;
  assign more = have_q && last ? checksums > (FrameBits + 2)'(1) && frames_q > (FrameBits + 1)'(1)
                               : checksum_valid && frames_q != '0;
  assign read = more && (!have_q || out_ready_i) && !zeroize_i;

  logic [15:0] word;
  assign word = {checksum[7:0], checksum[15:8]};
  always_comb begin
    out_data_o = stored[511:0];
    if (beat_q == checksum[23:22]) out_data_o[16 * 32'(checksum[21:17]) +: 16] = word;
  end
  assign out_valid_o = have_q;
  assign out_bytes_o = stored[518:512];
  assign out_last_o = last;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
      frames_q <= '0;
      have_q <= 1'b0;
      beat_q <= '0;
    end else if (zeroize_i) begin
      head_q <= tail_q + 1'b1;
      tail_q <= tail_q + 1'b1;
      frames_q <= '0;
      have_q <= 1'b0;
      beat_q <= '0;
    end else begin
      if (write) tail_q <= tail_q + 1'b1;
      if (read) head_q <= head_q + 1'b1;
      frames_q <= frames_q + (FrameBits + 1)'(write && in_last_i) - (FrameBits + 1)'(frame_done);
      if (!have_q || out_ready_i) have_q <= read;
      if (leaves) beat_q <= last ? '0 : beat_q + 2'(beat_q != 2'd3);
    end
  end

  if (Beats != 2 ** IndexBits || Frames != 2 ** FrameBits) begin : g_illegal
    $fatal(1, "tcp_insert: Beats and Frames are powers of two");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && !zeroize_i) begin
      assert (!tcp_checksum_valid_i || checksum_ready);  // no checksum is lost
      assert (!have_q || checksum_valid);                // no beat leaves before its frame's checksum is known
      assert (!read || head_q != tail_q);
      assert (checksums <= (FrameBits + 2)'(frames_q) + 1'b1);
      assert (!checksum_valid || !checksum[16]);          // a word's place
    end
  end
`endif
endmodule
