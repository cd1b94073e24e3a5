"""The firmware's header: the host's without its tables, for a compiler that has no C++ library."""
from __future__ import annotations

from .constants import constants
from .model import RegisterMap

HEAD = """\
// Registers for the firmware. Written by hw/regs/generate from {source}.
//
// Changes belong there. Addresses are bytes from the start of the map; registers are 32-bit and
// little-endian.
#pragma once

#include <stdint.h>

// clang-format off: one register a line, whatever its length.
namespace vitrine::firmware::{name} {{

struct Field {{
  uint8_t low;
  uint8_t bits;
  constexpr uint32_t mask() const {{ return (bits == 32 ? 0xffffffffU : (1U << bits) - 1U) << low; }}
  constexpr uint32_t get(uint32_t value) const {{ return (value & mask()) >> low; }}
  constexpr uint32_t put(uint32_t value) const {{ return (value << low) & mask(); }}
}};

"""


def write_firmware(registers: RegisterMap) -> str:
    name = registers.name.removeprefix("vitrine_") + "_regs"
    out = [HEAD.format(source=registers.source, name=name).rstrip("\n"), "",
           *constants(registers, "uint32_t")]
    out += ["", f"}}  // namespace vitrine::firmware::{name}", "// clang-format on", ""]
    return "\n".join(out)
