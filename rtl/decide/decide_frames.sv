// Finds out all that a frame is judged by: headers, flow entry and rules; the frame waits here meanwhile.
//
// Frames in by a 512-bit stream with their origin (0 inside port, 1 outside port, 2 injected as if received by
// in_outside_i). What is known of the oldest frame stands at frame_o; its beats follow at out_* and are taken by whoever
// judges it, frame_ready_i with the last of them or after it. A beat a clock; the answer comes 21 clocks after a frame's last beat
// at the earliest (parse 10, flow table 9, registers).
// While table_ready_i is clear no flow is looked up.
module decide_frames #(
  parameter int unsigned Beats = 512,  // stored; a power of two, at least 256
  parameter int unsigned Depth = 64    // frames that wait; a power of two, at least 32
) (
  input  logic                          clk_i,
  input  logic                          rst_ni,
  input  logic                          in_valid_i,
  output logic                          in_ready_o,
  input  logic [511:0]                  in_data_i,
  input  logic [6:0]                    in_bytes_i,
  input  logic                          in_last_i,
  input  logic                          in_outside_i,
  input  logic                          in_injected_i,
  // Flow table (latency 9) and rules (latency 8).
  input  logic                          table_ready_i,
  output logic                          flow_valid_o,
  output logic                          rules_valid_o,
  output vitrine_pkg::flow_key_t        key_o,
  output vitrine_pkg::frame_kind_t      kind_o,
  input  logic                          flow_hit_i,
  input  logic [15:0]                   flow_index_i,
  input  vitrine_pkg::action_t          rule_action_i,
  // The oldest frame.
  output logic                          frame_valid_o,
  input  logic                          frame_ready_i,
  output vitrine_pkg::decide_frame_t    frame_o,
  output logic                          out_valid_o,
  input  logic                          out_ready_i,
  output logic [511:0]                  out_data_o,
  output logic [6:0]                    out_bytes_o,
  output logic                          out_last_o,
  output logic                          idle_o
);
  localparam int unsigned FrameBits = $bits(frame_o);
  localparam int unsigned FlowLatency = 9;
  localparam int unsigned CountBits = $clog2(Depth) + 1;

  logic parse_ready;
  logic store_ready;
  logic take;
  assign in_ready_o = parse_ready && store_ready;
  assign take = in_valid_i && in_ready_o;

  logic [$clog2(Beats):0] beats;
  prim_fifo #(.Width(520), .Depth(Beats)) u_beats (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(take), .push_ready_o(store_ready),
    .push_data_i({in_last_i, in_bytes_i, in_data_i}), .pop_valid_o(out_valid_o), .pop_ready_i(out_ready_i),
    .pop_data_o({out_last_o, out_bytes_o, out_data_o}), .count_o(beats)
  );

  // Injected or not, in order of frames, up to the parser's result.
  logic parsed_valid;
  logic parsed_ready;
  logic injected;
  logic origin_valid;
  logic unused_origin_ready;
  logic [6:0] unused_origins;
  prim_fifo #(.Width(1), .Depth(64)) u_origins (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(take && in_last_i), .push_ready_o(unused_origin_ready),
    .push_data_i(in_injected_i), .pop_valid_o(origin_valid), .pop_ready_i(parsed_valid && parsed_ready),
    .pop_data_o(injected), .count_o(unused_origins)
  );

  vitrine_pkg::flow_key_t key;
  vitrine_pkg::parsed_t parsed;
  parse_frame u_parse (
    .clk_i, .rst_ni, .in_valid_i(take), .in_ready_o(parse_ready), .in_data_i, .in_bytes_i, .in_last_i,
    .in_outside_i, .valid_o(parsed_valid), .ready_i(parsed_ready), .key_o(key), .parsed_o(parsed)
  );

  // A place for every frame that is being looked up: lookups do not wait.
  logic [CountBits-1:0] reserved_q;
  logic pop;
  logic start;
  assign parsed_ready = 32'(reserved_q) < Depth;
  assign start = parsed_valid && parsed_ready;
  assign pop = frame_valid_o && frame_ready_i;

  logic malformed;
  logic by_flow;
  assign malformed = parsed.kind == vitrine_pkg::KindMalformed;
  assign by_flow = parsed.kind == vitrine_pkg::KindTcp || parsed.kind == vitrine_pkg::KindOtherIp;
  assign key_o = key;
  // Yosys takes no cast to an enum of a package.
  always_comb begin
    unique case (parsed.kind)
      vitrine_pkg::KindTcp: kind_o = vitrine_pkg::KindTcp;
      vitrine_pkg::KindOtherIp: kind_o = vitrine_pkg::KindOtherIp;
      vitrine_pkg::KindFragment: kind_o = vitrine_pkg::KindFragment;
      vitrine_pkg::KindExtensionHeader: kind_o = vitrine_pkg::KindExtensionHeader;
      default: kind_o = vitrine_pkg::KindNotIp;
    endcase
  end
  assign flow_valid_o = start && by_flow && table_ready_i;
  assign rules_valid_o = start && !malformed;

  // What goes along beside the lookups; the rules' answer comes a clock before the flow table's.
  localparam int unsigned AlongBits = $bits(key) + $bits(parsed) + 3;
  logic [FlowLatency*AlongBits-1:0] along_q;
  logic [FlowLatency-1:0] valid_q;
  vitrine_pkg::action_t action_q;
  logic asked;
  logic [1:0] origin;
  vitrine_pkg::decide_frame_t done;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      valid_q <= '0;
      reserved_q <= '0;
    end else begin
      valid_q <= {valid_q[FlowLatency-2:0], start};
      reserved_q <= reserved_q + CountBits'(start) - CountBits'(pop);
    end
    along_q <= {along_q[(FlowLatency-1)*AlongBits-1:0],
                {flow_valid_o, injected ? 2'd2 : {1'b0, key.ingress == vitrine_pkg::PortOutside}, key, parsed}};
    action_q <= rule_action_i;
  end
  always_comb begin
    done = '0;
    {asked, origin, done.key, done.parsed} = along_q[FlowLatency*AlongBits-1-:AlongBits];
    done.origin = origin;
    done.hit = asked && flow_hit_i;
    done.index = flow_index_i;
    done.action = action_q;
  end

  logic unused_room;
  logic [CountBits-1:0] unused_frames;
  logic [FrameBits-1:0] frame;
  assign frame_o = frame;
  prim_fifo #(.Width(FrameBits), .Depth(Depth)) u_frames (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(valid_q[FlowLatency-1]), .push_ready_o(unused_room),
    .push_data_i(done), .pop_valid_o(frame_valid_o), .pop_ready_i(frame_ready_i), .pop_data_o(frame),
    .count_o(unused_frames)
  );
  assign idle_o = beats == '0 && reserved_q == '0 && !origin_valid && !in_valid_i;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!valid_q[FlowLatency-1] || unused_room);
      assert (!(take && in_last_i) || unused_origin_ready);
      assert (!parsed_valid || origin_valid);
    end
  end
`endif
endmodule
