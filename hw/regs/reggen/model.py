"""A checked register map: what the writers see.  Arrays and 64-bit registers are already spread out."""
from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

ACCESSES = ("RW", "RO", "W1C", "WO")
WORD_BITS = 32


@dataclass(frozen=True)
class Field:
    name: str
    high: int
    low: int
    access: str
    reset: int  # already shifted down
    description: str

    @property
    def mask(self) -> int:
        return ((1 << (self.high - self.low + 1)) - 1) << self.low


@dataclass(frozen=True)
class Register:
    block: str
    name: str
    address: int
    constant: bool  # read-only bits are the reset value itself, not a signal
    description: str
    fields: tuple[Field, ...]
    whole: bool  # one field that is the register

    @property
    def full_name(self) -> str:
        return f"{self.block.upper()}_{self.name}"

    @property
    def reset(self) -> int:
        return sum(f.reset << f.low for f in self.fields)

    def mask(self, access: str) -> int:
        return sum(f.mask for f in self.fields if f.access == access)


@dataclass(frozen=True)
class Window:
    """A stretch of write-only words that another block stores."""

    name: str
    base: int
    words: int
    description: str


@dataclass(frozen=True)
class Block:
    name: str
    base: int
    description: str
    registers: tuple[Register, ...]


@dataclass(frozen=True)
class RegisterMap:
    name: str
    major: int
    minor: int
    address_bits: int
    description: str
    blocks: tuple[Block, ...]
    windows: tuple[Window, ...]
    source: str = field(default="", compare=False)

    @property
    def registers(self) -> list[Register]:
        return [register for block in self.blocks for register in block.registers]

    def layout_hash(self) -> int:
        """Of all that a host and a card must agree on; descriptions and the hash's own register are left out."""
        lines = [f"{self.name} {self.major} {self.minor}"]
        for register in self.registers:
            lines.append(f"{register.full_name} {register.address:x}")
            lines += [f" {f.name} {f.high} {f.low} {f.access} " +
                      ("-" if register.name == "MAP_HASH" else f"{f.reset:x}") for f in register.fields]
        lines += [f"{window.name} {window.base:x} {window.words}" for window in self.windows]
        return int.from_bytes(hashlib.sha256("\n".join(lines).encode()).digest()[:4], "big")


def camel(name: str) -> str:
    """MAP_HASH -> MapHash"""
    return "".join(part.capitalize() for part in name.lower().split("_"))
