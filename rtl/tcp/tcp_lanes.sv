// What the 64 bytes of a beat are in a TCP frame's headers, and what is added to them. Combinational.
//
// Byte lane i of the beat is byte 64 * beat_i + i of the frame. A number of 32 bits that is moved (sequence,
// acknowledgement, timestamps, SACK edges) may begin at any byte and lie across two beats: lane i gets its byte of the
// delta, and joins_o[i] says that the carry of lane i + 1 belongs to it.
module tcp_lanes (
  input  logic [1:0]               beat_i,    // 0 ... 2: headers end within 192 bytes; 3: behind them
  // Where the IP header is does not matter here.
  /* verilator lint_off UNUSEDSIGNAL */
  input  vitrine_pkg::tcp_layout_t layout_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [31:0]              sequence_delta_i,
  input  logic [31:0]              acknowledgement_delta_i,
  input  logic [31:0]              timestamp_delta_i,
  input  logic [31:0]              echo_delta_i,
  output logic [511:0]             delta_o,
  output logic [63:0]              joins_o
);
  // What is added: subtraction is adding the two's complement.
  logic [31:0] acknowledgement;
  logic [31:0] echo;
  assign acknowledgement = layout_i.acknowledges ? -acknowledgement_delta_i : '0;
  assign echo = layout_i.acknowledges ? -echo_delta_i : '0;

  logic [31:0] sack;
  assign sack = -acknowledgement_delta_i;
  logic [5:0] sack_bytes;
  assign sack_bytes = {layout_i.sack_blocks, 3'd0};

  for (genvar i = 0; i < 64; i = i + 1) begin : g_lane
    logic [7:0] at;         // in the frame
    logic [7:0] from_l4;
    logic [7:0] from_time;
    logic [7:0] from_sack;
    logic headers;
    logic [31:0] delta;
    logic [1:0] place;      // byte of the number, the most significant first
    logic moved;
    assign at = {beat_i, 6'(i)};
    assign headers = beat_i != 2'd3;
    assign from_l4 = at - layout_i.l4;
    assign from_time = at - layout_i.timestamp;
    assign from_sack = at - layout_i.sack;
    always_comb begin
      delta = '0;
      place = from_l4[1:0];
      moved = 1'b0;
      if (headers && at >= layout_i.l4) begin
        if (from_l4[7:2] == 6'd1) begin
          delta = sequence_delta_i;
          moved = 1'b1;
        end else if (from_l4[7:2] == 6'd2) begin
          delta = acknowledgement;
          moved = 1'b1;
        end else if (layout_i.timestamp != '0 && from_time[7:3] == '0) begin
          delta = from_time[2] ? echo : timestamp_delta_i;
          place = from_time[1:0];
          moved = 1'b1;
        end else if (layout_i.sack != '0 && from_sack < 8'(sack_bytes)) begin
          delta = sack;
          place = from_sack[1:0];
          moved = 1'b1;
        end
      end
    end
    assign delta_o[8*i +: 8] = moved ? delta[8 * (3 - 32'(place)) +: 8] : '0;
    assign joins_o[i] = moved && place != 2'd3;
  end
endmodule
