// A first-in first-out queue; what is pushed can be popped from the next clock on.
//
// Storage is plain memory (LUT RAM). Latency 1, full throughput, backpressure by push_ready_o.
// zeroize_i empties the queue; held for Depth clocks it also overwrites the memory.
module prim_fifo #(
  parameter  int unsigned Width     = 8,
  parameter  int unsigned Depth     = 4,              // a power of two, at least 2
  localparam int unsigned IndexBits = $clog2(Depth)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               zeroize_i,
  input  logic               push_valid_i,
  output logic               push_ready_o,
  input  logic [Width-1:0]   push_data_i,
  output logic               pop_valid_o,
  input  logic               pop_ready_i,
  output logic [Width-1:0]   pop_data_o,
  output logic [IndexBits:0] count_o       // entries held, 0 ... Depth
);
  logic [Width-1:0] memory[Depth];
  logic [IndexBits:0] head_q;  // one bit more than an index: equal means empty
  logic [IndexBits:0] tail_q;

  assign count_o = tail_q - head_q;
  assign push_ready_o = count_o != (IndexBits + 1)'(Depth);
  assign pop_valid_o = head_q != tail_q;
  assign pop_data_o = memory[head_q[IndexBits-1:0]];

  logic push;
  logic pop;
  assign push = push_valid_i && push_ready_o;
  assign pop = pop_valid_o && pop_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      head_q <= '0;
      tail_q <= '0;
    end else if (zeroize_i) begin
      head_q <= tail_q + 1'b1;
      tail_q <= tail_q + 1'b1;
    end else begin
      if (pop) head_q <= head_q + 1'b1;
      if (push) tail_q <= tail_q + 1'b1;
    end
    if (push || zeroize_i) memory[tail_q[IndexBits-1:0]] <= zeroize_i ? '0 : push_data_i;
  end

  if (Depth < 2 || Depth != 2 ** IndexBits) begin : g_illegal
    $fatal(1, "prim_fifo: Depth is a power of two, at least 2");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (count_o <= (IndexBits + 1)'(Depth));  // never overflows, never underflows
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Any one entry, followed from push to pop: it comes out once, in its place, unchanged.
  (* anyconst *) logic [IndexBits:0] f_entry;
  logic f_inside;
  logic f_held;
  logic [Width-1:0] f_data;
  assign f_inside = (IndexBits + 1)'(f_entry - head_q) < count_o;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || zeroize_i) begin
      f_held <= 1'b0;
    end else begin
      if (push && tail_q == f_entry) begin
        f_held <= 1'b1;
        f_data <= push_data_i;
      end
      if (pop && head_q == f_entry) begin
        f_held <= 1'b0;
        assert (f_held && pop_data_o == f_data);
      end
    end
    if (f_started && rst_ni) begin
      assert (f_held == f_inside);
      assert (!f_held || memory[f_entry[IndexBits-1:0]] == f_data);
      assert (pop_valid_o || count_o == '0);
      assert (push_ready_o || count_o == (IndexBits + 1)'(Depth));
    end
  end
`endif
endmodule
