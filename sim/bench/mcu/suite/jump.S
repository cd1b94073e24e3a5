// JAL and JALR: links, bit 0 of a target, a link register that is the base.
#include "suite.inc"
BEGIN
  CHECK(1)
  jal a0, 2f
1:
  j failed
2:
  la a1, 1b
  bne a0, a1, failed
  CHECK(2)
  la a1, 4f
  jalr a0, 0(a1)
3:
  j failed
4:
  la a1, 3b
  bne a0, a1, failed
  CHECK(3)               // bit 0 is cleared
  la a1, 6f
  jalr a0, 1(a1)
5:
  j failed
6:
  CHECK(4)               // base and link are one
  la a1, 8f + 4
  jalr a1, -4(a1)
7:
  j failed
8:
  la a2, 7b
  bne a1, a2, failed
END
