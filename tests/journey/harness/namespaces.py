"""Network namespaces, and processes and sockets inside them.

A thread enters a namespace, makes sockets or forks children there, and goes back; both keep the namespace
they were made in.  Names are vt-<pid>-<role>, so that what a killed run left behind is known and removed.
"""
from __future__ import annotations

import contextlib
import ctypes
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from typing import Any

CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
_NAME = re.compile(r"^vt-(\d+)-\w+$")


def _setns(fd: int) -> None:
    if _libc.setns(fd, CLONE_NEWNET) != 0:
        raise OSError(ctypes.get_errno(), "setns")


class Namespace:
    """One named network namespace; removed by close()."""

    def __init__(self, role: str) -> None:
        self.name = f"vt-{os.getpid()}-{role}"
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        self._fd = os.open(f"/run/netns/{self.name}", os.O_RDONLY | os.O_CLOEXEC)

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """The calling thread is in the namespace within the block."""
        back = os.open("/proc/thread-self/ns/net", os.O_RDONLY | os.O_CLOEXEC)
        try:
            _setns(self._fd)
            yield
        finally:
            _setns(back)
            os.close(back)

    def run(self, argv: Sequence[str], **kwargs: Any) -> subprocess.CompletedProcess[Any]:
        with self.entered():
            return subprocess.run(argv, **kwargs)

    def spawn(self, argv: Sequence[str], **kwargs: Any) -> subprocess.Popen[Any]:
        with self.entered():
            return subprocess.Popen(argv, **kwargs)

    def batch(self, commands: str) -> None:
        """Runs lines of ip(8) in the namespace."""
        subprocess.run(["ip", "-n", self.name, "-batch", "-"], input=commands, text=True, check=True)

    def sysctl(self, key: str, value: str) -> None:
        with self.entered(), open("/proc/sys/" + key.replace(".", "/"), "w", encoding="ascii") as file:
            file.write(value)

    def tcp_sockets(self) -> list[tuple[int, int, str]]:
        """(local port, remote port, state in hex) of every TCP socket; 0A is listening."""
        rows: list[tuple[int, int, str]] = []
        with self.entered():
            for table in ("tcp", "tcp6"):
                with open(f"/proc/thread-self/net/{table}", encoding="ascii") as file:
                    for line in file.readlines()[1:]:
                        field = line.split()
                        rows.append((int(field[1].rsplit(":", 1)[1], 16),
                                     int(field[2].rsplit(":", 1)[1], 16), field[3]))
        return rows

    def wait_listening(self, port: int, timeout: float = 10.0) -> None:
        deadline = time.monotonic() + timeout
        while not any(row[0] == port and row[2] == "0A" for row in self.tcp_sockets()):
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing listens on port {port} in {self.name}")
            time.sleep(0.01)

    def wait_addresses_settled(self, device: str, timeout: float = 10.0) -> None:
        """Until the device has its IPv6 link-local address and no address is tentative any more."""
        deadline = time.monotonic() + timeout
        while True:
            listing = subprocess.run(["ip", "-n", self.name, "-6", "addr", "show", "dev", device],
                                     capture_output=True, text=True, check=True).stdout
            if "scope link" in listing and "tentative" not in listing:
                return
            if time.monotonic() > deadline:
                raise TimeoutError(f"addresses of {device} in {self.name} do not settle: {listing}")
            time.sleep(0.01)

    def close(self) -> None:
        os.close(self._fd)
        remove(self.name)


def remove(name: str) -> None:
    """Ends what still runs in the namespace, then removes it."""
    listing = subprocess.run(["ip", "netns", "pids", name], capture_output=True, text=True, check=False)
    for pid in listing.stdout.split():
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)
    subprocess.run(["ip", "netns", "del", name], check=False)


def remove_stale() -> None:
    """Removes the namespaces of runs whose process is gone."""
    for name in os.listdir("/run/netns") if os.path.isdir("/run/netns") else []:
        match = _NAME.match(name)
        if match and not os.path.exists(f"/proc/{match.group(1)}"):
            remove(name)
