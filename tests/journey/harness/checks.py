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
    try:
        wait_for("the flow table to be empty",
                 lambda: appliance.get("counters")["card"]["flows"] == 0, SETTLE_SECONDS)
        wait_for("the flow list to be empty", lambda: not flows(appliance), SETTLE_SECONDS)
    except Failed as error:
        raise Failed(f"{error}; left: {flows(appliance)}") from error
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


def events_after(appliance: Appliance, after: int, kind: str, count: int = 1, timeout: float = 8.0) -> list[Json]:
    """The events of the kind with ids above `after`, at least `count`; waits for them."""
    found: list[Json] = []

    def enough() -> bool:
        found[:] = events(appliance, after=after, type=kind)
        return len(found) >= count

    wait_for(f"{count} event(s) {kind}", enough, timeout)
    return list(found)


def mark(appliance: Appliance | None) -> int:
    """The last event's id once no connection is left, so that no late event of an earlier one counts."""
    if not appliance:
        return 0
    wait_for("earlier connections to end", lambda: not flows(appliance), SETTLE_SECONDS)
    time.sleep(0.03)  # events are written by a thread of their own
    return last_event_id(appliance)


def event_after(appliance: Appliance, after: int, kind: str, timeout: float = 8.0) -> Json:
    """The first of them."""
    return events_after(appliance, after, kind, 1, timeout)[0]


def on_card(appliance: Appliance, after: int, at_least: int = 0, share: float = 0.99) -> Json:
    """The closed event since `after`: spliced, with that share of payload on the card, and that much of it."""
    event = event_after(appliance, after, "tls_closed")
    inspected = event["inspection"]
    expect(inspected["handling"] == "spliced", f"{inspected['handling']}: {inspected['relay_reason']}")
    card, host = inspected["card_payload_bytes"] or 0, inspected["host_payload_bytes"] or 0
    expect(card >= at_least, f"{card} payload bytes on the card, not {at_least}")
    expect(card >= share * (card + host) or not at_least, f"{card} bytes on the card, {host} on the host")
    return event
