// Puts a piece's result together: the moved sums, the tag's mask where the piece ends the text, the tag that came.
//
// Notes say what is to come and in which order. Latency 1 from the last part of a result. No backpressure at the output.
module aead_sums (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   clear_i,
  input  logic                   note_valid_i,
  input  logic                   note_text_i,
  input  logic [146:0]           note_i,        // id, ends the text, add in, add out, tag
  output logic                   room_o,        // for the notes of all pieces that may be under way, and one more
  input  logic                   mask_valid_i,  // of each text piece
  input  logic [127:0]           in_mask_i,
  input  logic [127:0]           out_mask_i,
  input  logic                   moved_valid_i,
  input  logic [127:0]           in_moved_i,
  input  logic [127:0]           out_moved_i,
  output logic                   sum_valid_o,
  output vitrine_pkg::aead_sum_t sum_o
);
  localparam int unsigned UnderWay = 6;  // pieces between aead_issue and their note

  logic note_room;
  logic note_valid;
  logic text;
  logic [15:0] id;
  logic ends;
  logic add_in;
  logic add_out;
  logic [127:0] tag;
  logic pop;
  logic [4:0] note_count;
  prim_fifo #(.Width(148), .Depth(16)) u_notes (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(note_valid_i), .push_ready_o(note_room), .push_data_i({note_text_i, note_i}),
    .pop_valid_o(note_valid), .pop_ready_i(pop), .pop_data_o({text, id, ends, add_in, add_out, tag}),
    .count_o(note_count)
  );
  assign room_o = note_count < 5'(16 - UnderWay);

  logic mask_room;
  logic mask_valid;
  logic [127:0] in_mask;
  logic [127:0] out_mask;
  logic [3:0] mask_count;
  prim_fifo #(.Width(256), .Depth(8)) u_masks (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(mask_valid_i), .push_ready_o(mask_room), .push_data_i({in_mask_i, out_mask_i}),
    .pop_valid_o(mask_valid), .pop_ready_i(pop && text), .pop_data_o({in_mask, out_mask}), .count_o(mask_count)
  );

  logic moved_room;
  logic moved_valid;
  logic [127:0] in_moved;
  logic [127:0] out_moved;
  logic [2:0] moved_count;
  prim_fifo #(.Width(256), .Depth(4)) u_moved (
    .clk_i, .rst_ni, .zeroize_i(clear_i),
    .push_valid_i(moved_valid_i), .push_ready_o(moved_room), .push_data_i({in_moved_i, out_moved_i}),
    .pop_valid_o(moved_valid), .pop_ready_i(pop && text), .pop_data_o({in_moved, out_moved}), .count_o(moved_count)
  );

  assign pop = note_valid && (!text || moved_valid);
  always_ff @(posedge clk_i) begin
    sum_valid_o <= rst_ni && !clear_i && pop;
    if (clear_i) begin
      sum_o <= '0;
    end else begin
      sum_o.id <= id;
      sum_o.in_sum <= text && add_in ? in_moved ^ (ends ? in_mask : '0) : '0;
      sum_o.out_sum <= text && add_out ? out_moved ^ (ends ? out_mask : '0) : '0;
      sum_o.in_tag <= tag;
    end
  end

  logic unused;
  assign unused = ^{mask_count, moved_count};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && !clear_i) begin
      assert (!note_valid_i || note_room);
      assert (!mask_valid_i || mask_room);
      assert (!moved_valid_i || moved_room);
      assert (!(pop && text) || mask_valid);
    end
  end
`endif
endmodule
