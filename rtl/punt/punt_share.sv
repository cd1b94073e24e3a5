// Two AXI4 write masters on one port: burst by burst, the other first when both want to.
//
// A burst that has been offered keeps the port until its address and its last beat are taken; awid_o says whose it is,
// and responses go back by bid_i. Combinational from master to port and back; nothing is stored.
module punt_share #(
  parameter int unsigned DataBits = 512
) (
  input  logic                  clk_i,
  input  logic                  rst_ni,
  // Masters 0 and 1.
  input  logic [1:0]            awvalid_i,
  output logic [1:0]            awready_o,
  input  logic [127:0]          awaddr_i,
  input  logic [15:0]           awlen_i,
  input  logic [1:0]            wvalid_i,
  output logic [1:0]            wready_o,
  input  logic [2*DataBits-1:0] wdata_i,
  input  logic [1:0]            wlast_i,
  output logic [1:0]            bvalid_o,
  input  logic [1:0]            bready_i,
  output logic [1:0]            bresp_o,
  // The port.
  output logic                  awvalid_o,
  input  logic                  awready_i,
  output logic                  awid_o,
  output logic [63:0]           awaddr_o,
  output logic [7:0]            awlen_o,
  output logic                  wvalid_o,
  input  logic                  wready_i,
  output logic [DataBits-1:0]   wdata_o,
  output logic                  wlast_o,
  input  logic                  bvalid_i,
  output logic                  bready_o,
  input  logic                  bid_i,
  input  logic [1:0]            bresp_i
);
  logic held_q;          // a burst is on offer: the port is owner_q's
  logic owner_q;         // else: who had it last
  logic address_done_q;  // of this burst
  logic data_done_q;
  logic owner;
  logic wants_0;
  logic wants_1;
  // A master offers address and data together, so its address says that it has a burst.
  assign wants_0 = awvalid_i[0];
  assign wants_1 = awvalid_i[1];
  assign owner = held_q ? owner_q : (owner_q ? !wants_0 : wants_1);
  logic active;
  assign active = held_q || wants_0 || wants_1;

  always_comb begin
    awvalid_o = active && awvalid_i[owner] && !address_done_q;
    awid_o = owner;
    awaddr_o = owner ? awaddr_i[127:64] : awaddr_i[63:0];
    awlen_o = owner ? awlen_i[15:8] : awlen_i[7:0];
    wvalid_o = active && wvalid_i[owner] && !data_done_q;
    wdata_o = owner ? wdata_i[2*DataBits-1:DataBits] : wdata_i[DataBits-1:0];
    wlast_o = wlast_i[owner];
    awready_o = '0;
    wready_o = '0;
    awready_o[owner] = awready_i && active && !address_done_q;
    wready_o[owner] = wready_i && active && !data_done_q;
    bvalid_o = {bvalid_i && bid_i, bvalid_i && !bid_i};
    bresp_o = bresp_i;
    bready_o = bready_i[bid_i];
  end

  logic address_done;
  logic data_done;
  assign address_done = address_done_q || (awvalid_o && awready_i);
  assign data_done = data_done_q || (wvalid_o && wready_i && wlast_o);
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      held_q <= 1'b0;
      owner_q <= 1'b0;
      address_done_q <= 1'b0;
      data_done_q <= 1'b0;
    end else if (active) begin
      owner_q <= owner;
      held_q <= !(address_done && data_done);
      address_done_q <= address_done && !data_done;
      data_done_q <= data_done && !address_done;
    end
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(wvalid_i[0] && !awvalid_i[0] && !(held_q && !owner_q)));  // data without its address
    if (rst_ni) assert (!(wvalid_i[1] && !awvalid_i[1] && !(held_q && owner_q)));
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  // Masters as punt_write: a burst's address and data come together, stay, and the next waits for both to be taken.
  logic [1:0] f_address_taken;
  logic [1:0] f_data_taken;
  logic [1:0] f_open;  // address on offer, or data still to leave
  always_ff @(posedge clk_i) begin
    for (int i = 0; i < 2; i++) begin
      if (!rst_ni) begin
        f_address_taken[i] <= 1'b0;
        f_data_taken[i] <= 1'b0;
      end else begin
        f_address_taken[i] <= (f_address_taken[i] || (awvalid_i[i] && awready_o[i])) &&
          !(f_data_taken[i] || (wvalid_i[i] && wready_o[i] && wlast_i[i]));
        f_data_taken[i] <= (f_data_taken[i] || (wvalid_i[i] && wready_o[i] && wlast_i[i])) &&
          !(f_address_taken[i] || (awvalid_i[i] && awready_o[i]));
      end
    end
  end
  always_comb begin
    if (!f_started) assume (!rst_ni);
    for (int i = 0; i < 2; i++) begin
      f_open[i] = awvalid_i[i] || f_address_taken[i];
      assume (!(awvalid_i[i] && f_address_taken[i]));
      assume (!(wvalid_i[i] && f_data_taken[i]));
      assume (wvalid_i[i] == (f_open[i] && !f_data_taken[i]));
    end
  end
  always_ff @(posedge clk_i) begin
    if (f_started && rst_ni && $past(rst_ni)) begin
      for (int i = 0; i < 2; i++) begin
        assume (!$past(awvalid_i[i] && !awready_o[i]) || (awvalid_i[i] && $stable(awaddr_i) && $stable(awlen_i)));
        assume (!$past(wvalid_i[i] && !wready_o[i]) || ($stable(wdata_i) && $stable(wlast_i)));
      end
      if ($past(awvalid_o && !awready_i)) assert (awvalid_o && $stable(awid_o) && $stable(awaddr_o) && $stable(awlen_o));
      if ($past(wvalid_o && !wready_i)) assert (wvalid_o && $stable(wdata_o) && $stable(wlast_o));
    end
    if (f_started && rst_ni) begin
      // Only the owner's burst is open, and the port knows what of it is done.
      assert (address_done_q == f_address_taken[owner_q] && data_done_q == f_data_taken[owner_q]);
      assert (!f_address_taken[!owner_q] && !f_data_taken[!owner_q]);
      assert (!(address_done_q && data_done_q));
      assert (held_q || (!address_done_q && !data_done_q));
      if (held_q) assert (f_open[owner_q]);
      // One response goes to one master, the one that it names.
      assert (bvalid_o == (bvalid_i ? (bid_i ? 2'b10 : 2'b01) : 2'b00));
    end
  end
`endif
endmodule
