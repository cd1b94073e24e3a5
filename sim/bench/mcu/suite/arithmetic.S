// ADD, SUB, SLT, SLTU, XOR, OR, AND, their immediate forms, LUI, AUIPC, and x0.
#include "suite.inc"
BEGIN
  OP(1, add, 0, 0, 0)
  OP(2, add, 0x80000000, 0x7fffffff, 1)
  OP(3, add, 0, 0xffffffff, 1)
  OP(4, add, 0xfffe, 0x7fff, 0x7fff)
  OP(5, sub, 0x80000001, 1, 0x80000000)
  OP(6, sub, 0xffffffff, 0, 1)
  OP(7, sub, 0, 0x80000000, 0x80000000)
  OP(8, slt, 1, 0x80000000, 0x7fffffff)
  OP(9, slt, 0, 0x7fffffff, 0x80000000)
  OP(10, slt, 0, 5, 5)
  OP(11, sltu, 0, 0x80000000, 0x7fffffff)
  OP(12, sltu, 1, 0, 0xffffffff)
  OP(13, xor, 0x0ff00ff0, 0xff00ff00, 0xf0f0f0f0)
  OP(14, or, 0xfff0fff0, 0xff00ff00, 0xf0f0f0f0)
  OP(15, and, 0xf000f000, 0xff00ff00, 0xf0f0f0f0)
  OP_IMMEDIATE(16, addi, 0xfffff800, 0, -2048)
  OP_IMMEDIATE(17, addi, 0x800007fe, 0x7fffffff, 2047)
  OP_IMMEDIATE(18, slti, 1, 0x80000000, -2048)
  OP_IMMEDIATE(19, slti, 0, 0, -1)
  OP_IMMEDIATE(20, sltiu, 1, 0, -1)
  OP_IMMEDIATE(21, sltiu, 0, 0xffffffff, -1)
  OP_IMMEDIATE(22, xori, 0x00ff00f0, 0xff00ff0f, -1)
  OP_IMMEDIATE(23, ori, 0xffffff0f, 0x0000000f, -256)
  OP_IMMEDIATE(24, andi, 0x0000000f, 0xffffff0f, 0x0f)
  CHECK(25)
  lui a0, 0xfffff
  EXPECT(a0, 0xfffff000)
  CHECK(26)
here:
  auipc a0, 0x12345
  la a1, here
  li a2, 0x12345000
  add a1, a1, a2
  bne a0, a1, failed
  CHECK(27)               // x0 takes nothing
  li a1, 77
  add x0, a1, a1
  EXPECT(x0, 0)
  CHECK(28)
  lui x0, 0x55
  EXPECT(x0, 0)
END
