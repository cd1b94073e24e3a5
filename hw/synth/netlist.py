"""A mapped netlist: Yosys makes it, and this counts what is in it.

The block is synthesised with its hierarchy kept (Yosys 0.23 does not finish large blocks flattened) and flattened
afterwards, when only cells of the FPGA are left, so that paths through module borders are whole.
"""

import json
import subprocess
from collections import Counter
from pathlib import Path

SYNTH = "synth_xilinx -family xcup -uram -abc9 -noiopad -noclkbuf -top {top}"

# LUTs that a cell of LUT RAM or a shift register takes.
LUT_RAM = {
    "RAM32X1D": 2, "RAM64X1D": 2, "RAM128X1D": 4, "RAM256X1D": 8, "RAM32X1S": 1, "RAM64X1S": 1, "RAM128X1S": 2,
    "RAM256X1S": 4, "RAM512X1S": 8, "RAM32M": 4, "RAM64M": 4, "RAM32M16": 8, "RAM64M8": 8, "RAM32X16DR8": 8,
    "RAM64X8SW": 8, "SRL16": 1, "SRL16E": 1, "SRLC16E": 1, "SRLC32E": 1,
}  # fmt: skip


def synthesise(name, block, root, work):
    """Returns the flat module of the block: its cells and ports."""
    work.mkdir(parents=True, exist_ok=True)
    top = block["top"]
    netlist = work / f"{name}.json"
    changes = "".join(f" -set {name} {value}" for name, value in block.get("parameters", {}).items())
    script = [f"read_verilog -sv {' '.join(block['sources'])}"]
    if changes:
        script.append(f"chparam{changes} {top}")
    script += [SYNTH.format(top=top), "flatten", "opt_clean", f"write_json {netlist}"]
    log = work / f"{name}.log"
    with log.open("w") as out:
        done = subprocess.run(["yosys", "-p", "; ".join(script)], cwd=root, stdout=out, stderr=subprocess.STDOUT)
    if done.returncode != 0:
        raise SystemExit(f"{name}: Yosys failed; see {log}")
    modules = json.loads(Path(netlist).read_text())["modules"]
    return next(m for m in modules.values() if int(m["attributes"].get("top", "0"), 2))


def area(module):
    kinds = Counter(cell["type"] for cell in module["cells"].values())
    return {
        "lut": sum(n for kind, n in kinds.items() if kind in ("LUT1", "LUT2", "LUT3", "LUT4", "LUT5", "LUT6"))
        + sum(n * LUT_RAM.get(kind, 0) for kind, n in kinds.items()),
        "lutram": sum(n * LUT_RAM.get(kind, 0) for kind, n in kinds.items()),
        "ff": sum(n for kind, n in kinds.items() if kind.startswith("FD")),
        "bram": sum(n for kind, n in kinds.items() if kind.startswith("RAMB36"))
        + sum(n for kind, n in kinds.items() if kind.startswith("RAMB18")) / 2,
        "uram": kinds.get("URAM288", 0) + kinds.get("URAM288_BASE", 0),
        "dsp": kinds.get("DSP48E2", 0),
    }
