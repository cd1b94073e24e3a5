"""Real servers in the server namespace: nginx, openssl s_server, gnutls-serv.

Each tells in its page which suite its own leg has.
"""
from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from .namespaces import Namespace
from .processes import Daemon

# TLS version, cipher name for people → (OpenSSL, GnuTLS) names of what a leg reports.
SUITES = {
    ("1.3", "AES-128-GCM"): ("TLS_AES_128_GCM_SHA256", "AES-128-GCM"),
    ("1.3", "AES-256-GCM"): ("TLS_AES_256_GCM_SHA384", "AES-256-GCM"),
    ("1.2", "AES-128-GCM"): ("ECDHE-(ECDSA|RSA)-AES128-GCM-SHA256", "AES-128-GCM"),
    ("1.2", "AES-256-GCM"): ("ECDHE-(ECDSA|RSA)-AES256-GCM-SHA384", "AES-256-GCM"),
}


class Server:
    """A running server, and how to read its page."""

    def __init__(self, kind: str, port: int, daemon: Daemon) -> None:
        self.kind = kind
        self.port = port
        self.daemon = daemon

    def _wait(self, space: Namespace) -> None:
        try:
            space.wait_listening(self.port)
        except TimeoutError as error:
            raise RuntimeError(f"{error}: {self.daemon.text()[-800:]}") from error

    def check_payload(self, body: str, token: str) -> bool:
        return token in body

    def suite_seen(self, version: str, cipher: str, body: str) -> bool:
        """Does the server say that its leg has this version and cipher?"""
        raise NotImplementedError

    def stop(self) -> None:
        self.daemon.stop()


class Nginx(Server):
    """Serves `root`: /info tells the leg, /files/ downloads, PUT to /up/ uploads."""

    def __init__(self, space: Namespace, folder: Path, certificate: Path, port: int = 443, *,
                 settings: str = "", before: str = "", workers: int = 1, http2: bool = True, plain_port: int = 0) -> None:
        self.root = folder / f"nginx-{port}"
        for name in ("files", "up", "tmp"):
            (self.root / name).mkdir(parents=True, exist_ok=True)
        config = self.root / "nginx.conf"
        config.write_text(_nginx_config(self.root, certificate, port, settings, workers, http2, plain_port, before))
        daemon = Daemon(space, ["nginx", "-p", str(self.root), "-c", str(config), "-e", "stderr"],
                        folder / f"nginx-{port}.log")
        super().__init__("nginx", port, daemon)
        self._wait(space)

    def add_file(self, name: str, size: int) -> Path:
        """A file of random bytes under /files/."""
        path = self.root / "files" / name
        with open(path, "wb") as file:
            for start in range(0, size, 1 << 20):
                file.write(os.urandom(min(1 << 20, size - start)))
        return path

    def uploaded(self, name: str) -> Path:
        return self.root / "up" / name

    def suite_seen(self, version: str, cipher: str, body: str) -> bool:
        return re.search(rf"TLSv{version} {SUITES[version, cipher][0]} ", body) is not None


def _nginx_config(root: Path, certificate: Path, port: int, settings: str, workers: int, http2: bool,
                  plain_port: int, before: str) -> str:
    protocol = "ssl http2" if http2 else "ssl"
    plain = f"listen {plain_port};\nlisten [::]:{plain_port};\n" if plain_port else ""
    temporary = "".join(f"{kind}_temp_path {root}/tmp/{kind};\n"
                        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
    return f"""daemon off;
user root;
worker_processes {workers};
master_process {"on" if workers > 1 else "off"};
pid {root}/nginx.pid;
error_log stderr warn;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 100000;
  client_max_body_size 0;
  default_type application/octet-stream;
  {temporary}
  {before}
  server {{
    listen {port} {protocol} backlog=4096;
    listen [::]:{port} {protocol} backlog=4096;
    {plain}
    server_name _;
    ssl_certificate {certificate};
    ssl_certificate_key {certificate};
    ssl_protocols TLSv1.2 TLSv1.3;
    {settings}
    root {root};
    location = /info {{ return 200 "$ssl_protocol $ssl_cipher $server_protocol $http_x_token\\n"; }}
    location /up/ {{ dav_methods PUT; client_body_buffer_size 1m; }}
  }}
}}
"""


class OpensslServer(Server):
    """openssl s_server -www: a page of its connection's parameters.  More words change it into anything else."""

    def __init__(self, space: Namespace, folder: Path, certificate: Path, port: int = 4433, *,
                 words: tuple[str, ...] = ("-www",), piped: bool = False) -> None:
        daemon = Daemon(space, ["openssl", "s_server", "-accept", str(port), "-cert", str(certificate),
                                *words], folder / f"s_server-{port}.log",
                        stdin=subprocess.PIPE if piped else subprocess.DEVNULL)
        super().__init__("s_server", port, daemon)
        self._wait(space)

    def check_payload(self, body: str, token: str) -> bool:
        """-www repeats nothing of the request: the page must be whole."""
        return "s_server -accept" in body and "</pre></BODY></HTML>" in body

    def suite_seen(self, version: str, cipher: str, body: str) -> bool:
        return re.search(rf"(New|Reused), TLSv{version}, Cipher is {SUITES[version, cipher][0]}\b", body) is not None


class GnutlsServer(Server):
    """gnutls-serv --http: the page tells protocol and cipher, and repeats the request's header."""

    def __init__(self, space: Namespace, folder: Path, certificate: Path, port: int = 5556, *,
                 words: tuple[str, ...] = ("--http",)) -> None:
        daemon = Daemon(space, ["gnutls-serv", "--port", str(port), "--x509certfile", str(certificate),
                                "--x509keyfile", str(certificate), *words], folder / f"gnutls-{port}.log")
        super().__init__("gnutls-serv", port, daemon)
        self._wait(space)

    def suite_seen(self, version: str, cipher: str, body: str) -> bool:
        name = re.escape(SUITES[version, cipher][1])
        return f"TLS{version}" in body and re.search(rf"Cipher[^\n]*{name}|\({name}\)", body) is not None
