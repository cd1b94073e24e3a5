"""Captures through vitrine-sim:  replay_test.py PROGRAM"""
from __future__ import annotations

import json
import struct
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM = sys.argv[1]
NANOSECOND_MAGIC = 0xA1B23C4D
ETHERNET = 1
Frame = tuple[int, bytes]  # time in ns, bytes


def segment(sequence: int, payload: bytes) -> bytes:
    """IPv4 TCP 192.0.2.1:40000 to 198.51.100.7:443; checksums zero, which nobody looks at here."""
    tcp = struct.pack("!HHIIBBHHH", 40000, 443, sequence, 0, 5 << 4, 0x18, 1000, 0, 0) + payload
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(tcp), 0, 0, 64, 6, 0, bytes((192, 0, 2, 1)),
                     bytes((198, 51, 100, 7)))
    return bytes.fromhex("020000000002020000000001") + b"\x08\x00" + ip + tcp


def pack(frames: list[Frame], link: int = ETHERNET, longer: int = 0) -> bytes:
    text = struct.pack("<IHHiIII", NANOSECOND_MAGIC, 2, 4, 0, 0, 262144, link)
    for time, frame in frames:
        text += struct.pack("<IIII", time // 10**9, time % 10**9, len(frame), len(frame) + longer) + frame
    return text


def unpack(text: bytes) -> list[Frame]:
    assert struct.unpack("<I", text[:4])[0] == NANOSECOND_MAGIC
    frames, at = [], 24
    while at < len(text):
        seconds, nanoseconds, captured, _ = struct.unpack("<IIII", text[at:at + 16])
        frames.append((seconds * 10**9 + nanoseconds, text[at + 16:at + 16 + captured]))
        at += 16 + captured
    return frames


class Replay(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def write(self, name: str, text: bytes) -> str:
        (self.folder / name).write_bytes(text)
        return str(self.folder / name)

    def run_sim(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=60, check=False)

    def replay(self, *words: str) -> dict[str, float]:
        done = self.run_sim(*words, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def refused(self, why: str, *words: str) -> None:
        done = self.run_sim(*words)
        self.assertEqual(done.returncode, 125, done.stdout)
        self.assertIn(why, done.stderr)

    def test_what_is_forwarded_leaves_as_it_came_by_the_other_port(self) -> None:
        there = [(10**18 + n * 10**6, segment(n, bytes([n]) * (100 * n))) for n in range(14)]
        back = [(10**18 + 10**5 + n * 10**6, segment(1000 + n, b"answer")) for n in range(5)]
        counters = self.replay("--inside", self.write("in", pack(there)), "--outside", self.write("back", pack(back)),
                               "--outside-out", str(self.folder / "out"), "--inside-out", str(self.folder / "home"))
        self.assertEqual(unpack((self.folder / "out").read_bytes()), there)
        self.assertEqual(unpack((self.folder / "home").read_bytes()), back)
        self.assertEqual((counters["received.inside"], counters["received.outside"], counters["forwarded"]),
                         (14, 5, 19))

    def test_what_is_punted_goes_to_the_host(self) -> None:
        frames = [(n * 10**6, segment(n, b"x")) for n in range(1, 60)]
        counters = self.replay("--outside", self.write("in", pack(frames)), "--otherwise", "punt", "--punted",
                               str(self.folder / "host"), "--inside-out", str(self.folder / "out"))
        self.assertEqual(unpack((self.folder / "host").read_bytes()), frames)
        self.assertEqual(unpack((self.folder / "out").read_bytes()), [])
        self.assertEqual(counters["punted.rule"], 59)

    def test_what_is_broken_is_counted_whatever_becomes_of_the_rest(self) -> None:
        frames = [(1, segment(1, b"")), (2, segment(2, b"data")[:30]), (3, b"\x02")]
        counters = self.replay("--inside", self.write("in", pack(frames)), "--otherwise", "drop")
        self.assertEqual((counters["dropped.rule"], counters["dropped.malformed"]), (1, 2))
        text = self.run_sim("--inside", str(self.folder / "in"))
        self.assertIn("in 3 = out 3", text.stdout)

    def test_files_that_cannot_be_used_are_refused(self) -> None:
        frames = [(1, segment(1, b"abc"))]
        self.refused("not a capture of Ethernet", "--inside", self.write("wifi", pack(frames, link=105)))
        self.refused("frame 1 was cut", "--inside", self.write("cut", pack(frames, longer=9)))
        self.refused("truncated", "--inside", self.write("short", pack(frames)[:-2]))
        self.refused("--inside", "--inside", str(self.folder / "none"))
        self.refused("No such file", "--inside", self.write("in", pack(frames)), "--outside-out", "/nowhere/out")
        self.refused("--inside, --outside or --elf")

    def test_waves_are_written_or_refused(self) -> None:
        waves = self.folder / "waves.fst"
        done = self.run_sim("--inside", self.write("in", pack([(1, segment(1, b"abc"))])), "--trace", str(waves))
        if done.returncode == 0:
            self.assertGreater(waves.stat().st_size, 1000)
        else:
            self.assertIn("VITRINE_TRACE", done.stderr)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
