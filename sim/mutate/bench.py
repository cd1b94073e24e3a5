"""How CMake builds a bench, so that it can be built again with one source changed.

Ninja tells the commands: the one that verilates and the one that links. The bench's own objects stay as they are,
because the model's ports do.
"""

import re
import resource
import subprocess
from pathlib import Path


class Bench:
    def __init__(self, name, root, build):
        self.name = name
        self.root = root
        self.build = build
        target = f"{name}_bench"
        commands = subprocess.run(
            ["ninja", "-C", str(build), "-t", "commands", target], capture_output=True, text=True, check=True
        ).stdout.splitlines()
        self.verilate = next(c for c in commands if "--cc" in c and f"{name}_rtl.verilated" in c)
        self.link = next(c for c in reversed(commands) if " -o sim/bench/" in c and target in c)
        self.folder = re.search(r"--Mdir (\S+)", self.verilate).group(1)
        self.sources = re.findall(r"(?<=\s)rtl/\S+\.sv", self.verilate)
        self.top = re.search(r"--top-module (\S+)", self.verilate).group(1)
        self.output = re.search(r" -o (sim/bench/\S+)", self.link).group(1)

    def used(self):
        """{file: text} of what the top is made of: a bench's list may name files of its room's other tops as well."""
        texts = {source: (self.root / source).read_text() for source in self.sources}
        named = {Path(source).stem: source for source in texts}
        found = [self.top]
        for module in found:
            words = set(re.findall(r"\w+", re.sub(r"//.*", "", texts[named[module]])))
            found += sorted((words & named.keys()) - set(found))
        return {named[module]: texts[named[module]] for module in found}

    def run(self, program, cpu_seconds):
        """Whether all tests pass; one that takes too much processor time has failed."""

        def limit():
            resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        done = subprocess.run(
            [program, "--gtest_fail_fast"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, preexec_fn=limit
        )
        return done.returncode == 0

    def build_mutant(self, mutation, text, work):
        """Returns the program, or None where Verilator or the compiler refuses the change. `text`: the whole file's."""
        folder = work / "model"
        changed = work / Path(mutation.path).name
        changed.write_text(mutation.apply(text))
        program = work / "bench"
        verilate = self.verilate.replace(self.folder, str(folder)).replace(f" {mutation.path}", f" {changed}")
        # Lint that a change trips over says nothing about the bench.
        verilate = verilate.replace(" --cc ", " --cc -Wno-fatal ").replace("OPT_FAST=-O2", "OPT_FAST=-O1")
        archive = re.search(r"(\S*V\w+__ALL\.a)", self.link).group(1)
        model = folder / Path(archive).name
        link = self.link.replace(archive, str(model)).replace(f"-o {self.output}", f"-o {program}")
        for command in (verilate, link):
            done = subprocess.run(command, shell=True, cwd=self.build, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            if done.returncode != 0:
                return None
        return program
