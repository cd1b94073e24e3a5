"""A clean root, booted: systemd as the first process of namespaces of its own, and hosts on both sides of interfaces.

    client (10.0.0.1) c0 ── in0 [ machine: vitrined@NAME ] out0 ── s0 (10.0.0.2) server
"""
from __future__ import annotations

import subprocess
import time
from pathlib import Path

from clean_root import run

BOOT = r"""
set -e
root=$1
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"
mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir -p "$root/dev/net" "$root/dev/shm" "$root/dev/pts"
for device in null zero full random urandom tty net/tun; do
  touch "$root/dev/$device"
  mount --bind "/dev/$device" "$root/dev/$device"
done
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
exec env -i container=vitrine-test PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot "$root" /lib/systemd/systemd \
  --log-target=journal --show-status=no systemd.unified_cgroup_hierarchy=1
"""


class Host:
    """A network namespace with one interface, held by a process."""

    def __init__(self) -> None:
        self.holder = subprocess.Popen(["unshare", "--net", "sleep", "infinity"])
        own = Path("/proc/self/ns/net").readlink()
        while Path(f"/proc/{self.holder.pid}/ns/net").readlink() == own:
            time.sleep(0.01)

    def command(self, *command: str) -> list[str]:
        return ["nsenter", f"--net=/proc/{self.holder.pid}/ns/net", *command]

    def run(self, *command: str, **options) -> str:
        return run(*self.command(*command), **options)

    def end(self) -> None:
        self.holder.kill()
        self.holder.wait()


class Machine:
    def __init__(self, root: Path) -> None:
        self._unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup", "--fork", "--kill-child",
             "bash", "-c", BOOT, "boot", str(root)], stdin=subprocess.DEVNULL)
        self._hosts: list[Host] = []
        self.first = self._wait_for_first_process()
        self._wait_until_running()

    def run(self, *command: str, **options) -> str:
        return run("nsenter", f"--target={self.first}", "--all", "--root", "--wd", "--", *command, **options)

    def exit_code(self, *command: str) -> int:
        return subprocess.run(["nsenter", f"--target={self.first}", "--all", "--root", "--wd", "--", *command],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode

    def hosts(self, inside: str, outside: str) -> tuple[Host, Host]:
        """A client and a server at two new interfaces of the machine."""
        ends = []
        for interface, address in ((inside, "10.0.0.1/24"), (outside, "10.0.0.2/24")):
            host = Host()
            self._hosts.append(host)
            run("nsenter", f"--target={self.first}", "--net", "ip", "link", "add", interface, "type", "veth", "peer",
                "name", "eth0", "netns", str(host.holder.pid))
            run("nsenter", f"--target={self.first}", "--net", "ip", "link", "set", interface, "up")
            host.run("ethtool", "-K", "eth0", "tx", "off")
            host.run("ip", "address", "add", address, "dev", "eth0")
            host.run("ip", "link", "set", "eth0", "up")
            host.run("ip", "link", "set", "lo", "up")
            ends.append(host)
        return ends[0], ends[1]

    def end(self) -> None:
        for host in self._hosts:
            host.end()
        self._unshare.kill()  # --kill-child ends the machine with it
        self._unshare.wait()

    def _wait_for_first_process(self) -> int:
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
        for _ in range(1000):
            pids = children.read_text().split()
            if pids and Path(f"/proc/{pids[0]}/comm").read_text().strip() == "systemd":
                return int(pids[0])
            if self._unshare.poll() is not None:
                break
            time.sleep(0.02)
        raise RuntimeError("the machine's first process did not start")

    def _wait_until_running(self) -> None:
        for _ in range(600):
            if self.exit_code("systemctl", "is-active", "--quiet", "multi-user.target") == 0:
                return
            time.sleep(0.05)
        raise RuntimeError("the machine did not boot:\n" + self.run("systemctl", "list-jobs"))
