"""vitrine-sim by its command line:  vitrine_sim_test.py PROGRAM COMPILER

Programs are assembled here: one for each way to end.
"""
from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, COMPILER = sys.argv[1:3]
TOHOST = ".globl tohost\n.balign 64\ntohost: .dword 0\n"


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PROGRAM, *words], capture_output=True, text=True, timeout=30, check=False)


class VitrineSim(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def assemble(self, text: str, *options: str) -> str:
        (self.folder / "program.S").write_text(".globl _start\n_start:\n" + text)
        out = self.folder / "program.elf"
        subprocess.run([COMPILER, "-march=rv32i", "-mabi=ilp32", "-nostdlib", "-static",
                        "-Wl,-Ttext=0x80000000,-N,--build-id=none,--no-warn-rwx-segments", *options, "-o", str(out),
                        str(self.folder / "program.S")], check=True)
        return str(out)

    def ends_with(self, value: int) -> str:
        return self.assemble(f"la t0, tohost\nli t1, {value}\nsw t1, 0(t0)\n1: j 1b\n" + TOHOST)

    def test_the_programs_code_is_the_exit_code(self) -> None:
        for code in (0, 1, 42, 123):
            self.assertEqual(run("--elf", self.ends_with(2 * code + 1)).returncode, code)
        self.assertEqual(run("--elf", self.ends_with(2 * 5000 + 1)).returncode, 123)

    def test_json_is_one_object(self) -> None:
        done = run("--elf", self.ends_with(7), "--json")
        self.assertEqual(json.loads(done.stdout)["exit_code"], 3)
        self.assertGreater(json.loads(done.stdout)["clocks"], json.loads(done.stdout)["instructions"])

    def test_a_program_that_does_not_end_is_stopped(self) -> None:
        done = run("--elf", self.assemble("1: j 1b\n" + TOHOST), "--clocks", "5000")
        self.assertEqual(done.returncode, 124)
        self.assertIn("pc 0x80000000", done.stderr)

    def test_an_address_takes_the_symbols_place(self) -> None:
        elf = self.assemble("lui t0, 0x80010\nli t1, 9\nsw t1, 0(t0)\n1: j 1b\n")
        self.assertEqual(run("--elf", elf, "--tohost", "0x80010000").returncode, 4)
        done = run("--elf", elf)
        self.assertEqual(done.returncode, 125)
        self.assertIn("--tohost", done.stderr)

    def test_what_cannot_be_run_is_said(self) -> None:
        self.assertEqual(run("--elf", "/no/such/file").returncode, 125)
        self.assertIn("No such file", run("--elf", "/no/such/file").stderr)
        (self.folder / "text").write_text("not a program")
        self.assertIn("not an ELF file", run("--elf", str(self.folder / "text")).stderr)
        self.assertIn("not for 32-bit", run("--elf", PROGRAM).stderr)
        self.assertEqual(run().returncode, 125)
        self.assertEqual(run("--help").returncode, 0)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
