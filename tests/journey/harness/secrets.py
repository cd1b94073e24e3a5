"""Looks for session keys in a process's memory: they must be there while a flow lives, and gone after.

The ends write their secrets as an NSS key log; TLS 1.3 traffic keys follow from them (RFC 8446 section 7.3).
Only TLS 1.3 traffic secrets are looked for: a TLS 1.2 master secret may rightly stay in a session cache.
"""
from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

# A sanitizer's shadow: it describes memory, holds none of its bytes, and is terabytes of address space.
SHADOW_BYTES = 64 << 30
TRAFFIC = ("CLIENT_TRAFFIC_SECRET_0", "SERVER_TRAFFIC_SECRET_0")


def expand_label(secret: bytes, label: str, length: int) -> bytes:
    """HKDF-Expand-Label with an empty context, for at most one hash of output."""
    name = b"tls13 " + label.encode()
    info = length.to_bytes(2, "big") + bytes([len(name)]) + name + b"\0\1"
    return hmac.new(secret, info, hashlib.sha384 if len(secret) == 48 else hashlib.sha256).digest()[:length]


def traffic_keys(keylog: Path) -> dict[str, bytes]:
    """Name → secret, and name + " key" → AES key, of the connections in the key log."""
    found: dict[str, bytes] = {}
    for number, line in enumerate(keylog.read_text().splitlines()):
        words = line.split()
        if words and words[0] in TRAFFIC:
            secret = bytes.fromhex(words[2])
            found[f"{words[0]} #{number}"] = secret
            found[f"{words[0]} #{number} key"] = expand_label(secret, "key", 32 if len(secret) == 48 else 16)
    return found


def present(pid: int, needles: dict[str, bytes]) -> set[str]:
    """Which of them lie in the writable memory of the process."""
    seen: set[str] = set()
    with open(f"/proc/{pid}/maps", encoding="ascii") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            span, permissions = line.split()[:2]
            if not permissions.startswith("rw"):
                continue
            begin, end = (int(word, 16) for word in span.split("-"))
            if end - begin >= SHADOW_BYTES:
                continue
            seen |= _search(memory, begin, end, needles)
    return seen


def _search(memory, begin: int, end: int, needles: dict[str, bytes]) -> set[str]:  # type: ignore[no-untyped-def]
    seen: set[str] = set()
    tail = b""
    while begin < end:
        try:
            memory.seek(begin)
            block = memory.read(min(16 << 20, end - begin))
        except OSError:
            break
        if not block:
            break
        window = tail + block
        seen |= {name for name, needle in needles.items() if needle in window}
        tail = window[-64:]
        begin += len(block)
    return seen
