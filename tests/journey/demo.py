#!/usr/bin/env python3
"""The demonstration: one decrypted transaction, then both classic aborts, with what the operator sees of them.

    client (curl) ── inside [ vitrined ] outside ── server (nginx, openssl s_server)
"""
from __future__ import annotations

import re
import subprocess
import sys
import time

from harness import checks, clients, digest, topology
from harness.appliance import Appliance
from harness.pki import NAME
from harness.runner import Runner, wait_for
from harness.servers import Nginx, OpensslServer
from harness.world import World

# A card's file, and curl's limit, so that the flow can be looked at while it runs.
SIZE = {"soft": 50_000_000, "sim": 1_000_000}
RATE = {"soft": "40M", "sim": "1M"}


def section(title: str) -> None:
    print(f"\n\033[1m== {title}\033[0m" if sys.stdout.isatty() else f"\n== {title}", flush=True)


def show(text: str) -> None:
    print("\n".join("   " + line for line in text.rstrip().splitlines()), flush=True)


def certificates(world: World) -> None:
    section("The certificate that curl saw")
    answer = clients.curl(world.client, topology.SERVER[4], 443, "/info", world.ca)
    show("\n".join(line[2:] for line in answer.report.splitlines()
                   if re.match(r"\* +(subject|issuer|start date|expire date|subjectAltName|SSL connection|"
                               r"SSL certificate verify)", line)))
    show("the server's own says: " + world.pki.leaf_ec.with_suffix(".crt").name + ", issued by /CN=Journey root")
    section("What the server answered (it tells its own leg)")
    show(answer.body)


def transaction(world: World, appliance: Appliance, server: Nginx, card: str) -> None:
    size = SIZE[card]
    section(f"A transaction: {size // 1_000_000} MB over https://{NAME}/files/large, by curl")
    after = checks.last_event_id(appliance)
    target = world.folder / "large"
    child = world.client.spawn(["curl", "--silent", "--limit-rate", RATE[card], "--output", str(target), "--write-out",
                                "HTTP %{http_code}, %{size_download} bytes in %{time_total} s\n",
                                "--cacert", str(world.ca), "--connect-to", f"{NAME}:443:{topology.SERVER[4]}:443",
                                f"https://{NAME}/files/large"], stdout=subprocess.PIPE, text=True)
    wait_for("the flow to be spliced",
             lambda: any(row["state"] == "spliced" for row in checks.flows(appliance)))
    time.sleep(0.5)
    flows = appliance.cli("flows")
    show(child.communicate()[0])
    same = digest.of_file(target) == digest.of_file(server.root / "files" / "large")
    show(f"digests of both ends: {'equal' if same else 'DIFFERENT'}")
    section("The flow while it ran: vitrine flows")
    show(flows.stdout + flows.stderr)
    section("Its record afterwards")
    event = wait_for("the closing event", lambda: [
        row for row in checks.events(appliance, after=after, type="tls_closed")
        if (row["inspection"]["card_payload_bytes"] or 0) > size // 2])[0]
    inspected = event["inspection"]
    on_card, host = inspected["card_payload_bytes"], inspected["host_payload_bytes"]
    show(f"handling            {inspected['handling']}\n"
         f"server leg          {event['tls']['tls_version']} {event['tls']['server_cipher_suite']}\n"
         f"client leg          {inspected['client_tls_version']} {inspected['client_cipher_suite']}\n"
         f"packets on the card {inspected['card_packets']}\n"
         f"payload on the card {on_card} bytes\n"
         f"payload on the host {host} bytes, before the handover: {100 * on_card / (on_card + host):.4f} % was never "
         "seen by the host\n"
         f"records verified    {inspected['records']}\n"
         f"closed              {inspected['close_reason']}")


def abort(world: World, appliance: Appliance, title: str, certificate: str, *words: str) -> None:
    section(title)
    after, begin = checks.last_event_id(appliance), len(appliance.proxy_log())
    path = world.pki.ciscoasa() if certificate == "ciscoasa" else world.pki.leaf_rsa
    server = OpensslServer(world.server, world.folder, path, 8443, words=("-www", *words))
    answer = clients.curl(world.client, topology.SERVER[4], 8443, "/", world.ca)
    server.stop()
    show("curl: " + answer.report.strip().splitlines()[-1])
    event = checks.event_after(appliance, after, "tls_abort")
    show(f"$ vitrine event {event['id']}")
    show(appliance.cli("event", str(event["id"])).stdout)
    show("$ tail tls_proxy.log")
    show("\n".join(appliance.proxy_log()[begin:]))


def main() -> int:
    runner = Runner("demo")
    start = time.monotonic()
    with World(runner) as world:
        appliance = world.appliance
        if not appliance:
            return 2
        server = Nginx(world.server, world.folder, world.pki.leaf_ec)
        server.add_file("large", SIZE[runner.options.card])
        section("The data plane")
        about = appliance.get("status")["card"]
        show(f"card {about['kind']}: {about['detail']}")
        certificates(world)
        transaction(world, appliance, server, runner.options.card)
        section("The card's account: vitrine counters")
        show(appliance.cli("counters").stdout)
        abort(world, appliance, "Abort: the server refuses every offered cipher", "", "-tls1_2", "-cipher",
              "ECDHE-ARIA128-GCM-SHA256")
        abort(world, appliance, "Abort: the server's certificate is not trusted", "ciscoasa")
        section("And nothing is left behind")
    print(f"\nappliance part: {time.monotonic() - start:.1f} s")
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
