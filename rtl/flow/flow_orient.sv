// Gives both directions of a connection one key: the one that its packets from the inside have.
//
// A packet from the outside carries the ends exchanged (FlowKey::reversed() in host/card/types.h), so they are
// exchanged back, and the ingress port, which is the direction now, is left out. One entry then serves both
// directions, and they can only appear and disappear together. Combinational.
module flow_orient (
  input  vitrine_pkg::flow_key_t               key_i,
  output logic [vitrine_pkg::FlowKeyBits-1:0]  oriented_o
);
  logic swap;
  logic [143:0] source;
  logic [143:0] destination;
  assign swap = key_i.ingress == vitrine_pkg::PortOutside;
  assign source = {key_i.source, key_i.source_port};
  assign destination = {key_i.destination, key_i.destination_port};
  assign oriented_o = {key_i.vlan_outer, key_i.vlan_inner, key_i.ip_version, key_i.protocol,
                       swap ? destination : source, swap ? source : destination};
endmodule
