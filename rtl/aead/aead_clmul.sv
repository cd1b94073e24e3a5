// Carry-less product of two words. Combinational.
module aead_clmul #(
  parameter int unsigned Width = 32
) (
  input  logic [Width-1:0]   left_i,
  input  logic [Width-1:0]   right_i,
  output logic [2*Width-2:0] product_o
);
  localparam int unsigned Bits = 2 * Width - 1;
  always_comb begin
    product_o = '0;
    for (int unsigned i = 0; i < Width; i++) begin
      product_o = product_o ^ ({Bits{left_i[i]}} & (Bits'(right_i) << i));
    end
  end
endmodule
