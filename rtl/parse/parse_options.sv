// One step of the walk over TCP options (RFC 9293 section 3.1): eight of the forty places where one can begin.
//
// Five of these in a row are the walk. at_i has a bit for each place that is known to begin an option; a step looks at
// its own eight, and marks where the options that begin there end. Timestamps (RFC 7323) and SACK (RFC 2018) leave
// their offsets in parsed; the last of each counts. An option that is cut off or shorter than two bytes makes the frame
// malformed. One clock a step. Waits while advance_i is clear.
module parse_options #(
  parameter int unsigned First = 0  // the first of the eight places, in bytes from the first option
) (
  input  logic                   clk_i,
  input  logic                   rst_ni,
  input  logic                   advance_i,
  input  logic                   valid_i,
  input  logic [319:0]           options_i,
  input  logic [5:0]             option_bytes_i,
  input  logic [39:0]            at_i,
  input  vitrine_pkg::flow_key_t key_i,
  input  vitrine_pkg::parsed_t   parsed_i,
  output logic                   valid_o,
  output logic [319:0]           options_o,
  output logic [5:0]             option_bytes_o,
  output logic [39:0]            at_o,
  output vitrine_pkg::flow_key_t key_o,
  output vitrine_pkg::parsed_t   parsed_o
);
  localparam int unsigned Places = 8;

  // About each place, whether an option begins there or not.
  logic [Places-1:0] counts;     // lies within the options
  logic [Places-1:0] ends;       // END of options
  logic [Places-1:0] pads;       // NOP
  logic [Places-1:0] broken;
  logic [Places-1:0] timestamp;
  logic [Places-1:0] sack;
  logic [Places*6-1:0] lengths;
  for (genvar i = 0; i < Places; i++) begin : g_place
    localparam int unsigned Place = First + i;
    logic [7:0] kind;
    logic [7:0] length;
    logic [5:0] left;  // bytes of options from here on
    assign kind = options_i[8*Place+:8];
    if (Place == 39) begin : g_final
      assign length = '0;  // only END and NOP fit
    end else begin : g_length
      assign length = options_i[8*(Place+1)+:8];
    end
    assign left = option_bytes_i - 6'(Place);
    assign counts[i] = option_bytes_i > 6'(Place);
    assign ends[i] = kind == 8'd0;
    assign pads[i] = kind == 8'd1;
    assign broken[i] = length < 8'd2 || length > 8'(left);  // one byte left: broken too
    assign timestamp[i] = kind == 8'd8 && length == 8'd10;
    assign sack[i] = kind == 8'd5 && length[2:0] == 3'd2 && length[7:3] != '0;
    assign lengths[6*i+:6] = length[5:0];
  end

  logic [39:0] at;
  logic [7:0] base;  // of the first option in the frame
  vitrine_pkg::parsed_t parsed_d;
  assign base = parsed_i.l4 + 8'd20;
  always_comb begin
    at = at_i;
    parsed_d = parsed_i;
    if (valid_i) begin
      for (int unsigned i = 0; i < Places; i++) begin
        if (at[First+i] && counts[i]) begin
          // Behind END, and behind a broken option, no place is marked: the walk ends there.
          if (pads[i]) begin
            at = at | (40'd2 << (First + i));
          end else if (!ends[i] && broken[i]) begin
            parsed_d.kind = vitrine_pkg::KindMalformed;
          end else if (!ends[i]) begin
            at = at | ((40'd1 << (First + i)) << lengths[6*i+:6]);
            if (timestamp[i]) parsed_d.timestamp = base + 8'(First + i + 2);
            if (sack[i]) begin
              parsed_d.sack = base + 8'(First + i + 2);
              parsed_d.sack_blocks = lengths[6*i+3+:3];
            end
          end
        end
      end
    end
  end

  logic valid_q;
  logic [319:0] options_q;
  logic [5:0] option_bytes_q;
  logic [39:0] at_q;
  vitrine_pkg::flow_key_t key_q;
  vitrine_pkg::parsed_t parsed_q;
  assign valid_o = valid_q;
  assign options_o = options_q;
  assign option_bytes_o = option_bytes_q;
  assign at_o = at_q;
  assign key_o = key_q;
  assign parsed_o = parsed_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) valid_q <= 1'b0;
    else if (advance_i) valid_q <= valid_i;
    if (advance_i && valid_i) begin
      options_q <= options_i;
      option_bytes_q <= option_bytes_i;
      at_q <= at;
      key_q <= key_i;
      parsed_q <= parsed_d;
    end
  end

  if (First % Places != 0 || First > 32) begin : g_illegal
    $fatal(1, "parse_options: First is 0, 8, 16, 24 or 32");
  end
endmodule
