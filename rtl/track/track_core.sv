// Judges frames, keeps the connections' statistics and ends, and carries out flow commands: one thing at a time.
//
// The semantics are those of host/card/soft/pipeline.cpp. One state machine does all that reads or writes a
// connection's row, so that there are no hazards: a frame, a command, or a step of the timers.
//   StIdle      what is next: zeroizing, a command, a frame, a timer
//   StLoad      the row is there
//   StJudge     what becomes of the frame; StBeats: it goes there (egress or nowhere)
//   StPuntHead, StPuntBeats   into the punt ring
//   StSplice    into the record engine; StVerdict: until it has said what becomes of it
//   StKeyEvent, StClosed      events; StStore: the row goes back
//   StErase     the entry leaves the flow table; StGone: and its row
//   StClose     the record engine closes the context, and its keys go
//   StCommand, StKeys, StOpen, StInsert, StUpdate, StReply   flow commands
//   StSweep     a connection's timer; StZero, StClearing: keys are cleared
// A frame is under way in the record engine alone: nothing is judged until its verdict. An entry of the flow table is
// written last, when row, keys and contexts are there, and removed first: no frame sees half of one.
//
// A context is closed in the record engine where its splice ends by its idle time-out, and in any case before its row
// is free: so it is always closed before it is opened again. A splice that ends by FIN or RST, or by a bad record, the
// engine has ended itself, and its keys go with that verdict.
//
// Zeroizing: what is in hand is finished, and the frames in the record engine leave; then the engine clears itself
// (clearing_i), and only then is the host told flow by flow, so that no full ring holds the clearing up. The mailbox is
// forgotten at once; a command that was to use it is refused (5), also one whose first words were written before.
//
// The file is long because the states share one row in hand.
module track_core #(
  parameter  int unsigned Connections = 64,     // rows; a power of two
  parameter  int unsigned Contexts    = 16,     // of them the first may be spliced
  parameter  int unsigned LingerMs    = 1000,   // from a closed flow's last packet to its removal; failed: five times
  parameter  int unsigned SweepLog2   = 4,      // timers are looked at every 2^SweepLog2 ms
  localparam int unsigned IndexBits   = $clog2(Connections),
  localparam int unsigned ContextBits = $clog2(Contexts)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic [31:0]                    time_ms_i,
  input  logic                           run_i,
  input  logic                           shut_i,          // the host is lost and the card fails closed
  input  logic                           table_ready_i,
  // Zeroizing.
  input  logic                           zeroize_i,       // pulse
  output logic                           zeroizing_o,
  output logic                           zeroized_o,      // pulse
  output logic                           ready_o,         // cleared after power-on
  output logic                           engine_zeroize_o, // pulse
  input  logic                           clearing_i,      // the record engine, after it
  // The oldest frame, and its beats.
  input  logic                           frame_valid_i,
  output logic                           frame_ready_o,
  input  vitrine_pkg::decide_frame_t     frame_i,
  input  logic                           in_valid_i,
  output logic                           in_ready_o,
  input  logic                           in_last_i,
  // Where the beat goes.
  output logic [1:0]                     egress_valid_o,
  input  logic [1:0]                     egress_ready_i,
  output logic                           engine_valid_o,
  input  logic                           engine_ready_i,
  output vitrine_pkg::tcp_layout_t       layout_o,
  output vitrine_pkg::record_segment_t   segment_o,
  output vitrine_pkg::tcp_edit_t         edit_o,
  // Punts and events: head_valid_o stands for a beat of header_o, else the frame's beat.
  output logic                           punt_valid_o,
  input  logic                           punt_ready_i,
  output logic                           punt_made_o,     // the beat is made_o
  output logic [511:0]                   made_o,
  output logic                           punt_last_o,
  output logic                           punt_keep_o,
  input  logic                           event_fits_i,
  input  logic                           punt_stored_i,
  input  logic                           punt_dropped_i,
  // The record engine.
  input  logic                           wrong_i,
  input  logic                           verdict_valid_i,
  input  vitrine_pkg::record_verdict_t   verdict_i,
  input  logic                           key_update_i,
  input  logic                           key_update_direction_i,
  output logic                           key_write_o,
  output logic [ContextBits+2:0]         key_index_o,
  output vitrine_pkg::record_keys_t      key_o,
  output logic                           command_valid_o,
  input  logic                           command_ready_i,
  output logic [1:0]                     command_o,
  output logic                           command_direction_o,
  output logic                           command_tls12_o,
  output vitrine_pkg::record_open_t      command_open_o,
  output logic [15:0]                    command_context_o,
  output logic [1:0]                     command_tap_mode_o,
  output logic [31:0]                    command_tap_bytes_o,
  output logic [63:0]                    command_flow_o,  // whose the context will be
  input  logic                           tap_quiet_i,     // nothing of a context's last flow waits for the tap ring
  input  logic                           keys_taken_i,
  input  logic [1:0]                     keys_generation_i,
  output logic                           sends_valid_o,   // a frame will leave the engine
  output logic                           sends_port_o,
  output logic [1:0]                     sends_origin_o,
  input  logic                           engine_empty_i,  // and none is still to leave
  // The flow table.
  output logic                           table_valid_o,
  input  logic                           table_taken_i,
  output vitrine_pkg::flow_op_t          table_op_o,
  output vitrine_pkg::flow_key_t         table_key_o,
  output logic [15:0]                    table_value_o,
  input  logic                           table_done_i,
  input  vitrine_pkg::flow_status_t      table_status_i,
  // Flow commands.
  input  logic                           mail_write_i,
  input  logic [7:0]                     mail_word_i,
  input  logic [31:0]                    mail_data_i,
  input  logic                           start_i,
  input  logic [3:0]                     operation_i,
  input  logic                           operation_direction_i,
  output logic                           busy_o,
  output logic                           done_o,          // pulse
  output logic [3:0]                     result_o,
  output logic [1023:0]                  stats_o,
  output logic [31:0]                    count_o,
  output logic                           full_o,          // pulse: an install found no place
  // Outcomes: pulses.
  output logic                           outcome_valid_o,
  output vitrine_pkg::outcome_t          outcome_o,
  output logic                           cut_o,
  output logic                           event_lost_o,
  output logic                           idle_o
);
  typedef enum logic [4:0] {
    StIdle, StLoad, StJudge, StBeats, StPuntHead, StPuntBeats, StSplice, StVerdict, StKeyEvent, StClosed, StClose,
    StStore, StErase, StGone, StCommand, StKeys, StOpen, StInsert, StUpdate, StReply, StSweep, StZero, StClearing
  } state_t;
  state_t state_q;
  typedef enum logic [1:0] {TaskFrame, TaskCommand, TaskSweep, TaskZero} task_t;
  task_t task_q;


  vitrine_pkg::track_row_t row_q;
  vitrine_pkg::track_side_t side0_q;
  vitrine_pkg::track_side_t side1_q;
  localparam int unsigned RowBits = $bits(row_q) + $bits(side0_q) + $bits(side1_q);
  logic [RowBits-1:0] stored;
  logic [Connections-1:0] live_q;
  logic [31:0] count_q;
  logic [IndexBits-1:0] index_q;
  logic [IndexBits-1:0] index;       // to be read
  logic store;
  prim_ram_sdp #(.Width(RowBits), .Depth(Connections)) u_rows (
    .clk_i, .write_i(store), .write_address_i(index_q), .write_data_i({row_q, side1_q, side0_q}),
    .read_i(state_q == StIdle || state_q == StClearing || state_q == StStore), .read_address_i(index), .read_data_o(stored)
  );
  assign count_o = count_q;

  // ---- The mailbox. ----
  logic [63:0] mail_id;
  logic [15:0] mail_index;
  vitrine_pkg::action_t mail_action;
  vitrine_pkg::flow_key_t mail_key;
  logic [31:0] mail_idle;
  logic mail_tls12;
  vitrine_pkg::record_keys_t mail_keys;
  vitrine_pkg::record_open_t mail_open;
  logic [31:0] mail_timestamp;
  logic [1:0] mail_next;
  logic mail_strict;
  logic mail_direction;
  logic mail_generation;
  logic busy_q;
  logic finish;
  track_mailbox u_mailbox (
    .clk_i, .rst_ni, .write_i(mail_write_i && !busy_q), .word_i(mail_word_i), .data_i(mail_data_i), .clear_i(finish || zeroize_i),
    .direction_i(mail_direction), .next_i(mail_generation), .id_o(mail_id), .index_o(mail_index),
    .action_o(mail_action), .key_o(mail_key), .idle_ms_o(mail_idle), .tls12_o(mail_tls12), .keys_o(mail_keys),
    .open_o(mail_open), .timestamp_delta_o(mail_timestamp), .tap_mode_o(command_tap_mode_o),
    .tap_bytes_o(command_tap_bytes_o), .has_next_o(mail_next), .strict_o(mail_strict)
  );
  logic [3:0] operation_q;
  logic operation_direction_q;
  logic [3:0] result_q;
  logic [1023:0] stats_q;
  logic mail_known;                  // an index that can be
  logic mail_spliced;
  assign mail_known = 32'(mail_index) < Connections;
  assign mail_spliced = mail_action == vitrine_pkg::ActionSplice;
  assign busy_o = busy_q;
  assign result_o = result_q;
  assign stats_o = stats_q;

  // ---- The frame in hand. ----
  vitrine_pkg::parsed_t parsed;
  logic direction;
  logic [1:0] origin;
  assign parsed = frame_i.parsed;
  assign direction = frame_i.key.ingress == vitrine_pkg::PortOutside;
  assign origin = frame_i.origin;
  logic [vitrine_pkg::FlowKeyBits-1:0] frame_key;
  logic [vitrine_pkg::FlowKeyBits-1:0] row_key;
  flow_orient u_frame_key (.key_i(frame_i.key), .oriented_o(frame_key));
  flow_orient u_row_key (.key_i(row_q.key), .oriented_o(row_key));
  vitrine_pkg::track_side_t own;
  vitrine_pkg::track_side_t other;
  assign own = direction ? side1_q : side0_q;
  assign other = direction ? side0_q : side1_q;
  logic index_known;
  assign index_known = 32'(frame_i.index) < Connections;

  vitrine_pkg::track_side_t plain_own;
  vitrine_pkg::track_side_t plain_other;
  logic plain_ended;
  logic plain_reset;
  track_plain u_plain (
    .parsed_i(parsed), .own_i(own), .other_i(other), .own_o(plain_own), .other_o(plain_other), .ended_o(plain_ended),
    .reset_o(plain_reset)
  );
  vitrine_pkg::record_verdict_t verdict_q;
  logic verdict_here_q;
  logic wrong_q;
  vitrine_pkg::track_side_t spliced_own;
  vitrine_pkg::track_side_t spliced_other;
  logic spliced_cut;
  track_splice u_splice (
    .parsed_i(parsed), .verdict_i(verdict_q), .own_i(own), .other_i(other), .own_o(spliced_own),
    .other_o(spliced_other), .cut_o(spliced_cut)
  );

  // By flow entry, or by the rules.
  logic found;
  logic tcp;
  logic reopens;
  logic [31:0] behind;               // bytes of the payload that the receiver has already
  logic ended_new;                   // nothing of it may leave, of a splice that has ended
  logic [31:0] silent;
  always_comb begin
    tcp = parsed.kind == vitrine_pkg::KindTcp;
    found = frame_i.hit && index_known && live_q[index_q] && frame_key == row_key;
    reopens = found && tcp && parsed.tcp_flags[1] && !parsed.tcp_flags[4] && !parsed.tcp_flags[2] && row_q.closed &&
              !row_q.owed;
    behind = own.acknowledged - parsed.sequence_number;
    ended_new = row_q.closed && parsed.payload_length != '0 && (parsed.tcp_flags & 6'b100110) == '0 &&
                (behind[31] || behind == '0);
    silent = time_ms_i - row_q.seen_ms;
  end

  // Punts of a failed flow.
  vitrine_pkg::track_side_t dead_own;
  logic dead_allowed;
  logic dead_second;
  always_comb begin
    dead_own = own;
    dead_second = time_ms_i - row_q.dead_ms >= 32'd1000;
    if (dead_second) begin
      dead_own.dead_acknowledgement = '0;
      dead_own.dead_advanced = '0;
      dead_own.dead_repeated = '0;
    end
    if (parsed.acknowledgement != dead_own.dead_acknowledgement && !dead_own.dead_advanced[8]) begin
      dead_allowed = 1'b1;
      dead_own.dead_acknowledgement = parsed.acknowledgement;
      dead_own.dead_advanced = dead_own.dead_advanced + 1'b1;
    end else begin
      dead_allowed = dead_own.dead_repeated < 3'd4;
      if (dead_allowed) dead_own.dead_repeated = dead_own.dead_repeated + 1'b1;
    end
    if (parsed.tcp_flags[2]) begin
      dead_allowed = 1'b0;
      dead_own = own;
      dead_second = 1'b0;
    end
  end

  // ---- What is decided of the frame. ----
  logic forwards_q;
  logic punt_stored_q;               // of the punt under way, once it is known
  logic punt_known_q;
  logic [2:0] punt_reason_q;
  logic [63:0] punt_id_q;
  logic [4:0] drop_reason_q;
  logic frame_done_q;                // its beats are gone, its outcome told
  logic closing_q;                   // the row is to be closed by:
  logic gone_q;                      // the row is free: StClose is what is left to do
  logic [1:0] updates_q;             // KeyUpdates to be told, by direction
  logic [1:0] beat_q;                // of an event; of StClosed
  logic [2:0] step_q;
  logic [31:0] swept_q;
  logic sweeping_q;
  logic [IndexBits-1:0] sweep_q;
  logic zero_q;                      // a clearing of keys is due
  logic written_q;                   // the mailbox is as the host wrote it, from its first word on
  logic cleared_q;
  logic table_asked_q;
  logic due;
  assign due = time_ms_i >> SweepLog2 != swept_q;
  assign idle_o = state_q == StIdle && !busy_q && !frame_valid_i && !zero_q && !sweeping_q && (!due || live_q == '0);
  assign zeroizing_o = zero_q;
  assign ready_o = cleared_q;
  assign engine_zeroize_o = state_q == StZero;

  always_comb begin
    index = sweep_q;
    if (state_q == StClearing) index = '0;
    else if (state_q == StStore) index = index_q + 1'b1;
    else if (!zero_q && busy_q) index = mail_index[IndexBits-1:0];
    else if (!zero_q && frame_valid_i && !frame_done_q) index = frame_i.index[IndexBits-1:0];
  end

  // ---- Streams out. ----
  logic to_nowhere;
  always_comb begin
    egress_valid_o = '0;
    to_nowhere = state_q == StBeats && !forwards_q;
    if (state_q == StBeats && forwards_q) egress_valid_o[!direction] = in_valid_i;
    engine_valid_o = state_q == StSplice && in_valid_i;
    in_ready_o = (state_q == StBeats && (!forwards_q || egress_ready_i[!direction])) || (state_q == StSplice && engine_ready_i) ||
                 (state_q == StPuntBeats && punt_ready_i);
    frame_ready_o = state_q == StIdle && frame_done_q;
  end
  logic moved;
  logic ends;
  assign moved = in_valid_i && in_ready_o;
  assign ends = moved && in_last_i;

  logic [1023:0] stats;
  always_comb begin
    stats = '0;
    stats[511:0] = {128'd0, side0_q.last_acknowledgement,
      side0_q.next_sequence + 32'(row_q.spliced && side0_q.fin && side0_q.fin_end == side0_q.next_sequence),
      side0_q.records, side0_q.fresh, side0_q.payload, side0_q.bytes, side0_q.packets};
    stats[1023:512] = {128'd0, side1_q.last_acknowledgement,
      side1_q.next_sequence + 32'(row_q.spliced && side1_q.fin && side1_q.fin_end == side1_q.next_sequence),
      side1_q.records, side1_q.fresh, side1_q.payload, side1_q.bytes, side1_q.packets};
  end
  logic update_direction;
  assign update_direction = !updates_q[0];
  always_comb begin
    punt_valid_o = 1'b0;
    punt_made_o = 1'b1;
    punt_last_o = 1'b0;
    punt_keep_o = 1'b0;
    made_o = '0;
    made_o[63:48] = 16'(index_q);
    unique case (state_q)
      StPuntHead: begin
        punt_valid_o = 1'b1;
        made_o[15:8] = 8'(direction);
        made_o[23:16] = 8'(punt_reason_q);
        made_o[31:24] = 8'(direction);
        made_o[47:32] = parsed.frame_bytes;
        if (punt_id_q == '0) made_o[63:48] = '0;
        made_o[127:64] = punt_id_q;
      end
      StPuntBeats: begin
        punt_valid_o = in_valid_i;
        punt_made_o = 1'b0;
        punt_last_o = in_last_i;
      end
      StKeyEvent: begin
        punt_valid_o = updates_q != '0 && event_fits_i;
        punt_keep_o = 1'b1;
        punt_last_o = 1'b1;
        made_o[7:0] = 8'd2;
        made_o[31:24] = 8'(update_direction);
        made_o[127:64] = row_q.id;
        made_o[223:192] = update_direction ? side1_q.generation : side0_q.generation;
      end
      StClosed: begin
        punt_valid_o = beat_q != 2'd0 || event_fits_i;
        punt_keep_o = 1'b1;
        punt_last_o = beat_q == 2'd2;
        made_o[7:0] = 8'd1;
        made_o[23:16] = 8'(row_q.close_reason);
        made_o[31:24] = 8'(row_q.close_direction);
        made_o[47:32] = 16'd128;
        made_o[127:64] = row_q.id;
        made_o[191:128] = row_q.close_record;
        if (beat_q == 2'd1) made_o = stats[511:0];
        if (beat_q == 2'd2) made_o = stats[1023:512];
      end
      default: ;
    endcase
  end

  // ---- To the record engine. ----
  always_comb begin
    layout_o = '0;
    layout_o.is_v6 = frame_i.key.ip_version == 4'd6;
    layout_o.acknowledges = parsed.tcp_flags[4];
    layout_o.l3 = parsed.l3;
    layout_o.l4 = parsed.l4;
    layout_o.payload = parsed.payload;
    layout_o.payload_length = parsed.payload_length;
    layout_o.timestamp = parsed.timestamp;
    layout_o.sack = parsed.sack;
    layout_o.sack_blocks = parsed.sack_blocks;
    segment_o.context_index = 16'(index_q);
    segment_o.direction = direction;
    segment_o.sequence_number = parsed.sequence_number;
    segment_o.acknowledgement = parsed.acknowledgement;
    segment_o.payload_length = parsed.payload_length;
    segment_o.flag_fin = parsed.tcp_flags[0];
    segment_o.flag_syn = parsed.tcp_flags[1];
    segment_o.flag_rst = parsed.tcp_flags[2];
    segment_o.flag_ack = parsed.tcp_flags[4];
    segment_o.flag_urg = parsed.tcp_flags[5];
    edit_o = '0;
    edit_o.sequence_delta = own.sequence_delta;
    edit_o.acknowledgement_delta = other.sequence_delta;
    edit_o.timestamp_delta = own.timestamp_delta;
    edit_o.echo_delta = other.timestamp_delta;
    edit_o.leaves = parsed.payload_length;
  end

  // Commands to it: step_q[0] is the direction, of keys step_q is direction and generation modulo 4.
  always_comb begin
    mail_direction = state_q == StUpdate ? operation_direction_q : state_q == StOpen ? step_q[0] : step_q[2];
    mail_generation = state_q == StUpdate || (state_q == StKeys && step_q[0]);
    key_write_o = (state_q == StKeys && (step_q[1:0] == 2'd0 || (step_q[1:0] == 2'd1 && mail_next[step_q[2]]))) ||
                  (state_q == StUpdate && command_ready_i && keys_taken_i);
    key_index_o = {index_q[ContextBits-1:0], step_q};
    if (state_q == StUpdate) key_index_o = {index_q[ContextBits-1:0], operation_direction_q, keys_generation_i};
    key_o = key_write_o ? mail_keys : '0;
    command_valid_o = (state_q == StOpen && (step_q[0] || tap_quiet_i)) || state_q == StClose || state_q == StUpdate;
    command_flow_o = row_q.id;
    command_o = state_q == StOpen ? 2'd0 : state_q == StUpdate ? 2'd1 : 2'd2;
    command_direction_o = state_q == StUpdate ? operation_direction_q : state_q == StOpen && step_q[0];
    command_tls12_o = mail_tls12;
    command_open_o = mail_open;
    command_context_o = 16'(index_q);
  end

  // To the flow table.
  always_comb begin
    table_valid_o = (state_q == StInsert || state_q == StErase) && !table_asked_q;
    table_op_o = state_q == StInsert ? vitrine_pkg::FlowInsert : vitrine_pkg::FlowRemove;
    table_key_o = row_q.key;
    table_value_o = 16'(index_q);
  end

  assign store = state_q == StStore;
  assign finish = state_q == StReply;
  assign done_o = finish;
  assign sends_port_o = !direction;
  assign sends_origin_o = origin;
  assign sends_valid_o = verdict_valid_i && verdict_i.sends;

  logic outcome_d;
  vitrine_pkg::outcome_t told_d;
  logic outcome_q;
  vitrine_pkg::outcome_t told_q;
  assign outcome_valid_o = outcome_q;
  assign outcome_o = told_q;
  logic verdict_dead;
  assign verdict_dead = !verdict_q.sends;
  always_comb begin
    outcome_d = 1'b0;
    told_d.kind = vitrine_pkg::OutcomeDropped;
    told_d.origin = origin;
    told_d.reason = drop_reason_q;
    if (state_q == StBeats && !forwards_q && ends) outcome_d = 1'b1;
    if (state_q == StPuntBeats && ends) begin
      outcome_d = 1'b1;
      told_d.kind = (punt_known_q ? punt_stored_q : punt_stored_i) ? vitrine_pkg::OutcomePunted :
                    vitrine_pkg::OutcomeDropped;
      told_d.reason = told_d.kind == vitrine_pkg::OutcomePunted ? 5'(punt_reason_q) : vitrine_pkg::DropPuntFull;
    end
    if (state_q == StVerdict && wrong_q) begin
      outcome_d = 1'b1;
      told_d.reason = vitrine_pkg::DropChecksum;
    end
    if (state_q == StVerdict && verdict_here_q && verdict_dead) begin
      outcome_d = 1'b1;
      told_d.reason = 5'(verdict_q.reason);
    end
  end
  assign cut_o = state_q == StVerdict && verdict_here_q && spliced_cut;
  assign event_lost_o = state_q == StKeyEvent && updates_q != '0 && !event_fits_i;
  assign full_o = state_q == StInsert && table_done_i && table_status_i == vitrine_pkg::FlowFull;

  // ---- The machine. ----
  always_ff @(posedge clk_i) begin
    outcome_q <= outcome_d && rst_ni;
    told_q <= told_d;
    zeroized_o <= 1'b0;
    if (!rst_ni) begin
      state_q <= StIdle;
      task_q <= TaskZero;
      live_q <= '0;
      count_q <= '0;
      busy_q <= 1'b0;
      result_q <= '0;
      stats_q <= '0;
      frame_done_q <= 1'b0;
      closing_q <= 1'b0;
      gone_q <= 1'b0;
      updates_q <= '0;
      beat_q <= '0;
      step_q <= '0;
      swept_q <= '0;
      sweeping_q <= 1'b0;
      sweep_q <= '0;
      zero_q <= 1'b1;
      written_q <= 1'b0;
      cleared_q <= 1'b0;
      table_asked_q <= 1'b0;
      verdict_here_q <= 1'b0;
      wrong_q <= 1'b0;
      forwards_q <= 1'b0;
      punt_known_q <= 1'b0;
    end else begin
      if (start_i && !busy_q) begin
        busy_q <= 1'b1;
        operation_q <= operation_i;
        operation_direction_q <= operation_direction_i;
        result_q <= '0;
      end
      if (zeroize_i) zero_q <= 1'b1;
      if (zeroize_i || finish) written_q <= 1'b0;
      else if (mail_write_i && !busy_q && mail_word_i == 8'd0) written_q <= 1'b1;
      if (wrong_i) wrong_q <= 1'b1;
      if (verdict_valid_i) begin
        verdict_here_q <= 1'b1;
        verdict_q <= verdict_i;
      end
      if (key_update_i) begin
        updates_q[key_update_direction_i] <= 1'b1;
        if (key_update_direction_i) side1_q.generation <= side1_q.generation + 32'd1;
        else side0_q.generation <= side0_q.generation + 32'd1;
      end

      unique case (state_q)
        StIdle: begin
          frame_done_q <= 1'b0;
          closing_q <= 1'b0;
          gone_q <= 1'b0;
          beat_q <= '0;
          step_q <= '0;
          updates_q <= '0;
          verdict_here_q <= 1'b0;
          wrong_q <= 1'b0;
          table_asked_q <= 1'b0;
          index_q <= index;
          if (zero_q) begin
            task_q <= TaskZero;
            if (engine_empty_i) state_q <= StZero;
          end else if (busy_q) begin
            task_q <= TaskCommand;
            state_q <= StLoad;
          end else if (frame_valid_i && !frame_done_q) begin
            task_q <= TaskFrame;
            state_q <= StLoad;
          end else if (sweeping_q || (due && live_q != '0)) begin
            task_q <= TaskSweep;
            sweeping_q <= 1'b1;
            if (!sweeping_q) swept_q <= time_ms_i >> SweepLog2;
            if (live_q[sweep_q]) state_q <= StLoad;
            else begin
              sweep_q <= sweep_q + 1'b1;
              if (sweep_q == '1) sweeping_q <= 1'b0;
            end
          end else if (due) begin
            swept_q <= time_ms_i >> SweepLog2;
          end
        end

        StLoad: begin
          {row_q, side1_q, side0_q} <= stored;
          unique case (task_q)
            TaskFrame: state_q <= StJudge;
            TaskCommand: state_q <= StCommand;
            default: state_q <= StSweep;
          endcase
        end

        StJudge: begin
          forwards_q <= 1'b0;
          drop_reason_q <= vitrine_pkg::DropRule;
          punt_known_q <= 1'b0;
          punt_id_q <= '0;
          state_q <= StBeats;
          if (!run_i || shut_i) begin
            drop_reason_q <= vitrine_pkg::DropNotReady;
          end else if (parsed.kind == vitrine_pkg::KindMalformed) begin
            drop_reason_q <= vitrine_pkg::DropMalformed;
          end else if (reopens) begin
            // The ports are used again: a new connection, which the rules judge once the old entry is gone.
            state_q <= StErase;
          end else if (found && row_q.spliced) begin
            row_q.seen_ms <= time_ms_i;
            if (row_q.failed || ended_new) begin
              if (dead_second) begin
                row_q.dead_ms <= time_ms_i;
                side0_q.dead_acknowledgement <= '0;
                side0_q.dead_advanced <= '0;
                side0_q.dead_repeated <= '0;
                side1_q.dead_acknowledgement <= '0;
                side1_q.dead_advanced <= '0;
                side1_q.dead_repeated <= '0;
              end
              if (direction) side1_q <= dead_own;
              else side0_q <= dead_own;
              punt_id_q <= row_q.id;
              punt_reason_q <= vitrine_pkg::PuntDeadFlow;
              drop_reason_q <= 5'(vitrine_pkg::DropFlowDead);
              if (dead_allowed) state_q <= StPuntHead;
            end else begin
              state_q <= StSplice;
            end
          end else if (found) begin
            row_q.seen_ms <= time_ms_i;
            if (direction) {side1_q, side0_q} <= {plain_own, plain_other};
            else {side0_q, side1_q} <= {plain_own, plain_other};
            if (plain_ended && !row_q.closed) begin
              closing_q <= 1'b1;
              row_q.close_reason <= plain_reset ? 4'(vitrine_pkg::CloseReset) : 4'(vitrine_pkg::CloseFin);
              row_q.close_direction <= direction;
              row_q.close_record <= '0;
            end
            punt_id_q <= row_q.id;
            punt_reason_q <= vitrine_pkg::PuntFlow;
            forwards_q <= row_q.action == vitrine_pkg::ActionForward;
            if (row_q.action == vitrine_pkg::ActionPunt) state_q <= StPuntHead;
          end else begin
            punt_reason_q <= parsed.kind == vitrine_pkg::KindFragment ? vitrine_pkg::PuntFragment :
                             parsed.kind == vitrine_pkg::KindExtensionHeader ? vitrine_pkg::PuntExtensionHeader :
                             vitrine_pkg::PuntRule;
            forwards_q <= frame_i.action == vitrine_pkg::ActionForward;
            if (frame_i.action == vitrine_pkg::ActionPunt) state_q <= StPuntHead;
          end
        end

        StBeats: if (ends) begin
          frame_done_q <= 1'b1;
          state_q <= closing_q ? StKeyEvent : StStore;
        end
        StPuntHead: if (punt_ready_i) state_q <= StPuntBeats;
        StPuntBeats: begin
          if (!punt_known_q) begin
            punt_known_q <= 1'b1;
            punt_stored_q <= punt_stored_i;
          end
          if (ends) begin
            frame_done_q <= 1'b1;
            state_q <= closing_q ? StKeyEvent : StStore;
          end
        end
        StSplice: if (ends) state_q <= StVerdict;
        StVerdict: begin
          frame_done_q <= 1'b1;
          if (wrong_q) begin
            state_q <= StStore;
          end else if (verdict_here_q) begin
            if (direction) {side1_q, side0_q} <= {spliced_own, spliced_other};
            else {side0_q, side1_q} <= {spliced_own, spliced_other};
            if (verdict_q.closes && !row_q.closed) begin
              closing_q <= 1'b1;
              row_q.close_reason <= 4'(verdict_q.close_reason);
              row_q.close_direction <= direction;
              row_q.close_record <= verdict_q.counted;
            end
            state_q <= StKeyEvent;
          end
        end

        StKeyEvent: begin
          if (updates_q == '0) begin
            state_q <= closing_q ? StClosed : StStore;
            beat_q <= '0;
            if (closing_q) begin
              row_q.closed <= 1'b1;
              row_q.seen_ms <= time_ms_i;  // the linger begins
              row_q.failed <= row_q.spliced && row_q.close_reason > 4'd1;
            end
          end else if (!event_fits_i || punt_ready_i) begin
            updates_q[update_direction] <= 1'b0;
          end
        end
        StClosed: begin
          if (beat_q == 2'd0 && !event_fits_i) begin
            row_q.owed <= 1'b1;
            state_q <= StStore;
          end else if (punt_ready_i) begin
            row_q.owed <= 1'b0;
            beat_q <= beat_q + 1'b1;
            if (beat_q == 2'd2) state_q <= StStore;
          end
        end
        StStore: begin
          state_q <= StIdle;
          if (task_q == TaskSweep) begin
            sweep_q <= sweep_q + 1'b1;
            if (sweep_q == '1) sweeping_q <= 1'b0;
          end
          if (task_q == TaskZero) begin
            index_q <= index_q + 1'b1;
            closing_q <= 1'b0;
            beat_q <= '0;
            state_q <= StLoad;
            if (index_q == '1) begin
              zero_q <= zeroize_i;
              zeroized_o <= 1'b1;
              cleared_q <= 1'b1;
              state_q <= StIdle;
            end
          end
          if (task_q == TaskCommand) state_q <= StInsert;
        end

        StErase: begin
          if (table_taken_i) table_asked_q <= 1'b1;
          if (table_done_i) state_q <= StGone;
        end
        StGone: begin
          live_q[index_q] <= 1'b0;
          count_q <= count_q - 32'd1;
          row_q.closed <= 1'b0;
          gone_q <= 1'b1;
          state_q <= row_q.spliced ? StClose : task_q == TaskFrame ? StJudge : task_q == TaskCommand ? StReply : StIdle;
          if (task_q == TaskSweep) begin
            sweep_q <= sweep_q + 1'b1;
            if (sweep_q == '1) sweeping_q <= 1'b0;
          end
        end
        StClose: if (command_ready_i) begin
          if (!gone_q) state_q <= StKeyEvent;
          else state_q <= task_q == TaskFrame ? StJudge : task_q == TaskCommand ? StReply : StIdle;
        end

        StCommand: begin
          step_q <= '0;
          state_q <= StReply;
          if (!written_q) begin
            result_q <= 4'd5;
          end else unique case (operation_q)
            4'd1: begin
              if (!mail_known || !table_ready_i || (mail_spliced && 32'(mail_index) >= Contexts)) begin
                result_q <= 4'd3;
              end else if (live_q[index_q]) begin
                result_q <= 4'd2;
              end else if (mail_spliced && mail_strict) begin
                result_q <= 4'd1;  // it cannot hold records back
              end else begin
                row_q <= '0;
                side0_q <= '0;
                side1_q <= '0;
                row_q.spliced <= mail_spliced;
                row_q.action <= mail_action;
                row_q.id <= mail_id;
                row_q.key <= mail_key;
                row_q.idle_ms <= mail_idle;
                row_q.seen_ms <= time_ms_i;
                row_q.dead_ms <= time_ms_i - 32'd1000;
                live_q[index_q] <= 1'b1;
                count_q <= count_q + 32'd1;
                state_q <= mail_spliced ? StKeys : StStore;
              end
            end
            4'd2, 4'd4: begin
              if (!mail_known || !live_q[index_q] || row_q.id != mail_id) begin
                result_q <= 4'd4;
              end else begin
                stats_q <= stats;
                if (operation_q == 4'd2) state_q <= StErase;
              end
            end
            4'd3: begin
              if (!mail_known || !live_q[index_q] || row_q.id != mail_id) result_q <= 4'd4;
              else if (row_q.closed) result_q <= 4'd5;
              else if (!row_q.spliced) result_q <= 4'd1;
              else state_q <= StUpdate;
            end
            default: result_q <= 4'd1;
          endcase
        end
        StKeys: begin
          step_q <= step_q + 1'b1;
          if (step_q == 3'd7) state_q <= StOpen;
        end
        StOpen: if (command_valid_o && command_ready_i) begin
          step_q <= step_q + 1'b1;
          if (!step_q[0]) begin
            side0_q.sequence_delta <= mail_open.sequence_delta;
            side0_q.timestamp_delta <= mail_timestamp;
            side0_q.next_sequence <= mail_open.first_sequence;
            side0_q.acknowledged <= mail_open.first_sequence;
            side1_q.last_acknowledgement <= mail_open.first_sequence + mail_open.sequence_delta;
          end else begin
            side1_q.sequence_delta <= mail_open.sequence_delta;
            side1_q.timestamp_delta <= mail_timestamp;
            side1_q.next_sequence <= mail_open.first_sequence;
            side1_q.acknowledged <= mail_open.first_sequence;
            side0_q.last_acknowledgement <= mail_open.first_sequence + mail_open.sequence_delta;
            state_q <= StStore;
          end
        end
        StInsert: begin
          if (table_taken_i) table_asked_q <= 1'b1;
          if (table_done_i) begin
            state_q <= StReply;
            if (table_status_i != vitrine_pkg::FlowOk) begin
              result_q <= table_status_i == vitrine_pkg::FlowExists ? 4'd2 : 4'd3;
              live_q[index_q] <= 1'b0;
              count_q <= count_q - 32'd1;
              gone_q <= 1'b1;
              if (row_q.spliced) state_q <= StClose;
            end
          end
        end
        StUpdate: if (command_ready_i) begin
          if (!keys_taken_i) result_q <= 4'd3;
          state_q <= StReply;
        end
        StReply: begin
          busy_q <= 1'b0;
          state_q <= StIdle;
        end

        StSweep: begin
          state_q <= StStore;
          if (task_q == TaskZero) begin
            if (live_q[index_q] && row_q.spliced && !row_q.failed) begin
              if (row_q.closed) begin
                row_q.failed <= 1'b1;
              end else begin
                closing_q <= 1'b1;
                row_q.close_reason <= vitrine_pkg::CloseZeroized;
                row_q.close_direction <= 1'b0;
                row_q.close_record <= '0;
                state_q <= StKeyEvent;
              end
            end
          end else if (!row_q.closed) begin
            if (silent >= row_q.idle_ms) begin
              closing_q <= 1'b1;
              row_q.close_reason <= vitrine_pkg::CloseIdle;
              row_q.close_direction <= 1'b0;
              row_q.close_record <= '0;
              state_q <= row_q.spliced ? StClose : StKeyEvent;
            end
          end else if (row_q.owed) begin
            state_q <= StClosed;
          end else if (silent >= (row_q.failed ? 32'(5 * LingerMs) : 32'(LingerMs))) begin
            state_q <= StErase;
          end
        end
        StZero: state_q <= StClearing;
        StClearing: if (!clearing_i) begin
          index_q <= '0;
          state_q <= StLoad;
        end
        default: state_q <= StIdle;
      endcase
    end
  end

  logic unused;
  assign unused = &{1'b0, frame_i, to_nowhere, verdict_q, punt_dropped_i};

  if (Connections < Contexts) begin : g_illegal
    $fatal(1, "track_core: a context needs a connection");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(verdict_valid_i || wrong_i || key_update_i) || state_q == StSplice || state_q == StVerdict);
      assert (!moved || state_q == StBeats || state_q == StSplice || state_q == StPuntBeats);
      assert (state_q != StPuntBeats || punt_known_q || punt_stored_i != punt_dropped_i);
      // SEC: a frame meets a connection only after all of its entry is there.
      assert (state_q != StSplice || live_q[index_q]);
      // SEC: no keys are written while the engine clears itself.
      assert (!key_write_o || !clearing_i);
      assert (!table_done_i || state_q == StInsert || state_q == StErase);
    end
  end
`endif
endmodule
