// The exact-match table on plain keys: cuckoo hashing with a choice of one place in each of Banks banks (Fotakis, Pagh,
// Sanders and Spirakis 2003) and a stash (Kirsch, Mitzenmacher and Wieder 2008).
//
// Lookup: one a clock, never stalled, latency 9 clocks: register, hash (2), places, memories (2), compare (2), select.
// It is judged by the table as it is in the fifth of them. Wiring; the changes are flow_engine's.
module flow_core #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned ValueBits = 18,
  parameter  int unsigned Banks     = 5,
  parameter  int unsigned IndexBits = 14,
  parameter  int unsigned AnnexBits = 11,
  parameter  int unsigned Stash     = 8,
  parameter  int unsigned MaxKicks  = 4095,
  parameter  int unsigned HashBits  = 40,
  parameter  int unsigned HashChunks = 4,
  localparam int unsigned CountBits = IndexBits + $clog2(Banks)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       seed_write_i,
  input  logic [31:0]                seed_word_i,
  output logic                       ready_o,

  input  logic                       lookup_valid_i,
  input  logic [KeyBits-1:0]         lookup_key_i,
  output logic                       result_valid_o,
  output logic                       result_hit_o,
  output logic [ValueBits-1:0]       result_value_o,

  input  logic                       command_valid_i,
  output logic                       command_ready_o,
  input  vitrine_pkg::flow_op_t      command_op_i,
  input  logic [KeyBits-1:0]         command_key_i,
  input  logic [ValueBits-1:0]       command_value_i,
  output logic                       done_o,
  output vitrine_pkg::flow_status_t  done_status_o,
  output logic [ValueBits-1:0]       done_value_o,

  output logic [CountBits-1:0]       count_o,
  output logic [Stash-1:0]           stash_used_o
);
  localparam int unsigned EntryBits = 1 + KeyBits + ValueBits;
  localparam int unsigned BankBits = $clog2(Banks);
  localparam int unsigned SlotBits = $clog2(Stash);
  localparam int unsigned StripBits = KeyBits + HashBits - 1;
  localparam int unsigned Latency = 9;

  // --- secret ---

  logic seeded;
  logic [StripBits-1:0] strip;
`ifdef FORMAL
  // One secret stands for all: which places a key has does not matter to the check, only that they are its own.
  logic [StripBits-1:0] f_strip;
  assign strip = StripBits'(64'h2545f4914f6cdd1d);
  flow_seed #(.StripBits(StripBits)) u_seed (
    .clk_i, .rst_ni, .write_i(seed_write_i), .word_i(seed_word_i), .seeded_o(seeded), .strip_o(f_strip)
  );
`else
  flow_seed #(.StripBits(StripBits)) u_seed (
    .clk_i, .rst_ni, .write_i(seed_write_i), .word_i(seed_word_i), .seeded_o(seeded), .strip_o(strip)
  );
`endif

  // --- lookup: key_q[n] is in clock n + 1 ---

  logic [Latency-2:0] valid_q;
  logic [6*KeyBits-1:0] key_q;
  logic [HashBits-1:0] hash;
  logic [Banks*IndexBits-1:0] index;
  // The annex has fewer address bits.
  // verilator lint_off UNUSEDSIGNAL
  logic [Banks*IndexBits-1:0] index_q;
  // verilator lint_on UNUSEDSIGNAL
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-3:0], lookup_valid_i};
    key_q <= {key_q[5*KeyBits-1:0], lookup_key_i};
    index_q <= index;
  end

  flow_hash #(.KeyBits(KeyBits), .HashBits(HashBits)) u_hash (
    .clk_i, .valid_i(valid_q[0]), .key_i(key_q[0+:KeyBits]), .strip_i(strip), .hash_o(hash)
  );
  flow_index #(.HashBits(HashBits), .Banks(Banks), .IndexBits(IndexBits), .AnnexBits(AnnexBits)) u_index (
    .hash_i(hash), .index_o(index)
  );

  // --- banks ---

  logic [Banks-1:0] bank_enable;
  logic bank_write;
  // The annex has fewer address bits.
  // verilator lint_off UNUSEDSIGNAL
  logic [Banks*IndexBits-1:0] bank_address;
  // verilator lint_on UNUSEDSIGNAL
  logic [EntryBits-1:0] bank_entry;
  logic [Banks*EntryBits-1:0] bank_entries;
  logic [Banks-1:0] hits;
  logic [Banks*ValueBits-1:0] values;
`ifdef FORMAL
  logic [Banks*IndexBits-1:0] f_place;
  logic [Banks*EntryBits-1:0] f_bank_entries;
  logic [Stash*EntryBits-1:0] f_stash_entries;
  logic f_clearing;
  logic [IndexBits-1:0] f_clear;
  logic f_pending;
  vitrine_pkg::flow_op_t f_op;
  logic [KeyBits-1:0] f_command_key;
  logic [ValueBits-1:0] f_command_value;
`endif

  for (genvar b = 0; b < Banks; b = b + 1) begin : g_bank
    localparam int unsigned AddressBits = b == Banks - 1 ? AnnexBits : IndexBits;
    logic [EntryBits-1:0] lookup_entry;
    flow_bank #(.EntryBits(EntryBits), .AddressBits(AddressBits)) u_bank (
      .clk_i,
      .lookup_i(valid_q[3]),
      .lookup_address_i(index_q[b*IndexBits+:AddressBits]),
      .lookup_entry_o(lookup_entry),
      .enable_i(bank_enable[b]),
      .write_i(bank_write),
      .address_i(bank_address[b*IndexBits+:AddressBits]),
      .write_entry_i(bank_entry),
      .entry_o(bank_entries[b*EntryBits+:EntryBits])
`ifdef FORMAL
      ,
      .f_address_i(f_place[b*IndexBits+:AddressBits]),
      .f_entry_o(f_bank_entries[b*EntryBits+:EntryBits])
`endif
    );
    flow_match #(.KeyBits(KeyBits), .ValueBits(ValueBits)) u_match (
      .clk_i,
      .key_i(key_q[5*KeyBits+:KeyBits]),
      .entry_i(lookup_entry),
      .hit_o(hits[b]),
      .value_o(values[b*ValueBits+:ValueBits])
    );
  end

  // --- stash: asked in the clock in which the banks are, its answer waits for theirs ---

  logic [SlotBits-1:0] stash_slot;
  logic stash_write;
  logic [EntryBits-1:0] stash_entry;
  logic [EntryBits-1:0] stash_new_entry;
  logic [BankBits-1:0] stash_from;
  logic [BankBits-1:0] stash_new_from;
  logic stash_hit;
  logic [ValueBits-1:0] stash_value;
  logic [1:0] stash_hit_q;
  logic [2*ValueBits-1:0] stash_value_q;
  flow_stash #(
    .KeyBits(KeyBits), .ValueBits(ValueBits), .Entries(Stash), .BankBits(BankBits)
  ) u_stash (
    .clk_i,
    .rst_ni,
    .lookup_key_i(key_q[3*KeyBits+:KeyBits]),
    .hit_o(stash_hit),
    .value_o(stash_value),
    .slot_i(stash_slot),
    .entry_o(stash_entry),
    .from_o(stash_from),
    .used_o(stash_used_o),
    .write_i(stash_write),
    .write_entry_i(stash_new_entry),
    .write_from_i(stash_new_from)
`ifdef FORMAL
    ,
    .f_entries_o(f_stash_entries)
`endif
  );

  // --- select ---

  logic result_valid_q;
  logic result_hit_q;
  logic [ValueBits-1:0] result_value_q;
  logic [ValueBits-1:0] value;
  assign result_valid_o = result_valid_q;
  assign result_hit_o = result_hit_q;
  assign result_value_o = result_value_q;
  always_comb begin
    value = stash_hit_q[1] ? stash_value_q[2*ValueBits-1-:ValueBits] : '0;
    for (int b = 0; b < Banks; b = b + 1) begin
      if (hits[b]) value = value | values[b*ValueBits+:ValueBits];
    end
  end
  always_ff @(posedge clk_i) begin
    stash_hit_q <= {stash_hit_q[0], stash_hit};
    stash_value_q <= {stash_value_q[ValueBits-1:0], stash_value};
    if (!rst_ni) result_valid_q <= 1'b0;
    else result_valid_q <= valid_q[Latency-2];
    result_hit_q <= stash_hit_q[1] || hits != '0;
    result_value_q <= value;
  end

  flow_engine #(
    .KeyBits(KeyBits), .ValueBits(ValueBits), .Banks(Banks), .IndexBits(IndexBits), .AnnexBits(AnnexBits),
    .Stash(Stash), .MaxKicks(MaxKicks), .HashBits(HashBits), .HashChunks(HashChunks)
  ) u_engine (
    .clk_i,
    .rst_ni,
    .seeded_i(seeded),
    .strip_i(strip),
    .ready_o,
    .command_valid_i,
    .command_ready_o,
    .command_op_i,
    .command_key_i,
    .command_value_i,
    .done_o,
    .done_status_o,
    .done_value_o,
    .bank_enable_o(bank_enable),
    .bank_write_o(bank_write),
    .bank_address_o(bank_address),
    .bank_entry_o(bank_entry),
    .bank_entries_i(bank_entries),
    .stash_slot_o(stash_slot),
    .stash_write_o(stash_write),
    .stash_entry_o(stash_new_entry),
    .stash_from_o(stash_new_from),
    .stash_entry_i(stash_entry),
    .stash_from_i(stash_from),
    .stash_used_i(stash_used_o),
    .count_o
`ifdef FORMAL
    ,
    .f_clearing_o(f_clearing),
    .f_clear_o(f_clear),
    .f_pending_o(f_pending),
    .f_op_o(f_op),
    .f_command_key_o(f_command_key),
    .f_command_value_o(f_command_value)
`endif
  );

`ifndef SYNTHESIS
  // A key is found in one place at most.
  always_ff @(posedge clk_i) begin
`ifndef FORMAL
    if (rst_ni && valid_q[Latency-2]) begin
      assert ((hits & (hits - 1'b1)) == '0 && !(stash_hit_q[1] && hits != '0));
    end
`endif
    if (rst_ni && lookup_valid_i) assert (ready_o);
  end
`endif

`ifdef FORMAL
  // Any one key, followed through the table: in every clock it is in exactly one place, with its value, if the last
  // command that was done with it put it there, and else in none; and that is what a lookup answers.
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  (* anyconst *) logic [KeyBits-1:0] f_key;
  logic [HashBits-1:0] f_hash;
  logic [Banks*IndexBits-1:0] f_index;
  always_comb begin
    for (int j = 0; j < HashBits; j = j + 1) f_hash[j] = ^(f_key & strip[j+:KeyBits]);
  end
  flow_index #(.HashBits(HashBits), .Banks(Banks), .IndexBits(IndexBits), .AnnexBits(AnnexBits)) u_f_index (
    .hash_i(f_hash), .index_o(f_index)
  );
  assign f_place = f_index;

  logic [3:0] f_places;  // that hold the key
  logic [ValueBits-1:0] f_value_there;
  logic [Banks-1:0] f_valid_there;
  always_comb begin
    f_places = '0;
    f_value_there = '0;
    for (int b = 0; b < Banks; b = b + 1) begin
      f_valid_there[b] = f_bank_entries[b*EntryBits+EntryBits-1];
      if (f_valid_there[b] && f_bank_entries[b*EntryBits+ValueBits+:KeyBits] == f_key) begin
        f_places = f_places + 1'b1;
        f_value_there = f_value_there | f_bank_entries[b*EntryBits+:ValueBits];
      end
    end
    for (int t = 0; t < Stash; t = t + 1) begin
      if (f_stash_entries[t*EntryBits+EntryBits-1] &&
          f_stash_entries[t*EntryBits+ValueBits+:KeyBits] == f_key) begin
        f_places = f_places + 1'b1;
        f_value_there = f_value_there | f_stash_entries[t*EntryBits+:ValueBits];
      end
    end
  end

  logic f_present_q;
  logic [ValueBits-1:0] f_value_q;
  logic f_present;
  logic [ValueBits-1:0] f_value;
  always_comb begin
    f_present = f_present_q;
    f_value = f_value_q;
    if (done_o && done_status_o == vitrine_pkg::FlowOk && f_command_key == f_key) begin
      f_present = f_op != vitrine_pkg::FlowRemove;
      f_value = f_command_value;
    end
  end

  logic [4:0] f_asked_q;  // lookups of the key on their way to the answer, judged where the banks are read
  logic [4:0] f_hit_q;
  logic [5*ValueBits-1:0] f_answer_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_present_q <= 1'b0;
      f_asked_q <= '0;
    end else begin
      f_present_q <= f_present;
      f_asked_q <= {f_asked_q[3:0], valid_q[3] && key_q[3*KeyBits+:KeyBits] == f_key};
    end
    f_value_q <= f_value;
    f_hit_q <= {f_hit_q[3:0], f_present};
    f_answer_q <= {f_answer_q[4*ValueBits-1:0], f_value};
    if (rst_ni) begin
      if (!ready_o) assume (!lookup_valid_i);
      assume (command_op_i == vitrine_pkg::FlowInsert || command_op_i == vitrine_pkg::FlowUpdate ||
              command_op_i == vitrine_pkg::FlowRemove);
    end
    if (f_started && rst_ni) begin
      for (int b = 0; b < Banks; b = b + 1) begin
        if (f_clearing && {1'b0, f_place[b*IndexBits+:IndexBits]} < {1'b0, f_clear}) assert (!f_valid_there[b]);
        if (!f_clearing && !seeded) assert (!f_valid_there[b]);
      end
      if (f_clearing || !seeded) assert (!f_present);
      if (!f_clearing) assert (f_places == {3'b000, f_present});
      if (!f_clearing && f_present) assert (f_value_there == f_value);
      if (f_asked_q[4]) begin
        assert (result_valid_o && result_hit_o == f_hit_q[4]);
        if (f_hit_q[4]) assert (result_value_o == f_answer_q[5*ValueBits-1-:ValueBits]);
        else assert (result_value_o == '0);
      end
    end
  end
`endif
endmodule
