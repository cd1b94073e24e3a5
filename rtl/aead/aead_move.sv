// Moves a piece's two sums to their place in the record: times H to the blocks between the piece and the record's end.
//
// H^distance is raised in base eight with H^1 ... H^7 of aead_powers: ((T[d3]^8 · T[d2])^8 · T[d1])^8 · T[d0].
// One multiplier, in turns of four clocks: raise in, raise out, move in, move out.
// start_i comes once a piece with the powers loaded, at least 10 clocks after that of a piece with distance 0,
// 18 clocks after another. Sums come in the same order, after their start, and leave in it.
module aead_move (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          clear_i,
  input  logic          start_i,
  input  logic [10:0]   distance_i,
  input  logic [1023:0] in_powers_i,   // H^1 lowest
  input  logic [1023:0] out_powers_i,
  input  logic          valid_i,
  input  logic [127:0]  in_sum_i,
  input  logic [127:0]  out_sum_i,
  output logic          valid_o,
  output logic [127:0]  in_sum_o,
  output logic [127:0]  out_sum_o
);
  localparam logic [127:0] One = {1'b1, 127'h0};

  logic clear;
  assign clear = clear_i || !rst_ni;
  logic [1:0] turn_q;
  always_ff @(posedge clk_i) turn_q <= clear ? '0 : turn_q + 1'b1;

  // Raising. The top digit has two bits and is where the power starts.
  logic [8:0] digits_q;    // still to come, next on top
  logic [1:0] steps_q;     // rounds of four clocks to go
  logic finishing_q;       // the last round's products are under way
  logic round;             // a raising round begins now
  logic [127:0] in_power_q;
  logic [127:0] out_power_q;
  logic [127:0] in_eighth;   // power^8
  logic [127:0] out_eighth;
  logic [2:0] in_digit;
  logic [127:0] in_factor;
  logic [127:0] out_factor;
  logic [127:0] product;
  aead_square #(.Times(3)) u_in_eighth (.value_i(in_power_q), .value_o(in_eighth));
  aead_square #(.Times(3)) u_out_eighth (.value_i(out_power_q), .value_o(out_eighth));
  assign in_digit = start_i ? {1'b0, distance_i[10:9]} : digits_q[8:6];
  assign in_factor = in_digit == '0 ? One : in_powers_i[128*(32'(in_digit)-1)+:128];
  assign out_factor = in_digit == '0 ? One : out_powers_i[128*(32'(in_digit)-1)+:128];
  assign round = steps_q != '0 && turn_q == 2'd0;

  // Powers that are ready, and sums that wait for theirs.
  logic power_push;
  logic power_ready;
  logic [127:0] in_ready_power;
  logic [127:0] out_ready_power;
  logic sum_ready;
  logic [127:0] in_ready_sum;
  logic [127:0] out_ready_sum;
  logic pop;
  logic moving_second_q;
  logic power_room;
  logic sum_room;
  logic [2:0] power_count;
  logic [2:0] sum_count;
  assign power_push = finishing_q && turn_q == 2'd1;
  prim_fifo #(.Width(256), .Depth(4)) u_powers (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(power_push), .push_ready_o(power_room), .push_data_i({in_power_q, out_power_q}),
    .pop_valid_o(power_ready), .pop_ready_i(pop), .pop_data_o({in_ready_power, out_ready_power}), .count_o(power_count)
  );
  prim_fifo #(.Width(256), .Depth(4)) u_sums (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(valid_i), .push_ready_o(sum_room), .push_data_i({in_sum_i, out_sum_i}),
    .pop_valid_o(sum_ready), .pop_ready_i(pop), .pop_data_o({in_ready_sum, out_ready_sum}), .count_o(sum_count)
  );
  logic move_in;
  logic move_out;
  assign move_in = turn_q == 2'd2 && power_ready && sum_ready;
  assign move_out = turn_q == 2'd3 && moving_second_q;
  assign pop = move_out;

  logic [127:0] left_q;
  logic [127:0] right_q;
  aead_mul u_mul (.clk_i, .enable_i(1'b1), .left_i(left_q), .right_i(right_q), .product_o(product));
  always_ff @(posedge clk_i) begin
    if (clear) {left_q, right_q} <= '0;
    else begin
      unique case (turn_q)
        2'd0: {left_q, right_q} <= {in_eighth, in_factor};
        2'd1: {left_q, right_q} <= {out_eighth, out_factor};
        2'd2: {left_q, right_q} <= {in_ready_sum, in_ready_power};
        default: {left_q, right_q} <= {out_ready_sum, out_ready_power};
      endcase
    end
  end

  // A product is there three clocks after its turn: of turn 0 in turn 3, of 1 in 0, of 2 in 1, of 3 in 2.
  logic raised_q;  // the round under way is a raising one
  always_ff @(posedge clk_i) begin
    if (clear) begin
      digits_q <= '0;
      steps_q <= '0;
      finishing_q <= 1'b0;
      raised_q <= 1'b0;
      in_power_q <= '0;
      out_power_q <= '0;
    end else begin
      if (start_i) begin
        in_power_q <= in_factor;
        out_power_q <= out_factor;
        digits_q <= distance_i[8:0];
        steps_q <= distance_i == '0 ? 2'd0 : 2'd3;
        finishing_q <= distance_i == '0;
      end else begin
        if (raised_q && turn_q == 2'd3) in_power_q <= product;
        if (raised_q && turn_q == 2'd0) out_power_q <= product;
        if (steps_q != '0 && turn_q == 2'd1 && raised_q) begin
          steps_q <= steps_q - 1'b1;
          digits_q <= {digits_q[5:0], 3'd0};
          finishing_q <= steps_q == 2'd1;
        end else if (power_push) begin
          finishing_q <= 1'b0;
        end
      end
      if (turn_q == 2'd0) raised_q <= round;
    end
  end

  // Sums on their way out.
  logic [2:0] moving_q;
  always_ff @(posedge clk_i) begin
    if (clear) begin
      moving_second_q <= 1'b0;
      moving_q <= '0;
      valid_o <= 1'b0;
      in_sum_o <= '0;
      out_sum_o <= '0;
    end else begin
      if (turn_q == 2'd2) moving_second_q <= move_in;
      moving_q <= {moving_q[1:0], move_out};
      if (turn_q == 2'd1) in_sum_o <= product;
      if (turn_q == 2'd2) out_sum_o <= product;
      valid_o <= moving_q[2];
    end
  end

  logic unused;
  assign unused = ^{power_count, sum_count};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (!clear) begin
      assert (!power_push || power_room);
      assert (!valid_i || sum_room);
      assert (!start_i || (steps_q == '0 && (!finishing_q || power_push)));  // pieces keep their distance
    end
  end
`endif
endmodule
