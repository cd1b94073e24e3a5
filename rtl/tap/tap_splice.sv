// The tap of spliced flows: plaintext of records and what became of them, as entries of a 512-bit stream.
//
// record_back tells what happens to records, in order (event_*: valid only); the bytes are found in a copy of the
// plaintext that the cryptography gives (in_*). Each direction has a mode and a number of bytes left, set by TapOpen.
// An entry is a header beat and the bytes of its plaintext from bit 0 of the next beat on, zeros behind its end; byte n
// of the header is in bits [8n+7:8n], numbers are little-endian:
//   0 type (0 bytes, 1 record), 1 direction, 2 content type, 3 verified, 4..5 bytes that follow, 6..7 context,
//   16..23 record number, 24..27 offset in the record's text, 28..31 length (record); the rest is zero
// It never waits: an entry for which there is no room is lost as a whole (lost_o, a pulse each), and a record's text
// counts against a direction's bytes all the same. Model: DirectionTracker::tap() of host/card/soft/record.
// Entries of text take 2 clocks and one for each 64 bytes; so full records at line rate lose a few of a hundred.
//
// clear_i, held for max(2 * Beats, OutBeats) + 1 clocks, overwrites all plaintext. An entry that is on its way out is
// filled up with zeros; a header that was on offer then may be taken back.
module tap_splice #(
  parameter int unsigned Contexts = 16,             // a power of two
  parameter int unsigned Beats    = 256,            // of record_out's store; twice as many are kept here
  parameter int unsigned OutBeats = 512             // that wait for tap_ready_i, a power of two
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,
  input  logic                      clear_i,
  input  logic                      in_valid_i,
  input  logic [511:0]              in_plain_i,
  input  logic                      event_valid_i,
  input  vitrine_pkg::tap_event_t   event_i,
  output logic                      lost_o,
  output logic                      tap_valid_o,
  input  logic                      tap_ready_i,
  output logic [511:0]              tap_data_o,
  output logic                      tap_last_o
);
  localparam int unsigned ContextBits = $clog2(Contexts);
  localparam int unsigned StoreBits = $clog2(2 * Beats);
  localparam int unsigned OutBits = $clog2(OutBeats);
  logic run;
  assign run = rst_ni && !clear_i;

  // ---- Plaintext, as record_out stores it. ----
  logic [9:0] in_q;                                 // beats so far, modulo 1,024
  logic [StoreBits-1:0] sweep_q;
  logic read;
  logic [9:0] read_beat;
  logic [511:0] stored;
  prim_ram_sdp #(.Width(512), .Depth(2 * Beats)) u_store (
    .clk_i, .write_i(in_valid_i || clear_i), .write_address_i(clear_i ? sweep_q : in_q[StoreBits-1:0]),
    .write_data_i(clear_i ? '0 : in_plain_i), .read_i(read || clear_i),
    .read_address_i(clear_i ? sweep_q - 1'b1 : read_beat[StoreBits-1:0]), .read_data_o(stored)
  );

  // ---- Events: one waits for the next, because a record that comes whole and is bad shows nothing of its text. ----
  logic waiting_q;
  /* verilator lint_off UNUSEDSIGNAL */  // each kind needs some
  vitrine_pkg::tap_event_t event_q;
  /* verilator lint_on UNUSEDSIGNAL */
  logic cancels;
  logic acts;
  logic [33:0] row_data;
  logic [33:0] newer_q;                             // was written as the row was read
  logic newer_valid_q;
  logic on;
  logic all;
  logic [31:0] left;
  logic row_write;
  logic [33:0] row_new;
  logic [ContextBits:0] row_index;
  logic [ContextBits:0] next_index;
  logic [15:0] take;
  logic is_text;
  logic is_record;
  assign row_index = {event_q.context_index[ContextBits-1:0], event_q.direction};
  assign next_index = {event_i.context_index[ContextBits-1:0], event_i.direction};
  prim_ram_sdp #(.Width(34), .Depth(2 * Contexts)) u_rows (
    .clk_i, .write_i(row_write), .write_address_i(row_index), .write_data_i(row_new), .read_i(event_valid_i),
    .read_address_i(next_index), .read_data_o(row_data)
  );
  assign {on, all, left} = newer_valid_q ? newer_q : row_data;
  assign cancels = event_q.whole && event_i.kind == vitrine_pkg::TapFailed && event_i.whole;
  assign acts = waiting_q && event_valid_i && run;
  assign is_text = event_q.kind == vitrine_pkg::TapText && on && (all || left != '0) && !cancels;
  assign is_record = (event_q.kind == vitrine_pkg::TapVerified || event_q.kind == vitrine_pkg::TapFailed) && on;
  assign take = all || left > 32'(event_q.bytes) ? event_q.bytes : left[15:0];
  assign row_write = acts && (event_q.kind == vitrine_pkg::TapOpen || is_text);
  assign row_new = event_q.kind == vitrine_pkg::TapOpen ? {event_q.mode != '0, event_q.mode == 2'd2, event_q.limit}
                                                        : {on, all, left - 32'(take)};

  // ---- Jobs. ----
  localparam int unsigned JobBits = 1 + 1 + 1 + 8 + 16 + 64 + 16 + 16 + 16 + 16;
  logic job_room;
  logic job_valid;
  logic job_done;
  logic [JobBits-1:0] job;
  logic [5:0] unused_jobs;
  prim_fifo #(.Width(JobBits), .Depth(32)) u_jobs (
    .clk_i, .rst_ni(run), .zeroize_i(1'b0), .push_valid_i(acts && (is_text || is_record)), .push_ready_o(job_room),
    .push_data_i({is_record, event_q.kind == vitrine_pkg::TapVerified, event_q.direction, event_q.content_type,
                  event_q.context_index, event_q.counted, event_q.first_byte, is_text ? event_q.offset : 16'd0,
                  is_text ? take : 16'd0, is_text ? 16'd0 : event_q.bytes}),
    .pop_valid_o(job_valid), .pop_ready_i(job_done), .pop_data_o(job), .count_o(unused_jobs)
  );
  logic j_record;
  logic j_verified;
  logic j_direction;
  logic [7:0] j_type;
  logic [15:0] j_context;
  logic [63:0] j_counted;
  logic [15:0] j_first;
  logic [15:0] j_offset;
  logic [15:0] j_bytes;
  logic [15:0] j_length;
  assign {j_record, j_verified, j_direction, j_type, j_context, j_counted, j_first, j_offset, j_bytes, j_length} = job;
  logic [511:0] header;
  assign header = {256'd0, 16'd0, j_length, 16'd0, j_offset, j_counted, 64'd0, j_context, j_bytes, 7'd0, j_verified,
                   j_record ? j_type : 8'd0, 7'd0, j_direction, 7'd0, j_record};

  // ---- Entries. ----
  //   TsIdle    a job: its header goes, and its first beat is read
  //   TsFirst   that is there
  //   TsBytes   and the one behind it: a beat of the entry goes
  typedef enum logic [1:0] {TsIdle, TsFirst, TsBytes} state_t;
  state_t state_q;
  state_t state_d;
  logic [9:0] beat_q;                               // of the source, the next to be read
  logic [15:0] to_go_q;                             // bytes
  logic [511:0] low_q;
  logic push;
  logic push_last;
  logic [511:0] push_data;
  logic [OutBits:0] count;
  logic [15:0] needs;                               // beats of the entry
  logic [9:0] age;                                  // of its first beat, in beats
  logic fits;
  logic loses;
  logic [511:0] window;
  assign needs = 16'd1 + ((j_bytes + 16'd63) >> 6);
  assign age = in_q - j_first[15:6];
  assign fits = needs + 16'(count) <= 16'(OutBeats) && (j_record || 16'(age) + needs + 16'd5 <= 16'(2 * Beats));
  assign window = 512'({stored, low_q} >> {j_first[5:0], 3'd0});
  always_comb begin
    state_d = state_q;
    read = 1'b0;
    read_beat = beat_q;
    push = 1'b0;
    push_last = 1'b0;
    push_data = header;
    job_done = 1'b0;
    loses = 1'b0;
    unique case (state_q)
      TsIdle: if (job_valid) begin
        read_beat = j_first[15:6];
        read = 1'b1;
        push = fits;
        push_last = j_record;
        loses = !fits;
        job_done = !fits || j_record;
        if (!job_done) state_d = TsFirst;
      end
      TsFirst: begin
        read = 1'b1;
        state_d = TsBytes;
      end
      TsBytes: begin
        read = 1'b1;
        push = 1'b1;
        push_last = to_go_q <= 16'd64;
        for (int unsigned i = 0; i < 64; i++) begin
          push_data[8*i +: 8] = 16'(i) < to_go_q ? window[8*i +: 8] : 8'd0;  // SEC: no byte of another record
        end
        job_done = push_last;
        if (job_done) state_d = TsIdle;
      end
      default: state_d = TsIdle;
    endcase
  end
  logic out_valid;
  logic out_ready;
  logic [512:0] out_bits;
  logic unused_room;
  prim_fifo #(.Width(513), .Depth(OutBeats)) u_out (
    .clk_i, .rst_ni, .zeroize_i(clear_i), .push_valid_i(push && run), .push_ready_o(unused_room),
    .push_data_i({push_last, push_data}), .pop_valid_o(out_valid), .pop_ready_i(out_ready), .pop_data_o(out_bits),
    .count_o(count)
  );

  // ---- Out; what was cleared meanwhile is filled up. ----
  logic [9:0] rest_q;                               // beats of the entry that is on its way out
  logic fills_q;
  assign tap_valid_o = fills_q || (out_valid && !clear_i);
  assign tap_data_o = fills_q ? '0 : out_bits[511:0];
  assign tap_last_o = fills_q ? rest_q == 10'd1 : out_bits[512];
  assign out_ready = tap_ready_i && !fills_q && !clear_i;
  logic [9:0] out_beats;
  assign out_beats = 10'((17'(out_bits[47:32]) + 17'd63) >> 6);

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rest_q <= '0;
      fills_q <= 1'b0;
    end else begin
      if (tap_valid_o && tap_ready_i) rest_q <= rest_q == '0 ? out_beats : rest_q - 1'b1;
      if (clear_i && rest_q != '0) fills_q <= !(fills_q && tap_ready_i && rest_q == 10'd1);
      else if (fills_q && tap_ready_i && rest_q == 10'd1) fills_q <= 1'b0;
    end
    if (!run) begin
      in_q <= '0;
      waiting_q <= 1'b0;
      state_q <= TsIdle;
      lost_o <= 1'b0;
      newer_valid_q <= 1'b0;
    end else begin
      if (in_valid_i) in_q <= in_q + 1'b1;
      if (event_valid_i) waiting_q <= 1'b1;
      state_q <= state_d;
      lost_o <= loses || (acts && (is_text || is_record) && !job_room);
      if (event_valid_i) newer_valid_q <= row_write && row_index == next_index;
    end
    sweep_q <= rst_ni && clear_i ? sweep_q + 1'b1 : '0;
    if (event_valid_i) event_q <= event_i;
    if (event_valid_i) newer_q <= row_new;
    if (read) beat_q <= read_beat + 1'b1;
    to_go_q <= state_q == TsIdle ? j_bytes : state_q == TsBytes ? to_go_q - 16'd64 : to_go_q;
    if (read || clear_i) low_q <= clear_i ? '0 : stored;
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (run) begin
      assert (!push || unused_room);
      assert (!event_valid_i || event_i.kind != vitrine_pkg::TapText || event_i.bytes != '0);
    end
  end
`endif
endmodule
