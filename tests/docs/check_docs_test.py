"""check_docs.py finds what is missing: a tree with one mistake of each kind."""
from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import check_docs

CLAIMS = "| tag | claim | tests |\n|---|---|---|\n"


class CheckDocs(unittest.TestCase):
    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = Path(folder.name)
        self.write("host/card/card.h", "")
        self.write("tests/card/a_test.cpp", "TEST_P(Must, HoldsAlways) {}\n")
        self.write("tests/fuzz/CMakeLists.txt", "vitrine_fuzzer(hello SOURCES x.cpp)\n")
        self.write("tests/journey/journey_end.py", 'runner.case(f"client {what}, IPv{family}", run)\n')
        self.write("docs/threat_model.md", CLAIMS + "| `a-b` | claim | `Must.HoldsAlways` |\n")

    def write(self, name: str, text: str) -> None:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def claims(self, rows: str) -> list[str]:
        self.write("docs/threat_model.md", CLAIMS + rows)
        return check_docs.check(self.root)

    def test_whole_tree_has_no_problem(self) -> None:
        self.write("README.md", "`host/card/card.h`, `host/card`, `host/card/card`, `and/or`, [x](docs/threat_model.md)\n")
        self.assertEqual(check_docs.check(self.root), [])

    def test_missing_files_are_told(self) -> None:
        self.write("README.md", "`host/card/none.h` and [gone](docs/gone.md)\n")
        self.assertEqual(len(check_docs.check(self.root)), 2)

    def test_every_kind_of_test_is_found(self) -> None:
        self.assertEqual(self.claims("| `a` | c | `Must.HoldsAlways`, `fuzz_hello`, `journey_end: client resets, IPv6`, `journey_end: client ` |\n"), [])

    def test_missing_tests_are_told(self) -> None:
        rows = "| `a` | c | `Must.HoldsNever`, `fuzz_none`, `journey_end: server resets`, `journey_none: x` |\n"
        self.assertEqual(len(self.claims(rows)), 4)

    def test_claims_without_test_or_with_a_tag_twice_are_told(self) -> None:
        self.assertEqual(len(self.claims("| `a` | c | none |\n| `a` | c | `fuzz_hello` |\n")), 2)

    def test_a_table_that_is_not_understood_is_told(self) -> None:
        self.assertEqual(self.claims(""), ["docs/threat_model.md: no claim was found"])


if __name__ == "__main__":
    unittest.main()
