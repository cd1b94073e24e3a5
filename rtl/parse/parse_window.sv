// Gathers the part of a frame in which headers can lie, and the frame's length.
//
// In: the 512-bit stream, one beat a clock; byte 0 in bits [7:0]. Out, a clock after the last beat: the first 142
// bytes (byte 0 in bits [7:0]; behind the frame's end: anything) and the length. 142 is the longest that headers get:
// 14 Ethernet + 8 two tags + 60 IPv4 + 60 TCP. Everything waits while advance_i is clear; drops nothing.
module parse_window (
  input  logic          clk_i,
  input  logic          rst_ni,
  input  logic          advance_i,
  input  logic          in_valid_i,
  input  logic [511:0]  in_data_i,
  input  logic [6:0]    in_bytes_i,
  input  logic          in_last_i,
  input  logic          in_outside_i,  // ingress port, with every beat of a frame
  output logic          valid_o,
  output logic [1135:0] window_o,
  output logic [15:0]   bytes_o,
  output logic          outside_o
);
  logic [1:0] beat_q;  // which beat comes next; 3: one behind the window
  logic [15:0] bytes_q;
  logic [511:0] first_q;
  logic [511:0] second_q;
  logic [111:0] third_q;

  logic valid_q;
  logic [1135:0] window_q;
  logic [15:0] window_bytes_q;
  logic outside_q;
  assign valid_o = valid_q;
  assign window_o = window_q;
  assign bytes_o = window_bytes_q;
  assign outside_o = outside_q;

  logic [1135:0] window_d;
  always_comb begin
    window_d = {third_q, second_q, first_q};
    if (beat_q == 2'd0) window_d[511:0] = in_data_i;
    if (beat_q == 2'd1) window_d[1023:512] = in_data_i;
    if (beat_q == 2'd2) window_d[1135:1024] = in_data_i[111:0];
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= 2'd0;
      bytes_q <= '0;
      valid_q <= 1'b0;
    end else if (advance_i) begin
      valid_q <= in_valid_i && in_last_i;
      if (in_valid_i) begin
        beat_q <= in_last_i ? 2'd0 : beat_q == 2'd3 ? 2'd3 : beat_q + 2'd1;
        bytes_q <= in_last_i ? '0 : bytes_q + 16'(in_bytes_i);
      end
    end
    if (advance_i && in_valid_i) begin
      if (beat_q == 2'd0) first_q <= in_data_i;
      if (beat_q == 2'd1) second_q <= in_data_i;
      if (beat_q == 2'd2) third_q <= in_data_i[111:0];
      if (in_last_i) begin
        window_q <= window_d;
        window_bytes_q <= bytes_q + 16'(in_bytes_i);
        outside_q <= in_outside_i;
      end
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && advance_i && in_valid_i) begin
      assert (in_bytes_i >= 7'd1 && in_bytes_i <= 7'd64);
      assert (in_last_i || in_bytes_i == 7'd64);
      assert (bytes_q <= 16'hffff - 16'd64);  // a longer frame is for the port to refuse
    end
  end
`endif
endmodule
