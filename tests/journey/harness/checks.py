"""What must hold after every journey, and readings of the API that several journeys need."""
from __future__ import annotations

import time
from typing import Any

from .appliance import Appliance, Json
from .runner import Failed, expect, wait_for

SETTLE_SECONDS = 8.0  # linger of closed entries, and TIME-WAIT-free sockets


def balance(counters: Json) -> tuple[int, int]:
    """(in, sum of outs) of the card's counters."""
    card = counters["card"]
    total_in = sum(card["received"].values() if isinstance(card["received"], dict) else card["received"])
    total_in += card["injected"]
    dropped = sum(_values(card["dropped"]))
    punted = sum(_values(card["punted"]))
    return total_in, card["forwarded"] + card["spliced"] + dropped + punted + card["held"]


def _values(table: Any) -> list[int]:
    """Counts of {name: count}, {name: {value}}, [{value}] or [count]."""
    rows = table.values() if isinstance(table, dict) else table
    return [row["value"] if isinstance(row, dict) else row for row in rows]


def balanced(appliance: Appliance) -> None:
    """Packets may be on their way between two counters: a balance must be seen soon."""
    deadline = time.monotonic() + 2
    while True:
        total_in, total_out = balance(appliance.get("counters"))
        if total_in == total_out:
            return
        if time.monotonic() > deadline:
            raise Failed(f"in {total_in}, sum of outs {total_out}")
        time.sleep(0.02)


def nothing_left(appliance: Appliance) -> None:
    """In = sum of outs; no flow entry (and with it no key), no session, no socket."""
    balanced(appliance)
    wait_for("the flow table to be empty",
             lambda: appliance.get("counters")["card"]["flows"] == 0, SETTLE_SECONDS)
    wait_for("the flow list to be empty", lambda: not flows(appliance), SETTLE_SECONDS)
    wait_for("sockets to go", lambda: not appliance.sockets(), SETTLE_SECONDS)
    balanced(appliance)
    expect(appliance.get("counters")["card"]["held"] == 0, "frames still held")


def flows(appliance: Appliance) -> list[Json]:
    answer = appliance.get("flows")
    return answer["flows"] if isinstance(answer, dict) else answer


def events(appliance: Appliance, **query: Any) -> list[Json]:
    answer = appliance.get("events", **{"limit": 10000, **query})
    return answer["events"] if isinstance(answer, dict) else answer


def last_event_id(appliance: Appliance) -> int:
    rows = events(appliance, limit=1)
    return rows[-1]["id"] if rows else 0


def event_after(appliance: Appliance, after: int, kind: str, timeout: float = 5.0) -> Json:
    """The first event of the kind with an id above `after`; waits for it."""
    return wait_for(f"an event {kind}",
                    lambda: events(appliance, after=after, type=kind), timeout)[0]
