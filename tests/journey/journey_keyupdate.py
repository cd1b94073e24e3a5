#!/usr/bin/env python3
"""Handshake messages after the splice: KeyUpdate, NewSessionTicket, renegotiation.

openssl s_client and s_server take them as one-letter commands: k updates the sender's keys, K asks the other
side to update its own as well, R renegotiates (TLS 1.2).
"""
from __future__ import annotations

import contextlib
import ssl
import sys
import threading
import time
from collections.abc import Iterator

from harness import checks, ends, topology
from harness.clients import s_client_words
from harness.dialogue import Dialogue
from harness.runner import Runner, expect, expect_equal
from harness.world import World

PORT = 4433


class KeyUpdate:
    def __init__(self, world: World) -> None:
        self.world = world

    def _server(self, *words: str) -> Dialogue:
        server = Dialogue(self.world.server, ["openssl", "s_server", "-accept", str(PORT), "-cert",
                                              str(self.world.pki.leaf_ec), *words])
        self.world.server.wait_listening(PORT)
        return server

    def _client(self, family: int, *words: str) -> Dialogue:
        return Dialogue(self.world.client, s_client_words(topology.SERVER[family], PORT, self.world.ca, *words))

    def _after(self) -> int:
        return checks.mark(self.world.appliance)

    def _spliced(self, after: int) -> None:
        if self.world.appliance:
            checks.on_card(self.world.appliance, after)

    def updates(self, family: int, client_letters: str, server_letters: str, suite: str) -> None:
        """Each letter is one KeyUpdate, followed by a line both ways."""
        after = self._after()
        with self._server("-tls1_3") as server:
            with self._client(family, "-tls1_3", "-ciphersuites", suite) as client:
                client.hear("Verify return code: 0")
                client.say("line zero from the client\n")
                server.hear("line zero from the client")
                for number in range(max(len(client_letters), len(server_letters))):
                    for sender, receiver, letters, name in ((client, server, client_letters, "client"),
                                                            (server, client, server_letters, "server")):
                        if number < len(letters):
                            sender.say(letters[number] + "\n")
                        time.sleep(0.02)  # the letter is a line, and a command only by itself
                        sender.say(f"line {number} from the {name} again\n")
                        receiver.hear(f"line {number} from the {name} again")
                client.say("Q\n")
                client.process.wait(5)
        self._spliced(after)

    def burst(self, count: int) -> None:
        """KeyUpdates one after another, with nothing between them."""
        after = self._after()
        with self._server("-tls1_3") as server:
            with self._client(4, "-tls1_3") as client:
                client.hear("Verify return code: 0")
                for _ in range(count):
                    client.say("k\n")
                    time.sleep(0.005)
                client.say("after the burst\n")
                server.hear("after the burst")
                client.say("Q\n")
                client.process.wait(5)
        self._spliced(after)

    def late_tickets(self, family: int) -> None:
        """Tickets that the server sends after the splice reach the client, between its data.  A later try to
        resume with one is a full handshake where the appliance is, and does no harm."""
        after = self._after()
        context = ends.client_context(self.world.ca)
        session = None
        for _ in range(2):
            with self._pair(context, family, session) as (client, server):
                for number in range(3):
                    server.send(b"data %d" % number)
                    expect_equal(client.receive_exactly(6), b"data %d" % number, "data")
                    server.send_ticket()
                    client.send(b"back %d" % number)
                    expect_equal(server.receive_exactly(6), b"back %d" % number, "data")
                server.send(b"last")
                expect_equal(client.receive_exactly(4), b"last", "data")
                session = client.tls.session
                expect(session and session.has_ticket, "the client got no ticket")
                if self.world.appliance:
                    expect(not client.tls.session_reused, "the appliance took a ticket that it did not give")
                client.close_notify()
        if self.world.appliance:
            for event in checks.events_after(self.world.appliance, after, "tls_closed", 2):
                expect_equal(event["inspection"]["handling"], "spliced", "handling")

    @contextlib.contextmanager
    def _pair(self, context: ssl.SSLContext, family: int,
              session: ssl.SSLSession | None) -> Iterator[tuple[ends.TlsEnd, ends.TlsEnd]]:
        """Both ends, handshaken; the server sends no ticket by itself."""
        server_context = ends.server_context(self.world.pki.leaf_ec)
        server_context.num_tickets = 0
        with ends.listen(self.world.server, topology.SERVER[family], PORT) as listener:
            client = ends.TlsEnd(ends.connect(self.world.client, topology.SERVER[family], PORT), context,
                                 session=session)
            server = ends.TlsEnd(ends.accept(listener), server_context, server=True)
        with client.socket, server.socket:
            thread = threading.Thread(target=server.handshake)
            thread.start()
            client.handshake()
            thread.join()
            yield client, server

    def renegotiation(self, who: str, family: int) -> None:
        """TLS 1.2 renegotiation kills the flow with an event, soon."""
        after = self._after()
        with self._server("-tls1_2", "-client_renegotiation") as server:
            with self._client(family, "-tls1_2") as client:
                client.hear("Verify return code: 0")
                client.say("before\n")
                server.hear("before")
                (client if who == "client" else server).say("R\n")
                if not self.world.appliance:
                    return
                start = time.monotonic()
                client.process.wait(5)
                expect(time.monotonic() - start < 5, "the client was left waiting")
        if self.world.appliance:
            event = checks.event_after(self.world.appliance, after, "tls_abort")
            expect_equal(event["inspection"]["cause"], "renegotiation", "cause")

    def gnutls_rekey(self, family: int) -> None:
        """gnutls-cli's own KeyUpdate, against Python's OpenSSL."""
        after = self._after()
        with ends.listen(self.world.server, topology.SERVER[family], PORT) as listener:
            with Dialogue(self.world.client, [
                    "gnutls-cli", "--inline-commands", "--x509cafile", str(self.world.ca), "--sni-hostname",
                    "server.test", "--verify-hostname", "server.test", "--port", str(PORT), "--priority",
                    "NORMAL:-VERS-ALL:+VERS-TLS1.3", topology.SERVER[family]]) as client:
                server = ends.TlsEnd(ends.accept(listener), ends.server_context(self.world.pki.leaf_ec), server=True)
                with server.socket:
                    server.handshake()
                    client.hear("Simple Client Mode")
                    for number in range(3):
                        client.say(f"line {number}\n")
                        expect_equal(server.receive_exactly(7), f"line {number}\n".encode(), "line")
                        client.say("^rekey^\n")
                        client.hear("Rekey")
                        server.send(f"answer {number}\n".encode())
                        client.hear(f"answer {number}")
                    server.close_notify()
                    server.socket.close()
        self._spliced(after)


def main() -> int:
    runner = Runner("keyupdate")
    with World(runner) as world:
        update = KeyUpdate(world)
        for family in (4, 6):
            for suite in ("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"):
                runner.case(f"client updates five times, IPv{family} {suite}", update.updates, family, "kkkkk", "", suite)
                runner.case(f"server updates five times, IPv{family} {suite}", update.updates, family, "", "kkkkk", suite)
                runner.case(f"both update and ask for it, IPv{family} {suite}", update.updates, family, "kKkKK",
                            "KkKkK", suite)
        runner.case("eight KeyUpdates in a row", update.burst, 8)
        for family in (4, 6):
            runner.case(f"tickets after the splice, and a later try to resume, IPv{family}", update.late_tickets, family)
        for who, family in (("client", 4), ("server", 6)):
            runner.case(f"TLS 1.2 renegotiation by the {who}", update.renegotiation, who, family)
        for family in (4, 6):
            runner.case(f"gnutls-cli rekeys, IPv{family}", update.gnutls_rekey, family)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
