"""Servers that misbehave during the handshake, one connection each, in a thread."""
from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable

from . import ends
from .namespaces import Namespace


class RudeServer:
    """Accepts one connection and does `what` to it; `heard` is what came first."""

    def __init__(self, space: Namespace, address: str, port: int, what: Callable[[socket.socket], None]) -> None:
        self._listener = ends.listen(space, address, port)
        self._what = what
        self.heard = b""
        self._thread = threading.Thread(target=self._serve)

    def __enter__(self) -> RudeServer:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.join(30)
        self._listener.close()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            end = ends.accept(self._listener)
            self.heard = end.recv(16384)
            self._what(end)
            end.close()


def resets(end: socket.socket) -> None:
    ends.reset(end)


def closes(end: socket.socket) -> None:
    end.close()


def stalls(end: socket.socket) -> None:
    """Says nothing until the other side gives up."""
    end.settimeout(15)
    while end.recv(4096):
        pass


def sends_garbage(end: socket.socket) -> None:
    end.sendall(b"SSH-2.0-not-a-tls-server\r\n" * 4)
    stalls(end)


def sends_alert(level: int, description: int) -> Callable[[socket.socket], None]:
    def send(end: socket.socket) -> None:
        end.sendall(bytes([21, 3, 3, 0, 2, level, description]))
        end.close()
    return send


def sends_oversized_record(end: socket.socket) -> None:
    end.sendall(bytes([22, 3, 3, 0xFF, 0xFF]) + bytes(3000))
    stalls(end)


def sends_server_hello_then_stalls(end: socket.socket) -> None:
    end.sendall(bytes([22, 3, 3, 0, 60]) + bytes([2, 0, 0, 76]) + bytes(20))
    stalls(end)
