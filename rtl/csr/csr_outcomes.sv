// Counts what became of frames: each outcome with the frame's entry, in one clock, so that in = sum of outs always.
//
// Outcomes come from Sources at a time, wait in a queue each, and are counted one a clock. A frame is counted as
// received (or injected) when its outcome is known, not when it enters. add_o: as csr_counters takes it, by counter in
// the order of the registers: RECEIVED_INSIDE ... REFUSED_OUTSIDE, DROPPED, PUNTED; those of no outcome are 0.
module csr_outcomes #(
  parameter  int unsigned Sources  = 3,
  localparam int unsigned Counters = 38
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  input  logic [Sources-1:0]    valid_i,
  input  logic [10*Sources-1:0] outcome_i,   // vitrine_pkg::outcome_t each
  output logic [2*Counters-1:0] add_o,
  output logic                  idle_o
);
  localparam int unsigned FirstDrop = 16;
  localparam int unsigned FirstPunt = 33;
  logic [Sources-1:0] waits;
  logic [Sources-1:0] takes;
  logic [10*Sources-1:0] oldest;
  logic [Sources-1:0] room;
  for (genvar i = 0; i < Sources; i++) begin : g_source
    logic [4:0] unused_count;
    prim_fifo #(.Width(10), .Depth(16)) u_queue (
      .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(valid_i[i]), .push_ready_o(room[i]),
      .push_data_i(outcome_i[10*i+:10]), .pop_valid_o(waits[i]), .pop_ready_i(takes[i]),
      .pop_data_o(oldest[10*i+:10]), .count_o(unused_count)
    );
  end
  vitrine_pkg::outcome_t outcome;
  logic [9:0] bits;
  logic counted;                     // in the balance
  logic [37:0] adds_one;
  assign outcome = bits;
  assign idle_o = waits == '0 && valid_i == '0;
  always_comb begin
    takes = waits & (~waits + 1'b1);
    bits = '0;
    for (int unsigned i = 0; i < Sources; i++) begin
      if (takes[i]) bits = oldest[10*i+:10];
    end
  end
  always_comb begin
    adds_one = '0;
    counted = takes != '0 && outcome.kind != vitrine_pkg::OutcomeInjected &&
              outcome.kind != vitrine_pkg::OutcomeLost;
    if (counted) adds_one[outcome.origin == 2'd0 ? 0 : outcome.origin == 2'd1 ? 1 : 4] = 1'b1;
    if (takes != '0) begin
      unique case (outcome.kind)
        vitrine_pkg::OutcomeForwarded: adds_one[5] = 1'b1;
        vitrine_pkg::OutcomeSpliced:   adds_one[6] = 1'b1;
        vitrine_pkg::OutcomeDropped:   adds_one[6'(FirstDrop) + 6'(outcome.reason)] = 1'b1;
        vitrine_pkg::OutcomePunted:    adds_one[6'(FirstPunt) + 6'(outcome.reason)] = 1'b1;
        vitrine_pkg::OutcomeInjected:  adds_one[8] = 1'b1;
        default: begin
          adds_one[8] = 1'b1;
          adds_one[9] = 1'b1;
        end
      endcase
    end
    for (int unsigned i = 0; i < 38; i++) add_o[2*i+:2] = {1'b0, adds_one[i]};
  end

`ifndef SYNTHESIS
  logic [63:0] in_q;
  logic [63:0] out_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      in_q <= '0;
      out_q <= '0;
    end else begin
      in_q <= in_q + 64'(adds_one[0]) + 64'(adds_one[1]) + 64'(adds_one[4]);
      out_q <= out_q + 64'(adds_one[5]) + 64'(adds_one[6]) + 64'(adds_one[37:16] != '0);
      assert (in_q == out_q);                       // in = sum of outs
      assert ((valid_i & ~room) == '0);
    end
  end
`endif
endmodule
