"""What the host's header and the firmware's have in common: addresses and fields as C++ constants."""
from __future__ import annotations

from .model import RegisterMap, camel


def constants(registers: RegisterMap, count_type: str) -> list[str]:
    """Lines of C++; `count_type` is that of a window's number of words."""
    out = [f"inline constexpr uint32_t kMapMajor = {registers.major};",
           f"inline constexpr uint32_t kMapMinor = {registers.minor};",
           f"inline constexpr uint32_t kMapHash = 0x{registers.layout_hash():08x};", ""]
    for block in registers.blocks:
        out.append(f"// {block.name}")
        for register in block.registers:
            name = camel(register.full_name)
            out.append(f"inline constexpr uint32_t k{name} = 0x{register.address:04x};")
            if not register.whole:
                out += [f"inline constexpr Field k{name}{camel(f.name)} = {{{f.low}, {f.high - f.low + 1}}};"
                        for f in register.fields]
        out.append("")
    for window in registers.windows:
        out += [f"inline constexpr uint32_t k{camel(window.name)} = 0x{window.base:04x};",
                f"inline constexpr {count_type} k{camel(window.name)}Words = {window.words};"]
    return out
