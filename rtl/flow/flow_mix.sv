// Scrambles a hash that is linear: three rounds of 4-bit S-boxes and a bit permutation, those of PRESENT (Bogdanov et
// al. 2007, sections 3 and 4) over Width bits.
//
// The Toeplitz hash of keys that count up (one client's ports, a subnet's addresses) fills a linear subspace, which in
// one strip of seven or so leaves half of a bank unused: measured, 65,536 connections then do not fit. After this step
// they spread like random ones. A permutation, so nothing collides that did not before. Combinational, three LUT levels.
module flow_mix #(
  parameter int unsigned Width = 40  // a multiple of 4, at least 8
) (
  input  logic [Width-1:0] data_i,
  output logic [Width-1:0] data_o
);
  localparam int unsigned Rounds = 3;
  localparam logic [63:0] SBox = 64'h21748fe3da09b65c;  // S(x) is nibble x

  logic [Width-1:0] state;
  logic [Width-1:0] replaced;
  always_comb begin
    state = data_i;
    replaced = '0;
    for (int r = 0; r < Rounds; r = r + 1) begin
      for (int n = 0; n < Width / 4; n = n + 1) replaced[n*4+:4] = SBox[{state[n*4+:4], 2'b00}+:4];
      state[Width-1] = replaced[Width-1];
      for (int i = 0; i < Width - 1; i = i + 1) state[i*(Width/4)%(Width-1)] = replaced[i];
    end
    data_o = state;
  end

  if (Width % 4 != 0 || Width < 8) begin : g_illegal
    $fatal(1, "flow_mix: Width is a multiple of 4, at least 8");
  end
endmodule
