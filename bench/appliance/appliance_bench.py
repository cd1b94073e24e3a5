#!/usr/bin/env python3
"""No proxy, Vitrine and sslsplit in the same topology, in turns: TLS 1.3 handshakes/s and a 256 MiB download.

    client (ab, curl) ── middle ── server (nginx, 2 workers, ECDSA P-256)

Rounds are interleaved, so that what else the machine does falls on all alike; medians are printed.
"""
from __future__ import annotations

import argparse
import json
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "journey"))

import measure  # noqa: E402
from harness.pki import Pki  # noqa: E402
from harness.servers import Nginx  # noqa: E402
from harness.topology import Topology  # noqa: E402
from proxies import Bridge, Sslsplit, Vitrine  # noqa: E402

SIZE = 256 << 20
KINDS = {"bridge": Bridge, "vitrine": Vitrine, "sslsplit": Sslsplit}


def one_round(kind: type, pki_folder: Path, files: Path, seconds: int) -> measure.Sample:
    """Builds the topology anew, measures, and removes it."""
    folder = Path(tempfile.mkdtemp(prefix="vitrine-bench-"))
    folder.chmod(0o755)
    topology = Topology()
    proxy = None
    try:
        pki = Pki(pki_folder)
        server = Nginx(topology.server, folder, pki.leaf_ec, workers=2, http2=False)
        (server.root / "files" / "big").symlink_to(files)
        proxy = kind(topology, folder, pki)
        measure.handshakes(topology, proxy.address, proxy.port, 1)  # warms caches and forged leaves
        before = measure.cpu_seconds(proxy.pids())
        rate = measure.handshakes(topology, proxy.address, proxy.port, seconds)
        between = measure.cpu_seconds(proxy.pids())
        speed = measure.download(topology, proxy.address, proxy.port, proxy.ca, "/files/big", SIZE)
        after = measure.cpu_seconds(proxy.pids())
        return measure.Sample(rate, speed, (between - before) / max(rate * seconds, 1) * 1e6,
                              (after - between) / (SIZE / 1e9))
    finally:
        if proxy:
            proxy.stop()
        topology.close()
        shutil.rmtree(folder, ignore_errors=True)


def machine() -> dict[str, object]:
    model = next((line.split(":", 1)[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), "unknown")
    return {"cpu": model, "cores": len(list(Path("/sys/devices/system/cpu").glob("cpu[0-9]*"))),
            "kernel": platform.release(), "date": time.strftime("%Y-%m-%d %H:%M:%S UTC", time.gmtime()),
            "openssl": subprocess.run(["openssl", "version"], capture_output=True, text=True,
                                      check=True).stdout.strip()}


def table(results: dict[str, list[measure.Sample]]) -> None:
    print(f"\n{'':10} {'handshakes/s':>22} {'download MB/s':>22} {'proxy CPU':>30}")
    for name, samples in results.items():
        rates = [s.handshakes for s in samples]
        speeds = [s.download / 1e6 for s in samples]
        cpu = (f"{statistics.median(s.cpu_us_per_handshake for s in samples):.0f} us/handshake, "
               f"{statistics.median(s.cpu_s_per_gb for s in samples):.2f} s/GB")
        print(f"{name:10} {statistics.median(rates):8.0f} ({min(rates):.0f}-{max(rates):.0f})"
              f"{statistics.median(speeds):14.0f} ({min(speeds):.0f}-{max(speeds):.0f}) {cpu:>33}")


def ratios(results: dict[str, list[measure.Sample]]) -> None:
    if "vitrine" in results and "sslsplit" in results:
        ours, theirs = results["vitrine"], results["sslsplit"]
        for what, field in (("handshakes", "handshakes"), ("download", "download")):
            ratio = (statistics.median(getattr(s, field) for s in ours) /
                     statistics.median(getattr(s, field) for s in theirs))
            print(f"{what}: vitrine is {ratio:.2f} times sslsplit")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=Path, default=ROOT / "build/release/bin")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=5, help="of handshakes, each round")
    parser.add_argument("--only", nargs="*", choices=list(KINDS), default=list(KINDS))
    parser.add_argument("--json", type=Path, help="write machine, date and every sample here")
    options = parser.parse_args()
    Vitrine.binaries = options.bin
    work = Path(tempfile.mkdtemp(prefix="vitrine-bench-files-"))
    work.chmod(0o755)
    results: dict[str, list[measure.Sample]] = {KINDS[k].name: [] for k in options.only}
    try:
        big = work / "big"
        big.write_bytes(bytes(SIZE))
        for number in range(options.rounds):
            for key in options.only:
                sample = one_round(KINDS[key], work / "pki", big, options.seconds)
                results[KINDS[key].name].append(sample)
                print(f"round {number + 1} {KINDS[key].name:9} {sample.handshakes:7.0f} handshakes/s "
                      f"{sample.download / 1e6:6.0f} MB/s", flush=True)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    table(results)
    ratios(results)
    if options.json:
        options.json.write_text(json.dumps({"machine": machine(), "seconds": options.seconds, "size": SIZE,
                                            "samples": {name: [vars(s) for s in samples]
                                                        for name, samples in results.items()}}, indent=2) + "\n")
        print(f"written: {options.json}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
