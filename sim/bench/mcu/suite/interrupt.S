// Timer and software interrupts: enabling, vectors, priority, WFI.
#include "suite.inc"
#define TIMER 0x02000000

BEGIN
  CHECK(1)                // nothing is pending after reset
  csrr a0, mip
  EXPECT(a0, 0)
  CHECK(2)                // a software interrupt is pending but not taken while MIE is clear
  li s0, TIMER
  li a1, 1
  sw a1, 0(s0)
  csrr a0, mip
  EXPECT(a0, 8)
  li a1, 0x888
  csrw mie, a1
  nop
  CHECK(3)                // taken as soon as it is set, in vectored mode by entry 3
  la t0, vectors
  ori t0, t0, 1
  csrw mtvec, t0
  li s1, 0
  csrsi mstatus, 8
  nop
  EXPECT(s1, 3)
  CHECK(4)                // WFI waits for the timer
  li s1, 0
  li s2, 0xbff8
  add s2, s2, s0
  lw a1, 0(s2)
  addi a1, a1, 200
  li s3, 0x4000
  add s3, s3, s0
  sw x0, 4(s3)
  sw a1, 0(s3)
  wfi
  nop
  EXPECT(s1, 7)
  lw a2, 0(s2)
  blt a2, a1, failed
  CHECK(5)                // both at once: software first
  csrci mstatus, 8
  li s1, 0
  li s4, 0
  sw x0, 4(s3)
  sw x0, 0(s3)
  li a1, 1
  sw a1, 0(s0)
  csrsi mstatus, 8
  nop
  nop
  EXPECT(s4, 0x37)
  CHECK(6)                // time goes on, and is read-only
  lw a1, 0(s2)
  lw a2, 0(s2)
  bgeu a1, a2, failed
  la t0, 7f
  csrw mtvec, t0
  sw x0, 0(s2)
  j failed
  .balign 4
7:
  csrr a0, mcause
  EXPECT(a0, 7)
END
  .text
  .balign 64
vectors:
  j failed
  j failed
  j failed
  j software
  j failed
  j failed
  j failed
  j timer
software:
  sw x0, 0(s0)
  li s1, 3
  slli s4, s4, 4
  ori s4, s4, 3
  mret
timer:
  li s1, 7
  slli s4, s4, 4
  ori s4, s4, 7
  li t1, -1
  sw t1, 4(s3)
  sw t1, 0(s3)
  mret
