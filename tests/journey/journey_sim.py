#!/usr/bin/env python3
"""A real curl and a real nginx through the card of RTL, simulated: vitrined --card sim.

Every packet goes through the Verilated card, and after the handover it is spliced there: both TLS versions, both
address families, both ways, at least 99 % of the payload.  Then the same with frames lost and reordered in the
card's ports.  Simulated clocks are slow, so files are small.
"""
from __future__ import annotations

import sys
import uuid

from harness import checks, clients, digest, topology
from harness.runner import Runner, expect, expect_equal
from harness.servers import Nginx
from harness.world import World

SIZE = 2_000_000
IMPAIRED_SIZE = 500_000
IMPAIRMENT = "seed=1,loss=0.01,reorder=0.05"
SECONDS = 60


class Sim:
    def __init__(self, world: World, size: int) -> None:
        assert world.appliance
        self.world, self.appliance, self.size = world, world.appliance, size
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec)
        self.file = self.server.add_file("file", size)

    def _curl(self, family: int, path: str, version: str, *words: str) -> None:
        answer = clients.curl(self.world.client, topology.SERVER[family], 443, path, self.world.ca, "--http1.1",
                              f"--tlsv{version}", "--tls-max", version, *words, "--max-time", str(SECONDS),
                              timeout=SECONDS + 10)
        expect_equal(answer.code, 0, answer.report[-600:])

    def _spliced(self, after: int, spliced_before: int) -> None:
        """The connection stayed on the card, and the card's own counter says so."""
        checks.on_card(self.appliance, after, self.size)
        card = self.appliance.get("counters")["card"]
        expect(card["spliced"] - spliced_before >= self.size // 1500, f"{card['spliced']} packets spliced")
        checks.balanced(self.appliance)

    def down(self, family: int, version: str) -> None:
        after, target = checks.mark(self.appliance), self.world.folder / "down"
        before = self.appliance.get("counters")["card"]["spliced"]
        self._curl(family, "/files/file", version, "--output", str(target))
        expect_equal(digest.of_file(target), digest.of_file(self.file), "digest")
        self._spliced(after, before)

    def up(self, family: int, version: str) -> None:
        after, name = checks.mark(self.appliance), uuid.uuid4().hex
        before = self.appliance.get("counters")["card"]["spliced"]
        self._curl(family, f"/up/{name}", version, "--upload-file", str(self.file))
        expect_equal(digest.of_file(self.server.uploaded(name)), digest.of_file(self.file), "digest")
        self._spliced(after, before)

    def page(self) -> None:
        """One small answer: takeover, handshakes, handover and the end."""
        after = checks.mark(self.appliance)
        answer = clients.curl(self.world.client, topology.SERVER[4], 443, "/info", self.world.ca)
        expect_equal(answer.code, 0, answer.report[-600:])
        checks.on_card(self.appliance, after)
        expect_equal(self.appliance.get("status")["card"]["kind"], "sim", "the card")
        # Its plaintext came through the card's tap, verified.
        told = checks.events_after(self.appliance, after, "http_complete")[0]
        expect_equal(told["inspection"]["http_method"], "GET", "the transaction's method")
        expect(told["destination"]["url"].endswith("/info"), told["destination"]["url"])


def main() -> int:
    runner = Runner("sim")
    runner.options.card = "sim"
    with World(runner) as world:
        sim = Sim(world, SIZE)
        runner.case("a page", sim.page)
        for version, family in (("1.2", 4), ("1.3", 6)):
            runner.case(f"{SIZE // 1_000_000} MB down, TLS {version} IPv{family}", sim.down, family, version)
            runner.case(f"{SIZE // 1_000_000} MB up, TLS {version} IPv{family}", sim.up, family, version)
    with World(runner, ["--impair", IMPAIRMENT]) as world:
        sim = Sim(world, IMPAIRED_SIZE)
        for version, family in (("1.2", 6), ("1.3", 4)):
            runner.case(f"{IMPAIRMENT}: down, TLS {version} IPv{family}", sim.down, family, version)
            runner.case(f"{IMPAIRMENT}: up, TLS {version} IPv{family}", sim.up, family, version)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
