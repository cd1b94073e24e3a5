"""TCP and TLS ends in this process, for what no ready program does: cutting messages, half-closes, resets.

Sockets are made inside a namespace and stay there.  The TLS end runs over memory buffers, so that a test
decides which bytes go into which segment.
"""
from __future__ import annotations

import contextlib
import ctypes
import socket
import ssl
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

from .namespaces import Namespace
from .pki import NAME

TIMEOUT = 10.0


def connect(space: Namespace, address: str, port: int, timeout: float = TIMEOUT) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with space.entered():
        end = socket.socket(family, socket.SOCK_STREAM)
    end.settimeout(timeout)
    end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    end.connect((address, port))
    return end


def listen(space: Namespace, address: str, port: int, timeout: float = TIMEOUT) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with space.entered():
        end = socket.socket(family, socket.SOCK_STREAM)
    end.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    end.bind((address, port))
    end.listen(64)
    end.settimeout(timeout)
    return end


def accept(listener: socket.socket, timeout: float = TIMEOUT) -> socket.socket:
    end = listener.accept()[0]
    end.settimeout(timeout)
    return end


def reset(end: socket.socket) -> None:
    """Closes with a RST."""
    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    end.close()


def client_context(ca: Path | None, version: str = "1.3", alpn: list[str] | None = None) -> ssl.SSLContext:
    """ca None: trusts anybody, to look at what it is shown."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if ca:
        context.load_verify_locations(ca)
    else:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    _pin(context, version)
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def server_context(certificate: Path, version: str = "1.3", alpn: list[str] | None = None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    _pin(context, version)
    if alpn:
        context.set_alpn_protocols(alpn)
    return context


def _pin(context: ssl.SSLContext, version: str) -> None:
    wanted = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version]
    context.minimum_version = context.maximum_version = wanted
    if version == "1.2":
        context.set_ciphers("ECDHE+AESGCM")


class TlsEnd:
    """TLS over a socket by way of memory buffers."""

    def __init__(self, end: socket.socket, context: ssl.SSLContext, server: bool = False,
                 name: str | None = NAME, session: ssl.SSLSession | None = None) -> None:
        self.socket = end
        self._in, self._out = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = context.wrap_bio(self._in, self._out, server_side=server,
                                    server_hostname=None if server else name, session=session)

    def outgoing(self) -> bytes:
        """Takes the bytes that TLS wants to send."""
        return self._out.read()

    def flush(self) -> None:
        data = self.outgoing()
        if data:
            self.socket.sendall(data)

    def hello(self) -> bytes:
        """The ClientHello, for the caller to send as it likes."""
        with contextlib.suppress(ssl.SSLWantReadError):
            self.tls.do_handshake()
        return self.outgoing()

    def _feed(self) -> bool:
        data = self.socket.recv(262144)
        if data:
            self._in.write(data)
        else:
            self._in.write_eof()
        return bool(data)

    def handshake(self) -> None:
        while True:
            try:
                self.tls.do_handshake()
                self.flush()
                return
            except ssl.SSLWantReadError:
                self.flush()
                if not self._feed():
                    raise ConnectionError("closed during the handshake") from None
            except ssl.SSLError:
                self.flush()  # the alert
                raise

    def send(self, data: bytes) -> None:
        for start in range(0, len(data), 1 << 18):
            self.tls.write(data[start:start + (1 << 18)])
            self.flush()

    def receive(self, limit: int = 65536) -> bytes:
        """Some bytes; empty at close_notify or FIN."""
        while True:
            try:
                return self.tls.read(limit)
            except ssl.SSLWantReadError:
                self.flush()
                self._feed()
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return b""

    def receive_exactly(self, count: int) -> bytes:
        data = bytearray()
        while len(data) < count:
            block = self.receive(count - len(data))
            if not block:
                break
            data += block
        return bytes(data)

    def close_notify(self) -> None:
        with contextlib.suppress(ssl.SSLError):
            self.tls.unwrap()
        self.flush()

    def send_ticket(self) -> None:
        """A NewSessionTicket now (TLS 1.3 server).  Python's ssl has no call for it, OpenSSL has: its SSL
        pointer follows the object's header and one other pointer."""
        library = ctypes.CDLL("libssl.so.3")
        inner = self.tls._sslobj  # type: ignore[attr-defined]
        pointer = ctypes.c_void_p.from_address(id(inner) + object.__basicsize__ + ctypes.sizeof(ctypes.c_void_p))
        if library.SSL_new_session_ticket(pointer) != 1 or library.SSL_do_handshake(pointer) != 1:
            raise RuntimeError("SSL_new_session_ticket refused")
        self.flush()

    def certificate(self) -> bytes:
        return self.tls.getpeercert(binary_form=True) or b""


@contextlib.contextmanager
def tls_pair(client_space: Namespace, server_space: Namespace, address: str, port: int, ca: Path,
             certificate: Path, version: str, keylog: Path | None = None) -> Iterator[tuple[TlsEnd, TlsEnd]]:
    """A client and a server end, both handshaken, through whatever is between them."""
    with listen(server_space, address, port) as listener:
        client_socket = connect(client_space, address, port)
        server_socket = accept(listener)
    contexts = client_context(ca, version), server_context(certificate, version)
    if keylog:
        for context in contexts:
            context.keylog_filename = str(keylog)
    client = TlsEnd(client_socket, contexts[0])
    server = TlsEnd(server_socket, contexts[1], server=True)
    errors: list[BaseException] = []

    def serve() -> None:
        try:
            server.handshake()
        except BaseException as error:  # handed to the caller's thread
            errors.append(error)

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        client.handshake()
        thread.join()
        if errors:
            raise errors[0]
        yield client, server
    finally:
        thread.join()
        client_socket.close()
        server_socket.close()
