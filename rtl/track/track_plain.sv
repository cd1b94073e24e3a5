// What a frame of a connection that is not spliced does to its statistics, and whether it ends the connection.
//
// host/card/soft/plain_flow.cpp in hardware: both FINs acknowledged, or a reset that its receiver accepts (RFC 9293
// section 3.10.7.4; RFC 5961 section 3). own is the side that sent the frame. Combinational.
module track_plain (
  input  vitrine_pkg::parsed_t      parsed_i,
  input  vitrine_pkg::track_side_t  own_i,
  input  vitrine_pkg::track_side_t  other_i,
  output vitrine_pkg::track_side_t  own_o,
  output vitrine_pkg::track_side_t  other_o,
  output logic                      ended_o,   // and not for the first time only: whoever asks knows whether it had
  output logic                      reset_o
);
  logic rst;
  logic syn;
  logic fin;
  logic ack;
  logic tcp;
  logic accepted;
  logic [31:0] last;
  logic [31:0] ahead;
  logic [31:0] ack_ahead;
  /* verilator lint_off UNUSEDSIGNAL */  // its sign
  logic [31:0] fin_ahead;
  /* verilator lint_on UNUSEDSIGNAL */
  always_comb begin
    tcp = parsed_i.kind == vitrine_pkg::KindTcp;
    fin = parsed_i.tcp_flags[0];
    syn = parsed_i.tcp_flags[1];
    rst = parsed_i.tcp_flags[2];
    ack = parsed_i.tcp_flags[4];
    accepted = (other_i.has_acknowledged && parsed_i.sequence_number == other_i.last_acknowledgement) ||
               (own_i.seen && parsed_i.sequence_number == own_i.next_sequence) ||
               (!other_i.has_acknowledged && !own_i.seen);
    last = parsed_i.sequence_number + 32'(parsed_i.payload_length) + 32'(syn) + 32'(fin);
    ahead = last - own_i.next_sequence;
    ack_ahead = parsed_i.acknowledgement - own_i.last_acknowledgement;
    fin_ahead = parsed_i.acknowledgement - other_i.fin_end;
    own_o = own_i;
    other_o = other_i;
    own_o.packets = own_i.packets + 64'd1;
    own_o.bytes = own_i.bytes + 64'(parsed_i.frame_bytes);
    own_o.payload = own_i.payload + 64'(parsed_i.payload_length);
    if (tcp && !rst) begin
      if (!own_i.seen || (!ahead[31] && ahead != '0)) own_o.next_sequence = last;
      own_o.seen = 1'b1;
      if (fin) begin
        own_o.fin = 1'b1;
        own_o.fin_end = last;
      end
      if (ack) begin
        if (!own_i.has_acknowledged || (!ack_ahead[31] && ack_ahead != '0)) begin
          own_o.last_acknowledgement = parsed_i.acknowledgement;
        end
        own_o.has_acknowledged = 1'b1;
        if (other_i.fin && !fin_ahead[31]) other_o.fin_acknowledged = 1'b1;
      end
    end
    reset_o = tcp && rst && accepted;
    ended_o = reset_o || (tcp && !rst && own_o.fin_acknowledged && other_o.fin_acknowledged);
  end

  logic unused;
  assign unused = &{1'b0, parsed_i};
endmodule
