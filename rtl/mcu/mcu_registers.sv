// x0 ... x31: two are read, one clock later; one is written. x0 is 0.
//
// Reading what is written in the same clock gives what was there before. What was never written is unknown, as the
// manual allows; the core clears nothing.
module mcu_registers (
  input  logic        clk_i,
  input  logic        read_i,
  input  logic [4:0]  first_i,
  input  logic [4:0]  second_i,
  output logic [31:0] first_o,
  output logic [31:0] second_o,
  input  logic        write_i,
  input  logic [4:0]  address_i,
  input  logic [31:0] data_i
);
  logic [31:0] first_memory[32];
  logic [31:0] second_memory[32];
  logic [31:0] first_q;
  logic [31:0] second_q;
  assign first_o = first_q;
  assign second_o = second_q;
  always_ff @(posedge clk_i) begin
    if (read_i) begin
      first_q <= first_i == 5'd0 ? '0 : first_memory[first_i];
      second_q <= second_i == 5'd0 ? '0 : second_memory[second_i];
    end
    if (write_i) begin
      first_memory[address_i] <= data_i;
      second_memory[address_i] <= data_i;
    end
  end
endmodule
