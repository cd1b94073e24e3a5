#!/usr/bin/env python3
"""The operator's walk: a server with a self-signed certificate, from its abort to its decryption, by the CLI alone.

    abort → bypass rule above decrypt-all, commit → the certificate is fetched through the bypass
          → cert import, commit → the bypass is deleted, commit → decrypted and spliced

And commits that are taken back by themselves, in the running appliance and over kill -9.
"""
from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import sys
import time
from pathlib import Path

from harness import checks, clients, dialogue, topology
from harness.appliance import Appliance, Json
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import OpensslServer
from harness.world import World

PORT = 8443
SUBJECT = "/unstructuredName=ciscoasa"
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"
SERVER = topology.SERVER[4]
# The server's own certificate names nobody, so clients look at it without a name.
LOOK = ("openssl", "s_client", "-connect", f"{SERVER}:{PORT}", "-servername", clients.NAME)


class Walk:
    def __init__(self, world: World, appliance: Appliance) -> None:
        self.world, self.appliance = world, appliance
        self.own = world.pki.ciscoasa().with_suffix(".crt")
        self.fetched = world.folder / "server.pem"
        self.saw = 0  # the last event that was looked at

    # What an operator types.
    def type(self, *words: str, code: int = 0) -> str:
        done = self.appliance.cli(*words)
        expect_equal(done.returncode, code, f"vitrine {' '.join(words)}: {done.stdout}{done.stderr}")
        return done.stdout + done.stderr

    def ask(self, *words: str) -> Json:
        return json.loads(self.type(*words, "--json"))

    def commit(self, version: int, *words: str) -> None:
        after = checks.last_event_id(self.appliance)
        answer = self.ask("commit", *words)
        expect_equal(answer["version"], version, "version")
        expect_equal(self.version(), version, "version in force")
        told = checks.event_after(self.appliance, after, "configuration_change")
        expect_equal(told["transaction"]["configuration_version"], version, "version of the change's event")
        expect_equal(told["source"]["user"], "root (uid 0)", "who did it")
        expect(f"configuration version {version - 1} -> {version}: committed" in told["inspection"]["message"],
               told["inspection"]["message"])

    def version(self) -> int:
        return self.appliance.get("status")["configuration_version"]

    # What clients do.
    def fetch(self, ca: Path) -> clients.Answer:
        return clients.curl(self.world.client, SERVER, PORT, "/", ca)

    def look(self) -> str:
        """The certificate that a client is shown, as PEM; empty where there is no handshake."""
        shown = self.world.client.run([*LOOK], input=b"", capture_output=True, timeout=20, check=False)
        found = re.search(r"-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----\n",
                          shown.stdout.decode(errors="replace"), re.S)
        return found.group(0) if found else ""

    def next_event(self, kind: str, version: int) -> Json:
        event = checks.event_after(self.appliance, self.saw, kind)
        expect_equal(event["transaction"]["configuration_version"], version, f"version of {kind}")
        return event

    # The steps.
    def first_version(self) -> None:
        expect_equal(self.version(), 1, "version at the first start")
        history = self.ask("history")["versions"]
        expect_equal([(row["version"], row["origin"]) for row in history], [(1, "initial")], "history")
        expect("decrypt-all" in self.type("policy", "show"), "the first rule")

    def abort(self) -> None:
        self.saw, begin = checks.mark(self.appliance), len(self.appliance.proxy_log())
        expect(self.fetch(self.world.ca).code not in (0, 28), "the client gets no connection")
        event = self.next_event("tls_abort", 1)
        for group, field, value in (
                ("tls", "server_certificate_name", SUBJECT), ("tls", "server_certificate_issuer", SUBJECT),
                ("tls", "encrypted_flow", True), ("tls", "decrypted_flow", False),
                ("tls", "requested_domain", clients.NAME), ("tls", "tls_version", "TLSv1.3"),
                ("transaction", "component_name", "TLS Proxy"), ("destination", "ip_address", SERVER),
                ("destination", "service", f"tcp/{PORT}"), ("policy", "decryption_rule", "decrypt-all"),
                ("inspection", "cause", "certificate_self_signed"), ("inspection", "leg", "server leg"),
                ("application", "name", "Transport Layer Security Protocol")):
            expect_equal(event[group][field], value, field)
        expect("certificate verify failed" in event["transaction"]["error_details"], "error details")
        command = re.search(r"`vitrine (rule add [^`]*)`", event["inspection"]["advice"])
        expect(command, f"no rule to type in: {event['inspection']['advice']}")
        assert command
        advised = command.group(1).split()
        self.type(*advised)
        expect("can be committed" in self.type("check"), "the advised rule")
        self.type("candidate", "discard", code=2)
        self.type("candidate", "discard", "--yes")
        lines = [rf"{STAMP} INFO TLS_Proxy - Certificate verification failure: self.signed certificate "
                 r"\(code 18, depth 0\)",
                 rf"{STAMP} INFO TLS_Proxy - Subject: {SUBJECT}", rf"{STAMP} INFO TLS_Proxy - Issuer: {SUBJECT}",
                 rf'{STAMP} INFO TLS_Proxy - SSL alert message sent to server \(0x230 = "fatal : unknown CA"\) '
                 rf"in Session: x{event['transaction']['connection_id']:x}"]
        wait_for("the log's lines", lambda: all(
            any(re.fullmatch(line, seen) for seen in self.appliance.proxy_log()[begin:]) for line in lines), 3)

    def bypass(self) -> None:
        self.type("rule", "add", "asa", "--above", "nobody", "--action", "do-not-decrypt", code=1)
        self.type("rule", "add", "asa", "--above", "decrypt-all", "--destination", SERVER, "--action",
                  "do-not-decrypt")
        diff = self.type("diff")
        expect('+  - name: "asa"' in diff and "--- 1/policy" in diff, diff)
        expect_equal(self.version(), 1, "nothing takes effect before the commit")
        expect("can be committed" in self.type("check"), "the check")
        self.commit(2, "--comment", "ciscoasa by itself")
        rules = [row["name"] for row in self.ask("policy", "show")["rules"]]
        expect_equal(rules[:2], ["asa", "decrypt-all"], "order of the rules")

    def untouched(self) -> None:
        """Through the bypass: the server's own certificate, which is what gets imported."""
        self.saw = checks.mark(self.appliance)
        self.fetched.write_text(self.look())
        expect_equal(self.fetched.read_text(), self.own.read_text(), "the certificate that the client is shown")
        event = self.next_event("flow_bypassed", 2)
        expect_equal(event["policy"]["decryption_rule"], "asa", "rule")
        expect_equal(event["tls"]["decrypted_flow"], False, "decrypted")

    def trust(self) -> None:
        added = self.ask("cert", "import", str(self.fetched))["certificates"]
        expect_equal([row["subject"] for row in added], [SUBJECT], "imported")
        self.type("cert", "import", str(self.fetched), code=1)
        expect("candidate" in self.type("cert", "list"), "listed as not in force yet")
        self.commit(3)
        rows = [row for row in self.ask("cert", "list")["certificates"] if row["subject"] == SUBJECT]
        expect_equal([row["role"] for row in rows], ["trusted"], "in force")

    def undo_bypass(self) -> None:
        self.type("rule", "delete", "asa")
        self.commit(4)

    def decrypted(self, version: int) -> None:
        self.saw = checks.mark(self.appliance)
        shown = self.look()
        expect(shown and shown != self.own.read_text(), "the client is shown a certificate of the appliance's")
        answer = self.fetch(self.world.ca)
        expect_equal(answer.code, 0, f"a client that trusts the appliance's CA alone: {answer.report[-300:]}")
        event = self.next_event("tls_established", version)
        expect_equal(event["tls"]["decrypted_flow"], True, "decrypted")
        expect_equal(event["tls"]["server_certificate_issuer"], SUBJECT, "issuer")
        expect_equal(event["policy"]["decryption_rule"], "decrypt-all", "rule")
        closed = [row for row in checks.events_after(self.appliance, self.saw, "tls_closed")
                  if row["inspection"]["handling"] == "spliced"]
        expect(closed, "no connection was spliced")
        expect_equal(closed[0]["transaction"]["configuration_version"], version, "version of tls_closed")

    def history(self) -> None:
        rows = self.ask("history")["versions"]
        expect_equal([row["version"] for row in rows], [4, 3, 2, 1], "versions")
        expect_equal(rows[2]["comment"], "ciscoasa by itself", "comment")
        backup = self.world.folder / "backup.json"
        self.type("export", "-o", str(backup))
        self.type("import", str(backup))
        expect("No difference" in self.type("diff"), "an export is what is in force")
        self.type("commit", code=1)  # nothing to commit

    def restarted(self) -> None:
        expect_equal(self.appliance.stop(), 0, "exit code")
        self.appliance.start()
        expect_equal(self.version(), 4, "version after a restart")
        self.decrypted(4)

    # Commits that are taken back.
    def confirmed(self) -> None:
        """A connection that is open, decrypted; a commit that bypasses it closes it, as the policy says."""
        self.type("rule", "add", "alone", "--first", "--destination", SERVER, "--action", "do-not-decrypt")
        with dialogue.Dialogue(self.world.client, [*LOOK, "-quiet"]) as client:
            wait_for("the flow to be spliced",
                     lambda: any(row["state"] == "spliced" for row in checks.flows(self.appliance)))
            self.saw = checks.last_event_id(self.appliance)
            answer = self.ask("commit", "--confirmed", "1")
            expect_equal((answer["version"], answer["confirm_minutes"]), (5, 1), "commit")
            closed = self.next_event("tls_closed", 5)  # of the commit that ended it
            expect_equal(closed["inspection"]["cause"], "policy_changed", "why the open connection ended")
            client.process.wait(5)
        waiting = self.ask("configuration")["unconfirmed"]
        expect_equal(waiting["fallback"], 4, "what comes back")
        expect(0 < waiting["left_ms"] <= 60_000, f"{waiting['left_ms']} ms left")
        expect("waits for confirmation" in self.type("commit", code=1), "no commit in between")
        expect_equal(self.look(), self.own.read_text(), "bypassed meanwhile")

    def killed(self) -> None:
        """kill -9 while the commit waits: it still waits afterwards, and is taken back on time."""
        self.appliance.kill()
        self.appliance.start()
        expect_equal(self.version(), 5, "the unconfirmed version is still in force")
        expect(self.ask("configuration")["unconfirmed"]["left_ms"] > 0, "and waits")
        expect_equal(self.look(), self.own.read_text(), "and bypasses")
        self.appliance.kill()
        self.leave_seconds(4)
        self.appliance.start()
        wait_for("the version before to come back", lambda: self.version() == 6, 15)
        row = self.ask("history")["versions"][0]
        expect_equal((row["version"], row["origin"], row["of"]), (6, "expiry", 4), "history")
        told = checks.events(self.appliance, type="configuration_change")[-1]
        expect_equal(told["transaction"]["configuration_version"], 6, "version of the event")
        expect("rolled back to the content of version 4" in told["inspection"]["message"],
               told["inspection"]["message"])
        self.decrypted(6)

    def leave_seconds(self, seconds: int) -> None:
        """As if the time but for so much had passed while nothing ran."""
        with contextlib.closing(sqlite3.connect(self.appliance.state / "config.db")) as store:
            left = store.execute("SELECT deadline_ms FROM state").fetchone()[0] - time.time() * 1000
            shift = int(left - seconds * 1000)
            store.execute("UPDATE state SET since_ms = since_ms - ?, deadline_ms = deadline_ms - ?", (shift, shift))
            store.commit()

    def overdue(self) -> None:
        """The time passes while nothing runs: at the start the version before is in force from the first packet."""
        self.type("rule", "add", "alone", "--first", "--destination", SERVER, "--action", "do-not-decrypt")
        expect_equal(self.ask("commit", "--confirmed", "10")["version"], 7, "version")
        self.appliance.kill()
        self.leave_seconds(-1)
        self.appliance.start()
        expect_equal(self.version(), 8, "the version after the one that was taken back")
        self.decrypted(8)

    def kept(self) -> None:
        self.type("rollback", "2", "--comment", "again")
        expect_equal(self.version(), 9, "a rollback has a number of its own")
        expect_equal(self.look(), self.own.read_text(), "version 2 bypasses")
        self.type("rollback", "8")
        self.type("rule", "add", "kept", "--last", "--sni", ".kept.example", "--action", "do-not-decrypt")
        expect_equal(self.ask("commit", "--confirmed", "1")["version"], 11, "version")
        self.type("confirm")
        expect("unconfirmed" not in self.ask("configuration"), "nothing waits any more")
        self.type("confirm", code=1)


def main() -> int:
    runner = Runner("walk")
    with World(runner, trust_root=False) as world:
        if not world.appliance:
            print("walk: nothing to try without the appliance")
            return 0
        walk = Walk(world, world.appliance)
        server = OpensslServer(world.server, world.folder, world.pki.ciscoasa(), PORT)
        try:
            runner.case("version 1 decrypts everything", walk.first_version)
            runner.case("its certificate is not trusted: the abort, its fields, the log", walk.abort)
            runner.case("a bypass rule is added above decrypt-all and committed", walk.bypass)
            runner.case("the client sees the server's own certificate", walk.untouched)
            runner.case("the certificate is imported and committed", walk.trust)
            runner.case("the bypass is deleted and committed", walk.undo_bypass)
            runner.case("the server is decrypted, and spliced", walk.decrypted, 4)
            runner.case("history, export, import", walk.history)
            runner.case("a restart goes on with the version in force", walk.restarted)
            runner.case("a commit to be confirmed closes the open connection", walk.confirmed)
            runner.case("after kill -9 it still waits, and is taken back by itself", walk.killed)
            runner.case("its time passes while nothing runs: taken back at the start", walk.overdue)
            runner.case("rollback, and a commit that is confirmed", walk.kept)
        finally:
            server.stop()
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
