// Changes the table behind the lookups' back: commands from the host, and relocation (the cuckoo's kicks).
//
// Every change is one clock's write, so that a lookup sees all of it or nothing:
//   insert    an empty place, or the stash where there is none, gets the entry;
//   relocate  an empty place gets a stashed entry and the stash slot is freed in the same clock, or the stashed entry
//             and one that stands in its way change places in the same clock;
//   update, remove   the one place that holds the key is rewritten.
// An entry is thus in exactly one place in every clock (Kirsch, Mitzenmacher 2007 put the stash to this use: a queue of
// those still to be placed). The relocations are a random walk; an insert or a remove allows MaxKicks more of them,
// then what is left in the stash stays there. An insert that finds the stash full waits for relocations, and is refused
// (FlowFull) when they are used up.
//
// After reset all banks are cleared, 2^IndexBits clocks, and the seed is awaited; then ready_o. One command at a time:
// command_ready_o, then one clock of done_o, in which the change is visible already. A command takes StepCycles, an
// insert into a full stash at most (MaxKicks + 1) * 2 * StepCycles.
module flow_engine #(
  parameter  int unsigned KeyBits   = 326,
  parameter  int unsigned ValueBits = 18,
  parameter  int unsigned Banks     = 5,     // with the annex; one more than a power of two
  parameter  int unsigned IndexBits = 14,    // of a bank's address
  parameter  int unsigned AnnexBits = 11,    // of the last bank's address
  parameter  int unsigned Stash     = 8,     // entries, a power of two
  parameter  int unsigned MaxKicks  = 4095,  // relocations that an insert or a remove pays for
  parameter  int unsigned HashBits  = 40,    // a multiple of 4, at least 2 * IndexBits
  parameter  int unsigned HashChunks = 4,    // clocks of the engine's own hash
  localparam int unsigned EntryBits = 1 + KeyBits + ValueBits,
  localparam int unsigned BankBits  = $clog2(Banks),
  localparam int unsigned SlotBits  = $clog2(Stash),
  localparam int unsigned StripBits = KeyBits + HashBits - 1,
  localparam int unsigned CountBits = IndexBits + BankBits
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       seeded_i,
  input  logic [StripBits-1:0]       strip_i,
  output logic                       ready_o,

  input  logic                       command_valid_i,
  output logic                       command_ready_o,
  input  vitrine_pkg::flow_op_t      command_op_i,
  input  logic [KeyBits-1:0]         command_key_i,
  input  logic [ValueBits-1:0]       command_value_i,
  output logic                       done_o,
  output vitrine_pkg::flow_status_t  done_status_o,
  output logic [ValueBits-1:0]       done_value_o,    // of a removed or updated entry: what it was

  output logic [Banks-1:0]           bank_enable_o,
  output logic                       bank_write_o,
  output logic [Banks*IndexBits-1:0] bank_address_o,
  output logic [EntryBits-1:0]       bank_entry_o,
  input  logic [Banks*EntryBits-1:0] bank_entries_i,

  output logic [SlotBits-1:0]        stash_slot_o,
  output logic                       stash_write_o,
  output logic [EntryBits-1:0]       stash_entry_o,
  output logic [BankBits-1:0]        stash_from_o,
  input  logic [EntryBits-1:0]       stash_entry_i,
  input  logic [BankBits-1:0]        stash_from_i,
  input  logic [Stash-1:0]           stash_used_i,

  output logic [CountBits-1:0]       count_o          // entries in banks and stash
`ifdef FORMAL
  ,
  output logic                       f_clearing_o,    // for the check in flow_core
  output logic [IndexBits-1:0]       f_clear_o,
  output logic                       f_pending_o,
  output vitrine_pkg::flow_op_t      f_op_o,
  output logic [KeyBits-1:0]         f_command_key_o,
  output logic [ValueBits-1:0]       f_command_value_o
`endif
);
  typedef enum logic [3:0] {
    Clear,    // all banks, an address a clock
    Idle,     // for a command, or for a relocation that is due
    Take,     // the work: the command's key, or a stashed entry
    Hash,     // of its key; meanwhile the stash is searched for it
    Place,    // its place in every bank
    Read,     // what is there
    Wait,     // for the memories, whose answer comes in Compare
    Compare,  // with the key
    Decide,   // which place is rewritten
    Act       // the one write
  } state_t;

  localparam logic [BankBits-1:0] Annex = BankBits'(Banks - 1);
  localparam int unsigned KickBits = $clog2(MaxKicks + 1);
  localparam int unsigned PickBits = $clog2(Banks - 1);

  state_t state_q, state_d;
  logic [IndexBits-1:0] clear_q;
  logic pending_q, pending_d;          // a command that has no answer yet
  vitrine_pkg::flow_op_t op_q;
  logic [KeyBits-1:0] command_key_q;
  logic [ValueBits-1:0] command_value_q;
  logic relocating_q, relocating_d;    // the work is a stashed entry, not the command
  logic [KeyBits-1:0] key_q;           // of the work
  logic [ValueBits-1:0] value_q;
  logic [BankBits-1:0] from_q;
  logic [SlotBits-1:0] slot_q, slot_d;   // being searched, or of the stashed entry
  logic [SlotBits:0] searched_q, searched_d;
  logic stashed_q, stashed_d;          // the key is in the stash, at ...
  logic [SlotBits-1:0] stashed_slot_q, stashed_slot_d;
  logic [KickBits-1:0] kicks_q, kicks_d;
  logic [15:0] random_q;               // a Galois LFSR: x^16 + x^14 + x^13 + x^11 + 1
  logic [CountBits-1:0] count_q, count_d;

  assign count_o = count_q;

  // --- where the work could be ---

  logic hash_start;
  logic hash_done;
  logic [HashBits-1:0] hash;
  logic [Banks*IndexBits-1:0] index;
  logic [Banks*IndexBits-1:0] index_q;
  flow_hash_serial #(.KeyBits(KeyBits), .HashBits(HashBits), .Chunks(HashChunks)) u_hash (
    .clk_i, .rst_ni, .start_i(hash_start), .key_i(key_q), .strip_i, .done_o(hash_done), .hash_o(hash)
  );
  flow_index #(.HashBits(HashBits), .Banks(Banks), .IndexBits(IndexBits), .AnnexBits(AnnexBits)) u_index (
    .hash_i(hash), .index_o(index)
  );

  // --- what is there ---

  logic [Banks-1:0] holds_q;  // the key
  logic [Banks-1:0] empty_q;
  logic [EntryBits-1:0] stash_entry_q;
  logic stash_holds;
  assign stash_holds = stash_entry_q[EntryBits-1] && stash_entry_q[ValueBits+:KeyBits] == key_q;
  always_ff @(posedge clk_i) begin
    stash_entry_q <= stash_entry_i;
    index_q <= index;
    if (state_q == Compare) begin
      for (int b = 0; b < Banks; b = b + 1) begin
        holds_q[b] <= bank_entries_i[b*EntryBits+EntryBits-1] &&
                      bank_entries_i[b*EntryBits+ValueBits+:KeyBits] == key_q;
        empty_q[b] <= !bank_entries_i[b*EntryBits+EntryBits-1];
      end
    end
  end

  // --- which place is rewritten ---

  logic [BankBits-1:0] place_q, place_d;     // the bank that Act writes
  logic [EntryBits-1:0] there_q, there_d;    // what it holds at that place
  logic [SlotBits-1:0] free_slot;
  logic [SlotBits-1:0] next_slot;            // the first used one after slot_q, round robin
  logic [BankBits:0] pick;
  always_comb begin
    // One of the banks that it was not pushed out of.
    pick = {1'b0, from_q} + (BankBits + 1)'(random_q[PickBits-1:0]) + 1'b1;
    if (pick >= (BankBits + 1)'(Banks)) pick = pick - (BankBits + 1)'(Banks);
    place_d = pick[BankBits-1:0];
    for (int b = Banks - 1; b >= 0; b = b - 1) begin
      if (empty_q[b] && holds_q == '0) place_d = BankBits'(b);
      if (holds_q[b]) place_d = BankBits'(b);
    end
    there_d = '0;
    for (int b = 0; b < Banks; b = b + 1) begin
      if (place_d == BankBits'(b)) there_d = bank_entries_i[b*EntryBits+:EntryBits];
    end
    free_slot = '0;
    for (int s = Stash - 1; s >= 0; s = s - 1) begin
      if (!stash_used_i[s]) free_slot = SlotBits'(s);
    end
    next_slot = slot_q;
    for (int s = Stash; s > 0; s = s - 1) begin
      if (stash_used_i[SlotBits'(slot_q + SlotBits'(s))]) next_slot = slot_q + SlotBits'(s);
    end
  end

  // --- the sequence ---

  logic accept;
  logic due;
  logic done_d, done_q;
  vitrine_pkg::flow_status_t status_d, status_q;
  logic [ValueBits-1:0] old_value_d, old_value_q;
  logic held_in_bank;
  assign ready_o = state_q != Clear && seeded_i;
  assign due = stash_used_i != '0 && kicks_q != '0;
  assign command_ready_o = state_q == Idle && seeded_i;
  assign accept = command_valid_i && command_ready_o;
  assign held_in_bank = holds_q != '0;
  assign done_o = done_q;
  assign done_status_o = status_q;
  assign done_value_o = old_value_q;

  always_comb begin
    state_d = state_q;
    pending_d = pending_q;
    relocating_d = relocating_q;
    slot_d = slot_q;
    searched_d = searched_q;
    stashed_d = stashed_q;
    stashed_slot_d = stashed_slot_q;
    kicks_d = kicks_q;
    count_d = count_q;
    done_d = 1'b0;
    status_d = vitrine_pkg::FlowOk;
    old_value_d = there_q[ValueBits-1:0];
    hash_start = 1'b0;
    bank_enable_o = '0;
    bank_write_o = 1'b0;
    bank_address_o = index_q;
    bank_entry_o = '0;
    stash_slot_o = slot_q;
    stash_write_o = 1'b0;
    stash_entry_o = '0;
    stash_from_o = place_q;

    unique case (state_q)
      Clear: begin
        bank_enable_o = '1;
        bank_write_o = 1'b1;
        bank_address_o = {Banks{clear_q}};
        if (clear_q == '1) state_d = Idle;
      end

      Idle: begin
        if (accept) begin
          pending_d = 1'b1;
          relocating_d = 1'b0;
          if (command_op_i == vitrine_pkg::FlowInsert) kicks_d = KickBits'(MaxKicks);
          state_d = Take;
        end else if (due) begin
          relocating_d = 1'b1;
          slot_d = next_slot;
          state_d = Take;
        end
      end

      Take: begin
        hash_start = 1'b1;
        searched_d = '0;
        stashed_d = 1'b0;
        state_d = Hash;
      end

      // Slot n is on stash_entry_i in one clock, in stash_entry_q in the next, and compared there.
      Hash: begin
        if (!relocating_q) begin
          stash_slot_o = searched_q[SlotBits-1:0];
          if (searched_q != (SlotBits + 1)'(Stash)) searched_d = searched_q + 1'b1;
          if (searched_q != '0 && stash_holds) begin
            stashed_d = 1'b1;
            stashed_slot_d = SlotBits'(searched_q - 1'b1);
          end
        end
        if (hash_done && (relocating_q || searched_q == (SlotBits + 1)'(Stash))) state_d = Place;
      end

      Place: state_d = Read;

      Read: begin
        bank_enable_o = '1;
        state_d = Wait;
      end

      Wait: state_d = Compare;

      Compare: state_d = Decide;

      Decide: state_d = Act;

      Act: begin
        bank_write_o = 1'b1;
        if (relocating_q) begin
          // The stashed entry takes the place; what was there, if anything, takes the stash slot.
          bank_enable_o[place_q] = 1'b1;
          bank_entry_o = {1'b1, key_q, value_q};
          stash_write_o = 1'b1;
          stash_entry_o = there_q;
          kicks_d = kicks_q - 1'b1;
          relocating_d = 1'b0;
          state_d = Idle;
          if (pending_q) begin
            if (there_q[EntryBits-1] && kicks_d == '0) begin
              done_d = 1'b1;
              status_d = vitrine_pkg::FlowFull;
              pending_d = 1'b0;
            end else if (there_q[EntryBits-1]) begin
              relocating_d = 1'b1;
              slot_d = next_slot;
              state_d = Take;
            end else begin
              state_d = Take;
            end
          end
        end else begin
          done_d = 1'b1;
          pending_d = 1'b0;
          state_d = Idle;
          if (op_q == vitrine_pkg::FlowInsert) begin
            bank_entry_o = {1'b1, key_q, value_q};
            if (held_in_bank || stashed_q) begin
              status_d = vitrine_pkg::FlowExists;
            end else if (empty_q != '0) begin
              bank_enable_o[place_q] = 1'b1;
              count_d = count_q + 1'b1;
            end else if (stash_used_i != '1) begin
              stash_slot_o = free_slot;
              stash_write_o = 1'b1;
              stash_entry_o = {1'b1, key_q, value_q};
              stash_from_o = Annex;
              count_d = count_q + 1'b1;
            end else if (kicks_q != '0) begin
              done_d = 1'b0;
              pending_d = 1'b1;
              relocating_d = 1'b1;
              slot_d = next_slot;
              state_d = Take;
            end else begin
              status_d = vitrine_pkg::FlowFull;
            end
          end else begin
            // Update rewrites the value, remove the valid bit too.
            if (op_q == vitrine_pkg::FlowUpdate) bank_entry_o = {1'b1, key_q, value_q};
            stash_slot_o = stashed_slot_q;
            stash_entry_o = bank_entry_o;
            if (held_in_bank) begin
              bank_enable_o[place_q] = 1'b1;
            end else if (stashed_q) begin
              stash_write_o = 1'b1;
              old_value_d = stash_entry_i[ValueBits-1:0];
            end else begin
              status_d = vitrine_pkg::FlowAbsent;
            end
            if (op_q == vitrine_pkg::FlowRemove && (held_in_bank || stashed_q)) begin
              count_d = count_q - 1'b1;
              kicks_d = KickBits'(MaxKicks);
            end
          end
        end
      end

      default: state_d = Clear;
    endcase
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      state_q <= Clear;
      clear_q <= '0;
      pending_q <= 1'b0;
      relocating_q <= 1'b0;
      slot_q <= '0;
      kicks_q <= '0;
      count_q <= '0;
      done_q <= 1'b0;
      random_q <= 16'h0001;
    end else begin
      state_q <= state_d;
      if (state_q == Clear) clear_q <= clear_q + 1'b1;
      pending_q <= pending_d;
      relocating_q <= relocating_d;
      slot_q <= slot_d;
      kicks_q <= kicks_d;
      count_q <= count_d;
      done_q <= done_d;
      random_q <= {1'b0, random_q[15:1]} ^ (random_q[0] ? 16'hb400 : 16'h0000);
    end
    searched_q <= searched_d;
    stashed_q <= stashed_d;
    stashed_slot_q <= stashed_slot_d;
    status_q <= status_d;
    old_value_q <= old_value_d;
    if (accept) begin
      op_q <= command_op_i;
      command_key_q <= command_key_i;
      command_value_q <= command_value_i;
    end
    if (state_q == Take) begin
      key_q <= relocating_q ? stash_entry_i[ValueBits+:KeyBits] : command_key_q;
      value_q <= relocating_q ? stash_entry_i[ValueBits-1:0] : command_value_q;
      from_q <= relocating_q ? stash_from_i : Annex;
    end
    if (state_q == Decide) begin
      place_q <= place_d;
      there_q <= there_d;
    end
  end

  if (Banks < 3 || Banks - 1 != 2 ** PickBits) begin : g_illegal
    $fatal(1, "flow_engine: Banks is one more than a power of two, at least 3");
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
`ifndef FORMAL
      // The formal check in flow_core follows one key, any one; these say the same of all keys.
      assert (state_q != Act || (holds_q & (holds_q - 1'b1)) == '0);  // a key is in one bank at most,
      assert (state_q != Act || relocating_q || holds_q == '0 || !stashed_q);  // or in the stash
      assert (state_q != Act || !relocating_q || holds_q == '0);
`endif
      assert (!bank_write_o || state_q == Clear || (bank_enable_o & (bank_enable_o - 1'b1)) == '0);
    end
  end
`endif

`ifdef FORMAL
  assign f_clearing_o = state_q == Clear;
  assign f_clear_o = clear_q;
  assign f_pending_o = pending_q;
  assign f_op_o = op_q;
  assign f_command_key_o = command_key_q;
  assign f_command_value_o = command_value_q;
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (seeded_i || state_q == Clear || state_q == Idle);
    if (rst_ni) assert (state_q != Clear || (!pending_q && stash_used_i == '0 && !done_q));
    if (rst_ni) assert (seeded_i || (!pending_q && stash_used_i == '0 && !done_q));
    if (rst_ni) assert (state_q == Clear || state_q == Idle || pending_q || relocating_q);
    if (rst_ni) assert (state_q != Idle || !pending_q);
  end
`endif
endmodule
