#!/usr/bin/env python3
"""What the documents name must exist.

    tests/docs/check_docs.py [ROOT]

In every Markdown file: relative links; words in backticks that begin with a folder of this tree, as paths from the
root or from the document.
In docs/threat_model.md: a claim's tag is written once, and each of its tests exists.  A test is named as
    Suite.Name               a GoogleTest case; parameters are left out
    journey_NAME: CASE       a case of tests/journey/journey_NAME.py, or its beginning
    fuzz_NAME                a fuzz target
Exit code 1 where something is missing; a line each says what.
"""
from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

GTEST = re.compile(r"^\s*TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
FUZZER = re.compile(r"vitrine_fuzzer\((\w+)")
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")
WORD = re.compile(r"`([^`\s]+)`")
CODE_BLOCK = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
CLAIM = re.compile(r"^\| `([a-z0-9-]+)` \|(.*)\|(.*)\|$", re.MULTILINE)
SUFFIXES = ("", ".h", ".cpp", ".py", ".sv")


def tracked(root: Path) -> list[Path]:
    """Files of the tree, without what git ignores."""
    listed = subprocess.run(["git", "-C", str(root), "ls-files", "--cached", "--others", "--exclude-standard"],
                            capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [root / name for name in listed.stdout.splitlines() if (root / name).is_file()]
    return [path for path in root.rglob("*") if path.is_file()]


def missing_paths(document: Path, root: Path) -> list[str]:
    text = CODE_BLOCK.sub("", document.read_text())
    missing = [f"link to {target}" for target in LINK.findall(text)
               if "://" not in target and not (document.parent / target).exists()]
    folders = {path.name for path in root.iterdir() if path.is_dir() and path.name != "build"}
    for word in WORD.findall(text):
        if "/" not in word or word.split("/")[0] not in folders or re.search(r"[*<>{}$]", word):
            continue
        if not any((folder / f"{word.rstrip('/')}{suffix}").exists()
                   for folder in (root, document.parent) for suffix in SUFFIXES):
            missing.append(f"`{word}`")
    return missing


class Case:
    """The name of a journey's case, as its source has it; what is filled in there may be anything."""

    def __init__(self, name: ast.expr) -> None:
        parts = name.values if isinstance(name, ast.JoinedStr) else [name]
        texts = [str(part.value) if isinstance(part, ast.Constant) else None for part in parts]
        self._beginning = texts[0] or ""
        self._whole = re.compile("".join(".+" if text is None else re.escape(text) for text in texts))

    def is_named(self, name: str) -> bool:
        return self._beginning.startswith(name) or self._whole.fullmatch(name) is not None


def journey_cases(source: str) -> list[Case]:
    cases = []
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "case"
                and node.args):
            continue
        cases.append(Case(node.args[0]))
    return cases


class Tests:
    """The tests that a tree has, by their sources: also those that a build leaves out."""

    def __init__(self, root: Path) -> None:
        self.named: set[str] = set()
        self.journeys: dict[str, list[Case]] = {}
        for path in tracked(root):
            if path.suffix == ".cpp":
                self.named.update(".".join(pair) for pair in GTEST.findall(path.read_text()))
            elif path.name == "CMakeLists.txt":
                self.named.update(f"fuzz_{name}" for name in FUZZER.findall(path.read_text()))
            elif path.name.startswith("journey_") and path.suffix == ".py":
                self.journeys[path.stem] = journey_cases(path.read_text())

    def has(self, name: str) -> bool:
        journey, colon, case = name.partition(": ")
        if colon and case:
            return any(known.is_named(case) for known in self.journeys.get(journey, []))
        return name in self.named


def missing_claims(text: str, tests: Tests) -> list[str]:
    problems = []
    seen: set[str] = set()
    for tag, _, named in CLAIM.findall(text):
        if tag in seen:
            problems.append(f"claim {tag} is there twice")
        seen.add(tag)
        names = re.findall(r"`([^`]+)`", named)
        if not names:
            problems.append(f"claim {tag} names no test")
        problems += [f"claim {tag}: no test {name}" for name in names if not tests.has(name)]
    return problems if seen else [*problems, "no claim was found"]


def check(root: Path) -> list[str]:
    problems = []
    documents = [path for path in tracked(root) if path.suffix == ".md"]
    for document in sorted(documents):
        name = document.relative_to(root)
        problems += [f"{name}: {what} does not exist" for what in missing_paths(document, root)]
    threats = root / "docs/threat_model.md"
    problems += [f"docs/threat_model.md: {what}" for what in missing_claims(threats.read_text(), Tests(root))]
    return problems


def main() -> int:
    root = Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else Path(__file__).resolve().parents[2]
    problems = check(root)
    for problem in problems:
        print(problem)
    print(f"docs: {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
