"""Text policies on real traffic: bypass by name, block, a reload that closes what it treats otherwise."""
from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

from harness import checks, clients, topology
from harness.appliance import Appliance
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import OpensslServer
from harness.world import World

PORT = 8443
DECRYPT = "version: 1\ndecryption:\n  - {name: all, action: decrypt}\n"
BYPASS = f"version: 1\ndecryption:\n  - {{name: alone, sni: {NAME}, action: do-not-decrypt}}\n" \
         "  - {name: all, action: decrypt}\n"
BLOCK = "version: 1\naccess:\n  - {name: closed, service: tcp/8443, action: deny}\n"
PINNED = "version: 1\nundecryptable: {pinned: do-not-decrypt, exclude_after: 2}\n" \
         "decryption:\n  - {name: all, action: decrypt}\n"


class Policies:
    def __init__(self, world: World, appliance: Appliance, file: Path) -> None:
        self.world, self.appliance, self.file = world, appliance, file

    def version(self) -> int:
        return self.appliance.get("status")["configuration_version"]

    def use(self, text: str) -> None:
        """What is in force already makes no version."""
        before = self.version()
        changed = self.file.read_text() != text
        self.file.write_text(text)
        os.kill(self.appliance.pid, signal.SIGHUP)
        if changed:
            wait_for("the next version", lambda: self.version() == before + 1, 5)

    def fetch(self, ca: Path) -> clients.Answer:  # type: ignore[name-defined]
        return clients.curl(self.world.client, topology.SERVER[4], PORT, "/", ca)

    def event(self, text: str, ca: Path, kind: str, code: int, **fields: str) -> None:
        self.use(text)
        after = checks.last_event_id(self.appliance)
        answer = self.fetch(ca)
        expect_equal(answer.code, code, f"curl's verdict: {answer.report[-300:]}")
        event = checks.event_after(self.appliance, after, kind)
        expect_equal(event["transaction"]["configuration_version"], self.version(), "version")
        for field, value in fields.items():
            expect_equal(event["policy"][field], value, field)

    def wrong_policy(self) -> None:
        before = self.version()
        self.file.write_text("version: 1\ndecryption: [{name: a, action: perhaps}]\n")
        begin = self.appliance.log.stat().st_size
        os.kill(self.appliance.pid, signal.SIGHUP)
        assert self.appliance.daemon
        daemon = self.appliance.daemon
        wait_for("the error", lambda: "policy not taken" in daemon.text_since(begin), 5)
        expect_equal(self.version(), before, "version")

    def exclusion(self, root: Path) -> None:
        self.use(PINNED)
        for _ in range(2):
            expect_equal(self.fetch(root).code, 60, "the client does not take the forged leaf")
        expect_equal(self.fetch(root).code, 0, "then it is left alone")
        shown = self.appliance.cli("exclusions", "list")
        expect("pinned" in shown.stdout and NAME in shown.stdout, shown.stdout + shown.stderr)
        expect("1" in self.appliance.cli("exclusions", "clear").stdout, "cleared")
        expect_equal(self.fetch(root).code, 60, "and tried again")


def main() -> int:
    runner = Runner("policy")
    with World(runner, start=False) as world:
        if not world.appliance:
            print("policy: nothing to try without the appliance")
            return 0
        file = world.folder / "policy.yaml"
        file.write_text(DECRYPT)
        world.appliance.start("--policy", str(file))
        root = world.pki.folder / "root.crt"
        policies = Policies(world, world.appliance, file)
        server = OpensslServer(world.server, world.folder, world.pki.leaf_rsa, PORT)
        try:
            runner.case("decrypt", policies.event, DECRYPT, world.ca, "tls_established", 0)
            runner.case("do not decrypt by server name: its own certificate", policies.event, BYPASS, root,
                        "flow_bypassed", 0)
            runner.case("access deny resets the client", policies.event, BLOCK, root, "flow_deny", 7)
            runner.case("a wrong policy changes nothing", policies.wrong_policy)
            runner.case("a pinned server is left alone after two failures", policies.exclusion, root)
        finally:
            server.stop()
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
