#!/usr/bin/env python3
"""Writes the seeds of fuzz_api, fuzz_frame_parser, fuzz_record_tracker, fuzz_http1, fuzz_http2 and fuzz_card_image
into corpus/ beside this file.

    tests/fuzz/make_seeds.py

Those of fuzz_client_hello are hellos that real clients sent; they are kept as they were caught.
A seed is what the fuzzer starts from: one of each kind of input, so that it need not find the kinds by itself.
"""
from __future__ import annotations

import hashlib
import struct
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
MACS = bytes.fromhex("020000000002020000000001")
V4 = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 7])
V6 = bytes.fromhex("20010db8" + "00" * 11 + "01"), bytes.fromhex("20010db8" + "00" * 11 + "02")
TIMESTAMPS = bytes.fromhex("0101080a0000000700000008")
SACK = bytes.fromhex("0101050a0000100000002000")


def tcp(options: bytes = b"", payload: bytes = b"", flags: int = 0x18) -> bytes:
    header = struct.pack("!HHIIBBHHH", 40000, 443, 1000, 2000, (20 + len(options)) // 4 << 4, flags, 65535, 0, 0)
    return header + options + payload


def udp(payload: bytes) -> bytes:
    return struct.pack("!HHHH", 40000, 443, 8 + len(payload), 0) + payload


def ipv4(body: bytes, protocol: int = 6, options: bytes = b"", fragment: int = 0x4000) -> bytes:
    size = 20 + len(options)
    return struct.pack("!BBHHHBBH4s4s", 0x40 | size // 4, 0, size + len(body), 1, fragment, 64, protocol, 0,
                       *V4) + options + body


def ipv6(body: bytes, next_header: int = 6) -> bytes:
    return struct.pack("!IHBB16s16s", 6 << 28, len(body), next_header, 64, *V6) + body


def frame(ethertype: int, body: bytes, *tags: int) -> bytes:
    out = MACS
    for tag in tags:
        out += struct.pack("!HH", tag, 100)
    return out + struct.pack("!H", ethertype) + body


def frames() -> dict[str, bytes]:
    data = b"\x17\x03\x03\x00\x13" + bytes(19)
    return {
        "tcp4": frame(0x0800, ipv4(tcp(TIMESTAMPS, data))),
        "tcp4_options": frame(0x0800, ipv4(tcp(TIMESTAMPS + SACK, data), options=b"\x01" * 8)),
        "tcp4_syn_padded": frame(0x0800, ipv4(tcp(bytes.fromhex("020405b401030307"), flags=2))) + bytes(6),
        "tcp6": frame(0x86DD, ipv6(tcp(TIMESTAMPS, data * 4))),
        "tcp4_tagged": frame(0x0800, ipv4(tcp(b"", data)), 0x8100),
        "tcp6_tagged_twice": frame(0x86DD, ipv6(tcp(SACK, data)), 0x88A8, 0x8100),
        "udp4": frame(0x0800, ipv4(udp(data), protocol=17)),
        "udp6": frame(0x86DD, ipv6(udp(data), next_header=17)),
        "fragment4": frame(0x0800, ipv4(tcp(b"", data), fragment=0x2000)),
        "fragment6": frame(0x86DD, ipv6(b"\x06\x00\x00\x01\x00\x00\x00\x01" + tcp(b"", data), next_header=44)),
        "hop_by_hop": frame(0x86DD, ipv6(b"\x06\x00\x05\x02\x00\x00\x01\x00" + tcp(b"", data), next_header=0)),
        "arp": frame(0x0806, bytes.fromhex("0001080006040001") + bytes(20)),
    }


def operation(kind: int, begin: int = 0, size: int = 0, value: int = 0) -> bytes:
    """Six bytes of record_tracker_fuzz.cpp: 0 data, 3 changed data, 4 and 5 acknowledge, 6 new keys, 7 flags."""
    return struct.pack("!BHHB", kind, begin, size, value)


def tracks() -> dict[str, bytes]:
    cuts = list(range(0, 9000, 1448))
    in_order = b"".join(operation(0, at, 1448) + operation(4) for at in cuts)
    backwards = b"".join(operation(0, at, 1448) for at in reversed(cuts))
    large = operation(0, 0, 5999) + operation(4) + operation(6) + operation(0, 5999, 5999)
    changed = operation(0, 0, 1448) + operation(3, 0, 1448, 9) + in_order
    ended = operation(0, 0, 3000) + operation(7, 3000, 1000, 1) + in_order
    reset = operation(0, 0, 3000) + operation(7, 3000, 0, 4)
    keys = b"".join(operation(0, at, 1448) + operation(6) for at in cuts)
    seeds = {}
    for name, options in {"tls13": 0, "tls12": 1, "strict": 2, "aes256_tap": 12, "no_next_keys": 16}.items():
        for what, operations in {"in_order": in_order + in_order, "backwards": backwards + in_order, "large": large,
                                 "changed": changed, "ended": ended, "reset": reset, "keys": keys}.items():
            seeds[f"{name}_{what}"] = bytes([options]) + operations
    return seeds


def pieces(client: bytes, server: bytes) -> bytes:
    """As tests/fuzz/http_fuzz.h reads them: lengths are multiples of four, a last one may be cut."""
    out = b""
    for side, text in enumerate((client, server)):
        while text:
            size = min(127, -(-len(text) // 4))
            out += bytes([size << 1 | side]) + text[:size * 4].ljust(size * 4, b"\n" if size * 4 < 500 else b" ")
            text = text[size * 4:]
    return out


def http1() -> dict[str, bytes]:
    get = b"GET /a?b HTTP/1.1\r\nHost: example.org\r\n\r\n"
    return {
        "get": pieces(get, b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok"),
        "chunked": pieces(get, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"),
        "denied": pieces(get + get.replace(b"GET", b"PUT"), b""),
        "upgrade": pieces(b"GET / HTTP/1.1\r\nUpgrade: websocket\r\n\r\n",
                          b"HTTP/1.1 101 Go\r\nUpgrade: websocket\r\n\r\n\x81"),
        "until_end": pieces(b"HEAD / HTTP/1.0\r\n\r\n" + get, b"HTTP/1.0 418 No\r\n\r\nHTTP/1.1 200 OK\r\n\r\nx"),
    }


def h2_frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack("!I", len(payload) << 8 | kind) + bytes([flags]) + struct.pack("!I", stream) + payload


def http2() -> dict[str, bytes]:
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + h2_frame(4, 0, 0, b"\0\1\0\0\x10\0")
    get = b"\x82\x87\x84\x41\x01x"
    answer = h2_frame(4, 1, 0, b"") + h2_frame(1, 4, 1, b"\x88") + h2_frame(0, 1, 1, b"hello")
    return {
        "get": pieces(preface + h2_frame(1, 5, 1, get), answer),
        "continued": pieces(preface + h2_frame(1, 1, 1, get[:2]) + h2_frame(9, 4, 1, get[2:]), answer),
        "padded": pieces(preface + h2_frame(1, 0x2d, 1, b"\2" + b"\0" * 5 + get + b"\0\0"), answer),
        "reset": pieces(preface + h2_frame(1, 4, 1, get) + h2_frame(3, 0, 1, b"\0\0\0\x08"), b""),
        "push": pieces(preface + h2_frame(1, 5, 1, get), h2_frame(5, 4, 1, b"\0\0\0\2" + get) + answer),
    }


def card_images() -> dict[str, bytes]:
    def image(bitstream: bytes, firmware: bytes) -> bytes:
        parts = "".join(f"{name}: {len(part)} {hashlib.sha256(part).hexdigest()}\n"
                        for name, part in (("bitstream", bitstream), ("firmware", firmware)))
        return (f"Vitrine card image 1\nversion: 1.4.0\nfirmware-version: 1.10.0\nboard: u55c\nuuid: {'6f' * 16}\n"
                f"register-map: b538ea7f\n{parts}signature: {'A' * 86}==\n").encode() + bitstream + firmware

    return {"small": image(b"b", b"f"), "larger": image(bytes(range(200)), b"firmware")}


def api() -> dict[str, bytes]:
    """The first byte says who asks: 1 an administrator, 0 a reader."""
    def ask(method: str, path: str, body: str = "", who: int = 1) -> bytes:
        head = f"{method} /v1/{path} HTTP/1.1\r\nHost: v\r\nContent-Length: {len(body)}\r\n\r\n"
        return bytes([who]) + (head + body).encode()

    policy = "version: 1\\ndecryption:\\n  - {name: all, action: decrypt}\\n"
    return {
        "status": ask("GET", "status", who=0),
        "events": ask("GET", "events?type=tls_abort&since=1&limit=3", who=0),
        "versions": ask("GET", "configuration/versions/1", who=0),
        "diff": ask("GET", "configuration/diff?from=1", who=0),
        "check": ask("POST", "configuration/check", "{}", who=0),
        "rule": ask("POST", "configuration/rules", '{"list":"decryption","place":"above","anchor":"decrypt-all",'
                    '"rule":"name: lab\\naction: do-not-decrypt\\n"}'),
        "unrule": ask("DELETE", "configuration/rules?list=decryption&name=lab"),
        "policy": ask("POST", "configuration/policy", '{"policy":"' + policy + '","files":{"a.txt":"b"},"revision":1}'),
        "candidate": ask("POST", "configuration/candidate",
                         '{"vitrine_configuration":1,"policy":"' + policy + '","files":{},"certificates":{}}'),
        "commit": ask("POST", "configuration/commit", '{"comment":"c","confirm_minutes":5}'),
        "confirm": ask("POST", "configuration/confirm", "{}"),
        "rollback": ask("POST", "configuration/rollback", '{"version":1,"comment":"c"}'),
        "certificates": ask("POST", "configuration/certificates", "-----BEGIN CERTIFICATE-----\nAA==\n"
                            "-----END CERTIFICATE-----\n"),
        "licence": ask("POST", "licence", "Vitrine licence 1\n"),
    }


def main() -> None:
    for target, seeds in {"api": api(), "http1": http1(), "http2": http2(), "frame_parser": frames(),
                          "record_tracker": tracks(), "card_image": card_images()}.items():
        folder = CORPUS / target
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in seeds.items():
            (folder / name).write_bytes(data)


if __name__ == "__main__":
    main()
