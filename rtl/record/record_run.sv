// The longest run of bytes of a direction that are all fresh or all seen. Combinational.
//
// From from_i on, no further than limit_i, which is behind it. The state is that of record_seen.
module record_run (
  input  logic [127:0] begin_i,
  input  logic [127:0] end_i,
  input  logic [2:0]   count_i,
  input  logic [31:0]  high_i,
  input  logic [31:0]  from_i,
  input  logic [31:0]  limit_i,
  output logic [31:0]  run_end_o,
  output logic         run_fresh_o
);
  function automatic logic precedes(input logic [31:0] a, input logic [31:0] b);
    precedes = 1'((a - b) >> 31);
  endfunction

  always_comb begin
    run_fresh_o = 1'b1;
    run_end_o = limit_i;
    if (precedes(from_i, high_i)) begin
      run_fresh_o = 1'b0;
      if (precedes(high_i, limit_i)) run_end_o = high_i;
      // From the last hole to the first, so that the first that matters has the last word.
      for (int unsigned k = 0; k < 4; k++) begin
        if (3 - k < 32'(count_i) && precedes(from_i, begin_i[32*(3-k) +: 32])) begin
          run_fresh_o = 1'b0;
          run_end_o = precedes(begin_i[32*(3-k) +: 32], limit_i) ? begin_i[32*(3-k) +: 32] : limit_i;
        end else if (3 - k < 32'(count_i) && precedes(from_i, end_i[32*(3-k) +: 32])) begin
          run_fresh_o = 1'b1;
          run_end_o = precedes(end_i[32*(3-k) +: 32], limit_i) ? end_i[32*(3-k) +: 32] : limit_i;
        end
      end
    end
  end
endmodule
