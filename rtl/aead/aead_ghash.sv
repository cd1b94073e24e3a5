// GHASH of one run of blocks, Lanes blocks a clock (NIST SP 800-38D section 6.4).
//
// Every lane and, because its multiplier takes two clocks, every second beat has a Horner sum of its own:
//
//   y(t) = (y(t-2) + x(t)) · H^(2·Lanes), but in the last two beats times H to the block's distance from the run's end
//
// so the sums only have to be added at the end, and no loop is shorter than two clocks.
// The run's last block is in the last lane of its last beat and counts with H^1; lanes before its first block are zero.
// Beats may have gaps; two runs are at least one clock apart. Latency: 4 clocks from the last beat to the sum.
module aead_ghash #(
  parameter int unsigned Lanes = 4
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   valid_i,
  input  logic                   first_i,     // of the run's beats
  input  logic                   second_i,    // the beat after that
  input  logic                   pre_last_i,  // the beat before the last
  input  logic                   last_i,
  input  logic [128*Lanes-1:0]   blocks_i,    // lane 0 on top
  input  logic [256*Lanes-1:0]   powers_i,    // H^1 lowest ... H^(2·Lanes) on top
  output logic                   valid_o,
  output logic [127:0]           sum_o
);
  // What enters the multipliers.
  logic valid_q;
  logic fresh_q;
  logic first_q;
  logic pre_last_q;
  logic last_q;
  always_ff @(posedge clk_i) begin
    valid_q <= rst_ni && valid_i;
    fresh_q <= first_i || second_i;
    first_q <= first_i;
    pre_last_q <= pre_last_i;
    last_q <= last_i;
  end

  // Within a run the multipliers move with its beats only, so that a gap does not shift the alternation.
  logic open_q;
  logic move;
  assign move = valid_q || !open_q;
  logic [1:0] last_line_q;
  logic [1:0] pre_last_line_q;
  logic [1:0] single_line_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      open_q <= 1'b0;
      last_line_q <= '0;
      pre_last_line_q <= '0;
    end else if (move) begin
      if (valid_q) open_q <= !last_q;
      last_line_q <= {last_line_q[0], valid_q && last_q};
      pre_last_line_q <= {pre_last_line_q[0], valid_q && pre_last_q};
    end
    if (move) single_line_q <= {single_line_q[0], first_q};
  end

  logic [128*Lanes-1:0] sums;
  for (genvar l = 0; l < Lanes; l++) begin : g_lane
    logic [287:0] block_q;     // spread, so that the loop below is short
    logic [287:0] power_q;
    logic [127:0] power;
    logic [287:0] block_spread;
    logic [287:0] power_spread;
    logic [287:0] sum;
    always_comb begin
      power = powers_i[128*(2*Lanes-1)+:128];
      if (last_i) power = powers_i[128*(Lanes-1-l)+:128];
      else if (pre_last_i) power = powers_i[128*(2*Lanes-1-l)+:128];
    end
    aead_spread u_block (.value_i(blocks_i[128*(Lanes-1-l)+:128]), .spread_o(block_spread));
    aead_spread u_power (.value_i(power), .spread_o(power_spread));
    always_ff @(posedge clk_i) begin
      block_q <= block_spread;
      power_q <= power_spread;
    end
    aead_mul_spread u_mul (
      .clk_i,
      .enable_i(move),
      .left_i(block_q ^ (fresh_q ? 288'h0 : sum)),
      .right_i(power_q),
      .product_o(sum)
    );
    assign sums[128*l+:128] = {sum[287:224], sum[191:128]};
  end

  logic [127:0] folded;
  always_comb begin
    folded = '0;
    for (int unsigned l = 0; l < Lanes; l++) folded = folded ^ sums[128*l+:128];
  end
  logic [127:0] other_q;  // the sums that ended a beat before
  always_ff @(posedge clk_i) begin
    valid_o <= rst_ni && last_line_q[1] && move;
    if (pre_last_line_q[1] && move) other_q <= folded;
    if (last_line_q[1] && move) sum_o <= folded ^ (single_line_q[1] ? 128'h0 : other_q);
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_q) assert (first_q == !open_q);        // a run begins where none is open
    if (rst_ni && valid_q && open_q) assert (!last_line_q[1]);  // and not before the one before has left
  end
`endif
endmodule
