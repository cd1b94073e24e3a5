#!/usr/bin/env python3
"""kill -9 of vitrined in the middle of a transfer.

Fail closed: from then on nothing passes.  Fail open: new connections go straight to the server.  Never does a
connection go on half-decrypted, and a restart decrypts again.
"""
from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from harness import clients, topology
from harness.appliance import Appliance
from harness.capture import Capture
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import Nginx
from harness.world import World

SIZE = 200_000_000
OPEN_SECONDS = 5.0


class Crash:
    def __init__(self, world: World, appliance: Appliance) -> None:
        self.world = world
        self.appliance = appliance
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec)
        self.file = self.server.add_file("big", SIZE)
        self.target = world.folder / "victim"

    def page(self, ca: Path, seconds: int = 5) -> int:
        """curl's exit code for a small page."""
        return clients.curl(self.world.client, topology.SERVER[4], 443, "/info", ca, "--max-time", str(seconds)).code

    def transfer(self) -> subprocess.Popen[Any]:
        """A download that has begun and will take long."""
        self.target.unlink(missing_ok=True)
        words = clients.curl_words(topology.SERVER[4], 443, "/files/big", self.world.ca)
        child = self.world.client.spawn(["curl", "--limit-rate", "20M", "--http1.1", "--output",
                                         str(self.target), *words, "--max-time", "4"],
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for("the download to run",
                 lambda: self.target.exists() and self.target.stat().st_size > 5_000_000, 10)
        return child

    def kill(self) -> None:
        """kill -9; the signer must not outlive the daemon."""
        children = Path(f"/proc/{self.appliance.pid}/task/{self.appliance.pid}/children").read_text().split()
        names = {pid: _command(pid) for pid in children}
        os.kill(self.appliance.pid, signal.SIGKILL)
        assert self.appliance.daemon
        self.appliance.daemon.process.wait()
        signers = [pid for pid, name in names.items() if "signer" in name]
        wait_for("the signer to end", lambda: not any(_command(pid) for pid in signers))

    def victim_is_clean(self, child: subprocess.Popen[Any]) -> None:
        """The interrupted download failed, and what it got is the beginning of the file."""
        expect(child.wait(20) != 0, "the interrupted download claims success")
        got = self.target.read_bytes()
        with open(self.file, "rb") as whole:
            expect(whole.read(len(got)) == got, "the interrupted download has wrong bytes")

    def closed(self) -> None:
        child = self.transfer()
        self.kill()
        time.sleep(0.2)  # what was on the wire arrives
        capture = Capture(self.world.server, "eth0")
        expect(self.page(self.world.ca, 2) != 0, "a new connection got through")
        expect(self.page(self.world.pki.folder / "root.crt", 2) != 0, "a new connection got through undecrypted")
        seen = [key for key in capture.stop() if key[0] == topology.CLIENT[4]]
        expect(not seen, f"packets of the client reached the server: {seen}")
        self.victim_is_clean(child)

    def restart(self, *options: str) -> None:
        self.appliance.start(*options)
        wait_for("decryption after the restart", lambda: self.page(self.world.ca) == 0, 5)
        expect(self.page(self.world.pki.folder / "root.crt") != 0, "the server's own certificate came through")

    def opened(self) -> None:
        child = self.transfer()
        self.kill()
        root = self.world.pki.folder / "root.crt"
        wait_for("new connections to pass undecrypted", lambda: self.page(root, 1) == 0, OPEN_SECONDS)
        expect(self.page(self.world.ca) != 0, "somebody still decrypts")
        self.victim_is_clean(child)

    def drains(self) -> None:
        """SIGTERM while a transfer runs: a clean and quick exit, and never a wrong byte."""
        child = self.transfer()
        start = time.monotonic()
        expect_equal(self.appliance.stop(), 0, "exit code")
        expect(time.monotonic() - start < 10, "SIGTERM took too long")
        expect(child.wait(20) != 28, "the client was left to its own time-out instead of a reset")
        self.victim_is_clean(child)

    def repeated(self, times: int) -> None:
        """Kill and restart again and again: locks, sockets, namespaces and bridges left behind do not block."""
        for _ in range(times):
            self.kill()
            self.restart()


def _command(pid: str) -> str:
    try:
        return (Path(f"/proc/{pid}/cmdline").read_bytes() + Path(f"/proc/{pid}/comm").read_bytes()).decode()
    except OSError:
        return ""


def run(runner: Runner, mode: str) -> None:
    with World(runner, ["--fail", mode]) as world:
        if not world.appliance:
            return
        crash = Crash(world, world.appliance)
        runner.case(f"fail {mode}: kill -9 in a transfer", crash.closed if mode == "closed" else crash.opened)
        runner.case(f"fail {mode}: a restart decrypts again", crash.restart)
        runner.case(f"fail {mode}: killed and restarted five times", crash.repeated, 5)
        runner.case(f"fail {mode}: SIGTERM in a transfer", crash.drains)
        runner.case(f"fail {mode}: started once more", crash.restart)


def main() -> int:
    runner = Runner("crash")
    if runner.options.bridge:
        print("crash: nothing to try without the appliance")
        return 0
    for mode in ("closed", "open"):
        run(runner, mode)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
