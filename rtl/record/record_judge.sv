// What a TLS 1.3 record says to a splice, by its content type, its length and its first five bytes. Combinational.
//
// RFC 8446 sections 4.6 and 5.1: application data, alerts and one NewSessionTicket pass; one KeyUpdate moves the
// sender's keys; anything else cannot be spliced. Model: judge_beginning() of host/card/soft/record/post_handshake.h.
module record_judge (
  input  logic [7:0]  content_type_i,  // the inner one, 0 where there is none
  input  logic [15:0] length_i,        // bytes of content before it
  input  logic [39:0] first_i,         // the first on top
  output logic        forbidden_o,
  output logic        key_update_o
);
  localparam logic [7:0] Alert = 8'd21;
  localparam logic [7:0] Handshake = 8'd22;
  localparam logic [7:0] ApplicationData = 8'd23;
  localparam logic [7:0] NewSessionTicket = 8'd4;
  localparam logic [7:0] KeyUpdate = 8'd24;

  logic passes;
  logic one_message;
  assign passes = content_type_i == ApplicationData || content_type_i == Alert;
  assign one_message = content_type_i == Handshake && length_i >= 16'd5 &&
                       25'(first_i[31:8]) + 25'd4 == 25'(length_i);
  assign key_update_o = one_message && first_i[39:32] == KeyUpdate && first_i[31:8] == 24'd1 && first_i[7:0] <= 8'd1;
  assign forbidden_o = !passes && !key_update_o && !(one_message && first_i[39:32] == NewSessionTicket);
endmodule
