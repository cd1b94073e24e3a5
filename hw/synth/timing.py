"""The longest path of a mapped netlist under assumed delays.

Nothing is placed, so wires are guessed: a base and a part that grows with the logarithm of the fan-out. The figures
are round numbers of the size that UltraScale+ parts of the middle speed grade show; they rank blocks and find the
path that limits one, and they are no promise of what Vivado reaches.
"""

import math
from collections import defaultdict
from dataclasses import dataclass

LUT = 0.15
CLOCK_TO_Q = 0.08
SETUP = 0.05
WIRE = 0.35  # a wire with one load
WIRE_PER_DOUBLING = 0.04  # of loads
WIRE_LIMIT = 0.80  # above it a tool copies the driver
CARRY = 0.02  # a carry cell's carry to carry
CARRY_IN_OUT = 0.15
WIDE_MUX = 0.08
LUT_RAM_READ = 0.20
SHIFT_CLOCK_TO_Q = 0.50
# Without their output registers, which Yosys 0.23 does not use; a pipelined read is faster in Vivado.
BLOCK_RAM_CLOCK_TO_Q = 0.90
ULTRA_RAM_CLOCK_TO_Q = 1.20
MEMORY_SETUP = 0.30
DSP_THROUGH = 2.00

LOCAL = ("CARRY4", "CARRY8", "MUXF7", "MUXF8", "MUXF9")  # wires to these stay in the slice


def kind_of(cell_type):
    if cell_type.startswith("FD"):
        return "register"
    if cell_type.startswith("SRL"):
        return "shift"
    if cell_type.startswith("RAMB"):
        return "block_ram"
    if cell_type.startswith("URAM"):
        return "ultra_ram"
    if cell_type.startswith("RAM"):
        return "lut_ram"
    if cell_type.startswith("DSP"):
        return "dsp"
    return "logic"


LAUNCH = {
    "register": CLOCK_TO_Q, "shift": SHIFT_CLOCK_TO_Q, "block_ram": BLOCK_RAM_CLOCK_TO_Q,
    "ultra_ram": ULTRA_RAM_CLOCK_TO_Q,
}  # fmt: skip


def through(cell_type):
    if cell_type.startswith("CARRY"):
        return CARRY_IN_OUT
    if cell_type.startswith("MUXF"):
        return WIDE_MUX
    if cell_type.startswith("RAM"):
        return LUT_RAM_READ
    if cell_type.startswith("DSP"):
        return DSP_THROUGH
    if cell_type in ("VCC", "GND", "INV", "BUF"):
        return 0.0  # an inverter goes into the LUT behind it
    return LUT


@dataclass(frozen=True)
class Path:
    nanoseconds: float
    luts: int
    start: str  # what the source calls the register, memory or port that it leaves
    end: str  # and where it ends
    cells: list[str]  # in order


def source_names(module):
    """{bit: the shortest name that the source has for it}"""
    names = {}
    for name, net in module["netnames"].items():
        if net.get("hide_name") or "$" in name:
            continue
        for bit in net["bits"]:
            if bit not in names or len(name) < len(names[bit]):
                names[bit] = name
    return names


def longest_path(module):
    """Returns the longest Path. Ports count as registers."""
    driver = {}  # bit -> cell
    loads = defaultdict(int)
    inputs = {}  # cell -> bits that matter to its outputs, with the port's name
    ends = []  # (bit, extra, name)
    outputs = defaultdict(list)
    cells = module["cells"]
    for name, cell in cells.items():
        kind = kind_of(cell["type"])
        inputs[name] = []
        for port, bits in cell["connections"].items():
            direction = cell["port_directions"][port]
            for bit in bits:
                if isinstance(bit, str):
                    continue
                if direction == "output":
                    driver[bit] = name
                    outputs[name].append(bit)
                    continue
                if port in ("C", "CLK", "WCLK", "CLKARDCLK", "CLKBWRCLK"):
                    continue
                loads[bit] += 1
                if kind in ("logic", "dsp") or (kind == "lut_ram" and port.startswith(("ADDR", "A", "DPRA"))):
                    inputs[name].append((bit, port))
                elif kind in ("register", "shift", "lut_ram"):
                    ends.append((bit, SETUP, f"{name}.{port}"))
                else:
                    ends.append((bit, MEMORY_SETUP, f"{name}.{port}"))
    for port, about in module["ports"].items():
        if about["direction"] == "output":
            ends += [(bit, SETUP, port) for bit in about["bits"] if not isinstance(bit, str)]

    def wire(bit, to):
        if to in LOCAL:
            return 0.0
        return min(WIRE + WIRE_PER_DOUBLING * math.log2(max(loads[bit], 1)), WIRE_LIMIT)

    arrival = {}  # cell -> (ns at its output, the bit it came by)

    def at(bit):
        cell = driver.get(bit)
        return (CLOCK_TO_Q, None) if cell is None else arrival[cell]

    # Depth first without recursion; a cell is finished when all that drives it is.
    for root in cells:
        stack = [root]
        while stack:
            name = stack[-1]
            if name in arrival:
                stack.pop()
                continue
            cell_type = cells[name]["type"]
            launch = LAUNCH.get(kind_of(cell_type))
            if launch is not None:
                arrival[name] = (launch, None)
                stack.pop()
                continue
            waiting = [driver[bit] for bit, _ in inputs[name] if bit in driver and driver[bit] not in arrival]
            if waiting:
                if len(stack) > len(cells):
                    raise SystemExit(f"a loop of logic through {name}")
                stack.extend(waiting)
                continue
            best = (0.0, None)
            for bit, port in inputs[name]:
                came, _ = at(bit)
                cost = CARRY if cell_type.startswith("CARRY") and port == "CI" else through(cell_type)
                best = max(best, (came + wire(bit, cell_type) + cost, bit), key=lambda pair: pair[0])
            arrival[name] = best
            stack.pop()

    total, bit, end = max(
        ((at(bit)[0] + wire(bit, "") + extra, bit, name) for bit, extra, name in ends), default=(0.0, None, "")
    )
    names = source_names(module)

    def called(cell, bit):
        """By what leaves the cell, or else by the cell that made it."""
        bits = [bit] if cell is None else outputs[cell]
        return next((names[b] for b in bits if b in names), (cell or "?").split("$")[0].strip("\\.") or "?")

    ends_in = end.rsplit(".", 1)[0]
    last = end if ends_in not in cells else called(ends_in, None)
    path = [end]
    luts = 0
    while bit is not None and bit in driver:
        cell = driver[bit]
        path.append(f"{cell} ({cells[cell]['type']})")
        luts += cells[cell]["type"].startswith("LUT")
        first = called(cell, bit)
        bit = arrival[cell][1]
    if bit is not None:
        path.append("port")
        first = called(None, bit)
    return Path(total, luts, first, last, path[::-1])
