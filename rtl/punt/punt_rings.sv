// The card's rings in the host's memory: punts and events, tap, and what the host injects; one AXI4 master.
//
// Wiring only: the punt ring and the tap ring share the write channels (AWID 0 and 1), the inject ring has the read
// channels. Layout of entries, registers and rules: rtl/punt/README.md.
module punt_rings #(
  parameter int unsigned StoreBeats = 512  // beats that each ring holds on the card; a power of two, at least 256
) (
  input  logic         clk_i,
  input  logic         rst_ni,
  // Registers (csr, block RINGS).
  input  logic [63:0]  punt_base_i,
  input  logic [31:0]  punt_size_i,
  input  logic [31:0]  punt_tail_i,
  output logic [31:0]  punt_head_o,
  input  logic [63:0]  inject_base_i,
  input  logic [31:0]  inject_size_i,
  input  logic [31:0]  inject_head_i,
  output logic [31:0]  inject_tail_o,
  input  logic [63:0]  tap_base_i,
  input  logic [31:0]  tap_size_i,
  input  logic [31:0]  tap_tail_i,
  output logic [31:0]  tap_head_o,
  // Pulses for the event register.
  output logic         punt_put_o,
  output logic         tap_put_o,
  output logic         inject_taken_o,
  output logic         dma_error_o,
  output logic         idle_o,
  // Punts (in_keep clear: dropped where there is no room) and events (set: they wait).
  input  logic         punt_valid_i,
  output logic         punt_ready_o,
  input  logic [511:0] punt_data_i,
  input  logic         punt_last_i,
  input  logic         punt_keep_i,        // with the header
  output logic         punt_fits_o,        // the ring has room for a punt,
  output logic         event_fits_o,       // and for an event
  output logic         punt_stored_o,      // pulse, a clock after its header was taken: an entry will be written,
  output logic         punt_dropped_o,     // or it will not
  // Tap.
  input  logic         tap_valid_i,
  output logic         tap_ready_o,
  input  logic [511:0] tap_data_i,
  input  logic         tap_last_i,
  output logic         tap_stored_o,
  output logic         tap_dropped_o,
  // Injected frames.
  output logic         inject_valid_o,
  input  logic         inject_ready_i,
  output logic [511:0] inject_data_o,
  output logic [6:0]   inject_bytes_o,
  output logic         inject_last_o,
  output logic         inject_how_o,       // 0: out of inject_port_o; 1: as if received by it
  output logic         inject_port_o,
  output logic         inject_refused_o,   // pulse: an entry that says nonsense was skipped
  // AXI4 master. Not here because they are constant: size 6 (64 bytes), burst 1 (INCR), all write strobes set.
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
  logic [1:0] awvalid;
  logic [1:0] awready;
  logic [127:0] awaddr;
  logic [15:0] awlen;
  logic [1:0] wvalid;
  logic [1:0] wready;
  logic [1023:0] wdata;
  logic [1:0] wlast;
  logic [1:0] bvalid;
  logic [1:0] bready;
  logic [1:0] bresp;
  logic [2:0] failed;
  logic [2:0] idle;
  assign dma_error_o = failed != '0;
  assign idle_o = idle == '1;

  punt_ring #(.NumberByte(28), .Reserve(1'b1), .StoreBeats(StoreBeats)) u_punt (
    .clk_i, .rst_ni, .base_i(punt_base_i), .size_i(punt_size_i), .tail_i(punt_tail_i), .head_o(punt_head_o),
    .in_valid_i(punt_valid_i), .in_ready_o(punt_ready_o), .in_data_i(punt_data_i), .in_last_i(punt_last_i),
    .in_keep_i(punt_keep_i), .fits_drop_o(punt_fits_o), .fits_keep_o(event_fits_o), .stored_o(punt_stored_o),
    .dropped_o(punt_dropped_o), .put_o(punt_put_o), .error_o(failed[0]), .idle_o(idle[0]), .awvalid_o(awvalid[0]),
    .awready_i(awready[0]), .awaddr_o(awaddr[63:0]), .awlen_o(awlen[7:0]), .wvalid_o(wvalid[0]), .wready_i(wready[0]),
    .wdata_o(wdata[511:0]), .wlast_o(wlast[0]), .bvalid_i(bvalid[0]), .bready_o(bready[0]), .bresp_i(bresp)
  );

  /* verilator lint_off PINCONNECTEMPTY */  // plaintext that finds no room is dropped, and tap_dropped_o says so
  punt_ring #(.NumberByte(32), .Reserve(1'b0), .StoreBeats(StoreBeats)) u_tap (
    .clk_i, .rst_ni, .base_i(tap_base_i), .size_i(tap_size_i), .tail_i(tap_tail_i), .head_o(tap_head_o),
    .in_valid_i(tap_valid_i), .in_ready_o(tap_ready_o), .in_data_i(tap_data_i), .in_last_i(tap_last_i),
    .in_keep_i(1'b0), .fits_drop_o(), .fits_keep_o(), .stored_o(tap_stored_o), .dropped_o(tap_dropped_o),
    .put_o(tap_put_o), .error_o(failed[1]), .idle_o(idle[1]), .awvalid_o(awvalid[1]), .awready_i(awready[1]),
    .awaddr_o(awaddr[127:64]), .awlen_o(awlen[15:8]), .wvalid_o(wvalid[1]), .wready_i(wready[1]),
    .wdata_o(wdata[1023:512]), .wlast_o(wlast[1]), .bvalid_i(bvalid[1]), .bready_o(bready[1]), .bresp_i(bresp)
  );
  /* verilator lint_on PINCONNECTEMPTY */

  punt_share u_share (
    .clk_i, .rst_ni, .awvalid_i(awvalid), .awready_o(awready), .awaddr_i(awaddr), .awlen_i(awlen), .wvalid_i(wvalid),
    .wready_o(wready), .wdata_i(wdata), .wlast_i(wlast), .bvalid_o(bvalid), .bready_i(bready), .bresp_o(bresp),
    .awvalid_o, .awready_i, .awid_o, .awaddr_o, .awlen_o, .wvalid_o, .wready_i, .wdata_o, .wlast_o, .bvalid_i,
    .bready_o, .bid_i, .bresp_i
  );

  punt_inject #(.StoreBeats(StoreBeats)) u_inject (
    .clk_i, .rst_ni, .base_i(inject_base_i), .size_i(inject_size_i), .head_i(inject_head_i), .tail_o(inject_tail_o),
    .taken_o(inject_taken_o), .refused_o(inject_refused_o), .error_o(failed[2]), .idle_o(idle[2]),
    .out_valid_o(inject_valid_o), .out_ready_i(inject_ready_i), .out_data_o(inject_data_o),
    .out_bytes_o(inject_bytes_o), .out_last_o(inject_last_o), .out_how_o(inject_how_o), .out_port_o(inject_port_o),
    .arvalid_o, .arready_i, .arid_o, .araddr_o, .arlen_o, .rvalid_i, .rready_o, .rid_i, .rdata_i, .rresp_i
  );
endmodule
