"""Reads a register map from YAML and refuses what is not sound.

Stages: 1. YAML; 2. keys and values of each entry; 3. arrays and 64-bit registers spread out; 4. what can be seen of
the whole only: overlaps, names, the hash.
"""
from __future__ import annotations

import dataclasses
import re
from typing import Any

import yaml

from .errors import MapError
from .model import ACCESSES, WORD_BITS, Block, Field, Register, RegisterMap, Window

_UPPER = re.compile(r"[A-Z][A-Z0-9_]*")
_LOWER = re.compile(r"[a-z][a-z0-9_]*")
_MAP_VALUES = ("map_major", "map_minor", "map_hash")


def load_map(text: str, reasons: dict[str, list[tuple[str, str]]], source: str = "") -> RegisterMap:
    try:
        raw = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise MapError(f"not YAML: {' '.join(str(error).split())}") from error
    return _Loader(reasons, source).map(raw)


def _keys(entry: Any, where: str, needed: set[str], optional: set[str] = frozenset()) -> dict:
    if not isinstance(entry, dict):
        raise MapError(f"{where}: expected keys and values, got {type(entry).__name__}")
    if missing := needed - entry.keys():
        raise MapError(f"{where}: missing {', '.join(sorted(missing))}")
    if unknown := entry.keys() - needed - optional:
        raise MapError(f"{where}: unknown key {', '.join(sorted(map(str, unknown)))}")
    return entry


def _list(entry: Any, where: str) -> list:
    if not isinstance(entry, list) or not entry:
        raise MapError(f"{where}: expected a list with at least one entry")
    return entry


def _integer(value: Any, where: str, low: int, high: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise MapError(f"{where}: {value!r} is not an integer from {low} to {high:#x}")
    return value


def _text(value: Any, where: str, pattern: re.Pattern | None = None) -> str:
    if not isinstance(value, str) or not value.strip():
        raise MapError(f"{where}: expected a text")
    if pattern and not pattern.fullmatch(value):
        raise MapError(f"{where}: {value!r} does not look like {pattern.pattern}")
    return value


def _access(entry: dict, where: str, default: str = "") -> str:
    access = entry.get("access", default)
    if access not in ACCESSES:
        raise MapError(f"{where}: access {access!r} is none of {', '.join(ACCESSES)}")
    return access


class _Loader:
    def __init__(self, reasons: dict[str, list[tuple[str, str]]], source: str) -> None:
        self.reasons = reasons
        self.source = source
        self.values: dict[str, int] = {}

    def map(self, raw: Any) -> RegisterMap:
        raw = _keys(raw, "map", {"name", "version", "address_bits", "description", "blocks"}, {"windows"})
        version = _keys(raw["version"], "map: version", {"major", "minor"})
        self.values = {f"map_{part}": _integer(version[part], f"map: version: {part}", 0, 0xffff)
                       for part in ("major", "minor")} | {"map_hash": 0}
        bits = _integer(raw["address_bits"], "map: address_bits", 3, 32)
        blocks = tuple(self.block(entry, bits) for entry in _list(raw["blocks"], "map: blocks"))
        windows = tuple(self.window(entry, bits) for entry in raw.get("windows") or ())
        loaded = RegisterMap(_text(raw["name"], "map: name", _LOWER), self.values["map_major"],
                             self.values["map_minor"], bits, _text(raw["description"], "map: description"), blocks,
                             windows, self.source)
        _check_whole(loaded)
        return _with_hash(loaded)

    def block(self, raw: Any, bits: int) -> Block:
        raw = _keys(raw, "block", {"name", "base", "description", "registers"})
        where = _text(raw["name"], "block: name", _LOWER)
        base = _integer(raw["base"], f"{where}: base", 0, 2 ** bits - 1)
        registers = [register for entry in _list(raw["registers"], f"{where}: registers")
                     for register in self.register(entry, where, base)]
        for register in registers:
            _integer(register.address, f"{register.full_name}: address", 0, 2 ** bits - 4)
        return Block(where, base, _text(raw["description"], f"{where}: description"), tuple(registers))

    def window(self, raw: Any, bits: int) -> Window:
        raw = _keys(raw, "window", {"name", "base", "words", "description"})
        name = _text(raw["name"], "window: name", _UPPER)
        words = _integer(raw["words"], f"{name}: words", 1, 2 ** bits // 4)
        base = _integer(raw["base"], f"{name}: base", 0, 2 ** bits - 4 * words)
        if words & (words - 1) or base % (4 * words):
            raise MapError(f"{name}: words is a power of two and base a multiple of the window's bytes")
        return Window(name, base, words, _text(raw["description"], f"{name}: description"))

    def register(self, raw: Any, block: str, base: int) -> list[Register]:
        raw = _keys(raw, f"{block}: register", {"name", "offset", "access", "description"},
                    {"reset", "constant", "fields", "count", "count_from", "width"})
        name = _text(raw["name"], f"{block}: register: name", _UPPER)
        where = f"{block.upper()}_{name}"
        address = base + _integer(raw["offset"], f"{where}: offset", 0, 2 ** 31)
        if address % 4:
            raise MapError(f"{where}: address {address:#x} is not a multiple of 4")
        constant = raw.get("constant", False)
        if constant not in (True, False) or (constant and _access(raw, where) != "RO"):
            raise MapError(f"{where}: constant is true or false, and true for RO only")
        fields, whole = self.fields(raw, where)
        text = _text(raw["description"], f"{where}: description")
        return [Register(block, item, address + 4 * i, constant, words, fields, whole)
                for i, (item, words) in enumerate(self.spread(raw, where, name, text))]

    def spread(self, raw: dict, where: str, name: str, text: str) -> list[tuple[str, str]]:
        """(name, description) of each word that an entry stands for."""
        entries = [(name, text)]
        if "count" in raw and "count_from" in raw:
            raise MapError(f"{where}: count or count_from, not both")
        if "count" in raw:
            count = _integer(raw["count"], f"{where}: count", 2, 1024)
            entries = [(f"{name}_{i}", f"{text} Word {i}.") for i in range(count)]
        if "count_from" in raw:
            if raw["count_from"] not in self.reasons:
                raise MapError(f"{where}: count_from {raw['count_from']!r} is none of {', '.join(self.reasons)}")
            entries = [(f"{name}_{counter.upper()}", f"{text}: {meaning}.")
                       for counter, meaning in self.reasons[raw["count_from"]]]
        width = raw.get("width", WORD_BITS)
        if width not in (WORD_BITS, 2 * WORD_BITS):
            raise MapError(f"{where}: width {width!r} is neither 32 nor 64")
        if width == 2 * WORD_BITS:
            if "fields" in raw:
                raise MapError(f"{where}: a register of 64 bits has no fields")
            entries = [(f"{item}_{part}", words + half) for item, words in entries
                       for part, half in (("LO", ""), ("HI", " Upper half."))]
        return entries

    def fields(self, raw: dict, where: str) -> tuple[tuple[Field, ...], bool]:
        access = _access(raw, where)
        text = raw["description"]
        if "fields" not in raw:
            reset = self.reset(raw.get("reset", 0), where, WORD_BITS)
            return (Field("VALUE", WORD_BITS - 1, 0, access, reset, text),), True
        if "reset" in raw:
            raise MapError(f"{where}: a register with fields has its reset values there")
        fields = tuple(self.field(entry, where, access) for entry in _list(raw["fields"], f"{where}: fields"))
        seen = 0
        for item in fields:
            if seen & item.mask:
                raise MapError(f"{where}.{item.name}: bits {item.high}:{item.low} overlap another field")
            seen |= item.mask
        if len({item.name for item in fields}) != len(fields):
            raise MapError(f"{where}: two fields of one name")
        return fields, False

    def field(self, raw: Any, register: str, default: str) -> Field:
        raw = _keys(raw, f"{register}: field", {"name", "bits", "description"}, {"access", "reset"})
        where = f"{register}.{_text(raw['name'], f'{register}: field: name', _UPPER)}"
        bits = re.fullmatch(r"(\d+)(?::(\d+))?", str(raw["bits"]))
        if not bits:
            raise MapError(f"{where}: bits {raw['bits']!r} is neither \"N\" nor \"HIGH:LOW\"")
        high, low = int(bits[1]), int(bits[2] or bits[1])
        if not WORD_BITS > high >= low:
            raise MapError(f"{where}: bits {raw['bits']} do not lie in 31:0, high before low")
        reset = self.reset(raw.get("reset", 0), where, high - low + 1)
        return Field(raw["name"], high, low, _access(raw, where, default), reset,
                     _text(raw["description"], f"{where}: description"))

    def reset(self, value: Any, where: str, bits: int) -> int:
        if value in _MAP_VALUES:
            value = self.values[value]
        return _integer(value, f"{where}: reset", 0, 2 ** bits - 1)


def _check_whole(loaded: RegisterMap) -> None:
    taken: dict[int, str] = {}
    for register in loaded.registers:
        if register.address in taken:
            raise MapError(f"{register.full_name}: address {register.address:#x} is taken by {taken[register.address]}")
        taken[register.address] = register.full_name
    for window in loaded.windows:
        for address in range(window.base, window.base + 4 * window.words, 4):
            if address in taken:
                raise MapError(f"{window.name}: address {address:#x} is taken by {taken[address]}")
            taken[address] = window.name
    names = [register.full_name for register in loaded.registers] + [window.name for window in loaded.windows]
    for name in names:
        if names.count(name) > 1:
            raise MapError(f"{name}: the name is there twice")


def _with_hash(loaded: RegisterMap) -> RegisterMap:
    """The register MAP_HASH, if there is one, with its value."""
    value = loaded.layout_hash()

    def filled(register: Register) -> Register:
        if register.name != "MAP_HASH":
            return register
        return dataclasses.replace(register, fields=(dataclasses.replace(register.fields[0], reset=value),))

    blocks = tuple(dataclasses.replace(block, registers=tuple(map(filled, block.registers)))
                   for block in loaded.blocks)
    return dataclasses.replace(loaded, blocks=blocks)
