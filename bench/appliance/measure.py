"""Handshakes a second and one download, through whatever is in the middle."""
from __future__ import annotations

import dataclasses
import os
import re
import time
from pathlib import Path

from harness import clients
from harness.pki import NAME
from harness.topology import Topology

TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS = 16


@dataclasses.dataclass
class Sample:
    """`busy` is seconds of CPU that the proxy took, per handshake in us or per GB in s."""

    handshakes: float
    download: float  # bytes a second
    cpu_us_per_handshake: float
    cpu_s_per_gb: float


def cpu_seconds(pids: list[int]) -> float:
    """User and system time of processes and their children by now."""
    total = 0
    for root in pids:
        for pid in [root, *_children(root)]:
            try:
                fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
            except OSError:
                continue
            total += int(fields[11]) + int(fields[12])
    return total / TICKS


def _children(pid: int) -> list[int]:
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def handshakes(topology: Topology, address: str, port: int, seconds: int) -> float:
    """Full TLS 1.3 handshakes a second: ab asks for one small page a connection.

    (wrk would spin on sockets that are ready to be written while it waits for the other side's handshake, and
    so takes from a slow middle the CPU that it is waiting for.)"""
    done = topology.client.run(["ab", "-q", "-c", str(CONNECTIONS), "-t", str(seconds), "-n", "1000000", "-f", "TLS1.3",
                                "-H", f"Host: {NAME}", f"https://{clients.host(address)}:{port}/info"],
                               capture_output=True, text=True, check=True, timeout=seconds + 60)
    rate = re.search(r"Requests per second:\s+([\d.]+)", done.stdout)
    errors = re.search(r"(Non-2xx responses|Failed requests):\s+[1-9][^\n]*", done.stdout)
    if errors:
        print(f"    ab: {errors.group(0)}", flush=True)
    return float(rate.group(1)) if rate else 0.0


def download(topology: Topology, address: str, port: int, ca: Path, path: str, size: int) -> float:
    """Bytes a second of one curl, verified as any client would."""
    begin = time.monotonic()
    answer = clients.curl(topology.client, address, port, path, ca, "--http1.1", "--output", "/dev/null",
                          "--write-out", "%{size_download}", "--max-time", "110", timeout=120)
    if answer.code != 0 or answer.body.strip() != str(size):
        raise RuntimeError(f"curl: {answer.code} {answer.body} {answer.report[-400:]}")
    return size / (time.monotonic() - begin)
