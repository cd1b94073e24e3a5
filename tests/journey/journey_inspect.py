#!/usr/bin/env python3
"""Content of decrypted connections: HTTP Complete events, compared with what the server itself logged.

Spliced connections are read from the card's tap, relayed ones from the legs; the events must be the same.
"""
from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from harness import checks, clients, topology
from harness.appliance import Json
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import Nginx
from harness.world import World

LOG_FORMAT = ("log_format seen escape=json '{\"method\":\"$request_method\",\"uri\":\"$request_uri\","
              "\"status\":$status,\"in\":$request_length,\"out\":$bytes_sent,\"body\":$body_bytes_sent,"
              "\"type\":\"$sent_http_content_type\",\"protocol\":\"$server_protocol\"}';")
LARGE = 20_000_000
POLICY = """version: 1
decryption:
  - {name: all, action: decrypt}
access:
  - {name: no-uploads, http: {method: [PUT], path: ["/up/no*"]}, action: deny}
  - {name: no-programs, http: {content_type: [application/x-program]}, action: deny}
"""


class Inspect:
    def __init__(self, world: World) -> None:
        self.world = world
        self.log = world.folder / "access.log"
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec, before=LOG_FORMAT,
                            settings=f"access_log {self.log} seen;\n"
                                     "location = /page { default_type text/html; return 200 'a page'; }\n"
                                     "location = /gone { return 404 'no'; }\n"
                                     "location = /program { default_type application/x-program; return 200 MZ; }")
        self.server.add_file("small", 50_000)
        self.server.add_file("large", LARGE)

    def logged(self, begin: int, count: int) -> list[Json]:
        """What nginx logged from that byte of its log on."""
        def rows() -> list[Json]:
            text = self.log.read_bytes()[begin:].decode()
            found = [json.loads(line) for line in text.splitlines()]
            return found if len(found) >= count else []
        return wait_for(f"{count} lines of nginx's log", rows)

    def curl(self, *words: str) -> tuple[int, int, subprocess.CompletedProcess[str]]:
        """One curl, one connection; marks before it: last event, end of nginx's log."""
        after = checks.mark(self.world.appliance)
        begin = self.log.stat().st_size
        done = self.world.client.run(
            ["curl", "--silent", "--show-error", "--cacert", str(self.world.ca), "--max-time", "30", "--connect-to",
             f"{NAME}:443:{clients.host(topology.SERVER[4])}:443", *words], capture_output=True, text=True,
            timeout=40, check=False)
        return after, begin, done

    def events(self, after: int, count: int) -> list[Json]:
        assert self.world.appliance
        checks.events_after(self.world.appliance, after, "tls_closed")
        rows = checks.events_after(self.world.appliance, after, "http_complete", count)
        expect_equal(len(rows), count, "HTTP Complete events")
        stopped = checks.events(self.world.appliance, after=after, type="inspection_stopped")
        expect(not stopped, f"stopped: {stopped}")
        return rows

    def same(self, event: Json, row: Json, exact: bool) -> None:
        """The event says what nginx logged."""
        transaction, inspection = event["transaction"], event["inspection"]
        expect_equal(inspection["http_method"], row["method"], "method")
        expect_equal(event["destination"]["url"], f"https://{NAME}{row['uri']}", "URL")
        expect_equal(event["destination"]["host"], NAME, "host")
        expect_equal(transaction["http_response_status"], row["status"], "status")
        expect_equal(transaction["response_content_type"], row["type"], "content type")
        if exact:
            expect_equal(transaction["bytes_sent"], row["in"], "bytes sent")
            expect_equal(transaction["bytes_received"], row["out"], "bytes received")
        else:  # nginx counts HTTP/2's headers before their compression
            expect(row["body"] <= transaction["bytes_received"] <= row["body"] * 1.01 + 500,
                   f"bytes received: {transaction['bytes_received']}, body of {row['body']}")
        expect_equal(transaction["total_bytes"], transaction["bytes_sent"] + transaction["bytes_received"], "total")
        expect_equal(event["tls"]["decrypted_flow"], True, "decrypted flow")
        expect_equal(event["source"]["ip_address"], topology.CLIENT[4], "source")

    def pages(self, version: str, handling: str, *words: str) -> None:
        """Several requests on one connection."""
        upload = self.world.folder / "upload.json"
        upload.write_text(json.dumps({"text": "x" * 30_000}))
        urls = [f"https://{NAME}{path}" for path in ("/page?q=1", "/files/small", "/gone", "/info")]
        more = [word for url in urls for word in (url, "--output", "/dev/null")]
        after, begin, done = self.curl(f"--http{version}", *words, *more, "--next", "--silent", "--cacert",
                                       str(self.world.ca), "--connect-to",
                                       f"{NAME}:443:{clients.host(topology.SERVER[4])}:443", f"--http{version}",
                                       *words, "--upload-file", str(upload), "--header",
                                       "Content-Type: application/json", f"https://{NAME}/up/u.json")
        expect_equal(done.returncode, 0, done.stderr)
        rows, events = self.logged(begin, 5), self.events(after, 5)
        for event, row in zip(events, rows):
            self.same(event, row, version == "1.1")
            expect_equal(event["inspection"]["handling"], handling, "handling")
        expect_equal([event["transaction"]["transaction_id"] for event in events], [1, 2, 3, 4, 5], "numbers")
        expect_equal(events[4]["transaction"]["request_content_type"], "application/json", "request type")
        expect(events[4]["transaction"]["bytes_sent"] >= 30_000, "bytes of the upload")
        eve = [line for line in map(json.loads, (self.world.appliance.state / "eve.json").read_text().splitlines())
               if line["event_type"] == "http" and line["vitrine"]["id"] == events[0]["id"]]
        expect_equal(eve[0]["http"]["status"], 200, "status in EVE")
        expect_equal(eve[0]["http"]["http_method"], "GET", "method in EVE")

    def large(self, version: str) -> None:
        """A body is counted, not kept.  A tap that fell behind must say so: it may, on a busy machine."""
        after, begin, done = self.curl(f"--http{version}", f"https://{NAME}/files/large", "--output", "/dev/null",
                                       "--limit-rate", "20M")
        expect_equal(done.returncode, 0, done.stderr)
        row = self.logged(begin, 1)[0]
        checks.events_after(self.world.appliance, after, "tls_closed")
        event = checks.events_after(self.world.appliance, after, "http_complete")[0]
        stopped = checks.events(self.world.appliance, after=after, type="inspection_stopped")
        if stopped:
            expect("lost" in stopped[0]["inspection"]["close_reason"], f"{stopped[0]}")
            expect(event["inspection"]["close_reason"], "an incomplete transaction must say so")
        else:
            self.same(event, row, version == "1.1")

    def denied(self, version: str, path: str, rule: str, *words: str) -> None:
        """A rule on the content: a 403 page for the client, nothing for the server, an event with the rule."""
        assert self.world.appliance
        after, begin, done = self.curl(f"--http{version}", f"https://{NAME}/page", "--output", "/dev/null", "--next",
                                       "--silent", "--show-error", "--cacert", str(self.world.ca), "--connect-to",
                                       f"{NAME}:443:{clients.host(topology.SERVER[4])}:443", f"--http{version}", *words,
                                       f"https://{NAME}{path}", "--write-out", "%{http_code}")
        expect("Blocked by policy" in done.stdout and rule in done.stdout and done.stdout.endswith("403"),
               f"curl: {done.stdout!r} {done.stderr!r}")
        event = checks.events_after(self.world.appliance, after, "flow_deny")[0]
        expect_equal(event["policy"]["access_rule"], rule, "rule")
        expect_equal(event["destination"]["url"], f"https://{NAME}{path}", "URL")
        checks.events_after(self.world.appliance, after, "tls_closed")
        uris = [row["uri"] for row in self.logged(begin, 1)]
        expect("/page" in uris, f"nginx saw {uris}")
        if rule == "no-uploads":
            expect(path not in uris, f"nginx saw the denied request: {uris}")

    def tshark(self, file: Path, *fields: str) -> list[list[str]]:
        """The HTTP messages that stock tshark finds in a capture."""
        words = [word for field in fields for word in ("-e", field)]
        done = subprocess.run(["tshark", "-r", str(file), "-Y", "http.request or http2.headers.path", "-T", "fields",
                               *words], capture_output=True, text=True, timeout=60, check=False)
        expect_equal(done.returncode, 0, done.stderr)
        return [line.split("\t") for line in done.stdout.splitlines()]

    def mirror(self, version: str, *words: str) -> None:
        """Two mirrors, one filtered away: what tshark reads is what curl asked for; events at both ends."""
        assert self.world.appliance
        appliance = self.world.appliance
        file, other = self.world.folder / f"mirror-{version}.pcapng", self.world.folder / "other.pcapng"
        before = checks.mark(appliance)
        cli = [str(appliance.binaries / "vitrine"), "--socket", str(appliance.socket), "mirror"]
        children = [subprocess.Popen([*cli, "--host", NAME, "-o", str(file)]),
                    subprocess.Popen([*cli, "--client", "203.0.113.9", "-o", str(other)])]
        try:
            wait_for("both mirrors to begin", lambda: len([
                row for row in checks.events(appliance, after=before, type="system")
                if "mirror of decrypted traffic begun" in row["inspection"]["message"]]) == 2)
            after, _, done = self.curl(f"--http{version}", *words, f"https://{NAME}/page?mirrored", "--output",
                                       "/dev/null", f"https://{NAME}/files/small", "--output", "/dev/null")
            expect_equal(done.returncode, 0, done.stderr)
            self.events(after, 2)
            wait_for("the mirror to be written", lambda: file.stat().st_size > 50_000)
            time.sleep(0.2)
            for child in children:
                child.terminate()
                child.wait(20)
            wait_for("both mirrors to end", lambda: len([
                row for row in checks.events(appliance, after=after, type="system")
                if "mirror of decrypted traffic ended" in row["inspection"]["message"]]) == 2)
        finally:
            for child in children:
                child.kill()
                child.wait()
        expect_equal(file.stat().st_mode & 0o777, 0o600, "mode of the file")
        if version == "1.1":
            rows = self.tshark(file, "http.request.method", "http.request.uri", "http.host")
            expect_equal(rows, [["GET", "/page?mirrored", NAME], ["GET", "/files/small", NAME]], "requests")
        else:
            rows = self.tshark(file, "http2.headers.method", "http2.headers.path")
            expect_equal(rows, [["GET", "/page?mirrored"], ["GET", "/files/small"]], "requests")
        bad = subprocess.run(["tshark", "-r", str(file), "-Y", "tcp.analysis.flags or _ws.malformed"],
                             capture_output=True, text=True, timeout=60, check=True)
        expect_equal(bad.stdout, "", "what tshark dislikes")
        none = subprocess.run(["tshark", "-r", str(other)], capture_output=True, text=True, timeout=60, check=True)
        expect_equal(none.stdout, "", "packets of another client")
        ended = [row["inspection"]["message"] for row in checks.events(appliance, after=after, type="system")]
        expect(any("ended (host" in text and " 0 lost" in text for text in ended), f"events: {ended}")

    def ring(self) -> None:
        """Files of a limited size, each one whole."""
        assert self.world.appliance
        appliance, base = self.world.appliance, self.world.folder / "ring.pcapng"
        before = checks.mark(appliance)
        child = subprocess.Popen([str(appliance.binaries / "vitrine"), "--socket", str(appliance.socket), "mirror",
                                  "--bytes", "60000", "--ring", "2", "--seconds", "3", "-o", str(base)])
        try:
            wait_for("the mirror to begin", lambda: checks.events(appliance, after=before, type="system"))
            for _ in range(4):
                expect_equal(self.curl("--http1.1", f"https://{NAME}/files/small", "--output", "/dev/null")[2].returncode,
                             0, "curl")
            expect_equal(child.wait(20), 0, "exit code")
        finally:
            child.kill()
            child.wait()
        files = sorted(base.parent.glob("ring.pcapng.*"))
        expect_equal([file.name for file in files], ["ring.pcapng.0", "ring.pcapng.1"], "files")
        for file in files:
            expect(0 < file.stat().st_size <= 60000, f"{file.name} has {file.stat().st_size} bytes")
            subprocess.run(["tshark", "-r", str(file)], stdout=subprocess.DEVNULL, timeout=60, check=True)

    def many(self) -> None:
        """HTTP/2, ten concurrent streams: an event each."""
        after, begin = checks.mark(self.world.appliance), self.log.stat().st_size
        done = self.world.client.run(["h2load", "-n", "300", "-c", "1", "-m", "10",
                                      f"https://{topology.SERVER[4]}/page"],
                                     capture_output=True, text=True, timeout=60, check=False)
        expect("300 succeeded" in done.stdout, done.stdout + done.stderr)
        self.logged(begin, 300)
        checks.events_after(self.world.appliance, after, "tls_closed")
        rows = checks.events_after(self.world.appliance, after, "http_complete", 300)
        expect_equal(sorted(row["transaction"]["transaction_id"] for row in rows), list(range(1, 301)), "numbers")
        expect(all(row["transaction"]["http_response_status"] == 200 for row in rows), "statuses")


def main() -> int:
    runner = Runner("inspect")
    policy = Path(tempfile.mkstemp(prefix="journey-policy-")[1])
    policy.write_text("version: 1\ndecryption:\n  - {name: all, action: decrypt}\n")
    policy.chmod(0o644)
    with World(runner, ["--policy", str(policy)]) as world:
        inspect = Inspect(world)
        for version in ("1.1", "2"):
            runner.case(f"HTTP/{version}, spliced: events say what nginx logged", inspect.pages, version, "spliced")
            runner.case(f"HTTP/{version}, relayed: events say what nginx logged", inspect.pages, version, "relayed",
                        "--tls13-ciphers", "TLS_CHACHA20_POLY1305_SHA256", "--tlsv1.3")
            runner.case(f"HTTP/{version}, a large body", inspect.large, version)
        runner.case("mirror, spliced HTTP/1.1, opened by tshark", inspect.mirror, "1.1")
        runner.case("mirror, relayed HTTP/2, opened by tshark", inspect.mirror, "2", "--tls13-ciphers",
                    "TLS_CHACHA20_POLY1305_SHA256", "--tlsv1.3")
        runner.case("mirror into a ring of files", inspect.ring)
        if world.appliance:
            policy.write_text(POLICY)
            world.appliance.daemon.process.send_signal(signal.SIGHUP)
            checks.events_after(world.appliance, 0, "configuration_change")
        for version in ("1.1", "2"):
            runner.case(f"HTTP/{version}: a method and path that a rule denies", inspect.denied, version, "/up/no.txt",
                        "no-uploads", "--upload-file", str(inspect.server.root / "nginx.conf"))
            runner.case(f"HTTP/{version}: a content type that a rule denies", inspect.denied, version, "/program",
                        "no-programs")
        runner.case("HTTP/2, 300 streams, ten at a time", inspect.many)
    policy.unlink()
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
