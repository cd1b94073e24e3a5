// What the rooms of the card hand each other: shared structs and limits, a section a room.
/* verilator lint_off UNUSEDPARAM */  // a block uses what concerns it
package vitrine_pkg;
  // ---- parse ----

  // What a flow is looked up by; the same fields as FlowKey of host/card/types.h.
  // Addresses have their first byte in the top bits; an IPv4 address is the top 32 bits, zeros follow.
  typedef struct packed {
    logic         outside;      // ingress: 0 inside, 1 outside
    logic [15:0]  vlan_outer;   // 12-bit id, 16'hffff where there is no tag
    logic [15:0]  vlan_inner;
    logic [3:0]   ip_version;   // 4, 6; 0: not IP
    logic [7:0]   protocol;
    logic [127:0] source;
    logic [127:0] destination;
    logic [15:0]  source_port;
    logic [15:0]  destination_port;
  } flow_key_t;

  // The values of parsed_t.kind, in the order of FrameKind of host/card/soft/frame_parser.h.
  localparam logic [2:0] ParseTcp = 3'd0;
  localparam logic [2:0] ParseOtherIp = 3'd1;
  localparam logic [2:0] ParseNotIp = 3'd2;
  localparam logic [2:0] ParseFragment = 3'd3;
  localparam logic [2:0] ParseExtensionHeader = 3'd4;
  localparam logic [2:0] ParseMalformed = 3'd5;  // no other field may be used

  // Where things are in a frame, in bytes from its first; the fields of host/card/soft/parsed_frame.h but the key.
  typedef struct packed {
    logic [2:0]  kind;
    logic [15:0] frame_bytes;
    logic [7:0]  l3;
    logic [7:0]  l4;
    logic [7:0]  payload;
    logic [15:0] payload_length;  // by the IP length field: Ethernet pads
    logic [31:0] sequence_number;
    logic [31:0] acknowledgement;
    logic [15:0] window;
    logic [5:0]  tcp_flags;       // FIN in bit 0, SYN, RST, PSH, ACK, URG
    logic [7:0]  timestamp;       // of TSval, 0 where there is none
    logic [7:0]  sack;            // of the first left edge, 0 where there is none
    logic [2:0]  sack_blocks;     // 0 ... 4
  } parsed_t;
endpackage
/* verilator lint_on UNUSEDPARAM */
