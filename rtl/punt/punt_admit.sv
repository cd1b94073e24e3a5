// Decides at its header whether an entry goes into a ring in the host's memory, and keeps the ring's pointers.
//
// Entries come as beats of 512 bits, byte 0 in bits [7:0]: a header, whose bytes 4 and 5 say how many bytes follow,
// then those. An entry that fits is passed on with its number written into the header; one that does not is either
// swallowed whole (punts: dropped_o) or left to wait with ready low (events: in_keep_i). Once the header is taken
// nothing waits. An entry fits where the ring and the store behind this module both have room for all of it.
//
// HEAD moves by written_i, an entry at a time. SIZE 0 stops the ring: what is stored is given up, writes under way end,
// and then HEAD and the number are 0. BASE and SIZE are taken when SIZE becomes other than 0. failed_i (the memory
// refused a write) stops it too, until SIZE has been 0.
module punt_admit #(
  parameter  int unsigned PointerBits = 32,
  parameter  int unsigned NumberByte  = 28,   // where the entry's number goes in the header
  parameter  bit          Reserve     = 1'b1, // an eighth of the ring is for entries with in_keep_i only
  parameter  int unsigned StoreBeats  = 512,  // of the store behind this module; a power of two
  localparam int unsigned FreeBits    = $clog2(StoreBeats) + 1
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  // Registers.
  input  logic [63:0]            base_i,       // 4 KiB aligned
  input  logic [PointerBits-1:0] size_i,       // entries: a power of two, 0 is off
  input  logic [PointerBits-1:0] tail_i,
  output logic [PointerBits-1:0] head_o,
  // Entries.
  input  logic                   in_valid_i,
  output logic                   in_ready_o,
  input  logic [511:0]           in_data_i,
  input  logic                   in_last_i,
  input  logic                   in_keep_i,    // with the header: waits for room instead of being dropped
  output logic                   fits_drop_o,  // the ring has room for one without in_keep_i
  output logic                   fits_keep_o,  // and for one with it
  output logic                   stored_o,     // pulse, a clock after its header was taken: an entry will be written
  output logic                   dropped_o,    // or it will not
  // The store: pushes, committed as a whole.
  output logic                   push_o,
  output logic [511:0]           push_data_o,
  output logic                   push_last_o,
  output logic [8:0]             push_beats_o, // of the entry
  input  logic [FreeBits-1:0]    free_i,
  input  logic                   drained_i,    // the store is empty and no write is under way
  // The writer.
  output logic                   run_o,        // clear: give up what is stored
  output logic                   off_o,        // and begin again at the first place
  output logic [63:0]            ring_base_o,
  output logic [PointerBits-1:0] mask_o,       // SIZE - 1
  input  logic                   written_i,    // pulse: the oldest entry under way is in memory
  input  logic                   failed_i      // pulse: it will not be
);
  typedef enum logic [1:0] {
    StateOff  = 2'd0,  // HEAD and number are 0
    StateRun  = 2'd1,
    StateStop = 2'd2   // nothing is taken in, until all is drained and SIZE is 0
  } state_t;
  state_t state_q;
  state_t state_d;

  logic [63:0] base_q;
  logic [PointerBits-1:0] mask_q;     // SIZE - 1
  logic [PointerBits-1:0] reserve_q;  // a place past the last entry taken in
  logic [PointerBits-1:0] head_q;
  logic [31:0] number_q;
  assign head_o = head_q;
  assign ring_base_o = base_q;
  assign mask_o = mask_q;
  assign run_o = state_q == StateRun;
  assign off_o = state_q == StateOff;

  // Room as of the last clock: short of TAIL's last move, which is safe, and never of an entry taken since, because
  // settle_q holds the next header back for a clock.
  logic [PointerBits-1:0] used;
  logic [PointerBits-1:0] limit;
  logic fits_drop_q;
  logic fits_keep_q;
  logic settle_q;
  assign used = (reserve_q - tail_i) & mask_q;
  assign limit = Reserve && mask_q >= PointerBits'(7) ? mask_q - (mask_q >> 3) : mask_q;
  assign fits_drop_o = fits_drop_q;
  assign fits_keep_o = fits_keep_q;

  logic first_q;  // the next beat is a header
  logic pass_q;   // the entry under way is stored
  logic [8:0] beats_q;

  logic [8:0] beats;  // of the entry whose header is on offer
  logic room;
  logic fits;
  logic take;
  always_comb begin
    beats = 9'((17'(in_data_i[47:32]) + 17'd127) >> 6);
    room = FreeBits'(beats) <= free_i;
    fits = run_o && room && (in_keep_i ? fits_keep_q : fits_drop_q);
    in_ready_o = !first_q || (!settle_q && (fits || !in_keep_i));
    take = in_valid_i && in_ready_o;
    push_o = take && (first_q ? fits : pass_q);
    push_last_o = in_last_i;
    push_beats_o = first_q ? beats : beats_q;
    push_data_o = in_data_i;
    if (first_q) push_data_o[8*NumberByte+:32] = number_q;
  end

  always_comb begin
    state_d = state_q;
    unique case (state_q)
      StateOff: if (size_i != '0) state_d = StateRun;
      StateRun: if (size_i == '0 || failed_i) state_d = StateStop;
      default: if (drained_i && first_q && size_i == '0) state_d = StateOff;
    endcase
  end

  logic stored_q;
  logic dropped_q;
  assign stored_o = stored_q;
  assign dropped_o = dropped_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StateOff;
      reserve_q <= '0;
      head_q <= '0;
      number_q <= '0;
      mask_q <= '0;
      fits_drop_q <= 1'b0;
      fits_keep_q <= 1'b0;
      settle_q <= 1'b0;
      first_q <= 1'b1;
      pass_q <= 1'b0;
      stored_q <= 1'b0;
      dropped_q <= 1'b0;
    end else begin
      state_q <= state_d;
      settle_q <= take && first_q;
      if (off_o) begin
        reserve_q <= '0;
        head_q <= '0;
        number_q <= '0;
        mask_q <= size_i - 1'b1;
      end else begin
        if (push_o && first_q) begin
          reserve_q <= (reserve_q + 1'b1) & mask_q;
          number_q <= number_q + 1'b1;
        end
        if (written_i) head_q <= (head_q + 1'b1) & mask_q;
      end
      fits_drop_q <= run_o && used < limit;
      fits_keep_q <= run_o && used < mask_q;
      if (take) begin
        first_q <= in_last_i;
        if (first_q) pass_q <= fits;
      end
      stored_q <= take && first_q && fits;
      dropped_q <= take && first_q && !fits;
    end
    if (off_o) base_q <= base_i;
    if (take && first_q) beats_q <= beats;
  end

`ifndef SYNTHESIS
  logic [8:0] left_q;  // beats of the entry under way that are still to come
  always_ff @(posedge clk_i) begin
    if (take) left_q <= (first_q ? beats : left_q) - 9'd1;
    if (rst_ni) begin
      if (take) assert (in_last_i == ((first_q ? beats : left_q) == 9'd1));  // as many beats as its header says
      if (take && first_q) assert (beats <= 9'd256);                        // the stride of an entry
      assert (!run_o || ((mask_q + 1'b1) & mask_q) == '0);                  // SIZE is a power of two
      assert (!run_o || base_q[11:0] == '0);
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;

  // What the neighbours keep to. The store has room whatever free_i says; TAIL stays behind HEAD and moves up to it
  // only; an entry is written once and after it was taken in.
  logic [PointerBits-1:0] f_visible;  // entries that the host may take
  logic [PointerBits-1:0] f_pending;  // taken in, not yet written
  logic f_tail_moves;
  assign f_visible = (head_q - tail_i) & mask_q;
  assign f_pending = (reserve_q - head_q) & mask_q;
  logic [PointerBits-1:0] f_tail;     // as it was a clock ago
  logic [PointerBits-1:0] f_step;
  assign f_step = (tail_i - f_tail) & mask_q;
  always_ff @(posedge clk_i) f_tail <= tail_i;
  always_comb begin
    if (!f_started) assume (!rst_ni);
    assume ((size_i & (size_i - 1'b1)) == '0);
    assume (base_i[11:0] == '0);
    assume (!(written_i && f_pending == '0));
    assume (!(failed_i && written_i));
    assume (!take || in_last_i == ((first_q ? beats : left_q) == 9'd1));
    assume (!first_q || beats <= 9'd256);
    assume (!drained_i || f_pending == '0 || !run_o);
    // TAIL: 0 while the ring is off, within the ring, and only over entries that the host has been shown.
    if (off_o) assume (tail_i == '0);
    else assume ((tail_i & ~mask_q) == '0 && f_step <= ((head_q - f_tail) & mask_q));
  end
  logic f_filled;  // what is in the ring or on its way, which must not be lost sight of by wrapping
  assign f_filled = f_visible <= mask_q - f_pending;
  always_ff @(posedge clk_i) begin
    if (f_started && rst_ni && $past(rst_ni)) begin
      // No place is given out twice: visible and pending entries together leave one place free at least.
      if (!off_o) assert (f_filled);
      if (!off_o) assert ((head_q & ~mask_q) == '0 && (reserve_q & ~mask_q) == '0);
      if (!off_o) assert (((mask_q + 1'b1) & mask_q) == '0);
      if (!off_o) assert (base_q[11:0] == '0);
      // Room seen is room there is.
      if (!off_o && fits_keep_q && !settle_q) assert (f_visible + f_pending < mask_q);
      if (!off_o && fits_drop_q && !settle_q) assert (f_visible + f_pending < limit);
      // HEAD moves by one written entry only, or back to 0 where the ring is off.
      if ($past(!off_o && !written_i)) assert (head_q == $past(head_q));
      if ($past(!off_o && written_i)) assert (head_q == (($past(head_q) + 1'b1) & mask_q));
      // An entry is pushed whole: from an accepted header to its last beat nothing waits and nothing is left out.
      if ($past(push_o && !in_last_i)) assert (in_ready_o && !first_q && pass_q);
      if ($past(take && first_q && !push_o && !in_last_i)) assert (in_ready_o && !pass_q);
      // A header told as stored was pushed; one that asked to be kept is never dropped.
      assert (stored_o == ($past(push_o) && $past(first_q)));
      assert (!(stored_o && dropped_o));
      if (dropped_o) assert (!$past(in_keep_i));
    end
  end
`endif
endmodule
