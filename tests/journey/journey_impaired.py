#!/usr/bin/env python3
"""Loss, reordering, duplication, truncation and corruption in the card's own ports, seeded and repeatable.

Transfers must complete with equal digests and stay on the card.  A corrupted record (the TCP checksum is right,
so that it reaches the record engine) must never reach the application and must kill its flow with an event.
Offloads are off: every frame on the wire fits the MTU.
"""
from __future__ import annotations

import sys
import uuid
from pathlib import Path

from harness import checks, clients, digest, ends, topology
from harness.appliance import Appliance
from harness.runner import Runner, expect, expect_equal
from harness.servers import Nginx
from harness.world import World

SIZE = 4_000_000
SPECS = (
    "seed=1,loss=0.02,reorder=0.05",
    "seed=2,duplicate=0.05",
    "seed=3,truncate=0.005",
    "seed=4,loss=0.02,reorder=0.05,duplicate=0.02,truncate=0.002",
    "seed=5,loss=0.05,reorder=0.10",
)
CORRUPTION = "seed=6,corrupt=0.0005"
CORRUPTED_RUNS = 30


class Impaired:
    def __init__(self, world: World) -> None:
        self.world = world
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec)
        self.file = self.server.add_file("file", SIZE)

    def _after(self) -> int:
        return checks.mark(self.world.appliance)

    def _fetch(self, family: int, *words: str) -> clients.Answer:
        return clients.curl(self.world.client, topology.SERVER[family], 443, "/files/file", self.world.ca,
                            "--http1.1", "--max-time", "60", *words, timeout=90)

    def down(self, family: int, version: str) -> None:
        after, target = self._after(), self.world.folder / "down"
        answer = self._fetch(family, "--tls-max", version, "--output", str(target), "--max-time", "60")
        expect_equal(answer.code, 0, answer.report[-600:])
        expect_equal(digest.of_file(target), digest.of_file(self.file), "digest")
        if self.world.appliance:
            checks.on_card(self.world.appliance, after, SIZE)

    def up(self, family: int, version: str) -> None:
        after, name = self._after(), uuid.uuid4().hex
        answer = clients.curl(self.world.client, topology.SERVER[family], 443, f"/up/{name}", self.world.ca,
                              "--http1.1", "--upload-file", str(self.file), "--tls-max", version, "--max-time",
                              "60", timeout=90)
        expect_equal(answer.code, 0, answer.report[-600:])
        expect_equal(digest.of_file(self.server.uploaded(name)), digest.of_file(self.file), "digest")
        if self.world.appliance:
            checks.on_card(self.world.appliance, after, SIZE)

    def large_hello(self) -> None:
        """A ClientHello of 58 kB, its segments lost and out of order."""
        alpn = [f"{n:0250d}" for n in range(235)] + ["http/1.1"]
        end = ends.TlsEnd(ends.connect(self.world.client, topology.SERVER[4], 443, 30),
                          ends.client_context(self.world.ca, "1.3", alpn))
        with end.socket:
            end.socket.sendall(end.hello())
            end.handshake()
            end.send(b"GET /info HTTP/1.0\r\n\r\n")
            expect(b"200 OK" in end.receive_exactly(15), "page")

    def handshakes(self) -> None:
        """Many short connections: takeover and handover under loss."""
        for number in range(30):
            answer = clients.curl(self.world.client, topology.SERVER[6 if number % 2 else 4], 443, "/info",
                                  self.world.ca, "--max-time", "30", timeout=40)
            expect_equal(answer.code, 0, f"connection {number}: {answer.report[-600:]}")

    def no_relay(self, appliance: Appliance) -> None:
        rows = checks.events(appliance, type="tls_closed")
        relayed = [row["inspection"]["relay_reason"] for row in rows if row["inspection"]["handling"] != "spliced"]
        expect(not relayed, f"not spliced: {relayed}")


def one_spec(runner: Runner, spec: str) -> None:
    with World(runner, ["--impair", spec], offload=False) as world:
        impaired = Impaired(world)
        for version, family in (("1.2", 4), ("1.2", 6), ("1.3", 4), ("1.3", 6)):
            runner.case(f"{spec}: 4 MB down, TLS {version} IPv{family}", impaired.down, family, version)
            runner.case(f"{spec}: 4 MB up, TLS {version} IPv{family}", impaired.up, family, version)
        runner.case(f"{spec}: ClientHello of 58 kB", impaired.large_hello)
        runner.case(f"{spec}: 30 short connections", impaired.handshakes)
        if world.appliance:
            runner.case(f"{spec}: nothing was relayed", impaired.no_relay, world.appliance)


def is_prefix(part: Path, whole: Path) -> bool:
    data = part.read_bytes() if part.exists() else b""
    return whole.read_bytes()[:len(data)] == data


def corrupted(world: World, impaired: Impaired) -> None:
    """Some downloads die; none brings a wrong byte; each death on the card has its event."""
    died = 0
    for number in range(CORRUPTED_RUNS):
        target = world.folder / f"corrupted-{number}"
        answer = impaired._fetch(4 if number % 2 else 6, "--tls-max", "1.2" if number % 3 else "1.3", "--output",
                                 str(target), "--speed-limit", "1000", "--speed-time", "5")
        expect(is_prefix(target, impaired.file), f"run {number}: the application got a wrong byte")
        expect(answer.code != 0 or target.stat().st_size == SIZE, f"run {number}: curl was satisfied too early")
        expect(answer.code != 28, f"run {number}: curl hung instead of being reset")
        died += answer.code != 0
        target.unlink(missing_ok=True)
    expect(died > 0, "no download was hit: the case is blind")
    assert world.appliance
    rows = [row for kind in ("tls_closed", "tls_abort") for row in checks.events(world.appliance, type=kind)
            if row["inspection"]["cause"] == "record_authentication_failed"]
    expect(rows, "no event record_authentication_failed")
    expect(len(rows) <= died + CORRUPTED_RUNS, "more events than flows")
    for row in rows:
        expect(row["inspection"]["advice"], f"incomplete event: {row}")


def main() -> int:
    runner = Runner("impaired")
    for spec in SPECS:
        one_spec(runner, spec)
    if not runner.options.bridge:
        with World(runner, ["--impair", CORRUPTION], offload=False) as world:
            runner.case(f"{CORRUPTION}: {CORRUPTED_RUNS} downloads, no wrong byte, an event a death", corrupted,
                        world, Impaired(world))
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
