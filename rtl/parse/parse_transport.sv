// TCP (RFC 9293) up to its options, and UDP (RFC 768).
//
// In: parse_ip's output. Out, a clock later: the 40 bytes in which TCP options can lie (byte 0 in bits [7:0]), how many
// of them are options (0: none, or not TCP), key and parsed. Waits while advance_i is clear.
module parse_transport (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   advance_i,
  input  logic                   valid_i,
  /* verilator lint_off UNUSEDSIGNAL */  // nothing looks at reserved bits, checksum and urgent pointer
  input  logic [479:0]           l4_window_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [15:0]            l4_bytes_i,
  input  logic                   has_transport_i,
  input  vitrine_pkg::flow_key_t key_i,
  input  vitrine_pkg::parsed_t   parsed_i,
  output logic                   valid_o,
  output logic [319:0]           options_o,
  output logic [5:0]             option_bytes_o,  // 0 ... 40
  output vitrine_pkg::flow_key_t key_o,
  output vitrine_pkg::parsed_t   parsed_o
);
  localparam logic [7:0] ProtocolTcp = 8'd6;
  localparam logic [7:0] ProtocolUdp = 8'd17;

  logic [5:0] tcp_header;  // bytes
  logic [15:0] udp_length;
  assign tcp_header = {l4_window_i[8*12+4+:4], 2'b00};
  assign udp_length = {l4_window_i[8*4+:8], l4_window_i[8*5+:8]};

  logic [5:0] option_bytes_d;
  vitrine_pkg::flow_key_t key_d;
  vitrine_pkg::parsed_t parsed_d;
  always_comb begin
    option_bytes_d = '0;
    key_d = key_i;
    parsed_d = parsed_i;
    if (has_transport_i && (key_i.protocol == ProtocolTcp || key_i.protocol == ProtocolUdp)) begin
      key_d.source_port = {l4_window_i[8*0+:8], l4_window_i[8*1+:8]};
      key_d.destination_port = {l4_window_i[8*2+:8], l4_window_i[8*3+:8]};
    end
    if (has_transport_i && key_i.protocol == ProtocolTcp) begin
      parsed_d.kind = vitrine_pkg::KindTcp;
      parsed_d.sequence_number = {l4_window_i[8*4+:8], l4_window_i[8*5+:8], l4_window_i[8*6+:8], l4_window_i[8*7+:8]};
      parsed_d.acknowledgement = {l4_window_i[8*8+:8], l4_window_i[8*9+:8], l4_window_i[8*10+:8],
                                  l4_window_i[8*11+:8]};
      parsed_d.tcp_flags = l4_window_i[8*13+:6];
      parsed_d.window = {l4_window_i[8*14+:8], l4_window_i[8*15+:8]};
      parsed_d.payload = parsed_i.l4 + 8'(tcp_header);
      parsed_d.payload_length = l4_bytes_i - 16'(tcp_header);
      option_bytes_d = tcp_header - 6'd20;
      if (l4_bytes_i < 16'd20 || tcp_header < 6'd20 || 16'(tcp_header) > l4_bytes_i) begin
        parsed_d.kind = vitrine_pkg::KindMalformed;
        option_bytes_d = '0;
      end
    end
    if (has_transport_i && key_i.protocol == ProtocolUdp) begin
      parsed_d.payload = parsed_i.l4 + 8'd8;
      parsed_d.payload_length = udp_length - 16'd8;
      if (l4_bytes_i < 16'd8 || udp_length < 16'd8 || udp_length > l4_bytes_i) begin
        parsed_d.kind = vitrine_pkg::KindMalformed;
      end
    end
  end

  logic valid_q;
  logic [319:0] options_q;
  logic [5:0] option_bytes_q;
  vitrine_pkg::flow_key_t key_q;
  vitrine_pkg::parsed_t parsed_q;
  assign valid_o = valid_q;
  assign options_o = options_q;
  assign option_bytes_o = option_bytes_q;
  assign key_o = key_q;
  assign parsed_o = parsed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (advance_i) valid_q <= valid_i;
    if (advance_i && valid_i) begin
      options_q <= l4_window_i[8*20+:320];
      option_bytes_q <= option_bytes_d;
      key_q <= key_d;
      parsed_q <= parsed_d;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni && valid_o) assert (option_bytes_o <= 6'd40);
  end
`endif
endmodule
