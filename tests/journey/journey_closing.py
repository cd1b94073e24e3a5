#!/usr/bin/env python3
"""Every way a spliced connection can end, with TLS 1.2 and 1.3.

Both ends are in this process.  After each: the other end sees what it would see without the appliance, the
event says why, and in the end no flow entry, socket or key is left.
"""
from __future__ import annotations

import concurrent.futures
import contextlib
import os
import signal
import socket
import sys
import time
from collections.abc import Callable

from harness import checks, clients, ends, secrets, topology
from harness.ends import TlsEnd
from harness.runner import Runner, expect, expect_equal, wait_for
from harness.servers import Nginx
from harness.world import World

PORT = 7443
IDLE_SECONDS = 3
BLOCK = os.urandom(200_000)


def exchange(client: TlsEnd, server: TlsEnd) -> None:
    """Some data both ways: the flow is up."""
    for sender, receiver in ((client, server), (server, client)):
        sender.send(BLOCK[:5000])
        expect_equal(receiver.receive_exactly(5000), BLOCK[:5000], "data")


def ended(end: TlsEnd) -> None:
    expect_equal(end.receive(), b"", "the end of the stream")


def is_reset(end: TlsEnd) -> None:
    """The peer reset, and this end hears of it soon."""
    try:
        while end.receive():
            pass
    except (ConnectionResetError, BrokenPipeError):
        return
    expect(False, "an orderly end instead of a reset")


# Each way is a function of (client, server); the event's close reason must hold the word beside it.
def client_closes(client: TlsEnd, server: TlsEnd) -> None:
    client.close_notify()
    client.socket.close()
    ended(server)


def server_closes(client: TlsEnd, server: TlsEnd) -> None:
    server.close_notify()
    server.socket.close()
    ended(client)


def _half_close(first: TlsEnd, second: TlsEnd) -> None:
    first.close_notify()
    first.socket.shutdown(socket.SHUT_WR)
    ended(second)
    second.send(BLOCK)
    second.close_notify()
    second.socket.shutdown(socket.SHUT_WR)
    expect_equal(first.receive_exactly(len(BLOCK)), BLOCK, "data after the half-close")
    ended(first)


def client_half_closes(client: TlsEnd, server: TlsEnd) -> None:
    client.socket.shutdown(socket.SHUT_WR)  # no close_notify: TLS 1.2 would forbid the answer
    ragged_end(server)
    server.socket.setblocking(True)
    server.send(BLOCK)
    server.socket.close()
    expect_equal(client.receive_exactly(len(BLOCK)), BLOCK, "data after the half-close")


def server_half_closes(client: TlsEnd, server: TlsEnd) -> None:
    client_half_closes(server, client)


def client_notifies_then_receives(client: TlsEnd, server: TlsEnd) -> None:
    _half_close(client, server)


def ragged_end(end: TlsEnd) -> None:
    """FIN without close_notify must stay that: nobody may make a close_notify up."""
    data = end.socket.recv(1000)
    expect_equal(data, b"", "bytes before the bare FIN")


def client_sends_bare_fin(client: TlsEnd, server: TlsEnd) -> None:
    client.socket.shutdown(socket.SHUT_WR)
    ragged_end(server)
    server.socket.shutdown(socket.SHUT_WR)
    ragged_end(client)


def _fill(sender: TlsEnd) -> None:
    """Sends until nobody takes any more: the transfer is on its way."""
    sender.socket.settimeout(0.3)
    with contextlib.suppress(TimeoutError):
        while True:
            sender.send(BLOCK)
    sender.socket.settimeout(ends.TIMEOUT)


def client_resets(client: TlsEnd, server: TlsEnd) -> None:
    _fill(server)
    ends.reset(client.socket)
    is_reset(server)


def server_resets(client: TlsEnd, server: TlsEnd) -> None:
    _fill(client)
    ends.reset(server.socket)
    is_reset(client)


def client_closes_with_unread_data(client: TlsEnd, server: TlsEnd) -> None:
    server.send(BLOCK[:3000])
    time.sleep(0.05)
    client.socket.close()  # the kernel answers unread data with a reset
    is_reset(server)


def both_close_at_once(client: TlsEnd, server: TlsEnd) -> None:
    for end in (client, server):
        end.close_notify()
    for end in (client, server):
        end.socket.shutdown(socket.SHUT_WR)
    for end in (client, server):
        ended(end)


def goes_silent(client: TlsEnd, server: TlsEnd) -> None:
    """After the idle timeout the flow is forgotten; what comes later must not get through."""
    time.sleep(IDLE_SECONDS + 1.5)
    server.socket.settimeout(1.5)
    with contextlib.suppress(ConnectionResetError, BrokenPipeError):
        client.send(b"late")
        try:
            expect_equal(server.socket.recv(1000), b"", "bytes after the idle timeout")
        except (TimeoutError, ConnectionResetError):
            pass


WAYS: list[tuple[Callable[[TlsEnd, TlsEnd], None], str]] = [
    (client_closes, ""), (server_closes, ""), (client_half_closes, ""), (server_half_closes, ""),
    (client_sends_bare_fin, ""), (client_resets, "reset"), (server_resets, "reset"),
    (client_closes_with_unread_data, ""), (both_close_at_once, ""), (goes_silent, "idle")]
TLS13_WAYS = [(client_notifies_then_receives, "")]


class Closing:
    def __init__(self, world: World) -> None:
        self.world = world

    def _after(self) -> int:
        return checks.mark(self.world.appliance)

    def way(self, close: Callable[[TlsEnd, TlsEnd], None], word: str, version: str, family: int) -> None:
        after = self._after()
        with self._pair(version, family) as (client, server):
            exchange(client, server)
            close(client, server)
        if self.world.appliance:
            event = checks.on_card(self.world.appliance, after)
            reason = event["inspection"]["close_reason"]
            expect(word in reason.lower(), f"close reason {reason!r} without {word!r}")
            wait_for("the flow to leave the list", lambda: not checks.flows(self.world.appliance))

    def at_once(self, version: str) -> None:
        """Closed right after the handshake, before any data."""
        with self._pair(version, 4) as (client, server):
            client_closes(client, server)

    def _pair(self, version: str, family: int) -> contextlib.AbstractContextManager[tuple[TlsEnd, TlsEnd]]:
        return ends.tls_pair(self.world.client, self.world.server, topology.SERVER[family], PORT, self.world.ca,
                             self.world.pki.leaf_ec, version)

    def kill_client(self) -> None:
        """kill -9 of a curl in the middle of a download."""
        server = self._nginx()
        try:
            child = self._slow_curl()
            child.send_signal(signal.SIGKILL)
            child.wait()
            wait_for("the server to drop the connection", lambda: self._connections(443) == 0)
        finally:
            server.stop()

    def kill_server(self) -> None:
        """kill -9 of nginx in the middle of a download."""
        server = self._nginx()
        child = self._slow_curl()
        server.daemon.kill()
        expect(child.wait(10) != 0, "curl thinks that it got everything")

    def _nginx(self) -> Nginx:
        server = Nginx(self.world.server, self.world.folder, self.world.pki.leaf_ec)
        server.add_file("big", 50_000_000)
        return server

    def _connections(self, port: int) -> int:
        return sum(row[0] == port and row[2] == "01" for row in self.world.server.tcp_sockets())

    def _slow_curl(self):  # type: ignore[no-untyped-def]
        words = clients.curl_words(topology.SERVER[4], 443, "/files/big", self.world.ca)
        target = self.world.folder / "slow"
        target.unlink(missing_ok=True)
        with open(os.devnull, "w", encoding="ascii") as nowhere:
            child = self.world.client.spawn(["curl", "--limit-rate", "2M", "--http1.1", "--output", str(target),
                                             *words], stdout=nowhere, stderr=nowhere)
        wait_for("the download to run", lambda: target.exists() and target.stat().st_size > 100_000)
        return child

    def no_key_left(self) -> None:
        """Session secrets are in the daemon's memory while the flow lives (else this test is blind), and in no
        byte of it afterwards."""
        appliance = self.world.appliance
        if not appliance:
            return
        keylog = self.world.folder / "keylog"
        keylog.touch()
        with ends.tls_pair(self.world.client, self.world.server, topology.SERVER[4], PORT, self.world.ca,
                           self.world.pki.leaf_ec, "1.3", keylog) as (client, server):
            exchange(client, server)
            needles = secrets.traffic_keys(keylog)
            expect_equal(len(needles), 8, "secrets and keys of two legs")
            with concurrent.futures.ThreadPoolExecutor(1) as pool:
                search = pool.submit(secrets.present, appliance.pid, needles)
                while not search.done():  # looking may take longer than an idle flow lives
                    exchange(client, server)
                    time.sleep(IDLE_SECONDS / 10)
            alive = search.result()
            expect(any(name.endswith("key") for name in alive), "no key found while the flow lives")
            client_closes(client, server)
        wait_for("the flow table to be empty",
                 lambda: appliance.get("counters")["card"]["flows"] == 0, checks.SETTLE_SECONDS)
        left = secrets.present(appliance.pid, needles)
        expect(not left, f"left in memory: {sorted(left)}")


def main() -> int:
    runner = Runner("closing")
    with World(runner, ["--idle-timeout", str(IDLE_SECONDS)]) as world:
        closing = Closing(world)
        for version in ("1.2", "1.3"):
            for number, (close, word) in enumerate(WAYS + (TLS13_WAYS if version == "1.3" else [])):
                if world.appliance is None and close is goes_silent:
                    continue
                runner.case(f"{close.__name__.replace('_', ' ')}, TLS {version}", closing.way, close, word, version,
                            6 if number % 2 else 4)
            runner.case(f"client closes before any data, TLS {version}", closing.at_once, version)
        runner.case("client is killed in the middle of a download", closing.kill_client)
        runner.case("server is killed in the middle of a download", closing.kill_server)
        runner.case("no session secret is left in memory", closing.no_key_left)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
