#!/usr/bin/env python3
"""Every client by every server, both versions, both ciphers, both address families.

One appliance sees all of it.  The client offers one version and cipher, trusts only the appliance's CA, and
must get the page; client, server and appliance must agree about the suite of both legs, and the flow must
have been spliced.
"""
from __future__ import annotations

import itertools
import re
import sys
import uuid

from harness import checks, clients, topology
from harness.runner import Runner, expect, expect_equal
from harness.servers import GnutlsServer, Nginx, OpensslServer, Server
from harness.world import World

CLIENTS = ("curl", "gnutls-cli", "s_client")


def check_records(world: World, after: int, version: str, cipher: str) -> None:
    """The appliance's own account of the flow."""
    appliance = world.appliance
    assert appliance
    closed = checks.on_card(appliance, after)
    record, tls = closed["inspection"], closed["tls"]
    wanted = re.compile(cipher.replace("AES-", "AES.?").replace("-GCM", ".GCM"))
    for leg, suite in (("server", tls["server_cipher_suite"]), ("client", record["client_cipher_suite"])):
        expect(wanted.search(suite), f"{leg} leg's suite: {suite}")
    for leg, seen in (("server", tls["tls_version"]), ("client", record["client_tls_version"])):
        expect_equal(seen, f"TLSv{version}", f"{leg} leg's version")
    checks.balanced(appliance)


def one_case(world: World, server: Server, client: str, version: str, cipher: str, family: int) -> None:
    token = uuid.uuid4().hex
    after = checks.mark(world.appliance)
    answer = clients.fetch(client, world.client, topology.SERVER[family], server.port, token,
                           world.ca, version, cipher)
    # gnutls-cli calls the end of s_server -WWW, which sends no close_notify, an error: payload decides.
    expect(answer.code == 0 or client == "gnutls-cli", f"exit code {answer.code}: {answer.report[-600:]}")
    expect(server.check_payload(answer.body, token), f"payload: {answer.body[-300:]!r} {answer.report[-600:]}")
    expect(answer.suite_seen(version, cipher), f"client's suite: {answer.report}")
    expect(server.suite_seen(version, cipher, answer.body), f"server's suite: {answer.body[:400]}")
    if world.appliance:
        check_records(world, after, version, cipher)


def main() -> int:
    runner = Runner("matrix")
    with World(runner) as world:
        servers: list[Server] = [
            Nginx(world.server, world.folder, world.pki.leaf_ec),
            OpensslServer(world.server, world.folder, world.pki.leaf_rsa),
            GnutlsServer(world.server, world.folder, world.pki.leaf_ec)]
        for client, server, version, cipher, family in itertools.product(
                CLIENTS, servers, ("1.2", "1.3"), ("AES-128-GCM", "AES-256-GCM"), (4, 6)):
            runner.case(f"{client} to {server.kind}, TLS {version} {cipher} IPv{family}", one_case, world, server,
                        client, version, cipher, family)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
