// Watches the host: when it has been silent for longer than its limit, it is lost until it is heard again.
//
// Silence is counted in units of 2^UnitBits clocks, which is how exact the limit is. limit_i 0: nobody watches.
// lost_o is a level; lost_pulse_o stands for the first clock of it (to clear keys, and for the event).
module csr_heartbeat #(
  parameter int unsigned UnitBits = 16
) (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        beat_i,
  input  logic [31:0] limit_i,      // units
  output logic [31:0] age_o,        // units of silence
  output logic        lost_o,
  output logic        lost_pulse_o
);
  logic [UnitBits-1:0] clocks_q;
  logic [31:0] age_q;
  logic lost_q;
  logic was_lost_q;
  assign age_o = age_q;
  assign lost_o = lost_q;
  assign lost_pulse_o = lost_q && !was_lost_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      clocks_q <= '0;
      age_q <= '0;
      lost_q <= 1'b0;
      was_lost_q <= 1'b0;
    end else begin
      clocks_q <= beat_i ? '0 : clocks_q + 1'b1;
      if (beat_i) age_q <= '0;
      else if (clocks_q == '1 && age_q != '1) age_q <= age_q + 32'd1;
      lost_q <= !beat_i && limit_i != '0 && age_q > limit_i;
      was_lost_q <= lost_q;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!lost_pulse_o || lost_o);
  end
`endif
endmodule
