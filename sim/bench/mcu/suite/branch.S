// Every branch, taken and not, forwards and backwards.
#include "suite.inc"

#define TAKEN(number, op, a, b) \
  CHECK(number);                \
  li a1, a;                     \
  li a2, b;                     \
  j 2f;                         \
1:                              \
  j 3f;                         \
2:                              \
  op a1, a2, 1b;                \
  j failed;                     \
3:                              \
  op a1, a2, 4f;                \
  j failed;                     \
4:

#define NOT_TAKEN(number, op, a, b) \
  CHECK(number);                    \
  li a1, a;                         \
  li a2, b;                         \
  op a1, a2, failed

BEGIN
  TAKEN(1, beq, 7, 7)
  NOT_TAKEN(2, beq, 7, 6)
  NOT_TAKEN(3, beq, 0x80000000, 0)
  TAKEN(4, bne, 0x80000000, 0)
  NOT_TAKEN(5, bne, -1, -1)
  TAKEN(6, blt, -1, 0)
  TAKEN(7, blt, 0x80000000, 0x7fffffff)
  NOT_TAKEN(8, blt, 0, -1)
  NOT_TAKEN(9, blt, 3, 3)
  TAKEN(10, bge, 3, 3)
  TAKEN(11, bge, 0x7fffffff, 0x80000000)
  NOT_TAKEN(12, bge, -2, -1)
  TAKEN(13, bltu, 0, -1)
  NOT_TAKEN(14, bltu, 0x80000000, 0x7fffffff)
  NOT_TAKEN(15, bltu, 9, 9)
  TAKEN(16, bgeu, 9, 9)
  TAKEN(17, bgeu, 0x80000000, 0x7fffffff)
  NOT_TAKEN(18, bgeu, 0, 1)
  CHECK(19)               // a loop
  li a0, 0
  li a1, 100
5:
  addi a0, a0, 3
  addi a1, a1, -1
  bnez a1, 5b
  EXPECT(a0, 300)
END
