// Integer operations of RV32I and the conditions of its branches. Combinational.
module mcu_alu (
  input  mcu_pkg::alu_op_t operation_i,
  input  logic [31:0]      first_i,
  input  logic [31:0]      second_i,
  input  logic [2:0]       funct3_i,    // of a branch
  output logic [31:0]      result_o,
  output logic             taken_o      // the branch's condition holds
);
  logic [31:0] sum;
  logic less;
  logic less_unsigned;
  assign sum = first_i + second_i;
  assign less = $signed(first_i) < $signed(second_i);
  assign less_unsigned = first_i < second_i;

  // A shift to the left is one to the right of the reversed word.
  logic left;
  logic [31:0] shift_in;
  logic [31:0] shifted;
  logic [31:0] shifted_left;
  assign left = operation_i == mcu_pkg::AluSll;
  always_comb begin
    for (int i = 0; i < 32; i = i + 1) shift_in[i] = left ? first_i[31-i] : first_i[i];
    for (int i = 0; i < 32; i = i + 1) shifted_left[i] = shifted[31-i];
  end
  logic fill;
  logic unused_fill;
  assign fill = operation_i == mcu_pkg::AluSra && first_i[31];
  assign {unused_fill, shifted} = 33'($signed({fill, shift_in}) >>> second_i[4:0]);

  always_comb begin
    unique case (operation_i)
      mcu_pkg::AluAdd: result_o = sum;
      mcu_pkg::AluSub: result_o = first_i - second_i;
      mcu_pkg::AluSll: result_o = shifted_left;
      mcu_pkg::AluSlt: result_o = {31'b0, less};
      mcu_pkg::AluSltu: result_o = {31'b0, less_unsigned};
      mcu_pkg::AluXor: result_o = first_i ^ second_i;
      mcu_pkg::AluSrl, mcu_pkg::AluSra: result_o = shifted;
      mcu_pkg::AluOr: result_o = first_i | second_i;
      default: result_o = first_i & second_i;
    endcase
  end

  // funct3: 000 equal, 100 less, 110 less unsigned; bit 0 turns it round.
  logic holds;
  always_comb begin
    unique case (funct3_i[2:1])
      2'b00: holds = first_i == second_i;
      2'b10: holds = less;
      2'b11: holds = less_unsigned;
      default: holds = 1'b0;
    endcase
  end
  assign taken_o = holds ^ funct3_i[0];
endmodule
