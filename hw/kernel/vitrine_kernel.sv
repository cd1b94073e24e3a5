// The card as a Vitis RTL kernel (hwControlProtocol user_managed): card_top between AXI4-Stream MACs, an AXI4-Lite slave
// and an AXI4 master. Wiring, and what the buses spell otherwise.
//
// rx0, tx0: inside; rx1, tx1: outside. tkeep is contiguous from byte 0, all ones but in the last beat; rx_tuser: the MAC
// found the frame bad. A MAC cannot wait, so rx_tready is always high; rx comes a clock later to card_top.
// Bursts are of whole 64-byte beats with rising addresses.
module vitrine_kernel #(
  parameter int unsigned ClocksPerMs     = 250_000,  // of ap_clk
  parameter int unsigned Lanes           = 1,
  parameter int unsigned ConnectionsLog2 = 8,
  parameter int unsigned ContextsLog2    = 5,
  parameter int unsigned RulesLog2       = 8
) (
  input  logic         ap_clk,
  input  logic         ap_rst_n,
  // verilator lint_off SYMRSVDWORD
  output logic         interrupt,  // the name that Vitis looks for
  // verilator lint_on SYMRSVDWORD
  // MAC of the inside.
  input  logic         rx0_tvalid,
  output logic         rx0_tready,
  input  logic [511:0] rx0_tdata,
  input  logic [63:0]  rx0_tkeep,
  input  logic         rx0_tlast,
  input  logic         rx0_tuser,
  output logic         tx0_tvalid,
  input  logic         tx0_tready,
  output logic [511:0] tx0_tdata,
  output logic [63:0]  tx0_tkeep,
  output logic         tx0_tlast,
  // MAC of the outside.
  input  logic         rx1_tvalid,
  output logic         rx1_tready,
  input  logic [511:0] rx1_tdata,
  input  logic [63:0]  rx1_tkeep,
  input  logic         rx1_tlast,
  input  logic         rx1_tuser,
  output logic         tx1_tvalid,
  input  logic         tx1_tready,
  output logic [511:0] tx1_tdata,
  output logic [63:0]  tx1_tkeep,
  output logic         tx1_tlast,
  // Registers.
  input  logic         s_axi_control_awvalid,
  output logic         s_axi_control_awready,
  input  logic [15:0]  s_axi_control_awaddr,
  input  logic         s_axi_control_wvalid,
  output logic         s_axi_control_wready,
  input  logic [31:0]  s_axi_control_wdata,
  input  logic [3:0]   s_axi_control_wstrb,
  output logic         s_axi_control_bvalid,
  input  logic         s_axi_control_bready,
  output logic [1:0]   s_axi_control_bresp,
  input  logic         s_axi_control_arvalid,
  output logic         s_axi_control_arready,
  input  logic [15:0]  s_axi_control_araddr,
  output logic         s_axi_control_rvalid,
  input  logic         s_axi_control_rready,
  output logic [31:0]  s_axi_control_rdata,
  output logic [1:0]   s_axi_control_rresp,
  // The host's memory.
  output logic         m_axi_host_awvalid,
  input  logic         m_axi_host_awready,
  output logic [0:0]   m_axi_host_awid,
  output logic [63:0]  m_axi_host_awaddr,
  output logic [7:0]   m_axi_host_awlen,
  output logic [2:0]   m_axi_host_awsize,
  output logic [1:0]   m_axi_host_awburst,
  output logic         m_axi_host_wvalid,
  input  logic         m_axi_host_wready,
  output logic [511:0] m_axi_host_wdata,
  output logic [63:0]  m_axi_host_wstrb,
  output logic         m_axi_host_wlast,
  input  logic         m_axi_host_bvalid,
  output logic         m_axi_host_bready,
  input  logic [0:0]   m_axi_host_bid,
  input  logic [1:0]   m_axi_host_bresp,
  output logic         m_axi_host_arvalid,
  input  logic         m_axi_host_arready,
  output logic [0:0]   m_axi_host_arid,
  output logic [63:0]  m_axi_host_araddr,
  output logic [7:0]   m_axi_host_arlen,
  output logic [2:0]   m_axi_host_arsize,
  output logic [1:0]   m_axi_host_arburst,
  input  logic         m_axi_host_rvalid,
  output logic         m_axi_host_rready,
  input  logic [0:0]   m_axi_host_rid,
  input  logic [511:0] m_axi_host_rdata,
  input  logic [1:0]   m_axi_host_rresp,
  input  logic         m_axi_host_rlast
);
  localparam int unsigned TickBits = $clog2(ClocksPerMs);

  // ---- Time. ----
  logic reset_n_q;
  logic [TickBits-1:0] tick_q;
  logic [31:0] time_q;
  logic tick_last;
  assign tick_last = tick_q == TickBits'(ClocksPerMs - 1);
  always_ff @(posedge ap_clk) reset_n_q <= ap_rst_n;
  always_ff @(posedge ap_clk) begin
    if (!reset_n_q) begin
      tick_q <= '0;
      time_q <= '0;
    end else begin
      tick_q <= tick_last ? '0 : tick_q + TickBits'(1);
      time_q <= time_q + 32'(tick_last);
    end
  end

  // ---- MACs in: ones of tkeep are the beat's bytes. ----
  logic [1:0] in_valid_q;
  logic [1:0] in_last_q;
  logic [1:0] in_error_q;
  logic [511:0] in_data0_q;
  logic [511:0] in_data1_q;
  logic [6:0] in_bytes0_q;
  logic [6:0] in_bytes1_q;
  logic [6:0] ones0;
  logic [6:0] ones1;
  assign rx0_tready = 1'b1;
  assign rx1_tready = 1'b1;
  always_comb begin
    ones0 = 7'd0;
    ones1 = 7'd0;
    for (int unsigned i = 0; i < 64; i = i + 1) begin
      ones0 = ones0 + 7'(rx0_tkeep[i]);
      ones1 = ones1 + 7'(rx1_tkeep[i]);
    end
  end
  always_ff @(posedge ap_clk) begin
    in_valid_q <= reset_n_q ? {rx1_tvalid, rx0_tvalid} : 2'b00;
    in_last_q <= {rx1_tlast, rx0_tlast};
    in_error_q <= {rx1_tuser, rx0_tuser};
    in_data0_q <= rx0_tdata;
    in_data1_q <= rx1_tdata;
    in_bytes0_q <= ones0;
    in_bytes1_q <= ones1;
  end

  // ---- MACs out. ----
  logic [1:0] out_valid;
  logic [1:0] out_last;
  logic [6:0] out_bytes0;
  logic [6:0] out_bytes1;
  assign {tx1_tvalid, tx0_tvalid} = out_valid;
  assign {tx1_tlast, tx0_tlast} = out_last;
  assign tx0_tkeep = ~64'd0 >> (7'd64 - out_bytes0);
  assign tx1_tkeep = ~64'd0 >> (7'd64 - out_bytes1);

  // ---- The host's memory: what never changes. ----
  assign m_axi_host_awsize = 3'd6;
  assign m_axi_host_arsize = 3'd6;
  assign m_axi_host_awburst = 2'b01;
  assign m_axi_host_arburst = 2'b01;
  assign m_axi_host_wstrb = '1;

  logic unused;
  logic idle;
  assign unused = idle ^ m_axi_host_rlast;  // card_top counts the beats that it asked for
  card_top #(
    .Lanes(Lanes), .ConnectionsLog2(ConnectionsLog2), .ContextsLog2(ContextsLog2), .RulesLog2(RulesLog2)
  ) u_card (
    .clk_i(ap_clk), .rst_ni(reset_n_q), .time_ms_i(time_q), .interrupt_o(interrupt), .idle_o(idle),
    .mac_in_valid_i(in_valid_q), .mac_in_data0_i(in_data0_q), .mac_in_data1_i(in_data1_q),
    .mac_in_bytes0_i(in_bytes0_q), .mac_in_bytes1_i(in_bytes1_q), .mac_in_last_i(in_last_q),
    .mac_in_error_i(in_error_q), .mac_out_valid_o(out_valid), .mac_out_ready_i({tx1_tready, tx0_tready}),
    .mac_out_data0_o(tx0_tdata), .mac_out_data1_o(tx1_tdata), .mac_out_bytes0_o(out_bytes0),
    .mac_out_bytes1_o(out_bytes1), .mac_out_last_o(out_last),
    .s_awvalid_i(s_axi_control_awvalid), .s_awready_o(s_axi_control_awready), .s_awaddr_i(s_axi_control_awaddr),
    .s_wvalid_i(s_axi_control_wvalid), .s_wready_o(s_axi_control_wready), .s_wdata_i(s_axi_control_wdata),
    .s_wstrb_i(s_axi_control_wstrb), .s_bvalid_o(s_axi_control_bvalid), .s_bready_i(s_axi_control_bready),
    .s_bresp_o(s_axi_control_bresp), .s_arvalid_i(s_axi_control_arvalid), .s_arready_o(s_axi_control_arready),
    .s_araddr_i(s_axi_control_araddr), .s_rvalid_o(s_axi_control_rvalid), .s_rready_i(s_axi_control_rready),
    .s_rdata_o(s_axi_control_rdata), .s_rresp_o(s_axi_control_rresp), .awvalid_o(m_axi_host_awvalid),
    .awready_i(m_axi_host_awready), .awid_o(m_axi_host_awid), .awaddr_o(m_axi_host_awaddr),
    .awlen_o(m_axi_host_awlen), .wvalid_o(m_axi_host_wvalid), .wready_i(m_axi_host_wready),
    .wdata_o(m_axi_host_wdata), .wlast_o(m_axi_host_wlast), .bvalid_i(m_axi_host_bvalid),
    .bready_o(m_axi_host_bready), .bid_i(m_axi_host_bid), .bresp_i(m_axi_host_bresp), .arvalid_o(m_axi_host_arvalid),
    .arready_i(m_axi_host_arready), .arid_o(m_axi_host_arid), .araddr_o(m_axi_host_araddr),
    .arlen_o(m_axi_host_arlen), .rvalid_i(m_axi_host_rvalid), .rready_o(m_axi_host_rready), .rid_i(m_axi_host_rid),
    .rdata_i(m_axi_host_rdata), .rresp_i(m_axi_host_rresp)
  );
endmodule
