// Macros of the instruction suite. Each check has a number; the first that fails is the program's exit code.
//
// s11 (x27) holds the number of the check under way.

#define BEGIN                  \
  .section .text.begin;        \
  .globl _start;               \
  _start:                      \
  la t0, unexpected_trap;      \
  csrw mtvec, t0;              \
  li s11, 0

// Ends the program: all checks passed; or, for a trap or a check that failed, with the number.
#define END                                   \
  li t5, 1;                                   \
  j finish;                                   \
  .balign 4;                                  \
  unexpected_trap:                            \
  failed:                                     \
  slli t5, s11, 1;                            \
  ori t5, t5, 1;                              \
  finish:                                     \
  la t6, tohost;                              \
  sw t5, 0(t6);                               \
  stop : j stop;                              \
  .data;                                      \
  .balign 64;                                 \
  .globl tohost;                              \
  tohost:                                     \
  .dword 0

#define CHECK(number) li s11, number
#define EXPECT(reg, value) \
  li t6, value;            \
  bne reg, t6, failed

// rd = op(a, b) with operands in registers; once more with rd the first operand's and the second's register.
#define OP(number, op, expected, a, b) \
  CHECK(number);                       \
  li a1, a;                            \
  li a2, b;                            \
  op a0, a1, a2;                       \
  EXPECT(a0, expected);                \
  op a1, a1, a2;                       \
  EXPECT(a1, expected);                \
  li a1, a;                            \
  op a2, a1, a2;                       \
  EXPECT(a2, expected)

#define OP_IMMEDIATE(number, op, expected, a, immediate) \
  CHECK(number);                                         \
  li a1, a;                                              \
  op a0, a1, immediate;                                  \
  EXPECT(a0, expected);                                  \
  op a1, a1, immediate;                                  \
  EXPECT(a1, expected)
