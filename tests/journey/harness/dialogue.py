"""A child process that one talks to line by line, with stdin kept open: s_client, s_server."""
from __future__ import annotations

import os
import select
import subprocess
import time
from collections.abc import Sequence
from typing import Any

from .namespaces import Namespace
from .runner import Failed


class Dialogue:
    def __init__(self, space: Namespace, argv: Sequence[str]) -> None:
        self.process: subprocess.Popen[Any] = space.spawn(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                                          stderr=subprocess.STDOUT)
        self._unread = b""
        self.transcript = b""

    def say(self, text: str) -> None:
        assert self.process.stdin
        self.process.stdin.write(text.encode())
        self.process.stdin.flush()

    def hear(self, text: str, timeout: float = 5.0) -> None:
        """Reads until `text` has come; what came before it is dropped."""
        assert self.process.stdout
        wanted, deadline = text.encode(), time.monotonic() + timeout
        while wanted not in self._unread:
            ready = select.select([self.process.stdout], [], [], max(0.0, deadline - time.monotonic()))[0]
            data = os.read(self.process.stdout.fileno(), 65536) if ready else b""
            if not data:
                raise Failed(f"{self.process.args[1]} did not say {text!r} but "  # type: ignore[index]
                             f"{self.transcript[-500:].decode(errors='replace')!r}")
            self._unread += data
            self.transcript += data
        self._unread = self._unread.split(wanted, 1)[1]

    def close(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                try:
                    stream.close()
                except BrokenPipeError:
                    pass

    def __enter__(self) -> Dialogue:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
