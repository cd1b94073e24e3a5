// What a segment of a spliced connection does to its statistics, once rtl/record has said what becomes of it.
//
// The counts of host/card/soft/record/record_splicer.cpp: an acknowledgement counts where it moves what the other side
// knows to be received; bytes and packets are of what leaves. own is the side that sent the segment. Combinational.
module track_splice (
  input  vitrine_pkg::parsed_t          parsed_i,
  input  vitrine_pkg::record_verdict_t  verdict_i,
  input  vitrine_pkg::track_side_t      own_i,
  input  vitrine_pkg::track_side_t      other_i,
  output vitrine_pkg::track_side_t      own_o,
  output vitrine_pkg::track_side_t      other_o,
  output logic                          cut_o
);
  logic syn;
  logic rst;
  logic [31:0] acknowledgement;
  logic [31:0] other_next;
  logic [31:0] own_next;
  logic [31:0] last;
  logic [31:0] moves;
  /* verilator lint_off UNUSEDSIGNAL */  // its sign
  logic [31:0] beyond;
  /* verilator lint_on UNUSEDSIGNAL */
  /* verilator lint_off UNUSEDSIGNAL */  // its sign
  logic [31:0] ahead;
  /* verilator lint_on UNUSEDSIGNAL */
  /* verilator lint_off UNUSEDSIGNAL */  // its sign
  logic [31:0] died_ahead;
  /* verilator lint_on UNUSEDSIGNAL */
  logic takes;
  logic unsplicable;
  always_comb begin
    syn = parsed_i.tcp_flags[1];
    rst = parsed_i.tcp_flags[2];
    unsplicable = parsed_i.tcp_flags[5] || (syn && parsed_i.payload_length != '0);
    own_o = own_i;
    other_o = other_i;
    acknowledgement = parsed_i.acknowledgement - other_i.sequence_delta;
    other_next = other_i.next_sequence + 32'(other_i.fin && other_i.fin_end == other_i.next_sequence);
    own_next = own_i.next_sequence + 32'(own_i.fin && own_i.fin_end == own_i.next_sequence);
    moves = acknowledgement - other_i.acknowledged;
    beyond = other_next - acknowledgement;
    takes = parsed_i.tcp_flags[4] && !syn && !unsplicable && moves != '0 && !moves[31] && !beyond[31];
    if (takes) begin
      other_o.acknowledged = acknowledgement;
      own_o.last_acknowledgement = parsed_i.acknowledgement;
    end
    last = parsed_i.sequence_number + 32'(verdict_i.leaves);
    ahead = last - own_i.next_sequence;
    died_ahead = last - own_next;
    own_o.fresh = own_i.fresh + 64'(verdict_i.fresh_bytes);
    own_o.records = own_i.records + 64'(verdict_i.records);
    cut_o = 1'b0;
    if (verdict_i.sends) begin
      own_o.packets = own_i.packets + 64'd1;
      own_o.bytes = own_i.bytes + 64'(parsed_i.payload) + 64'(verdict_i.leaves);
      own_o.payload = own_i.payload + 64'(verdict_i.leaves);
      cut_o = verdict_i.leaves != parsed_i.payload_length;
      if (verdict_i.leaves != '0 && !ahead[31]) own_o.next_sequence = last;
      if (parsed_i.tcp_flags[0] && !rst && !syn && verdict_i.leaves == parsed_i.payload_length) begin
        own_o.fin = 1'b1;
        own_o.fin_end = last;
      end
    end
    if (own_i.died) own_o.next_sequence = own_i.next_sequence;
    if (verdict_i.closes && verdict_i.close_reason >= vitrine_pkg::CloseBadRecord) begin
      own_o.died = 1'b1;
      own_o.fin = 1'b0;
      own_o.next_sequence = !died_ahead[31] ? last : own_next;
    end
  end

  logic unused;
  assign unused = &{1'b0, parsed_i, verdict_i};
endmodule
