"""What the model gets wrong, read off the comparison: the first section of every report."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fissure.studies.compare import Compared, Summary, summary
from fissure.views import wording


@dataclass(frozen=True)
class Miss:
    """A variable with figures outside the model's interval: how many of how many, and a sentence on by how much."""

    title: str
    variable: str
    outside: int
    compared: int
    sentence: str
    severity: float


@dataclass(frozen=True)
class Wide:
    """A variable whose interval is too wide to say anything."""

    title: str
    variable: str
    width: str


def misses(rows: Iterable[Compared]) -> list[Miss]:
    """Variables with observations outside, the furthest off first."""
    of_variable: dict[str, list[Compared]] = {}
    for row in rows:
        if row.compared:
            of_variable.setdefault(row.variable.id, []).append(row)
    found = [_miss(group) for group in of_variable.values() if any(row.verdict == "outside" for row in group)]
    return sorted(found, key=lambda miss: -miss.severity)


def too_wide(rows: Iterable[Compared]) -> list[Wide]:
    """Variables that are absurdly wide, the widest first."""
    wide = sorted((s for s in summary(rows) if s.absurd and s.compared), key=lambda s: -s.width)
    return [Wide(s.variable.title, s.variable.id, wording.width(s.width, s.scale, s.variable.unit)) for s in wide]


def counts(rows: Iterable[Compared]) -> dict[str, int]:
    """How many outcomes are inside, near, outside; how many drivers were checked; how many not compared."""
    rows = list(rows)
    outcomes = [row for row in rows if row.compared and row.kind == "outcome"]
    out = {verdict: sum(row.verdict == verdict for row in outcomes) for verdict in ("contained", "near", "outside")}
    drivers = sum(row.compared and row.kind == "driver" for row in rows)
    return out | {
        "compared": len(outcomes),
        "drivers": drivers,
        "not_compared": sum(not row.compared for row in rows),
    }


def _miss(group: Sequence[Compared]) -> Miss:
    out = [row for row in group if row.verdict == "outside"]
    parts = [
        _side([row for row in out if row.too == side], side)
        for side in ("low", "high")
        if any(row.too == side for row in out)
    ]
    first = group[0]
    sentence = "; ".join(parts)
    return Miss(
        title=wording.quantity(first),
        variable=first.variable.id,
        outside=len(out),
        compared=len(group),
        sentence=sentence[0].upper() + sentence[1:] + ".",
        severity=max(_severity(row) for row in out),
    )


def _side(rows: Sequence[Compared], side: str) -> str:
    worst = max(rows, key=_severity)
    when = (
        f"on {wording.when(worst.observation)}" if worst.observation.period is None else wording.when(worst.observation)
    )
    start = f"too {side}" if len(rows) == 1 else f"too {side} in {len(rows)}, most"
    return (
        f"{start} {when}: published {wording.published(worst.observation)}, the model says "
        f"{wording.model(worst)}, {_apart(worst)}"
    )


def _apart(row: Compared) -> str:
    if row.scale == "factor" and math.isinf(row.gap):
        return "so it has next to none"
    return f"{wording.distance(row)} beyond the doubt of the figure"


def _severity(row: Compared) -> float:
    """One order for factors and points: ten points weigh like half as much again."""
    return row.gap * 4.0 if row.scale == "points" else math.log(row.gap) if row.gap > 0 else 0.0


def unspoken(summaries: Iterable[Summary]) -> list[Summary]:
    """Variables with observations of which none was compared."""
    return [one for one in summaries if not one.compared]
