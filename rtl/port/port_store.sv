// Stores frames whole before they go on; a frame that finds no room, or must not pass, is dropped whole.
//
// In: a 512-bit frame stream without backpressure, one beat a clock at most; byte 0 in bits [7:0]. Out: the same with
// valid/ready, whole frames in order, a beat a clock; the first beat of a frame comes 2 clocks after its last was
// taken, at the earliest. It can drop, and says so: each frame gives one pulse of done_o, a clock after its last beat,
// with what became of it and its tag.
module port_store #(
  parameter int unsigned DataBits = 512,
  parameter int unsigned Depth    = 512,   // beats held; a power of two
  parameter int unsigned MaxBeats = 150,   // of a frame; a longer one is refused
  parameter int unsigned TagBits  = 1,
  localparam int unsigned ByteBits = $clog2(DataBits / 8) + 1
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                in_valid_i,
  input  logic [DataBits-1:0] in_data_i,
  input  logic [ByteBits-1:0] in_bytes_i,
  input  logic                in_last_i,
  input  logic                in_error_i,  // with the last beat: refuse the frame
  input  logic [TagBits-1:0]  in_tag_i,    // with the last beat; comes back with done_o
  output logic                out_valid_o,
  input  logic                out_ready_i,
  output logic [DataBits-1:0] out_data_o,
  output logic [ByteBits-1:0] out_bytes_o,
  output logic                out_last_o,
  output logic                done_o,
  output logic                done_stored_o,   // exactly one of these stands with done_o
  output logic                done_full_o,     // dropped: no room
  output logic                done_refused_o,  // dropped: in_error_i, or longer than MaxBeats
  output logic [TagBits-1:0]  done_tag_o
);
  localparam int unsigned CountBits = $clog2(MaxBeats + 1);

  // What the frame under way has met; set until its last beat.
  logic full_q;
  logic long_q;
  logic [CountBits-1:0] beats_q;  // of it that are stored

  logic fifo_full;
  logic full;
  logic too_long;
  logic refused;
  logic push;
  logic commit;
  logic rewind;
  always_comb begin
    full = full_q || (fifo_full && !long_q);
    too_long = long_q || (!full && beats_q == CountBits'(MaxBeats));
    refused = too_long || (in_error_i && !full);
    push = in_valid_i && !full && !too_long;
    commit = in_valid_i && in_last_i && !full && !refused;
    rewind = in_valid_i && in_last_i && !commit;
  end

  /* verilator lint_off PINCONNECTEMPTY */  // nobody asks how much room there is
  prim_commit_fifo #(.Width(DataBits + ByteBits + 1), .Depth(Depth)) u_fifo (
    .clk_i, .rst_ni, .push_i(push), .push_data_i({in_last_i, in_bytes_i, in_data_i}), .full_o(fifo_full),
    .commit_i(commit), .rewind_i(rewind), .pop_valid_o(out_valid_o), .pop_ready_i(out_ready_i),
    .pop_data_o({out_last_o, out_bytes_o, out_data_o}), .free_o()
  );
  /* verilator lint_on PINCONNECTEMPTY */

  logic done_q;
  logic stored_q;
  logic done_full_q;
  logic refused_q;
  logic [TagBits-1:0] tag_q;
  assign done_o = done_q;
  assign done_stored_o = stored_q;
  assign done_full_o = done_full_q;
  assign done_refused_o = refused_q;
  assign done_tag_o = tag_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      full_q <= 1'b0;
      long_q <= 1'b0;
      beats_q <= '0;
      done_q <= 1'b0;
      stored_q <= 1'b0;
      done_full_q <= 1'b0;
      refused_q <= 1'b0;
    end else begin
      if (in_valid_i) begin
        full_q <= full && !in_last_i;
        long_q <= too_long && !in_last_i;
        beats_q <= in_last_i ? '0 : beats_q + CountBits'(push);
      end
      done_q <= in_valid_i && in_last_i;
      stored_q <= commit;
      done_full_q <= in_valid_i && in_last_i && full;
      refused_q <= in_valid_i && in_last_i && refused;
    end
    tag_q <= in_tag_i;
  end

  if (MaxBeats > Depth) begin : g_illegal
    $fatal(1, "port_store: Depth holds the longest frame");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(full && refused));
      assert (done_o == (done_stored_o || done_full_o || done_refused_o));
      assert (32'(done_stored_o) + 32'(done_full_o) + 32'(done_refused_o) <= 32'd1);
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // The fifo's own proof says: what is committed leaves once, in order, unchanged; what is not never leaves. Here:
  // a frame is committed whole, or nothing of it is.
  logic f_inside;                  // between a frame's first beat and its last
  logic [CountBits-1:0] f_pushed;  // of it, not committed and not taken back
  logic [CountBits-1:0] f_beats;   // of it that came, up to MaxBeats
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_inside <= 1'b0;
      f_pushed <= '0;
      f_beats <= '0;
    end else if (in_valid_i) begin
      f_inside <= !in_last_i;
      f_beats <= in_last_i ? '0 : f_beats == CountBits'(MaxBeats) ? f_beats : f_beats + 1'b1;
      f_pushed <= commit || rewind ? '0 : f_pushed + CountBits'(push);
      if (in_last_i) assert (commit != rewind);                    // decided at its end
      if (commit) assert (in_last_i && !in_error_i);
      if (commit) assert (push && f_pushed == f_beats);            // all beats that came, none of another frame
    end else begin
      assert (!push && !commit && !rewind);
    end
    if (f_started && rst_ni) begin
      assert (f_inside || (f_pushed == '0 && f_beats == '0 && !full_q && !long_q));
      assert (f_pushed == beats_q);
      assert (full_q || long_q || f_pushed == f_beats);
      assert (!(full_q || long_q) || !push);                       // once lost, nothing more of it gets in
      assert (!(full_q && long_q));
      assert (beats_q <= CountBits'(MaxBeats));
      if ($past(rst_ni)) assert (done_o == ($past(in_valid_i) && $past(in_last_i)));
      if ($past(rst_ni)) assert (done_stored_o == $past(commit));
    end
  end
`endif
endmodule
