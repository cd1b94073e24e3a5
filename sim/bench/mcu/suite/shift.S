// SLL, SRL, SRA and their immediate forms: distances 0, 1, 7, 31; registers use five bits only.
#include "suite.inc"
BEGIN
  OP(1, sll, 0x80000001, 0x80000001, 0)
  OP(2, sll, 0x00000002, 0x80000001, 1)
  OP(3, sll, 0x90909080, 0x21212121, 7)
  OP(4, sll, 0x80000000, 0xffffffff, 31)
  OP(5, sll, 0x00000002, 0x80000001, 0xffffffe1)
  OP(6, srl, 0x40000000, 0x80000001, 1)
  OP(7, srl, 0x00424242, 0x21212121, 7)
  OP(8, srl, 0x00000001, 0x80000000, 31)
  OP(9, srl, 0x80000000, 0x80000000, 32)
  OP(10, sra, 0xc0000000, 0x80000001, 1)
  OP(11, sra, 0x3fffffff, 0x7fffffff, 1)
  OP(12, sra, 0xffffffff, 0x80000000, 31)
  OP(13, sra, 0xff818181, 0xc0c0c0c0, 0x47)
  OP_IMMEDIATE(14, slli, 0x80000000, 1, 31)
  OP_IMMEDIATE(15, slli, 0x21212121, 0x21212121, 0)
  OP_IMMEDIATE(16, srli, 1, 0x80000000, 31)
  OP_IMMEDIATE(17, srai, 0xffffffff, 0x80000000, 31)
  OP_IMMEDIATE(18, srai, 0xfff00000, 0x80000000, 11)
END
