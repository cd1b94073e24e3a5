// Commands of the host to the firmware: the host writes a request and rings; the firmware answers and says done.
//
// Host's side: while busy_o is clear it writes request words; ring_i makes busy_o rise, done clears it; reply words
// are read one clock after host_read_i. While busy, what the host writes is ignored.
// Core's side, offsets: 0x000 STATUS (bit 0: a request waits; writing 1 there says done), 0x004 INTERRUPT ENABLE (bit
// 0), 0x400 request words (read; a write clears the word to 0, whatever is written: keys go through here), 0x800
// reply words (write only). Data of a read comes one clock later.
module mcu_mailbox #(
  parameter  int unsigned Words    = 256,  // each way; a power of two, at most 256
  localparam int unsigned WordBits = $clog2(Words)
) (
  input  logic                clk_i,
  input  logic                rst_ni,
  input  logic                host_write_i,
  input  logic [WordBits-1:0] host_word_i,
  input  logic [31:0]         host_data_i,
  input  logic                ring_i,
  output logic                busy_o,
  input  logic                host_read_i,
  input  logic [WordBits-1:0] host_read_word_i,
  output logic [31:0]         host_read_data_o,
  input  logic                valid_i,
  input  logic                write_i,
  input  logic [11:0]         offset_i,
  input  logic [31:0]         data_i,
  output logic [31:0]         data_o,
  output logic                error_o,         // in the clock of valid_i
  output logic                interrupt_o
);
  logic busy_q;
  logic enable_q;
  logic is_status;
  logic is_enable;
  logic is_request;
  logic is_reply;
  assign is_status = offset_i == 12'h000;
  assign is_enable = offset_i == 12'h004;
  assign is_request = offset_i[11:10] == 2'b01 && 32'(offset_i[9:2]) < Words;
  assign is_reply = offset_i[11:10] == 2'b10 && 32'(offset_i[9:2]) < Words;
  assign error_o = !is_status && !is_enable && !is_request && !(is_reply && write_i);
  assign busy_o = busy_q;
  assign interrupt_o = busy_q && enable_q;

  logic clears;
  assign clears = valid_i && write_i && is_request;
  logic [31:0] request;
  prim_ram_sdp #(.Width(32), .Depth(Words)) u_request (
    .clk_i, .write_i(busy_q ? clears : host_write_i),
    .write_address_i(busy_q ? offset_i[2+:WordBits] : host_word_i), .write_data_i(busy_q ? '0 : host_data_i),
    .read_i(valid_i && is_request), .read_address_i(offset_i[2+:WordBits]), .read_data_o(request)
  );
  prim_ram_sdp #(.Width(32), .Depth(Words)) u_reply (
    .clk_i, .write_i(valid_i && write_i && is_reply), .write_address_i(offset_i[2+:WordBits]), .write_data_i(data_i),
    .read_i(host_read_i), .read_address_i(host_read_word_i), .read_data_o(host_read_data_o)
  );

  logic was_request_q;
  logic [31:0] small_q;
  assign data_o = was_request_q ? request : small_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      busy_q <= 1'b0;
      enable_q <= 1'b0;
    end else begin
      if (ring_i) busy_q <= 1'b1;
      else if (valid_i && write_i && is_status && data_i[0]) busy_q <= 1'b0;
      if (valid_i && write_i && is_enable) enable_q <= data_i[0];
    end
    was_request_q <= is_request;
    small_q <= is_status ? {31'b0, busy_q} : {31'b0, enable_q};
  end

`ifndef SYNTHESIS
  always_ff @(posedge clk_i) begin
    if (rst_ni) assert (!(ring_i && busy_q));
  end
`endif
endmodule
