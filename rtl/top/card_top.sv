// The whole card: ports, registers and the host's memory outside, every room inside. Wiring only.
//
//   port_in, port_in, inject ("as received") -> port_merge -> decide_frames (parse, flow table, rules)
//     -> track_core -> egress | nowhere | punt ring | record engine -> egress;  inject ("egress") -> egress
// One clock. time_ms_i is the card's idea of time in milliseconds, which a board divides from its clock and a simulation
// gives. idle_o: nothing is under way inside; a few clocks of it in a row mean that only a call can change anything.
module card_top #(
  parameter int unsigned Lanes           = 1,
  parameter int unsigned ConnectionsLog2 = 8,   // connections
  parameter int unsigned ContextsLog2    = 5,   // of them may be spliced
  parameter int unsigned RulesLog2       = 8,
  parameter int unsigned TableIndexBits  = 8,   // of a flow table's bank; 4 banks and an annex
  parameter int unsigned TableAnnexBits  = 6,
  parameter int unsigned Slots           = 8,   // records in flight a direction
  parameter int unsigned LingerMs        = 1000
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [31:0]  time_ms_i,
  output logic         interrupt_o,
  output logic         idle_o,
  // MACs: 0 inside, 1 outside.
  input  logic [1:0]    mac_in_valid_i,
  input  logic [511:0]  mac_in_data0_i,
  input  logic [511:0]  mac_in_data1_i,
  input  logic [6:0]    mac_in_bytes0_i,
  input  logic [6:0]    mac_in_bytes1_i,
  input  logic [1:0]    mac_in_last_i,
  input  logic [1:0]    mac_in_error_i,
  output logic [1:0]    mac_out_valid_o,
  input  logic [1:0]    mac_out_ready_i,
  output logic [511:0]  mac_out_data0_o,
  output logic [511:0]  mac_out_data1_o,
  output logic [6:0]    mac_out_bytes0_o,
  output logic [6:0]    mac_out_bytes1_o,
  output logic [1:0]    mac_out_last_o,
  // Registers: AXI4-Lite.
  input  logic         s_awvalid_i,
  output logic         s_awready_o,
  input  logic [15:0]  s_awaddr_i,
  input  logic         s_wvalid_i,
  output logic         s_wready_o,
  input  logic [31:0]  s_wdata_i,
  input  logic [3:0]   s_wstrb_i,
  output logic         s_bvalid_o,
  input  logic         s_bready_i,
  output logic [1:0]   s_bresp_o,
  input  logic         s_arvalid_i,
  output logic         s_arready_o,
  input  logic [15:0]  s_araddr_i,
  output logic         s_rvalid_o,
  input  logic         s_rready_i,
  output logic [31:0]  s_rdata_o,
  output logic [1:0]   s_rresp_o,
  // The host's memory: AXI4, as punt_rings says.
  output logic         awvalid_o,
  input  logic         awready_i,
  output logic         awid_o,
  output logic [63:0]  awaddr_o,
  output logic [7:0]   awlen_o,
  output logic         wvalid_o,
  input  logic         wready_i,
  output logic [511:0] wdata_o,
  output logic         wlast_o,
  input  logic         bvalid_i,
  output logic         bready_o,
  input  logic         bid_i,
  input  logic [1:0]   bresp_i,
  output logic         arvalid_o,
  input  logic         arready_i,
  output logic         arid_o,
  output logic [63:0]  araddr_o,
  output logic [7:0]   arlen_o,
  input  logic         rvalid_i,
  output logic         rready_o,
  input  logic         rid_i,
  input  logic [511:0] rdata_i,
  input  logic [1:0]   rresp_i
);
  localparam int unsigned Connections = 2 ** ConnectionsLog2;
  localparam int unsigned Contexts = 2 ** ContextsLog2;
  localparam int unsigned Rules = 2 ** RulesLog2;
  localparam int unsigned SliceBits = RulesLog2 - 5;
  localparam int unsigned Registers = csr_regs_pkg::NumRegisters;

  // ---- Registers. ----
  logic [32*Registers-1:0] signals;
  logic [32*Registers-1:0] sets;
  logic [32*Registers-1:0] value;
  logic [Registers-1:0] written;
  logic [31:0] written_data;
  logic [3:0] unused_strobe;
  logic [13:0] written_word;
  logic [1:0] window_written;
  csr_regs u_regs (
    .clk_i, .rst_ni, .awvalid_i(s_awvalid_i), .awready_o(s_awready_o), .awaddr_i(s_awaddr_i), .wvalid_i(s_wvalid_i),
    .wready_o(s_wready_o), .wdata_i(s_wdata_i), .wstrb_i(s_wstrb_i), .bvalid_o(s_bvalid_o), .bready_i(s_bready_i),
    .bresp_o(s_bresp_o), .arvalid_i(s_arvalid_i), .arready_o(s_arready_o), .araddr_i(s_araddr_i),
    .rvalid_o(s_rvalid_o), .rready_i(s_rready_i), .rdata_o(s_rdata_o), .rresp_o(s_rresp_o), .signal_i(signals),
    .set_i(sets), .value_o(value), .written_o(written), .written_data_o(written_data),
    .written_strobe_o(unused_strobe), .written_word_o(written_word), .window_written_o(window_written), .interrupt_o
  );
  logic run;
  logic ready;
  logic host_lost;
  logic host_lost_pulse;
  logic [31:0] silence;
  assign run = value[32*csr_regs_pkg::ControlControl] && ready;
  csr_silence u_silence (
    .clk_i, .rst_ni, .time_ms_i,
    .beat_i(written[csr_regs_pkg::HeartbeatBeat] || written[csr_regs_pkg::HeartbeatLimit]),
    .limit_i(value[32*csr_regs_pkg::HeartbeatLimit+:32]), .age_o(silence), .lost_o(host_lost),
    .lost_pulse_o(host_lost_pulse)
  );

  // ---- Frames in. ----
  logic [2:0] from_valid;
  logic [2:0] from_ready;
  logic [2:0] from_last;
  logic [1:0] unused_received;
  logic [1:0] missed;
  logic [1:0] refused;
  logic [511:0] in0_data;
  logic [511:0] in1_data;
  logic [6:0] in0_bytes;
  logic [6:0] in1_bytes;
  port_in #(.Depth(1024), .MaxBeats(255)) u_in0 (
    .clk_i, .rst_ni, .in_valid_i(mac_in_valid_i[0]), .in_data_i(mac_in_data0_i), .in_bytes_i(mac_in_bytes0_i),
    .in_last_i(mac_in_last_i[0]), .in_error_i(mac_in_error_i[0]), .out_valid_o(from_valid[0]),
    .out_ready_i(from_ready[0]), .out_data_o(in0_data), .out_bytes_o(in0_bytes), .out_last_o(from_last[0]),
    .received_o(unused_received[0]), .missed_o(missed[0]), .refused_o(refused[0])
  );
  port_in #(.Depth(1024), .MaxBeats(255)) u_in1 (
    .clk_i, .rst_ni, .in_valid_i(mac_in_valid_i[1]), .in_data_i(mac_in_data1_i), .in_bytes_i(mac_in_bytes1_i),
    .in_last_i(mac_in_last_i[1]), .in_error_i(mac_in_error_i[1]), .out_valid_o(from_valid[1]),
    .out_ready_i(from_ready[1]), .out_data_o(in1_data), .out_bytes_o(in1_bytes), .out_last_o(from_last[1]),
    .received_o(unused_received[1]), .missed_o(missed[1]), .refused_o(refused[1])
  );
  logic inject_valid;
  logic inject_ready;
  logic [511:0] inject_data;
  logic [6:0] inject_bytes;
  logic inject_last;
  logic inject_how;
  logic inject_port;
  logic [1:0] injected_ready;
  assign from_valid[2] = inject_valid && inject_how;
  assign from_last[2] = inject_last;
  logic inject_turn;  // a frame for egress overtakes no injected one before it
  assign inject_ready = inject_how ? from_ready[2] : injected_ready[inject_port] && inject_turn;
  logic merged_valid;
  logic merged_ready;
  logic merged_last;
  logic [520:0] merged;
  port_merge #(.Inputs(3), .Width(521)) u_merge (
    .clk_i, .rst_ni, .in_valid_i(from_valid), .in_ready_o(from_ready),
    .in_data_i({1'b1, inject_port, inject_bytes, inject_data, 1'b0, 1'b1, in1_bytes, in1_data,
                1'b0, 1'b0, in0_bytes, in0_data}),
    .in_last_i(from_last), .out_valid_o(merged_valid), .out_ready_i(merged_ready), .out_data_o(merged),
    .out_last_o(merged_last)
  );

  // ---- What is known of them. ----
  logic table_ready;
  logic flow_lookup;
  logic rules_lookup;
  vitrine_pkg::flow_key_t key;
  vitrine_pkg::frame_kind_t kind;
  logic unused_flow_valid;
  logic flow_hit;
  logic [15:0] flow_index;
  logic unused_rules_valid;
  logic unused_rules_hit;
  logic [RulesLog2-1:0] unused_rule;
  logic [31:0] unused_version;
  vitrine_pkg::action_t rule_action;
  logic frame_valid;
  logic frame_ready;
  vitrine_pkg::decide_frame_t frame;
  logic beat_valid;
  logic beat_ready;
  logic [511:0] beat;
  logic [6:0] beat_bytes;
  logic beat_last;
  logic decide_idle;
  decide_frames #(.Beats(512)) u_decide (
    .clk_i, .rst_ni, .in_valid_i(merged_valid), .in_ready_o(merged_ready), .in_data_i(merged[511:0]),
    .in_bytes_i(merged[518:512]), .in_last_i(merged_last), .in_outside_i(merged[519]), .in_injected_i(merged[520]),
    .table_ready_i(table_ready), .flow_valid_o(flow_lookup), .rules_valid_o(rules_lookup), .key_o(key), .kind_o(kind),
    .flow_hit_i(flow_hit), .flow_index_i(flow_index), .rule_action_i(rule_action), .frame_valid_o(frame_valid),
    .frame_ready_i(frame_ready), .frame_o(frame), .out_valid_o(beat_valid), .out_ready_i(beat_ready),
    .out_data_o(beat), .out_bytes_o(beat_bytes), .out_last_o(beat_last), .idle_o(decide_idle)
  );
  logic table_valid;
  logic table_taken;
  vitrine_pkg::flow_op_t table_op;
  vitrine_pkg::flow_key_t table_key;
  logic [15:0] table_value;
  logic table_done;
  vitrine_pkg::flow_status_t table_status;
  logic [15:0] unused_done_value;
  logic [TableIndexBits+2:0] unused_table_count;
  logic [7:0] unused_stash;
  flow_table #(.ValueBits(16), .IndexBits(TableIndexBits), .AnnexBits(TableAnnexBits)) u_flows (
    .clk_i, .rst_ni, .seed_write_i(written[csr_regs_pkg::FlowsSeed]), .seed_word_i(written_data),
    .ready_o(table_ready), .lookup_valid_i(flow_lookup), .lookup_key_i(key), .result_valid_o(unused_flow_valid),
    .result_hit_o(flow_hit), .result_value_o(flow_index), .command_valid_i(table_valid),
    .command_ready_o(table_taken), .command_op_i(table_op), .command_key_i(table_key), .command_value_i(table_value),
    .done_o(table_done), .done_status_o(table_status), .done_value_o(unused_done_value), .count_o(unused_table_count),
    .stash_used_o(unused_stash)
  );
  logic load_valid;
  logic load_ready;
  logic [SliceBits-1:0] load_slice;
  logic [6:0] load_chunk;
  logic [4:0] load_row;
  logic [31:0] load_data;
  logic commit_valid;
  logic [SliceBits:0] commit_slices;
  logic rules_busy;
  logic rules_done;
  logic [3:0] rules_result;
  logic [31:0] active_version;
  rules_mailbox #(.Rules(Rules)) u_rules_mailbox (
    .clk_i, .rst_ni, .write_i(window_written[csr_regs_pkg::RuleMailbox]), .word_i(written_word[4:0]),
    .data_i(written_data), .start_i(written[csr_regs_pkg::RulesCommand]), .operation_i(written_data[3:0]),
    .index_i(written_data[31:16]), .busy_o(rules_busy), .done_o(rules_done), .result_o(rules_result),
    .load_valid_o(load_valid), .load_ready_i(load_ready), .load_slice_o(load_slice), .load_chunk_o(load_chunk),
    .load_row_o(load_row), .load_data_o(load_data), .commit_valid_o(commit_valid), .commit_slices_o(commit_slices)
  );
  vitrine_pkg::action_t otherwise;
  assign otherwise = value[32*csr_regs_pkg::RulesOtherwise+:2] == 2'd0 ? vitrine_pkg::ActionForward
                     : value[32*csr_regs_pkg::RulesOtherwise+:2] == 2'd1 ? vitrine_pkg::ActionDrop
                     : value[32*csr_regs_pkg::RulesOtherwise+:2] == 2'd2 ? vitrine_pkg::ActionPunt : vitrine_pkg::ActionSplice;
  rules_table #(.Rules(Rules)) u_rules (
    .clk_i, .rst_ni, .lookup_valid_i(rules_lookup), .lookup_kind_i(kind), .lookup_key_i(key),
    .result_valid_o(unused_rules_valid), .result_hit_o(unused_rules_hit), .result_rule_o(unused_rule),
    .result_action_o(rule_action), .result_version_o(unused_version), .load_valid_i(load_valid),
    .load_ready_o(load_ready), .load_slice_i(load_slice), .load_chunk_i(load_chunk), .load_row_i(load_row),
    .load_data_i(load_data), .commit_valid_i(commit_valid), .commit_slices_i(commit_slices),
    .commit_otherwise_i(otherwise),
    .commit_version_i(value[32*csr_regs_pkg::RulesVersion+:32]), .version_o(active_version)
  );

  // ---- What becomes of them. ----
  logic [2:0] out_ready0;
  logic [2:0] out_ready1;
  logic zeroizing;
  logic zeroized;
  logic engine_zeroize;
  logic engine_clearing;
  logic [1:0] forward_valid;
  logic engine_valid;
  logic engine_ready;
  vitrine_pkg::tcp_layout_t layout;
  vitrine_pkg::record_segment_t segment;
  vitrine_pkg::tcp_edit_t edit;
  logic punt_valid;
  logic punt_ready;
  logic punt_made;
  logic [511:0] made;
  logic punt_last;
  logic punt_keep;
  logic event_fits;
  logic punt_stored;
  logic punt_dropped;
  logic wrong;
  logic verdict_valid;
  vitrine_pkg::record_verdict_t verdict;
  logic key_update;
  logic key_update_direction;
  logic [ContextsLog2-1:0] unused_key_update_context;
  logic key_write;
  logic [ContextsLog2+2:0] key_index;
  vitrine_pkg::record_keys_t keys;
  logic command_valid;
  logic command_ready;
  logic [1:0] command;
  logic command_direction;
  logic command_tls12;
  vitrine_pkg::record_open_t command_open;
  logic [15:0] command_context;
  logic [1:0] command_tap_mode;
  logic [31:0] command_tap_bytes;
  logic [63:0] command_flow;
  logic tap_quiet;
  logic keys_taken;
  logic [1:0] keys_generation;
  logic sends_valid;
  logic sends_port;
  logic [1:0] sends_origin;
  logic spliced_waits;
  logic flow_busy;
  logic flow_done;
  logic [3:0] flow_result;
  logic [1023:0] flow_stats;
  logic [31:0] flow_count;
  logic flow_full;
  logic outcome_valid;
  vitrine_pkg::outcome_t outcome;
  logic cut;
  logic event_lost;
  logic track_idle;
  track_core #(
    .Connections(Connections), .Contexts(Contexts), .LingerMs(LingerMs)
  ) u_track (
    .clk_i, .rst_ni, .time_ms_i, .run_i(run),
    .shut_i(host_lost && !value[32*csr_regs_pkg::ControlControl+csr_regs_pkg::ControlControlFailOpenLow]),
    .table_ready_i(table_ready),
    .zeroize_i(host_lost_pulse || (written[csr_regs_pkg::ControlZeroize] && written_data[0])),
    .zeroizing_o(zeroizing), .zeroized_o(zeroized), .ready_o(ready), .engine_zeroize_o(engine_zeroize),
    .clearing_i(engine_clearing), .frame_valid_i(frame_valid), .frame_ready_o(frame_ready), .frame_i(frame),
    .in_valid_i(beat_valid), .in_ready_o(beat_ready), .in_last_i(beat_last), .egress_valid_o(forward_valid),
    .egress_ready_i({out_ready1[0], out_ready0[0]}),
    .engine_valid_o(engine_valid), .engine_ready_i(engine_ready), .layout_o(layout), .segment_o(segment),
    .edit_o(edit), .punt_valid_o(punt_valid), .punt_ready_i(punt_ready), .punt_made_o(punt_made), .made_o(made),
    .punt_last_o(punt_last), .punt_keep_o(punt_keep), .event_fits_i(event_fits), .punt_stored_i(punt_stored),
    .punt_dropped_i(punt_dropped), .wrong_i(wrong), .verdict_valid_i(verdict_valid), .verdict_i(verdict),
    .key_update_i(key_update), .key_update_direction_i(key_update_direction), .key_write_o(key_write),
    .key_index_o(key_index), .key_o(keys), .command_valid_o(command_valid), .command_ready_i(command_ready),
    .command_o(command), .command_direction_o(command_direction), .command_tls12_o(command_tls12),
    .command_open_o(command_open), .command_context_o(command_context),
    .command_tap_mode_o(command_tap_mode), .command_tap_bytes_o(command_tap_bytes), .command_flow_o(command_flow),
    .tap_quiet_i(tap_quiet), .keys_taken_i(keys_taken),
    .keys_generation_i(keys_generation), .sends_valid_o(sends_valid), .sends_port_o(sends_port),
    .sends_origin_o(sends_origin), .engine_empty_i(!spliced_waits), .table_valid_o(table_valid),
    .table_taken_i(table_taken), .table_op_o(table_op), .table_key_o(table_key), .table_value_o(table_value),
    .table_done_i(table_done), .table_status_i(table_status),
    .mail_write_i(window_written[csr_regs_pkg::FlowMailbox]), .mail_word_i(written_word[7:0]),
    .mail_data_i(written_data), .start_i(written[csr_regs_pkg::FlowsCommand]), .operation_i(written_data[3:0]),
    .operation_direction_i(written_data[4]), .busy_o(flow_busy), .done_o(flow_done), .result_o(flow_result),
    .stats_o(flow_stats), .count_o(flow_count), .full_o(flow_full), .outcome_valid_o(outcome_valid),
    .outcome_o(outcome), .cut_o(cut), .event_lost_o(event_lost), .idle_o(track_idle)
  );

  logic sealed_valid;
  logic [511:0] sealed;
  logic [6:0] sealed_bytes;
  logic sealed_last;
  logic sealed_port;
  logic [1:0] sealed_origin;
  logic sealed_ready;
  logic tap_valid;
  logic tap_ready;
  logic [511:0] tap_beat;
  logic tap_last;
  logic tap_lost;
  record_engine #(.Contexts(Contexts), .Slots(Slots), .Lanes(Lanes)) u_record (
    .clk_i, .rst_ni, .zeroize_i(engine_zeroize), .key_write_i(key_write), .key_index_i(key_index),
    .key_i(keys), .command_valid_i(command_valid), .command_ready_o(command_ready), .command_i(command),
    .command_context_i(command_context), .command_direction_i(command_direction), .command_tls12_i(command_tls12),
    .command_open_i(command_open), .keys_taken_o(keys_taken), .keys_generation_o(keys_generation),
    .in_valid_i(engine_valid), .in_ready_o(engine_ready), .in_data_i(beat), .in_bytes_i(beat_bytes),
    .in_last_i(beat_last), .layout_i(layout), .segment_i(segment), .edit_i(edit), .out_valid_o(sealed_valid),
    .out_ready_i(sealed_ready), .out_data_o(sealed), .out_bytes_o(sealed_bytes), .out_last_o(sealed_last),
    .wrong_o(wrong), .verdict_valid_o(verdict_valid), .verdict_o(verdict), .key_update_valid_o(key_update),
    .key_update_context_o(unused_key_update_context), .key_update_direction_o(key_update_direction),
    .clearing_o(engine_clearing), .command_tap_mode_i(command_tap_mode), .command_tap_bytes_i(command_tap_bytes),
    .tap_valid_o(tap_valid), .tap_ready_i(tap_ready), .tap_data_o(tap_beat), .tap_last_o(tap_last),
    .tap_lost_o(tap_lost)
  );
  logic [511:0] named_beat;
  tap_names #(.Contexts(Contexts)) u_names (
    .clk_i, .rst_ni, .name_write_i(command_valid && command_ready && command == 2'd0 && !command_direction),
    .name_context_i(command_context[ContextsLog2-1:0]), .name_flow_i(command_flow), .quiet_o(tap_quiet),
    .in_valid_i(tap_valid), .in_ready_i(tap_ready), .in_data_i(tap_beat), .in_last_i(tap_last),
    .out_data_o(named_beat)
  );
  // Where the engine's next frames go, in order.
  logic sends_room;
  logic [6:0] unused_sends;
  prim_fifo #(.Width(3), .Depth(64)) u_sends (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(sends_valid), .push_ready_o(sends_room),
    .push_data_i({sends_port, sends_origin}), .pop_valid_o(spliced_waits),
    .pop_ready_i(sealed_valid && sealed_ready && sealed_last), .pop_data_o({sealed_port, sealed_origin}),
    .count_o(unused_sends)
  );

  // Injected frames on their way as if received: until they are judged, or have left the record engine.
  logic [7:0] injected_q;
  logic sent_q;
  logic injected_in;
  logic injected_judged;
  logic injected_sealed;
  assign injected_in = inject_valid && inject_how && from_ready[2] && inject_last;
  assign injected_judged = frame_valid && frame_ready && frame.origin == 2'd2 && !sent_q;
  assign injected_sealed = sealed_valid && sealed_ready && sealed_last && sealed_origin == 2'd2;
  assign inject_turn = injected_q == '0;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      injected_q <= '0;
      sent_q <= 1'b0;
    end else begin
      injected_q <= injected_q + 8'(injected_in) - 8'(injected_judged) - 8'(injected_sealed);
      if (frame_ready) sent_q <= 1'b0;
      else if (sends_valid) sent_q <= 1'b1;
    end
  end

  // ---- Frames out: forwarded, spliced, injected. ----
  logic [2:0] out_valid0;
  logic [2:0] out_valid1;
  logic [14:0] out_tags;
  assign out_valid0 = {inject_valid && !inject_how && inject_turn && !inject_port, sealed_valid && spliced_waits && !sealed_port,
                       forward_valid[0]};
  assign out_valid1 = {inject_valid && !inject_how && inject_turn && inject_port, sealed_valid && spliced_waits && sealed_port,
                       forward_valid[1]};
  assign out_tags = {3'd4, 2'd2, 3'd1, sealed_origin, 3'd0, frame.origin};
  assign injected_ready = {out_ready1[2], out_ready0[2]};
  assign sealed_ready = spliced_waits && (sealed_port ? out_ready1[1] : out_ready0[1]);
  logic [1:0] out_done;
  logic [1:0] out_sent;
  logic [4:0] done_tag0;
  logic [4:0] done_tag1;
  port_out #(.Inputs(3), .Depth(1024), .MaxBeats(255), .TagBits(5)) u_out0 (
    .clk_i, .rst_ni, .in_valid_i(out_valid0), .in_ready_o(out_ready0), .in_data_i({inject_data, sealed, beat}),
    .in_bytes_i({inject_bytes, sealed_bytes, beat_bytes}), .in_last_i({inject_last, sealed_last, beat_last}),
    .in_tag_i(out_tags), .out_valid_o(mac_out_valid_o[0]), .out_ready_i(mac_out_ready_i[0]),
    .out_data_o(mac_out_data0_o), .out_bytes_o(mac_out_bytes0_o), .out_last_o(mac_out_last_o[0]),
    .done_o(out_done[0]), .sent_o(out_sent[0]), .done_tag_o(done_tag0)
  );
  port_out #(.Inputs(3), .Depth(1024), .MaxBeats(255), .TagBits(5)) u_out1 (
    .clk_i, .rst_ni, .in_valid_i(out_valid1), .in_ready_o(out_ready1), .in_data_i({inject_data, sealed, beat}),
    .in_bytes_i({inject_bytes, sealed_bytes, beat_bytes}), .in_last_i({inject_last, sealed_last, beat_last}),
    .in_tag_i(out_tags), .out_valid_o(mac_out_valid_o[1]), .out_ready_i(mac_out_ready_i[1]),
    .out_data_o(mac_out_data1_o), .out_bytes_o(mac_out_bytes1_o), .out_last_o(mac_out_last_o[1]),
    .done_o(out_done[1]), .sent_o(out_sent[1]), .done_tag_o(done_tag1)
  );
  logic [19:0] out_outcomes;
  assign out_outcomes[9:0] = out_sent[0] ? {done_tag0, 5'd0} :
    {done_tag0[4] ? 3'd5 : 3'd2, done_tag0[1:0], vitrine_pkg::DropEgressFull};
  assign out_outcomes[19:10] = out_sent[1] ? {done_tag1, 5'd0} :
    {done_tag1[4] ? 3'd5 : 3'd2, done_tag1[1:0], vitrine_pkg::DropEgressFull};

  // ---- The host's memory. ----
  logic punt_put;
  logic tap_put;
  logic inject_taken;
  logic dma_error;
  logic rings_idle;
  logic unused_punt_fits;
  logic unused_tap_stored;
  logic tap_dropped;
  logic unused_inject_refused;
  logic [31:0] punt_head;
  logic [31:0] inject_tail;
  logic [31:0] tap_head;
  punt_rings u_rings (
    .clk_i, .rst_ni,
    .punt_base_i({value[32*csr_regs_pkg::RingsPuntBaseHi+:32], value[32*csr_regs_pkg::RingsPuntBaseLo+:32]}),
    .punt_size_i(value[32*csr_regs_pkg::RingsPuntSize+:32]), .punt_tail_i(value[32*csr_regs_pkg::RingsPuntTail+:32]),
    .punt_head_o(punt_head),
    .inject_base_i({value[32*csr_regs_pkg::RingsInjectBaseHi+:32], value[32*csr_regs_pkg::RingsInjectBaseLo+:32]}),
    .inject_size_i(value[32*csr_regs_pkg::RingsInjectSize+:32]),
    .inject_head_i(value[32*csr_regs_pkg::RingsInjectHead+:32]), .inject_tail_o(inject_tail),
    .tap_base_i({value[32*csr_regs_pkg::RingsTapBaseHi+:32], value[32*csr_regs_pkg::RingsTapBaseLo+:32]}),
    .tap_size_i(value[32*csr_regs_pkg::RingsTapSize+:32]), .tap_tail_i(value[32*csr_regs_pkg::RingsTapTail+:32]),
    .tap_head_o(tap_head), .punt_put_o(punt_put), .tap_put_o(tap_put), .inject_taken_o(inject_taken),
    .dma_error_o(dma_error), .idle_o(rings_idle), .punt_valid_i(punt_valid), .punt_ready_o(punt_ready),
    .punt_data_i(punt_made ? made : beat), .punt_last_i(punt_last), .punt_keep_i(punt_keep),
    .punt_fits_o(unused_punt_fits), .event_fits_o(event_fits), .punt_stored_o(punt_stored),
    .punt_dropped_o(punt_dropped), .tap_valid_i(tap_valid), .tap_ready_o(tap_ready), .tap_data_i(named_beat),
    .tap_last_i(tap_last), .tap_stored_o(unused_tap_stored), .tap_dropped_o(tap_dropped), .inject_valid_o(inject_valid),
    .inject_ready_i(inject_ready), .inject_data_o(inject_data), .inject_bytes_o(inject_bytes),
    .inject_last_o(inject_last), .inject_how_o(inject_how), .inject_port_o(inject_port),
    .inject_refused_o(unused_inject_refused), .awvalid_o, .awready_i, .awid_o, .awaddr_o, .awlen_o, .wvalid_o,
    .wready_i, .wdata_o, .wlast_o, .bvalid_i, .bready_o, .bid_i, .bresp_i, .arvalid_o, .arready_i, .arid_o, .araddr_o,
    .arlen_o, .rvalid_i, .rready_o, .rid_i, .rdata_i, .rresp_i
  );

  // ---- Counters. ----
  logic [75:0] outcome_adds;
  logic [75:0] adds;
  logic [64*38-1:0] copies;
  logic outcomes_idle;
  csr_outcomes #(.Sources(3)) u_outcomes (
    .clk_i, .rst_ni, .valid_i({out_done, outcome_valid}), .outcome_i({out_outcomes, outcome}), .add_o(outcome_adds),
    .idle_o(outcomes_idle)
  );
  always_comb begin
    adds = outcome_adds;
    adds[2*2+:2] = {1'b0, missed[0]};
    adds[2*3+:2] = {1'b0, missed[1]};
    adds[2*10+:2] = {1'b0, cut};
    adds[2*11+:2] = {1'b0, event_lost};
    adds[2*12+:2] = 2'(tap_dropped) + 2'(tap_lost);
    adds[2*13+:2] = {1'b0, flow_full};
    adds[2*14+:2] = {1'b0, refused[0]};
    adds[2*15+:2] = {1'b0, refused[1]};
  end
  csr_counters #(.Counters(38)) u_counters (
    .clk_i, .rst_ni, .add_i(adds),
    .snapshot_i(written[csr_regs_pkg::CountersSnapshot] && written_data[0]), .copy_o(copies)
  );

  // ---- What registers show. ----
  logic [31:0] zeroize_count_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) zeroize_count_q <= '0;
    else if (zeroized) zeroize_count_q <= zeroize_count_q + 32'd1;
  end
  always_comb begin
    signals = '0;
    signals[32*csr_regs_pkg::IdentityCapacity+:32] =
      {8'(Lanes), 8'(RulesLog2), 8'(ContextsLog2 + 1), 8'(ConnectionsLog2 + 1)};
    signals[32*csr_regs_pkg::ControlStatus+:32] = {28'd0, zeroizing, host_lost, run, ready};
    signals[32*csr_regs_pkg::ControlZeroizeCount+:32] = zeroize_count_q;
    signals[32*csr_regs_pkg::HeartbeatAge+:32] = silence;
    signals[32*csr_regs_pkg::RulesStatus+:32] = {24'd0, rules_result, 3'd0, rules_busy};
    signals[32*csr_regs_pkg::RulesActiveVersion+:32] = active_version;
    signals[32*csr_regs_pkg::FlowsStatus+:32] = {24'd0, flow_result, 3'd0, flow_busy};
    signals[32*csr_regs_pkg::FlowsCount+:32] = flow_count;
    signals[32*csr_regs_pkg::FlowsResult0+:1024] = flow_stats;
    signals[32*csr_regs_pkg::RingsPuntHead+:32] = punt_head;
    signals[32*csr_regs_pkg::RingsInjectTail+:32] = inject_tail;
    signals[32*csr_regs_pkg::RingsTapHead+:32] = tap_head;
    signals[32*csr_regs_pkg::CountersReceivedInsideLo+:1024] = copies[1023:0];
    signals[32*csr_regs_pkg::CountersDroppedRuleLo+:1088] = copies[2111:1024];
    signals[32*csr_regs_pkg::CountersPuntedRuleLo+:320] = copies[2431:2112];
    sets = '0;
    sets[32*csr_regs_pkg::EventsStatus+:9] = {1'b0, dma_error, zeroized, host_lost_pulse, rules_done, flow_done,
                                              inject_taken, tap_put, punt_put};
  end
  assign idle_o = decide_idle && track_idle && rings_idle && tap_quiet && outcomes_idle && !rules_busy && !spliced_waits &&
                  !merged_valid && !inject_valid && mac_in_valid_i == '0 && mac_out_valid_o == '0 && out_done == '0 &&
                  written == '0;

  logic unused;
  assign unused = &{1'b0, value, written_word};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!sends_valid || sends_room);
      assert (injected_q != '1);
      assert (frame_valid || !beat_valid || !beat_ready);
    end
  end
`endif
endmodule
