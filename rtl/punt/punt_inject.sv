// The ring of frames that the host gives to the card: an AXI4 read master (INCR bursts of 64-byte beats), frames out.
//
// An entry is a header beat and the frame's beats, in a place of 16 KiB (rtl/punt/README.md). Up to Ahead headers are
// read ahead with ID 0, the frames with ID 1; memory may answer one ID before the other. A frame is given out once all
// of it is here, with how_o and port_o beside each beat. TAIL moves when an entry has been read, so it stands behind
// HEAD always. An entry that says nonsense (no bytes, more than the place holds, another port, another how) is skipped:
// refused_o. A bad response stops the ring (error_o); so does SIZE 0, after which TAIL is 0. BASE and SIZE are taken
// when SIZE becomes other than 0. No burst crosses 4 KiB.
module punt_inject #(
  parameter int unsigned DataBits    = 512,
  parameter int unsigned PointerBits = 32,
  parameter int unsigned StoreBeats  = 512,  // a power of two, at least 256
  parameter int unsigned Ahead       = 8     // a power of two
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [63:0]            base_i,    // 4 KiB aligned
  input  logic [PointerBits-1:0] size_i,    // entries: a power of two, 0 is off
  input  logic [PointerBits-1:0] head_i,
  output logic [PointerBits-1:0] tail_o,
  output logic                   taken_o,   // pulse: TAIL moves
  output logic                   refused_o, // with it: over an entry that says nonsense
  output logic                   error_o,   // pulse: the memory refused a read, the ring has stopped
  output logic                   idle_o,    // no read is under way or due
  output logic                   out_valid_o,
  input  logic                   out_ready_i,
  output logic [DataBits-1:0]    out_data_o,
  output logic [6:0]             out_bytes_o,
  output logic                   out_last_o,
  output logic                   out_how_o,   // 0: out of out_port_o; 1: as if received by it
  output logic                   out_port_o,
  output logic                   arvalid_o,
  input  logic                   arready_i,
  output logic                   arid_o,
  output logic [63:0]            araddr_o,
  output logic [7:0]             arlen_o,     // beats - 1
  input  logic                   rvalid_i,
  output logic                   rready_o,
  input  logic                   rid_i,
  input  logic [DataBits-1:0]    rdata_i,
  input  logic [1:0]             rresp_i
);
  localparam int unsigned CountBits = $clog2(StoreBeats) + 1;
  localparam int unsigned AheadBits = $clog2(Ahead) + 1;

  typedef enum logic [1:0] {
    StateOff  = 2'd0,  // pointers are 0
    StateRun  = 2'd1,
    StateStop = 2'd2   // answers under way are thrown away, until SIZE is 0
  } state_t;
  state_t state_q;
  state_t state_d;
  logic run;
  logic off;
  assign run = state_q == StateRun;
  assign off = state_q == StateOff;

  // TAIL <= place being asked for <= place whose header is next <= HEAD, around the ring.
  logic [63:0] base_q;
  logic [PointerBits-1:0] mask_q;
  logic [PointerBits-1:0] tail_q;
  logic [PointerBits-1:0] body_q;
  logic [PointerBits-1:0] fetch_q;
  logic [AheadBits-1:0] headers_q;   // asked for and not answered
  logic [AheadBits-1:0] ahead_q;     // asked for and not yet gone from the queue
  logic [CountBits-1:0] beats_q;     // of frames, asked for and not answered
  assign tail_o = tail_q;

  // ---- Answers: headers. ----
  logic answer;
  logic bad;
  assign rready_o = 1'b1;            // whatever was asked for has its room
  assign answer = rvalid_i && run && rresp_i == 2'b00;
  assign bad = rvalid_i && run && rresp_i != 2'b00;
  assign error_o = bad;

  // What is kept of a header: beats (0: refused), bytes of the last, how and port.
  logic [7:0] header_beats;
  logic [5:0] header_rest;           // 0 is 64
  logic header_sane;
  always_comb begin
    header_beats = 8'((17'(rdata_i[47:32]) + 17'd63) >> 6);
    header_rest = rdata_i[37:32];
    header_sane = rdata_i[47:32] != '0 && rdata_i[47:32] <= 16'd16320 && rdata_i[7:1] == '0 && rdata_i[15:9] == '0;
  end

  logic next_valid;
  logic next_taken;
  logic [15:0] next_word;
  logic [7:0] next_beats;
  assign next_beats = next_word[7:0];
  logic [AheadBits-1:0] header_count;
  /* verilator lint_off PINCONNECTEMPTY */  // ahead_q keeps count
  prim_fifo #(.Width(16), .Depth(Ahead)) u_headers (
    .clk_i, .rst_ni, .zeroize_i(off), .push_valid_i(answer && !rid_i), .push_ready_o(),
    .push_data_i({rdata_i[8], rdata_i[0], header_rest, header_sane ? header_beats : 8'd0}),
    .pop_valid_o(next_valid), .pop_ready_i(next_taken), .pop_data_o(next_word), .count_o(header_count)
  );

  // ---- Requests. ----
  logic ar_valid_q;
  logic ar_id_q;
  logic [63:0] ar_addr_q;
  logic [7:0] ar_len_q;
  assign arvalid_o = ar_valid_q;
  assign arid_o = ar_id_q;
  assign araddr_o = ar_addr_q;
  assign arlen_o = ar_len_q;

  logic [PointerBits-1:0] place;     // that is asked for
  assign place = ask_body ? body_q : fetch_q;
  logic [8:0] at_q;                  // beat of the place that the next request begins with
  logic [8:0] wanted;                // beats to the frame's end
  logic [8:0] in_page;               // to the page's
  logic [8:0] burst;
  logic [CountBits-1:0] free;
  logic expect_room;
  logic ask_body;
  logic ask_header;
  logic skip;
  logic begins;                      // the entry, with this request
  always_comb begin
    wanted = 9'(next_beats) + 9'd1 - at_q;
    in_page = 9'd64 - {3'd0, at_q[5:0]};
    burst = wanted < in_page ? wanted : in_page;
    begins = at_q == 9'd1;
    skip = run && next_valid && next_beats == '0 && expect_room;
    ask_body = run && !ar_valid_q && next_valid && next_beats != '0 && (!begins || expect_room) &&
      CountBits'(burst) <= free - beats_q;
    ask_header = run && !ar_valid_q && !ask_body && fetch_q != (head_i & mask_q) && ahead_q != AheadBits'(Ahead);
    next_taken = skip || (ask_body && burst == wanted);
  end

  // ---- Answers: frames. ----
  logic due_valid;
  logic due_taken;
  logic [15:0] due_word;
  logic [7:0] due_beats;
  assign due_beats = due_word[7:0];
  prim_fifo #(.Width(16), .Depth(Ahead)) u_due (
    .clk_i, .rst_ni, .zeroize_i(off), .push_valid_i(skip || (ask_body && begins)), .push_ready_o(expect_room),
    .push_data_i(next_word), .pop_valid_o(due_valid), .pop_ready_i(due_taken), .pop_data_o(due_word), .count_o()
  );
  logic [7:0] got_q;                 // beats of the frame that are here
  logic push;
  logic ends;
  logic [6:0] bytes;
  always_comb begin
    push = answer && rid_i;
    ends = push && got_q + 8'd1 == due_beats;
    bytes = due_word[13:8] == '0 || !ends ? 7'd64 : {1'b0, due_word[13:8]};
    refused_o = run && due_valid && due_beats == '0;
    due_taken = refused_o || ends;
    taken_o = due_taken;
  end
  prim_commit_fifo #(.Width(DataBits + 10), .Depth(StoreBeats)) u_store (
    .clk_i, .rst_ni, .push_i(push), .push_data_i({due_word[15:14], ends, bytes, rdata_i}), .full_o(), .commit_i(ends),
    .rewind_i(!run), .pop_valid_o(out_valid_o), .pop_ready_i(out_ready_i),
    .pop_data_o({out_port_o, out_how_o, out_last_o, out_bytes_o, out_data_o}), .free_o(free)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  assign idle_o = !ar_valid_q && headers_q == '0 && beats_q == '0 && (!run || fetch_q == tail_q);
  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StateOff: if (size_i != '0) state_d = StateRun;
      StateRun: if (size_i == '0 || bad) state_d = StateStop;
      default: if (idle_o && size_i == '0) state_d = StateOff;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StateOff;
      mask_q <= '0;
      tail_q <= '0;
      body_q <= '0;
      fetch_q <= '0;
      headers_q <= '0;
      ahead_q <= '0;
      beats_q <= '0;
      at_q <= 9'd1;
      got_q <= '0;
      ar_valid_q <= 1'b0;
    end else begin
      state_q <= state_d;
      if (arready_i) ar_valid_q <= 1'b0;
      if (ask_body || ask_header) ar_valid_q <= 1'b1;
      headers_q <= headers_q + AheadBits'(ask_header) - AheadBits'(rvalid_i && !rid_i);
      beats_q <= beats_q + (ask_body ? CountBits'(burst) : '0) - CountBits'(rvalid_i && rid_i);
      if (off) begin
        mask_q <= size_i - 1'b1;
        tail_q <= '0;
        body_q <= '0;
        fetch_q <= '0;
        ahead_q <= '0;
        at_q <= 9'd1;
        got_q <= '0;
      end else begin
        ahead_q <= ahead_q + AheadBits'(ask_header) - AheadBits'(next_taken);
        if (ask_header) fetch_q <= (fetch_q + 1'b1) & mask_q;
        if (ask_body) at_q <= at_q + burst;
        if (next_taken) begin
          at_q <= 9'd1;
          body_q <= (body_q + 1'b1) & mask_q;
        end
        if (push) got_q <= got_q + 1'b1;
        if (due_taken) begin
          got_q <= '0;
          tail_q <= (tail_q + 1'b1) & mask_q;
        end
      end
    end
    if (off) base_q <= base_i;
    if (ask_body || ask_header) begin
      ar_id_q <= ask_body;
      ar_addr_q <= base_q + {{(50 - PointerBits){1'b0}}, place, ask_body ? at_q[7:0] : 8'd0, 6'd0};
      ar_len_q <= ask_body ? 8'(burst - 9'd1) : 8'd0;
    end
  end

  if (StoreBeats < 256) begin : g_illegal
    $fatal(1, "punt_inject: StoreBeats holds the longest frame");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!rvalid_i || (rid_i ? beats_q != '0 : headers_q != '0));              // an answer to nothing
`ifndef FORMAL
      assert (!push || (due_valid && due_beats != '0));                             // not among what is proved
`endif
      assert (!run || AheadBits'(header_count + headers_q) == ahead_q);             // headers have their room
      // No burst crosses a boundary of 4 KiB.
      assert (!arvalid_o || 9'(araddr_o[11:6]) + 9'(arlen_o) < 9'd64);
      assert (!run || ((mask_q + 1'b1) & mask_q) == '0);                            // SIZE is a power of two
      assert (!run || base_q[11:0] == '0);
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;

  logic [PointerBits-1:0] f_filled;    // entries that the host has put and not seen taken
  logic [PointerBits-1:0] f_asked;     // of these: header asked for
  logic [PointerBits-1:0] f_body;      // of these: frame asked for wholly
  logic [PointerBits-1:0] f_head;      // a clock ago
  assign f_filled = (head_i - tail_q) & mask_q;
  assign f_asked = (fetch_q - tail_q) & mask_q;
  assign f_body = (body_q - tail_q) & mask_q;
  always_ff @(posedge clk_i) f_head <= head_i;
  always_comb begin
    if (!f_started) assume (!rst_ni);
    assume ((size_i & (size_i - 1'b1)) == '0);
    assume (base_i[11:0] == '0);
    assume (!rvalid_i || (rid_i ? beats_q != '0 : headers_q != '0));
    // HEAD: 0 while the ring is off, forwards only, and one place stays free.
    if (off) assume (head_i == '0);
    else assume ((head_i & ~mask_q) == '0 &&
                 ((head_i - f_head) & mask_q) <= ((tail_q - 1'b1 - f_head) & mask_q));
  end
  always_ff @(posedge clk_i) begin
    if (f_started && rst_ni && $past(rst_ni)) begin
      // AXI: what is offered stays until it is taken.
      if ($past(arvalid_o && !arready_i)) begin
        assert (arvalid_o && $stable(araddr_o) && $stable(arlen_o) && $stable(arid_o));
      end
      if (!off) begin
        // Nothing is read that the host has not put, and TAIL never passes it.
        assert (((mask_q + 1'b1) & mask_q) == '0);
        assert ((tail_q & ~mask_q) == '0 && (fetch_q & ~mask_q) == '0 && (body_q & ~mask_q) == '0);
        assert (f_body <= f_asked && f_asked <= f_filled);
      end
      // TAIL moves by one, with an entry wholly read or refused.
      if ($past(!off && !taken_o)) assert (tail_q == $past(tail_q));
      // As many headers under way and queued as ahead_q says; the queue has room for each, and the store for the beats.
      if (run) assert (ahead_q <= AheadBits'(Ahead) && headers_q <= ahead_q);
      if (run) assert (beats_q <= free);
      // A request within a frame ends with it.
      if (run && at_q != 9'd1) assert (next_valid && at_q <= 9'(next_beats) && at_q != '0);
      if (run) assert (((fetch_q - body_q) & mask_q) == (PointerBits'(ahead_q) & mask_q));
      if (run) assert (PointerBits'(ahead_q) == f_asked - f_body);
      assert (!ar_valid_q || ar_id_q || ar_len_q == '0);
    end
  end
`endif
endmodule
