// Squaring in GCM's field, Times times over: linear, so a network of XORs. Combinational.
module aead_square #(
  parameter int unsigned Times = 1
) (
  input  logic [127:0] value_i,
  output logic [127:0] value_o
);
  logic [127:0] value[Times+1];
  assign value[0] = value_i;
  assign value_o = value[Times];
  for (genvar t = 0; t < Times; t++) begin : g_time
    // A square has a coefficient's every other place empty. In steps of halves, which are wires, and fast to simulate.
    logic [255:0] spread;
    for (genvar w = 0; w < 4; w++) begin : g_word
      logic [63:0] wide;
      logic [63:0] halves;
      logic [63:0] bytes;
      logic [63:0] nibbles;
      logic [63:0] pairs;
      assign wide = {32'h0, value[t][32*w+:32]};
      assign halves = (wide | (wide << 16)) & 64'h0000ffff0000ffff;
      assign bytes = (halves | (halves << 8)) & 64'h00ff00ff00ff00ff;
      assign nibbles = (bytes | (bytes << 4)) & 64'h0f0f0f0f0f0f0f0f;
      assign pairs = (nibbles | (nibbles << 2)) & 64'h3333333333333333;
      assign spread[64*w+:64] = (pairs | (pairs << 1)) & 64'h5555555555555555;
    end
    aead_reduce u_reduce (.product_i(spread[254:0]), .product_o(value[t+1]));
    logic unused;
    assign unused = spread[255];
  end
endmodule
