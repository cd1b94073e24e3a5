"""The firmware's header: the host's without its tables, for a compiler that has no C++ library."""
from __future__ import annotations

from .model import RegisterMap, camel

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
           f"inline constexpr uint32_t kMapMajor = {registers.major};",
           f"inline constexpr uint32_t kMapMinor = {registers.minor};",
           f"inline constexpr uint32_t kMapHash = 0x{registers.layout_hash():08x};", ""]
    for block in registers.blocks:
        out.append(f"// {block.name}")
        for register in block.registers:
            full = camel(register.full_name)
            out.append(f"inline constexpr uint32_t k{full} = 0x{register.address:04x};")
            if not register.whole:
                out += [f"inline constexpr Field k{full}{camel(f.name)} = {{{f.low}, {f.high - f.low + 1}}};"
                        for f in register.fields]
        out.append("")
    for window in registers.windows:
        out += [f"inline constexpr uint32_t k{camel(window.name)} = 0x{window.base:04x};",
                f"inline constexpr uint32_t k{camel(window.name)}Words = {window.words};"]
    out += ["", f"}}  // namespace vitrine::firmware::{name}", "// clang-format on", ""]
    return "\n".join(out)
