// An instruction's meaning (RV32I, Zicsr, Zifencei, MRET, WFI); everything else is KindIllegal.
//
// Combinational. Reserved encodings of FENCE are taken as FENCE, as the manual asks (volume I, section 2.7).
module mcu_decode (
  input  logic [31:0]       instruction_i,
  output mcu_pkg::decoded_t decoded_o
);
  logic [6:0] opcode;
  logic [2:0] funct3;
  logic [6:0] funct7;
  assign opcode = instruction_i[6:0];
  assign funct3 = instruction_i[14:12];
  assign funct7 = instruction_i[31:25];

  logic [31:0] immediate_i;
  logic [31:0] immediate_s;
  logic [31:0] immediate_b;
  logic [31:0] immediate_u;
  logic [31:0] immediate_j;
  assign immediate_i = {{20{instruction_i[31]}}, instruction_i[31:20]};
  assign immediate_s = {{20{instruction_i[31]}}, instruction_i[31:25], instruction_i[11:7]};
  assign immediate_b = {{19{instruction_i[31]}}, instruction_i[31], instruction_i[7], instruction_i[30:25],
                        instruction_i[11:8], 1'b0};
  assign immediate_u = {instruction_i[31:12], 12'b0};
  assign immediate_j = {{11{instruction_i[31]}}, instruction_i[31], instruction_i[19:12], instruction_i[20],
                        instruction_i[30:21], 1'b0};

  // The operation of OP and OP-IMM; `plain` says that funct7 is 0, `other` that it is the one of SUB and SRA.
  logic plain;
  logic other;
  mcu_pkg::alu_op_t operation;
  assign plain = funct7 == 7'b0000000;
  assign other = funct7 == 7'b0100000;
  always_comb begin
    unique case (funct3)
      3'b000: operation = mcu_pkg::AluAdd;
      3'b001: operation = mcu_pkg::AluSll;
      3'b010: operation = mcu_pkg::AluSlt;
      3'b011: operation = mcu_pkg::AluSltu;
      3'b100: operation = mcu_pkg::AluXor;
      3'b101: operation = other ? mcu_pkg::AluSra : mcu_pkg::AluSrl;
      3'b110: operation = mcu_pkg::AluOr;
      default: operation = mcu_pkg::AluAnd;
    endcase
  end

  always_comb begin
    decoded_o = '0;
    decoded_o.kind = mcu_pkg::KindIllegal;
    decoded_o.alu = mcu_pkg::AluAdd;
    decoded_o.immediate = immediate_i;
    decoded_o.funct3 = funct3;
    decoded_o.rd = instruction_i[11:7];
    decoded_o.rs1 = instruction_i[19:15];
    decoded_o.rs2 = instruction_i[24:20];
    unique case (opcode)
      7'b0110111: begin  // LUI: 0 + immediate
        decoded_o.kind = mcu_pkg::KindAlu;
        decoded_o.rs1 = 5'd0;
        decoded_o.immediate = immediate_u;
      end
      7'b0010111: begin  // AUIPC
        decoded_o.kind = mcu_pkg::KindAlu;
        decoded_o.first_is_pc = 1'b1;
        decoded_o.immediate = immediate_u;
      end
      7'b1101111: begin  // JAL
        decoded_o.kind = mcu_pkg::KindJump;
        decoded_o.first_is_pc = 1'b1;
        decoded_o.immediate = immediate_j;
      end
      7'b1100111: if (funct3 == 3'b000) decoded_o.kind = mcu_pkg::KindJump;  // JALR
      7'b1100011: begin
        if (funct3 != 3'b010 && funct3 != 3'b011) decoded_o.kind = mcu_pkg::KindBranch;
        decoded_o.immediate = immediate_b;
        decoded_o.second_is_rs2 = 1'b1;
      end
      7'b0000011: if (funct3 != 3'b011 && funct3[2:1] != 2'b11) decoded_o.kind = mcu_pkg::KindLoad;
      7'b0100011: begin
        if (funct3 < 3'b011) decoded_o.kind = mcu_pkg::KindStore;
        decoded_o.immediate = immediate_s;
      end
      7'b0010011: begin  // OP-IMM: shifts use funct7, the others have immediate bits there
        decoded_o.alu = operation;
        if (funct3[1:0] != 2'b01 || plain || (other && funct3[2])) decoded_o.kind = mcu_pkg::KindAlu;
        if (funct3[1:0] == 2'b01) decoded_o.immediate = {27'b0, instruction_i[24:20]};
      end
      7'b0110011: begin  // OP
        decoded_o.alu = operation;
        decoded_o.second_is_rs2 = 1'b1;
        if (other && funct3 == 3'b000) decoded_o.alu = mcu_pkg::AluSub;
        if (plain || (other && (funct3 == 3'b000 || funct3 == 3'b101))) decoded_o.kind = mcu_pkg::KindAlu;
      end
      7'b0001111: if (funct3[2:1] == 2'b00) decoded_o.kind = mcu_pkg::KindNothing;
      7'b1110011: begin
        if (funct3[1:0] != 2'b00) decoded_o.kind = mcu_pkg::KindCsr;
        if (instruction_i == 32'h0000_0073) decoded_o.kind = mcu_pkg::KindCall;
        if (instruction_i == 32'h0010_0073) decoded_o.kind = mcu_pkg::KindBreak;
        if (instruction_i == 32'h3020_0073) decoded_o.kind = mcu_pkg::KindReturn;
        if (instruction_i == 32'h1050_0073) decoded_o.kind = mcu_pkg::KindWait;
      end
      default: decoded_o.kind = mcu_pkg::KindIllegal;
    endcase
  end
endmodule
