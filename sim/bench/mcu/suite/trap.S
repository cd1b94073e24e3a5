// Exceptions: cause, place and value of each; nothing of the instruction happens.
#include "suite.inc"

// Runs the instructions given; they must trap at label 1 with the cause. a5 is what mtval said.
#define TRAPS(number, cause, ...) \
  CHECK(number);                  \
  la t0, 2f;                      \
  csrw mtvec, t0;                 \
  __VA_ARGS__;                    \
  j failed;                       \
  .balign 4;                      \
2:                                \
  csrr a4, mcause;                \
  EXPECT(a4, cause);              \
  csrr a4, mepc;                  \
  la a5, 1b;                      \
  bne a4, a5, failed;             \
  csrr a5, mtval

BEGIN
  TRAPS(1, 11, 1: ecall)
  EXPECT(a5, 0)
  TRAPS(2, 3, 1: ebreak)
  la a4, 1b
  bne a5, a4, failed
  TRAPS(3, 2, 1: .word 0)
  EXPECT(a5, 0)
  TRAPS(4, 2, 1: .word 0xffffffff)
  EXPECT(a5, 0xffffffff)
  TRAPS(5, 2, 1: .word 0x02b50533)        // MUL is not here
  TRAPS(6, 2, 1: .word 0x02051513)        // SLLI by 32
  TRAPS(7, 2, 1: csrw mhartid, a0)
  TRAPS(8, 2, 1: csrr a0, 0x7c0)
  TRAPS(9, 2, 1: csrw cycle, x0)
  CHECK(10)                               // reading it with CSRRS x0 is allowed
  csrr a0, cycle
  li a1, 0x40000000
  TRAPS(11, 5, li a0, 77; 1: lw a0, 4(a1))
  EXPECT(a0, 77)
  EXPECT(a5, 0x40000004)
  li a1, 0xf0000000
  TRAPS(12, 7, 1: sw a0, 0(a1))
  EXPECT(a5, 0xf0000000)
  TRAPS(13, 7, 1: sw a0, 0(x0))           // the boot ROM
  li a1, 0x50000000
  CHECK(14)                               // a fetch from nowhere: the place is the target
  la t0, 3f
  csrw mtvec, t0
  jalr a0, 0(a1)
  j failed
  .balign 4
3:
  csrr a4, mcause
  EXPECT(a4, 1)
  csrr a4, mepc
  EXPECT(a4, 0x50000000)
  CHECK(15)                               // a target between words: the place is the jump, nothing is linked
  la a1, 4f
  TRAPS(16, 0, li a0, 5; 1: jalr a0, 2(a1))
  EXPECT(a0, 5)
  la a1, 4f + 2
  bne a5, a1, failed
  TRAPS(17, 0, 1: .word 0x00000163)       // beq x0, x0, +2
  CHECK(18)                               // not taken: no trap
  la t0, unexpected_trap
  csrw mtvec, t0
  .word 0x00001163                        // bne x0, x0, +2
  CHECK(19)                               // a trap stacks MIE, MRET brings it back
  la t0, 5f
  csrw mtvec, t0
  csrsi mstatus, 8
  ecall
4:
  csrr a0, mstatus
  EXPECT(a0, 0x1888)
  j 6f
  .balign 4
5:
  csrr a0, mstatus
  EXPECT(a0, 0x1880)
  la t0, 4b
  csrw mepc, t0
  mret
6:
  csrci mstatus, 8
END
