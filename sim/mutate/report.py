"""docs/mutation.md from what was measured: a row a bench, and every survivor with the reason a person gave for it."""

import datetime

HEAD = """# Faults that the benches catch

`sim/mutate/mutate --write` changes one operator or constant of a block's RTL at a time and runs the block's bench on it.
`sim/mutate/blocks.yaml` says how many changes each bench is asked about; the seed decides which.
A change that does not build is not counted, a bench that takes ten times its usual time has caught it.
Survivors are looked at by a person: *equivalent* ones cannot be seen from outside, *gaps* are faults that the bench of that block lets through, *open* ones still wait for that look.
"""


def find(survivor, reasons):
    same = (r for r in reasons if all(r[key] == survivor[key] for key in ("file", "code", "change")))
    return next(same, None)


def of(rows, reasons):
    """Returns the document, and the share in per cent of changes that were caught."""
    lines = ["| bench | possible changes | tried | caught | survived | share |", "|---|---|---|---|---|---|"]
    survivors = ["| survivor | change | what it is | why |", "|---|---|---|---|"]
    caught = tried = 0
    for row in rows:
        alive = len(row["survivors"])
        all_of = row["caught"] + alive
        caught += row["caught"]
        tried += all_of
        share = 100 * row["caught"] / all_of if all_of else 0
        lines.append(f"| `{row['bench']}` | {row['possible']} | {all_of} | {row['caught']} | {alive} | {share:.0f} % |")
        for survivor in row["survivors"]:
            reason = find(survivor, reasons) or {"kind": "open", "why": "not looked at yet"}
            code = survivor["code"].replace("|", "\\|")
            change = survivor["change"].replace("|", "\\|")
            survivors.append(f"| `{survivor['file']}`: `{code}` | `{change}` | {reason['kind']} | {reason['why']} |")
    share = 100 * caught / tried if tried else 0
    total = f"{datetime.date.today().isoformat()}, seed {rows[0]['seed']}: {caught} of {tried} changes caught ({share:.1f} %)."
    parts = [HEAD, total, "\n".join(lines)]
    if len(survivors) > 2:
        parts += ["## Survivors", "\n".join(survivors)]
    return "\n\n".join(part.strip() for part in parts) + "\n", share
