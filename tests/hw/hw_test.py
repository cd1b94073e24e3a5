#!/usr/bin/env python3
"""What can be known of the kernel and the boards without the vendor's tools.

    tests/hw/hw_test.py
"""
from __future__ import annotations

import re
import subprocess
import sys
import unittest
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "hw/kernel"))

from ports import TOP, buses, rtl_ports  # noqa: E402  (the path comes first)
from sources import sources  # noqa: E402

BOARDS = yaml.safe_load((ROOT / "hw/boards/boards.yaml").read_text())
# Each direction has its own engine of four lanes.
TWICE = ("aead_aes_4", "aead_ghash_4")
NOT_ON_THE_CARD = ("aead_aes_1", "aead_ghash_1")
MOST = 0.40


def setUpModule() -> None:
    global PORTS
    PORTS = rtl_ports(ROOT)


class Kernel(unittest.TestCase):
    def test_generated_files_are_what_the_sources_give(self) -> None:
        done = subprocess.run([ROOT / "hw/kernel/generate", "--check"], capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_port_of_the_rtl_belongs_to_a_bus_of_the_xml_and_each_bus_is_whole(self) -> None:
        kernel = ElementTree.parse(ROOT / "hw/kernel/kernel.xml").getroot().find("kernel")
        named = {port.get("name"): port for port in kernel.find("ports")}
        self.assertEqual(kernel.get("name"), TOP)
        self.assertEqual(kernel.get("hwControlProtocol"), "user_managed")
        alone = {name for name in PORTS if not any(name.startswith(f"{bus}_") for bus in named)}
        self.assertEqual(alone, {"ap_clk", "ap_rst_n", "interrupt"})
        for name, bus in buses(PORTS).items():
            self.assertEqual(int(named[name].get("dataWidth")), bus["bits"])
            self.assertEqual(named[name].get("mode"), bus["kind"])
            stream = named[name].get("portType") == "stream"
            for signal in ("tvalid", "tready", "tdata", "tkeep", "tlast") if stream else (
                    "awvalid", "awready", "awaddr", "wvalid", "wready", "wdata", "wstrb", "bvalid", "bready", "bresp",
                    "arvalid", "arready", "araddr", "rvalid", "rready", "rdata", "rresp"):
                self.assertIn(f"{name}_{signal}", PORTS)
        self.assertEqual(set(named), set(buses(PORTS)))

    def test_arguments_have_numbers_in_order_ports_that_exist_and_the_registers_of_the_host(self) -> None:
        kernel = ElementTree.parse(ROOT / "hw/kernel/kernel.xml").getroot().find("kernel")
        ports = {port.get("name") for port in kernel.find("ports")}
        arguments = list(kernel.find("args"))
        self.assertEqual([int(argument.get("id")) for argument in arguments], list(range(len(arguments))))
        header = (ROOT / "host/card/regs.h").read_text()
        for argument in arguments:
            self.assertIn(argument.get("port"), ports)
            if argument.get("addressQualifier") == "1":
                ring = argument.get("name").removesuffix("_ring").capitalize()
                (address,) = re.findall(rf"kRings{ring}BaseLo = (0x[0-9a-f]+);", header)
                self.assertEqual(int(argument.get("offset"), 16), int(address, 16))


class Packaging(unittest.TestCase):
    def package(self, *words: str) -> subprocess.CompletedProcess:
        return subprocess.run(["tclsh", ROOT / "tests/hw/stubs.tcl", ROOT / "hw/kernel/package_kernel.tcl", *words],
                              capture_output=True, text=True, check=False)

    def test_calls_come_in_their_order(self) -> None:
        done = self.package("xcu55c-fsvh2892-2L-e", "/tmp/v.xo", "/tmp/v")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = [line.split("\t") for line in done.stdout.splitlines()]
        order = [call[0] for call in calls if call[0] != "ipx::associate_bus_interfaces"]
        self.assertEqual(order, ["create_project", "add_files", "set_property", "update_compile_order",
                                 "ipx::package_project", "set_property", "set_property", "ipx::infer_bus_interface",
                                 "ipx::update_checksums", "ipx::check_integrity", "ipx::save_core", "close_project",
                                 "package_xo"])
        by_name = {call[0]: call for call in calls}
        self.assertIn("xcu55c-fsvh2892-2L-e", by_name["create_project"])
        self.assertEqual({call[2] for call in calls if call[0] == "ipx::associate_bus_interfaces"}, set(buses(PORTS)))
        files = by_name["add_files"][2].split()
        self.assertEqual([Path(name).relative_to(ROOT).as_posix() for name in files], sources(ROOT))
        self.assertTrue(all(Path(name).is_file() for name in files))
        package = by_name["package_xo"]
        self.assertEqual(package[package.index("-xo_path") + 1], "/tmp/v.xo")
        self.assertEqual(package[package.index("-kernel_name") + 1], TOP)
        self.assertTrue(Path(package[package.index("-kernel_xml") + 1]).is_file())

    def test_wrong_arguments_are_refused(self) -> None:
        self.assertNotEqual(self.package("part").returncode, 0)


class Boards(unittest.TestCase):
    def test_both_links_are_connected_once_each_way(self) -> None:
        for name in BOARDS:
            text = (ROOT / f"hw/boards/connectivity/{name}.cfg").read_text()
            ends = [end for line in re.findall(r"^stream_connect=(.*)$", text, re.MULTILINE) for end in line.split(":")]
            self.assertEqual(len(ends), len(set(ends)), name)
            self.assertEqual({end.split(".")[1] for end in ends if end.startswith("vitrine_1.")},
                             {bus for bus, about in buses(PORTS).items() if str(about["kind"]).endswith("_only")})
            self.assertEqual(len(re.findall(r"^sp=vitrine_1\.m_axi_host:\w+\[\d+\]$", text, re.MULTILINE)), 1)

    def test_make_knows_each_board_and_no_other(self) -> None:
        for name, code in [*((name, 0) for name in BOARDS), ("u1", 2)]:
            done = subprocess.run(["make", "-n", "-C", ROOT / "hw/boards", "kernel", f"BOARD={name}", "OUT=/tmp/none"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, code, done.stderr)
            if code == 0:
                self.assertIn(f"-tclargs {BOARDS[name]['part']} /tmp/none/vitrine.xo", done.stdout)

    def test_measured_area_fits_with_margin(self) -> None:
        used = measured_area((ROOT / "docs/synthesis.md").read_text())
        self.assertGreater(used["luts"], 150_000, "the engines are in it")
        for name, board in BOARDS.items():
            for resource, amount in used.items():
                self.assertLessEqual(amount, MOST * board[resource], f"{name}: {resource}")


def measured_area(table: str) -> dict[str, float]:
    """Sum over the blocks with a row."""
    used = dict.fromkeys(("luts", "flip_flops", "brams", "urams"), 0.0)
    for row in re.findall(r"^\| `(\w+)` \|(.*)\|$", table, re.MULTILINE):
        cells = [cell.strip().replace(",", "") for cell in row[1].split("|")]
        if len(cells) < 12 or row[0] in NOT_ON_THE_CARD:
            continue
        times = 2 if row[0] in TWICE else 1
        for resource, column in (("luts", 1), ("flip_flops", 3), ("brams", 4), ("urams", 5)):
            used[resource] += times * float(cells[column])
    return used


if __name__ == "__main__":
    unittest.main()
