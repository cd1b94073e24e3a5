// Which bytes of a direction have been let through: all below a high mark but for at most four holes. Combinational.
//
// The state is the caller's. Holes are in order and do not touch; hole h is begin_i[32*h +: 32] up to (without)
// end_i[32*h +: 32], the first count_i are there. Sequence numbers wrap; they compare by the sign of their difference.
//   mark   [mark_begin_i, mark_end_i) is seen; ok_o false where that would make a fifth hole, and then nothing holds
//   forget with forget_i: bytes before mark_end_i no longer matter
// record_run asks. Model: host/card/soft/record/seen_bytes.h.
module record_seen (
  input  logic [127:0] begin_i,
  input  logic [127:0] end_i,
  input  logic [2:0]   count_i,
  input  logic [31:0]  high_i,
  input  logic         forget_i,
  input  logic [31:0]  mark_begin_i,
  input  logic [31:0]  mark_end_i,
  output logic [127:0] begin_o,
  output logic [127:0] end_o,
  output logic [2:0]   count_o,
  output logic [31:0]  high_o,
  output logic         ok_o,
  output logic [31:0]  fresh_o        // bytes that mark made seen
);
  function automatic logic precedes(input logic [31:0] a, input logic [31:0] b);
    precedes = 1'((a - b) >> 31);
  endfunction

  // What is left of hole h: below the mark, candidate 2h; above it, 2h + 1. Candidate 8 is a new hole above high.
  logic [8:0] left;
  logic [287:0] left_begin;
  logic [287:0] left_end;
  logic [3:0] there;
  logic [31:0] b;
  logic [31:0] e;
  logic [31:0] from;
  logic [31:0] to;
  always_comb begin
    left = '0;
    left_begin = '0;
    left_end = '0;
    there = '0;
    fresh_o = '0;
    b = '0;
    e = '0;
    from = '0;
    to = '0;
    for (int unsigned h = 0; h < 4; h++) begin
      b = begin_i[32*h +: 32];
      e = end_i[32*h +: 32];
      there[h] = h < 32'(count_i);
      left[2*h] = there[h] && precedes(b, mark_begin_i) && !forget_i;
      left_begin[64*h +: 32] = b;
      left_end[64*h +: 32] = precedes(e, mark_begin_i) ? e : mark_begin_i;
      left[2*h + 1] = there[h] && precedes(mark_end_i, e);
      left_begin[64*h + 32 +: 32] = precedes(b, mark_end_i) ? mark_end_i : b;
      left_end[64*h + 32 +: 32] = e;
      from = precedes(b, mark_begin_i) ? mark_begin_i : b;
      to = precedes(mark_end_i, e) ? mark_end_i : e;
      if (there[h] && precedes(from, to)) fresh_o = fresh_o + (to - from);
    end
    left[8] = precedes(high_i, mark_begin_i) && !forget_i;
    left_begin[256 +: 32] = high_i;
    left_end[256 +: 32] = mark_begin_i;
    if (precedes(high_i, mark_end_i)) begin
      fresh_o = fresh_o + (mark_end_i - (precedes(high_i, mark_begin_i) ? mark_begin_i : high_i));
    end
    high_o = precedes(high_i, mark_end_i) && !forget_i ? mark_end_i : high_i;
  end

  // The candidates that are there, moved together.
  logic [3:0] rank;
  always_comb begin
    rank = '0;
    begin_o = '0;
    end_o = '0;
    for (int unsigned c = 0; c < 9; c++) begin
      if (left[c]) begin
        for (int unsigned h = 0; h < 4; h++) begin
          if (32'(rank) == h) begin
            begin_o[32*h +: 32] = left_begin[32*c +: 32];
            end_o[32*h +: 32] = left_end[32*c +: 32];
          end
        end
        rank = rank + 1'b1;
      end
    end
    ok_o = rank <= 4'd4;
    count_o = rank[2:0];
  end
endmodule
