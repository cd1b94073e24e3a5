// The rules of one policy: what to do with a packet that has no flow entry. The first rule that matches wins.
//
// Lookup: one a clock, latency 8, no backpressure: register, match (4, rules_slice), first slice, action, register.
// Two generations: lookups use one, the host loads the other, word by word, and commits it whole: in one clock the two
// change roles. A packet takes its generation with it from the clock in which it enters, so it is judged by the old one
// or the new one; load_ready_o is low until the last packet of the old one is through.
// Until the first commit there are no rules and everything is forwarded.
//
// The words (host/card/rule_image.h): for chunk 0 ... 67, which of the slice's 32 rules agree with row (an address of
// rules_slice); for chunk 68, the actions of rule 32 * slice + row: bits 1:0 as the rule says, 3:2 for a fragment, 5:4
// behind an extension header. Only the slices that the commit counts are looked at.
module rules_table #(
  parameter  int unsigned Rules     = 1024,                          // a power of two, at least 64
  localparam int unsigned Slices    = Rules / 32,
  localparam int unsigned SliceBits = $clog2(Slices)
) (
  input  logic                      clk_i,
  input  logic                      rst_ni,

  input  logic                      lookup_valid_i,
  input  vitrine_pkg::frame_kind_t  lookup_kind_i,
  input  vitrine_pkg::flow_key_t    lookup_key_i,
  output logic                      result_valid_o,
  output logic                      result_hit_o,     // by a rule; else the generation's default
  output logic [SliceBits+4:0]      result_rule_o,
  output vitrine_pkg::action_t      result_action_o,
  output logic [31:0]               result_version_o, // configuration version of the generation that judged

  input  logic                      load_valid_i,
  output logic                      load_ready_o,
  input  logic [SliceBits-1:0]      load_slice_i,
  input  logic [6:0]                load_chunk_i,     // 0 ... 68
  input  logic [4:0]                load_row_i,
  input  logic [31:0]               load_data_i,

  input  logic                      commit_valid_i,   // taken where load_ready_o is set, instead of a word
  input  logic [SliceBits:0]        commit_slices_i,  // 0 ... Slices
  input  vitrine_pkg::action_t      commit_otherwise_i,
  input  logic [31:0]               commit_version_i,
  output logic [31:0]               version_o         // of the generation that judges packets entering now
);
  localparam int unsigned Chunks = 68;
  localparam int unsigned Latency = 8;
  localparam logic [6:0] ActionChunk = 7'(Chunks);

  // --- generations ---

  logic active_q;
  logic [3:0] draining_q;  // clocks until no packet of the other generation is left
  logic [SliceBits:0] slices0_q, slices1_q;
  vitrine_pkg::action_t otherwise0_q, otherwise1_q;
  logic [31:0] version0_q, version1_q;
  logic load;
  logic commit;
  assign load_ready_o = draining_q == '0;
  assign commit = commit_valid_i && load_ready_o;
  assign load = load_valid_i && load_ready_o && !commit;
  assign version_o = active_q ? version1_q : version0_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      active_q <= 1'b0;
      draining_q <= 4'(Latency);
      slices0_q <= '0;
      slices1_q <= '0;
      otherwise0_q <= vitrine_pkg::ActionForward;
      otherwise1_q <= vitrine_pkg::ActionForward;
      version0_q <= '0;
      version1_q <= '0;
    end else begin
      if (draining_q != '0) draining_q <= draining_q - 1'b1;
      if (commit) begin
        active_q <= !active_q;
        draining_q <= 4'(Latency);
        if (active_q) begin
          slices0_q <= commit_slices_i;
          otherwise0_q <= commit_otherwise_i;
          version0_q <= commit_version_i;
        end else begin
          slices1_q <= commit_slices_i;
          otherwise1_q <= commit_otherwise_i;
          version1_q <= commit_version_i;
        end
      end
    end
  end

  // --- what a packet takes along: stage n is in clock n + 1 ---

  logic [5*Chunks-1:0] chunks;
  logic [5*Chunks-1:0] chunks_q;
  logic [Latency-1:0] valid_q;
  logic [Latency-2:0] generation_q;
  logic [2*(Latency-1)-1:0] column_q;  // which of a rule's actions counts
  logic [1:0] column;
  rules_chunks u_chunks (.kind_i(lookup_kind_i), .key_i(lookup_key_i), .chunks_o(chunks));
  assign column = lookup_kind_i == vitrine_pkg::KindExtensionHeader ? 2'd2 :
                  lookup_kind_i == vitrine_pkg::KindFragment ? 2'd1 : 2'd0;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= '0;
    else valid_q <= {valid_q[Latency-2:0], lookup_valid_i};
    generation_q <= {generation_q[Latency-3:0], active_q};
    column_q <= {column_q[2*(Latency-2)-1:0], column};
    if (lookup_valid_i) chunks_q <= chunks;
  end

  // --- match: stages 0 to 3 ---

  logic [Slices-1:0] match;
  logic [Slices*5-1:0] first;
  logic [SliceBits:0] slices;
  assign slices = generation_q[3] ? slices1_q : slices0_q;
  for (genvar s = 0; s < Slices; s = s + 1) begin : g_slice
    rules_slice #(.Chunks(Chunks)) u_slice (
      .clk_i,
      .valid_i(valid_q[0]),
      .generation_i(generation_q[0]),
      .chunks_i(chunks_q),
      .enable_i(slices > (SliceBits + 1)'(s)),
      .match_o(match[s]),
      .first_o(first[s*5+:5]),
      .load_i(load && load_slice_i == SliceBits'(s)),
      .load_generation_i(!active_q),
      .load_chunk_i,
      .load_row_i,
      .load_data_i
    );
  end

  // --- the first slice, stage 4, and its rule's actions, stage 5 ---

  logic [SliceBits+4:0] rule_d, rule_q, rule_late_q;
  logic hit_q, hit_late_q;
  logic [5:0] actions;
  always_comb begin
    rule_d = '0;
    for (int s = Slices - 1; s >= 0; s = s - 1) begin
      if (match[s]) rule_d = {SliceBits'(s), first[s*5+:5]};
    end
  end
  prim_ram_sdp #(.Width(6), .Depth(2 * Rules)) u_actions (
    .clk_i,
    .write_i(load && load_chunk_i == ActionChunk),
    .write_address_i({!active_q, load_slice_i, load_row_i}),
    .write_data_i(load_data_i[5:0]),
    .read_i(valid_q[5]),
    .read_address_i({generation_q[5], rule_q}),
    .read_data_o(actions)
  );
  always_ff @(posedge clk_i) begin
    rule_q <= rule_d;
    hit_q <= match != '0;
    rule_late_q <= rule_q;
    hit_late_q <= hit_q;
  end

  // --- answer: stage 6 ---

  logic [SliceBits+4:0] answer_rule_q;
  logic answer_hit_q;
  vitrine_pkg::action_t answer_action_q, answer_action_d;
  logic [31:0] answer_version_q;
  assign result_valid_o = valid_q[Latency-1];
  assign result_hit_o = answer_hit_q;
  assign result_rule_o = answer_rule_q;
  assign result_action_o = answer_action_q;
  assign result_version_o = answer_version_q;
  logic [1:0] late_column;
  logic [1:0] rule_action;
  assign late_column = column_q[2*(Latency-1)-1-:2];
  always_comb begin
    unique case (late_column)
      2'd2:    rule_action = actions[5:4];
      2'd1:    rule_action = actions[3:2];
      default: rule_action = actions[1:0];
    endcase
    answer_action_d = generation_q[Latency-2] ? otherwise1_q : otherwise0_q;
    if (hit_late_q) begin
      unique case (rule_action)
        2'd1:    answer_action_d = vitrine_pkg::ActionDrop;
        2'd2:    answer_action_d = vitrine_pkg::ActionPunt;
        2'd3:    answer_action_d = vitrine_pkg::ActionSplice;
        default: answer_action_d = vitrine_pkg::ActionForward;
      endcase
    end
  end
  always_ff @(posedge clk_i) begin
    answer_rule_q <= rule_late_q;
    answer_hit_q <= hit_late_q;
    answer_action_q <= answer_action_d;
    answer_version_q <= generation_q[Latency-2] ? version1_q : version0_q;
  end

  if (Rules < 64 || Rules != 32 * 2 ** SliceBits) begin : g_illegal
    $fatal(1, "rules_table: Rules is a power of two, at least 64");
  end

`ifndef SYNTHESIS
  // No packet in flight is judged by the generation that is being loaded, and none by two.
  logic old_in_flight;
  always_comb begin
    old_in_flight = 1'b0;
    for (int s = 0; s < Latency - 1; s = s + 1) begin
      if (valid_q[s] && generation_q[s] != active_q) old_in_flight = 1'b1;
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!(load || commit) || !old_in_flight);
      assert (!load || load_chunk_i <= ActionChunk);
      assert (!commit || commit_slices_i <= (SliceBits + 1)'(Slices));
      assert (!commit || commit_otherwise_i != vitrine_pkg::ActionSplice);
      assert (!result_valid_o || result_action_o != vitrine_pkg::ActionSplice);  // a splice needs keys
    end
  end
`endif
endmodule
