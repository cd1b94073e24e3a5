"""The kernel's ports, as Verilator reads them from the RTL, by bus."""
from __future__ import annotations

import re
import subprocess
import tempfile
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from sources import sources

TOP = "vitrine_kernel"


def rtl_ports(root: Path) -> dict[str, tuple[str, int]]:
    """Name → (input or output, bits)."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree.xml"
        subprocess.run(["verilator", "--xml-only", "-Wno-fatal", "--xml-output", tree, "--top-module", TOP, *sources(root)],
                       cwd=root, check=True)
        parsed = ElementTree.parse(tree).getroot()
    widths = {}
    for kind in parsed.iter("basicdtype"):
        left, right = kind.get("left"), kind.get("right")
        widths[kind.get("id")] = 1 if left is None else int(left) - int(right) + 1
    (top,) = [module for module in parsed.iter("module") if module.get("origName") == TOP]
    return {var.get("origName"): (var.get("dir"), widths[var.get("dtype_id")])
            for var in top.findall("var") if var.get("dir")}


def buses(ports: dict[str, tuple[str, int]]) -> dict[str, dict[str, object]]:
    """Bus → kind (slave, master, read_only, write_only stream) and bits of its data, in the order of the ports."""
    found: dict[str, dict[str, object]] = {}
    for name, (direction, bits) in ports.items():
        if stream := re.fullmatch(r"((?:rx|tx)\d)_tdata", name):
            found[stream[1]] = {"kind": "read_only" if direction == "input" else "write_only", "bits": bits}
        elif memory := re.fullmatch(r"([sm]_axi_\w+?)_wdata", name):
            found[memory[1]] = {"kind": "slave" if direction == "input" else "master", "bits": bits,
                                "address": ports[f"{memory[1]}_awaddr"][1]}
    return found
