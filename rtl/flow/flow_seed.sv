// The secret of the hash: the strip of random bits that makes up its Toeplitz matrix.
//
// The host writes it once after reset, in words of 32 bits from its random generator; seeded_o then rises and further
// words are ignored, because entries could no longer be found under another secret. It cannot be read back by the host.
module flow_seed #(
  parameter  int unsigned StripBits = 365,
  localparam int unsigned Words     = (StripBits + 31) / 32
) (
  input  logic                 clk_i,
  input  logic                 rst_ni,
  input  logic                 write_i,
  input  logic [31:0]          word_i,
  output logic                 seeded_o,
  output logic [StripBits-1:0] strip_o
);
  localparam int unsigned CountBits = $clog2(Words + 1);
  localparam int unsigned Padded = (Words + 1) * 32;

  logic [CountBits-1:0] count_q;
  logic [StripBits-1:0] strip_q;
  logic [Padded-1:0] shifted;
  assign seeded_o = count_q == CountBits'(Words);
  assign strip_o = strip_q;
  assign shifted = {{(Padded - StripBits - 32) {1'b0}}, strip_q, word_i};

  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      count_q <= '0;
      strip_q <= '0;
    end else if (write_i && !seeded_o) begin
      count_q <= count_q + 1'b1;
      strip_q <= shifted[StripBits-1:0];
    end
  end

  logic unused;
  assign unused = &{1'b0, shifted[Padded-1:StripBits]};
endmodule
