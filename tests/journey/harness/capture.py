"""What really was on a wire: TCP payload bytes per direction, by sequence numbers, seen on a raw socket."""
from __future__ import annotations

import dataclasses
import socket
import struct

from .namespaces import Namespace

ETH_P_ALL = 3
OUTGOING = 4  # sll_pkttype


@dataclasses.dataclass
class Stream:
    """One direction of a connection."""

    first: int | None = None  # the SYN's sequence number
    end: int = 0  # highest payload byte seen, relative to the first
    segments: list[tuple[int, bytes]] = dataclasses.field(default_factory=list)

    def payload(self) -> bytes:
        """Contiguous bytes from the beginning."""
        data = bytearray()
        for offset, block in sorted(self.segments):
            if offset > len(data):
                break
            data[offset:offset + len(block)] = block
        return bytes(data)


class Capture:
    """Frames at one device between construction and stop()."""

    def __init__(self, space: Namespace, device: str) -> None:
        with space.entered():
            self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self._socket.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)  # SO_RCVBUFFORCE
        self._socket.bind((device, ETH_P_ALL))
        self._socket.setblocking(False)

    def stop(self) -> dict[tuple[str, int, str, int], Stream]:
        """(source, port, destination, port) → what that direction carried."""
        streams: dict[tuple[str, int, str, int], Stream] = {}
        while True:
            try:
                frame = self._socket.recv(70000)
            except BlockingIOError:
                break
            _account(streams, frame)
        self._socket.close()
        return streams

    def stop_port(self, port: int) -> tuple[Stream, Stream]:
        """(to the port, from the port) of the one connection with that server port."""
        streams = self.stop()
        towards = [s for key, s in streams.items() if key[3] == port and s.first is not None]
        back = [s for key, s in streams.items() if key[1] == port and s.first is not None]
        if len(towards) != 1 or len(back) != 1:
            raise RuntimeError(f"not one connection to port {port}: {list(streams)}")
        return towards[0], back[0]


def _account(streams: dict[tuple[str, int, str, int], Stream], frame: bytes) -> None:
    kind = struct.unpack("!H", frame[12:14])[0]
    if kind == 0x0800:
        header, start = (frame[14] & 15) * 4, 14
        if frame[23] != 6:
            return
        end = 14 + struct.unpack("!H", frame[16:18])[0]
        addresses = [socket.inet_ntop(socket.AF_INET, frame[o:o + 4]) for o in (26, 30)]
    elif kind == 0x86DD and frame[20] == 6:
        header, start = 40, 14
        end = 54 + struct.unpack("!H", frame[18:20])[0]
        addresses = [socket.inet_ntop(socket.AF_INET6, frame[o:o + 16]) for o in (22, 38)]
    else:
        return
    tcp = frame[start + header:end]
    ports = struct.unpack("!HH", tcp[:4])
    sequence = struct.unpack("!I", tcp[4:8])[0]
    payload = tcp[(tcp[12] >> 4) * 4:]
    stream = streams.setdefault((addresses[0], ports[0], addresses[1], ports[1]), Stream())
    if tcp[13] & 2:
        stream.first = sequence
    if payload and stream.first is not None:
        offset = (sequence - stream.first - 1) & 0xFFFFFFFF
        stream.end = max(stream.end, offset + len(payload))
        stream.segments.append((offset, payload))
