"""Where a SystemVerilog file can be changed by one operator or constant, and into what.

Only what is synthesised: assertions, proofs, ports, parameters, types and elaboration checks stay as they are.
"""

import re
from dataclasses import dataclass

# Left to right, the longest first. Only operators with blanks around them: those without are part of something else.
SWAPS = [
    (r" == ", " != "), (r" != ", " == "), (r" && ", " || "), (r" \|\| ", " && "), (r" & ", " | "), (r" \| ", " & "),
    (r" \^ ", " | "), (r" \+ ", " - "), (r" - ", " + "), (r" << ", " >> "), (r" >> ", " << "), (r" > ", " >= "),
    (r" >= ", " > "), (r" < ", " >= "), (r"(?<=[ (])!(?=[a-z(])", ""), (r"(?<=[ (=])~(?=[a-z(])", ""),
    (r"\b1'b0\b", "1'b1"), (r"\b1'b1\b", "1'b0"), (r"(?<![\w'])'0", "'1"), (r"(?<![\w'])'1", "'0"),
]  # fmt: skip
NUMBER = re.compile(r"(?<![\w'.\[:{])(\d+)(?![\w':\]])")  # alone in an expression
SIZED = re.compile(r"(\d+'[hd])([0-9a-f]+)\b")

SKIP = re.compile(
    r"^\s*(input|output|module|endmodule|parameter|localparam|typedef|package|`|//|genvar|assert|assume|\$fatal|import|\)|"
    r"if \(.*: g_illegal|for \()"
)
CAST = re.compile(r"\([^()]*\)'(?=\()")  # the width of one, as little an operation as that of a declaration
LABELS = re.compile(r"^\s*[A-Z]\w*,?\s*(//.*)?$")  # of an enum


@dataclass(frozen=True)
class Mutation:
    path: str
    line: int  # from 1
    column: int
    old: str
    new: str

    def __str__(self):
        return f"{self.path}:{self.line}:{self.column + 1}: `{self.old.strip()}` -> `{self.new.strip() or 'nothing'}`"

    def described(self, text):
        """Names the change so that it is known again when lines above it have come or gone."""
        change = f"{self.old.strip()} -> {self.new.strip() or 'nothing'} at {self.column + 1}"
        return {"file": self.path, "code": text.split("\n")[self.line - 1].strip(), "change": change}

    def apply(self, text):
        lines = text.split("\n")
        line = lines[self.line - 1]
        lines[self.line - 1] = line[: self.column] + self.new + line[self.column + len(self.old) :]
        return "\n".join(lines)


def sites(path, text):
    """All mutations of a file, in order."""
    found = []
    hidden = 0  # within `ifdef FORMAL or `ifndef SYNTHESIS
    in_enum = False
    for number, line in enumerate(text.split("\n"), 1):
        stripped = line.strip()
        if stripped.startswith(("`ifdef", "`ifndef")):
            hidden += 1
        elif stripped.startswith("`endif"):
            hidden -= 1
        if "typedef enum" in line:
            in_enum = True
        if in_enum:
            in_enum = "}" not in line
            continue
        if hidden or SKIP.match(line) or LABELS.match(line):
            continue
        code = line.split("//")[0]
        # A declaration has widths only; an instance's parameters are its own matter.
        if re.match(r"^\s*(logic|int|vitrine_pkg::\w+)\b[^=]*;", code) or re.match(r"^\s*\w+ #\(", code):
            continue
        casts = [match.span() for match in CAST.finditer(code)]
        for pattern, new in SWAPS:
            for match in re.finditer(pattern, code):
                if any(begin <= match.start() < end for begin, end in casts):
                    continue
                found.append(Mutation(path, number, match.start(), match.group(), new))
        for match in NUMBER.finditer(code):
            if any(begin <= match.start() < end for begin, end in casts):
                continue
            found.append(Mutation(path, number, match.start(1), match.group(1), str(int(match.group(1)) + 1)))
        for match in SIZED.finditer(code):
            base = 16 if match.group(1).endswith("h") else 10
            value = int(match.group(2), base) ^ 1
            new = match.group(1) + (f"{value:x}" if base == 16 else str(value))
            found.append(Mutation(path, number, match.start(), match.group(), new))
    return sorted(set(found), key=lambda m: (m.line, m.column, m.new))
