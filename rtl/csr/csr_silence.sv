// Watches the host by a clock of milliseconds: when it has been silent for longer than its limit, it is lost until it is
// heard again.
//
// limit_i 0: nobody watches. A beat, and a new limit, begin the silence anew. lost_o is a level a clock behind;
// lost_pulse_o stands for its first clock (to clear keys, and for the event).
module csr_silence (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic [31:0] time_ms_i,
  input  logic        beat_i,
  input  logic [31:0] limit_i,
  output logic [31:0] age_o,
  output logic        lost_o,
  output logic        lost_pulse_o
);
  logic [31:0] heard_q;
  logic lost_q;
  logic was_lost_q;
  assign age_o = time_ms_i - heard_q;
  assign lost_o = lost_q;
  assign lost_pulse_o = lost_q && !was_lost_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || beat_i) heard_q <= time_ms_i;
    if (!rst_ni) begin
      lost_q <= 1'b0;
      was_lost_q <= 1'b0;
    end else begin
      lost_q <= !beat_i && limit_i != '0 && age_o > limit_i;
      was_lost_q <= lost_q;
    end
  end
endmodule
