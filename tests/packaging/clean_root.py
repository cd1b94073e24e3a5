"""A clean Debian root with the package in it.

The base (minbase and what the package depends on) is made once by debootstrap from the mirror that apt uses, and kept;
each test gets an overlay of its own, which vanishes with it.  The key of the cache is everything that decides its
content.
"""
from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
from pathlib import Path

SUITE = "bookworm"
# To boot in a container, and to look at interfaces; dbus is how systemctl's jobs are waited for.
EXTRA = ("systemd-sysv", "dbus", "iproute2")


def run(*command: str | Path, **options) -> str:
    """Output of a command that must succeed."""
    done = subprocess.run([str(word) for word in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False, **options)
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(map(str, command))}: exit code {done.returncode}\n{done.stdout}")
    return done.stdout


def mirror() -> str:
    """Where apt has this suite from."""
    for row in run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) $(COMPONENT) $(SUITE)").splitlines():
        site, release, component = (row.split() + ["", "", ""])[:3]
        if release == SUITE and component == "main" and "debian" in site:
            return site
    return "http://deb.debian.org/debian"


def dependencies(package: Path) -> list[str]:
    """Names of the packages that it depends on, first alternatives."""
    return [re.split(r"[ |(]", part.strip())[0] for part in run("dpkg-deb", "-f", package, "Depends").split(",")]


def base_root(package: Path, cache: Path) -> Path:
    names = sorted({*dependencies(package), *EXTRA})
    key = hashlib.sha256("\n".join([SUITE, mirror(), *names]).encode()).hexdigest()[:12]
    base = cache / f"root-{key}"
    if base.is_dir():
        return base
    cache.mkdir(parents=True, exist_ok=True)
    unfinished = cache / f"root-{key}.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    run("debootstrap", "--variant=minbase", f"--include={','.join(EXTRA)}", SUITE, unfinished, mirror(), timeout=900)
    # debootstrap knows no virtual packages; apt does.
    run("chroot", unfinished, "apt-get", "-q", "-y", "--no-install-recommends", "install", *names, timeout=900,
        env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"})
    unfinished.rename(base)
    return base


class CleanRoot:
    """An overlay of the base, as long as `with` lasts.  REQUIRES: a mount namespace of the test's own."""

    def __init__(self, package: Path, cache: Path, name: str) -> None:
        self.package = package
        self._layer = cache / f"layer-{name}"
        self.path = self._layer / "root"
        self._base = base_root(package, cache)

    def __enter__(self) -> "CleanRoot":
        self._layer.mkdir(parents=True, exist_ok=True)
        run("mount", "-t", "tmpfs", "tmpfs", self._layer)
        for folder in ("upper", "work", "root"):
            (self._layer / folder).mkdir()
        run("mount", "-t", "overlay", "overlay", "-o",
            f"lowerdir={self._base},upperdir={self._layer}/upper,workdir={self._layer}/work", self.path)
        shutil.copy(self.package, self.path / "root/vitrine.deb")
        return self

    def __exit__(self, *_: object) -> None:
        run("umount", "--lazy", "--recursive", self._layer)

    def run(self, *command: str) -> str:
        """Runs in it, with a /proc and a /tmp of its own."""
        inside = f"mount -t proc proc '{self.path}/proc' && mount -t tmpfs tmpfs '{self.path}/tmp' && " \
                 f"exec chroot '{self.path}' \"$@\""
        return run("unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, "sh", *command,
                   env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "DEBIAN_FRONTEND": "noninteractive"})
