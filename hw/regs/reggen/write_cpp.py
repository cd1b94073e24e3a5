"""The host's header: addresses, fields, and a table of all registers for tests and for dumps."""
from __future__ import annotations

from .constants import constants
from .model import RegisterMap

HEAD = """\
// The card's registers. Written by hw/regs/generate from {source}; changes belong there.
//
// Addresses are bytes from the start of the card's AXI4-Lite space; registers are 32-bit and
// little-endian.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

// clang-format off: one register a line, whatever its length.
namespace vitrine::card::regs {{

struct Field {{
  uint8_t low;
  uint8_t bits;
  constexpr uint32_t mask() const {{ return (bits == 32 ? 0xffffffffU : (1U << bits) - 1U) << low; }}
  constexpr uint32_t get(uint32_t value) const {{ return (value & mask()) >> low; }}
  constexpr uint32_t put(uint32_t value) const {{ return (value << low) & mask(); }}
}};

"""

TABLE = """\
// Bits by access; those in none of the masks read as 0 and ignore writes.
struct Register {
  const char* name;
  uint32_t address;
  uint32_t reset;
  uint32_t rw;        // written and read
  uint32_t w1c;       // set by the card, cleared with a 1
  uint32_t wo;        // written, read as 0
  uint32_t signal;    // read-only, from a signal of the card
  uint32_t constant;  // read-only, always the reset value
};

struct Window {
  const char* name;
  uint32_t base;
  uint32_t words;  // write-only
};

"""


def write_cpp(registers: RegisterMap) -> str:
    out = [HEAD.format(source=registers.source).rstrip("\n"), "",
           *constants(registers, "size_t")]
    out += ["", TABLE.rstrip("\n"), "", "inline constexpr auto kRegisters = std::to_array<Register>({"]
    for r in registers.registers:
        signal, constant = (0, r.mask("RO")) if r.constant else (r.mask("RO"), 0)
        values = (r.address, r.reset, r.mask("RW"), r.mask("W1C"), r.mask("WO"), signal, constant)
        out.append(f'    {{"{r.full_name}", ' + ", ".join(f"0x{value:x}" for value in values) + "},")
    out += ["});", "", "inline constexpr auto kWindows = std::to_array<Window>({"]
    out += [f'    {{"{w.name}", 0x{w.base:x}, {w.words}}},' for w in registers.windows]
    out += ["});", "", "}  // namespace vitrine::card::regs", "// clang-format on", ""]
    return "\n".join(out)
