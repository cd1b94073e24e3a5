#!/usr/bin/env python3
"""Chromium: a browser's own hello (large, greased), HTTP/2 with parallel loads, and its word on a forged leaf.

The page's script fetches files in parallel and writes their SHA-256 into the page, so that what the browser's
own code received is what is compared.
"""
from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from harness import checks, clients, digest, topology
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal
from harness.servers import Nginx, OpensslServer
from harness.world import World

FILES = 12
FILE_BYTES = 300_000
UNTRUSTED_PORT = 8443
PAGE = """<!doctype html><title>loading</title><pre id=digests></pre><script>
const hex = b => Array.from(new Uint8Array(b), x => x.toString(16).padStart(2, '0')).join('');
const names = Array.from({length: COUNT}, (_, i) => `/files/part${i}`);
Promise.all(names.map(async n => {
  const body = await (await fetch(n)).arrayBuffer();
  return n + ' ' + hex(await crypto.subtle.digest('SHA-256', body));
})).then(rows => { digests.textContent = rows.join('\\n'); document.title = 'done'; },
         error => { document.title = 'failed: ' + error; });
</script>"""


class Browser:
    """Trusts one CA; every page has a new profile, so nothing is cached.  Asks nothing outside the namespaces."""

    def __init__(self, world: World, ca: Path) -> None:
        self.world = world
        self.pages = 0
        self.home = world.folder / "browser"
        store = self.home / ".pki" / "nssdb"
        store.mkdir(parents=True)
        for words in (["-N", "--empty-password"], ["-A", "-t", "C,,", "-n", "ca", "-i", str(ca)]):
            subprocess.run(["certutil", "-d", f"sql:{store}", *words], check=True)

    def page(self, address: str, port: int, path: str) -> subprocess.CompletedProcess[str]:
        """The page's DOM once its scripts have run, on stdout."""
        self.pages += 1
        return self.world.client.run(
            ["chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
             "--disable-background-networking", "--disable-component-update", "--disable-sync",
             f"--user-data-dir={self.home}/profile-{self.pages}",
             f"--host-resolver-rules=MAP {NAME} {clients.host(address)}",
             "--virtual-time-budget=20000", "--dump-dom", f"https://{NAME}:{port}{path}"],
            env={"HOME": str(self.home), "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=90,
            check=False)


def loads_a_page(world: World, browser: Browser, server: Nginx, family: int) -> None:
    after = checks.mark(world.appliance)
    done = browser.page(topology.SERVER[family], 443, "/files/page.html")
    expect("<title>done</title>" in done.stdout, done.stdout + done.stderr[-2000:])
    found = dict(re.findall(r"/files/(part\d+) ([0-9a-f]{64})", done.stdout))
    expect_equal(found, {f"part{i}": digest.of_file(server.root / "files" / f"part{i}") for i in range(FILES)},
                 "digests in the page")
    if world.appliance:
        rows = checks.events_after(world.appliance, after, "tls_closed")
        large = [row for row in rows if (row["inspection"]["card_payload_bytes"] or 0) > FILES * FILE_BYTES]
        expect_equal(len(large), 1, f"connections that carried all files, of {len(rows)}")
        inspected = large[0]["inspection"]
        expect_equal([inspected["handling"], inspected["alpn"], inspected["client_tls_version"]],
                     ["spliced", "h2", "TLSv1.3"], "how it was handled")


def refuses_an_untrusted_server(world: World, browser: Browser) -> None:
    """The appliance does not trust it, and the browser shows an error page at once."""
    server = OpensslServer(world.server, world.folder, world.pki.ciscoasa(), UNTRUSTED_PORT)
    after = checks.mark(world.appliance)
    done = browser.page(topology.SERVER[4], UNTRUSTED_PORT, "/")
    server.stop()
    expect("s_server -accept" not in done.stdout, "the untrusted server's page was shown")
    expect(re.search(r"Page load failed: net::ERR_\w*(SSL|CERT)_\w+", done.stderr), done.stderr[-2000:])
    if world.appliance:
        event = checks.event_after(world.appliance, after, "tls_abort")
        expect_equal(event["tls"]["requested_domain"], NAME, "requested domain")


def main() -> int:
    runner = Runner("browser")
    with World(runner) as world:
        server = Nginx(world.server, world.folder, world.pki.leaf_ec, settings="types { text/html html; }")
        for number in range(FILES):
            server.add_file(f"part{number}", FILE_BYTES)
        (server.root / "files" / "page.html").write_text(PAGE.replace("COUNT", str(FILES)))
        browser = Browser(world, world.ca)
        for family in (4, 6):
            runner.case(f"Chromium loads a page of {FILES} files over HTTP/2, IPv{family}", loads_a_page, world,
                        browser, server, family)
        runner.case("Chromium refuses an untrusted server", refuses_an_untrusted_server, world, browser)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
