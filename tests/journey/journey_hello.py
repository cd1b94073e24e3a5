#!/usr/bin/env python3
"""The first bytes of a connection: cut, large, damaged, hostile, or not TLS at all; and networks let through.

Whatever is not to be decrypted must pass untouched: same bytes, same certificate, no handshake by the appliance.
"""
from __future__ import annotations

import contextlib
import os
import random
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable, Iterator

from harness import checks, clients, ends, hellos, topology
from harness.pki import NAME
from harness.runner import Runner, expect, expect_equal
from harness.servers import Nginx
from harness.world import World

PORT = 443
PLAIN_PORT = 80
BANNER_PORT = 2525
BYPASSED = [f"{topology.BYPASSED[4]}/32", f"{topology.BYPASSED[6]}/128"]


class Hello:
    def __init__(self, world: World) -> None:
        self.world = world
        self.server = Nginx(world.server, world.folder, world.pki.leaf_ec, PORT, plain_port=PLAIN_PORT)
        self.large = self.server.add_file("large", 10_000_000)

    def _start(self, version: str, family: int, alpn: list[str] | None = None) -> tuple[ends.TlsEnd, bytes]:
        end = ends.connect(self.world.client, topology.SERVER[family], PORT)
        tls = ends.TlsEnd(end, ends.client_context(self.world.ca, version, alpn))
        return tls, tls.hello()

    def _finish(self, tls: ends.TlsEnd) -> None:
        """The handshake goes through and a page comes back."""
        with tls.socket:
            tls.handshake()
            tls.send(f"GET /info HTTP/1.0\r\nHost: {NAME}\r\n\r\n".encode())
            page = b""
            while block := tls.receive():
                page += block
            expect(b"200 OK" in page, f"page {page!r}")

    def cut_everywhere(self, version: str, family: int, stride: int) -> None:
        """One cut, at every stride-th byte and around the header."""
        length = len(self._start(version, family)[1])
        places = sorted({*range(1, 12), *range(12, length, stride), length - 1})
        for place in places:
            tls, hello = self._start(version, family)
            tls.socket.sendall(hello[:place])
            time.sleep(0.002)
            tls.socket.sendall(hello[place:])
            self._finish(tls)

    def byte_by_byte(self, version: str) -> None:
        tls, hello = self._start(version, 4)
        for place in range(len(hello)):
            tls.socket.sendall(hello[place:place + 1])
        self._finish(tls)

    def in_small_records(self, size: int) -> None:
        tls, hello = self._start("1.3", 6)
        tls.socket.sendall(hellos.reframed(hello, size))
        self._finish(tls)

    def big(self, count: int, family: int) -> None:
        """Large by its ALPN list, `count` names of 250 bytes."""
        tls, hello = self._start("1.3", family, [f"{n:0250d}" for n in range(count)] + ["http/1.1"])
        expect(len(hello) > count * 250, "hello is large")
        tls.socket.sendall(hello)
        self._finish(tls)

    def big_and_slow(self) -> None:
        """60 KB that come in many small writes."""
        tls, hello = self._start("1.3", 4, [f"{n:0250d}" for n in range(230)] + ["http/1.1"])
        for start in range(0, len(hello), 700):
            tls.socket.sendall(hello[start:start + 700])
            if start % 7000 == 0:
                time.sleep(0.003)
        self._finish(tls)

    def hostile(self, seed: int) -> None:
        """Each hostile hello ends its own connection at most; the appliance lives and still decrypts."""
        for what, data in hellos.hostile(self._start("1.3", 4)[1], seed):
            end = ends.connect(self.world.client, topology.SERVER[4], PORT, 3)
            with end, contextlib.suppress(OSError):  # reset at any point
                end.sendall(data)
                end.shutdown(socket.SHUT_WR)
                while end.recv(65536):
                    pass
            if self.world.appliance:
                expect(self.world.appliance.running(), f"the appliance died of {what}")
        tls, hello = self._start("1.3", 4)
        tls.socket.sendall(hello)
        self._finish(tls)

    def malformed_gives_event(self, cause: str, data: bytes) -> None:
        if not self.world.appliance:
            return
        after = checks.mark(self.world.appliance)
        end = ends.connect(self.world.client, topology.SERVER[4], PORT, 5)
        with end:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                end.sendall(data)
                while end.recv(65536):
                    pass
            event = checks.event_after(self.world.appliance, after, "tls_abort")
        expect_equal(event["inspection"]["cause"], cause, "cause")
        expect_equal(event["inspection"]["leg"], "client leg", "leg")

    def _handshakes(self) -> tuple[int, int]:
        if not self.world.appliance:
            return (0, 0)
        counts = self.world.appliance.get("status")["handshakes"]
        return counts["completed"], counts["failed"]

    @contextlib.contextmanager
    def untouched(self) -> Iterator[None]:
        """Within the block the appliance does no handshake."""
        before = self._handshakes()
        yield
        expect_equal(self._handshakes(), before, "handshakes by the appliance")

    def plain_http(self, family: int) -> None:
        with self.untouched():
            target = self.world.folder / "plain"
            address = clients.host(topology.SERVER[family])
            done = self.world.client.run(["curl", "--silent", "--max-time", "20", "--output", str(target),
                                          f"http://{address}:{PLAIN_PORT}/files/large"], check=False)
            expect_equal(done.returncode, 0, "curl")
            expect(target.read_bytes() == self.large.read_bytes(), "content differs")

    def server_speaks_first(self, family: int) -> None:
        """A banner, then TLS by STARTTLS: with the server's own certificate, end to end."""
        def serve(end: socket.socket) -> None:
            end.sendall(b"220 mail.test ESMTP\r\n")
            expect_equal(end.recv(100), b"STARTTLS\r\n", "command")
            end.sendall(b"220 go ahead\r\n")
            tls = ends.TlsEnd(end, ends.server_context(self.world.pki.leaf_ec), server=True)
            tls.handshake()
            tls.send(tls.receive_exactly(1000))

        with self.untouched(), self._served(family, BANNER_PORT, serve) as end:
            expect_equal(end.recv(100), b"220 mail.test ESMTP\r\n", "banner")
            end.sendall(b"STARTTLS\r\n")
            expect_equal(end.recv(100), b"220 go ahead\r\n", "answer")
            tls = ends.TlsEnd(end, ends.client_context(self.world.pki.folder / "root.crt"))
            tls.handshake()
            tls.send(b"x" * 1000)
            expect_equal(tls.receive_exactly(1000), b"x" * 1000, "echo")

    def binary_protocol(self, family: int) -> None:
        """Random bytes on a port of their own, both ways at once, unchanged."""
        data = random.Random(5).randbytes(2_000_000)
        data = b"\x00" + data[1:]  # not a TLS record type

        def serve(end: socket.socket) -> None:
            received = bytearray()
            while len(received) < len(data):
                block = end.recv(65536)
                received += block
                end.sendall(block)
            expect(bytes(received) == data, "the server got other bytes")

        with self.untouched(), self._served(family, BANNER_PORT, serve) as end:
            sender = threading.Thread(target=end.sendall, args=(data,))
            sender.start()
            received = bytearray()
            while len(received) < len(data):
                received += end.recv(65536)
            sender.join()
            expect(bytes(received) == data, "the client got other bytes")

    @contextlib.contextmanager
    def _served(self, family: int, port: int, serve: Callable[[socket.socket], None]) -> Iterator[socket.socket]:
        """A connection to a server that runs serve(its end) in a thread; what goes wrong there counts."""
        errors: list[BaseException] = []
        with ends.listen(self.world.server, topology.SERVER[family], port) as listener:
            def run() -> None:
                try:
                    with ends.accept(listener) as accepted:
                        serve(accepted)
                except BaseException as error:  # raised again below
                    errors.append(error)

            thread = threading.Thread(target=run)
            thread.start()
            with ends.connect(self.world.client, topology.SERVER[family], port) as end:
                yield end
            thread.join(20)
        if errors:
            raise errors[0]

    def bypassed(self, family: int) -> None:
        """A bypassed network: the server's own certificate, byte by byte, and no takeover."""
        own = ssl.PEM_cert_to_DER_cert((self.world.pki.folder / "server-ec.crt").read_text())
        address = topology.BYPASSED[family]
        with self.untouched():
            end = ends.TlsEnd(ends.connect(self.world.client, address, PORT),
                              ends.client_context(self.world.pki.folder / "root.crt"))
            with end.socket:
                end.handshake()
                expect(end.certificate() == own, "another certificate than the server's own")
            target = self.world.folder / "bypassed"
            answer = clients.curl(self.world.client, address, PORT, "/files/large",
                                  self.world.pki.folder / "root.crt", "--output", str(target))
            expect_equal(answer.code, 0, answer.report)
            expect(target.read_bytes() == self.large.read_bytes(), "content differs")

    def by_address(self, family: int) -> None:
        """No SNI: the name is the address, and the forged leaf has it."""
        address = clients.host(topology.SERVER[family])
        done = self.world.client.run(["curl", "--silent", "--show-error", "--max-time", "10", "--cacert",
                                      str(self.world.ca), f"https://{address}/info"], capture_output=True,
                                     text=True, check=False)
        expect_equal(done.returncode, 0, done.stderr)

    def udp(self, family: int) -> None:
        """Datagrams pass."""
        kind = socket.AF_INET if family == 4 else socket.AF_INET6
        with self.world.server.entered():
            server = socket.socket(kind, socket.SOCK_DGRAM)
        with self.world.client.entered():
            client = socket.socket(kind, socket.SOCK_DGRAM)
        with server, client:
            server.bind((topology.SERVER[family], 5353))
            server.settimeout(3)
            payload = os.urandom(1200)
            client.sendto(payload, (topology.SERVER[family], 5353))
            expect_equal(server.recv(2000), payload, "datagram")


def main() -> int:
    runner = Runner("hello")
    options = [word for network in BYPASSED for word in ("--bypass", network)]
    with World(runner, options) as world:
        hello = Hello(world)
        for version, family in (("1.2", 4), ("1.3", 6)):
            runner.case(f"ClientHello cut in two at many places, TLS {version} IPv{family}", hello.cut_everywhere,
                        version, family, 9)
            runner.case(f"ClientHello byte by byte, TLS {version}", hello.byte_by_byte, version)
        for size in (1, 7, 100):
            runner.case(f"ClientHello in records of {size} bytes", hello.in_small_records, size)
        for count, family in ((20, 4), (60, 6), (235, 4), (235, 6)):
            runner.case(f"ClientHello of {count * 250 // 1000} kB, IPv{family}", hello.big, count, family)
        runner.case("ClientHello of 58 kB in many small writes", hello.big_and_slow)
        for seed in range(3):
            runner.case(f"hostile hellos, seed {seed}", hello.hostile, seed)
        runner.case("ClientHello over 64 KiB gives an event", hello.malformed_gives_event, "client_hello_too_large",
                    hellos.too_large())
        runner.case("damaged ClientHello gives an event", hello.malformed_gives_event, "client_bad_hello",
                    b"\x16\x03\x01\x00\x2f\x01\x00\x00\x2b\x03\x03" + bytes(32) + b"\x00\x00\x03\x13\x01\xff\x01\x00\x00")
        for family in (4, 6):
            runner.case(f"plain HTTP passes untouched, IPv{family}", hello.plain_http, family)
            runner.case(f"the server speaks first, then STARTTLS, IPv{family}", hello.server_speaks_first, family)
            runner.case(f"a binary protocol passes untouched, IPv{family}", hello.binary_protocol, family)
            runner.case(f"a bypassed server shows its own certificate, IPv{family}", hello.bypassed, family)
            runner.case(f"no SNI, IPv{family}", hello.by_address, family)
            runner.case(f"UDP passes, IPv{family}", hello.udp, family)
    return runner.finish()


if __name__ == "__main__":
    sys.exit(main())
