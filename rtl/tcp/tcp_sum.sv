// One's complement sums of 16-bit words (RFC 1071), 32 words a clock.
//
// Words are in network order; term_i word w is bits [17*w +: 17]: a word, or a word and the complement of the word
// that it replaces. sum_o is the plain sum of the 32 terms, two clocks later; folding is the reader's.
module tcp_sum (
  input  logic         clk_i,
  input  logic [543:0] term_i,
  output logic [21:0]  sum_o
);
  logic [8*19-1:0] partial_d;
  logic [8*19-1:0] partial_q;
  logic [21:0] sum_d;
  logic [21:0] sum_q;
  assign sum_o = sum_q;

  for (genvar g = 0; g < 8; g = g + 1) begin : g_partial
    assign partial_d[19*g +: 19] = 19'(term_i[68*g +: 17]) + 19'(term_i[68*g + 17 +: 17]) +
                                   19'(term_i[68*g + 34 +: 17]) + 19'(term_i[68*g + 51 +: 17]);
  end

  always_comb begin
    sum_d = '0;
    for (int unsigned p = 0; p < 8; p++) sum_d = sum_d + 22'(partial_q[19*p +: 19]);
  end

  always_ff @(posedge clk_i) begin
    partial_q <= partial_d;
    sum_q <= sum_d;
  end
endmodule
