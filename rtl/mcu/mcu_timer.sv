// mtime, mtimecmp and the software interrupt, at the offsets that the CLINT of many RISC-V systems has.
//
//   0x0000 msip (bit 0)   0x4000 mtimecmp, 0x4004 its high half   0xbff8 mtime, 0xbffc its high half (read-only)
//
// mtime counts tick_i. After reset mtimecmp is all ones, so that no interrupt is pending. Read data comes in the same
// clock; error_o says that there is nothing at the offset.
module mcu_timer (
  input  logic        clk_i,
  input  logic        rst_ni,
  input  logic        tick_i,
  input  logic        valid_i,
  input  logic [3:0]  write_i,
  input  logic [15:0] offset_i,
  input  logic [31:0] data_i,
  output logic [31:0] data_o,
  output logic        error_o,
  output logic [63:0] time_o,
  output logic        software_o,
  output logic        timer_o
);
  logic [63:0] time_q;
  logic [63:0] compare_q;
  logic software_q;
  logic timer_q;
  assign time_o = time_q;
  assign software_o = software_q;
  assign timer_o = timer_q;

  always_comb begin
    data_o = '0;
    error_o = 1'b0;
    unique case (offset_i)
      16'h0000: data_o = {31'b0, software_q};
      16'h4000: data_o = compare_q[31:0];
      16'h4004: data_o = compare_q[63:32];
      16'hbff8: data_o = time_q[31:0];
      16'hbffc: data_o = time_q[63:32];
      default: error_o = 1'b1;
    endcase
    if (write_i != 4'h0 && offset_i[15:12] == 4'hb) error_o = 1'b1;
  end

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      time_q <= '0;
      compare_q <= '1;
      software_q <= 1'b0;
      timer_q <= 1'b0;
    end else begin
      time_q <= time_q + 64'(tick_i);
      timer_q <= time_q >= compare_q;
      if (valid_i) begin
        for (int i = 0; i < 4; i = i + 1) begin
          if (write_i[i] && offset_i == 16'h4000) compare_q[8*i+:8] <= data_i[8*i+:8];
          if (write_i[i] && offset_i == 16'h4004) compare_q[32+8*i+:8] <= data_i[8*i+:8];
        end
        if (write_i[0] && offset_i == 16'h0000) software_q <= data_i[0];
      end
    end
  end
endmodule
