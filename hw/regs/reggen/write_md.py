"""docs/registers.md."""
from __future__ import annotations

from .model import RegisterMap

HEAD = """\
# Registers

Written by `hw/regs/generate` from `{source}`; changes belong there.

{description}

Version {major}.{minor}, layout hash `0x{hash:08x}`.

| access | a read gives | a write |
|---|---|---|
| RW | what was written | sets it |
| RO | what the card says | is ignored |
| W1C | what has happened | clears the bits that are 1 |
| WO | 0 | acts |
"""


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def write_md(registers: RegisterMap) -> str:
    sentences = " ".join(registers.description.split()).replace(". ", ".\n")
    out = [HEAD.format(source=registers.source, description=sentences, major=registers.major,
                       minor=registers.minor, hash=registers.layout_hash())]
    for block in registers.blocks:
        out += [f"## {block.name}", "", " ".join(block.description.split()).replace(". ", ".\n"), "",
                "| address | register | bits | access | reset | what |", "|---|---|---|---|---|---|"]
        for register in block.registers:
            accesses = "/".join(dict.fromkeys(f.access for f in register.fields))
            out.append(f"| `{register.address:#06x}` | `{register.full_name}` | | {accesses} | "
                       f"`{register.reset:#x}` | {_cell(register.description)} |")
            if not register.whole:
                for f in register.fields:
                    bits = f"{f.high}:{f.low}" if f.high != f.low else f"{f.low}"
                    out.append(f"| | `{f.name}` | {bits} | {f.access} | `{f.reset:#x}` | {_cell(f.description)} |")
        out.append("")
    if registers.windows:
        out += ["## Windows", "", "Stretches of words that can be written only.", "",
                "| from | window | words | what |", "|---|---|---|---|"]
        out += [f"| `{w.base:#06x}` | `{w.name}` | {w.words} | {_cell(w.description)} |" for w in registers.windows]
        out.append("")
    return "\n".join(out)
