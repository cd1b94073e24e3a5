// Puts new text back into the frames: each beat leaves once, with all pieces that touch it applied.
//
// A clock handles one beat and one piece; a beat that several pieces touch takes as many clocks. Text comes as the words
// of 64 bytes that aead_gather here cuts back to the frame's positions. Latency from a beat's last clock to the output:
// 3. No backpressure at the output.
module aead_place (
  input  logic              clk_i,
  input  logic              rst_ni,
  input  logic              clear_i,
  // pieces in order
  input  logic              place_valid_i,
  output logic              place_ready_o,
  input  aead_pkg::place_t  place_i,
  // the frames as they came
  input  logic              beat_valid_i,
  output logic              beat_ready_o,
  input  logic [511:0]      beat_data_i,
  input  logic [6:0]        beat_bytes_i,
  input  logic              beat_last_i,
  // words of text, plain below sealed
  input  logic              word_valid_i,
  output logic              word_ready_o,
  input  logic [1023:0]     word_data_i,
  output logic              out_valid_o,
  output logic [511:0]      out_data_o,
  output logic [511:0]      out_plain_o,
  output logic [63:0]       out_text_o,
  output logic [6:0]        out_bytes_o,
  output logic              out_last_o
);
  // The piece at work; the one behind it is at the input.
  logic piece_valid_q;
  aead_pkg::place_t piece_q;
  logic next;           // the piece is done
  logic none_left_q;    // this frame's last piece is done
  logic [7:0] number_q; // of the beat in its frame

  logic [7:0] first_beat;
  logic [7:0] text_beat;   // last one with text of the piece
  logic [7:0] last_beat;
  logic [7:0] next_first_beat;
  assign first_beat = piece_q.start[13:6];
  assign text_beat = 8'(14'(piece_q.text_stop - 14'd1) >> 6);
  assign last_beat = 8'(14'(piece_q.stop - 14'd1) >> 6);
  assign next_first_beat = place_i.start[13:6];

  // What happens in this clock.
  logic reaches;      // the piece touches this beat or has touched an earlier one
  logic touch;        // the piece changes this beat
  logic takes_text;
  logic window_valid;
  logic work;         // the piece is applied to this beat
  logic skip;         // the piece changes nothing (more)
  logic leave;        // the beat is complete
  assign reaches = piece_valid_q && piece_q.marks && first_beat <= number_q;
  assign touch = !none_left_q && reaches;
  assign takes_text = touch && piece_q.text && number_q <= text_beat;
  assign skip = !none_left_q && piece_valid_q && !piece_q.marks;
  always_comb begin
    work = 1'b0;
    leave = 1'b0;
    if (beat_valid_i) begin
      if (none_left_q) begin
        leave = 1'b1;
      end else if (skip) begin
        leave = piece_q.last;
      end else if (touch) begin
        if (last_beat != number_q) leave = 1'b1;
        else leave = piece_q.last || (place_valid_i && next_first_beat > number_q);
        work = (!takes_text || window_valid) && (leave || piece_q.last || place_valid_i);
        leave = leave && work;
      end else begin
        leave = piece_valid_q;  // before the piece's first beat
      end
    end
  end
  assign next = (beat_valid_i && skip) || (work && last_beat == number_q);
  assign beat_ready_o = leave;
  assign place_ready_o = !clear_i && (!piece_valid_q || next);

  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      piece_valid_q <= 1'b0;
      none_left_q <= 1'b0;
      number_q <= '0;
    end else begin
      if (place_ready_o) piece_valid_q <= place_valid_i;
      if (leave && beat_last_i) none_left_q <= 1'b0;
      else if (next) none_left_q <= piece_q.last;
      if (leave) number_q <= beat_last_i ? '0 : number_q + 8'd1;
    end
    if (place_ready_o) piece_q <= place_i;
  end

  // Text, cut to beats. Position 0 of the words is text_at before the text's first byte.
  logic command_ready;
  logic [1023:0] window_data;
  logic signed [15:0] window_start;
  logic [15:0] text_end;
  assign window_start = $signed({2'b00, piece_q.start[13:6], 6'd0}) - $signed({2'b00, piece_q.start}) +
                        $signed({10'd0, piece_q.text_at});
  assign text_end = 16'(piece_q.text_stop) - 16'(piece_q.start) + 16'(piece_q.text_at);
  aead_gather #(.Planes(2)) u_gather (
    .clk_i, .rst_ni, .clear_i,
    .beat_valid_i(word_valid_i), .beat_ready_o(word_ready_o), .beat_data_i(word_data_i), .beat_last_i(1'b0),
    .command_valid_i(takes_text),
    .command_ready_o(command_ready),
    .start_i(window_start),
    .windows_i(9'(text_beat) - 9'(first_beat) + 9'd1),
    .need_i(9'(16'(text_end - 16'd1) >> 6)),
    .finish_i(1'b0),
    .forget_i(1'b1),
    .window_valid_o(window_valid),
    .window_ready_i(work),
    .window_data_o(window_data)
  );

  // Two clocks that aead_gather needs for the data. Positions within the beat; high is 64 where the range goes on.
  logic [6:0] low;
  logic [6:0] text_high;
  logic [6:0] high;
  assign low = first_beat == number_q ? {1'b0, piece_q.start[5:0]} : 7'd0;
  assign text_high = !takes_text ? low : text_beat == number_q ? 7'(6'(piece_q.text_stop - 14'd1)) + 7'd1 : 7'd64;
  assign high = last_beat == number_q ? 7'(6'(piece_q.stop - 14'd1)) + 7'd1 : 7'd64;

  logic work_1_q;
  logic leave_1_q;
  logic last_1_q;
  logic leave_2_q;
  logic last_2_q;
  logic [6:0] low_1_q;
  logic [6:0] text_high_1_q;
  logic [6:0] high_1_q;
  logic [6:0] bytes_1_q;
  logic [6:0] bytes_2_q;
  logic [511:0] data_1_q;
  logic [511:0] data_2_q;
  logic [63:0] text_2_q;
  logic [63:0] marked_2_q;
  always_ff @(posedge clk_i) begin
    work_1_q <= rst_ni && !clear_i && work;
    leave_1_q <= rst_ni && !clear_i && leave;
    leave_2_q <= rst_ni && !clear_i && leave_1_q;
    low_1_q <= low;
    text_high_1_q <= text_high;
    high_1_q <= high;
    {last_1_q, bytes_1_q, data_1_q} <= {beat_last_i, beat_bytes_i, beat_data_i};
    {last_2_q, bytes_2_q, data_2_q} <= {last_1_q, bytes_1_q, data_1_q};
    text_2_q <= work_1_q ? ({64{1'b1}} << low_1_q) & ~({64{1'b1}} << text_high_1_q) : '0;
    marked_2_q <= work_1_q ? ({64{1'b1}} << low_1_q) & ~({64{1'b1}} << high_1_q) : '0;
  end

  // What earlier pieces have put into the beat that has not left.
  logic [511:0] plain_q;
  logic [511:0] sealed_q;
  logic [63:0] text_q;
  logic [63:0] marked_q;
  logic [511:0] text_mask;
  logic [511:0] marked_mask;
  logic [511:0] plain;
  logic [511:0] sealed;
  for (genvar j = 0; j < 64; j++) begin : g_byte
    assign text_mask[8*j+:8] = {8{text_2_q[j]}};
    assign marked_mask[8*j+:8] = {8{marked_2_q[j] || marked_q[j]}};
  end
  assign plain = plain_q | (window_data[511:0] & text_mask);
  assign sealed = sealed_q | (window_data[1023:512] & text_mask);
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i || leave_2_q) begin
      {plain_q, sealed_q, text_q, marked_q} <= '0;
    end else begin
      {plain_q, sealed_q, text_q, marked_q} <= {plain, sealed, text_q | text_2_q, marked_q | marked_2_q};
    end
    out_valid_o <= rst_ni && !clear_i && leave_2_q;
    out_data_o <= (data_2_q & ~marked_mask) | sealed;
    out_plain_o <= plain;
    out_text_o <= text_q | text_2_q;
    out_bytes_o <= bytes_2_q;
    out_last_o <= last_2_q;
  end

  logic unused;
  assign unused = command_ready;

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && !clear_i && leave && beat_last_i) assert (none_left_q || (next && piece_q.last));  // pieces lie within
  end
`endif
endmodule
