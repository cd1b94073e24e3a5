// 64-bit counters, read through copies that are all taken in one clock, so that sums hold.
//
// Counter I has bits [2*I+:2] of add_i, what is added to it in this clock (0 ... 3), and [64*I+:64] of copy_o.
// snapshot_i takes the copies; an addition of the same clock is not in them. A counter's lower half carries into the
// upper one a clock later (short carry chains); the copy takes the carry in. Both are 0 after reset.
module csr_counters #(
  parameter int unsigned Counters = 4
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic [2*Counters-1:0]  add_i,
  input  logic                   snapshot_i,
  output logic [64*Counters-1:0] copy_o
);
  for (genvar i = 0; i < Counters; i++) begin : g_counter
    logic [31:0] low_q;
    logic carry_q;
    logic [31:0] high_q;
    logic [63:0] copy_q;
    logic [31:0] high;
    assign high = high_q + 32'(carry_q);
    assign copy_o[64*i+:64] = copy_q;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) begin
        low_q <= '0;
        carry_q <= 1'b0;
        high_q <= '0;
        copy_q <= '0;
      end else begin
        {carry_q, low_q} <= {1'b0, low_q} + 33'(add_i[2*i+:2]);
        high_q <= high;
        if (snapshot_i) copy_q <= {high, low_q};
      end
    end
  end

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Each copy is the plain sum of all that was added before the snapshot.
  for (genvar i = 0; i < Counters; i++) begin : g_formal
    logic [63:0] f_sum;
    always_ff @(posedge clk_i) begin
      if (!rst_ni) f_sum <= '0;
      else f_sum <= f_sum + 64'(add_i[2*i+:2]);
      if (f_started && rst_ni) begin
        assert ({g_counter[i].high, g_counter[i].low_q} == f_sum);
        if ($past(rst_ni) && $past(snapshot_i)) assert (copy_o[64*i+:64] == $past(f_sum));
        if ($past(rst_ni) && !$past(snapshot_i)) assert ($stable(copy_o[64*i+:64]));
      end
    end
  end
`endif
endmodule
