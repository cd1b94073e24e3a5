"""The plans' checker: what it finds."""
from __future__ import annotations

import importlib.machinery
import importlib.util
import tempfile
import unittest
from pathlib import Path

_PATH = Path(__file__).resolve().parents[1] / "check"
_LOADER = importlib.machinery.SourceFileLoader("check", str(_PATH))
check = importlib.util.module_from_spec(importlib.util.spec_from_loader("check", _LOADER))
_LOADER.exec_module(check)

SOURCE = "TEST(Fifo, Fills) {\n}\nTEST_F(Fifo, Empties) {\n}\n// TEST(Fifo, Commented)\n"


def plan(*tests: str, point: str = "a") -> dict:
    return {"block": "fifo", "bench": "bench", "points": [{"point": point, "what": "x", "tests": list(tests)}]}


class Findings(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        (self.root / "bench").mkdir()
        (self.root / "bench/fifo_test.cpp").write_text(SOURCE)

    def found(self, **plans: dict) -> list[str]:
        return check.findings(plans, self.root, {"formal_fifo"})

    def test_a_sound_plan(self):
        self.assertEqual(self.found(fifo=plan("Fifo.Fills", "Fifo.Empties", "formal_fifo")), [])

    def test_a_test_that_does_not_exist(self):
        said = self.found(fifo=plan("Fifo.Fills", "Fifo.Empties", "Fifo.Leaks"))
        self.assertEqual(len(said), 1)
        self.assertIn("no test Fifo.Leaks", said[0])
        self.assertEqual(len(self.found(fifo=plan("Fifo.Fills", "Fifo.Empties", "Fifo.Commented", "formal_x"))), 2)

    def test_a_test_that_no_plan_names(self):
        self.assertEqual(self.found(fifo=plan("Fifo.Fills")), ["bench: Fifo.Empties is in no plan"])
        self.assertEqual(self.found(one=plan("Fifo.Fills"), two=plan("Fifo.Empties")), [])

    def test_a_point_twice(self):
        twice = plan("Fifo.Fills")
        twice["points"] += plan("Fifo.Empties")["points"]
        self.assertEqual(self.found(fifo=twice), ["fifo: the point a is there twice"])

    def test_a_bench_without_tests(self):
        (self.root / "bench/fifo_test.cpp").write_text("")
        self.assertIn("bench: there is no test", self.found(fifo=plan("formal_fifo")))

    def test_plans_that_are_none(self):
        path = self.root / "plan.yaml"
        for text in ("a: [", "[]", "block: a\nbench: b\npoints: x", "block: a\nbench: b\npoints: [{point: c}]",
                     "block: a\nbench: b\npoints: [{point: c, what: d, tests: []}]"):
            path.write_text(text)
            with self.assertRaisesRegex(check.PlanError, "plan.yaml"):
                check.load_plan(path)


if __name__ == "__main__":
    unittest.main()
