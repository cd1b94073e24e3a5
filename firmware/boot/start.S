// The first instructions after the boot ROM, and what happens at a trap.
//
// No interrupt is ever taken (mstatus.MIE stays clear), so a trap is a crash: the registers go to the
// crash dump (supervisor/crash.h has the layout), then firmware_crashed clears the card's keys, and
// the firmware begins anew. A crash within that, where the dump says it is being written, stays here:
// the card's own heartbeat watch ends its running.

#define CRASH_CAUSE 128
#define CRASH_PC 132
#define CRASH_VALUE 136

  .section .start, "ax"
  .globl _start
_start:
  .option push
  .option norelax
  la gp, __global_pointer$
  .option pop
  la sp, __stack_end
  la t0, trap
  csrw mtvec, t0
  // The mailbox wakes the core from WFI, which needs no interrupt to be taken.
  li t0, 1 << 11
  csrw mie, t0
  la t0, __bss_start
  la t1, __bss_end
1:
  bgeu t0, t1, 2f
  sw zero, 0(t0)
  addi t0, t0, 4
  j 1b
2:
  call firmware_main

  .balign 4
trap:
  csrw mscratch, t0
  la t0, in_trap
  lw t0, 0(t0)
  bnez t0, dead
  la t0, crash_dump
  sw x0, 0(t0)
  sw x1, 4(t0)
  sw x2, 8(t0)
  sw x3, 12(t0)
  sw x4, 16(t0)
  sw x6, 24(t0)
  sw x7, 28(t0)
  sw x8, 32(t0)
  sw x9, 36(t0)
  sw x10, 40(t0)
  sw x11, 44(t0)
  sw x12, 48(t0)
  sw x13, 52(t0)
  sw x14, 56(t0)
  sw x15, 60(t0)
  sw x16, 64(t0)
  sw x17, 68(t0)
  sw x18, 72(t0)
  sw x19, 76(t0)
  sw x20, 80(t0)
  sw x21, 84(t0)
  sw x22, 88(t0)
  sw x23, 92(t0)
  sw x24, 96(t0)
  sw x25, 100(t0)
  sw x26, 104(t0)
  sw x27, 108(t0)
  sw x28, 112(t0)
  sw x29, 116(t0)
  sw x30, 120(t0)
  sw x31, 124(t0)
  csrr t1, mscratch
  sw t1, 20(t0)
  csrr t1, mcause
  sw t1, CRASH_CAUSE(t0)
  csrr t1, mepc
  sw t1, CRASH_PC(t0)
  csrr t1, mtval
  sw t1, CRASH_VALUE(t0)
  la sp, __stack_end
  la t0, in_trap
  li t1, 1
  sw t1, 0(t0)
  call firmware_crashed
  j _start  // clears in_trap, which lies in .bss

dead:
  wfi
  j dead

  .bss
  .balign 4
in_trap:
  .space 4
