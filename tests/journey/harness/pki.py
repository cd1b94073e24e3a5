"""Certificates of one run, made with openssl(1): a root, server certificates, and wrong ones.

    root ── server-ec.pem, server-rsa.pem      names server.test, *.server.test, all server addresses
         ── expired.pem, wrong-name.pem
    ciscoasa.pem                               self-signed, subject /unstructuredName=ciscoasa
"""
from __future__ import annotations

import subprocess
from pathlib import Path

from . import topology

NAME = "server.test"


class Pki:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(exist_ok=True)
        addresses = [a for group in (topology.SERVER, topology.BYPASSED) for a in group.values()]
        names = [f"DNS:{NAME}", f"DNS:*.{NAME}", *(f"IP:{a}" for a in addresses)]
        self.root = self._self_signed("root", "/CN=Journey root", ["basicConstraints=critical,CA:TRUE"])
        self.leaf_ec = self._leaf("server-ec", "ec", names)
        self.leaf_rsa = self._leaf("server-rsa", "rsa", names)

    # A leaf is a file with certificate and key in it, so that one path names both.
    def expired(self) -> Path:
        return self._leaf("expired", "ec", [f"DNS:{NAME}"],
                          ["-not_before", "20200101000000Z", "-not_after", "20210101000000Z"])

    def wrong_name(self) -> Path:
        return self._leaf("wrong-name", "ec", ["DNS:other.example"])

    def ciscoasa(self) -> Path:
        return self._self_signed("ciscoasa", "/unstructuredName=ciscoasa", [])

    def _openssl(self, *words: str) -> None:
        done = subprocess.run(["openssl", *words], cwd=self.folder, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"openssl {words[0]}: {done.stderr}")

    def _key(self, name: str, kind: str) -> str:
        options = {"ec": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
                   "rsa": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"]}[kind]
        self._openssl("genpkey", *options, "-out", f"{name}.key")
        return f"{name}.key"

    def _join(self, name: str) -> Path:
        whole = self.folder / f"{name}.pem"
        whole.write_text((self.folder / f"{name}.crt").read_text() + (self.folder / f"{name}.key").read_text())
        return whole

    def _self_signed(self, name: str, subject: str, extensions: list[str]) -> Path:
        key = self._key(name, "ec")
        added = [word for extension in extensions for word in ("-addext", extension)]
        self._openssl("req", "-x509", "-new", "-key", key, "-subj", subject, "-days", "30", *added,
                      "-out", f"{name}.crt")
        return self._join(name)

    def _leaf(self, name: str, kind: str, names: list[str], validity: list[str] | None = None) -> Path:
        key = self._key(name, kind)
        (self.folder / f"{name}.ext").write_text(
            f"subjectAltName={','.join(names)}\nbasicConstraints=critical,CA:FALSE\n"
            "extendedKeyUsage=serverAuth\nkeyUsage=digitalSignature,keyEncipherment\n")
        self._openssl("req", "-new", "-key", key, "-subj", f"/O=Journey/CN={name}", "-out", f"{name}.csr")
        if validity:
            self._ca_sign(name, validity)
        else:
            self._openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "root.crt", "-CAkey", "root.key",
                          "-CAcreateserial", "-days", "30", "-extfile", f"{name}.ext", "-out", f"{name}.crt")
        return self._join(name)

    def _ca_sign(self, name: str, validity: list[str]) -> None:
        """x509 -req of OpenSSL 3.0 takes no dates; openssl ca does."""
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("77\n")
        (self.folder / "ca.conf").write_text(
            "[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\nserial=serial\nnew_certs_dir=.\n"
            "default_md=sha256\npolicy=p\n[p]\nO=optional\ncommonName=optional\n")
        translated = [{"-not_before": "-startdate", "-not_after": "-enddate"}.get(w, w) for w in validity]
        self._openssl("ca", "-batch", "-config", "ca.conf", "-in", f"{name}.csr", "-cert", "root.crt",
                      "-keyfile", "root.key", "-extfile", f"{name}.ext", *translated, "-notext",
                      "-out", f"{name}.crt")
