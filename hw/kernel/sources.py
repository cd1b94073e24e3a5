"""The RTL of the kernel, in the order that a tool must read it: packages first."""
from __future__ import annotations

from pathlib import Path

PACKAGES = ("rtl/pkg/vitrine_pkg.sv", "rtl/csr/csr_regs_pkg.sv", "rtl/aead/aead_pkg.sv")
ROOMS = ("prim", "port", "parse", "flow", "rules", "record", "aead", "tcp", "tap", "punt", "csr", "decide", "track", "top")


def sources(root: Path) -> list[str]:
    """Paths from the repository's root."""
    modules = [path.relative_to(root).as_posix() for room in ROOMS for path in sorted((root / "rtl" / room).glob("*.sv"))]
    return [*PACKAGES, *(name for name in modules if name not in PACKAGES), "hw/kernel/vitrine_kernel.sv"]
