// What the parts of the management core share: the decoded instruction, ALU operations, causes of traps.
//
// RISC-V Instruction Set Manual, volume I (RV32I 2.1, Zicsr 2.0, Zifencei 2.0) and volume II (machine mode, 1.12).
// verilator lint_off UNUSEDPARAM
package mcu_pkg;
  typedef enum logic [3:0] {
    AluAdd  = 4'd0,
    AluSub  = 4'd1,
    AluSll  = 4'd2,
    AluSlt  = 4'd3,
    AluSltu = 4'd4,
    AluXor  = 4'd5,
    AluSrl  = 4'd6,
    AluSra  = 4'd7,
    AluOr   = 4'd8,
    AluAnd  = 4'd9
  } alu_op_t;

  typedef enum logic [3:0] {
    KindAlu     = 4'd0,   // rd = alu(first, second)
    KindJump    = 4'd1,   // rd = pc + 4, pc = alu(first, second) with bit 0 clear
    KindBranch  = 4'd2,   // pc = pc + immediate where the condition holds
    KindLoad    = 4'd3,   // rd = memory[rs1 + immediate]
    KindStore   = 4'd4,   // memory[rs1 + immediate] = rs2
    KindCsr     = 4'd5,   // rd = csr, csr changed
    KindCall    = 4'd6,   // ECALL
    KindBreak   = 4'd7,   // EBREAK
    KindReturn  = 4'd8,   // MRET
    KindWait    = 4'd9,   // WFI
    KindNothing = 4'd10,  // FENCE, FENCE.I: one core, one memory, no cache
    KindIllegal = 4'd11
  } kind_t;

  typedef struct packed {
    kind_t       kind;
    alu_op_t     alu;
    logic        first_is_pc;     // else rs1
    logic        second_is_rs2;   // else the immediate
    logic [31:0] immediate;
    logic [2:0]  funct3;          // of branches, loads, stores and CSR accesses: which of them
    logic [4:0]  rd;
    logic [4:0]  rs1;             // CSR accesses with funct3[2]: the immediate
    logic [4:0]  rs2;
  } decoded_t;

  // mcause (volume II, table 3.6); interrupts have bit 31 set.
  localparam logic [31:0] CauseFetchMisaligned = 32'd0;
  localparam logic [31:0] CauseFetchFault      = 32'd1;
  localparam logic [31:0] CauseIllegal         = 32'd2;
  localparam logic [31:0] CauseBreakpoint      = 32'd3;
  localparam logic [31:0] CauseLoadFault       = 32'd5;
  localparam logic [31:0] CauseStoreFault      = 32'd7;
  localparam logic [31:0] CauseCall            = 32'd11;
  localparam logic [31:0] CauseSoftware        = 32'h8000_0003;
  localparam logic [31:0] CauseTimer           = 32'h8000_0007;
  localparam logic [31:0] CauseExternal        = 32'h8000_000b;
endpackage
// verilator lint_on UNUSEDPARAM
