// H^1 ... H^8 of two keys, for the keys of one piece at a time.
//
// Even powers are squares, so three multiplications a key do, on one multiplier for both keys.
// The powers of the keys that came with valid_i are on the outputs from Latency clocks later on, until those of the next
// piece replace them; pieces are at least Spacing clocks apart. loaded_o marks the first clock with new powers.
module aead_powers #(
  localparam int unsigned Latency = 11,
  localparam int unsigned Spacing = 10
) (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,
  input  logic          valid_i,
  input  logic [127:0]  in_hash_key_i,
  input  logic [127:0]  out_hash_key_i,
  output logic          loaded_o,
  output logic [1023:0] in_powers_o,    // H^1 lowest
  output logic [1023:0] out_powers_o
);
  // Clock n after valid_i has bit n - 1.
  logic [Latency-2:0] phase_q;
  always_ff @(posedge clk_i) phase_q <= rst_ni && !clear_i ? {phase_q[Latency-3:0], valid_i} : '0;
  always_ff @(posedge clk_i) loaded_o <= rst_ni && !clear_i && phase_q[Latency-2];

  logic [127:0] left_q;
  logic [127:0] right_q;
  logic [127:0] product;
  aead_mul u_mul (.clk_i, .enable_i(1'b1), .left_i(left_q), .right_i(right_q), .product_o(product));

  // Leg 0 is in, leg 1 out, one clock behind. Clocks 1, 3, 5 (and 2, 4, 6) start H^3, H^5, H^7.
  logic [511:0] lefts;   // a key's operand for the clock that is its turn
  for (genvar leg = 0; leg < 2; leg++) begin : g_leg
    logic [127:0] h1_q;
    logic [127:0] h3_q;
    logic [127:0] h5_q;
    logic [127:0] h7_q;
    logic [127:0] h2;
    logic [127:0] h4;
    logic [127:0] h6;
    logic [127:0] h8;
    aead_square #(.Times(1)) u_h2 (.value_i(h1_q), .value_o(h2));
    aead_square #(.Times(1)) u_h4 (.value_i(h2), .value_o(h4));
    aead_square #(.Times(1)) u_h8 (.value_i(h4), .value_o(h8));
    aead_square #(.Times(1)) u_h6 (.value_i(h3_q), .value_o(h6));
    assign lefts[256*leg+:256] = {phase_q[4+leg] ? h3_q : h1_q, phase_q[leg] ? h2 : h4};

    logic [1023:0] powers_q;
    if (leg == 0) begin : g_out
      assign in_powers_o = powers_q;
    end else begin : g_in
      assign out_powers_o = powers_q;
    end
    always_ff @(posedge clk_i) begin
      if (clear_i || !rst_ni) begin
        h1_q <= '0;
        h3_q <= '0;
        h5_q <= '0;
        h7_q <= '0;
        powers_q <= '0;
      end else begin
        if (valid_i) h1_q <= leg == 0 ? in_hash_key_i : out_hash_key_i;
        if (phase_q[3+leg]) h3_q <= product;
        if (phase_q[5+leg]) h5_q <= product;
        if (phase_q[7+leg]) h7_q <= product;
        if (phase_q[Latency-2]) powers_q <= {h8, h7_q, h6, h5_q, h4, h3_q, h2, h1_q};
      end
    end
  end
  logic out_turn;
  assign out_turn = phase_q[1] || phase_q[3] || phase_q[5];
  always_ff @(posedge clk_i) begin
    {left_q, right_q} <= out_turn ? lefts[511:256] : lefts[255:0];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_i) assert (phase_q[Spacing-2:0] == '0);  // pieces keep their distance
  end
`endif
endmodule
