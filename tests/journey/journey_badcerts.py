#!/usr/bin/env python3
"""Servers whose certificates must not be trusted: real openssl servers with the chains of tests/trust/chain_rows.cpp,
and answers that no library would send.  None is trusted by the running daemon, and each abort says why.

The good chains of the same table go through, so that it is each row's one fault that is refused.
"""
from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from harness import checks, clients, ends, rude, topology
from harness.appliance import Appliance, Json
from harness.processes import Daemon
from harness.runner import Failed, Runner, expect, expect_equal, wait_for
from harness.world import World

PORT = 8443
MINIMUM = 40
DECRYPT = "version: 1\ndecryption: [{name: all, action: decrypt}]\n"
RESIGN = "version: 1\ndecryption: [{name: all, action: decrypt, untrusted: resign}]\n"
# What clients are shown of a row under `untrusted: resign`: numbers of X509_V_ERR_..., 0 for no more than an issuer
# that nobody knows.
SHOWN = {"expired": 10, "not valid yet": 9, "another host": 62, "self-signed server": 0, "missing intermediate": 0}
FAULTS = {"expired": 10, "not yet valid": 9, "another name": 62}
BLOCKED = ("SHA-1 signature", "unknown critical extension", "DNS name excluded", "expired intermediate")

# Check of the table in docs/trust_checks.md -> cause of the event, where it is not certificate_invalid.
CAUSES = {"key": "certificate_weak", "web-key": "certificate_weak", "signature-algorithm": "certificate_weak",
          "trust-anchor": "certificate_unknown_issuer", "peer-name": "certificate_name_mismatch",
          "validity": "certificate_expired"}
# Rows whose cause follows from more than their check.
OTHERS = {
    "self-signed server": "certificate_self_signed",
    "root that is not trusted, sent along": "certificate_self_signed",
    "not valid yet": "certificate_not_yet_valid",
    # A real server finds no use for such keys: the suites and groups that are offered leave them out.
    "DSA key": "server_refused_handshake",
    "curve P-224": "server_refused_handshake",
    "curve secp256k1": "server_refused_handshake",
}


def cause_of(row: Json) -> str:
    return OTHERS.get(row["what"]) or CAUSES.get(row["check"], "certificate_invalid")


class BadCertificates:
    def __init__(self, world: World, appliance: Appliance, folder: Path) -> None:
        self.world = world
        self.appliance = appliance
        self.folder = folder

    @contextlib.contextmanager
    def served(self, row: Json) -> Iterator[None]:
        path = self.folder / row["file"]
        more = path.with_suffix(".more")
        words = ["-cert_chain", str(more)] if more.exists() else []
        daemon = Daemon(self.world.server, ["openssl", "s_server", "-accept", str(PORT), "-www",
                                            "-cert", str(path.with_suffix(".pem")),
                                            "-key", str(path.with_suffix(".key")), *words, "-no_ticket",
                                            "-cipher", "ALL:@SECLEVEL=0"],
                        self.folder / "s_server.log")
        try:
            self.world.server.wait_listening(PORT)
            yield
        except TimeoutError as error:
            raise Failed(f"{error}: {daemon.text()[-800:]}") from error
        finally:
            daemon.stop()

    def handshake(self, name: str) -> bytes:
        """The certificate that the appliance shows, whoever signed it; ssl.SSLError or OSError where it shows none."""
        with ends.connect(self.world.client, topology.SERVER[4], PORT) as end:
            context = ends.client_context(None)
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            tls = ends.TlsEnd(end, context, name=name)
            tls.handshake()
            return tls.certificate()

    def refused(self, name: str, cause: str, error: str = "certificate verif") -> Json:
        after = checks.last_event_id(self.appliance)
        try:
            self.handshake(name)
        except (ssl.SSLError, OSError):
            pass
        else:
            raise Failed("the client was shown a certificate")
        event = checks.event_after(self.appliance, after, "tls_abort")
        details = f"{event['transaction']['error_details']}; {event['tls']['error_details']}"
        expect_equal(event["inspection"]["cause"], cause, f"cause ({details})")
        expect_equal(event["inspection"]["leg"], "server leg", "leg")
        expect(error in details, f"error details: {details}")
        expect(event["inspection"]["advice"], "no advice")
        return event

    def bad(self, row: Json) -> None:
        cause = cause_of(row)
        with self.served(row):
            event = self.refused(row["name"], cause, "certificate verif" if cause.startswith("cert") else "alert")
        if cause.startswith("certificate"):
            expect(f", depth {row['depth']})" in event["tls"]["error_details"],
                   f"depth {row['depth']}: {event['tls']['error_details']}")
            expect(event["tls"]["server_certificate_issuer"], "no issuer")

    def good(self, row: Json) -> None:
        """The same server with nothing wrong: decrypted, with a certificate of the appliance's."""
        after = checks.last_event_id(self.appliance)
        with self.served(row):
            shown = self.handshake(row["name"])
            checks.event_after(self.appliance, after, "tls_established")
        sent = ssl.PEM_cert_to_DER_cert(_first(self.folder / f"{row['file']}.pem"))
        expect(shown and shown != sent, "the server's own certificate")

    def malformed(self, flight: bytes, causes: tuple[str, ...]) -> None:
        after = checks.last_event_id(self.appliance)
        with rude.RudeServer(self.world.server, topology.SERVER[4], PORT, _sends(flight)):
            try:
                self.handshake("a.example")
            except (ssl.SSLError, OSError):
                pass
            else:
                raise Failed("the client was shown a certificate")
            event = checks.event_after(self.appliance, after, "tls_abort")
        expect(event["inspection"]["cause"] in causes,
               f"cause {event['inspection']['cause']}, none of {causes}: {event['transaction']['error_details']}")
        expect_equal(event["inspection"]["leg"], "server leg", "leg")


    def use(self, policy: str) -> None:
        before = self.appliance.get("status")["configuration_version"]
        (self.folder / "policy.yaml").write_text(policy)
        os.kill(self.appliance.pid, signal.SIGHUP)
        wait_for("the policy", lambda: self.appliance.get("status")["configuration_version"] == before + 1, 5)

    def shown(self, row: Json, fault: int) -> None:
        """A client that trusts the appliance finds an unknown issuer, and the server's own fault if it has another."""
        after = checks.last_event_id(self.appliance)
        with self.served(row):
            done = self.world.client.run(
                ["openssl", "s_client", "-connect", f"{topology.SERVER[4]}:{PORT}", "-servername", row["name"],
                 "-verify_hostname", row["name"], "-CAfile", str(self.world.ca)],
                stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20, check=False)
            strict = clients.curl(self.world.client, topology.SERVER[4], PORT, "/", self.world.ca)
        found = {int(number) for number in re.findall(r"verify error:num=(\d+):", done.stdout + done.stderr)}
        expect("CN = Vitrine untrusted" in done.stdout, f"issuer: {done.stdout[:400]}")
        expect(found & {20, 21}, f"no unknown issuer in {found}")
        expect_equal(found & set(FAULTS.values()), {fault} - {0}, "the server's fault")
        expect_equal(strict.code, 60, f"curl's verdict: {strict.report[-300:]}")
        event = checks.event_after(self.appliance, after, "tls_established")
        expect_equal(event["inspection"]["cause"], cause_of(row), "cause")
        expect_equal(event["tls"]["tls_version"], event["inspection"]["client_tls_version"], "TLS versions")
        expect_equal(event["tls"]["server_cipher_suite"], event["inspection"]["client_cipher_suite"], "suites")

    def blocked(self, row: Json) -> None:
        """A fault that no leaf can show: blocked whatever the rule says."""
        with self.served(row):
            self.refused(row["name"], cause_of(row))


def _first(path: Path) -> str:
    end = "-----END CERTIFICATE-----\n"
    return path.read_text().split(end)[0] + end


def _all(path: Path) -> list[bytes]:
    end = "-----END CERTIFICATE-----\n"
    return [ssl.PEM_cert_to_DER_cert(part + end) for part in path.read_text().split(end)[:-1]]


def _sends(flight: bytes):  # type: ignore[no-untyped-def]
    def send(end: socket.socket) -> None:
        with contextlib.suppress(OSError):
            end.sendall(flight)
            rude.stalls(end)
    return send


def _handshake_records(*messages: bytes) -> bytes:
    data = b"".join(messages)
    blocks = [data[i:i + 16384] for i in range(0, len(data), 16384)]
    return b"".join(b"\x16\x03\x03" + len(block).to_bytes(2, "big") + block for block in blocks)


def certificate_flight(certificates: list[bytes], total: int | None = None) -> bytes:
    """ServerHello of TLS 1.2 (ECDHE-ECDSA-AES128-GCM-SHA256, renegotiation info) and the Certificate message of these
    octets (RFC 5246 7.4.2); `total`: the list's length as said, where it is a lie."""
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2b" + b"\x00" + b"\x00\x05" + b"\xff\x01\x00\x01\x00"
    entries = b"".join(len(c).to_bytes(3, "big") + c for c in certificates)
    body = (len(entries) if total is None else total).to_bytes(3, "big") + entries
    return _handshake_records(b"\x02" + len(hello).to_bytes(3, "big") + hello,
                              b"\x0b" + len(body).to_bytes(3, "big") + body)


def malformed_flights(good: bytes) -> list[tuple[str, bytes, tuple[str, ...]]]:
    bad = ("server_bad_message",)
    large = b"\x30\x84" + (150_000).to_bytes(4, "big") + bytes(150_000)
    return [
        ("the message as it should be", certificate_flight([good]), ("certificate_unknown_issuer",)),
        ("cut in its signature", certificate_flight([good[:-9]]), bad),
        ("cut in the middle", certificate_flight([good[:len(good) // 2]]), bad),
        ("octets after its end", certificate_flight([good + b"\x05\x00"]), bad),
        ("no DER at all", certificate_flight([b"not a certificate"]), bad),
        ("an empty entry", certificate_flight([b""]), bad),
        ("no certificate in the list", certificate_flight([]), bad),
        ("a list longer than its message", certificate_flight([good], total=len(good) + 300), bad),
        ("a garbled second entry", certificate_flight([good, good[:40]]), bad),
        ("a certificate of 150,000 octets", certificate_flight([large]), bad),
        ("more octets than a chain may have", certificate_flight([good] * (200_000 // len(good))), bad),
        ("65 certificates", certificate_flight([good] * 65), ("certificate_invalid",)),
    ]


def prepare(runner: Runner, folder: Path) -> list[Json]:
    writer = runner.options.bin.resolve().parent / "tests" / "trust" / "chain_writer"
    subprocess.run([str(writer), str(folder)], check=True)
    for chain in folder.glob("[0-9]*.pem"):
        if more := chain.read_text().removeprefix(_first(chain)):
            chain.with_suffix(".more").write_text(more)
    rows: list[Json] = json.loads((folder / "index.json").read_text())
    return rows


def main() -> int:
    runner = Runner("badcerts")
    with World(runner, trust_root=False, start=False) as world:
        if not world.appliance:
            print("badcerts: nothing to try without the appliance")
            return 0
        folder = world.folder / "chains"
        folder.mkdir()
        rows = prepare(runner, folder)
        world.appliance.options = [word for word in world.appliance.options if word != "--no-system-roots"]
        (folder / "policy.yaml").write_text(DECRYPT)
        world.appliance.start("--system-roots", str(folder / "roots.pem"), "--policy", str(folder / "policy.yaml"))
        matrix = BadCertificates(world, world.appliance, folder)
        bad: list[Any] = [row for row in rows if row["bad"]]
        runner.case(f"at least {MINIMUM} bad chains", lambda: expect(len(bad) >= MINIMUM, f"only {len(bad)}"))
        for row in rows:
            runner.case(f"{'bad' if row['bad'] else 'good'}: {row['what']}",
                        matrix.bad if row["bad"] else matrix.good, row)
        good = ssl.PEM_cert_to_DER_cert(_first(folder / f"{next(r for r in rows if not r['bad'])['file']}.pem"))
        for what, flight, causes in malformed_flights(good):
            runner.case(f"malformed: {what}", matrix.malformed, flight, causes)
        for row in bad:
            if cause_of(row) == "server_refused_handshake":
                runner.case(f"sent all the same: {row['what']}", matrix.malformed,
                            certificate_flight(_all(folder / f"{row['file']}.pem")), ("certificate_weak",))
        runner.case("the rule says resign", matrix.use, RESIGN)
        for row in bad:
            if row["what"] in SHOWN:
                runner.case(f"shown: {row['what']}", matrix.shown, row, SHOWN[row["what"]])
            elif row["what"] in BLOCKED:
                runner.case(f"blocked all the same: {row['what']}", matrix.blocked, row)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
