// Finds the headers of every frame that passes: Ethernet II, VLAN tags, IPv4, IPv6, TCP with options, UDP.
//
// It watches a 512-bit frame stream (byte 0 in bits [7:0]) and gives one result a frame, in order, 10 clocks after the
// clock that took the last beat, because length fields are checked against the frame's end. Takes a beat a clock, so
// a 64-byte frame a clock; in_ready_o is clear while a result waits for ready_i. Frames are up to 65,471 bytes long.
// Semantics are those of host/card/soft/frame_parser.h; results for equal frames are equal.
module parse_frame (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   in_valid_i,
  output logic                   in_ready_o,
  input  logic [511:0]           in_data_i,
  input  logic [6:0]             in_bytes_i,
  input  logic                   in_last_i,
  input  logic                   in_outside_i,  // ingress port, with every beat of a frame
  output logic                   valid_o,
  input  logic                   ready_i,
  output vitrine_pkg::flow_key_t key_o,
  output vitrine_pkg::parsed_t   parsed_o
);
  // The whole pipeline moves or stands; bubbles stay where they are.
  logic advance;
  assign advance = !valid_o || ready_i;
  assign in_ready_o = advance;

  logic window_valid;
  logic [1135:0] window;
  logic [15:0] bytes;
  logic outside;
  parse_window u_window (
    .clk_i, .rst_ni, .advance_i(advance), .in_valid_i, .in_data_i, .in_bytes_i, .in_last_i, .in_outside_i,
    .valid_o(window_valid), .window_o(window), .bytes_o(bytes), .outside_o(outside)
  );

  logic link_valid;
  logic [959:0] l3_window;
  logic [15:0] l3_bytes;
  logic is_v4;
  logic is_v6;
  vitrine_pkg::flow_key_t link_key;
  vitrine_pkg::parsed_t link_parsed;
  parse_link u_link (
    .clk_i, .rst_ni, .advance_i(advance), .valid_i(window_valid), .window_i(window), .bytes_i(bytes),
    .outside_i(outside), .valid_o(link_valid), .l3_window_o(l3_window), .l3_bytes_o(l3_bytes), .is_v4_o(is_v4),
    .is_v6_o(is_v6), .key_o(link_key), .parsed_o(link_parsed)
  );

  logic ip_valid;
  logic [479:0] l4_window;
  logic [15:0] l4_bytes;
  logic has_transport;
  vitrine_pkg::flow_key_t ip_key;
  vitrine_pkg::parsed_t ip_parsed;
  parse_ip u_ip (
    .clk_i, .rst_ni, .advance_i(advance), .valid_i(link_valid), .l3_window_i(l3_window), .l3_bytes_i(l3_bytes),
    .is_v4_i(is_v4), .is_v6_i(is_v6), .key_i(link_key), .parsed_i(link_parsed), .valid_o(ip_valid),
    .l4_window_o(l4_window), .l4_bytes_o(l4_bytes), .has_transport_o(has_transport), .key_o(ip_key),
    .parsed_o(ip_parsed)
  );

  // The five steps of the options' walk, with what goes into the first and comes out of the last.
  localparam int unsigned Steps = 5;
  logic [Steps:0] step_valid;
  for (genvar i = 0; i <= Steps; i++) begin : g_step
    /* verilator lint_off UNUSEDSIGNAL */  // nothing comes after the last step
    logic [319:0] options;
    logic [5:0] option_bytes;
    logic [39:0] at;
    /* verilator lint_on UNUSEDSIGNAL */
    vitrine_pkg::flow_key_t key;
    vitrine_pkg::parsed_t parsed;
    if (i == 0) begin : g_transport
      assign at = 40'd1;
      parse_transport u_transport (
        .clk_i, .rst_ni, .advance_i(advance), .valid_i(ip_valid), .l4_window_i(l4_window), .l4_bytes_i(l4_bytes),
        .has_transport_i(has_transport), .key_i(ip_key), .parsed_i(ip_parsed), .valid_o(step_valid[0]),
        .options_o(options), .option_bytes_o(option_bytes), .key_o(key), .parsed_o(parsed)
      );
    end else begin : g_options
      parse_options #(.First(8 * (i - 1))) u_options (
        .clk_i, .rst_ni, .advance_i(advance), .valid_i(step_valid[i-1]), .options_i(g_step[i-1].options),
        .option_bytes_i(g_step[i-1].option_bytes), .at_i(g_step[i-1].at), .key_i(g_step[i-1].key),
        .parsed_i(g_step[i-1].parsed), .valid_o(step_valid[i]), .options_o(options), .option_bytes_o(option_bytes),
        .at_o(at), .key_o(key), .parsed_o(parsed)
      );
    end
  end

  assign valid_o = step_valid[Steps];
  assign key_o = g_step[Steps].key;
  assign parsed_o = g_step[Steps].parsed;
endmodule
