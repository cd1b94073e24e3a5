// The first half of the order-free tracker: which record every byte of a segment belongs to, what may leave, and with
// which keys. host/card/soft/record's RecordSplicer and DirectionTracker are the model; what leaves is the same.
//
// A segment goes through these states, one segment at a time, so that the next one of its flow sees its traces:
//   StAccept       takes a segment (or a command, StCommand) and asks for a direction's row
//   StOther        the other direction's row is there; its acknowledgement (StAcknowledge) retires records (StRetire),
//                  and with them holes and keys (StRelease); StOtherStore writes it back
//   StSelf         its own row is there
//   StStep         what the next byte is: acknowledged already, of a known record, of a header
//   StRecord       a known record's bytes: header, text, or all of it; StTag: its tag
//   StHeader       a header next in order, once its bytes have been peeked at; StWait: until a short record is judged
//   StOpen         a header is whole: a slot for its record
//   StLearn        headers in what is cut off, each by StLearnHeader
//   StFinish       FIN and RST; StStore writes the row back; StEnd: the segment's last item
// Items leave by a valid/ready stream; a state that emits waits for it.
//
// What record_back finds out is not awaited but for one thing: a TLS 1.3 record of at most MayBeKeyUpdate bytes may be
// a KeyUpdate, so a header behind it waits for its verdict (mail). Everything else here assumes that tags are right:
// where one is not, record_back lets nothing of the flow out from there on, whatever is said here. With CutAtShort the
// segment is cut at such a header where the short record ended in this same segment: for a cryptography that gives no
// results before the segment's last piece.
//
// The file is long because it is one state machine over one row, and each state reads most of the row.
//
// State: a row a direction and two bits a connection. After reset, rows are cleared in 2 * Contexts clocks; until then
// ready_o is low. Rows hold no keys.
module record_front #(
  parameter  int unsigned Contexts       = 16,  // connections, a power of two
  parameter  int unsigned Slots          = 8,   // records in flight a direction, a power of two, at least 2
  parameter  int unsigned MayBeKeyUpdate = 64,  // bytes of text of a TLS 1.3 record
  parameter  bit          CutAtShort     = 0,   // a short record's verdict is not awaited within its own segment
  localparam int unsigned ContextBits    = $clog2(Contexts)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  // Commands, taken between segments. A new splice sends CommandOpen for each direction (0 first: it revives the
  // connection), with the versions of both the same. REQUIRES: the context's last flow has closed (CommandClose, or a
  // verdict that closes). CommandClose is ready once its keys have been wiped.
  input  logic                           command_valid_i,
  output logic                           command_ready_o,
  input  logic [1:0]                     command_i,         // 0 open, 1 keys of the next generation, 2 close
  input  logic [15:0]                    command_context_i,
  input  logic                           command_direction_i,
  input  logic                           command_tls12_i,
  input  vitrine_pkg::record_open_t      command_open_i,
  input  logic [1:0]                     command_tap_mode_i, // as tap_event_t's
  input  logic [31:0]                    command_tap_bytes_i,
  output logic                           keys_taken_o,      // with ready: there is room for them,
  output logic [1:0]                     keys_generation_o, // here
  // Segments.
  input  logic                           segment_valid_i,
  output logic                           segment_ready_o,
  input  vitrine_pkg::record_segment_t   segment_i,
  // 13 bytes of the segment in hand from peek_at_o on (the first on top), any number of clocks later; what is behind
  // its end does not matter.
  output logic                           peek_valid_o,      // stays until peek_done_i
  output logic [15:0]                    peek_at_o,
  input  logic                           peek_done_i,
  input  logic [103:0]                   peek_data_i,
  // Items.
  output logic                           item_valid_o,
  input  logic                           item_ready_i,
  output vitrine_pkg::record_item_t      item_o,
  // Verdicts on short records, from record_back: a pulse.
  input  logic                           mail_valid_i,
  input  logic [ContextBits-1:0]         mail_context_i,
  input  logic                           mail_direction_i,
  input  logic                           mail_key_update_i,
  input  logic                           mail_dead_i,
  // From record_back: the flow of mail_context_i is dead, a pulse; no ItemRelease or ItemClose is under way, and all that
  // they asked for has been wiped. Keys that are given after CommandKeys, and a context that was closed, are safe then.
  input  logic                           kill_valid_i,
  input  logic                           quiet_i
);
  localparam int unsigned SlotBits = $clog2(Slots);
  localparam int unsigned RowIndexBits = ContextBits + 1;

  localparam logic [1:0] ConnectionDead = 2'd0;
  localparam logic [1:0] ConnectionOpen = 2'd1;
  localparam logic [1:0] ConnectionEnded = 2'd2;
  localparam logic [1:0] CommandOpen = 2'd0;
  localparam logic [1:0] CommandKeys = 2'd1;
  localparam logic [1:0] CommandClose = 2'd2;

  typedef enum logic [4:0] {
    StClear, StAccept, StCommand, StOther, StAcknowledge, StRetire, StRelease, StOtherStore, StSelf, StStep, StRecord,
    StTag, StHeader, StWait, StOpen, StLearn, StLearnHeader, StFinish, StStore, StEnd
  } state_t;
  state_t state_q;
  state_t state_d;

  // ---- The row in hand. ----
  logic tls12_q;
  logic [31:0] delta_q;                  // the direction's sequence delta
  logic [63:0] explicit_bias_q;          // outgoing explicit nonce = counted + this
  logic [127:0] hole_begin_q;
  logic [127:0] hole_end_q;
  logic [2:0] holes_q;
  logic [31:0] high_q;
  logic [31:0] frontier_q;               // where the next record begins of which no header is known
  logic [103:0] header_q;                // of it, as far as known
  logic [3:0] known_q;                   // bytes of it
  logic [63:0] counted_q;                // number of that record, over all generations
  logic [2:0] generation_q;              // the current one, modulo 8; its place is that modulo 4
  logic [2:0] oldest_q;                  // whose keys may still be of use
  logic [3:0] keys_q;                    // generations whose keys are there
  logic [255:0] in_start_q;              // record number = counted - start of its generation
  logic [255:0] out_start_q;
  logic [31:0] acknowledged_q;
  logic fin_q;
  logic [31:0] fin_at_q;
  logic judging_q;                       // the newest record is short, has all come, and is not judged yet
  logic [SlotBits-1:0] head_q;
  logic [SlotBits:0] count_q;
  logic [32*Slots-1:0] s_begin_q;
  logic [16*Slots-1:0] s_size_q;         // header, text and tag
  logic [16*Slots-1:0] s_seen_q;         // text bytes that were let through
  logic [16*Slots-1:0] s_let_q;          // tag bytes
  logic [8*Slots-1:0] s_type_q;
  logic [2*Slots-1:0] s_generation_q;
  logic [64*Slots-1:0] s_explicit_q;     // TLS 1.2: the incoming nonce
  logic [Slots-1:0] s_opened_q;          // an item with `opens` has left
  localparam int unsigned RowBits = 1 + 32 + 64 + 128 + 128 + 3 + 32 + 32 + 104 + 4 + 64 + 3 + 3 + 4 + 256 + 256 + 32 +
                                    1 + 32 + 1 + SlotBits + SlotBits + 1 + (32 + 16 + 16 + 16 + 8 + 2 + 64 + 1) * Slots;
  logic [RowBits-1:0] row;
  assign row = {tls12_q, delta_q, explicit_bias_q, hole_begin_q, hole_end_q, holes_q, high_q, frontier_q, header_q,
                known_q, counted_q, generation_q, oldest_q, keys_q, in_start_q, out_start_q, acknowledged_q, fin_q,
                fin_at_q, judging_q, head_q, count_q, s_begin_q, s_size_q, s_seen_q, s_let_q, s_type_q,
                s_generation_q, s_explicit_q, s_opened_q};

  logic row_read;
  logic row_write;
  logic [RowIndexBits-1:0] row_index;
  logic [RowIndexBits-1:0] read_index;
  logic [RowBits-1:0] row_data;
  logic [RowIndexBits-1:0] clear_q;
  prim_ram_sdp #(.Width(RowBits), .Depth(2 * Contexts)) u_rows (
    .clk_i, .write_i(row_write), .write_address_i(state_q == StClear ? clear_q : row_index),
    .write_data_i(state_q == StClear ? '0 : row), .read_i(row_read), .read_address_i(read_index), .read_data_o(row_data)
  );

  // The row as it is stored.
  logic tls12_r;
  logic [31:0] delta_r;
  logic [63:0] explicit_bias_r;
  logic [127:0] hole_begin_r;
  logic [127:0] hole_end_r;
  logic [2:0] holes_r;
  logic [31:0] high_r;
  logic [31:0] frontier_r;
  logic [103:0] header_r;
  logic [3:0] known_r;
  logic [63:0] counted_r;
  logic [2:0] generation_r;
  logic [2:0] oldest_r;
  logic [3:0] keys_r;
  logic [255:0] in_start_r;
  logic [255:0] out_start_r;
  logic [31:0] acknowledged_r;
  logic fin_r;
  logic [31:0] fin_at_r;
  logic judging_r;
  logic [SlotBits-1:0] head_r;
  logic [SlotBits:0] count_r;
  logic [32*Slots-1:0] s_begin_r;
  logic [16*Slots-1:0] s_size_r;
  logic [16*Slots-1:0] s_seen_r;
  logic [16*Slots-1:0] s_let_r;
  logic [8*Slots-1:0] s_type_r;
  logic [2*Slots-1:0] s_generation_r;
  logic [64*Slots-1:0] s_explicit_r;
  logic [Slots-1:0] s_opened_r;
  assign {tls12_r, delta_r, explicit_bias_r, hole_begin_r, hole_end_r, holes_r, high_r, frontier_r, header_r,
          known_r, counted_r, generation_r, oldest_r, keys_r, in_start_r, out_start_r, acknowledged_r, fin_r,
          fin_at_r, judging_r, head_r, count_r, s_begin_r, s_size_r, s_seen_r, s_let_r, s_type_r,
          s_generation_r, s_explicit_r, s_opened_r} = row_data;

  // What both directions of a connection share.
  logic [1:0] connections[Contexts];
  logic [1:0] fins[Contexts];            // a direction's FIN was acknowledged
  logic [1:0] connection_q;              // of the segment in hand
  logic [1:0] fins_q;

  // Mail, one place a direction: more cannot be under way.
  logic [2*Contexts-1:0] mail_q;
  logic [2*Contexts-1:0] mail_update_q;
  logic [2*Contexts-1:0] mail_dead_q;
  logic [Contexts-1:0] killed_q;         // record_back says that the flow is dead
  logic closing_q;                       // CommandClose: the item has left

  // ---- The segment in hand. ----
  /* verilator lint_off UNUSEDSIGNAL */  // some flags matter only as it is accepted
  vitrine_pkg::record_segment_t segment_q;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [1:0] command_q;
  logic other_q;                         // the other direction's row is in hand
  logic [ContextBits-1:0] context_index;
  assign context_index = segment_q.context_index[ContextBits-1:0];
  assign row_index = {context_index, segment_q.direction ^ other_q};
  always_comb begin
    read_index = {context_index, segment_q.direction};
    if (state_q == StAccept && command_valid_i) begin
      read_index = {command_context_i[ContextBits-1:0], command_direction_i};
    end else if (state_q == StAccept) begin
      read_index = {segment_i.context_index[ContextBits-1:0], segment_i.direction ^ segment_i.flag_ack};
    end
  end

  logic [15:0] pos_q;                    // bytes walked
  vitrine_pkg::record_drop_t reason_q;
  logic failed_q;
  vitrine_pkg::record_close_t close_q;
  logic [63:0] failed_record_q;
  logic [SlotBits-1:0] slot_q;           // of the step in hand
  logic whole_q;                         // the tag in hand is of a record that this segment holds whole
  logic learning_q;
  logic short_here_q;                    // the newest record is short and was completed by this segment
  logic peeked_q;
  logic [103:0] peek_q;
  logic drops_q;
  logic closes_q;

  function automatic logic precedes(input logic [31:0] a, input logic [31:0] b);
    precedes = 1'((a - b) >> 31);
  endfunction

  // What a header's first `known` bytes say: 0 go on, 5 protocol, 6 renegotiation (record_close_t).
  function automatic logic [2:0] forbidden(input logic tls12, input logic [39:0] header, input logic [3:0] known);
    logic [7:0] kind;
    logic [15:0] length;
    kind = header[39:32];
    length = header[15:0];
    forbidden = 3'd0;
    if (known > 4'd4 && (tls12 ? length < 16'd24 || length > 16'd16408 : length <= 16'd16 || length > 16'd16640)) begin
      forbidden = 3'd5;
    end
    if (known > 4'd1 && header[31:24] != 8'd3) forbidden = 3'd5;
    if (known > 4'd2 && header[23:16] != 8'd3) forbidden = 3'd5;
    if (known != 4'd0 && kind != 8'd23 && !(tls12 && kind == 8'd21)) forbidden = tls12 && kind == 8'd22 ? 3'd6 : 3'd5;
  endfunction

  // ---- Where the walk stands. ----
  logic [31:0] at;
  logic [15:0] left;
  logic [15:0] header_size;
  logic [31:0] base;
  assign at = segment_q.sequence_number + 32'(pos_q);
  assign left = segment_q.payload_length - pos_q;
  assign header_size = tls12_q ? 16'd13 : 16'd5;
  assign base = count_q == '0 ? frontier_q : s_begin_q[32 * 32'(head_q) +: 32];

  logic found;
  logic [SlotBits-1:0] found_slot;
  record_find #(.Slots(Slots)) u_find (
    .begin_i(s_begin_q), .size_i(s_size_q), .head_i(head_q), .count_i(count_q), .sequence_i(at), .found_o(found),
    .slot_o(found_slot)
  );

  // The record in hand, and where in it the next byte is.
  logic [31:0] r_begin;
  logic [15:0] r_size;
  logic [15:0] r_seen;
  logic [15:0] r_let;
  logic [1:0] r_generation;
  logic [15:0] r_text;
  logic [15:0] r_offset;
  logic [15:0] r_limit;                  // one past the last byte of this step, from the record's first
  logic [15:0] r_tag;                    // where its tag begins
  logic [SlotBits-1:0] r_age;
  logic [63:0] r_counted;
  logic r_short;
  assign r_begin = s_begin_q[32 * 32'(slot_q) +: 32];
  assign r_size = s_size_q[16 * 32'(slot_q) +: 16];
  assign r_seen = s_seen_q[16 * 32'(slot_q) +: 16];
  assign r_let = s_let_q[16 * 32'(slot_q) +: 16];
  assign r_generation = s_generation_q[2 * 32'(slot_q) +: 2];
  assign r_text = r_size - header_size - 16'd16;
  assign r_tag = r_size - 16'd16;
  assign r_offset = 16'(at - r_begin);
  assign r_limit = 17'(r_offset) + 17'(left) < 17'(r_size) ? r_offset + left : r_size;
  assign r_age = slot_q - head_q;
  assign r_counted = counted_q - 64'(count_q) + 64'(r_age);
  assign r_short = !tls12_q && r_text <= 16'(MayBeKeyUpdate);

  logic in_header;
  logic is_whole;
  logic in_text;
  assign in_header = r_offset < header_size;
  assign is_whole = r_offset == header_size && r_limit == r_size && r_seen == '0 && r_let == '0;
  assign in_text = r_offset < r_tag;

  // The newest record, for header_must_wait.
  logic [SlotBits-1:0] newest;
  logic newest_short;
  logic newest_verified;
  assign newest = head_q + SlotBits'(count_q) - 1'b1;
  assign newest_short = !tls12_q && count_q != '0 &&
                        s_size_q[16 * 32'(newest) +: 16] - header_size - 16'd16 <= 16'(MayBeKeyUpdate);
  assign newest_verified = s_let_q[16 * 32'(newest) +: 16] == 16'hffff;

  // A place may still be that of the generation four before.
  logic has_current;
  assign has_current = keys_q[generation_q[1:0]] && 3'(generation_q - oldest_q) != 3'd4;

  // header_must_wait: nothing, wait for mail, or a reason to stop.
  logic must_wait;
  logic must_stop;
  vitrine_pkg::record_drop_t must_reason;
  always_comb begin
    must_wait = newest_short && newest_verified && judging_q;
    must_stop = 1'b0;
    must_reason = vitrine_pkg::DropUnseenHeader;
    if (newest_short && !newest_verified) begin
      must_stop = 1'b1;
    end else if (!has_current) begin
      must_stop = 1'b1;
      must_reason = vitrine_pkg::DropAwaitingKeys;
    end else if (count_q == (SlotBits + 1)'(Slots)) begin
      must_stop = 1'b1;
      must_reason = vitrine_pkg::DropRingFull;
    end
  end
  logic mail_here;
  assign mail_here = mail_q[{context_index, segment_q.direction ^ other_q}];

  // ---- Headers. ----
  logic [31:0] header_offset;            // of the next byte, from the frontier
  assign header_offset = at - frontier_q;
  logic [103:0] merged;                  // what is known of the header, and behind it what was peeked
  assign merged = (header_q & ~({104{1'b1}} >> (8 * 32'(known_q)))) | (peek_q >> (8 * 32'(known_q)));
  logic [15:0] header_take;              // bytes of the header in this step
  assign header_take = left < header_size - 16'(header_offset) ? left : header_size - 16'(header_offset);
  logic [2:0] header_verdict;
  assign header_verdict = forbidden(tls12_q, merged[103:64], known_q + header_take[3:0]);
  logic [15:0] old_take;                 // bytes of it that have left before
  assign old_take = 16'(known_q) - 16'(header_offset) < left ? 16'(known_q) - 16'(header_offset) : left;

  // Learning, in what was cut off; positions are from the payload's first byte and may be negative.
  logic signed [17:0] learn_at;
  logic signed [17:0] learn_next;
  logic signed [17:0] learn_end;
  logic learn_near;
  logic [31:0] frontier_distance;
  logic learns;
  assign frontier_distance = frontier_q - segment_q.sequence_number;
  assign learn_near = frontier_distance < 32'h0001_0000 || frontier_distance > 32'hffff_fff0;
  assign learn_at = $signed(frontier_distance[17:0]);
  assign learn_next = learn_at + $signed({14'd0, known_q});
  assign learn_end = learn_at + $signed({2'd0, header_size});
  assign learns = learn_near && learn_next >= $signed({2'd0, pos_q}) &&
                  learn_end <= $signed({2'd0, segment_q.payload_length}) && !must_stop;
  logic [2:0] learn_verdict;
  assign learn_verdict = forbidden(tls12_q, merged[103:64], header_size[3:0]);

  // ---- Seen bytes. ----
  logic [31:0] mark_end;
  logic [31:0] text_limit;
  logic [127:0] marked_begin;
  logic [127:0] marked_end;
  logic [2:0] marked_count;
  logic [31:0] marked_high;
  logic mark_ok;
  /* verilator lint_off UNUSEDSIGNAL */  // a segment has at most 65,535 bytes
  logic [31:0] mark_fresh;
  /* verilator lint_on UNUSEDSIGNAL */
  logic [31:0] run_end;
  logic run_fresh;
  assign text_limit = r_begin + (r_limit < r_tag ? 32'(r_limit) : 32'(r_tag));
  always_comb begin
    mark_end = r_begin + 32'(r_limit);
    if (state_q == StHeader) mark_end = at + 32'(header_take);
    else if (state_q == StRelease) mark_end = base;
    else if (state_q == StRecord && in_header) mark_end = r_begin + (r_limit < header_size ? 32'(r_limit) : 32'(header_size));
    else if (state_q == StRecord && in_text && !is_whole) mark_end = run_end;
  end
  record_seen u_seen (
    .begin_i(hole_begin_q), .end_i(hole_end_q), .count_i(holes_q), .high_i(high_q), .forget_i(state_q == StRelease),
    .mark_begin_i(at), .mark_end_i(mark_end), .begin_o(marked_begin), .end_o(marked_end), .count_o(marked_count),
    .high_o(marked_high), .ok_o(mark_ok), .fresh_o(mark_fresh)
  );
  record_run u_run (
    .begin_i(hole_begin_q), .end_i(hole_end_q), .count_i(holes_q), .high_i(high_q), .from_i(at), .limit_i(text_limit),
    .run_end_o(run_end), .run_fresh_o(run_fresh)
  );

  // ---- Acknowledgement, on the other direction's row. ----
  logic [31:0] next;                     // one past all that the receiver can have got, FIN included
  logic [31:0] acknowledges;
  logic acknowledges_new;
  logic [31:0] retire_to;
  logic retires;                         // the oldest record goes
  assign next = fin_q && fin_at_q == high_q ? high_q + 32'd1 : high_q;
  assign acknowledges = segment_q.acknowledgement - delta_q;
  assign acknowledges_new = precedes(acknowledged_q, acknowledges) && !precedes(next, acknowledges);
  assign retire_to = precedes(acknowledged_q, high_q) ? acknowledged_q : high_q;
  assign retires = count_q != '0 && s_let_q[16 * 32'(head_q) +: 16] == 16'hffff &&
                   !precedes(retire_to, s_begin_q[32 * 32'(head_q) +: 32] + 32'(s_size_q[16 * 32'(head_q) +: 16]));
  logic [2:0] released;                  // how many generations are of no use any more
  logic [3:0] release_mask;              // of them, those whose keys were there
  assign released = count_q == '0 ? generation_q - oldest_q
                                  : {1'b0, s_generation_q[2 * 32'(head_q) +: 2] - oldest_q[1:0]};
  always_comb begin
    release_mask = '0;
    for (int unsigned g = 0; g < 4; g++) begin
      if (3'({1'b0, 2'(g) - oldest_q[1:0]}) < released) release_mask[g] = keys_q[g];
    end
  end

  // ---- What a state says and does. ----
  logic emit;                            // item_o is meant
  logic go;                              // nothing holds the state up
  logic keep_mark;                       // keep what u_seen says
  logic [15:0] advance;                  // bytes walked in this state
  logic [15:0] compare;                  // tag bytes that come for the first time
  logic completes;
  logic apply_mail;
  logic [15:0] blank;                    // bytes that the receiver has acknowledged
  logic [31:0] blank_distance;
  assign blank_distance = (connection_q == ConnectionOpen ? base : acknowledged_q) - at;
  assign blank = blank_distance[31] ? '0 : blank_distance < 32'(left) ? blank_distance[15:0] : left;
  logic [2:0] next_generation;
  logic [1:0] keys_target;
  assign next_generation = generation_q + 3'd1;
  assign keys_target = has_current ? next_generation[1:0] : generation_q[1:0];
  assign keys_generation_o = keys_target;
  assign keys_taken_o = !keys_q[keys_target];
  logic [63:0] out_explicit_next;
  assign out_explicit_next = counted_q + explicit_bias_q;
  always_comb begin
    for (int unsigned i = 0; i < 16; i++) begin
      compare[i] = 16'(i) >= r_offset - r_tag && 16'(i) < r_limit - r_tag && !r_let[i];
    end
  end
  assign completes = (r_let | compare) == 16'hffff && r_let != 16'hffff;

  logic nothing_left;
  logic resets;
  logic fin_comes;
  assign nothing_left = pos_q == '0 && segment_q.payload_length != '0 && !segment_q.flag_rst;
  assign resets = segment_q.sequence_number == acknowledged_q || segment_q.sequence_number == next;
  assign fin_comes = segment_q.flag_fin && pos_q == segment_q.payload_length;

  logic connection_live;                 // the segment's, as it is accepted
  logic unsplicable;
  assign connection_live = connections[segment_i.context_index[ContextBits-1:0]] != ConnectionDead &&
                           !killed_q[segment_i.context_index[ContextBits-1:0]];
  assign unsplicable = segment_i.flag_urg || (segment_i.flag_syn && segment_i.payload_length != '0);

  always_comb begin
    state_d = state_q;
    emit = 1'b0;
    keep_mark = 1'b0;
    advance = '0;
    go = 1'b0;
    row_read = 1'b0;
    row_write = 1'b0;
    apply_mail = 1'b0;
    item_o = '0;
    item_o.context_index = segment_q.context_index;
    item_o.direction = segment_q.direction ^ other_q;
    item_o.tls12 = tls12_q;
    item_o.at = pos_q;
    item_o.slot = 8'(slot_q);
    item_o.generations[r_generation] = 1'b1;
    item_o.content_type = s_type_q[8 * 32'(slot_q) +: 8];
    item_o.text_bytes = r_text;
    item_o.in_number = r_counted - in_start_q[64 * 32'(r_generation) +: 64];
    item_o.out_number = r_counted - out_start_q[64 * 32'(r_generation) +: 64];
    item_o.in_explicit = s_explicit_q[64 * 32'(slot_q) +: 64];
    item_o.out_explicit = r_counted + explicit_bias_q;
    item_o.counted = r_counted;
    item_o.fails_to = precedes(r_begin, segment_q.sequence_number) ? '0 : 16'(r_begin - segment_q.sequence_number);
    item_o.compare = compare;
    item_o.completes = completes;
    item_o.header = {item_o.content_type, 16'h0303, r_size - 16'd5, item_o.out_explicit};
    unique case (state_q)
      StClear: begin
        row_write = 1'b1;
        if (32'(clear_q) == 2 * Contexts - 1) state_d = StAccept;
      end
      StAccept: begin
        row_read = 1'b1;
        if (command_valid_i) begin
          state_d = StSelf;
        end else if (segment_valid_i) begin
          if (!connection_live || unsplicable || segment_i.flag_syn) state_d = StEnd;
          else state_d = segment_i.flag_ack ? StOther : StSelf;
        end
      end
      StOther: state_d = StAcknowledge;
      StAcknowledge: begin
        row_read = 1'b1;
        state_d = acknowledges_new ? StRetire : StSelf;
      end
      StRetire: begin
        apply_mail = judging_q && mail_here;
        if (!retires) state_d = StRelease;
      end
      StRelease: begin
        emit = release_mask != '0;
        item_o.kind = vitrine_pkg::ItemRelease;
        item_o.generations = release_mask;
        go = !emit || item_ready_i;
        keep_mark = go;
        if (go) state_d = StOtherStore;
      end
      StOtherStore: begin
        row_write = 1'b1;
        row_read = 1'b1;
        state_d = StSelf;
      end
      StSelf: begin
        if (command_q != 2'd3) state_d = StCommand;
        else if (segment_q.payload_length == '0 || segment_q.flag_rst) state_d = StFinish;
        else state_d = StStep;
      end
      StCommand: begin
        apply_mail = judging_q && mail_here && command_q == CommandKeys;
        emit = command_q == CommandOpen || (command_q == CommandClose && !closing_q);
        item_o.kind = command_q == CommandOpen ? vitrine_pkg::ItemOpen : vitrine_pkg::ItemClose;
        item_o.header = {70'd0, command_tap_mode_i, command_tap_bytes_i};
        unique case (command_q)
          CommandOpen: go = item_ready_i;
          CommandKeys: go = quiet_i && !apply_mail;
          default: go = closing_q && quiet_i;
        endcase
        if (go) state_d = StStore;
      end
      StStep: begin
        if (left == '0) begin
          state_d = StFinish;
        end else if (blank != '0) begin
          emit = 1'b1;
          item_o.kind = vitrine_pkg::ItemBlank;
          item_o.bytes = blank;
          advance = blank;
        end else if (connection_q != ConnectionOpen) begin
          state_d = StFinish;
        end else if (precedes(at, frontier_q)) begin
          state_d = StRecord;
        end else if (header_offset > 32'(known_q)) begin
          state_d = StLearn;
        end else if (header_offset[3:0] == known_q) begin
          if (must_wait && !short_here_q) state_d = StWait;
          else state_d = must_stop || must_wait ? StLearn : StHeader;
        end else begin
          emit = 1'b1;
          item_o.kind = vitrine_pkg::ItemHeader;
          item_o.offset = header_offset[15:0];
          item_o.bytes = old_take;
          item_o.header = {header_q[103:64], tls12_q ? out_explicit_next : header_q[63:0]};
          advance = old_take;
        end
        go = emit && item_ready_i;
      end
      StWait: begin
        apply_mail = judging_q && mail_here;
        if (!judging_q) state_d = StStep;
      end
      StRecord: begin
        item_o.fresh_bytes = mark_fresh[15:0];
        item_o.kind = vitrine_pkg::ItemText;
        item_o.offset = r_offset - header_size;
        item_o.fresh = 1'b1;
        item_o.opens = !s_opened_q[slot_q];
        if (in_header) begin
          emit = mark_ok;
          keep_mark = 1'b1;
          item_o.kind = vitrine_pkg::ItemHeader;
          item_o.offset = r_offset;
          item_o.bytes = (r_limit < header_size ? r_limit : header_size) - r_offset;
        end else if (is_whole) begin
          emit = mark_ok;
          keep_mark = 1'b1;
          item_o.bytes = r_text;
        end else if (in_text) begin
          emit = mark_ok || !run_fresh;
          keep_mark = run_fresh;
          item_o.bytes = 16'(run_end - at);
          item_o.fresh = run_fresh;
          item_o.opens = run_fresh && !s_opened_q[slot_q];
          if (!run_fresh) item_o.fresh_bytes = '0;
        end else begin
          // An empty text's share of the tag, before the tag itself.
          emit = r_text == '0 && !s_opened_q[slot_q];
          item_o.offset = '0;
          item_o.fresh_bytes = '0;
        end
        advance = item_o.bytes;
        go = emit && item_ready_i;
        if (in_header || (in_text && !is_whole)) begin
          if (!emit) state_d = StLearn;
          else if (go) state_d = StStep;
        end else if (is_whole) begin
          if (!emit) state_d = StLearn;
          else if (go) state_d = StTag;
        end else if (!emit || go) begin
          state_d = StTag;
        end
      end
      StTag: begin
        emit = r_seen == r_text;
        item_o.kind = vitrine_pkg::ItemTag;
        item_o.offset = r_offset - r_tag;
        item_o.bytes = r_limit - r_offset;
        item_o.blocked = !whole_q && !mark_ok;
        item_o.fresh_bytes = whole_q || !mark_ok ? '0 : mark_fresh[15:0];
        keep_mark = !whole_q && mark_ok;
        advance = item_o.blocked ? '0 : item_o.bytes;
        go = emit && item_ready_i;
        if (!emit) state_d = StLearn;
        else if (go) state_d = item_o.blocked ? StLearn : StStep;
      end
      StHeader: begin
        emit = peeked_q && header_verdict == '0 && mark_ok;
        keep_mark = 1'b1;
        item_o.kind = vitrine_pkg::ItemHeader;
        item_o.offset = header_offset[15:0];
        item_o.bytes = header_take;
        item_o.fresh_bytes = mark_fresh[15:0];
        item_o.header = {merged[103:64], tls12_q ? out_explicit_next : merged[63:0]};
        advance = header_take;
        go = emit && item_ready_i;
        if (peeked_q && header_verdict != '0) state_d = StFinish;
        else if (peeked_q && !mark_ok) state_d = StLearn;
        else if (go) state_d = 16'(known_q) + header_take == header_size ? StOpen : StStep;
      end
      StOpen: state_d = learning_q ? StLearn : StStep;
      StLearn: begin
        apply_mail = judging_q && mail_here;
        if (!learns || (must_wait && short_here_q)) state_d = StFinish;
        else if (!must_wait) state_d = StLearnHeader;
      end
      StLearnHeader: begin
        if (peeked_q) state_d = learn_verdict == '0 ? StOpen : StFinish;
      end
      StFinish: state_d = StStore;
      StStore: begin
        row_write = 1'b1;
        state_d = command_q != 2'd3 ? StAccept : StEnd;
      end
      StEnd: begin
        emit = 1'b1;
        item_o.kind = vitrine_pkg::ItemEnd;
        item_o.bytes = segment_q.payload_length;
        item_o.generations = '0;
        item_o.counted = failed_record_q;
        item_o.reason = reason_q;
        item_o.drops = drops_q;
        item_o.closes = closes_q;
        item_o.failed = failed_q;
        item_o.close_reason = close_q;
        item_o.keeps_empty = segment_q.flag_rst;
        go = item_ready_i;
        if (go) state_d = StAccept;
      end
      default: state_d = StAccept;
    endcase
  end
  assign item_valid_o = emit;
  assign segment_ready_o = state_q == StAccept && !command_valid_i;
  assign command_ready_o = state_q == StCommand && go;
  assign peek_valid_o = (state_q == StHeader || state_q == StLearnHeader) && !peeked_q;
  assign peek_at_o = state_q == StHeader ? pos_q : learn_next[15:0];

  // ---- Registers. ----
  logic [SlotBits-1:0] fresh_slot;
  logic load;
  assign fresh_slot = head_q + SlotBits'(count_q);
  assign load = state_q == StOther || state_q == StSelf;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= StClear;
      clear_q <= '0;
      mail_q <= '0;
      killed_q <= '0;
    end else begin
      state_q <= state_d;
      if (state_q == StClear) clear_q <= clear_q + 1'b1;
      if (apply_mail) mail_q[row_index] <= 1'b0;
      if (mail_valid_i) mail_q[{mail_context_i, mail_direction_i}] <= 1'b1;
      if (state_q == StCommand && command_q == CommandOpen) mail_q[row_index] <= 1'b0;
      if (kill_valid_i) killed_q[mail_context_i] <= 1'b1;
      if (state_q == StCommand && command_q == CommandOpen) killed_q[context_index] <= 1'b0;
    end
    closing_q <= state_q == StCommand && command_q == CommandClose && (closing_q || item_ready_i);
    if (mail_valid_i) begin
      mail_update_q[{mail_context_i, mail_direction_i}] <= mail_key_update_i;
      mail_dead_q[{mail_context_i, mail_direction_i}] <= mail_dead_i;
    end

    // The segment in hand.
    if (state_q == StAccept) begin
      segment_q <= segment_i;
      command_q <= 2'd3;
      connection_q <= connections[segment_i.context_index[ContextBits-1:0]];
      fins_q <= fins[segment_i.context_index[ContextBits-1:0]];
      if (command_valid_i) begin
        segment_q.context_index <= command_context_i;
        segment_q.direction <= command_direction_i;
        command_q <= command_i;
      end
      other_q <= !command_valid_i && segment_i.flag_ack && connection_live && !unsplicable && !segment_i.flag_syn;
      pos_q <= '0;
      failed_q <= 1'b0;
      closes_q <= 1'b0;
      learning_q <= 1'b0;
      short_here_q <= 1'b0;
      whole_q <= 1'b0;
      peeked_q <= 1'b0;
      drops_q <= !connection_live || unsplicable;
      reason_q <= connection_live ? vitrine_pkg::DropUnsplicable : vitrine_pkg::DropFlowDead;
      close_q <= vitrine_pkg::CloseFin;
    end
    if (state_q == StOtherStore || (state_q == StAcknowledge && !acknowledges_new)) other_q <= 1'b0;
    if (load) begin
      tls12_q <= tls12_r;
      delta_q <= delta_r;
      explicit_bias_q <= explicit_bias_r;
      hole_begin_q <= hole_begin_r;
      hole_end_q <= hole_end_r;
      holes_q <= holes_r;
      high_q <= high_r;
      frontier_q <= frontier_r;
      header_q <= header_r;
      known_q <= known_r;
      counted_q <= counted_r;
      generation_q <= generation_r;
      oldest_q <= oldest_r;
      keys_q <= keys_r;
      in_start_q <= in_start_r;
      out_start_q <= out_start_r;
      acknowledged_q <= acknowledged_r;
      fin_q <= fin_r;
      fin_at_q <= fin_at_r;
      judging_q <= judging_r;
      head_q <= head_r;
      count_q <= count_r;
      s_begin_q <= s_begin_r;
      s_size_q <= s_size_r;
      s_seen_q <= s_seen_r;
      s_let_q <= s_let_r;
      s_type_q <= s_type_r;
      s_generation_q <= s_generation_r;
      s_explicit_q <= s_explicit_r;
      s_opened_q <= s_opened_r;
    end
    if (state_q == StSelf) reason_q <= connection_q == ConnectionOpen ? vitrine_pkg::DropUnseenHeader
                                                                      : vitrine_pkg::DropFlowDead;
    if (apply_mail) begin
      judging_q <= 1'b0;
      if (mail_update_q[row_index]) begin
        generation_q <= next_generation;
        in_start_q[64 * 32'(next_generation[1:0]) +: 64] <= counted_q;
        out_start_q[64 * 32'(next_generation[1:0]) +: 64] <= counted_q;
      end
      if (mail_dead_q[row_index]) connection_q <= ConnectionDead;
    end

    // Acknowledgement.
    if (state_q == StAcknowledge && acknowledges_new) begin
      acknowledged_q <= acknowledges;
      fins_q[!segment_q.direction] <= fin_q && acknowledges == fin_at_q + 32'd1;
    end
    if (state_q == StRetire && retires && !judging_q) begin
      head_q <= head_q + 1'b1;
      count_q <= count_q - 1'b1;
    end
    if (state_q == StRelease && go) begin
      keys_q <= keys_q & ~release_mask;
      oldest_q <= oldest_q + released;
    end

    // Commands.
    if (state_q == StCommand && go && command_q == CommandOpen) begin
      tls12_q <= command_tls12_i;
      delta_q <= command_open_i.sequence_delta;
      explicit_bias_q <= command_open_i.out_explicit - command_open_i.in_record;
      holes_q <= '0;
      high_q <= command_open_i.first_sequence;
      frontier_q <= command_open_i.first_sequence;
      known_q <= '0;
      counted_q <= command_open_i.in_record;
      generation_q <= '0;
      oldest_q <= '0;
      keys_q <= {2'b00, command_open_i.next_keys && !command_tls12_i, 1'b1};
      in_start_q[63:0] <= '0;
      out_start_q[63:0] <= command_open_i.in_record - command_open_i.out_record;
      acknowledged_q <= command_open_i.first_sequence;
      fin_q <= 1'b0;
      judging_q <= 1'b0;
      head_q <= '0;
      count_q <= '0;
      s_opened_q <= '0;
    end

    // The walk.
    if (keep_mark && go && mark_ok) begin
      hole_begin_q <= marked_begin;
      hole_end_q <= marked_end;
      holes_q <= marked_count;
      high_q <= marked_high;
    end
    if (go) pos_q <= pos_q + advance;
    if (state_q == StStep) begin
      if (state_d == StRecord) slot_q <= found_slot;
      whole_q <= 1'b0;
      if (state_d == StLearn) reason_q <= header_offset > 32'(known_q) ? vitrine_pkg::DropUnseenHeader : must_reason;
    end
    if (state_q == StRecord) begin
      if (state_d == StLearn) reason_q <= vitrine_pkg::DropHoleLimit;
      if (go && item_o.kind == vitrine_pkg::ItemText && item_o.fresh) begin
        s_seen_q[16 * 32'(slot_q) +: 16] <= r_seen + item_o.bytes;
        s_opened_q[slot_q] <= 1'b1;
      end
      whole_q <= is_whole;
    end
    if (state_q == StTag) begin
      if (state_d == StLearn) reason_q <= emit ? vitrine_pkg::DropHoleLimit : vitrine_pkg::DropIncompleteRecord;
      if (go && !item_o.blocked) begin
        s_let_q[16 * 32'(slot_q) +: 16] <= r_let | compare;
        if (completes && r_short) begin
          judging_q <= 1'b1;
          short_here_q <= CutAtShort;
        end
      end
    end
    if (peek_valid_o && peek_done_i) begin
      peek_q <= peek_data_i;
      peeked_q <= 1'b1;
    end
    if (state_q == StHeader && peeked_q) begin
      if (state_d != StHeader) peeked_q <= 1'b0;
      if (state_d == StLearn) reason_q <= vitrine_pkg::DropHoleLimit;
      if (go) begin
        header_q <= merged;
        known_q <= known_q + header_take[3:0];
      end
      if (header_verdict != '0) begin
        failed_q <= 1'b1;
        reason_q <= vitrine_pkg::DropProtocol;
        close_q <= header_verdict == 3'd6 ? vitrine_pkg::CloseRenegotiation : vitrine_pkg::CloseProtocol;
        failed_record_q <= counted_q;
        pos_q <= precedes(frontier_q, segment_q.sequence_number) ? '0 : frontier_distance[15:0];
      end
    end
    if (state_q == StLearn) learning_q <= 1'b1;
    if (state_q == StLearnHeader && peeked_q) begin
      peeked_q <= 1'b0;
      if (learn_verdict == '0) header_q <= merged;
    end
    if (state_q == StOpen) begin
      s_begin_q[32 * 32'(fresh_slot) +: 32] <= frontier_q;
      s_size_q[16 * 32'(fresh_slot) +: 16] <= header_q[79:64] + 16'd5;
      s_seen_q[16 * 32'(fresh_slot) +: 16] <= '0;
      s_let_q[16 * 32'(fresh_slot) +: 16] <= '0;
      s_type_q[8 * 32'(fresh_slot) +: 8] <= header_q[103:96];
      s_generation_q[2 * 32'(fresh_slot) +: 2] <= generation_q[1:0];
      s_explicit_q[64 * 32'(fresh_slot) +: 64] <= header_q[63:0];
      s_opened_q[fresh_slot] <= 1'b0;
      frontier_q <= frontier_q + 32'(header_q[79:64]) + 32'd5;
      known_q <= '0;
      counted_q <= counted_q + 64'd1;
      count_q <= count_q + 1'b1;
    end

    // The end.
    if (state_q == StFinish) begin
      drops_q <= nothing_left;
      if (failed_q) begin
        closes_q <= 1'b1;
        connection_q <= ConnectionDead;
      end else if (connection_q == ConnectionOpen && !nothing_left) begin
        if (segment_q.flag_rst) begin
          closes_q <= resets;
          close_q <= vitrine_pkg::CloseReset;
          if (resets) connection_q <= ConnectionEnded;
        end else begin
          if (fin_comes) begin
            fin_q <= 1'b1;
            fin_at_q <= segment_q.sequence_number + 32'(segment_q.payload_length);
          end
          closes_q <= &fins_q;
          if (&fins_q) connection_q <= ConnectionEnded;
        end
      end
    end
    if (state_q == StClear) begin
      connections[clear_q[RowIndexBits-1:1]] <= ConnectionDead;
    end else if (state_q == StStore && command_q == 2'd3) begin
      connections[context_index] <= connection_q;
      fins[context_index] <= fins_q;
    end else if (state_q == StCommand && go && command_q != CommandKeys) begin
      connections[context_index] <= command_q == CommandOpen ? ConnectionOpen : ConnectionDead;
      fins[context_index] <= '0;
    end else if (state_q == StCommand && go && command_q == CommandKeys) begin
      if (keys_taken_o) keys_q[keys_target] <= 1'b1;
    end
  end

  if (Slots < 2 || Slots != 2 ** SlotBits || Contexts < 2 || Contexts != 2 ** ContextBits) begin : g_illegal
    $fatal(1, "record_front: Contexts and Slots are powers of two, at least 2");
  end

`ifndef SYNTHESIS
  logic [31:0] f_newest_end;
  assign f_newest_end = s_begin_q[32 * 32'(newest) +: 32] + 32'(s_size_q[16 * 32'(newest) +: 16]);
  always_ff @(posedge clk_i) begin
    if (rst_ni && state_q == StStep && command_q == 2'd3) begin
      assert (count_q == '0 || f_newest_end == frontier_q);     // records in flight have no gaps
      assert (count_q <= (SlotBits + 1)'(Slots));
      assert (16'(known_q) < header_size);
      assert (pos_q <= segment_q.payload_length);
      assert (state_d != StRecord || found);                    // a byte before the frontier has a record
    end
    if (rst_ni && item_valid_o && item_o.kind == vitrine_pkg::ItemTag) begin
      assert (r_seen == r_text);                                // SEC: no tag of a record with a hole
    end
    if (rst_ni && item_valid_o && item_o.kind == vitrine_pkg::ItemText) begin
      assert (keys_q[r_generation]);                            // keys stay while their records are in flight
      assert (item_o.fresh || item_o.fresh_bytes == '0);
    end
    if (rst_ni && mail_valid_i) assert (!mail_q[{mail_context_i, mail_direction_i}]);  // no mail is lost
    if (rst_ni && $past(rst_ni) && $past(item_valid_o && !item_ready_i)) begin
      assert (item_valid_o && $stable(item_o));
    end
  end
`endif
endmodule
