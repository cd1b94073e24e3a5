"""What stands in the middle: nothing but a kernel bridge, Vitrine, or sslsplit.

All three see the same client, the same nginx and the same two veth pairs.  sslsplit needs an address: the
bridge gets one, the client goes there, and sslsplit goes on to nginx (static forwarding, no NAT).  It
runs with its defaults and an ECDSA P-256 CA.
"""
from __future__ import annotations

import subprocess
from pathlib import Path

from harness.appliance import Appliance
from harness.pki import Pki
from harness.processes import Daemon
from harness.topology import MIDDLE, SERVER, Topology


class Bridge:
    name = "no proxy"
    address, port = SERVER[4], 443

    def __init__(self, topology: Topology, folder: Path, pki: Pki) -> None:
        topology.bridge()
        self.ca = pki.folder / "root.crt"

    def pids(self) -> list[int]:
        return []

    def stop(self) -> None:
        pass


class Sslsplit:
    name = "sslsplit"
    address, port = MIDDLE[4], 443

    def __init__(self, topology: Topology, folder: Path, pki: Pki) -> None:
        topology.bridge()
        topology.appliance.batch(f"addr add {MIDDLE[4]}/24 dev br0\n")
        self.ca = folder / "proxy-ca.crt"
        subprocess.run(["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256",
                        "-out", "proxy-ca.key"], cwd=folder, check=True, capture_output=True)
        subprocess.run(["openssl", "req", "-x509", "-new", "-key", "proxy-ca.key", "-subj", "/CN=sslsplit CA",
                        "-days", "30", "-addext", "keyUsage=critical,keyCertSign", "-out", "proxy-ca.crt"],
                       cwd=folder, check=True)
        self.daemon = Daemon(topology.appliance, [
            "sslsplit", "-k", "proxy-ca.key", "-c", "proxy-ca.crt",
            "ssl", "0.0.0.0", str(self.port), SERVER[4], "443"], folder / "sslsplit.log", cwd=folder)
        topology.appliance.wait_listening(self.port)

    def pids(self) -> list[int]:
        return [self.daemon.pid]

    def stop(self) -> None:
        self.daemon.kill()


class Vitrine:
    name = "vitrine"
    address, port = SERVER[4], 443
    binaries = Path("build/release/bin")

    def __init__(self, topology: Topology, folder: Path, pki: Pki) -> None:
        self.appliance = Appliance(topology.appliance, folder, self.binaries,
                                   ["--no-system-roots", "--trust", str(pki.folder / "root.crt")])
        self.appliance.start()
        self.ca = self.appliance.ca

    def pids(self) -> list[int]:
        return [self.appliance.pid]

    def stop(self) -> None:
        self.appliance.stop()
