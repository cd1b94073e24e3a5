"""Real clients in the client namespace: curl, gnutls-cli, openssl s_client.

They trust one CA only.  A client that succeeds while trusting only the appliance's CA has proved that its
certificate was re-signed.
"""
from __future__ import annotations

import dataclasses
import os
import re
import select
import subprocess
import time
from pathlib import Path

from .namespaces import Namespace
from .pki import NAME
from .servers import SUITES

TIMEOUT = 20


@dataclasses.dataclass
class Answer:
    """What a client brought back.  `report` is what it says about itself."""

    code: int
    body: str
    report: str

    def suite_seen(self, version: str, cipher: str) -> bool:
        """Does the client say that its leg has this version and cipher?"""
        openssl, gnutls = SUITES[version, cipher]
        patterns = (rf"SSL connection using TLSv{version} / {openssl}\b",  # curl
                    rf"Protocol version: TLSv{version}\nCiphersuite: {openssl}\b",  # s_client -brief
                    rf"Description: \(TLS{version}[^\n]*\({gnutls}\)")  # gnutls-cli
        return any(re.search(pattern, self.report) for pattern in patterns)


def host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def curl_words(address: str, port: int, path: str, ca: Path, name: str = NAME) -> list[str]:
    """curl's words but for itself: the URL has the name, the connection goes to the address."""
    return ["--silent", "--show-error", "--verbose", "--cacert", str(ca), "--max-time", str(TIMEOUT),
            "--connect-to", f"{name}:{port}:{host(address)}:{port}", f"https://{name}:{port}{path}"]


def _curl_pins(version: str, cipher: str) -> list[str]:
    pins = [f"--tlsv{version}", "--tls-max", version]
    openssl = SUITES[version, cipher][0]
    if version == "1.3":
        return pins + ["--tls13-ciphers", openssl]
    return pins + ["--ciphers", ":".join(openssl.replace("(ECDSA|RSA)", k) for k in ("ECDSA", "RSA"))]


def curl(space: Namespace, address: str, port: int, path: str, ca: Path, *words: str,
         name: str = NAME, timeout: float = TIMEOUT + 5) -> Answer:
    done = space.run(["curl", *curl_words(address, port, path, ca, name), *words], capture_output=True,
                     timeout=timeout, check=False)
    return Answer(done.returncode, done.stdout.decode(errors="replace"), done.stderr.decode(errors="replace"))


def _request(path: str, token: str) -> bytes:
    return f"GET {path} HTTP/1.0\r\nHost: {NAME}\r\nX-Token: {token}\r\n\r\n".encode()


def _converse(space: Namespace, argv: list[str], request: bytes) -> Answer:
    """Sends the request once the client says that it is connected (or after its first output), and keeps its
    stdin open until it ends: the clients take the end of stdin for the end of the session."""
    child = space.spawn(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert child.stdin and child.stdout and child.stderr
    gathered = {child.stdout.fileno(): bytearray(), child.stderr.fileno(): bytearray()}
    waiting = set(gathered)
    deadline = time.monotonic() + TIMEOUT
    try:
        child.stdin.write(request)
        child.stdin.flush()
        while waiting and time.monotonic() < deadline:
            for fd in select.select(list(waiting), [], [], 0.5)[0]:
                data = os.read(fd, 65536)
                gathered[fd] += data
                if not data:
                    waiting.discard(fd)
        child.stdin.close()
        code = child.wait(5) if not waiting else -1
    except (subprocess.TimeoutExpired, BrokenPipeError):
        code = -1
    finally:
        if child.poll() is None:
            child.kill()
        child.wait()
    out, err = (bytes(gathered[s.fileno()]).decode(errors="replace") for s in (child.stdout, child.stderr))
    child.stdout.close()
    child.stderr.close()
    return Answer(code, out, out + err)


def s_client_words(address: str, port: int, ca: Path, *words: str, name: str = NAME) -> list[str]:
    return ["openssl", "s_client", "-connect", f"{host(address)}:{port}", "-servername", name,
            "-verify_hostname", name, "-verify_return_error", "-CAfile", str(ca), *words]


def s_client(space: Namespace, address: str, port: int, path: str, ca: Path, *words: str,
             token: str = "") -> Answer:
    return _converse(space, s_client_words(address, port, ca, "-brief", "-ign_eof", *words),
                     _request(path, token))


def _s_client_pins(version: str, cipher: str) -> list[str]:
    openssl = SUITES[version, cipher][0]
    if version == "1.3":
        return ["-tls1_3", "-ciphersuites", openssl]
    return ["-tls1_2", "-cipher", ":".join(openssl.replace("(ECDSA|RSA)", k) for k in ("ECDSA", "RSA"))]


def gnutls_cli(space: Namespace, address: str, port: int, path: str, ca: Path, *words: str,
               name: str = NAME, token: str = "") -> Answer:
    return _converse(space, ["gnutls-cli", "--x509cafile", str(ca), "--sni-hostname", name,
                             "--verify-hostname", name, "--port", str(port), *words, address],
                     _request(path, token))


def _gnutls_pins(version: str, cipher: str) -> list[str]:
    return ["--priority", f"NORMAL:-VERS-ALL:+VERS-TLS{version}:-CIPHER-ALL:+{SUITES[version, cipher][1]}"]


def fetch(kind: str, space: Namespace, address: str, port: int, token: str, ca: Path, version: str,
          cipher: str) -> Answer:
    """The page /info by one of the three clients, which offers exactly one version and cipher."""
    if kind == "curl":
        return curl(space, address, port, "/info", ca, "--http1.1", "--header", f"X-Token: {token}",
                    *_curl_pins(version, cipher))
    if kind == "gnutls-cli":
        return gnutls_cli(space, address, port, "/info", ca, *_gnutls_pins(version, cipher), token=token)
    return s_client(space, address, port, "/info", ca, *_s_client_pins(version, cipher), token=token)
