// Cuts a packet's key into the five-bit chunks by which rules_slice matches.
//
//   chunk  0       {ingress, class}: what the frame is, with the IP version
//   chunks 1-57    five bits each of {three zeros, outer VLAN, inner VLAN, source, destination}, lowest first
//   chunks 58-59   {hidden, four bits of the protocol}, lowest first
//   chunks 60-67   {hidden, four bits of the ports}: the destination's, then the source's, lowest first
// A field that the packet hides (ports of a fragment, the protocol behind an extension header) has its hidden bit set;
// there the host's image makes every rule agree that matches in all else. Combinational. The host's side of this is
// host/card/rule_image.h.
module rules_chunks #(
  localparam int unsigned Chunks = 68
) (
  input  vitrine_pkg::frame_kind_t  kind_i,
  input  vitrine_pkg::flow_key_t    key_i,
  output logic [5*Chunks-1:0]       chunks_o
);
  logic [2:0] frame_class;
  logic is_v6;
  logic hides_ports;
  logic hides_protocol;
  assign is_v6 = key_i.ip_version == 4'd6;
  assign hides_protocol = kind_i == vitrine_pkg::KindExtensionHeader;
  assign hides_ports = hides_protocol || kind_i == vitrine_pkg::KindFragment;

  always_comb begin
    unique case (kind_i)
      vitrine_pkg::KindNotIp:           frame_class = 3'd2;
      vitrine_pkg::KindFragment:        frame_class = is_v6 ? 3'd4 : 3'd3;
      vitrine_pkg::KindExtensionHeader: frame_class = 3'd5;
      default:                          frame_class = is_v6 ? 3'd1 : 3'd0;
    endcase

    chunks_o = '0;
    chunks_o[4:0] = {key_i.ingress, frame_class};
    chunks_o[5+:285] = {3'b000, key_i.vlan_outer, key_i.vlan_inner, key_i.source, key_i.destination};
    for (int n = 0; n < 2; n = n + 1) chunks_o[(58+n)*5+:5] = {hides_protocol, key_i.protocol[n*4+:4]};
    for (int n = 0; n < 4; n = n + 1) begin
      chunks_o[(60+n)*5+:5] = {hides_ports, key_i.destination_port[n*4+:4]};
      chunks_o[(64+n)*5+:5] = {hides_ports, key_i.source_port[n*4+:4]};
    end
  end
endmodule
