"""Client, appliance and server, each in a network namespace of its own; no packet leaves them.

      client                      appliance                      server
    +---------+               +----------------+              +-----------+
    |   eth0 ------------------ inside  outside ---------------- eth0     |
    +---------+     veth      +----------------+     veth     +-----------+
    10.77.0.2                  (no addresses)                 10.77.0.10
    fd77::2                                                   fd77::10
                                                              10.77.0.20, fd77::20  (bypassed)

One subnet on both sides: the appliance is a bump in the wire.
"""
from __future__ import annotations

import subprocess

from . import namespaces
from .namespaces import Namespace

CLIENT = {4: "10.77.0.2", 6: "fd77::2"}
SERVER = {4: "10.77.0.10", 6: "fd77::10"}
BYPASSED = {4: "10.77.0.20", 6: "fd77::20"}
MIDDLE = {4: "10.77.0.1", 6: "fd77::1"}  # only used by proxies that need an address


class Topology:
    """The three namespaces.  offload=False: every frame on the wire fits the MTU and is checksummed."""

    def __init__(self, offload: bool = True, timestamps: bool = True) -> None:
        namespaces.remove_stale()
        self.client = Namespace("client")
        self.appliance = Namespace("appliance")
        self.server = Namespace("server")
        self.all = (self.client, self.appliance, self.server)
        try:
            self._wire()
            if not offload:
                self._no_offload()
            for end in (self.client, self.server):
                end.sysctl("net.ipv4.tcp_timestamps", "1" if timestamps else "0")
        except BaseException:
            self.close()
            raise

    def _wire(self) -> None:
        for end, peer in ((self.client, "inside"), (self.server, "outside")):
            # Without duplicate address detection an address is there at once: a browser that sees one become valid
            # later gives up what it is loading (ERR_NETWORK_CHANGED).
            end.sysctl("net.ipv6.conf.default.accept_dad", "0")
            end.batch(f"link add eth0 type veth peer name {peer} netns {self.appliance.name}\n"
                      "link set lo up\nlink set eth0 up\n")
        for port in ("inside", "outside"):
            self.appliance.sysctl(f"net.ipv6.conf.{port}.disable_ipv6", "1")
        self.appliance.batch("link set lo up\nlink set inside up\nlink set outside up\n")
        self.client.batch(f"addr add {CLIENT[4]}/24 dev eth0\naddr add {CLIENT[6]}/64 dev eth0 nodad\n")
        self.server.batch("".join(f"addr add {a[4]}/24 dev eth0\naddr add {a[6]}/64 dev eth0 nodad\n"
                                  for a in (SERVER, BYPASSED)))
        for end in (self.client, self.server):
            end.wait_addresses_settled("eth0")

    def _no_offload(self) -> None:
        off = [word for feature in ("tx", "tso", "gso", "gro") for word in (feature, "off")]
        for space, device in ((self.client, "eth0"), (self.server, "eth0"),
                              (self.appliance, "inside"), (self.appliance, "outside")):
            space.run(["ethtool", "-K", device, *off], check=True, stdout=subprocess.DEVNULL)

    def bridge(self) -> None:
        """A kernel bridge in place of the appliance."""
        self.appliance.sysctl("net.ipv6.conf.default.disable_ipv6", "1")
        self.appliance.batch("link add br0 type bridge\nlink set inside master br0\n"
                             "link set outside master br0\nlink set br0 up\n")

    def close(self) -> None:
        for space in self.all:
            space.close()
