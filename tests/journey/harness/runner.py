"""A journey is a list of cases; each prints one line, the end prints counts.

    runner = Runner("matrix")
    runner.case("curl nginx TLSv1.3", function, argument)
    sys.exit(runner.finish())
"""
from __future__ import annotations

import argparse
import os
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any


class Failed(Exception):
    """A case did not show what it must show."""


def expect(condition: Any, message: str) -> None:
    if not condition:
        raise Failed(message)


def expect_equal(actual: Any, wanted: Any, what: str) -> None:
    if actual != wanted:
        raise Failed(f"{what}: {actual!r}, not {wanted!r}")


def wait_for(what: str, probe: Any, timeout: float = 5.0, step: float = 0.02) -> Any:
    """Calls probe() until it gives something true; that is returned."""
    deadline = time.monotonic() + timeout
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise Failed(f"waited {timeout:g} s for {what}")
        time.sleep(step)


class Runner:
    def __init__(self, name: str) -> None:
        parser = argparse.ArgumentParser(description=f"journey {name}")
        parser.add_argument("--bin", type=Path, default=Path(os.environ.get("VITRINE_BIN", "build/release/bin")),
                            help="folder of vitrined and vitrine")
        parser.add_argument("--bridge", action="store_true",
                            help="a kernel bridge instead of the appliance: tries the journey itself")
        parser.add_argument("--only", default="", help="run only the cases whose name holds this")
        parser.add_argument("--keep", action="store_true", help="keep the working folder")
        parser.add_argument("--log-level", default="info", help="of vitrined")
        parser.add_argument("--card", default="soft")
        self.options = parser.parse_args()
        self.name = name
        self._failed: list[str] = []
        self._passed = 0
        self._skipped = 0
        self._start = time.monotonic()

    @property
    def failed(self) -> bool:
        return bool(self._failed)

    def wants(self, name: str) -> bool:
        return self.options.only in name

    def case(self, name: str, body: Callable[..., None], *arguments: Any) -> None:
        """Calls body(*arguments); what it raises fails the case, not the journey."""
        if not self.wants(name):
            self._skipped += 1
            return
        start = time.monotonic()
        try:
            body(*arguments)
        except Exception as error:  # whatever went wrong is the result
            self._failed.append(name)
            print(f"FAIL  {name}: {type(error).__name__}: {error}", flush=True)
            if not isinstance(error, Failed):
                traceback.print_exc(file=sys.stdout)
        else:
            self._passed += 1
            print(f"ok    {name} ({time.monotonic() - start:.2f} s)", flush=True)

    def finish(self) -> int:
        seconds = time.monotonic() - self._start
        print(f"{self.name}: {self._passed} passed, {len(self._failed)} failed, {self._skipped} not asked for, "
              f"{seconds:.1f} s")
        for name in self._failed:
            print(f"  failed: {name}")
        return 1 if self._failed or self._passed == 0 else 0

