// The second half of the order-free tracker: adds up what the cryptography found, compares tags, and has the last word.
//
// Takes record_front's items in order, and for each ItemText and ItemTag a result, in the same order. Two clocks for
// these, one for others. For each segment come patches (headers and tags, in order of their place) and one verdict.
// A record that is found bad ends the segment before it, and nothing of its flow leaves afterwards, whatever
// record_front said of later segments, until ItemOpen.
//
// RecordSplicer::judge, DirectionTracker::pass_tag and observe() of host/card/soft/record are the model. One thing is
// narrower: a KeyUpdate that is padded beyond MayBeKeyUpdate bytes ends the splice (CloseProtocol).
module record_back #(
  parameter  int unsigned Contexts       = 16,  // as record_front's
  parameter  int unsigned Slots          = 8,
  parameter  int unsigned MayBeKeyUpdate = 64,
  localparam int unsigned ContextBits    = $clog2(Contexts)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           zeroize_i,      // after a reset; for 2 * Contexts * Slots clocks: sums and text
  input  logic                           item_valid_i,
  output logic                           item_ready_o,
  /* verilator lint_off UNUSEDSIGNAL */  // what only the cryptography needs
  input  vitrine_pkg::record_item_t      item_i,
  /* verilator lint_on UNUSEDSIGNAL */
  input  logic                           result_valid_i,
  output logic                           result_ready_o,
  input  vitrine_pkg::record_result_t    result_i,
  output logic                           patch_valid_o,
  input  logic                           patch_ready_i,
  output vitrine_pkg::record_patch_t     patch_o,
  output logic                           verdict_valid_o,
  input  logic                           verdict_ready_i,
  output vitrine_pkg::record_verdict_t   verdict_o,
  // To record_front: a short record is judged. A pulse; mail_key_update_o is the event for the host too.
  output logic                           mail_valid_o,
  output logic [ContextBits-1:0]         mail_context_o,
  output logic                           mail_direction_o,
  output logic                           mail_key_update_o,
  output logic                           mail_dead_o,
  // To the key store: these places of a context (a bit a direction, high, and generation modulo 4) are to be wiped.
  // Those that no record needs any more; and all, as soon as the flow is closed, before anything else is done.
  output logic                           wipe_valid_o,
  input  logic                           wipe_ready_i,
  output logic [ContextBits-1:0]         wipe_context_o,
  output logic [7:0]                     wipe_places_o,
  // To record_front, pulses: a context's flow is dead because of what was found here; an ItemRelease or ItemClose is done.
  output logic                           kill_valid_o,
  output logic                           fence_done_o,
  // To the tap.
  output logic                           tap_valid_o,
  output vitrine_pkg::tap_event_t        tap_o
);
  localparam int unsigned SlotBits = $clog2(Slots);
  localparam int unsigned Rows = 2 * Contexts * Slots;
  localparam int unsigned RowBits = 128 + 128 + 1 + 16 + 8 + 40;

  logic [ContextBits-1:0] context_index;
  logic [ContextBits+SlotBits:0] row_index;
  assign context_index = item_i.context_index[ContextBits-1:0];
  assign row_index = {context_index, item_i.direction, item_i.slot[SlotBits-1:0]};

  // A record's sums and what was seen of its plaintext.
  logic is_text;
  logic is_tag;
  logic needs_row;
  logic row_here_q;          // row_data is that of the item at hand
  logic row_write;
  logic [ContextBits+SlotBits:0] sweep_q;
  logic [RowBits-1:0] row_data;
  logic [RowBits-1:0] row_new;
  assign is_text = item_i.kind == vitrine_pkg::ItemText;
  assign is_tag = item_i.kind == vitrine_pkg::ItemTag;
  assign needs_row = is_text || is_tag;
  prim_ram_sdp #(.Width(RowBits), .Depth(Rows)) u_rows (
    .clk_i, .write_i(row_write || zeroize_i), .write_address_i(zeroize_i ? sweep_q : row_index),
    .write_data_i(zeroize_i ? '0 : row_new), .read_i((item_valid_i && needs_row && !row_here_q) || zeroize_i),
    .read_address_i(zeroize_i ? sweep_q - 1'b1 : row_index), .read_data_o(row_data)
  );

  logic [127:0] in_sum;
  logic [127:0] out_sum;
  logic any;
  logic [15:0] last_at;
  logic [7:0] last_value;
  logic [39:0] first;
  assign {in_sum, out_sum, any, last_at, last_value, first} = item_i.opens ? '0 : row_data;
  logic later;               // this piece's last byte that is not zero is the last one so far
  assign later = result_i.any && (!any || result_i.last_at > last_at);
  assign row_new = {in_sum ^ result_i.in_sum, out_sum ^ result_i.out_sum, any || result_i.any,
                    later ? result_i.last_at : last_at, later ? result_i.last_value : last_value,
                    first | result_i.first};

  // The flow, and the segment at hand.
  logic [Contexts-1:0] dead_q;
  logic dead;
  logic bad_q;               // a record of this segment was bad
  logic [15:0] bad_leaves_q;
  vitrine_pkg::record_drop_t bad_reason_q;
  vitrine_pkg::record_close_t bad_close_q;
  logic [63:0] bad_counted_q;
  logic [15:0] fresh_q;
  logic [7:0] records_q;
  assign dead = dead_q[context_index];

  // The tag.
  logic [127:0] wrong;
  logic forbidden;
  logic key_update;
  logic is_short;
  logic judged;
  logic bad_tag;
  logic bad_content;
  always_comb begin
    for (int unsigned i = 0; i < 16; i++) begin
      wrong[8 * (15 - i) +: 8] = item_i.compare[i] ? in_sum[8 * (15 - i) +: 8] ^ result_i.in_tag[8 * (15 - i) +: 8] : '0;
    end
  end
  record_judge u_judge (
    .content_type_i(last_value), .length_i(last_at), .first_i(first), .forbidden_o(forbidden),
    .key_update_o(key_update)
  );
  assign is_short = item_i.text_bytes <= 16'(MayBeKeyUpdate);
  assign judged = item_i.completes && !item_i.tls12;
  assign bad_tag = wrong != '0;
  assign bad_content = judged && (forbidden || (key_update && !is_short));

  logic act;                 // the item goes with this clock, if the outputs take what it gives
  logic lets_tag;            // the tag leaves
  logic fails;
  assign act = item_valid_i && (!needs_row || (row_here_q && result_valid_i));
  assign fails = act && is_tag && !dead && (bad_tag || bad_content);
  assign lets_tag = is_tag && !dead && !bad_tag && !bad_content && !item_i.blocked;

  always_comb begin
    patch_o = '0;
    patch_o.at = item_i.at;
    patch_o.bytes = item_i.bytes[4:0];
    patch_o.data = is_tag ? out_sum << {item_i.offset[3:0], 3'd0}
                          : {item_i.header, 24'd0} << {item_i.offset[3:0], 3'd0};
    patch_valid_o = act && !dead && (lets_tag || item_i.kind == vitrine_pkg::ItemHeader);
  end

  logic is_end;
  logic [15:0] leaves;
  assign is_end = item_i.kind == vitrine_pkg::ItemEnd;
  assign leaves = bad_q ? bad_leaves_q : item_i.at;
  always_comb begin
    verdict_o = '0;
    verdict_o.context_index = item_i.context_index;
    verdict_o.direction = item_i.direction;
    verdict_o.fresh_bytes = fresh_q;
    verdict_o.records = records_q;
    verdict_o.reason = item_i.reason;
    if (bad_q) begin
      verdict_o.sends = leaves != '0;
      verdict_o.leaves = leaves;
      verdict_o.reason = bad_reason_q;
      verdict_o.closes = 1'b1;
      verdict_o.close_reason = bad_close_q;
      verdict_o.counted = bad_counted_q;
    end else if (dead) begin
      verdict_o.reason = vitrine_pkg::DropFlowDead;
    end else begin
      verdict_o.sends = !item_i.drops;
      verdict_o.leaves = leaves;
      verdict_o.closes = item_i.closes;
      verdict_o.close_reason = item_i.close_reason;
      verdict_o.counted = item_i.counted;
    end
    verdict_valid_o = act && is_end && (!verdict_o.closes || wipe_ready_i);
  end

  logic done;
  logic is_fence;
  logic wipes;
  assign is_fence = item_i.kind == vitrine_pkg::ItemRelease || item_i.kind == vitrine_pkg::ItemClose;
  assign wipes = is_fence || (is_end && verdict_o.closes);
  assign done = act && (!patch_valid_o || patch_ready_i) && (!verdict_valid_o || verdict_ready_i) &&
                (!wipes || wipe_ready_i);
  assign item_ready_o = done;
  assign result_ready_o = done && needs_row;
  assign row_write = done && is_text && item_i.fresh && !dead;
  assign mail_valid_o = done && is_tag && judged && is_short && !item_i.blocked;
  assign mail_context_o = context_index;
  assign mail_direction_o = item_i.direction;
  assign mail_key_update_o = lets_tag && key_update;
  assign mail_dead_o = dead || fails;
  assign wipe_valid_o = done && wipes;
  assign wipe_context_o = context_index;
  assign wipe_places_o = item_i.kind != vitrine_pkg::ItemRelease ? 8'hff : item_i.direction ? {item_i.generations, 4'd0}
                                                                         : {4'd0, item_i.generations};
  logic shows;
  assign shows = is_text && item_i.fresh && !dead && item_i.bytes != '0;
  assign tap_valid_o = done && (shows || is_tag || is_end || item_i.kind == vitrine_pkg::ItemOpen);
  always_comb begin
    tap_o = '0;
    tap_o.kind = vitrine_pkg::TapNothing;
    if (item_i.kind == vitrine_pkg::ItemOpen) tap_o.kind = vitrine_pkg::TapOpen;
    else if (shows) tap_o.kind = vitrine_pkg::TapText;
    else if (fails) tap_o.kind = vitrine_pkg::TapFailed;
    else if (lets_tag && item_i.completes) tap_o.kind = vitrine_pkg::TapVerified;
    tap_o.context_index = item_i.context_index;
    tap_o.direction = item_i.direction;
    tap_o.whole = is_text ? item_i.opens && item_i.bytes == item_i.text_bytes
                          : item_i.completes && item_i.compare == 16'hffff;
    tap_o.content_type = fails || item_i.tls12 ? item_i.content_type : last_value;
    tap_o.counted = item_i.counted;
    tap_o.first_byte = result_i.first_byte;
    tap_o.offset = item_i.offset;
    tap_o.bytes = is_text ? item_i.bytes : fails || item_i.tls12 ? item_i.text_bytes : last_at;
    {tap_o.mode, tap_o.limit} = item_i.header[33:0];
  end
  assign kill_valid_o = done && is_end && bad_q;
  assign fence_done_o = done && is_fence;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      row_here_q <= 1'b0;
      sweep_q <= '0;
      dead_q <= '0;
      bad_q <= 1'b0;
      fresh_q <= '0;
      records_q <= '0;
    end else begin
      sweep_q <= zeroize_i ? sweep_q + 1'b1 : '0;
      row_here_q <= row_here_q ? !done : item_valid_i && needs_row;
      if (done) begin
        if (!dead) fresh_q <= fresh_q + (fails ? '0 : item_i.fresh_bytes);
        if (lets_tag && item_i.completes) records_q <= records_q + 1'b1;
        if (fails) begin
          dead_q[context_index] <= 1'b1;
          bad_q <= 1'b1;
        end
        if (item_i.kind == vitrine_pkg::ItemOpen && !item_i.direction) dead_q[context_index] <= 1'b0;
        if (item_i.kind == vitrine_pkg::ItemClose) dead_q[context_index] <= 1'b1;
        if (is_end) begin
          if (item_i.failed) dead_q[context_index] <= 1'b1;
          bad_q <= 1'b0;
          fresh_q <= '0;
          records_q <= '0;
        end
      end
    end
    if (done && fails) begin
      bad_leaves_q <= item_i.fails_to;
      bad_reason_q <= bad_tag ? vitrine_pkg::DropBadRecord : vitrine_pkg::DropProtocol;
      bad_close_q <= bad_tag ? vitrine_pkg::CloseBadRecord : vitrine_pkg::CloseProtocol;
      bad_counted_q <= item_i.counted;
    end
  end

`ifndef SYNTHESIS
  // What must hold (docs/architecture.md), kept apart from the logic above: per slot, the record that is in it, its
  // text bytes in the sums, and the tag that has left.
  logic [63:0] m_counted[Rows];
  logic [15:0] m_added[Rows];
  logic m_left[Rows];
  logic [127:0] m_tag[Rows];
  always_ff @(posedge clk_i) begin
    if (rst_ni && row_write) begin
      m_counted[row_index] <= item_i.counted;
      m_added[row_index] <= (item_i.opens ? '0 : m_added[row_index]) + item_i.bytes;
      if (item_i.opens) m_left[row_index] <= 1'b0;
      assert (item_i.opens || m_counted[row_index] == item_i.counted);
      assert (item_i.opens || !m_left[row_index]);         // SEC: no byte is added after the tag has begun to leave
    end
    if (rst_ni && done && lets_tag) begin
      m_left[row_index] <= 1'b1;
      m_tag[row_index] <= out_sum;
      assert (m_counted[row_index] == item_i.counted);
      assert (m_added[row_index] == item_i.text_bytes);    // SEC: each text byte is in the sums, once
      assert (!m_left[row_index] || m_tag[row_index] == out_sum);  // SEC: one nonce, one tag
      assert (!bad_tag);                                   // SEC: a tag leaves for bytes that verified only
    end
    if (rst_ni && verdict_valid_o && dead) begin
      assert (!verdict_o.sends || bad_q);                  // SEC: nothing leaves a dead flow
    end
    if (rst_ni && $past(rst_ni) && $past(verdict_valid_o && !verdict_ready_i)) begin
      assert (verdict_valid_o && $stable(verdict_o));
    end
  end
`endif
endmodule
