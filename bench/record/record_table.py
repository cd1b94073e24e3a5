#!/usr/bin/env python3
"""The table of docs/performance.md from a run of record_bench.

    record_bench --benchmark_out=FILE --benchmark_out_format=json [--benchmark_min_time=0.2]
    record_table.py FILE [TLS [KEY]]        TLS 1.3 and AES-128 without arguments; KEY in bytes
"""
from __future__ import annotations

import json
import re
import sys
from pathlib import Path

NAME = re.compile(r"^(\w+)/record:(\d+)/key:(\d+)/tls:(\d+)$")
KINDS = {"record_a_packet": "a record a packet", "packets_of_1460": "1460-byte packets",
         "coalesced_64k": "coalesced, 64 KB"}
VERSIONS = {"1.2": 0x0303, "1.3": 0x0304}


def main() -> int:
    if len(sys.argv) < 2:
        print(__doc__, file=sys.stderr)
        return 2
    measured = json.loads(Path(sys.argv[1]).read_text())
    version = VERSIONS[sys.argv[2] if len(sys.argv) > 2 else "1.3"]
    key = int(sys.argv[3] if len(sys.argv) > 3 else 16)
    cells: dict[int, dict[str, str]] = {}
    for run in measured["benchmarks"]:
        name = NAME.match(run["name"])
        if name is None or run.get("error_occurred") or (int(name[3]), int(name[4])) != (key, version):
            continue
        cells.setdefault(int(name[2]), {})[name[1]] = (
            f"{run['packets/s'] / 1e6:.2f} | {run['bytes_per_second'] / 1e9:.2f}")
    context = measured["context"]
    print(f"{context['date']}, {context['num_cpus']} CPUs of {context['mhz_per_cpu']} MHz, "
          f"load {', '.join(f'{load:.1f}' for load in context['load_avg'])}")
    print("| record, bytes | " + " | ".join(f"{text}: Mpackets/s | GB/s" for text in KINDS.values()) + " |")
    print("|---:|" + "---:|" * (2 * len(KINDS)))
    for record, row in sorted(cells.items()):
        print(f"| {record} | " + " | ".join(row.get(kind, " | ") for kind in KINDS) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
