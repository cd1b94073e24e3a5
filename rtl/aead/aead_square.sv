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
    logic [254:0] spread;
    for (genvar i = 0; i < 128; i++) begin : g_bit
      assign spread[2*i] = value[t][i];
      if (i < 127) begin : g_gap
        assign spread[2*i+1] = 1'b0;
      end
    end
    aead_reduce u_reduce (.product_i(spread), .product_o(value[t+1]));
  end
endmodule
