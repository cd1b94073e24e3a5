#!/usr/bin/env python3
"""HTTP as people use it: keep-alive, HTTP/2, large transfers both ways, many connections at once.

Large transfers must arrive with equal digests and stay on the card: at least 99 % of their payload bytes.
"""
from __future__ import annotations

import concurrent.futures
import re
import sys
import threading
import uuid

from harness import checks, clients, digest, ends, topology
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal
from harness.servers import Nginx
from harness.world import World

LARGE = 100_000_000
PAGES = 300
CROWD = 200


class Http:
    def __init__(self, world: World) -> None:
        self.world = world
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec)
        self.large = self.server.add_file("large", LARGE)
        self.small = self.server.add_file("small", 50_000)

    def _mark(self) -> int:
        return checks.mark(self.world.appliance)

    def _spliced(self, after: int, at_least: int = 0) -> None:
        """The connection since `after` was spliced, with 99 % of its payload on the card."""
        if self.world.appliance:
            checks.on_card(self.world.appliance, after, at_least)

    def keep_alive(self, family: int) -> None:
        """One HTTP/1.1 connection, many requests one after the other."""
        after, config = self._mark(), self.world.folder / "urls"
        config.write_text("".join(f'url = "https://{NAME}/files/small"\noutput = "/dev/null"\n'
                                  for _ in range(PAGES)))
        address = topology.SERVER[family]
        done = self.world.client.run(
            ["curl", "--silent", "--show-error", "--http1.1", "--cacert", str(self.world.ca), "--connect-to",
             f"{NAME}:443:{clients.host(address)}:443", "--write-out", "%{num_connects} %{size_download}\n",
             "--config", str(config)], capture_output=True, text=True, timeout=60, check=False)
        expect_equal(done.returncode, 0, done.stderr)
        rows = done.stdout.split("\n")[:-1]
        expect_equal(len(rows), PAGES, "answers")
        expect_equal(sum(int(row.split()[0]) for row in rows), 1, "connections")
        expect(all(row.split()[1] == "50000" for row in rows), "sizes")
        self._spliced(after, PAGES * 50_000)

    def http2(self, family: int) -> None:
        """curl negotiates h2 through both legs."""
        after = self._mark()
        answer = clients.curl(self.world.client, topology.SERVER[family], 443, "/info", self.world.ca, "--http2")
        expect_equal(answer.code, 0, answer.report)
        expect("HTTP/2.0" in answer.body, f"the server saw {answer.body}")
        expect(re.search(r"ALPN: server accepted h2", answer.report), answer.report)
        if self.world.appliance:
            record = checks.event_after(self.world.appliance, after, "tls_closed")
            expect_equal(record["inspection"]["alpn"], "h2", "ALPN in the event")

    def h2load(self) -> None:
        """Ten connections of ten concurrent HTTP/2 streams."""
        done = self.world.client.run(["h2load", "-n", "2000", "-c", "10", "-m", "10",
                                      f"https://{topology.SERVER[4]}/files/small"],
                                     capture_output=True, text=True, timeout=60, check=False)
        expect("2000 succeeded" in done.stdout, done.stdout + done.stderr)

    def down(self, family: int, version: str) -> None:
        after, target = self._mark(), self.world.folder / "down"
        answer = clients.curl(self.world.client, topology.SERVER[family], 443, "/files/large", self.world.ca,
                              "--http1.1", "--output", str(target), "--tls-max", version, timeout=60)
        expect_equal(answer.code, 0, answer.report)
        expect_equal(digest.of_file(target), digest.of_file(self.large), "digest")
        self._spliced(after, LARGE)

    def up(self, family: int, version: str) -> None:
        after, name = self._mark(), uuid.uuid4().hex
        answer = clients.curl(self.world.client, topology.SERVER[family], 443, f"/up/{name}", self.world.ca,
                              "--http1.1", "--upload-file", str(self.large), "--tls-max", version, timeout=60)
        expect_equal(answer.code, 0, answer.report)
        expect_equal(digest.of_file(self.server.uploaded(name)), digest.of_file(self.large), "digest")
        self.server.uploaded(name).unlink()
        self._spliced(after, LARGE)

    def crowd(self) -> None:
        """Many connections open at the same time: each waits for all others between its two requests."""
        after, barrier = self._mark(), threading.Barrier(CROWD)
        context = ends.client_context(self.world.ca)
        wanted = digest.of_file(self.small)

        def visit(number: int) -> str:
            address = topology.SERVER[4 if number % 2 else 6]
            end = ends.TlsEnd(ends.connect(self.world.client, address, 443, 30), context)
            with end.socket:
                end.handshake()
                first = get(end)
                barrier.wait(60)
                second = get(end)
                end.close_notify()
            return "ok" if digest.of_bytes(first) == wanted == digest.of_bytes(second) else "wrong digest"

        def get(end: ends.TlsEnd) -> bytes:
            end.send(f"GET /files/small HTTP/1.1\r\nHost: {NAME}\r\n\r\n".encode())
            data = b""
            while b"\r\n\r\n" not in data:
                data += end.receive() or b"\r\n\r\n"
            body = data.split(b"\r\n\r\n", 1)[1]
            return body + end.receive_exactly(50_000 - len(body))

        with concurrent.futures.ThreadPoolExecutor(CROWD) as pool:
            results = list(pool.map(visit, range(CROWD)))
        expect_equal(results.count("ok"), CROWD, "connections that got both answers")
        if self.world.appliance:
            appliance = self.world.appliance
            rows = checks.events_after(appliance, after, "tls_closed", CROWD)
            handled = [row["inspection"]["handling"] for row in rows]
            expect_equal(handled.count("spliced"), CROWD, "spliced flows")


def main() -> int:
    runner = Runner("http")
    with World(runner) as world:
        http = Http(world)
        for family in (4, 6):
            runner.case(f"{PAGES} requests on one HTTP/1.1 connection, IPv{family}", http.keep_alive, family)
            runner.case(f"HTTP/2 by curl, IPv{family}", http.http2, family)
            for version in ("1.2", "1.3"):
                runner.case(f"100 MB down, TLS {version}, IPv{family}", http.down, family, version)
                runner.case(f"100 MB up, TLS {version}, IPv{family}", http.up, family, version)
        runner.case("HTTP/2, ten connections of ten streams by h2load", http.h2load)
        runner.case(f"{CROWD} connections at once", http.crowd)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
