// CSR accesses: all six instructions, fields that stay as they are, counters, ids.
#include "suite.inc"
BEGIN
  CHECK(1)
  li a1, 0x12345678
  csrw mscratch, a1
  li a2, 0x0f0f0f0f
  csrrw a0, mscratch, a2
  EXPECT(a0, 0x12345678)
  CHECK(2)
  li a1, 0xf0000000
  csrrs a0, mscratch, a1
  EXPECT(a0, 0x0f0f0f0f)
  CHECK(3)
  li a1, 0x0000000f
  csrrc a0, mscratch, a1
  EXPECT(a0, 0xff0f0f0f)
  CHECK(4)
  csrrwi a0, mscratch, 21
  EXPECT(a0, 0xff0f0f00)
  CHECK(5)
  csrrsi a0, mscratch, 10
  EXPECT(a0, 21)
  CHECK(6)
  csrrci a0, mscratch, 1
  EXPECT(a0, 31)
  CHECK(7)
  csrr a0, mscratch
  EXPECT(a0, 30)
  CHECK(8)                // one mode: MPP stays 3, of the rest MIE and MPIE are there
  li a1, -1
  csrw mstatus, x0
  csrr a0, mstatus
  EXPECT(a0, 0x1800)
  CHECK(9)
  li a1, 0x80
  csrw mstatus, a1
  csrr a0, mstatus
  EXPECT(a0, 0x1880)
  CHECK(10)
  li a1, -1
  csrw mie, a1
  csrr a0, mie
  EXPECT(a0, 0x888)
  csrw mie, x0
  CHECK(11)
  csrw mepc, a1
  csrr a0, mepc
  EXPECT(a0, 0xfffffffc)
  CHECK(12)
  csrr a0, mtvec
  csrw mtvec, a1
  csrr a2, mtvec
  csrw mtvec, a0
  EXPECT(a2, 0xfffffffd)
  CHECK(13)
  csrr a0, misa
  csrw misa, x0
  csrr a1, misa
  bne a0, a1, failed
  EXPECT(a0, 0x40000100)
  CHECK(14)
  csrr a0, mhartid
  EXPECT(a0, 0)
  CHECK(15)               // what follows the write reads what was written
  li a1, 1000
  csrw minstret, a1
  csrr a0, minstret
  EXPECT(a0, 1000)
  CHECK(16)               // and the two between are counted
  csrr a1, minstret
  nop
  csrr a2, minstret
  sub a0, a2, a1
  EXPECT(a0, 2)
  CHECK(17)
  csrr a1, mcycle
  csrr a2, mcycle
  bgeu a1, a2, failed
  CHECK(18)
  rdcycle a1
  rdcycle a2
  bgeu a1, a2, failed
  CHECK(19)               // a carry into the high half
  csrw minstreth, x0
  li a1, -1
  csrw minstret, a1
  nop
  csrr a0, minstreth
  EXPECT(a0, 1)
  CHECK(20)
  csrr a0, mhpmcounter3
  EXPECT(a0, 0)
END
