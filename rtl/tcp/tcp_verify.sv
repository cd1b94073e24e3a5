// Whether the IPv4 header checksum and the TCP checksum of a frame are right, and the sum of its payload.
//
// Looks on as a frame passes (beat_i: a beat moves in this clock); no backpressure. layout_i stands beside each beat of
// its frame. Bytes behind the IP packet (Ethernet's padding) do not count. done_o comes four clocks after the frame's
// last beat, one clock long. A frame with a wrong checksum must not be spliced: its bytes would be taken for the
// sender's and spoil a record. payload_sum_o is what tcp_edit needs to replace the payload's share.
// RFC 1071, RFC 9293 section 3.1, RFC 8200 section 8.1.
module tcp_verify (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     beat_i,
  input  logic [511:0]             data_i,
  input  logic                     last_i,
  // The options' places do not matter here.
  /* verilator lint_off UNUSEDSIGNAL */
  input  vitrine_pkg::tcp_layout_t layout_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic                     done_o,
  output logic                     ip_right_o,      // always for IPv6
  output logic                     tcp_right_o,
  output logic [15:0]              payload_sum_o
);
  // Stage 1: which words count for what.
  logic [8:0] beat_q;  // of the frame
  logic [15:0] end_at;
  logic [15:0] word_at;
  logic [15:0] word;
  logic [15:0] address_begin;
  logic [15:0] address_end;
  logic [543:0] ip_term_d;
  logic [543:0] tcp_term_d;
  logic [543:0] payload_term_d;
  logic [543:0] ip_term_q;
  logic [543:0] tcp_term_q;
  logic [543:0] payload_term_q;
  logic [15:0] pseudo_d;  // the pseudo-header's words that are not in the frame so

  assign end_at = 16'(layout_i.payload) + layout_i.payload_length;
  assign address_begin = 16'(layout_i.l3) + (layout_i.is_v6 ? 16'd8 : 16'd12);
  assign address_end = 16'(layout_i.l3) + (layout_i.is_v6 ? 16'd40 : 16'd20);
  assign pseudo_d = 16'd6 + end_at - 16'(layout_i.l4);

  always_comb begin
    ip_term_d = '0;
    tcp_term_d = '0;
    payload_term_d = '0;
    word_at = '0;
    word = '0;
    for (int unsigned w = 0; w < 32; w++) begin
      word_at = {1'b0, beat_q, 6'd0} + 16'(2 * w);
      word = {data_i[16*w +: 8], data_i[16*w + 8 +: 8]};
      if (word_at >= end_at) word = '0;
      else if (word_at + 16'd1 == end_at) word[7:0] = '0;
      if (!layout_i.is_v6 && word_at >= 16'(layout_i.l3) && word_at < 16'(layout_i.l4)) begin
        ip_term_d[17*w +: 17] = 17'(word);
      end
      if (word_at >= 16'(layout_i.l4) || (word_at >= address_begin && word_at < address_end)) begin
        tcp_term_d[17*w +: 17] = 17'(word);
      end
      if (word_at >= 16'(layout_i.payload)) payload_term_d[17*w +: 17] = 17'(word);
    end
  end

  // Stages 2 and 3 add; stage 4 gathers a frame's beats.
  logic [21:0] ip_sum;
  logic [21:0] segment_sum;
  logic [21:0] payload_sum;
  tcp_sum u_ip (.clk_i, .term_i(ip_term_q), .sum_o(ip_sum));
  tcp_sum u_tcp (.clk_i, .term_i(tcp_term_q), .sum_o(segment_sum));
  tcp_sum u_payload (.clk_i, .term_i(payload_term_q), .sum_o(payload_sum));

  logic [2:0] moves_q;
  logic [2:0] last_q;
  logic [2:0] v6_q;
  logic [15:0] pseudo_q[3];
  logic first_q;
  logic [31:0] ip_q;
  logic [31:0] tcp_q;
  logic [31:0] payload_q;
  logic v6_done_q;
  logic done_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= '0;
      moves_q <= '0;
      first_q <= 1'b1;
      done_q <= 1'b0;
    end else begin
      if (beat_i) beat_q <= last_i ? '0 : beat_q + 1'b1;
      moves_q <= {moves_q[1:0], beat_i};
      if (moves_q[2]) first_q <= last_q[2];
      done_q <= moves_q[2] && last_q[2];
    end
    last_q <= {last_q[1:0], last_i};
    v6_q <= {v6_q[1:0], layout_i.is_v6};
    pseudo_q[0] <= pseudo_d;
    pseudo_q[1] <= pseudo_q[0];
    pseudo_q[2] <= pseudo_q[1];
    ip_term_q <= ip_term_d;
    tcp_term_q <= tcp_term_d;
    payload_term_q <= payload_term_d;
    if (moves_q[2]) begin
      ip_q <= (first_q ? '0 : ip_q) + 32'(ip_sum);
      tcp_q <= (first_q ? 32'(pseudo_q[2]) : tcp_q) + 32'(segment_sum);
      payload_q <= (first_q ? '0 : payload_q) + 32'(payload_sum);
      v6_done_q <= v6_q[2];
    end
  end

  logic [15:0] ip_folded;
  logic [15:0] tcp_folded;
  tcp_fold u_ip_fold (.sum_i(ip_q), .folded_o(ip_folded));
  tcp_fold u_tcp_fold (.sum_i(tcp_q), .folded_o(tcp_folded));
  tcp_fold u_payload_fold (.sum_i(payload_q), .folded_o(payload_sum_o));
  assign done_o = done_q;
  assign ip_right_o = v6_done_q || ip_folded == 16'hffff;
  assign tcp_right_o = tcp_folded == 16'hffff;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && beat_i) assert (!layout_i.l3[0] && !layout_i.l4[0] && !layout_i.payload[0]);  // words stay words
  end
`endif
endmodule
