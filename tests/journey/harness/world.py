"""A whole run: topology, certificates, appliance (or a kernel bridge in its place), and its end.

    world = World(runner, "matrix", ["--idle-timeout", "5"])
    with world: ...          # everything is stopped and removed, whatever happens

Leaving adds the closing cases: nothing left behind, a clean stop, no sanitizer report.
"""
from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType

from . import checks
from .appliance import Appliance
from .pki import Pki
from .runner import Runner, expect, expect_equal
from .topology import Topology


class World:
    def __init__(self, runner: Runner, options: list[str] | None = None, *, offload: bool = True,
                 timestamps: bool = True, trust_root: bool = True, start: bool = True) -> None:
        self.runner = runner
        self.folder = Path(tempfile.mkdtemp(prefix=f"journey-{runner.name}-"))
        self.folder.chmod(0o755)  # vitrined runs as somebody else
        self.stoppables: list[object] = []
        self.appliance: Appliance | None = None
        self.topology = Topology(offload, timestamps)
        try:
            self.pki = Pki(self.folder / "pki")
            self._middle(list(options or []), offload, trust_root, start)
        except BaseException:
            self._remove()
            raise

    def _middle(self, options: list[str], offload: bool, trust_root: bool, start: bool) -> None:
        if self.runner.options.bridge:
            self.topology.bridge()
            return
        options += ["--no-system-roots"] + ([] if offload else ["--offload", "off"])
        if trust_root:
            options += ["--trust", str(self.pki.folder / "root.crt")]
        self.appliance = Appliance(self.topology.appliance, self.folder, self.runner.options.bin, options,
                                   self.runner.options.log_level, self.runner.options.card)
        if start:
            self.appliance.start()

    @property
    def client(self):  # type: ignore[no-untyped-def]
        return self.topology.client

    @property
    def server(self):  # type: ignore[no-untyped-def]
        return self.topology.server

    @property
    def ca(self) -> Path:
        """What clients trust: the appliance's CA; with the bridge, the servers' root."""
        return self.appliance.ca if self.appliance else self.pki.folder / "root.crt"

    def __enter__(self) -> World:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        try:
            if kind is None and self.appliance:
                self._closing_cases(self.appliance)
        finally:
            self._remove()

    def _closing_cases(self, appliance: Appliance) -> None:
        only, self.runner.options.only = self.runner.options.only, ""
        if appliance.running():
            self.runner.case("afterwards: in = sum of outs, no flow entry, no socket", checks.nothing_left,
                             appliance)
            self.runner.case("afterwards: SIGTERM stops cleanly",
                             lambda: expect_equal(appliance.stop(), 0, "exit code"))
        self.runner.case("afterwards: no crash report in the log",
                         lambda: expect(not appliance.crashes(), appliance.crashes()))
        self.runner.options.only = only
        if self.runner.failed:
            print("--- end of vitrined.log ---", flush=True)
            subprocess.run(["tail", "-n", "30", str(appliance.log)], check=False)

    def _remove(self) -> None:
        if self.appliance:
            self.appliance.kill()
        self.topology.close()
        if self.runner.options.keep:
            print(f"kept: {self.folder}")
        else:
            shutil.rmtree(self.folder, ignore_errors=True)
