#!/usr/bin/env python3
"""Every way a handshake can fail, on either leg: TLS Abort event, tls_proxy.log, and a prompt end for the client.

The two classic cases first: a server that refuses every offered cipher, and a server whose certificate is not
trusted.  The event's byte counts are compared with what a raw socket at the server saw.
"""
from __future__ import annotations

import contextlib
import re
import socket
import sys
import time
from collections.abc import Callable
from pathlib import Path

from harness import checks, clients, ends, rude, topology
from harness.appliance import Appliance, Json
from harness.capture import Capture, Stream
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import OpensslServer
from harness.world import World

PORT = 8443
PROMPT_SECONDS = 5.0
HANDSHAKE_TIMEOUT = 3
STAMP = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"


class Aborts:
    def __init__(self, world: World, appliance: Appliance) -> None:
        self.world = world
        self.appliance = appliance

    def expect_lines(self, begin: int, session: int, patterns: list[str]) -> None:
        """Each pattern is a line of tls_proxy.log since `begin`; SESSION stands for the session's id in hex."""
        def missing() -> list[str]:
            lines = self.appliance.proxy_log()[begin:]
            wanted = [f"{STAMP} {p.replace('SESSION', f'x{session:x}')}" for p in patterns]
            return [w for w in wanted if not any(re.fullmatch(w, line) for line in lines)]

        try:
            wait_for("the log lines", lambda: not missing(), 3)
        except Exception as error:
            lines = "\n".join(self.appliance.proxy_log()[begin:])
            raise AssertionError(f"missing {missing()} in\n{lines}") from error

    def attempt(self, *words: str, family: int = 4, limit: float = PROMPT_SECONDS) -> tuple[Json, int]:
        """curl goes to the server and must fail soon; (event, first new line of tls_proxy.log)."""
        after, begin = checks.last_event_id(self.appliance), len(self.appliance.proxy_log())
        start = time.monotonic()
        answer = clients.curl(self.world.client, topology.SERVER[family], PORT, "/", self.world.ca, *words)
        seconds = time.monotonic() - start
        expect(answer.code not in (0, 28), f"curl ended with {answer.code}: {answer.report[-500:]}")
        expect(seconds < limit, f"the client waited {seconds:.1f} s")
        return checks.event_after(self.appliance, after, "tls_abort"), begin

    def check(self, event: Json, cause: str, leg: str) -> None:
        """The fields that every abort has."""
        inspection = event["inspection"]
        expect_equal(inspection["cause"], cause, f"cause ({event['transaction']['error_details']}; "
                     f"{event['tls']['error_details']})")
        expect_equal(inspection["leg"], f"{leg} leg", "leg")
        expect(inspection["advice"], "no advice")
        expect("{" not in inspection["advice"], f"advice with a hole: {inspection['advice']}")
        expect(event["source"]["ip_address"] in (topology.CLIENT[4], topology.CLIENT[6]), "source address")
        expect(event["source"]["port"], "source port")
        expect(event["destination"]["port"], "destination port")
        expect_equal(event["destination"]["service"], f"tcp/{event['destination']['port']}", "service")
        expect_equal(event["transaction"]["component_name"], "TLS Proxy", "component")
        expect_equal(event["tls"]["encrypted_flow"], True, "encrypted flow")
        expect_equal(event["tls"]["decrypted_flow"], False, "decrypted flow")
        expect_equal(event["application"]["name"], "Transport Layer Security Protocol", "application")
        expect(event["transaction"]["connection_id"] is not None, "no connection id")
        expect(event["transaction"]["configuration_version"] is not None, "no configuration version")
        expect(event["policy"]["decryption_rule"], "no rule")

    def compare_bytes(self, event: Json, sent: Stream, received: Stream) -> None:
        """The event's counts are those of the server leg on the wire."""
        transaction = event["transaction"]
        expect_equal((transaction["bytes_sent"], transaction["bytes_received"]), (sent.end, received.end),
                     "bytes sent and received, event against wire")
        expect_equal(transaction["total_bytes"], sent.end + received.end, "total bytes")

    @contextlib.contextmanager
    def openssl(self, certificate: Path | None, *words: str):  # type: ignore[no-untyped-def]
        server = OpensslServer(self.world.server, self.world.folder, certificate or self.world.pki.leaf_rsa, PORT,
                               words=("-www", *words))
        try:
            yield server
        finally:
            server.stop()

    def refused_ciphers(self, family: int) -> None:
        """Classic case one."""
        with self.openssl(None, "-tls1_2", "-cipher", "ECDHE-ARIA128-GCM-SHA256"):
            capture = Capture(self.world.server, "eth0")
            event, begin = self.attempt(family=family)
            sent, received = capture.stop_port(PORT)
        self.check(event, "server_refused_handshake", "server")
        expect(re.match(r"error:[0-9A-F]{8}:SSL routines:.*:sslv3 alert handshake failure$",
                        event["transaction"]["error_details"]), event["transaction"]["error_details"])
        expect_equal(received.end, 7, "an alert record")
        self.compare_bytes(event, sent, received)
        expect_equal(event["tls"]["requested_domain"], NAME, "requested domain")
        self.expect_lines(begin, event["transaction"]["connection_id"], [
            r'INFO TLS_Proxy - SSL alert message received from server \(0x228 = "fatal : handshake failure"\)'
            r" in Session: SESSION",
            r"ERROR TLS_Proxy - TLS problem \(error:[0-9A-F]{8}:SSL routines:.*:sslv3 alert handshake failure\)"
            r" while connecting to server for Session: SESSION"])
        self.check_sheet(event)

    def untrusted(self, family: int, version: str) -> None:
        """Classic case two."""
        with self.openssl(self.world.pki.ciscoasa(), f"-tls{version.replace('.', '_')}"):
            capture = Capture(self.world.server, "eth0")
            event, begin = self.attempt(family=family)
            sent, received = capture.stop_port(PORT)
        self.check(event, "certificate_self_signed", "server")
        expect("certificate verify failed" in event["transaction"]["error_details"],
               event["transaction"]["error_details"])
        expect_equal(event["tls"]["server_certificate_issuer"], "/unstructuredName=ciscoasa", "issuer")
        expect_equal(event["tls"]["server_certificate_name"], "/unstructuredName=ciscoasa", "subject")
        expect_equal(event["tls"]["tls_version"], f"TLSv{version}", "TLS version")
        self.compare_bytes(event, sent, received)
        self.expect_lines(begin, event["transaction"]["connection_id"], [
            r"INFO TLS_Proxy - Certificate verification failure: self.signed certificate \(code 18, depth 0\)",
            r"INFO TLS_Proxy - Subject: /unstructuredName=ciscoasa",
            r"INFO TLS_Proxy - Issuer: /unstructuredName=ciscoasa",
            r'INFO TLS_Proxy - SSL alert message sent to server \(0x230 = "fatal : unknown CA"\)'
            r" in Session: SESSION"])
        self.check_sheet(event)

    def check_sheet(self, event: Json) -> None:
        """`vitrine event ID` shows the whole sheet."""
        shown = self.appliance.cli("event", str(event["id"]))
        expect_equal(shown.returncode, 0, shown.stderr)
        for label in ("Source", "Destination", "Transaction", "TLS", "Application", "Device", "Policy", "Realm",
                      "Remote device", "Client OS name", "URL category", "Web reputation", "Threat type",
                      "Connection ID", "Transaction ID", "Component name", "Bytes sent", "Bytes received",
                      "Total bytes", "HTTP app detected phase", "Configuration version", "Error details",
                      "Encrypted flow", "Decrypted flow", "Requested domain", "Ambiguous destination",
                      "Server certificate name", "Server certificate issuer", "TLS version",
                      "Server cipher suite", "Behavior"):
            expect(label in shown.stdout, f"the sheet has no {label!r}:\n{shown.stdout}")

    def bad_certificate(self, certificate: Path, cause: str) -> None:
        with self.openssl(certificate):
            event, _ = self.attempt()
        self.check(event, cause, "server")
        expect("certificate verify failed" in event["transaction"]["error_details"],
               event["transaction"]["error_details"])

    def old_server(self) -> None:
        with self.openssl(None, "-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"):
            event, _ = self.attempt()
        self.check(event, "server_protocol_version", "server")

    def wants_certificate(self, version: str) -> None:
        with self.openssl(None, f"-tls{version.replace('.', '_')}", "-Verify", "1", "-verify_return_error"):
            event, _ = self.attempt()
        self.check(event, "server_wants_certificate", "server")

    def rude_server(self, what: Callable[[socket.socket], None], causes: tuple[str, ...], limit: float) -> None:
        with rude.RudeServer(self.world.server, topology.SERVER[4], PORT, what):
            event, _ = self.attempt(limit=limit)
        expect(event["inspection"]["cause"] in causes, f"cause {event['inspection']['cause']}, none of {causes}")
        self.check(event, event["inspection"]["cause"], "server")

    def distrustful_client(self, version: str) -> None:
        """The client does not know the appliance's CA."""
        after, begin = checks.last_event_id(self.appliance), len(self.appliance.proxy_log())
        with self.openssl(None):
            answer = clients.curl(self.world.client, topology.SERVER[4], PORT, "/",
                                  self.world.pki.folder / "root.crt", "--tls-max", version)
        expect_equal(answer.code, 60, "curl's verdict")
        event = checks.event_after(self.appliance, after, "tls_abort")
        self.check(event, "client_rejected_certificate", "client")
        self.expect_lines(begin, event["transaction"]["connection_id"], [
            r'INFO TLS_Proxy - SSL alert message received from client \(0x230 = "fatal : unknown CA"\)'
            r" in Session: SESSION"])

    def old_client(self) -> None:
        with self.openssl(None, "-cipher", "ALL@SECLEVEL=0"):
            event, _ = self.attempt("--tlsv1.0", "--tls-max", "1.1", "--ciphers", "ALL@SECLEVEL=0")
        self.check(event, event["inspection"]["cause"], event["inspection"]["leg"].split()[0])
        expect(event["inspection"]["cause"] in ("client_protocol_version", "server_protocol_version"),
               event["inspection"]["cause"])

    def rude_client(self, act: Callable[[ends.TlsEnd], None], causes: tuple[str, ...]) -> None:
        """The client says hello, reads the first answer and then misbehaves."""
        after = checks.last_event_id(self.appliance)
        with self.openssl(None):
            end = ends.connect(self.world.client, topology.SERVER[4], PORT)
            tls = ends.TlsEnd(end, ends.client_context(self.world.ca))
            end.sendall(tls.hello())
            end.recv(1)
            act(tls)
            event = checks.event_after(self.appliance, after, "tls_abort", HANDSHAKE_TIMEOUT + PROMPT_SECONDS)
            end.close()
        expect(event["inspection"]["cause"] in causes, f"cause {event['inspection']['cause']}, none of {causes}")
        self.check(event, event["inspection"]["cause"], "client")


def client_resets(tls: ends.TlsEnd) -> None:
    ends.reset(tls.socket)


def client_closes(tls: ends.TlsEnd) -> None:
    tls.socket.shutdown(socket.SHUT_WR)


def client_stalls(tls: ends.TlsEnd) -> None:
    del tls


def client_sends_garbage(tls: ends.TlsEnd) -> None:
    tls.socket.sendall(b"GET / HTTP/1.0\r\n\r\n" * 3)


def server_cases(runner: Runner, aborts: Aborts) -> None:
    pki = aborts.world.pki
    for family in (4, 6):
        runner.case(f"classic: the server refuses every offered cipher, IPv{family}", aborts.refused_ciphers, family)
        for version in ("1.2", "1.3"):
            runner.case(f"classic: the server is ciscoasa, self-signed, TLS {version}, IPv{family}",
                        aborts.untrusted, family, version)
    runner.case("server certificate expired", aborts.bad_certificate, pki.expired(), "certificate_expired")
    runner.case("server certificate for another name", aborts.bad_certificate, pki.wrong_name(),
                "certificate_name_mismatch")
    runner.case("server speaks TLS 1.1 only", aborts.old_server)
    for version in ("1.2", "1.3"):
        runner.case(f"server demands a client certificate, TLS {version}", aborts.wants_certificate, version)
    late = HANDSHAKE_TIMEOUT + PROMPT_SECONDS
    for what, causes, limit in (
            (rude.resets, ("server_reset",), PROMPT_SECONDS), (rude.closes, ("server_closed",), PROMPT_SECONDS),
            (rude.stalls, ("server_timeout",), late),
            (rude.sends_garbage, ("server_bad_message", "server_protocol_version"), PROMPT_SECONDS),
            (rude.sends_oversized_record, ("server_bad_message",), PROMPT_SECONDS),
            (rude.sends_server_hello_then_stalls, ("server_timeout",), late)):
        runner.case(f"server {what.__name__.replace('_', ' ')}", aborts.rude_server, what, causes, limit)
    for description, causes in ((80, ("server_alert",)), (112, ("server_unknown_name",)),
                                (70, ("server_protocol_version",)), (40, ("server_refused_handshake",))):
        runner.case(f"server answers with alert {description}", aborts.rude_server,
                    rude.sends_alert(2, description), causes, PROMPT_SECONDS)


def client_cases(runner: Runner, aborts: Aborts) -> None:
    for version in ("1.2", "1.3"):
        runner.case(f"client does not know the appliance's CA, TLS {version}", aborts.distrustful_client, version)
    runner.case("client speaks TLS 1.1 only", aborts.old_client)
    for act, causes in ((client_resets, ("client_reset",)), (client_closes, ("client_closed",)),
                        (client_stalls, ("client_timeout",)), (client_sends_garbage, ("client_bad_message",))):
        runner.case(f"{act.__name__.replace('_', ' ')} in the handshake", aborts.rude_client, act, causes)


def main() -> int:
    runner = Runner("aborts")
    with World(runner, ["--handshake-timeout", str(HANDSHAKE_TIMEOUT)]) as world:
        if not world.appliance:
            print("aborts: nothing to try without the appliance")
            return 0
        aborts = Aborts(world, world.appliance)
        server_cases(runner, aborts)
        client_cases(runner, aborts)
    with World(runner, start=False) as world:
        assert world.appliance
        removed = world.appliance.cli("licence", "remove", "--state", str(world.appliance.state))
        expect_equal(removed.returncode, 0, removed.stderr)
        world.appliance.start()
        aborts = Aborts(world, world.appliance)
        runner.case("no strong-cryptography licence: servers refuse what is offered", no_licence, aborts)
        runner.case("a licence is uploaded: decrypted at once; removed: refused again", upload, aborts)
    return runner.finish()


def no_licence(aborts: Aborts) -> None:
    with aborts.openssl(None):
        capture = Capture(aborts.world.server, "eth0")
        event, begin = aborts.attempt()
        sent, received = capture.stop_port(PORT)
    aborts.check(event, "no_strong_cryptography", "server")
    expect(re.match(r"error:[0-9A-F]{8}:SSL routines:.*:sslv3 alert handshake failure$",
                    event["transaction"]["error_details"]), event["transaction"]["error_details"])
    expect_equal(received.end, 7, "an alert record")
    aborts.compare_bytes(event, sent, received)
    expect("vitrine licence install" in event["inspection"]["advice"], event["inspection"]["advice"])
    aborts.expect_lines(begin, event["transaction"]["connection_id"], [
        r'INFO TLS_Proxy - SSL alert message received from server \(0x228 = "fatal : handshake failure"\)'
        r" in Session: SESSION",
        r"ERROR TLS_Proxy - TLS problem \(error:[0-9A-F]{8}:SSL routines:.*:sslv3 alert handshake failure\)"
        r" while connecting to server for Session: SESSION"])


def upload(aborts: Aborts) -> None:
    def fetched() -> bool:
        return clients.curl(aborts.world.client, topology.SERVER[4], PORT, "/", aborts.world.ca).code == 0

    def licence(*words: str) -> str:
        done = aborts.appliance.cli("licence", *words)
        expect_equal(done.returncode, 0, done.stderr)
        return done.stdout

    expect("no licence is installed" in licence("show"), "a licence before one is uploaded")
    forged = aborts.appliance.evaluation_licence.read_text().replace("Journey", "Anybody")
    path = aborts.world.folder / "forged.licence"
    path.write_text(forged)
    expect_equal(aborts.appliance.cli("licence", "install", str(path)).returncode, 1, "a forged licence's exit code")
    with aborts.openssl(None):
        expect("evaluation licence for Journey" in licence("install", str(aborts.appliance.evaluation_licence)),
               "what install says")
        wait_for("a decrypted connection", fetched, PROMPT_SECONDS)
    licence("remove")
    wait_for("the event", lambda: any("no strong cryptography" in (row["inspection"]["message"] or "")
                                      for row in checks.events(aborts.appliance)[-3:]), PROMPT_SECONDS)
    no_licence(aborts)


if __name__ == "__main__":
    sys.exit(main())
