// Writes entries into a ring in memory: an AXI4 write master (INCR bursts of 64-byte beats).
//
// An entry has a place of 16 KiB; each burst stays in a 4 KiB page of it, so it crosses no 4 KiB boundary. Address and
// data are offered at the same time and neither waits for the other; a burst begins when the one before has left.
// Up to Outstanding bursts wait for their response; all have one ID, so responses come in order, and written_o stands
// with the response to an entry's last burst, if all before were good. After a bad one nothing is written_o, and
// failed_o says so once. While run_i is clear bursts that have begun end, and what is stored is read and thrown away.
// Latency 2 clocks from an entry to its address; a clock without data between bursts.
module punt_write #(
  parameter  int unsigned DataBits    = 512,
  parameter  int unsigned PointerBits = 32,
  parameter  int unsigned BurstBeats  = 64,   // a page of 4 KiB
  parameter  int unsigned Outstanding = 16    // a power of two, at least 2
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // From punt_admit.
  input  logic                   run_i,
  input  logic                   off_i,
  input  logic [63:0]            ring_base_i,
  input  logic [PointerBits-1:0] mask_i,
  output logic                   written_o,
  output logic                   failed_o,
  output logic                   idle_o,      // no burst is under way
  // The store: whole entries.
  input  logic                   in_valid_i,
  output logic                   in_ready_o,
  input  logic [DataBits-1:0]    in_data_i,
  input  logic [8:0]             in_beats_i,  // of its entry
  // AXI4.
  output logic                   awvalid_o,
  input  logic                   awready_i,
  output logic [63:0]            awaddr_o,
  output logic [7:0]             awlen_o,     // beats - 1
  output logic                   wvalid_o,
  input  logic                   wready_i,
  output logic [DataBits-1:0]    wdata_o,
  output logic                   wlast_o,
  input  logic                   bvalid_i,
  output logic                   bready_o,
  input  logic [1:0]             bresp_i
);
  logic [PointerBits-1:0] slot_q;  // of the entry under way or next
  logic [1:0] page_q;              // of its next burst
  logic [8:0] left_q;              // its beats not yet in a burst; 0: the next beat is a header
  logic aw_valid_q;
  logic [63:0] aw_addr_q;
  logic [7:0] aw_len_q;
  logic data_q;                    // beats of the burst are still to leave
  logic [8:0] data_left_q;         // so many
  logic failed_q;

  logic start;
  logic flag_room;
  logic [8:0] remaining;
  logic [8:0] burst;
  logic ends;                      // the entry with this burst
  always_comb begin
    remaining = left_q == '0 ? in_beats_i : left_q;
    ends = remaining <= 9'(BurstBeats);
    burst = ends ? remaining : 9'(BurstBeats);
    start = in_valid_i && run_i && !failed_q && !aw_valid_q && !data_q && flag_room;
  end

  assign awvalid_o = aw_valid_q;
  assign awaddr_o = aw_addr_q;
  assign awlen_o = aw_len_q;
  assign wvalid_o = data_q && in_valid_i;
  assign wdata_o = in_data_i;
  assign wlast_o = data_left_q == 9'd1;
  logic give_up;
  assign give_up = !run_i && !data_q && !aw_valid_q;
  assign in_ready_o = data_q ? wready_i : give_up;

  // A bit for each burst whose response is awaited: does it end its entry?
  logic flag_valid;
  logic flag_ends;
  logic [$clog2(Outstanding):0] flag_count;
  logic response;
  assign bready_o = 1'b1;
  assign response = bvalid_i;
  prim_fifo #(.Width(1), .Depth(Outstanding)) u_flags (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(start), .push_ready_o(flag_room), .push_data_i(ends),
    .pop_valid_o(flag_valid), .pop_ready_i(response), .pop_data_o(flag_ends), .count_o(flag_count)
  );
  logic bad;
  assign bad = response && bresp_i != 2'b00;
  assign written_o = response && !bad && flag_ends && !failed_q;
  assign failed_o = bad && !failed_q;
  assign idle_o = !flag_valid && !aw_valid_q && !data_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      slot_q <= '0;
      page_q <= '0;
      left_q <= '0;
      aw_valid_q <= 1'b0;
      data_q <= 1'b0;
      failed_q <= 1'b0;
    end else begin
      if (off_i) begin
        slot_q <= '0;
        page_q <= '0;
        left_q <= '0;
        failed_q <= 1'b0;
      end
      if (bad) failed_q <= 1'b1;
      if (awready_i) aw_valid_q <= 1'b0;
      if (wvalid_o && wready_i && wlast_o) data_q <= 1'b0;
      if (start) begin
        aw_valid_q <= 1'b1;
        data_q <= 1'b1;
        left_q <= remaining - burst;
        page_q <= ends ? 2'd0 : page_q + 1'b1;
        if (ends) slot_q <= (slot_q + 1'b1) & mask_i;
      end
    end
    if (start) begin
      aw_addr_q <= ring_base_i + (64'(slot_q) << 14) + (64'(page_q) << 12);
      aw_len_q <= 8'(burst - 9'd1);
      data_left_q <= burst;
    end else if (wvalid_o && wready_i) begin
      data_left_q <= data_left_q - 1'b1;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (32'(flag_count) <= Outstanding);
      assert (!bvalid_i || flag_valid);                       // a response to nothing
      assert (!start || (in_beats_i >= 9'd1 && in_beats_i <= 9'd256));
      // No burst crosses a boundary of 4 KiB: each begins on one and is no longer.
      assert (!awvalid_o || (awaddr_o[11:0] == '0 && awlen_o < 8'd64));
      assert (!off_i || idle_o);
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;

  // The stream of entries: each has in_beats_i beats; what is offered stays.
  logic [8:0] f_beat;   // of the entry, that are taken
  logic f_inside;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) f_beat <= '0;
    else if (in_valid_i && in_ready_o) f_beat <= f_beat + 1'b1 == in_beats_i ? '0 : f_beat + 1'b1;
  end
  assign f_inside = f_beat != '0;
  // The memory: a response only to a burst whose address and last beat were taken.
  logic [7:0] f_addresses;  // modulo 256, of bursts
  logic [7:0] f_lasts;
  logic [7:0] f_responses;
  logic [7:0] f_awaited;
  assign f_awaited = f_addresses - f_responses;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_addresses <= '0;
      f_lasts <= '0;
      f_responses <= '0;
    end else begin
      if (awvalid_o && awready_i) f_addresses <= f_addresses + 1'b1;
      if (wvalid_o && wready_i && wlast_o) f_lasts <= f_lasts + 1'b1;
      if (bvalid_i) f_responses <= f_responses + 1'b1;
    end
  end
  logic [8:0] f_kept;
  always_comb begin
    if (!f_started) assume (!rst_ni);
    assume (in_beats_i >= 9'd1 && in_beats_i <= 9'(4 * BurstBeats));
    assume (!bvalid_i || (f_responses != f_addresses && f_responses != f_lasts));
    assume (ring_base_i[11:0] == '0);
    assume (!off_i || (idle_o && !run_i && !f_inside && !in_valid_i));
  end
  always_ff @(posedge clk_i) begin
    if (f_started && rst_ni && $past(rst_ni)) begin
      // The store holds whole entries and what is on offer stays; run_i falls for good until off_i.
      assume (!$past(in_valid_i && !in_ready_o) || (in_valid_i && $stable(in_data_i) && $stable(in_beats_i)));
      assume (f_beat == '0 || (in_valid_i && $stable(in_beats_i)));
      assume (!run_i || $past(run_i) || $past(off_i));
      assume (!$past(failed_o) || !run_i);
      // AXI: what is offered stays until it is taken.
      if ($past(awvalid_o && !awready_i)) assert (awvalid_o && $stable(awaddr_o) && $stable(awlen_o));
      if ($past(wvalid_o && !wready_i)) assert (wvalid_o && $stable(wdata_o) && $stable(wlast_o));
    end
    if (f_started && rst_ni) begin
      // As many addresses as bursts of data, at most one ahead.
      assert (8'(f_addresses + 8'(aw_valid_q)) == 8'(f_lasts + 8'(data_q)));
      assert (f_awaited <= 8'(Outstanding) && 8'(f_lasts - f_responses) <= 8'(Outstanding));
      assert (8'(flag_count) == 8'(f_awaited + 8'(aw_valid_q)));
      // A burst has as many beats as its address says, and the entry is cut where it should be.
      assert (!data_q || (data_left_q >= 9'd1 && data_left_q <= 9'(BurstBeats)));
      assert (!aw_valid_q || (aw_addr_q[11:0] == '0 && 9'(aw_len_q) < 9'(BurstBeats)));
      if (data_q) assert (in_valid_i && f_beat + data_left_q + left_q == in_beats_i);
      if (run_i && !data_q && left_q == '0) assert (f_beat == '0);
      if (run_i && !data_q && left_q != '0) assert (f_beat != '0 && in_valid_i && f_beat + left_q == in_beats_i);
      assert (f_beat == '0 || f_beat < in_beats_i);
      assert (left_q < 9'(4 * BurstBeats));
      // An entry is told as written only with the last response of all of it.
      if (written_o) assert (flag_ends && bresp_i == 2'b00 && !failed_q);
    end
  end
`endif
endmodule
