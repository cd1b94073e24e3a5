#!/usr/bin/env python3
"""The Debian package, installed in a clean root, and running there under its own units.

    tests/packaging/package_test.py --build build/release [unittest's arguments]

Needs root, debootstrap and, the first time, a Debian mirror.
"""
from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

from clean_root import CleanRoot, run
from machine import Host, Machine

# systemd-analyze's exposure in tenths, at most; 100 would be a service without any limit.
MOST_EXPOSED = {"vitrined@left.service": 40, "vitrine-wire@left.service": 25}
OPTIONS = argparse.Namespace()


def build_package(build: Path) -> Path:
    for old in build.glob("vitrine_*.deb"):
        old.unlink()
    run("cpack", "-G", "DEB", cwd=build)
    (package,) = build.glob("vitrine_*.deb")
    return package


class Installed(unittest.TestCase):
    """What the package holds, without a running system."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.root = cls.enterClassContext(CleanRoot(OPTIONS.package, OPTIONS.cache, cls.__name__))
        cls.root.run("dpkg", "--install", "/root/vitrine.deb")

    def test_programs_run_and_tell_the_version(self) -> None:
        version = run("dpkg-deb", "-f", OPTIONS.package, "Version").strip()
        for program in ("vitrine", "vitrined", "vitrine-wire"):
            self.assertEqual(self.root.run(program, "--version").strip(), f"{program} {version}")

    def test_the_user_and_the_folders_are_there(self) -> None:
        self.assertIn("/usr/sbin/nologin", self.root.run("getent", "passwd", "vitrine"))
        for folder in ("etc/vitrine", "var/lib/vitrine"):
            self.assertTrue((self.root.path / folder).is_dir(), folder)

    def test_every_program_has_a_manual(self) -> None:
        for program in (self.root.path / "usr/bin").glob("vitrine*"):
            pages = list((self.root.path / "usr/share/man").glob(f"man?/{program.name}.?.gz"))
            self.assertEqual(len(pages), 1, f"{program.name}: {pages}")

    def test_licence_changelog_and_completion_are_there(self) -> None:
        doc = self.root.path / "usr/share/doc/vitrine"
        for name in ("copyright", "changelog.gz", "racks.md", "example.conf"):
            self.assertTrue((doc / name).is_file(), name)
        words = self.root.run("bash", "-c", ". /usr/share/bash-completion/completions/vitrine; "
                              "COMP_WORDS=(vitrine cert i); COMP_CWORD=2; _vitrine; echo ${COMPREPLY[@]}").split()
        self.assertEqual(words, ["import"])

    def test_units_are_sound(self) -> None:
        (self.root.path / "etc/vitrine/left.conf").write_text("INSIDE=in0\nOUTSIDE=out0\n")
        for unit in MOST_EXPOSED:
            # --man=no: the clean root has no man program.
            told = self.root.run("systemd-analyze", "verify", "--man=no", f"/lib/systemd/system/{unit}")
            self.assertEqual([line for line in told.splitlines() if "vitrine" in line], [], unit)

    def test_units_are_confined(self) -> None:
        for unit, most in MOST_EXPOSED.items():
            told = self.root.run("systemd-analyze", "security", "--offline=true", "--no-pager",
                                 f"--threshold={most}", unit)
            print(f"{unit}: {re.search(r'Overall exposure.*: ([0-9.]+)', told)[1]}", file=sys.stderr)

    def test_a_second_installation_changes_nothing_and_a_purge_leaves_the_state(self) -> None:
        (self.root.path / "var/lib/vitrine/kept").write_text("the CA's key could be here")
        self.root.run("dpkg", "--install", "/root/vitrine.deb")
        self.root.run("dpkg", "--purge", "vitrine")
        self.assertFalse((self.root.path / "usr/bin/vitrined").exists())
        self.assertTrue((self.root.path / "var/lib/vitrine/kept").exists())
        self.root.run("dpkg", "--install", "/root/vitrine.deb")


class Rack(unittest.TestCase):
    """A booted machine with two instances."""

    @classmethod
    def setUpClass(cls) -> None:
        cls.root = cls.enterClassContext(CleanRoot(OPTIONS.package, OPTIONS.cache, cls.__name__))
        cls.files = Path(cls.enterClassContext(tempfile.TemporaryDirectory()))
        cls.root.run("dpkg", "--install", "/root/vitrine.deb")
        make_server_certificate(cls.files)
        (cls.root.path / "etc/vitrine/server.pem").write_bytes((cls.files / "server.pem").read_bytes())
        run(OPTIONS.build / "bin/vitrine-licence", "issue", "--key", OPTIONS.build / "licence/development.key",
            "--holder", "Test", "--output", cls.root.path / "root/licence")
        for name, fail in (("left", "open"), ("right", "closed")):
            (cls.root.path / f"etc/vitrine/{name}.conf").write_text(
                f"INSIDE={name}-in\nOUTSIDE={name}-out\nFAIL={fail}\nOPTIONS=--trust /etc/vitrine/server.pem\n")
        cls.machine = Machine(cls.root.path)
        cls.addClassCleanup(cls.machine.end)
        cls.left = cls.machine.hosts("left-in", "left-out")
        cls.right = cls.machine.hosts("right-in", "right-out")
        for client, server in (cls.left, cls.right):
            start_server(cls, server)
        for name in ("left", "right"):
            state = f"/var/lib/vitrine/{name}"
            cls.machine.run("mkdir", "-p", state)
            cls.machine.run("vitrine", "cert", "ca", "init", "--state", state)
            cls.machine.run("vitrine", "licence", "install", "--state", state, "/root/licence")

    def setUp(self) -> None:
        self.machine.run("systemctl", "reset-failed")  # also the counts of starts

    def tearDown(self) -> None:
        self.machine.run("systemctl", "stop", "vitrined@left", "vitrined@right")

    def start(self, name: str) -> None:
        """Returns once it is ready, because the unit is of type notify."""
        try:
            self.machine.run("systemctl", "start", f"vitrined@{name}", timeout=40)
        except RuntimeError as error:
            raise AssertionError(f"{error}\n{self.machine.run('journalctl', '--no-pager', '-n', '60')}") from error

    def status(self, name: str) -> dict:
        return json.loads(self.machine.run("vitrine", "--instance", name, "--json", "status"))

    def decrypts(self, client: Host, name: str) -> bool:
        """Whether the client is shown a certificate of the instance's CA, and gets the server's page."""
        authority = self.files / f"{name}-ca.pem"
        authority.write_text(self.machine.run("vitrine", "cert", "ca", "export", "--state", f"/var/lib/vitrine/{name}"))
        return fetches(client, authority)

    def wired(self, client: Host) -> bool:
        return fetches(client, self.files / "server.pem")

    def test_two_instances_decrypt_beside_each_other(self) -> None:
        self.start("left")
        self.start("right")
        self.assertTrue(self.decrypts(self.left[0], "left"))
        self.assertTrue(self.decrypts(self.right[0], "right"))
        self.assertFalse(self.decrypts(self.right[0], "left"), "each instance has a CA of its own")
        for name in ("left", "right"):
            self.assertGreater(self.status(name)["handshakes"]["completed"], 0)

    def test_started_again_or_stopped_again_is_no_error(self) -> None:
        for _ in range(2):
            self.start("left")
        for _ in range(2):
            self.machine.run("systemctl", "stop", "vitrined@left")

    def test_killed_daemon_comes_back(self) -> None:
        self.start("left")
        first = self.main_pid("left")
        self.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "vitrined@left")
        self.eventually(lambda: self.main_pid("left") not in (0, first), "the daemon comes back")
        self.eventually(lambda: self.decrypts(self.left[0], "left"), "and decrypts again")

    def test_killed_daemon_that_fails_open_leaves_a_wire(self) -> None:
        override = "/run/systemd/system/vitrined@left.service.d"
        self.machine.run("mkdir", "-p", override)
        self.machine.run("sh", "-c", f"printf '[Service]\\nRestart=no\\n' > {override}/once.conf")
        self.machine.run("systemctl", "daemon-reload")
        try:
            self.start("left")
            self.machine.run("systemctl", "kill", "--kill-whom=main", "--signal=KILL", "vitrined@left")
            self.eventually(lambda: self.wired(self.left[0]), "traffic passes undecrypted")
        finally:
            self.machine.run("rm", "-r", override)
            self.machine.run("systemctl", "daemon-reload")

    def test_stopped_instance_is_a_wire_or_a_wall_as_configured(self) -> None:
        for name, hosts, passes in (("left", self.left, True), ("right", self.right, False)):
            self.start(name)
            self.machine.run("systemctl", "stop", f"vitrined@{name}")
            if passes:
                self.eventually(lambda: self.wired(self.left[0]), "traffic passes undecrypted")
            else:
                self.assertFalse(self.wired(hosts[0]))

    def test_wire_stands_before_the_daemon_and_goes_when_it_comes(self) -> None:
        self.machine.run("vitrine-wire", "disconnect", "--inside", "left-in")
        self.assertFalse(self.wired(self.left[0]))
        for _ in range(2):
            self.machine.run("systemctl", "start", "vitrine-wire@left", "vitrine-wire@right")
        self.assertTrue(self.wired(self.left[0]))
        self.assertFalse(self.wired(self.right[0]), "FAIL=closed is no wire")
        self.start("left")
        self.machine.run("systemctl", "start", "vitrine-wire@left")
        self.assertTrue(self.decrypts(self.left[0], "left"), "no wire beside a running daemon")

    def test_daemon_is_confined(self) -> None:
        self.start("left")
        status = self.machine.run("cat", f"/proc/{self.main_pid('left')}/status")
        field = dict(line.split(":", 1) for line in status.splitlines())
        user = int(self.machine.run("id", "-u", "vitrine"))
        self.assertEqual({int(part) for part in field["Uid"].split()}, {user})
        self.assertEqual(field["Seccomp"].strip(), "2")
        self.assertEqual(field["NoNewPrivs"].strip(), "1")
        # NET_BIND_SERVICE 10, NET_ADMIN 12, NET_RAW 13, IPC_LOCK 14
        self.assertEqual(int(field["CapEff"], 16), 1 << 10 | 1 << 12 | 1 << 13 | 1 << 14)
        self.assertEqual(self.machine.run("systemctl", "show", "--property=LimitCORE", "--value",
                                          "vitrined@left").strip(), "0")

    def test_wrong_configuration_fails_at_once_with_its_reason(self) -> None:
        (self.root.path / "etc/vitrine/wrong.conf").write_text("INSIDE=same\nOUTSIDE=same\n")
        self.assertNotEqual(self.machine.exit_code("systemctl", "start", "vitrined@wrong"), 0)
        self.assertIn("two different interfaces", self.machine.run("journalctl", "--no-pager", "-u", "vitrined@wrong"))

    def test_upgrade_leaves_running_instances_alone(self) -> None:
        self.start("left")
        before = self.main_pid("left")
        told = self.machine.run("dpkg", "--install", "/root/vitrine.deb")
        self.assertEqual(self.main_pid("left"), before)
        self.assertIn("still the old version until restarted: vitrined@left.service", told)
        self.assertTrue(self.decrypts(self.left[0], "left"))

    def main_pid(self, name: str) -> int:
        return int(self.machine.run("systemctl", "show", "--property=MainPID", "--value", f"vitrined@{name}"))

    def eventually(self, holds, what: str) -> None:
        for _ in range(100):
            if holds():
                return
            time.sleep(0.1)
        self.fail(f"never: {what}")


def make_server_certificate(folder: Path) -> None:
    run("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
        "-subj", "/CN=server.example", "-addext", "subjectAltName=DNS:server.example",
        "-keyout", folder / "server.key", "-out", folder / "server.pem")


def start_server(case: type[unittest.TestCase], host: Host) -> None:
    server = subprocess.Popen(host.command("openssl", "s_server", "-quiet", "-accept", "443", "-www", "-cert",
                                           str(case.files / "server.pem"), "-key", str(case.files / "server.key")),
                              stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    case.addClassCleanup(server.wait)
    case.addClassCleanup(server.kill)
    for _ in range(200):
        if "LISTEN" in host.run("ss", "-Hltn", "sport", "=", ":443"):
            return
        time.sleep(0.05)
    raise RuntimeError("the server does not listen")


def fetches(client: Host, authority: Path) -> bool:
    done = subprocess.run(client.command("curl", "--silent", "--max-time", "3", "--cacert", str(authority), "--resolve",
                                         "server.example:443:10.0.0.2", "https://server.example/"),
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=False)
    return done.returncode == 0 and b"s_server" in done.stdout


if __name__ == "__main__":
    if "--in-own-namespace" not in sys.argv:  # so that no mount outlives the test
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv, "--in-own-namespace"])
    sys.argv.remove("--in-own-namespace")
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", type=Path, required=True)
    OPTIONS, rest = parser.parse_known_args()
    OPTIONS.build = OPTIONS.build.resolve()
    OPTIONS.cache = OPTIONS.build / "packaging/roots"
    OPTIONS.package = build_package(OPTIONS.build)
    unittest.main(argv=[sys.argv[0], *rest])
