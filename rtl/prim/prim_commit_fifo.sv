// A first-in first-out queue whose entries become visible in groups: pushed, then committed or taken back together.
//
// commit_i makes all that was pushed and not yet committed visible, what is pushed in this clock included; rewind_i
// takes the same back. Reading takes one clock, so that block RAM or UltraRAM can be used. A committed entry can be
// popped from two clocks later on; full throughput; backpressure by full_o.
module prim_commit_fifo #(
  parameter  int unsigned Width     = 8,
  parameter  int unsigned Depth     = 16,             // a power of two, at least 2; one more entry waits to be popped
  localparam int unsigned IndexBits = $clog2(Depth)
) (
  input  logic               clk_i,
  input  logic               rst_ni,
  input  logic               push_i,       // REQUIRES: full_o is clear
  input  logic [Width-1:0]   push_data_i,
  output logic               full_o,
  input  logic               commit_i,
  input  logic               rewind_i,     // REQUIRES: not with commit_i
  output logic               pop_valid_o,
  input  logic               pop_ready_i,
  output logic [Width-1:0]   pop_data_o,
  output logic [IndexBits:0] free_o        // entries that could be pushed, 0 ... Depth
);
  logic [Width-1:0] memory[Depth];
  // One bit more than an index: equal means empty. read <= commit <= write, within Depth of each other.
  logic [IndexBits:0] read_q;
  logic [IndexBits:0] commit_q;
  logic [IndexBits:0] write_q;
  logic pop_valid_q;
  logic [Width-1:0] pop_data_q;

  assign free_o = (IndexBits + 1)'(Depth) - (IndexBits + 1)'(write_q - read_q);
  assign full_o = free_o == '0;
  assign pop_valid_o = pop_valid_q;
  assign pop_data_o = pop_data_q;

  logic fetch;
  logic [IndexBits:0] pushed;
  assign fetch = read_q != commit_q && (!pop_valid_q || pop_ready_i);
  assign pushed = write_q + (IndexBits + 1)'(push_i);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_q <= '0;
      commit_q <= '0;
      write_q <= '0;
      pop_valid_q <= 1'b0;
    end else begin
      write_q <= rewind_i ? commit_q : pushed;
      if (commit_i) commit_q <= pushed;
      if (fetch) read_q <= read_q + 1'b1;
      pop_valid_q <= fetch || (pop_valid_q && !pop_ready_i);
    end
    if (fetch) pop_data_q <= memory[read_q[IndexBits-1:0]];
    if (push_i) memory[write_q[IndexBits-1:0]] <= push_data_i;
  end

  if (Depth < 2 || Depth != 2 ** IndexBits) begin : g_illegal
    $fatal(1, "prim_commit_fifo: Depth is a power of two, at least 2");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!push_i || !full_o);
      assert (!commit_i || !rewind_i);
      assert (free_o <= (IndexBits + 1)'(Depth));
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb begin
    if (!f_started) assume (!rst_ni);
    assume (!push_i || !full_o);
    assume (!commit_i || !rewind_i);
  end

  // Any one entry, followed from its push: taken back, or out once, in its place, unchanged.
  (* anyconst *) logic [IndexBits:0] f_entry;
  logic f_held;    // in memory
  logic f_fetched; // waits to be popped
  logic [Width-1:0] f_data;
  logic f_inside;
  logic f_committed;
  assign f_inside = (IndexBits + 1)'(f_entry - read_q) < (IndexBits + 1)'(write_q - read_q);
  assign f_committed = (IndexBits + 1)'(f_entry - read_q) < (IndexBits + 1)'(commit_q - read_q);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_held <= 1'b0;
      f_fetched <= 1'b0;
    end else begin
      if (push_i && write_q == f_entry) begin
        f_held <= !rewind_i;
        f_data <= push_data_i;
      end else if (rewind_i && !f_committed) begin
        f_held <= 1'b0;
      end
      if (fetch) f_fetched <= read_q == f_entry;
      else if (pop_ready_i) f_fetched <= 1'b0;
      if (fetch && read_q == f_entry) begin
        f_held <= 1'b0;
        assert (f_held && f_committed);  // nothing leaves that was not committed
      end
    end
    if (f_started && rst_ni) begin
      assert (f_held == f_inside);
      assert (!f_held || memory[f_entry[IndexBits-1:0]] == f_data);
      // It waits to be popped as what follows the last entry read.
      assert (!f_fetched || (pop_valid_o && read_q == f_entry + 1'b1));
      assert (!f_fetched || f_held || pop_data_o == f_data);
      assert (!f_fetched || !f_held);
      assert ((IndexBits + 1)'(commit_q - read_q) <= (IndexBits + 1)'(write_q - read_q));
      assert ((IndexBits + 1)'(write_q - read_q) <= (IndexBits + 1)'(Depth));
      if ($past(rst_ni) && $past(pop_valid_o && !pop_ready_i)) assert (pop_valid_o && $stable(pop_data_o));
      // A commit and a rewind leave nothing open.
      if ($past(rst_ni) && $past(commit_i || rewind_i)) assert (write_q == commit_q);
      // Nothing committed waits behind an empty place.
      if ($past(rst_ni) && $past(read_q != commit_q)) assert (pop_valid_o);
    end
  end
`endif
endmodule
