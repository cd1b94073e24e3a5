// The order-free tracker: record_front, a queue, and record_back.
//
// Items go to the cryptography as they go into the queue (work_*: an item moves where valid and ready stand, and then
// is in the queue too). Results come back for ItemText and ItemTag, in their order, any number of clocks later.
// Everything else is as record_front and record_back say.
module record_tracker #(
  parameter  int unsigned Contexts       = 16,  // connections, a power of two
  parameter  int unsigned Slots          = 8,   // records in flight a direction, a power of two
  parameter  int unsigned MayBeKeyUpdate = 64,  // bytes of text of a TLS 1.3 record
  parameter  bit          CutAtShort     = 0,   // as record_front's
  parameter  int unsigned Items          = 64,  // that wait for their results, a power of two
  localparam int unsigned ContextBits    = $clog2(Contexts)
) (
  input  logic                           clk_i,
  input  logic                           rst_ni,
  input  logic                           zeroize_i,              // as record_back's
  input  logic                           command_valid_i,
  output logic                           command_ready_o,
  input  logic [1:0]                     command_i,
  input  logic [15:0]                    command_context_i,
  input  logic                           command_direction_i,
  input  logic                           command_tls12_i,
  input  vitrine_pkg::record_open_t      command_open_i,
  input  logic [1:0]                     command_tap_mode_i,
  input  logic [31:0]                    command_tap_bytes_i,
  output logic                           keys_taken_o,
  output logic [1:0]                     keys_generation_o,
  input  logic                           segment_valid_i,
  output logic                           segment_ready_o,
  input  vitrine_pkg::record_segment_t   segment_i,
  output logic                           peek_valid_o,
  output logic [15:0]                    peek_at_o,
  input  logic                           peek_done_i,
  input  logic [103:0]                   peek_data_i,
  output logic                           work_valid_o,
  input  logic                           work_ready_i,
  output vitrine_pkg::record_item_t      work_o,
  input  logic                           result_valid_i,
  output logic                           result_ready_o,
  input  vitrine_pkg::record_result_t    result_i,
  output logic                           patch_valid_o,
  input  logic                           patch_ready_i,
  output vitrine_pkg::record_patch_t     patch_o,
  output logic                           verdict_valid_o,
  input  logic                           verdict_ready_i,
  output vitrine_pkg::record_verdict_t   verdict_o,
  output logic                           key_update_valid_o,     // a pulse: an event for the host
  output logic [ContextBits-1:0]         key_update_context_o,
  output logic                           key_update_direction_o,
  output logic                           wipe_valid_o,           // for the key store: as record_back's
  input  logic                           wipe_ready_i,           // the last wipe is over
  output logic [ContextBits-1:0]         wipe_context_o,
  output logic [7:0]                     wipe_places_o,
  output logic                           tap_valid_o,            // as record_back's
  output vitrine_pkg::tap_event_t        tap_o
);
  vitrine_pkg::record_item_t item;
  logic item_valid;
  logic item_ready;
  logic queue_ready;
  logic mail_valid;
  logic [ContextBits-1:0] mail_context;
  logic mail_direction;
  logic mail_key_update;
  logic mail_dead;
  logic kill_valid;
  logic fence_done;
  logic [$clog2(Items):0] fences_q;       // ItemRelease and ItemClose under way
  logic quiet;
  record_front #(
    .Contexts(Contexts), .Slots(Slots), .MayBeKeyUpdate(MayBeKeyUpdate), .CutAtShort(CutAtShort)
  ) u_front (
    .clk_i, .rst_ni, .command_valid_i, .command_ready_o, .command_i, .command_context_i, .command_direction_i,
    .command_tls12_i, .command_open_i, .command_tap_mode_i, .command_tap_bytes_i, .keys_taken_o, .keys_generation_o, .segment_valid_i, .segment_ready_o,
    .segment_i, .peek_valid_o, .peek_at_o, .peek_done_i, .peek_data_i, .item_valid_o(item_valid),
    .item_ready_i(item_ready), .item_o(item), .mail_valid_i(mail_valid), .mail_context_i(mail_context),
    .mail_direction_i(mail_direction), .mail_key_update_i(mail_key_update), .mail_dead_i(mail_dead),
    .kill_valid_i(kill_valid), .quiet_i(quiet)
  );
  assign item_ready = queue_ready && work_ready_i;
  assign work_valid_o = item_valid && queue_ready;
  assign work_o = item;
  logic fence;
  assign fence = item_valid && item_ready && (item.kind == vitrine_pkg::ItemRelease || item.kind == vitrine_pkg::ItemClose);
  assign quiet = fences_q == '0 && wipe_ready_i;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) fences_q <= '0;
    else fences_q <= fences_q + ($clog2(Items) + 1)'(fence) - ($clog2(Items) + 1)'(fence_done);
  end

  localparam int unsigned ItemBits = $bits(item);
  logic [ItemBits-1:0] queued;
  vitrine_pkg::record_item_t next;
  logic next_valid;
  logic next_ready;
  logic [$clog2(Items):0] unused_count;
  prim_fifo #(.Width(ItemBits), .Depth(Items)) u_queue (
    .clk_i, .rst_ni, .zeroize_i(1'b0), .push_valid_i(item_valid && work_ready_i), .push_ready_o(queue_ready),
    .push_data_i(item), .pop_valid_o(next_valid), .pop_ready_i(next_ready), .pop_data_o(queued),
    .count_o(unused_count)
  );
  assign next = queued;

  record_back #(.Contexts(Contexts), .Slots(Slots), .MayBeKeyUpdate(MayBeKeyUpdate)) u_back (
    .clk_i, .rst_ni, .zeroize_i, .item_valid_i(next_valid), .item_ready_o(next_ready), .item_i(next), .result_valid_i,
    .result_ready_o, .result_i, .patch_valid_o, .patch_ready_i, .patch_o, .verdict_valid_o, .verdict_ready_i,
    .verdict_o, .mail_valid_o(mail_valid), .mail_context_o(mail_context), .mail_direction_o(mail_direction),
    .mail_key_update_o(mail_key_update), .mail_dead_o(mail_dead), .wipe_valid_o, .wipe_ready_i,
    .wipe_context_o, .wipe_places_o, .kill_valid_o(kill_valid), .fence_done_o(fence_done),
    .tap_valid_o, .tap_o
  );
  assign key_update_valid_o = mail_valid && mail_key_update;
  assign key_update_context_o = mail_context;
  assign key_update_direction_o = mail_direction;
endmodule
