// Moves a piece's two sums to their place in the record: times H to the blocks between the piece and the record's end.
//
// H^distance is raised in base eight with H^1 ... H^7 of aead_powers: ((T[d3]^8 · T[d2])^8 · T[d1])^8 · T[d0], from the
// highest digit on that is not zero. One multiplier: a round of raising takes three clocks, in and out in two of them;
// moves take the clocks that are free.
// start_i comes once a piece with the powers loaded, at least 10 clocks after that of a piece with a distance below 512,
// 11 clocks after another. Sums come in the same order, after their start, and leave in it.
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

  // What is in the multiplier: of the operands that are loaded now, and of those of one, two and three clocks ago.
  typedef enum logic [2:0] {MvNothing, MvRaiseIn, MvRaiseOut, MvIn, MvOut} use_t;
  use_t use_d;
  use_t use_1_q;
  use_t use_2_q;
  use_t use_3_q;             // product is its
  logic [127:0] product;

  // Raising. Where it starts, and what is still to come.
  logic [2:0] first_digit;
  logic [1:0] first_steps;
  logic [8:0] first_rest;
  always_comb begin
    if (distance_i[10:9] != '0) begin
      {first_digit, first_rest} = {1'b0, distance_i};
      first_steps = 2'd3;
    end else if (distance_i[8:6] != '0) begin
      {first_digit, first_rest} = {distance_i[8:0], 3'd0};
      first_steps = 2'd2;
    end else if (distance_i[5:3] != '0) begin
      {first_digit, first_rest} = {distance_i[5:0], 6'd0};
      first_steps = 2'd1;
    end else begin
      {first_digit, first_rest} = {distance_i[2:0], 9'd0};
      first_steps = 2'd0;
    end
  end
  logic [8:0] digits_q;    // still to come, next on top
  logic [1:0] steps_q;     // rounds that have not begun
  logic begins_q;          // the first round, from the powers below; a later one takes the product
  logic at_once_q;         // no round at all
  logic [127:0] in_power_q;
  logic [127:0] out_power_q;
  logic raise_in;
  logic raise_out;
  logic [127:0] base;
  logic [127:0] eighth;      // base^8
  logic [2:0] in_digit;
  logic [127:0] in_factor;
  logic [127:0] out_factor;
  assign raise_in = steps_q != '0 && ((begins_q && !raise_out) || use_3_q == MvRaiseIn);
  assign raise_out = use_1_q == MvRaiseIn;
  always_comb begin
    base = product;
    if (begins_q) base = raise_in ? in_power_q : out_power_q;
  end
  aead_square #(.Times(3)) u_eighth (.value_i(base), .value_o(eighth));
  assign in_digit = start_i ? first_digit : digits_q[8:6];
  assign in_factor = in_digit == '0 ? One : in_powers_i[128*(32'(in_digit)-1)+:128];
  assign out_factor = in_digit == '0 ? One : out_powers_i[128*(32'(in_digit)-1)+:128];

  // Powers that are ready, and sums that wait for theirs.
  logic power_push;
  logic power_ready;
  logic [127:0] in_ready_power;
  logic [127:0] out_ready_power;
  logic sum_ready;
  logic [127:0] in_ready_sum;
  logic [127:0] out_ready_sum;
  logic pop;
  logic power_room;
  logic sum_room;
  logic [2:0] power_count;
  logic [2:0] sum_count;
  logic raised;              // product is the out leg's power; in_power_q is the other
  assign raised = use_3_q == MvRaiseOut && steps_q == '0 && use_1_q != MvRaiseIn && use_2_q != MvRaiseIn;
  assign power_push = at_once_q || raised;
  prim_fifo #(.Width(256), .Depth(4)) u_powers (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(power_push), .push_ready_o(power_room), .push_data_i({in_power_q, raised ? product : out_power_q}),
    .pop_valid_o(power_ready), .pop_ready_i(pop), .pop_data_o({in_ready_power, out_ready_power}), .count_o(power_count)
  );
  prim_fifo #(.Width(256), .Depth(4)) u_sums (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(valid_i), .push_ready_o(sum_room), .push_data_i({in_sum_i, out_sum_i}),
    .pop_valid_o(sum_ready), .pop_ready_i(pop), .pop_data_o({in_ready_sum, out_ready_sum}), .count_o(sum_count)
  );
  logic moved_in_q;          // the in leg's sum is under way, its out leg's is next
  assign pop = use_d == MvOut;

  logic [127:0] left_q;
  logic [127:0] right_q;
  logic [127:0] left_d;
  logic [127:0] right_d;
  always_comb begin
    use_d = MvNothing;
    left_d = eighth;
    right_d = in_factor;
    if (raise_in) begin
      use_d = MvRaiseIn;
    end else if (raise_out) begin
      use_d = MvRaiseOut;
      right_d = out_factor;
    end else if (power_ready && sum_ready) begin
      use_d = moved_in_q ? MvOut : MvIn;
      left_d = moved_in_q ? out_ready_sum : in_ready_sum;
      right_d = moved_in_q ? out_ready_power : in_ready_power;
    end
  end
  aead_mul u_mul (.clk_i, .enable_i(1'b1), .left_i(left_q), .right_i(right_q), .product_o(product));

  always_ff @(posedge clk_i) begin
    if (clear) begin
      {left_q, right_q} <= '0;
      use_1_q <= MvNothing;
      use_2_q <= MvNothing;
      use_3_q <= MvNothing;
      digits_q <= '0;
      steps_q <= '0;
      begins_q <= 1'b0;
      at_once_q <= 1'b0;
      in_power_q <= '0;
      out_power_q <= '0;
      moved_in_q <= 1'b0;
      valid_o <= 1'b0;
      in_sum_o <= '0;
      out_sum_o <= '0;
    end else begin
      {left_q, right_q} <= {left_d, right_d};
      use_1_q <= use_d;
      use_2_q <= use_1_q;
      use_3_q <= use_2_q;
      if (start_i) begin
        in_power_q <= in_factor;
        out_power_q <= out_factor;
        digits_q <= first_rest;
        steps_q <= first_steps;
        begins_q <= first_steps != '0;
        at_once_q <= first_steps == '0;
      end else begin
        if (use_3_q == MvRaiseIn) in_power_q <= product;
        if (raise_in) steps_q <= steps_q - 1'b1;
        if (raise_out) begin
          digits_q <= {digits_q[5:0], 3'd0};
          begins_q <= 1'b0;
        end
        at_once_q <= 1'b0;
      end
      if (use_d == MvIn || use_d == MvOut) moved_in_q <= use_d == MvIn;
      if (use_3_q == MvIn) in_sum_o <= product;
      if (use_3_q == MvOut) out_sum_o <= product;
      valid_o <= use_3_q == MvOut;
    end
  end

  logic unused;
  assign unused = ^{power_count, sum_count};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (!clear) begin
      assert (!power_push || power_room);
      assert (!valid_i || sum_room);
      assert (!start_i || (steps_q == '0 && !raise_out && use_2_q != MvRaiseIn));  // pieces keep their distance
    end
  end
`endif
endmodule
