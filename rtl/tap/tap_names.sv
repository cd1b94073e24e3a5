// Writes flow ids into the tap's entries, on their way to the tap ring.
//
// Entries come as tap_splice gives them: a header beat, whose bytes 4..5 say how many bytes follow and 6..7 are the
// context, then beats of 64 bytes. The id of the context goes into bytes 8..15. Combinational, but for the ids.
// name_write_i gives a context's id. Entries of the flow before must have gone by then: quiet_o says that none has been
// there for QuietClocks clocks; who waits for it must see to it that nothing new is on its way.
module tap_names #(
  parameter  int unsigned Contexts    = 16,  // a power of two
  parameter  int unsigned QuietClocks = 8,   // more than an event takes from record_back to tap_splice's output
  localparam int unsigned ContextBits = $clog2(Contexts)
) (
  input  logic                    clk_i,
  input  logic                    rst_ni,
  input  logic                    name_write_i,
  input  logic [ContextBits-1:0]  name_context_i,
  input  logic [63:0]             name_flow_i,
  output logic                    quiet_o,
  input  logic                    in_valid_i,
  input  logic                    in_ready_i,   // of whoever takes them
  input  logic [511:0]            in_data_i,
  input  logic                    in_last_i,
  output logic [511:0]            out_data_o
);
  localparam int unsigned QuietBits = $clog2(QuietClocks + 1);
  logic [63:0] names[Contexts];
  logic header_q;
  logic [QuietBits-1:0] quiet_q;
  always_ff @(posedge clk_i) begin
    if (name_write_i) names[name_context_i] <= name_flow_i;
    if (!rst_ni) begin
      header_q <= 1'b1;
      quiet_q <= '0;
    end else begin
      if (in_valid_i && in_ready_i) header_q <= in_last_i;
      if (in_valid_i) quiet_q <= '0;
      else if (!quiet_o) quiet_q <= quiet_q + 1'b1;
    end
  end
  assign quiet_o = quiet_q == QuietBits'(QuietClocks);
  always_comb begin
    out_data_o = in_data_i;
    if (header_q) out_data_o[127:64] = names[in_data_i[48 +: ContextBits]];
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!name_write_i || quiet_o);
  end
`endif
endmodule
