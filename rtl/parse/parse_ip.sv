// IPv4 with options (RFC 791) and IPv6 (RFC 8200): addresses, protocol, and the bytes behind the header.
//
// In: parse_link's output. Out, two clocks later: the first 60 bytes behind the IP header (byte 0 in bits [7:0]), how
// many the packet has there by its own length field, key and parsed. has_transport_o clear: the kind is final, one of
// not IP, fragment, extension header, malformed. Waits while advance_i is clear.
// An IPv6 fragment header that is followed by another extension header counts as extension header, protocol 0: what
// lies behind is for the host to find out.
module parse_ip (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   advance_i,
  input  logic                   valid_i,
  input  logic [959:0]           l3_window_i,
  input  logic [15:0]            l3_bytes_i,
  input  logic                   is_v4_i,
  input  logic                   is_v6_i,
  input  vitrine_pkg::flow_key_t key_i,
  input  vitrine_pkg::parsed_t   parsed_i,
  output logic                   valid_o,
  output logic [479:0]           l4_window_o,
  output logic [15:0]            l4_bytes_o,
  output logic                   has_transport_o,
  output vitrine_pkg::flow_key_t key_o,
  output vitrine_pkg::parsed_t   parsed_o
);
  // IANA's list of IPv6 extension headers; ESP (50) and "no next header" (59) end the chain as other protocols do.
  function automatic logic is_extension(input logic [7:0] next_header);
    is_extension = next_header == 8'd0 || next_header == 8'd43 || next_header == 8'd44 || next_header == 8'd51 ||
                   next_header == 8'd60 || next_header == 8'd135 || next_header == 8'd139 || next_header == 8'd140 ||
                   next_header == 8'd253 || next_header == 8'd254;
  endfunction
  localparam logic [7:0] FragmentHeader = 8'd44;

  logic [3:0] version;
  logic [5:0] v4_header;  // bytes
  logic [15:0] v4_total;
  logic [16:0] v6_total;
  logic [7:0] v6_next;
  logic [7:0] v6_behind;  // the fragment header's next header
  assign version = l3_window_i[7:4];
  assign v4_header = {l3_window_i[3:0], 2'b00};
  assign v4_total = {l3_window_i[8*2+:8], l3_window_i[8*3+:8]};
  assign v6_total = 17'd40 + {1'b0, l3_window_i[8*4+:8], l3_window_i[8*5+:8]};
  assign v6_next = l3_window_i[8*6+:8];
  assign v6_behind = l3_window_i[8*40+:8];

  // An address as it is written: its first byte in the top bits.
  logic [127:0] v6_source;
  logic [127:0] v6_destination;
  always_comb begin
    for (int i = 0; i < 16; i++) begin
      v6_source[8*(15-i)+:8] = l3_window_i[8*(8+i)+:8];
      v6_destination[8*(15-i)+:8] = l3_window_i[8*(24+i)+:8];
    end
  end

  logic v4_fragment;  // more-fragments flag or an offset
  assign v4_fragment = {l3_window_i[8*6+:6], l3_window_i[8*7+:8]} != '0;

  logic malformed;
  logic has_transport_d;
  logic [3:0] header_words_d;  // 32-bit words of the IP header, 5 ... 15
  logic [15:0] l4_bytes_d;
  vitrine_pkg::flow_key_t key_d;
  vitrine_pkg::parsed_t parsed_d;
  always_comb begin
    malformed = 1'b0;
    has_transport_d = 1'b0;
    header_words_d = 4'd10;
    l4_bytes_d = '0;
    key_d = key_i;
    parsed_d = parsed_i;
    if (is_v4_i) begin
      malformed = l3_bytes_i < 16'd20 || version != 4'd4 || v4_header < 6'd20 || v4_total < 16'(v4_header) ||
                  v4_total > l3_bytes_i;
      header_words_d = l3_window_i[3:0];
      l4_bytes_d = v4_total - 16'(v4_header);
      key_d.ip_version = 4'd4;
      key_d.protocol = l3_window_i[8*9+:8];
      key_d.source = {l3_window_i[8*12+:8], l3_window_i[8*13+:8], l3_window_i[8*14+:8], l3_window_i[8*15+:8], 96'd0};
      key_d.destination = {l3_window_i[8*16+:8], l3_window_i[8*17+:8], l3_window_i[8*18+:8], l3_window_i[8*19+:8],
                           96'd0};
      parsed_d.kind = v4_fragment ? vitrine_pkg::KindFragment : vitrine_pkg::KindOtherIp;
      has_transport_d = !v4_fragment;
      parsed_d.l4 = parsed_i.l3 + 8'(v4_header);
    end else if (is_v6_i) begin
      malformed = l3_bytes_i < 16'd40 || version != 4'd6 || v6_total > 17'(l3_bytes_i);
      l4_bytes_d = v6_total[15:0] - 16'd40;
      key_d.ip_version = 4'd6;
      key_d.protocol = v6_next;
      key_d.source = v6_source;
      key_d.destination = v6_destination;
      parsed_d.kind = vitrine_pkg::KindOtherIp;
      has_transport_d = 1'b1;
      parsed_d.l4 = parsed_i.l3 + 8'd40;
      if (v6_next == FragmentHeader && !is_extension(v6_behind)) begin
        malformed = malformed || v6_total < 17'd48;
        key_d.protocol = v6_behind;
        parsed_d.kind = vitrine_pkg::KindFragment;
        has_transport_d = 1'b0;
      end else if (is_extension(v6_next)) begin
        malformed = malformed || (v6_next == FragmentHeader && v6_total < 17'd48);
        key_d.protocol = '0;
        parsed_d.kind = vitrine_pkg::KindExtensionHeader;
        has_transport_d = 1'b0;
      end
    end
    if (malformed) begin
      has_transport_d = 1'b0;
      parsed_d.kind = vitrine_pkg::KindMalformed;
    end
    if (has_transport_d) begin
      parsed_d.payload = parsed_d.l4;
      parsed_d.payload_length = l4_bytes_d;
    end
  end

  // First clock: what the header says.  Second clock: the bytes behind it, moved to the front.
  logic valid_q;
  logic [959:0] l3_window_q;
  logic [3:0] header_words_q;
  logic [15:0] l4_bytes_q;
  logic has_transport_q;
  vitrine_pkg::flow_key_t key_q;
  vitrine_pkg::parsed_t parsed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (advance_i) valid_q <= valid_i;
    if (advance_i && valid_i) begin
      l3_window_q <= l3_window_i;
      header_words_q <= header_words_d;
      l4_bytes_q <= l4_bytes_d;
      has_transport_q <= has_transport_d;
      key_q <= key_d;
      parsed_q <= parsed_d;
    end
  end

  logic [479:0] l4_window_d;
  always_comb begin
    l4_window_d = l3_window_q[32*5+:480];
    for (int words = 6; words <= 15; words++) begin
      if (header_words_q == 4'(words)) l4_window_d = l3_window_q[32*words+:480];
    end
  end

  logic out_valid_q;
  logic [479:0] l4_window_q;
  logic [15:0] out_bytes_q;
  logic out_has_transport_q;
  vitrine_pkg::flow_key_t out_key_q;
  vitrine_pkg::parsed_t out_parsed_q;
  assign valid_o = out_valid_q;
  assign l4_window_o = l4_window_q;
  assign l4_bytes_o = out_bytes_q;
  assign has_transport_o = out_has_transport_q;
  assign key_o = out_key_q;
  assign parsed_o = out_parsed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) out_valid_q <= 1'b0;
    else if (advance_i) out_valid_q <= valid_q;
    if (advance_i && valid_q) begin
      l4_window_q <= l4_window_d;
      out_bytes_q <= l4_bytes_q;
      out_has_transport_q <= has_transport_q;
      out_key_q <= key_q;
      out_parsed_q <= parsed_q;
    end
  end
endmodule
