// What the rooms of the card share: structs, enums and limits, in sections by room.
//
// Addresses have their first byte (network order) in the highest bits; an IPv4 address uses the top 32 of 128, the
// rest is zero. Ports and VLAN ids are integers.
// No block uses all of the constants.
// verilator lint_off UNUSEDPARAM
package vitrine_pkg;

  // --- classification (rtl/parse, rtl/flow, rtl/rules), as in host/card/types.h ---

  typedef enum logic [1:0] {
    ActionForward = 2'd0,
    ActionDrop    = 2'd1,
    ActionPunt    = 2'd2,
    ActionSplice  = 2'd3
  } action_t;

  localparam logic [1:0] PortInside = 2'd0;
  localparam logic [1:0] PortOutside = 2'd1;
  localparam logic [12:0] VlanNone = 13'h1fff;  // a VLAN id is 12 bits; the 13th says that there is none

  typedef struct packed {
    logic [1:0]   ingress;
    logic [12:0]  vlan_outer;
    logic [12:0]  vlan_inner;
    logic [3:0]   ip_version;  // 4 or 6; 0 where the frame is not IP
    logic [7:0]   protocol;
    logic [127:0] source;
    logic [127:0] destination;
    logic [15:0]  source_port;
    logic [15:0]  destination_port;
  } flow_key_t;

  // What a frame is, as FrameKind of host/card/soft/frame_parser.h; the malformed do not get this far.
  typedef enum logic [2:0] {
    KindTcp             = 3'd0,
    KindOtherIp         = 3'd1,
    KindNotIp           = 3'd2,
    KindFragment        = 3'd3,
    KindExtensionHeader = 3'd4
  } frame_kind_t;

  // --- parse ---

  localparam logic [2:0] KindMalformed = 3'd5;  // a frame_kind_t that ends with the parser: only this may be used

  // Where things are in a frame, in bytes from its first; the fields of host/card/soft/parsed_frame.h but the key.
  typedef struct packed {
    logic [2:0]  kind;             // a frame_kind_t, or KindMalformed
    logic [15:0] frame_bytes;
    logic [7:0]  l3;
    logic [7:0]  l4;
    logic [7:0]  payload;
    logic [15:0] payload_length;   // by the IP length field: Ethernet pads
    logic [31:0] sequence_number;
    logic [31:0] acknowledgement;
    logic [15:0] window;
    logic [5:0]  tcp_flags;        // FIN in bit 0, SYN, RST, PSH, ACK, URG
    logic [7:0]  timestamp;        // of TSval, 0 where there is none
    logic [7:0]  sack;             // of the first left edge, 0 where there is none
    logic [2:0]  sack_blocks;      // 0 ... 4
  } parsed_t;

  // --- flow ---

  localparam int unsigned FlowKeyBits = 326;  // flow_key_t without ingress, as flow_orient gives it

  typedef enum logic [1:0] {
    FlowInsert = 2'd0,  // FlowExists where the key is there already, FlowFull where no place was found
    FlowUpdate = 2'd1,  // gives another value to an entry; FlowAbsent
    FlowRemove = 2'd2   // FlowAbsent
  } flow_op_t;

  typedef enum logic [1:0] {
    FlowOk     = 2'd0,
    FlowExists = 2'd1,
    FlowAbsent = 2'd2,
    FlowFull   = 2'd3
  } flow_status_t;

  // --- aead (rtl/aead, rtl/record) ---

  // What becomes of a run of bytes of a frame.
  typedef enum logic [1:0] {
    AeadPass  = 2'd0,  // leaves as it came; so do bytes that no piece names
    AeadBlank = 2'd1,  // leaves as zeros
    AeadText  = 2'd2,  // a run of a record's ciphertext: opened and sealed
    AeadTag   = 2'd3   // a run of a record's tag: captured, leaves as zeros
  } aead_kind_t;

  // A run of bytes of one frame and its treatment; rtl/aead/README.md has the rules.
  // Keys, nonces and AAD have byte 0 in the top bits.
  typedef struct packed {
    logic         last;        // of this frame's pieces
    aead_kind_t   kind;
    logic [15:0]  id;          // comes back with the sum
    logic [13:0]  start;       // of its first byte in the frame
    logic [13:0]  bytes;
    logic [14:0]  offset;      // of its first byte in the record's text (AeadTag: in the tag)
    logic [14:0]  text_bytes;  // of the record's text without the tag, 0 ... 16640
    logic [4:0]   tag_bytes;   // AeadText that ends the text: bytes of the tag that follow in this frame, 0 ... 16
    logic         add_in;      // new bytes: the sums are wanted; else they come back as zeros
    logic         add_out;
    logic         in_aes256;
    logic         out_aes256;
    logic [4:0]   aad_bytes;   // 0 ... 16
    logic [127:0] in_aad;      // zero-padded
    logic [127:0] out_aad;
    logic [95:0]  in_nonce;
    logic [95:0]  out_nonce;
    logic [255:0] in_key;      // AES-128: the top half
    logic [255:0] out_key;
  } aead_piece_t;

  // What an AeadText or AeadTag piece adds to its record, by XOR, in any order.
  typedef struct packed {
    logic [15:0]  id;
    logic [127:0] in_sum;   // share of the incoming tag as it should be, byte 0 on top
    logic [127:0] out_sum;  // share of the outgoing tag
    logic [127:0] in_tag;   // the tag's bytes that came with this piece, in their place, others zero
  } aead_sum_t;


  // ---- tcp ----

  // Where things are in a TCP frame: byte offsets from the frame's first byte. REQUIRES: l3, l4 and payload even.
  typedef struct packed {
    logic        is_v6;
    logic        acknowledges;    // the ACK flag
    logic [7:0]  l3;
    logic [7:0]  l4;
    logic [7:0]  payload;
    logic [15:0] payload_length;  // bytes, by the IP header
    logic [7:0]  timestamp;       // of TSval, 0 where there is none
    logic [7:0]  sack;            // of the first left edge, 0 where there is none
    logic [2:0]  sack_blocks;     // 0 ... 4
  } tcp_layout_t;

  // What becomes of a spliced segment's headers.
  typedef struct packed {
    logic [31:0] sequence_delta;         // added to the sequence number
    logic [31:0] acknowledgement_delta;  // subtracted from the acknowledgement and the SACK edges
    logic [31:0] timestamp_delta;        // added to TSval
    logic [31:0] echo_delta;             // subtracted from TSecr
    logic [15:0] leaves;                 // payload bytes that leave; fewer than came: the segment is cut
    logic [15:0] payload_sum;            // one's complement sum of the payload as it came
  } tcp_edit_t;

  // ---- record ----

  // Why a payload, or the rest of it, does not leave; the numbers are those of host/card/reasons.h.
  typedef enum logic [4:0] {
    DropUnseenHeader     = 5'd4,
    DropIncompleteRecord = 5'd5,
    DropHoleLimit        = 5'd6,
    DropRingFull         = 5'd7,
    DropAwaitingKeys     = 5'd8,
    DropFlowDead         = 5'd10,
    DropBadRecord        = 5'd11,
    DropProtocol         = 5'd12,
    DropUnsplicable      = 5'd13
  } record_drop_t;

  // Why a splice ended; the numbers are those of host/card/types.h.
  typedef enum logic [3:0] {
    CloseFin           = 4'd0,
    CloseReset         = 4'd1,
    CloseBadRecord     = 4'd4,
    CloseProtocol      = 4'd5,
    CloseRenegotiation = 4'd6
  } record_close_t;

  // A segment of a spliced flow, as record_front takes it. Numbers are as received.
  typedef struct packed {
    logic [15:0] context_index;    // of the connection
    logic        direction;
    logic [31:0] sequence_number;
    logic [31:0] acknowledgement;
    logic [15:0] payload_length;
    logic        flag_fin;
    logic        flag_syn;
    logic        flag_rst;
    logic        flag_ack;
    logic        flag_urg;
  } record_segment_t;

  // One direction of a new splice.
  typedef struct packed {
    logic [31:0] sequence_delta;
    logic [31:0] first_sequence;
    logic [63:0] in_record;
    logic [63:0] out_record;
    logic [63:0] out_explicit;     // TLS 1.2
    logic        next_keys;        // the second generation's keys are there too
  } record_open_t;

  typedef enum logic [2:0] {
    ItemBlank   = 3'd0,  // these bytes leave as zeros
    ItemHeader  = 3'd1,  // these leave as `header` says
    ItemText    = 3'd2,  // opened and sealed
    ItemTag     = 3'd3,  // compared, and replaced by the outgoing tag
    ItemEnd     = 3'd4,  // of a segment: what becomes of it
    ItemOpen    = 3'd5,  // a context begins anew
    ItemRelease = 3'd6,  // key generations whose records have all been acknowledged
    ItemClose   = 3'd7   // a context is closed from outside
  } record_item_kind_t;

  // What record_front says of a segment, in order: its pieces from the first byte on, then ItemEnd.
  typedef struct packed {
    record_item_kind_t kind;
    logic [15:0]  context_index;
    logic         direction;
    logic         tls12;
    // Pieces. Offsets of a piece count from the record's header, text or tag, by its kind.
    logic [15:0]  at;            // of the first byte in the payload; ItemEnd: bytes that leave
    logic [15:0]  bytes;         // ItemEnd: of the payload
    logic [15:0]  offset;
    logic [15:0]  fresh_bytes;   // of these, not seen before
    logic [7:0]   slot;
    logic [3:0]   generations;   // a bit: the record's keys; ItemRelease: those that go
    logic [7:0]   content_type;  // of the header
    logic [15:0]  text_bytes;    // of the record
    logic [63:0]  in_number;
    logic [63:0]  out_number;
    logic [63:0]  in_explicit;   // TLS 1.2
    logic [63:0]  out_explicit;
    logic [63:0]  counted;       // record number over all generations; ItemEnd: the record of a failure
    logic [103:0] header;        // outgoing, byte 0 on top
    logic         fresh;         // ItemText: add it to the sums
    logic         opens;         // ItemText: the record's first, its sums begin at zero
    logic [15:0]  compare;       // ItemTag: bytes that have to be right; bit 0 is the tag's first
    logic         completes;     // ItemTag: with it all of the tag has come
    logic         blocked;       // ItemTag: to be compared, but it does not leave (a fifth hole)
    logic [15:0]  fails_to;      // bytes of the payload that leave where the record is found bad
    // ItemEnd.
    record_drop_t  reason;       // for what does not leave
    logic          drops;        // nothing of it leaves, whatever its length
    logic          closes;       // the splice ends with this segment
    logic          failed;       // and nothing more may leave
    record_close_t close_reason;
    logic          keeps_empty;  // leaves although it has lost all of its payload (RST)
  } record_item_t;

  // What the cryptography found for an ItemText or ItemTag.
  typedef struct packed {
    logic [127:0] in_sum;        // share of the tag that must have come, byte 0 on top
    logic [127:0] out_sum;       // share of the tag that leaves
    logic [127:0] in_tag;        // ItemTag: the bytes that came, in their place
    logic         any;           // ItemText: its plaintext has a byte that is not zero,
    logic [15:0]  last_at;       // the last of them is here in the record's text
    logic [7:0]   last_value;
    logic [39:0]  first;         // the text's first five bytes, as far as they are in this piece
    logic [15:0]  first_byte;    // its place in the store of plaintext, in bytes; it wraps
  } record_result_t;

  // Bytes to be written into a payload: headers and tags.
  typedef struct packed {
    logic [15:0]  at;
    logic [4:0]   bytes;         // 1 ... 16
    logic [127:0] data;          // the first on top
  } record_patch_t;

  // What becomes of a segment.
  typedef struct packed {
    logic [15:0]   context_index;
    logic          direction;
    logic          sends;
    logic [15:0]   leaves;       // bytes of the payload
    record_drop_t  reason;       // where it is not sent
    logic          closes;
    record_close_t close_reason;
    logic [63:0]   counted;      // the record that failed
    logic [15:0]   fresh_bytes;
    logic [7:0]    records;      // that verified
  } record_verdict_t;

  // A generation of a direction's keys, for both legs. IVs: TLS 1.3 static IV; TLS 1.2 salt, then zeros.
  typedef struct packed {
    logic         in_aes256;
    logic         out_aes256;
    logic [95:0]  in_iv;
    logic [95:0]  out_iv;
    logic [255:0] in_key;       // AES-128: the top half
    logic [255:0] out_key;
  } record_keys_t;

  // Where a piece's results are to be had; record_pieces tells record_results.
  typedef struct packed {
    logic         joined;       // a tag that came with the text before it: of the same sum
    logic         is_text;
    logic [15:0]  first_byte;   // in the store of frames, in bytes; it wraps
    logic [15:0]  bytes;
    logic [15:0]  offset;       // in the record's text
  } record_place_t;

  // ---- tap ----

  typedef enum logic [2:0] {
    TapNothing  = 3'd0,  // of a record: tells that what was told before stands
    TapOpen     = 3'd1,  // a direction's mode and limit
    TapText     = 3'd2,  // plaintext that came for the first time
    TapVerified = 3'd3,  // a record verified
    TapFailed   = 3'd4   // a record is bad
  } tap_kind_t;

  // What record_back tells the tap, in order.
  typedef struct packed {
    tap_kind_t    kind;
    logic [15:0]  context_index;
    logic         direction;
    logic         whole;         // TapText: all of a record's text; TapFailed: of a record that came whole
    logic [7:0]   content_type;  // the inner one; TapFailed: the header's
    logic [63:0]  counted;       // record number over all key generations
    logic [15:0]  first_byte;    // TapText: in the store of plaintext
    logic [15:0]  offset;        // TapText: in the record's text
    logic [15:0]  bytes;         // TapText; TapVerified, TapFailed: the record's length
    logic [1:0]   mode;          // TapOpen: 0 none, 1 the first `limit` bytes, 2 all
    logic [31:0]  limit;
  } tap_event_t;

  // ---- decide, track ----

  localparam logic [4:0] DropRule = 5'd0;
  localparam logic [4:0] DropMalformed = 5'd1;
  localparam logic [4:0] DropEgressFull = 5'd2;
  localparam logic [4:0] DropPuntFull = 5'd3;
  localparam logic [4:0] DropNotReady = 5'd15;
  localparam logic [4:0] DropChecksum = 5'd16;

  localparam logic [2:0] PuntRule = 3'd0;
  localparam logic [2:0] PuntFlow = 3'd1;
  localparam logic [2:0] PuntFragment = 3'd2;
  localparam logic [2:0] PuntExtensionHeader = 3'd3;
  localparam logic [2:0] PuntDeadFlow = 3'd4;

  localparam logic [3:0] CloseIdle = 4'd2;
  localparam logic [3:0] CloseZeroized = 4'd7;

  // A frame's way through the card ends in one of these.
  typedef enum logic [2:0] {
    OutcomeForwarded = 3'd0,
    OutcomeSpliced   = 3'd1,
    OutcomeDropped   = 3'd2,
    OutcomePunted    = 3'd3,
    OutcomeInjected  = 3'd4,  // a frame of the host's, sent as it is: outside the balance
    OutcomeLost      = 3'd5   // the same, refused by the port
  } outcome_kind_t;
  typedef struct packed {
    outcome_kind_t kind;
    logic [1:0]    origin;    // 0 inside port, 1 outside port, 2 injected
    logic [4:0]    reason;    // of a drop or punt
  } outcome_t;

  // What is known of a frame when it may be judged.
  typedef struct packed {
    logic [1:0]  origin;
    logic        hit;         // there is a flow entry:
    logic [15:0] index;       // its connection
    action_t     action;      // of the rules
    flow_key_t   key;
    parsed_t     parsed;
  } decide_frame_t;

  // A direction of a connection, as host/card/soft/plain_flow.h and record_splicer.h count.
  typedef struct packed {
    logic [63:0] packets;
    logic [63:0] bytes;
    logic [63:0] payload;
    logic [63:0] fresh;
    logic [63:0] records;
    logic [31:0] next_sequence;     // spliced: of the bytes let through, without a FIN
    logic [31:0] last_acknowledgement;
    logic        seen;
    logic        has_acknowledged;
    logic        fin;
    logic        fin_acknowledged;
    logic [31:0] fin_end;           // spliced: where the FIN stands
    logic [31:0] acknowledged;      // spliced: by the receiver, in the sender's numbers
    logic        died;              // spliced: next_sequence stays
    logic [31:0] sequence_delta;
    logic [31:0] timestamp_delta;
    logic [31:0] generation;        // KeyUpdates seen
    logic [31:0] dead_acknowledgement;
    logic [8:0]  dead_advanced;
    logic [2:0]  dead_repeated;
  } track_side_t;

  typedef struct packed {
    logic        spliced;
    action_t     action;
    logic        closed;
    logic        failed;
    logic        owed;              // the closed event found the ring full
    logic [3:0]  close_reason;
    logic        close_direction;
    logic [63:0] close_record;
    logic [63:0] id;
    flow_key_t   key;               // as installed
    logic [31:0] idle_ms;
    logic [31:0] seen_ms;
    logic [31:0] dead_ms;           // when the present second of dead punts began
  } track_row_t;
endpackage
// verilator lint_on UNUSEDPARAM
