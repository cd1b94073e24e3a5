// Puts together what the cryptography found for each text and tag: its sums, the tag as it came, and what a record's
// plaintext ends and begins with.
//
// Sums and places come in the same order. A piece's sum may come before the last beat of its plaintext has been stored,
// because that beat may wait for the next piece: beats_here_i tells. plain_*: the store is ours to read, a beat a clock,
// one clock later. A long piece takes about four clocks, a joined tag two.
module record_results #(
  parameter  int unsigned Beats    = 128,           // of the store, a power of two
  localparam int unsigned BeatBits = $clog2(Beats)
) (
  input  logic                        clk_i,
  input  logic                        rst_ni,
  input  logic                        zeroize_i,      // overwrites sums and plaintext
  input  logic                        place_valid_i,
  output logic                        place_ready_o,
  input  vitrine_pkg::record_place_t  place_i,
  input  logic                        sum_valid_i,
  output logic                        sum_ready_o,
  /* verilator lint_off UNUSEDSIGNAL */  // the id
  input  vitrine_pkg::aead_sum_t      sum_i,
  /* verilator lint_on UNUSEDSIGNAL */
  output logic                        plain_read_o,
  output logic [BeatBits-1:0]         plain_beat_o,
  input  logic [511:0]                plain_i,
  input  logic [9:0]                  beats_here_i,   // beats that have been stored, modulo 1,024
  output logic                        result_valid_o,
  input  logic                        result_ready_i,
  output vitrine_pkg::record_result_t result_o
);
  //   RsBegin   a place, and its sum where it is not a joined one
  //   RsLast    a beat of plaintext, from the last one backwards, until one has a byte that is not zero
  //   RsFirst   the beat with the piece's first byte; RsSecond: the one behind it
  //   RsGive    the result is on offer
  typedef enum logic [2:0] {RsBegin, RsLast, RsFirst, RsSecond, RsGive} state_t;
  state_t state_q;
  state_t state_d;

  logic [127:0] tag_q;                              // that came with the text before
  vitrine_pkg::record_result_t result_q;
  vitrine_pkg::record_result_t result_d;
  logic [BeatBits-1:0] beat_q;                      // that plain_i is
  logic [511:0] low_q;
  logic [BeatBits-1:0] first_beat;
  logic [BeatBits-1:0] last_beat;
  logic [BeatBits+5:0] last_byte;
  logic wants_first;
  logic [15:0] end_byte;
  logic [9:0] missing;                              // beats of the piece that are not stored yet; negative: none
  assign last_byte = (BeatBits + 6)'(end_byte - 16'd64);
  assign first_beat = place_i.first_byte[6 +: BeatBits];
  assign last_beat = last_byte[6 +: BeatBits];
  assign end_byte = place_i.first_byte + place_i.bytes + 16'd63;
  assign missing = end_byte[15:6] - beats_here_i;
  assign wants_first = place_i.offset < 16'd5;

  // The last byte of the beat that is of the piece and not zero.
  logic found;
  logic [5:0] found_lane;
  logic [7:0] found_value;
  always_comb begin
    found = 1'b0;
    found_lane = '0;
    found_value = '0;
    for (int unsigned i = 0; i < 64; i++) begin
      if (plain_i[8*i +: 8] != '0 && (beat_q != last_beat || 6'(i) <= last_byte[5:0]) &&
          (beat_q != first_beat || 6'(i) >= place_i.first_byte[5:0])) begin
        found = 1'b1;
        found_lane = 6'(i);
        found_value = plain_i[8*i +: 8];
      end
    end
  end

  // The text's first five bytes, as far as they are here.
  logic [1023:0] window;
  logic [39:0] first;
  assign window = {plain_i, low_q} >> {place_i.first_byte[5:0], 3'd0};
  always_comb begin
    first = '0;
    for (int unsigned i = 0; i < 5; i++) begin
      if (16'(i) >= place_i.offset && 16'(i) - place_i.offset < place_i.bytes) begin
        first[8 * (4 - i) +: 8] = window[8 * (i - 32'(place_i.offset[2:0])) +: 8];
      end
    end
  end

  always_comb begin
    state_d = state_q;
    result_d = result_q;
    plain_read_o = 1'b0;
    plain_beat_o = last_beat;
    sum_ready_o = 1'b0;
    unique case (state_q)
      RsBegin: begin
        plain_read_o = 1'b1;
        result_d = '0;
        if (place_valid_i && place_i.joined) begin
          result_d.in_tag = tag_q;
          state_d = RsGive;
        end else if (place_valid_i && sum_valid_i && (missing[9] || missing == '0)) begin
          sum_ready_o = 1'b1;
          result_d.in_sum = sum_i.in_sum;
          result_d.out_sum = sum_i.out_sum;
          result_d.in_tag = sum_i.in_tag;
          state_d = place_i.is_text && place_i.bytes != '0 ? RsLast : RsGive;
        end
      end
      RsLast: begin
        plain_read_o = 1'b1;
        plain_beat_o = beat_q - 1'b1;
        if (found) begin
          result_d.any = 1'b1;
          result_d.last_at = place_i.offset + {{(16 - BeatBits - 6){1'b0}}, beat_q - first_beat, 6'd0} +
                             16'(found_lane) - 16'(place_i.first_byte[5:0]);
          result_d.last_value = found_value;
        end
        if (found || beat_q == first_beat) begin
          plain_beat_o = first_beat;
          state_d = wants_first ? RsFirst : RsGive;
        end
      end
      RsFirst: begin
        plain_read_o = 1'b1;
        plain_beat_o = first_beat + 1'b1;
        state_d = RsSecond;
      end
      RsSecond: begin
        result_d.first = first;
        state_d = RsGive;
      end
      RsGive: if (result_ready_i) state_d = RsBegin;
      default: state_d = RsBegin;
    endcase
  end
  assign result_valid_o = state_q == RsGive;
  always_comb begin
    result_o = result_q;
    result_o.first_byte = place_i.first_byte;
  end
  assign place_ready_o = state_q == RsGive && result_ready_i;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) state_q <= RsBegin;
    else state_q <= state_d;
    result_q <= result_d;
    if (plain_read_o) beat_q <= plain_beat_o;
    if (state_q == RsFirst || zeroize_i) low_q <= zeroize_i ? '0 : plain_i;
    if (sum_ready_o || zeroize_i) tag_q <= zeroize_i ? '0 : sum_i.in_tag;
  end
endmodule
