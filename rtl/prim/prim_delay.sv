// A fixed delay for wide data beside a pipeline, in memory instead of registers.
//
// data_o is what data_i was Delay clocks ago, for the clocks in which valid_i was set; else stale data.
// No reset and no backpressure. zeroize_i held for Delay clocks overwrites the memory.
module prim_delay #(
  parameter int unsigned Width = 8,
  parameter int unsigned Delay = 4   // clocks, at least 3
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             zeroize_i,
  input  logic             valid_i,
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);
  localparam int unsigned Slots = Delay - 1;
  localparam int unsigned IndexBits = $clog2(Slots);

  logic [Width-1:0] memory[Slots];
  logic [IndexBits-1:0] slot_q;
  logic [Width-1:0] data_q;
  assign data_o = data_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) slot_q <= '0;
    else slot_q <= slot_q == IndexBits'(Slots - 1) ? '0 : slot_q + 1'b1;
    data_q <= memory[slot_q];
    if (valid_i || zeroize_i) memory[slot_q] <= zeroize_i ? '0 : data_i;
  end

  if (Delay < 3) begin : g_illegal
    $fatal(1, "prim_delay: Delay is at least 3");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (32'(slot_q) < Slots);
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Against a plain shift register.
  logic [Delay-1:0] f_valid;
  logic [Delay*Width-1:0] f_data;
  always_ff @(posedge clk_i) begin
    f_valid <= rst_ni && !zeroize_i ? {f_valid[Delay-2:0], valid_i} : '0;
    f_data <= {f_data[(Delay-1)*Width-1:0], data_i};
    if (f_started && rst_ni && !zeroize_i) begin
      assert (!f_valid[Delay-1] || data_o == f_data[Delay*Width-1-:Width]);
    end
  end
`endif
endmodule
