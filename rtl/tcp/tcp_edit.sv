// Moves a spliced segment's numbers, cuts it, and works out its new checksums, one beat a clock.
//
// layout_i and edit_i stand beside each beat of their frame. The frame leaves with numbers moved, lengths and IPv4
// checksum right, and ends after layout.payload + edit.leaves bytes: what Ethernet padded is gone. A cut segment loses
// FIN and PSH, which belong to its end. The TCP checksum covers all of the frame, so it is known only after the last
// beat: it comes by tcp_checksum_valid_o (one clock, in the order of the frames), and tcp_insert puts it in its place.
//
// Checksums are updated, not made anew (RFC 1624 equation 3): HC' = ~(~HC + ~m + m') over what the headers change,
// the payload's sum as it came (edit.payload_sum) and as it leaves. A byte that went wrong in the card's memory stays
// wrong for the receiver. A TCP checksum of 0 leaves as 0xffff, as soft/checksum.cpp writes it.
//
// Three stages and a register. Backpressure by ready. A beat that is not the frame's last waits for the next one,
// because a number may lie across both. REQUIRES: what tcp_layout_t does; headers within 192 bytes; the frame at
// least as long as the layout says.
module tcp_edit (
  input  logic                     clk_i,
  input  logic                     rst_ni,
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
  output logic                     out_last_o,
  output logic                     tcp_checksum_valid_o,
  output logic [15:0]              tcp_checksum_o,
  output logic [7:0]               tcp_checksum_at_o     // byte of the frame
);
  // Stage 1: lanes and lengths. What lies behind the new end goes no further.
  logic [8:0] beat_q;
  logic passed_q;            // the frame's last beat that leaves has gone by
  logic [15:0] base;
  logic [15:0] end_at;
  logic [15:0] new_end_at;
  logic ends_here;
  logic cut;
  logic [1:0] header_beat;
  logic [511:0] delta;
  logic [63:0] joins;
  assign base = {1'b0, beat_q, 6'd0};
  assign end_at = 16'(layout_i.payload) + layout_i.payload_length;
  assign new_end_at = 16'(layout_i.payload) + edit_i.leaves;
  assign ends_here = new_end_at <= base + 16'd64;
  assign cut = edit_i.leaves != layout_i.payload_length;
  assign header_beat = beat_q > 9'd2 ? 2'd3 : beat_q[1:0];
  tcp_lanes u_lanes (
    .beat_i(header_beat), .layout_i, .sequence_delta_i(edit_i.sequence_delta),
    .acknowledgement_delta_i(edit_i.acknowledgement_delta), .timestamp_delta_i(edit_i.timestamp_delta),
    .echo_delta_i(edit_i.echo_delta), .delta_o(delta), .joins_o(joins)
  );

  logic [15:0] length_at;
  logic [15:0] length;       // what the IP header's length field says from now on
  logic [15:0] old_length;
  logic [15:0] ip_checksum_old;
  logic [31:0] ip_checksum_sum;
  logic [15:0] ip_checksum_folded;
  assign length_at = 16'(layout_i.l3) + (layout_i.is_v6 ? 16'd4 : 16'd2);
  assign length = new_end_at - 16'(layout_i.l3) - (layout_i.is_v6 ? 16'd40 : 16'd0);
  assign old_length = end_at - 16'(layout_i.l3);
  assign ip_checksum_sum = 32'(16'(~ip_checksum_old)) + 32'(16'(~old_length)) + 32'(length);
  tcp_fold u_ip_fold (.sum_i(ip_checksum_sum), .folded_o(ip_checksum_folded));

  logic [15:0] at;           // of the word in hand
  logic [511:0] old_data;    // what came, zero behind the new end
  logic [575:0] summed;      // a byte and its delta: nine bits a lane
  logic [31:0] header_words; // 16-bit words of the TCP header, which change
  logic [31:0] sum_words;    // words of the TCP segment but for the checksum
  logic [31:0] ip_words;     // words written whole here: IP length and checksum
  logic [31:0] checksum_word;
  always_comb begin
    at = '0;
    old_data = in_data_i;
    header_words = '0;
    sum_words = '0;
    ip_words = '0;
    checksum_word = '0;
    ip_checksum_old = '0;
    for (int unsigned w = 0; w < 32; w++) begin
      at = base + 16'(2 * w);
      if (at >= new_end_at) old_data[16*w +: 16] = '0;
      else if (at + 16'd1 == new_end_at) old_data[16*w + 8 +: 8] = '0;
      if (at >= 16'(layout_i.l4)) begin
        checksum_word[w] = at == 16'(layout_i.l4) + 16'd16;
        sum_words[w] = !checksum_word[w];
        header_words[w] = !checksum_word[w] && at < 16'(layout_i.payload);
      end
      if (!layout_i.is_v6 && at == 16'(layout_i.l3) + 16'd10) begin
        ip_checksum_old = {in_data_i[16*w +: 8], in_data_i[16*w + 8 +: 8]};
        ip_words[w] = 1'b1;
      end
      if (at == length_at) ip_words[w] = 1'b1;
    end
    for (int unsigned i = 0; i < 64; i++) summed[9*i +: 9] = 9'(old_data[8*i +: 8]) + 9'(delta[8*i +: 8]);
  end

  // The words written whole, and FIN and PSH taken from a cut segment (byte 13 of the TCP header).
  logic [511:0] written;
  logic [63:0] unflagged;
  always_comb begin
    written = '0;
    unflagged = '0;
    for (int unsigned w = 0; w < 32; w++) begin
      if (base + 16'(2 * w) == length_at) written[16*w +: 16] = {length[7:0], length[15:8]};
      else written[16*w +: 16] = {~ip_checksum_folded[7:0], ~ip_checksum_folded[15:8]};
    end
    for (int unsigned i = 0; i < 64; i++) begin
      unflagged[i] = cut && base + 16'(i) == 16'(layout_i.l4) + 16'd13;
    end
  end

  // The share of lengths and the old payload in the TCP checksum; the two TCP lengths differ by what was cut.
  logic [31:0] rest;
  assign rest = 32'(16'(~edit_i.payload_sum)) + 32'(edit_i.leaves) + 32'(16'(~layout_i.payload_length));

  logic take;                // a beat moves into the pipeline
  logic advance;             // stage 1 moves on
  logic a_valid_q;
  logic a_last_q;
  logic [6:0] a_bytes_q;
  logic [511:0] a_old_q;
  logic [575:0] a_summed_q;
  logic [63:0] a_joins_q;
  logic [31:0] a_header_q;
  logic [31:0] a_sum_q;
  logic [31:0] a_ip_q;
  logic [31:0] a_checksum_q;
  logic [511:0] a_written_q;
  logic [63:0] a_unflagged_q;
  logic [31:0] a_rest_q;
  logic [7:0] a_at_q;

  assign in_ready_o = advance || passed_q;
  assign take = in_valid_i && in_ready_o && !passed_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= '0;
      passed_q <= 1'b0;
      a_valid_q <= 1'b0;
    end else begin
      if (in_valid_i && in_ready_o) begin
        beat_q <= in_last_i ? '0 : beat_q + 1'b1;
        passed_q <= !in_last_i && (passed_q || ends_here);
      end
      if (advance) a_valid_q <= take;
    end
    if (advance) begin
      a_last_q <= ends_here;
      a_bytes_q <= ends_here ? 7'(new_end_at - base) : 7'd64;
      a_old_q <= old_data;
      a_summed_q <= summed;
      a_joins_q <= joins;
      a_header_q <= header_words;
      a_sum_q <= sum_words;
      a_ip_q <= ip_words;
      a_checksum_q <= checksum_word;
      a_written_q <= written;
      a_unflagged_q <= unflagged;
      a_rest_q <= rest;
      a_at_q <= layout_i.l4 + 8'd16;
    end
  end

  // Stage 2: the beat waits for the next one, whose first lanes may carry into its last.
  logic p_valid_q;
  logic p_last_q;
  logic [6:0] p_bytes_q;
  logic [511:0] p_old_q;
  logic [575:0] p_summed_q;
  logic [63:0] p_joins_q;
  logic [31:0] p_header_q;
  logic [31:0] p_sum_q;
  logic [31:0] p_ip_q;
  logic [31:0] p_checksum_q;
  logic [511:0] p_written_q;
  logic [63:0] p_unflagged_q;
  logic [31:0] p_rest_q;
  logic [7:0] p_at_q;

  logic [66:0] all_joins;
  logic [66:0] carries;      // a lane's byte overflows by itself
  logic [66:0] passes;       // a lane's byte would overflow by a carry
  logic [63:0] carry_in;
  logic [511:0] new_data;
  assign all_joins = {a_joins_q[2:0], p_joins_q};
  always_comb begin
    carry_in = '0;
    carries = '0;
    passes = '0;
    for (int unsigned i = 0; i < 64; i++) begin
      carries[i] = p_summed_q[9*i + 8];
      passes[i] = p_summed_q[9*i +: 8] == 8'hff;
    end
    for (int unsigned i = 0; i < 3; i++) begin
      carries[64 + i] = a_summed_q[9*i + 8];
      passes[64 + i] = a_summed_q[9*i +: 8] == 8'hff;
    end
    new_data = '0;
    for (int unsigned i = 0; i < 64; i++) begin
      // At most three lanes behind this one are of the same number.
      carry_in[i] = p_joins_q[i] && (carries[i + 1] ||
          (passes[i + 1] && all_joins[i + 1] && (carries[i + 2] ||
          (passes[i + 2] && all_joins[i + 2] && carries[i + 3]))));
      new_data[8*i +: 8] = p_summed_q[9*i +: 8] + 8'(carry_in[i]);
      if (p_unflagged_q[i]) new_data[8*i +: 8] = new_data[8*i +: 8] & 8'hf6;
      if (p_ip_q[i / 2]) new_data[8*i +: 8] = p_written_q[8*i +: 8];
    end
  end

  // A word of the segment counts as it leaves, and a header's also against what it was.
  logic [543:0] term;
  logic [15:0] new_word;
  logic [15:0] old_word;
  logic [15:0] old_checksum;
  always_comb begin
    term = '0;
    new_word = '0;
    old_word = '0;
    old_checksum = '0;
    for (int unsigned w = 0; w < 32; w++) begin
      new_word = {new_data[16*w +: 8], new_data[16*w + 8 +: 8]};
      old_word = {p_old_q[16*w +: 8], p_old_q[16*w + 8 +: 8]};
      if (p_sum_q[w]) term[17*w +: 17] = 17'(new_word);
      if (p_header_q[w]) term[17*w +: 17] = 17'(new_word) + 17'(16'(~old_word));
      if (p_checksum_q[w]) old_checksum = old_word;
    end
  end

  // Stage 3: the beat that leaves; its terms go to the adder at the same clock.
  logic out_valid_q;
  logic out_last_q;
  logic [6:0] out_bytes_q;
  logic [511:0] out_data_q;
  logic go;                  // the beat of stage 2 leaves it
  logic fill;                // stage 2 takes what stage 1 has
  assign go = p_valid_q && (p_last_q || a_valid_q) && (!out_valid_q || out_ready_i);
  assign fill = !p_valid_q || go;
  assign advance = !a_valid_q || fill;
  assign out_valid_o = out_valid_q;
  assign out_last_o = out_last_q;
  assign out_bytes_o = out_bytes_q;
  assign out_data_o = out_data_q;

  logic [543:0] term_q;
  logic [21:0] sum;
  tcp_sum u_sum (.clk_i, .term_i(term_q), .sum_o(sum));

  logic [2:0] moves_q;
  logic [2:0] last_q;
  logic [31:0] extra_q[3];   // beside the terms: old checksum, lengths, old payload
  logic [7:0] at_q[3];
  logic first_q;
  logic [31:0] total_q;
  logic [7:0] total_at_q;
  logic total_valid_q;
  logic [31:0] extra_d;
  assign extra_d = (p_last_q ? p_rest_q : '0) + (|p_checksum_q ? 32'(16'(~old_checksum)) : '0);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      p_valid_q <= 1'b0;
      out_valid_q <= 1'b0;
      moves_q <= '0;
      first_q <= 1'b1;
      total_valid_q <= 1'b0;
    end else begin
      if (fill) p_valid_q <= a_valid_q;
      if (!out_valid_q || out_ready_i) out_valid_q <= go;
      moves_q <= {moves_q[1:0], go};
      if (moves_q[2]) first_q <= last_q[2];
      total_valid_q <= moves_q[2] && last_q[2];
    end
    if (fill) begin
      p_last_q <= a_last_q;
      p_bytes_q <= a_bytes_q;
      p_old_q <= a_old_q;
      p_summed_q <= a_summed_q;
      p_joins_q <= a_joins_q;
      p_header_q <= a_header_q;
      p_sum_q <= a_sum_q;
      p_ip_q <= a_ip_q;
      p_checksum_q <= a_checksum_q;
      p_written_q <= a_written_q;
      p_unflagged_q <= a_unflagged_q;
      p_rest_q <= a_rest_q;
      p_at_q <= a_at_q;
    end
    if (!out_valid_q || out_ready_i) begin
      out_last_q <= p_last_q;
      out_bytes_q <= p_bytes_q;
      out_data_q <= new_data;
    end
    term_q <= term;
    last_q <= {last_q[1:0], p_last_q};
    extra_q[0] <= extra_d;
    extra_q[1] <= extra_q[0];
    extra_q[2] <= extra_q[1];
    at_q[0] <= p_at_q;
    at_q[1] <= at_q[0];
    at_q[2] <= at_q[1];
    if (moves_q[2]) begin
      total_q <= (first_q ? '0 : total_q) + 32'(sum) + extra_q[2];
      total_at_q <= at_q[2];
    end
  end

  logic [15:0] folded;
  tcp_fold u_fold (.sum_i(total_q), .folded_o(folded));
  assign tcp_checksum_valid_o = total_valid_q;
  assign tcp_checksum_o = folded == 16'hffff ? 16'hffff : ~folded;
  assign tcp_checksum_at_o = total_at_q;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && in_valid_i) begin
      assert (!layout_i.l3[0] && !layout_i.l4[0] && !layout_i.payload[0]);
      assert (edit_i.leaves <= layout_i.payload_length);
      assert (passed_q || !in_last_i || ends_here);  // the frame is as long as its headers say
    end
    if (rst_ni && $past(rst_ni) && $past(out_valid_o && !out_ready_i)) begin
      assert (out_valid_o && $stable(out_data_o) && $stable(out_bytes_o) && $stable(out_last_o));
    end
  end
`endif
endmodule
