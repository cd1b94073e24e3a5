// A ring of entries in the host's memory: the card puts, the host takes. Punts with events, and the tap.
//
// An entry is a header beat and up to 255 beats (rtl/punt/README.md has their layout). It is stored whole before any of
// it is written, so that the bus never waits for the card; HEAD moves when all of it is in memory. punt_admit says what
// is taken, dropped or left waiting. Without a wait on the bus the first address stands 4 clocks after an entry's last
// beat was taken.
module punt_ring #(
  parameter int unsigned NumberByte = 28,    // where the entry's number goes in the header
  parameter bit          Reserve    = 1'b1,  // an eighth of the ring is for entries with in_keep_i only
  parameter int unsigned StoreBeats = 512    // beats that wait to be written; a power of two, at least 256
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  input  logic [63:0]  base_i,
  input  logic [31:0]  size_i,
  input  logic [31:0]  tail_i,
  output logic [31:0]  head_o,
  input  logic         in_valid_i,
  output logic         in_ready_o,
  input  logic [511:0] in_data_i,
  input  logic         in_last_i,
  input  logic         in_keep_i,
  output logic         fits_drop_o,
  output logic         fits_keep_o,
  output logic         stored_o,
  output logic         dropped_o,
  output logic         put_o,        // pulse: HEAD moves
  output logic         error_o,      // pulse: the memory refused a write, the ring has stopped
  output logic         idle_o,       // nothing is stored or under way
  output logic         awvalid_o,
  input  logic         awready_i,
  output logic [63:0]  awaddr_o,
  output logic [7:0]   awlen_o,
  output logic         wvalid_o,
  input  logic         wready_i,
  output logic [511:0] wdata_o,
  output logic         wlast_o,
  input  logic         bvalid_i,
  output logic         bready_o,
  input  logic [1:0]   bresp_i
);
  localparam int unsigned FreeBits = $clog2(StoreBeats) + 1;

  logic push;
  logic [511:0] push_data;
  logic push_last;
  logic [8:0] push_beats;
  logic [FreeBits-1:0] free;
  logic stored_valid;
  logic stored_ready;
  logic [511:0] stored_data;
  logic [8:0] stored_beats;
  logic write_idle;
  logic run;
  logic off;
  logic [63:0] ring_base;
  logic [31:0] mask;
  assign idle_o = !stored_valid && free == FreeBits'(StoreBeats) && write_idle;

  punt_admit #(.NumberByte(NumberByte), .Reserve(Reserve), .StoreBeats(StoreBeats)) u_admit (
    .clk_i, .rst_ni, .base_i, .size_i, .tail_i, .head_o, .in_valid_i, .in_ready_o, .in_data_i, .in_last_i, .in_keep_i,
    .fits_drop_o, .fits_keep_o, .stored_o, .dropped_o, .push_o(push), .push_data_o(push_data), .push_last_o(push_last),
    .push_beats_o(push_beats), .free_i(free), .drained_i(idle_o), .run_o(run), .off_o(off), .ring_base_o(ring_base),
    .mask_o(mask), .written_i(put_o), .failed_i(error_o)
  );

  /* verilator lint_off PINCONNECTEMPTY */  // punt_admit pushes what it has found room for
  prim_commit_fifo #(.Width(512 + 9), .Depth(StoreBeats)) u_store (
    .clk_i, .rst_ni, .push_i(push), .push_data_i({push_beats, push_data}), .full_o(), .commit_i(push && push_last),
    .rewind_i(1'b0), .pop_valid_o(stored_valid), .pop_ready_i(stored_ready), .pop_data_o({stored_beats, stored_data}),
    .free_o(free)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  punt_write u_write (
    .clk_i, .rst_ni, .run_i(run), .off_i(off), .ring_base_i(ring_base), .mask_i(mask), .written_o(put_o),
    .failed_o(error_o), .idle_o(write_idle), .in_valid_i(stored_valid), .in_ready_o(stored_ready),
    .in_data_i(stored_data), .in_beats_i(stored_beats), .awvalid_o, .awready_i, .awaddr_o, .awlen_o, .wvalid_o,
    .wready_i, .wdata_o, .wlast_o, .bvalid_i, .bready_o, .bresp_i
  );

  if (StoreBeats < 256) begin : g_illegal
    $fatal(1, "punt_ring: StoreBeats holds the longest entry");
  end
endmodule
