"""The RTL's package: indexes, field positions, and the tables that csr_bank is driven by."""
from __future__ import annotations

from .model import RegisterMap, camel

HEAD = """\
// Written by hw/regs/generate from {source}; changes belong there.
//
// Registers have an index in order of address blocks; index I has bits [32*I+:32] of the tables and of csr_bank's
// ports. Addresses are in bytes.
/* verilator lint_off UNUSEDPARAM */  // a block uses what concerns it
package csr_regs_pkg;
"""


def _table(name: str, bits: int, values: list[int], comment: str) -> list[str]:
    """A flat vector whose element 0 is in the lowest bits."""
    digits = (bits + 3) // 4
    words = [f"{bits}'h{value:0{digits}x}" for value in reversed(values)]
    a_line = 100 // (len(words[0]) + 2)
    lines = [", ".join(words[i:i + a_line]) for i in range(0, len(words), a_line)]
    return [f"  // {comment}", f"  localparam logic [{len(values)}*{bits}-1:0] {name} = {{",
            *(f"    {line}," for line in lines[:-1]), f"    {lines[-1]}", "  };"]


def write_sv(registers: RegisterMap) -> str:
    regs = registers.registers
    out = [HEAD.format(source=registers.source).rstrip("\n")]
    out += [f"  localparam int unsigned AddressBits = {registers.address_bits};",
            f"  localparam int unsigned NumRegisters = {len(regs)};",
            f"  localparam int unsigned NumWindows = {len(registers.windows)};",
            f"  localparam logic [31:0] LayoutHash = 32'h{registers.layout_hash():08x};", ""]
    for index, register in enumerate(regs):
        name = camel(register.full_name)
        out.append(f"  localparam int unsigned {name} = {index};  // {register.address:#06x}")
        if not register.whole:
            for item in register.fields:
                out.append(f"  localparam int unsigned {name}{camel(item.name)}Low = {item.low};"
                           f"  // {item.high - item.low + 1} bits")
    out.append("")
    for index, window in enumerate(registers.windows):
        name = camel(window.name)
        out += [f"  localparam int unsigned {name} = {index};  // a window, from {window.base:#06x}",
                f"  localparam int unsigned {name}Words = {window.words};"]
    out.append("")
    bits = registers.address_bits
    out += _table("Addresses", bits, [r.address for r in regs], "Byte addresses.")
    out += _table("Resets", 32, [r.reset for r in regs], "Values after reset.")
    out += _table("Rw", 32, [r.mask("RW") for r in regs], "Bits that software writes and reads.")
    out += _table("W1c", 32, [r.mask("W1C") for r in regs], "Bits that the card sets and software clears with a 1.")
    out += _table("Wo", 32, [r.mask("WO") for r in regs], "Bits that can be written and read as 0.")
    out += _table("Signal", 32, [0 if r.constant else r.mask("RO") for r in regs],
                  "Read-only bits whose value comes from a signal.")
    out += _table("Constant", 32, [r.mask("RO") if r.constant else 0 for r in regs],
                  "Read-only bits that are the reset value.")
    if registers.windows:
        out += _table("WindowBases", bits, [w.base for w in registers.windows], "Byte addresses of windows.")
        out += _table("WindowEnds", bits + 1, [w.base + 4 * w.words for w in registers.windows], "One past them.")
    return "\n".join(out) + "\nendpackage\n/* verilator lint_on UNUSEDPARAM */\n"
