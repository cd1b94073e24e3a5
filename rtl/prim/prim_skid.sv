// A skid buffer: cuts the ready path between two stages at full throughput.
//
// Two entries; ready_o is a register's value, valid_o and data_o too. Latency 1. Order is kept and nothing is
// dropped.
module prim_skid #(
  parameter int unsigned Width = 8
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  input  logic             valid_i,
  output logic             ready_o,
  input  logic [Width-1:0] data_i,
  output logic             valid_o,
  input  logic             ready_i,
  output logic [Width-1:0] data_o
);
  logic front_valid_q;
  logic [Width-1:0] front_q;  // what valid_o shows
  logic back_valid_q;
  logic [Width-1:0] back_q;   // what arrived while front could not leave

  assign ready_o = !back_valid_q;
  assign valid_o = front_valid_q;
  assign data_o = front_q;

  logic push;
  logic free;
  assign push = valid_i && ready_o;
  assign free = !front_valid_q || ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      front_valid_q <= 1'b0;
      back_valid_q <= 1'b0;
    end else if (free) begin
      front_valid_q <= back_valid_q || push;
      back_valid_q <= 1'b0;
    end else if (push) begin
      back_valid_q <= 1'b1;
    end
    if (free) front_q <= back_valid_q ? back_q : data_i;
    if (push) back_q <= data_i;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!back_valid_q || front_valid_q);  // the back entry is never alone
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Any one item by its number (modulo 8): it leaves once, in its place, unchanged.
  (* anyconst *) logic [2:0] f_item;
  logic [2:0] f_in;
  logic [2:0] f_out;
  logic [Width-1:0] f_data;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_in <= '0;
      f_out <= '0;
    end else begin
      if (push) f_in <= f_in + 1'b1;
      if (push && f_in == f_item) f_data <= data_i;
      if (valid_o && ready_i) f_out <= f_out + 1'b1;
    end
    if (f_started && rst_ni) begin
      assert (3'(f_in - f_out) == {1'b0, front_valid_q && back_valid_q, front_valid_q != back_valid_q});
      assert (!(front_valid_q && f_out == f_item) || front_q == f_data);
      assert (!(back_valid_q && f_out + 3'd1 == f_item) || back_q == f_data);
      if ($past(rst_ni) && $past(valid_o && !ready_i)) assert (valid_o && $stable(data_o));
    end
  end
`endif
endmodule
