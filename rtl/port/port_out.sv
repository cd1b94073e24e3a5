// Frames out to the MAC: several sources merged frame by frame, stored whole, sent without a gap between their beats.
//
// A MAC that has begun a frame must not be kept waiting, so a frame goes to it when all of it is here. Sources see
// backpressure only while another source's frame passes: a frame that finds no room is dropped whole. Each frame gives
// one pulse of done_o with its tag: sent_o set, it will leave; clear, it was dropped (egress_full) or longer than
// MaxBeats. The FCS and padding to 64 bytes are the MAC's. Input I has bits [512*I+:512] of in_data_i, and so on.
module port_out #(
  parameter int unsigned Inputs   = 2,    // at least 2
  parameter int unsigned Depth    = 512,  // beats of 64 bytes; a power of two
  parameter int unsigned MaxBeats = 150,  // of a frame
  parameter int unsigned TagBits  = 4     // what the source says about a frame, with every beat of it
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic [Inputs-1:0]         in_valid_i,
  output logic [Inputs-1:0]         in_ready_o,
  input  logic [Inputs*512-1:0]     in_data_i,
  input  logic [Inputs*7-1:0]       in_bytes_i,
  input  logic [Inputs-1:0]         in_last_i,
  input  logic [Inputs*TagBits-1:0] in_tag_i,
  output logic                      out_valid_o,
  input  logic                      out_ready_i,
  output logic [511:0]              out_data_o,
  output logic [6:0]                out_bytes_o,
  output logic                      out_last_o,
  output logic                      done_o,
  output logic                      sent_o,
  output logic [TagBits-1:0]        done_tag_o
);
  localparam int unsigned Width = TagBits + 7 + 512;

  logic [Inputs*Width-1:0] beats;
  for (genvar i = 0; i < Inputs; i++) begin : g_input
    assign beats[i*Width+:Width] = {in_tag_i[i*TagBits+:TagBits], in_bytes_i[i*7+:7], in_data_i[i*512+:512]};
  end

  logic merged_valid;
  logic merged_last;
  logic [TagBits-1:0] merged_tag;
  logic [6:0] merged_bytes;
  logic [511:0] merged_data;
  port_merge #(.Inputs(Inputs), .Width(Width)) u_merge (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o, .in_data_i(beats), .in_last_i, .out_valid_o(merged_valid),
    .out_ready_i(1'b1), .out_data_o({merged_tag, merged_bytes, merged_data}), .out_last_o(merged_last)
  );

  // Between the sources' logic and the store's.
  logic valid_q;
  logic last_q;
  logic [TagBits-1:0] tag_q;
  logic [6:0] bytes_q;
  logic [511:0] data_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else valid_q <= merged_valid;
    last_q <= merged_last;
    tag_q <= merged_tag;
    bytes_q <= merged_bytes;
    data_q <= merged_data;
  end

  /* verilator lint_off PINCONNECTEMPTY */  // why a frame was dropped is one to the counters
  port_store #(.Depth(Depth), .MaxBeats(MaxBeats), .TagBits(TagBits)) u_store (
    .clk_i, .rst_ni, .in_valid_i(valid_q), .in_data_i(data_q), .in_bytes_i(bytes_q), .in_last_i(last_q),
    .in_error_i(1'b0), .in_tag_i(tag_q), .out_valid_o, .out_ready_i, .out_data_o, .out_bytes_o, .out_last_o, .done_o,
    .done_stored_o(sent_o), .done_full_o(), .done_refused_o(), .done_tag_o
  );
  /* verilator lint_on PINCONNECTEMPTY */

`ifndef SYNTHESIS
  // Once a frame has begun, its next beat is there when the one before is taken.
  logic within_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) within_q <= 1'b0;
    else if (out_valid_o && out_ready_i) within_q <= !out_last_o;
    if (rst_ni) assert (!within_q || out_valid_o);
  end
`endif
endmodule
