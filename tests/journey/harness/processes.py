"""Child processes that are ended for sure, and their output in files."""
from __future__ import annotations

import contextlib
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from .namespaces import Namespace


class Daemon:
    """A long-running child in a namespace; stdout and stderr go to one file."""

    def __init__(self, space: Namespace, argv: Sequence[str], log: Path, **options: Any) -> None:
        self.log = log
        self.argv = list(argv)
        with open(log, "ab") as output:
            self.process: subprocess.Popen[Any] = space.spawn(
                argv, stdin=options.pop("stdin", subprocess.DEVNULL), stdout=output,
                stderr=subprocess.STDOUT, **options)

    @property
    def pid(self) -> int:
        return self.process.pid

    def text(self) -> str:
        return self.log.read_text(errors="replace")

    def size(self) -> int:
        """Where the log ends now; text_since() reads on from there."""
        return self.log.stat().st_size

    def text_since(self, offset: int) -> str:
        with open(self.log, "rb") as file:
            file.seek(offset)
            return file.read().decode(errors="replace")

    def running(self) -> bool:
        return self.process.poll() is None

    def stop(self, timeout: float = 10.0) -> int:
        """SIGTERM, then SIGKILL; the exit code."""
        if self.running():
            self.process.send_signal(signal.SIGTERM)
            with contextlib.suppress(subprocess.TimeoutExpired):
                return self.process.wait(timeout)
            self.kill()
        return self.process.returncode

    def kill(self) -> None:
        if self.running():
            self.process.kill()
        self.process.wait()
