"""Drop and punt reasons from host/card/reasons.h, so that counters have the names that everything else uses."""
from __future__ import annotations

import re

from .errors import MapError

_TABLES = {"drop_reasons": "VITRINE_DROP_REASONS", "punt_reasons": "VITRINE_PUNT_REASONS"}


def read_reasons(text: str) -> dict[str, list[tuple[str, str]]]:
    """{"drop_reasons": [(counter, what it means), ...], "punt_reasons": ...} in the header's order."""
    reasons = {}
    for name, macro in _TABLES.items():
        found = re.search(rf"#define {macro}\(X\)((?:[^\n]*\\\n)*[^\n]*)", text)
        if not found:
            raise MapError(f"no table {macro} in the reasons' header")
        entries = re.findall(r'X\(k\w+,\s*"([a-z_]+)",\s*\\?\s*"([^"]*)"\)', found.group(1))
        if not entries or len(entries) != found.group(1).count("X(k"):
            raise MapError(f"{macro}: an entry that is not X(kName, \"counter\", \"text\")")
        reasons[name] = entries
    return reasons
