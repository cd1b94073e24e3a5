// Ethernet II and up to two VLAN tags (IEEE 802.1Q, 802.1ad): what lies inside, and where.
//
// In: parse_window's output. Out, a clock later: the bytes from the layer-3 header on (byte 0 in bits [7:0]), how many
// the frame has from there, and key and parsed with what is known so far. is_v4_o and is_v6_o both clear: the kind is
// final (not IP, or malformed). Waits while advance_i is clear.
module parse_link (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   advance_i,
  input  logic                   valid_i,
  /* verilator lint_off UNUSEDSIGNAL */  // nothing looks at the MAC addresses
  input  logic [1135:0]          window_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic [15:0]            bytes_i,
  input  logic                   outside_i,
  output logic                   valid_o,
  output logic [959:0]           l3_window_o,
  output logic [15:0]            l3_bytes_o,
  output logic                   is_v4_o,
  output logic                   is_v6_o,
  output vitrine_pkg::flow_key_t key_o,
  output vitrine_pkg::parsed_t   parsed_o
);
  // The three places of an ethertype; a tag's id lies two bytes behind its ethertype.
  logic [15:0] type_0;
  logic [15:0] type_1;
  logic [15:0] type_2;
  assign type_0 = {window_i[8*12+:8], window_i[8*13+:8]};
  assign type_1 = {window_i[8*16+:8], window_i[8*17+:8]};
  assign type_2 = {window_i[8*20+:8], window_i[8*21+:8]};

  logic one_tag;   // at least
  logic two_tags;
  assign one_tag = type_0 == 16'h8100 || type_0 == 16'h88a8;
  assign two_tags = one_tag && (type_1 == 16'h8100 || type_1 == 16'h88a8);

  logic [7:0] l3;
  logic [15:0] ethertype;
  logic malformed;
  logic [959:0] l3_window_d;
  always_comb begin
    l3 = 8'd14;
    ethertype = type_0;
    l3_window_d = window_i[8*14+:960];
    if (two_tags) begin
      l3 = 8'd22;
      ethertype = type_2;
      l3_window_d = window_i[8*22+:960];
    end else if (one_tag) begin
      l3 = 8'd18;
      ethertype = type_1;
      l3_window_d = window_i[8*18+:960];
    end
    // What is read of a frame that ends before is anything; where one_tag is, two_tags is read behind it.
    malformed = bytes_i < 16'd14 || (one_tag && bytes_i < 16'd18) || (two_tags && bytes_i < 16'd22);
  end

  vitrine_pkg::flow_key_t key_d;
  vitrine_pkg::parsed_t parsed_d;
  always_comb begin
    key_d = '0;
    key_d.ingress = outside_i ? vitrine_pkg::PortOutside : vitrine_pkg::PortInside;
    key_d.vlan_outer = one_tag ? {1'b0, window_i[8*14+:4], window_i[8*15+:8]} : vitrine_pkg::VlanNone;
    key_d.vlan_inner = two_tags ? {1'b0, window_i[8*18+:4], window_i[8*19+:8]} : vitrine_pkg::VlanNone;
    parsed_d = '0;
    parsed_d.kind = malformed ? vitrine_pkg::KindMalformed : vitrine_pkg::KindNotIp;
    parsed_d.frame_bytes = bytes_i;
    parsed_d.l3 = l3;
  end

  logic valid_q;
  logic [959:0] l3_window_q;
  logic [15:0] l3_bytes_q;
  logic is_v4_q;
  logic is_v6_q;
  vitrine_pkg::flow_key_t key_q;
  vitrine_pkg::parsed_t parsed_q;
  assign valid_o = valid_q;
  assign l3_window_o = l3_window_q;
  assign l3_bytes_o = l3_bytes_q;
  assign is_v4_o = is_v4_q;
  assign is_v6_o = is_v6_q;
  assign key_o = key_q;
  assign parsed_o = parsed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (advance_i) valid_q <= valid_i;
    if (advance_i && valid_i) begin
      l3_window_q <= l3_window_d;
      l3_bytes_q <= bytes_i - 16'(l3);
      is_v4_q <= !malformed && ethertype == 16'h0800;
      is_v6_q <= !malformed && ethertype == 16'h86dd;
      key_q <= key_d;
      parsed_q <= parsed_d;
    end
  end
endmodule
