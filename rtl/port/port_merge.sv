// Several frame streams into one, frame by frame, round robin: the input after the last served goes first.
//
// valid/ready on both sides; combinational from input to output, so no latency. A beat that is on offer stays on
// offer. Drops nothing. Input I has bits [I*Width+:Width] of in_data_i; a beat is any Width bits.
module port_merge #(
  parameter int unsigned Inputs = 2,    // at least 2
  parameter int unsigned Width  = 520
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic [Inputs-1:0]       in_valid_i,
  output logic [Inputs-1:0]       in_ready_o,
  input  logic [Inputs*Width-1:0] in_data_i,
  input  logic [Inputs-1:0]       in_last_i,
  output logic                    out_valid_o,
  input  logic                    out_ready_i,
  output logic [Width-1:0]        out_data_o,
  output logic                    out_last_o
);
  // Who is served: held from a beat's first offer to the end of its frame.
  logic held_q;
  logic [Inputs-1:0] served_q;  // one-hot; while not held: who was served last
  logic [Inputs-1:0] served;

  // The lowest that waits above the last served, else the lowest that waits.
  logic [Inputs-1:0] above;
  logic [Inputs-1:0] waiting_above;
  assign above = ~(served_q | (served_q - 1'b1));
  assign waiting_above = in_valid_i & above;
  always_comb begin
    served = in_valid_i & (~in_valid_i + 1'b1);
    if (waiting_above != '0) served = waiting_above & (~waiting_above + 1'b1);
    if (held_q) served = served_q;
  end

  always_comb begin
    out_valid_o = (in_valid_i & served) != '0;
    out_last_o = (in_last_i & served) != '0;
    out_data_o = '0;
    for (int unsigned i = 0; i < Inputs; i++) begin
      if (served[i]) out_data_o = in_data_i[i*Width+:Width];
    end
    in_ready_o = out_ready_i ? served : '0;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      held_q <= 1'b0;
      served_q <= Inputs'(1);
    end else if (out_valid_o) begin
      held_q <= !(out_ready_i && out_last_o);
      served_q <= served;
    end
  end

  if (Inputs < 2) begin : g_illegal
    $fatal(1, "port_merge: at least two inputs");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert ((served & (served - 1'b1)) == '0);    // one at most
      assert (!held_q || served_q != '0);
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Any one input, and the rules that its stream keeps to.
  (* anyconst *) logic [$clog2(Inputs)-1:0] f_input;
  logic f_taken;
  logic [Width-1:0] f_data;
  always_comb begin
    assume (32'(f_input) < Inputs);
    f_data = '0;
    for (int unsigned i = 0; i < Inputs; i++) begin
      if (32'(f_input) == i) f_data = in_data_i[i*Width+:Width];
    end
  end
  assign f_taken = in_valid_i[f_input] && in_ready_o[f_input];
  logic f_within;             // its frame has begun to leave and not ended
  logic f_out_within;         // some frame has
  logic [Inputs-1:0] f_since; // others whose frames ended while it waited
  always_ff @(posedge clk_i) begin
    if (f_started && rst_ni && $past(rst_ni) && $past(in_valid_i[f_input] && !in_ready_o[f_input])) begin
      assume (in_valid_i[f_input] && $stable(f_data) && $stable(in_last_i[f_input]));
    end
    if (!rst_ni) begin
      f_within <= 1'b0;
      f_out_within <= 1'b0;
      f_since <= '0;
    end else begin
      if (f_taken) f_within <= !in_last_i[f_input];
      if (out_valid_o && out_ready_i) f_out_within <= !out_last_o;
      if (f_taken || !in_valid_i[f_input]) f_since <= '0;
      else if (out_valid_o && out_ready_i && out_last_o) f_since <= f_since | served;
    end
    if (f_started && rst_ni) begin
      // A beat is taken exactly where it leaves, as it is.
      assert ((in_valid_i & in_ready_o) != '0 || !(out_valid_o && out_ready_i));
      assert (((in_valid_i & in_ready_o) & ((in_valid_i & in_ready_o) - 1'b1)) == '0);
      if (f_taken) assert (out_valid_o && out_ready_i && out_data_o == f_data && out_last_o == in_last_i[f_input]);
      // While its frame leaves, no other does.
      if (f_within) assert (f_out_within && held_q && served_q[f_input]);
      if (f_within) assert ((in_ready_o & ~(Inputs'(1) << f_input)) == '0);
      if (!held_q) assert (!f_out_within);
      // Nobody is served twice while it waits between frames.
      if (!f_within && out_valid_o && out_ready_i && out_last_o && in_valid_i[f_input] && !f_taken) begin
        assert ((f_since & served) == '0);
      end
      if (Inputs == 2 && f_since != '0) assert (in_valid_i[f_input] && held_q == served_q[f_input]);
    end
  end
`endif
endmodule
