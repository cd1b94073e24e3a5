// The card's flow table: which connection a packet belongs to.
//
// Keys are vitrine_pkg::flow_key_t; both directions of a connection share one entry (flow_orient), so the value says
// nothing of the direction, which is the ingress port. Capacity (Banks - 1) * 2^IndexBits + 2^AnnexBits places and the
// stash; 65,536 connections fill 97 % of the default's 67,584. Lookup: one a clock, never stalled, latency 9. Commands,
// clearing and the seed: flow_engine, flow_seed.
module flow_table #(
  parameter  int unsigned ValueBits = 18,
  parameter  int unsigned Banks     = 5,     // with the annex; one more than a power of two
  parameter  int unsigned IndexBits = 14,    // of a bank's address
  parameter  int unsigned AnnexBits = 11,    // of the last bank's address, at most IndexBits
  parameter  int unsigned Stash     = 8,     // entries, a power of two
  parameter  int unsigned MaxKicks  = 4095,  // relocations that an insert or a remove pays for
  localparam int unsigned CountBits = IndexBits + $clog2(Banks)
) (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       seed_write_i,
  input  logic [31:0]                seed_word_i,
  output logic                       ready_o,

  input  logic                       lookup_valid_i,
  input  vitrine_pkg::flow_key_t     lookup_key_i,
  output logic                       result_valid_o,
  output logic                       result_hit_o,
  output logic [ValueBits-1:0]       result_value_o,  // 0 where there is no hit

  input  logic                       command_valid_i,
  output logic                       command_ready_o,
  input  vitrine_pkg::flow_op_t      command_op_i,
  input  vitrine_pkg::flow_key_t     command_key_i,
  input  logic [ValueBits-1:0]       command_value_i,
  output logic                       done_o,
  output vitrine_pkg::flow_status_t  done_status_o,
  output logic [ValueBits-1:0]       done_value_o,

  output logic [CountBits-1:0]       count_o,
  output logic [Stash-1:0]           stash_used_o
);
  logic [vitrine_pkg::FlowKeyBits-1:0] lookup_key;
  logic [vitrine_pkg::FlowKeyBits-1:0] command_key;
  flow_orient u_lookup_orient (.key_i(lookup_key_i), .oriented_o(lookup_key));
  flow_orient u_command_orient (.key_i(command_key_i), .oriented_o(command_key));

  flow_core #(
    .KeyBits(vitrine_pkg::FlowKeyBits), .ValueBits(ValueBits), .Banks(Banks), .IndexBits(IndexBits),
    .AnnexBits(AnnexBits), .Stash(Stash), .MaxKicks(MaxKicks)
  ) u_core (
    .clk_i,
    .rst_ni,
    .seed_write_i,
    .seed_word_i,
    .ready_o,
    .lookup_valid_i,
    .lookup_key_i(lookup_key),
    .result_valid_o,
    .result_hit_o,
    .result_value_o,
    .command_valid_i,
    .command_ready_o,
    .command_op_i,
    .command_key_i(command_key),
    .command_value_i,
    .done_o,
    .done_status_o,
    .done_value_o,
    .count_o,
    .stash_used_o
  );
endmodule
