// AXI4-Lite slave (AMBA AXI4 specification, part B): turns the bus into single reads and writes of words.
//
// One write and one read may be under way at a time, independently. Address and data of a write may come in any order.
// Write: write_o for one clock, with write_error_i in the same clock; the response is offered from the next.
// Read: read_o for one clock, read_data_i and read_error_i in the clock after it.
// An error becomes SLVERR, all else OKAY. The two lowest address bits and AxPROT are ignored.
// What was written may be a key: write_data_o is 0 but in the clock of write_o.
module csr_axil #(
  parameter int unsigned AddressBits = 16  // of a byte address
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,

  input  logic                   awvalid_i,
  output logic                   awready_o,
  input  logic [AddressBits-1:0] awaddr_i,
  input  logic                   wvalid_i,
  output logic                   wready_o,
  input  logic [31:0]            wdata_i,
  input  logic [3:0]             wstrb_i,
  output logic                   bvalid_o,
  input  logic                   bready_i,
  output logic [1:0]             bresp_o,
  input  logic                   arvalid_i,
  output logic                   arready_o,
  input  logic [AddressBits-1:0] araddr_i,
  output logic                   rvalid_o,
  input  logic                   rready_i,
  output logic [31:0]            rdata_o,
  output logic [1:0]             rresp_o,

  output logic                   write_o,
  output logic [AddressBits-3:0] write_word_o,  // word address
  output logic [31:0]            write_data_o,
  output logic [3:0]             write_strobe_o,
  input  logic                   write_error_i,
  output logic                   read_o,
  output logic [AddressBits-3:0] read_word_o,
  input  logic [31:0]            read_data_i,
  input  logic                   read_error_i
);
  localparam logic [1:0] Okay = 2'b00;
  localparam logic [1:0] SlaveError = 2'b10;

  // ---- writes ----
  logic address_full_q;
  logic [AddressBits-3:0] address_q;
  logic data_full_q;
  logic [31:0] data_q;
  logic [3:0] strobe_q;
  logic bvalid_q;
  logic [1:0] bresp_q;
  assign awready_o = !address_full_q;
  assign wready_o = !data_full_q;
  assign bvalid_o = bvalid_q;
  assign bresp_o = bresp_q;

  assign write_o = address_full_q && data_full_q && !bvalid_q;
  assign write_word_o = address_q;
  assign write_data_o = write_o ? data_q : '0;
  assign write_strobe_o = strobe_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      address_full_q <= 1'b0;
      data_full_q <= 1'b0;
      data_q <= '0;
      bvalid_q <= 1'b0;
    end else begin
      if (write_o) begin
        address_full_q <= 1'b0;
        data_full_q <= 1'b0;
        data_q <= '0;
        bvalid_q <= 1'b1;
        bresp_q <= write_error_i ? SlaveError : Okay;
      end else begin
        if (awvalid_i && awready_o) address_full_q <= 1'b1;
        if (wvalid_i && wready_o) begin
          data_full_q <= 1'b1;
          data_q <= wdata_i;
        end
        if (bready_i) bvalid_q <= 1'b0;
      end
    end
    if (awvalid_i && awready_o) address_q <= awaddr_i[AddressBits-1:2];
    if (wvalid_i && wready_o) strobe_q <= wstrb_i;
  end

  // ---- reads ----
  logic read_full_q;
  logic [AddressBits-3:0] read_address_q;
  logic read_waits_q;  // read_data_i comes in this clock
  logic rvalid_q;
  logic [31:0] rdata_q;
  logic [1:0] rresp_q;
  assign arready_o = !read_full_q;
  assign rvalid_o = rvalid_q;
  assign rdata_o = rdata_q;
  assign rresp_o = rresp_q;

  assign read_o = read_full_q && !read_waits_q && !rvalid_q;
  assign read_word_o = read_address_q;

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      read_full_q <= 1'b0;
      read_waits_q <= 1'b0;
      rvalid_q <= 1'b0;
    end else begin
      if (arvalid_i && arready_o) read_full_q <= 1'b1;
      if (read_o) read_waits_q <= 1'b1;
      if (rvalid_q && rready_i) rvalid_q <= 1'b0;
      if (read_waits_q) begin
        read_waits_q <= 1'b0;
        read_full_q <= 1'b0;
        rvalid_q <= 1'b1;
        rdata_q <= read_data_i;
        rresp_q <= read_error_i ? SlaveError : Okay;
      end
    end
    if (arvalid_i && arready_o) read_address_q <= araddr_i[AddressBits-1:2];
  end

  logic unused;
  assign unused = &{1'b0, awaddr_i[1:0], araddr_i[1:0]};

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) begin
      assert (!write_o || !bvalid_o);
      assert (!read_waits_q || (read_full_q && !rvalid_q));
    end
  end
`endif

`ifdef FORMAL
  logic f_started = 1'b0;
  always_ff @(posedge clk_i) f_started <= 1'b1;
  always_comb if (!f_started) assume (!rst_ni);

  // Requests not yet answered, on each side.
  logic [1:0] f_addresses;
  logic [1:0] f_data;
  logic [1:0] f_reads;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      f_addresses <= '0;
      f_data <= '0;
      f_reads <= '0;
    end else begin
      f_addresses <= f_addresses + 2'(awvalid_i && awready_o) - 2'(bvalid_o && bready_i);
      f_data <= f_data + 2'(wvalid_i && wready_o) - 2'(bvalid_o && bready_i);
      f_reads <= f_reads + 2'(arvalid_i && arready_o) - 2'(rvalid_o && rready_i);
    end
    if (f_started && rst_ni) begin
      // Every request is answered once: what is open is held here or is on offer.
      assert (f_addresses == 2'(address_full_q) + 2'(bvalid_q));
      assert (f_data == 2'(data_full_q) + 2'(bvalid_q));
      assert (f_reads == 2'(read_full_q) + 2'(rvalid_q));
      // A response answers both halves of a write; a write needs both.
      assert (!bvalid_o || (f_addresses != '0 && f_data != '0));
      assert (!write_o || (address_full_q && data_full_q));
      assert (!rvalid_o || f_reads != '0);
      // What is offered stays, unchanged, until it is taken.
      if ($past(rst_ni) && $past(bvalid_o && !bready_i)) assert (bvalid_o && $stable(bresp_o));
      if ($past(rst_ni) && $past(rvalid_o && !rready_i)) assert (rvalid_o && $stable(rdata_o) && $stable(rresp_o));
      // write_o and read_o are pulses.
      if ($past(rst_ni) && $past(write_o)) assert (!write_o);
      if ($past(rst_ni) && $past(read_o)) assert (!read_o);
      // EXOKAY and DECERR are never given.
      assert (!bvalid_o || bresp_o == Okay || bresp_o == SlaveError);
      assert (!rvalid_o || rresp_o == Okay || rresp_o == SlaveError);
      // Nothing of a write stays behind.
      assert (data_full_q || data_q == '0);
    end
    // After reset nothing is on offer.
    if (f_started && $past(!rst_ni)) assert (!bvalid_o && !rvalid_o && !write_o && !read_o);
  end
`endif
endmodule
