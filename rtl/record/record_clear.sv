// Clears the record engine: after power-on, and where zeroize_i asks for it.
//
// rst_no is low for four clocks: what was under way is lost. Then clear_o stands for Clocks clocks, in which memories and
// registers that hold secrets are overwritten. A pulse of zeroize_i is enough; while it stands, this begins anew.
// Meanwhile frames are taken and thrown away, up to the end of the one that comes last, and a frame that was on its way
// out ends with a beat of one byte: the streams stay whole. What left last is still offered until it is taken.
module record_clear #(
  parameter int unsigned Clocks = 1024
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         zeroize_i,
  output logic         clear_o,
  output logic         rst_no,
  output logic         clearing_o,      // until the engine can be used
  // Frames in.
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic         in_last_i,
  output logic         taken_valid_o,
  input  logic         taken_ready_i,
  // Frames out.
  input  logic         made_valid_i,
  output logic         made_ready_o,
  input  logic [511:0] made_data_i,
  input  logic [6:0]   made_bytes_i,
  input  logic         made_last_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [511:0] out_data_o,
  output logic [6:0]   out_bytes_o,
  output logic         out_last_o
);
  localparam int unsigned CountBits = $clog2(Clocks + 5);
  logic [CountBits-1:0] count_q;
  logic busy;
  logic reset_q;
  assign busy = count_q != CountBits'(Clocks + 4);
  assign clear_o = busy && count_q >= CountBits'(4);
  assign rst_no = rst_ni && !reset_q;
  assign clearing_o = busy || reset_q || zeroize_i;

  logic in_open_q;                      // within a frame
  logic in_open_d;
  logic swallow_q;
  logic swallow;
  assign swallow = clearing_o || swallow_q;
  assign in_ready_o = swallow || taken_ready_i;
  assign taken_valid_o = in_valid_i && !swallow;
  assign in_open_d = in_valid_i && in_ready_o ? !in_last_i : in_open_q;

  logic out_open_q;
  logic push;
  logic room;
  logic [519:0] out_bits;
  assign push = clearing_o ? out_open_q : made_valid_i;
  assign made_ready_o = room && !clearing_o;
  prim_skid #(.Width(520)) u_out (
    .clk_i, .rst_ni, .valid_i(push), .ready_o(room),
    .data_i(clearing_o ? {1'b1, 7'd1, 512'd0} : {made_last_i, made_bytes_i, made_data_i}), .valid_o(out_valid_o),
    .ready_i(out_ready_i), .data_o(out_bits)
  );
  assign {out_last_o, out_bytes_o, out_data_o} = out_bits;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      reset_q <= 1'b1;
      in_open_q <= 1'b0;
      swallow_q <= 1'b0;
      out_open_q <= 1'b0;
    end else begin
      if (busy) count_q <= count_q + 1'b1;
      else if (zeroize_i) count_q <= '0;
      reset_q <= busy && count_q < CountBits'(3);
      in_open_q <= in_open_d;
      swallow_q <= swallow && in_open_d;
      if (push && room) out_open_q <= !clearing_o && !made_last_i;
    end
  end
endmodule
