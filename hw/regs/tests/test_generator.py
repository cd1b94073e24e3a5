"""The generator: what it makes of a small map, and what it says about unsound ones."""
from __future__ import annotations

import copy
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import yaml

from reggen.errors import MapError
from reggen.load import load_map
from reggen.reasons import read_reasons
from reggen.write_cpp import write_cpp
from reggen.write_md import write_md
from reggen.write_sv import write_sv

GENERATE = Path(__file__).resolve().parents[1] / "generate"
REASONS = {"drop_reasons": [("rule", "a rule says drop"), ("malformed", "broken")], "punt_reasons": [("flow", "so")]}
SMALL = {
    "name": "small", "version": {"major": 2, "minor": 7}, "address_bits": 12, "description": "A map.",
    "blocks": [
        {"name": "one", "base": 0x100, "description": "First.", "registers": [
            {"name": "ID", "offset": 0, "access": "RO", "constant": True, "reset": 0xabcd, "description": "Who."},
            {"name": "MODE", "offset": 4, "access": "RW", "description": "How.", "fields": [
                {"name": "ON", "bits": "0", "reset": 1, "description": "Runs."},
                {"name": "SEEN", "bits": "9:8", "access": "W1C", "description": "What came."},
                {"name": "GO", "bits": 31, "access": "WO", "description": "Begins."}]},
            {"name": "TOTAL", "offset": 8, "width": 64, "access": "RO", "description": "All."},
            {"name": "DROPPED", "offset": 0x80, "access": "RO", "count_from": "drop_reasons", "description": "Lost"},
            {"name": "SLOT", "offset": 0x20, "count": 3, "access": "RW", "description": "A slot."},
            {"name": "MAP_HASH", "offset": 0x40, "access": "RO", "constant": True, "reset": "map_hash",
             "description": "Hash."}]}],
    "windows": [{"name": "BOX", "base": 0x200, "words": 16, "description": "Put in."}],
}


def small(**changes) -> dict:
    return copy.deepcopy(SMALL) | changes


def load(raw: object):
    return load_map(yaml.safe_dump(raw), REASONS, "small.yaml")


def register(index: int, **changes) -> dict:
    """The small map with one register changed; a value of None takes a key away."""
    raw = small()
    entry = raw["blocks"][0]["registers"][index]
    for key, value in changes.items():
        if value is None:
            entry.pop(key, None)
        else:
            entry[key] = value
    return raw


def fields(*entries: dict) -> dict:
    return register(1, fields=[{"name": "A", "bits": "0", "description": "A."} | entry for entry in entries])


class SoundMaps(unittest.TestCase):
    def test_arrays_and_wide_registers_are_spread_out(self):
        found = {r.full_name: r.address for r in load(small()).registers}
        self.assertEqual(found, {
            "ONE_ID": 0x100, "ONE_MODE": 0x104, "ONE_TOTAL_LO": 0x108, "ONE_TOTAL_HI": 0x10c,
            "ONE_DROPPED_RULE": 0x180, "ONE_DROPPED_MALFORMED": 0x184, "ONE_SLOT_0": 0x120, "ONE_SLOT_1": 0x124,
            "ONE_SLOT_2": 0x128, "ONE_MAP_HASH": 0x140})

    def test_masks_and_resets_come_from_fields(self):
        mode = load(small()).registers[1]
        self.assertEqual((mode.reset, mode.mask("RW"), mode.mask("W1C"), mode.mask("WO"), mode.mask("RO")),
                         (1, 1, 0x300, 0x80000000, 0))

    def test_the_hash_follows_the_layout_and_nothing_else(self):
        base = load(small())
        self.assertEqual(base.registers[-1].reset, base.layout_hash())
        self.assertEqual(load(register(0, description="Else.")).layout_hash(), base.layout_hash())
        for other in (register(0, reset=1), register(0, offset=0x44), register(4, access="WO"),
                      register(4, name="PLACE"), fields({}), small(version={"major": 2, "minor": 8}),
                      small(windows=[])):
            self.assertNotEqual(load(other).layout_hash(), base.layout_hash())

    def test_outputs_hold_every_register(self):
        loaded = load(small())
        sv, cpp, md = write_sv(loaded), write_cpp(loaded), write_md(loaded)
        self.assertIn("localparam int unsigned OneMode = 1;  // 0x0104", sv)
        self.assertIn("localparam int unsigned OneModeSeenLow = 8;  // 2 bits", sv)
        self.assertIn("localparam int unsigned NumRegisters = 10;", sv)
        self.assertIn("inline constexpr uint32_t kOneMode = 0x0104;", cpp)
        self.assertIn("inline constexpr Field kOneModeSeen = {8, 2};", cpp)
        self.assertIn('{"ONE_MODE", 0x104, 0x1, 0x1, 0x300, 0x80000000, 0x0, 0x0},', cpp)
        self.assertIn('{"BOX", 0x200, 16},', cpp)
        for item in loaded.registers:
            self.assertIn(f"`{item.full_name}`", md)


class UnsoundMaps(unittest.TestCase):
    def refused(self, raw: object, *words: str):
        with self.assertRaises(MapError) as caught:
            load(raw)
        for word in words:
            self.assertIn(word, str(caught.exception))

    def test_not_yaml(self):
        with self.assertRaisesRegex(MapError, "not YAML.*line 2"):
            load_map("name: a\n\tb: c", REASONS)

    def test_wrong_shapes(self):
        self.refused([1], "map", "list")
        self.refused(small(blocks=[]), "blocks", "at least one")
        self.refused(small(blocks=["x"]), "block")
        self.refused(small(colour="red"), "unknown key colour")
        self.refused({k: v for k, v in SMALL.items() if k != "version"}, "missing version")

    def test_a_place_taken_twice(self):
        self.refused(register(1, offset=0), "ONE_MODE", "0x100", "ONE_ID")
        self.refused(register(2, offset=4), "ONE_TOTAL_LO", "ONE_MODE")
        self.refused(small(windows=[SMALL["windows"][0] | {"base": 0x100}]), "BOX", "ONE_ID")

    def test_a_name_taken_twice(self):
        self.refused(register(1, name="ID"), "ONE_ID", "twice")
        self.refused(fields({}, {"bits": "1"}), "ONE_MODE", "one name")

    def test_addresses(self):
        self.refused(register(0, offset=2), "ONE_ID", "multiple of 4")
        self.refused(register(0, offset=0x1000), "ONE_ID", "address")
        self.refused(register(0, offset=-4), "ONE_ID", "offset")
        self.refused(register(0, offset="0"), "ONE_ID", "offset")
        self.refused(small(windows=[SMALL["windows"][0] | {"words": 12}]), "BOX", "power of two")
        self.refused(small(windows=[SMALL["windows"][0] | {"base": 0x210}]), "BOX", "multiple")

    def test_accesses(self):
        self.refused(register(0, access="RX"), "ONE_ID", "RX", "W1C")
        self.refused(register(1, constant=True), "ONE_MODE", "constant")
        self.refused(fields({"access": "ro"}), "ONE_MODE.A", "ro")

    def test_fields(self):
        self.refused(fields({"bits": "3:0"}, {"name": "B", "bits": "3"}), "ONE_MODE.B", "overlap")
        self.refused(fields({"bits": "0:3"}), "ONE_MODE.A", "high before low")
        self.refused(fields({"bits": "32"}), "ONE_MODE.A", "31:0")
        self.refused(fields({"bits": "a"}), "ONE_MODE.A", "bits")
        self.refused(fields({"name": "lower"}), "ONE_MODE", "lower")
        self.refused(register(1, reset=1), "ONE_MODE", "has its reset values there")
        self.refused(register(1, width=64), "ONE_MODE", "no fields")

    def test_reset_values(self):
        self.refused(register(0, reset=2 ** 32), "ONE_ID", "reset")
        self.refused(fields({"bits": "1:0", "reset": 4}), "ONE_MODE.A", "reset")
        self.refused(register(0, reset=True), "ONE_ID", "reset")
        self.refused(register(0, reset="map_colour"), "ONE_ID", "map_colour")

    def test_counts(self):
        self.refused(register(4, count=1), "ONE_SLOT", "count")
        self.refused(register(4, count_from="drop_reasons"), "ONE_SLOT", "not both")
        self.refused(register(3, count_from="colours"), "colours", "drop_reasons")
        self.refused(register(2, width=48), "ONE_TOTAL", "48")

    def test_descriptions_are_needed(self):
        self.refused(register(0, description=None), "missing description")
        self.refused(register(0, description=" "), "ONE_ID", "text")


class Reasons(unittest.TestCase):
    def test_the_header_of_the_repository_is_read(self):
        reasons = read_reasons((GENERATE.parents[2] / "host/card/reasons.h").read_text())
        self.assertIn(("malformed", "truncated or inconsistent Ethernet, IP or TCP header"), reasons["drop_reasons"])
        self.assertIn("fragment", [counter for counter, _ in reasons["punt_reasons"]])

    def test_a_table_that_is_not_there_or_not_understood_is_an_error(self):
        with self.assertRaisesRegex(MapError, "VITRINE_DROP_REASONS"):
            read_reasons("#define OTHER(X)")
        with self.assertRaisesRegex(MapError, "VITRINE_DROP_REASONS: an entry"):
            read_reasons('#define VITRINE_DROP_REASONS(X) X(kA, "a", "b") X(kB, b, "c")\n')


class Program(unittest.TestCase):
    def run_generate(self, root: str, raw: object, *arguments: str) -> subprocess.CompletedProcess:
        path = Path(root) / "small.yaml"
        path.write_text(raw if isinstance(raw, str) else yaml.safe_dump(raw))
        return subprocess.run([sys.executable, "-B", str(GENERATE), "--root", root, "--map", str(path), *arguments],
                              capture_output=True, text=True, check=False)

    def test_what_was_written_passes_the_check_and_what_was_changed_does_not(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(self.run_generate(root, small(), "--check").returncode, 1)
            self.assertEqual(self.run_generate(root, small()).returncode, 0)
            self.assertEqual(self.run_generate(root, small(), "--check").returncode, 0)
            done = self.run_generate(root, register(0, reset=1), "--check")
            self.assertEqual(done.returncode, 1)
            self.assertIn("host/card/regs.h", done.stderr)

    def test_a_wrong_map_is_told_in_one_line_with_its_file(self):
        with tempfile.TemporaryDirectory() as root:
            done = self.run_generate(root, register(0, access="RX"))
            self.assertEqual(done.returncode, 2)
            self.assertIn("small.yaml: ONE_ID: access 'RX'", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
            self.assertEqual(self.run_generate(root, small(), "--reasons", "/nowhere").returncode, 2)

    def test_help(self):
        done = subprocess.run([sys.executable, "-B", str(GENERATE), "--help"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0)
        self.assertIn("--check", done.stdout)


if __name__ == "__main__":
    unittest.main()
