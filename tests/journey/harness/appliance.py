"""Starts and stops vitrined in its namespace, and asks it through its API socket and its CLI."""
from __future__ import annotations

import http.client
import json
import re
import socket
import subprocess
import time
import urllib.parse
from pathlib import Path
from typing import Any

from .namespaces import Namespace
from .processes import Daemon

Json = dict[str, Any]
START_SECONDS = 60.0  # a busy CI machine


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=10)
        self._path = str(path)

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(10)
        self.sock.connect(self._path)


class Appliance:
    """One vitrined.  `ca` is the certificate that clients shall trust."""

    def __init__(self, space: Namespace, folder: Path, binaries: Path, options: list[str],
                 log_level: str = "info", card: str = "soft") -> None:
        self.space = space
        self.binaries = binaries.resolve()
        self.state = folder / "state"
        self.socket = self.state / "api.sock"
        self.log = folder / "vitrined.log"
        self.options = [*options, "--log-level", log_level, "--card", card]
        self.daemon: Daemon | None = None
        self.state.mkdir(exist_ok=True)
        made = self.cli("cert", "ca", "init", "--state", str(self.state))
        if made.returncode != 0:
            raise RuntimeError(f"vitrine cert ca init: {made.stdout}{made.stderr}")
        self.install_licence()
        self.ca = self.state / "ca" / "ca.pem"
        if not self.ca.exists():
            raise RuntimeError(f"vitrine cert ca init made no {self.ca}")

    def install_licence(self) -> None:
        """An evaluation licence of the build's development key: without one servers are offered no encryption."""
        self.evaluation_licence = self.state.parent / "evaluation.licence"
        key = self.binaries.parent / "licence" / "development.key"
        issued = subprocess.run([str(self.binaries / "vitrine-licence"), "issue", "--holder", "Journey", "--key",
                                 str(key), "--output", str(self.evaluation_licence)],
                                capture_output=True, text=True, check=False)
        if issued.returncode != 0:
            raise RuntimeError(f"vitrine-licence issue: {issued.stderr}")
        installed = self.cli("licence", "install", str(self.evaluation_licence), "--state", str(self.state))
        if installed.returncode != 0:
            raise RuntimeError(f"vitrine licence install: {installed.stdout}{installed.stderr}")

    @property
    def pid(self) -> int:
        assert self.daemon
        return self.daemon.pid

    def start(self, *more: str) -> None:
        """Returns when packets flow."""
        begin = self.log.stat().st_size if self.log.exists() else 0
        self.daemon = Daemon(self.space, [str(self.binaries / "vitrined"), "--inside", "inside", "--outside",
                                          "outside", "--state", str(self.state), "--socket",
                                          str(self.socket), *self.options, *more], self.log)
        deadline = time.monotonic() + START_SECONDS
        while "ready" not in self.daemon.text_since(begin):
            if not self.daemon.running() or time.monotonic() > deadline:
                state = "is running" if self.daemon.running() else f"ended with {self.daemon.process.returncode}"
                self.kill()
                raise RuntimeError(f"vitrined is not ready but {state}:\n{self.daemon.text_since(begin)}")
            time.sleep(0.01)

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        return self.daemon.stop(20) if self.daemon else 0

    def kill(self) -> None:
        if self.daemon:
            self.daemon.kill()

    def running(self) -> bool:
        return self.daemon is not None and self.daemon.running()

    def get(self, path: str, **query: Any) -> Any:
        """GET /v1/PATH, decoded."""
        connection = _UnixConnection(self.socket)
        try:
            words = {key: value for key, value in query.items() if value is not None}
            connection.request("GET", f"/v1/{path}" + (f"?{urllib.parse.urlencode(words)}" if words else ""))
            response = connection.getresponse()
            text = response.read()
            if response.status != 200:
                raise RuntimeError(f"GET {path}: {response.status} {text.decode(errors='replace')}")
            return json.loads(text)
        finally:
            connection.close()

    def cli(self, *words: str, timeout: float = 20) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(self.binaries / "vitrine"), "--socket", str(self.socket), *words],
                              capture_output=True, text=True, timeout=timeout, check=False)

    def proxy_log(self) -> list[str]:
        """The lines of tls_proxy.log."""
        path = self.state / "tls_proxy.log"
        return path.read_text(errors="replace").splitlines() if path.exists() else []

    def sockets(self) -> str:
        """TCP sockets of the namespaces that vitrined's threads are in, but for listening ones.

        The kernel's own TIME-WAIT rows count too: a handed-over connection leaves none."""
        seen: set[str] = set()
        rows: list[str] = []
        for task in sorted(Path(f"/proc/{self.pid}/task").iterdir()):
            try:
                space = str((task / "ns/net").readlink())
            except OSError:  # the thread has ended
                continue
            if space in seen:
                continue
            seen.add(space)
            for table in ("tcp", "tcp6"):
                rows += [line.strip() for line in (task / "net" / table).read_text().splitlines()[1:]
                         if line.split()[3] != "0A"]
        return "\n".join(rows)

    def crashes(self) -> str:
        """Sanitizer reports in the log."""
        found = re.search(r"(ERROR: \w+Sanitizer|WARNING: ThreadSanitizer|runtime error:)[^\n]*",
                          self.log.read_text(errors="replace") if self.log.exists() else "")
        return found.group(0) if found else ""
