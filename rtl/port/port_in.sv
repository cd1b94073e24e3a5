// Frames in from the MAC: stored whole, or dropped whole and counted.
//
// The MAC cannot wait, so there is no backpressure towards it; it says with a frame's last beat whether the frame came
// with a bad FCS. Its signals are taken into registers first. Each frame gives one pulse a frame: received_o when it
// goes on, missed_o when there was no room, refused_o when the MAC found an error or the frame is longer than MaxBeats.
module port_in #(
  parameter int unsigned Depth    = 512,  // beats of 64 bytes; a power of two
  parameter int unsigned MaxBeats = 150   // of a frame: 9,600 bytes
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic         in_valid_i,
  input  logic [511:0] in_data_i,
  input  logic [6:0]   in_bytes_i,
  input  logic         in_last_i,
  input  logic         in_error_i,
  output logic         out_valid_o,
  input  logic         out_ready_i,
  output logic [511:0] out_data_o,
  output logic [6:0]   out_bytes_o,
  output logic         out_last_o,
  output logic         received_o,
  output logic         missed_o,
  output logic         refused_o
);
  logic valid_q;
  logic [511:0] data_q;
  logic [6:0] bytes_q;
  logic last_q;
  logic error_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= in_valid_i;
    data_q <= in_data_i;
    bytes_q <= in_bytes_i;
    last_q <= in_last_i;
    error_q <= in_error_i;
  end

  /* verilator lint_off PINCONNECTEMPTY */  // each of the three pulses says that a frame is done
  port_store #(.Depth(Depth), .MaxBeats(MaxBeats)) u_store (
    .clk_i, .rst_ni, .in_valid_i(valid_q), .in_data_i(data_q), .in_bytes_i(bytes_q), .in_last_i(last_q),
    .in_error_i(error_q), .in_tag_i(1'b0), .out_valid_o, .out_ready_i, .out_data_o, .out_bytes_o, .out_last_o,
    .done_o(), .done_stored_o(received_o), .done_full_o(missed_o), .done_refused_o(refused_o), .done_tag_o()
  );
  /* verilator lint_on PINCONNECTEMPTY */

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && in_valid_i) begin
      assert (in_bytes_i >= 7'd1 && in_bytes_i <= 7'd64);
      assert (in_last_i || in_bytes_i == 7'd64);
    end
  end
`endif
endmodule
