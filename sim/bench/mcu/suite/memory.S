// Loads and stores of every width, signed and not, aligned and across words, and code that was just written.
#include "suite.inc"

#define LOAD(number, op, expected, offset) \
  CHECK(number);                           \
  la a1, words;                            \
  op a0, offset(a1);                       \
  EXPECT(a0, expected)

// Stores over a background of ones, then looks at both words.
#define STORE(number, op, value, offset, low, high) \
  CHECK(number);                                    \
  la a1, scratch;                                   \
  li a2, -1;                                        \
  sw a2, 0(a1);                                     \
  sw a2, 4(a1);                                     \
  li a2, value;                                     \
  op a2, offset(a1);                                \
  lw a0, 0(a1);                                     \
  EXPECT(a0, low);                                  \
  lw a0, 4(a1);                                     \
  EXPECT(a0, high)

BEGIN
  LOAD(1, lb, 0xffffff80, 0)
  LOAD(2, lbu, 0x80, 0)
  LOAD(3, lb, 0x7f, 1)
  LOAD(4, lbu, 0xf2, 2)
  LOAD(5, lb, 0x11, 3)
  LOAD(6, lh, 0x7f80, 0)
  LOAD(7, lh, 0x11f2, 2)
  LOAD(8, lhu, 0xa4c3, 4)
  LOAD(9, lh, 0xffffa4c3, 4)
  LOAD(10, lw, 0x11f27f80, 0)
  LOAD(11, lh, 0xfffff27f, 1)
  LOAD(12, lhu, 0xc311, 3)
  LOAD(13, lw, 0xc311f27f, 1)
  LOAD(14, lw, 0xa4c311f2, 2)
  LOAD(15, lw, 0xe5a4c311, 3)
  LOAD(16, lw, 0x11f27f80, -0)
  CHECK(17)               // a negative offset
  la a1, words + 8
  lw a0, -4(a1)
  EXPECT(a0, 0x06e5a4c3)
  STORE(18, sb, 0x12345678, 0, 0xffffff78, 0xffffffff)
  STORE(19, sb, 0x12345678, 3, 0x78ffffff, 0xffffffff)
  STORE(20, sh, 0x12345678, 0, 0xffff5678, 0xffffffff)
  STORE(21, sh, 0x12345678, 1, 0xff5678ff, 0xffffffff)
  STORE(22, sh, 0x12345678, 3, 0x78ffffff, 0xffffff56)
  STORE(23, sw, 0x12345678, 0, 0x12345678, 0xffffffff)
  STORE(24, sw, 0x12345678, 1, 0x345678ff, 0xffffff12)
  STORE(25, sw, 0x12345678, 2, 0x5678ffff, 0xffff1234)
  STORE(26, sw, 0x12345678, 3, 0x78ffffff, 0xff123456)
  CHECK(27)               // FENCE.I: an instruction that was stored runs
  la a1, patched
  la a2, patch
  lw a3, 0(a2)
  sw a3, 0(a1)
  fence.i
  li a0, 0
patched:
  addi a0, a0, 1
  EXPECT(a0, 0x123)
  j over
patch:
  addi a0, a0, 0x123
over:
  fence rw, rw
END
words:
  .word 0x11f27f80, 0x06e5a4c3
scratch:
  .word 0, 0
