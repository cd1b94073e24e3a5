"""ClientHello bytes: real ones in unusual framing, and hostile ones."""
from __future__ import annotations

import os
import random
import struct


def records(hello: bytes) -> bytes:
    """The handshake bytes inside the records of `hello`."""
    inner, position = b"", 0
    while position + 5 <= len(hello):
        length = struct.unpack("!H", hello[position + 3:position + 5])[0]
        inner += hello[position + 5:position + 5 + length]
        position += 5 + length
    return inner


def reframed(hello: bytes, size: int) -> bytes:
    """The same handshake message in records of `size` bytes."""
    inner, framed = records(hello), b""
    for start in range(0, len(inner), size):
        part = inner[start:start + size]
        framed += b"\x16\x03\x01" + struct.pack("!H", len(part)) + part
    return framed


def too_large() -> bytes:
    """A ClientHello that claims, and brings, more than 64 KiB."""
    body = b"\x03\x03" + os.urandom(32) + b"\x00" + os.urandom(90_000)
    message = b"\x01" + struct.pack("!I", len(body))[1:] + body
    framed = b""
    for start in range(0, len(message), 16000):
        part = message[start:start + 16000]
        framed += b"\x16\x03\x01" + struct.pack("!H", len(part)) + part
    return framed


def hostile(hello: bytes, seed: int) -> list[tuple[str, bytes]]:
    """(what, bytes): each begins like TLS and is wrong somewhere."""
    chance = random.Random(seed)
    made = [
        ("record length zero", b"\x16\x03\x01\x00\x00" * 50),
        ("record length 65535", b"\x16\x03\x01\xff\xff" + os.urandom(5000)),
        ("not a ClientHello", b"\x16\x03\x01\x00\x04\x02\x00\x00\x00"),
        ("handshake length 16 MiB", b"\x16\x03\x01\x00\x08\x01\xff\xff\xff\x03\x03\x00\x00"),
        ("session id of 255", hello[:43] + b"\xff" + hello[44:]),
        ("more than 64 KiB", too_large()),
        ("an alert", b"\x15\x03\x01\x00\x02\x02\x28"),
        ("application data", b"\x17\x03\x03\x00\x20" + bytes(32)),
    ]
    for number in range(12):
        broken = bytearray(hello)
        for _ in range(chance.choice((1, 2, 5, 20))):
            broken[chance.randrange(5, len(broken))] = chance.randrange(256)
        made.append((f"random damage {number}", bytes(broken)))
    return made
