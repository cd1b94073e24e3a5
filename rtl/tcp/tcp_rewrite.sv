// tcp_edit and tcp_insert in a row: a spliced frame in, the same frame with its new headers out.
//
// Streams, layouts and limits are theirs. A frame of n beats leaves n + 7 clocks after its first beat came.
module tcp_rewrite #(
  parameter int unsigned Beats  = 256,  // of store; a power of two
  parameter int unsigned Frames = 64    // in the store; a power of two
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     zeroize_i,    // between frames; held for max(Beats, 2 * Frames) clocks
  input  logic                     in_valid_i,
  output logic                     in_ready_o,
  input  logic [511:0]             in_data_i,
  input  logic                     in_last_i,
  input  vitrine_pkg::tcp_layout_t layout_i,
  input  vitrine_pkg::tcp_edit_t   edit_i,
  output logic                     out_valid_o,
  input  logic                     out_ready_i,
  output logic [511:0]             out_data_o,
  output logic [6:0]               out_bytes_o,
  output logic                     out_last_o
);
  logic edited_valid;
  logic edited_ready;
  logic [511:0] edited_data;
  logic [6:0] edited_bytes;
  logic edited_last;
  logic checksum_valid;
  logic [15:0] checksum;
  logic [7:0] checksum_at;
  tcp_edit u_edit (
    .clk_i, .rst_ni, .in_valid_i, .in_ready_o, .in_data_i, .in_last_i, .layout_i, .edit_i,
    .out_valid_o(edited_valid), .out_ready_i(edited_ready), .out_data_o(edited_data), .out_bytes_o(edited_bytes),
    .out_last_o(edited_last), .tcp_checksum_valid_o(checksum_valid), .tcp_checksum_o(checksum),
    .tcp_checksum_at_o(checksum_at)
  );
  tcp_insert #(.Beats(Beats), .Frames(Frames)) u_insert (
    .clk_i, .rst_ni, .zeroize_i, .in_valid_i(edited_valid), .in_ready_o(edited_ready), .in_data_i(edited_data),
    .in_bytes_i(edited_bytes), .in_last_i(edited_last), .tcp_checksum_valid_i(checksum_valid),
    .tcp_checksum_i(checksum), .tcp_checksum_at_i(checksum_at), .out_valid_o, .out_ready_i, .out_data_o, .out_bytes_o,
    .out_last_o
  );
endmodule
