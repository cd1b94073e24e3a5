// The flow mailbox: words as the host writes them, and the fields that they make. README.md has the layout.
//
// Words are kept in registers, so that a command has all of them at once. clear_i forgets them all in one clock: keys
// among them.
module track_mailbox (
  input  logic                       clk_i,
  input  logic                       rst_ni,
  input  logic                       write_i,
  input  logic [7:0]                 word_i,
  input  logic [31:0]                data_i,
  input  logic                       clear_i,
  input  logic                       direction_i,  // of the outputs below
  input  logic                       next_i,       // the next generation's keys
  output logic [63:0]                id_o,
  output logic [15:0]                index_o,
  output vitrine_pkg::action_t       action_o,
  output vitrine_pkg::flow_key_t     key_o,
  output logic [31:0]                idle_ms_o,
  output logic                       tls12_o,
  output vitrine_pkg::record_keys_t  keys_o,
  output vitrine_pkg::record_open_t  open_o,
  output logic [31:0]                timestamp_delta_o,
  output logic [1:0]                 tap_mode_o,
  output logic [31:0]                tap_bytes_o,
  output logic [1:0]                 has_next_o,   // both directions': bit 0 of their flags
  output logic                       strict_o      // either direction is to be
);
  localparam int unsigned Words = 144;
  logic [32*Words-1:0] words_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      words_q <= '0;
    end else if (write_i) begin
      for (int unsigned i = 0; i < Words; i++) begin
        if (word_i == 8'(i)) words_q[32*i+:32] <= data_i;
      end
    end
  end

  // Byte 0 on top, from byte 0 at the bottom.
  function automatic logic [255:0] bytes_up(input logic [255:0] x);
    for (int i = 0; i < 32; i++) bytes_up[8*(31-i)+:8] = x[8*i+:8];
  endfunction

  logic [255:0] address_bits;
  assign address_bits = bytes_up(words_q[32*8+:256]);
  always_comb begin
    id_o = words_q[63:0];
    index_o = words_q[32*2+:16];
    action_o = words_q[32*2+16+:2] == 2'd0 ? vitrine_pkg::ActionForward
               : words_q[32*2+16+:2] == 2'd1 ? vitrine_pkg::ActionDrop
               : words_q[32*2+16+:2] == 2'd2 ? vitrine_pkg::ActionPunt : vitrine_pkg::ActionSplice;
    key_o = '0;
    key_o.ingress = words_q[32*2+18+:2];
    key_o.vlan_outer = words_q[32*3+:13];
    key_o.vlan_inner = words_q[32*3+16+:13];
    key_o.ip_version = words_q[32*2+20+:4];
    key_o.protocol = words_q[32*2+24+:8];
    key_o.source_port = words_q[32*4+:16];
    key_o.destination_port = words_q[32*4+16+:16];
    key_o.source = address_bits[255:128];
    key_o.destination = address_bits[127:0];
    idle_ms_o = words_q[32*5+:32];
    tls12_o = words_q[32*6+:16] == 16'h0303;
  end

  logic [32*64-1:0] side;
  logic [255:0] in_iv;
  logic [255:0] out_iv;
  always_comb begin
    side = direction_i ? words_q[32*80+:2048] : words_q[32*16+:2048];
    in_iv = bytes_up({160'd0, next_i ? side[32*20+:96] : side[32*12+:96]});
    out_iv = bytes_up({160'd0, next_i ? side[32*24+:96] : side[32*16+:96]});
    keys_o = '0;
    keys_o.in_aes256 = next_i ? side[32*3+10] : side[32*3+8];
    keys_o.out_aes256 = next_i ? side[32*3+11] : side[32*3+9];
    keys_o.in_iv = in_iv[255:160];
    keys_o.out_iv = out_iv[255:160];
    keys_o.in_key = bytes_up(next_i ? side[32*44+:256] : side[32*28+:256]);
    keys_o.out_key = bytes_up(next_i ? side[32*52+:256] : side[32*36+:256]);
    open_o = '0;
    open_o.sequence_delta = side[31:0];
    open_o.first_sequence = side[32*2+:32];
    open_o.in_record = side[32*4+:64];
    open_o.out_record = side[32*6+:64];
    open_o.out_explicit = side[32*8+:64];
    open_o.next_keys = side[32*3];
    timestamp_delta_o = side[32+:32];
    tap_mode_o = side[32*3+4+:2];
    tap_bytes_o = side[32*10+:32];
    has_next_o = {words_q[32*83], words_q[32*19]};
    strict_o = words_q[32*83+1] || words_q[32*19+1];
  end
  logic unused;
  assign unused = &{1'b0, side, in_iv[159:0], out_iv[159:0], words_q};
endmodule
