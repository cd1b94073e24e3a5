"""Digests of files and streams."""
from __future__ import annotations

import hashlib
from pathlib import Path


def of_file(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def of_bytes(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
