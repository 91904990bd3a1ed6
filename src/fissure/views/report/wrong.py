"""What the model gets wrong, read off the comparison: the first section of every report."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fissure.present import formatting
from fissure.studies.compare import Compared, Summary, summary


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
    """A variable with intervals too wide to say anything: how many of how many, and the widest."""

    title: str
    variable: str
    said: str


def misses(rows: Iterable[Compared]) -> list[Miss]:
    """Variables of outcomes with observations outside, the furthest off first: those that the counts call outside."""
    return _missed(row for row in rows if row.kind == "outcome")


def imposed(rows: Iterable[Compared]) -> list[Miss]:
    """The same of what the case imposes, which no count of the model's own holds."""
    return _missed(row for row in rows if row.kind == "driver")


def _missed(rows: Iterable[Compared]) -> list[Miss]:
    of_variable: dict[str, list[Compared]] = {}
    for row in rows:
        if row.compared:
            of_variable.setdefault(row.variable.id, []).append(row)
    found = [_miss(group) for group in of_variable.values() if any(row.verdict == "outside" for row in group)]
    return sorted(found, key=lambda miss: -miss.severity)


def too_wide(rows: Iterable[Compared]) -> list[Wide]:
    """Variables with intervals that are absurdly wide, those with most of them first."""
    found = [s for s in summary(rows) if s.too_wide and s.kind == "outcome"]
    return [_wide(s) for s in sorted(found, key=lambda s: (-s.too_wide / s.compared, -s.too_wide, -s.widest))]


def _wide(one: Summary) -> Wide:
    widest = formatting.width(one.widest, one.scale, one.variable.unit)
    how = "" if one.too_wide == 1 else "the widest "
    said = f"{formatting.too_wide(one.too_wide, one.compared)}, {how}{widest}"
    return Wide(one.variable.title, one.variable.id, said)


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
        title=formatting.quantity(first),
        variable=first.variable.id,
        outside=len(out),
        compared=len(group),
        sentence=sentence[0].upper() + sentence[1:] + ".",
        severity=max(_severity(row) for row in out),
    )


def _side(rows: Sequence[Compared], side: str) -> str:
    worst = max(rows, key=_severity)
    when = (
        f"on {formatting.when(worst.observation)}"
        if worst.observation.period is None
        else formatting.when(worst.observation)
    )
    start = f"too {side}" if len(rows) == 1 else f"too {side} in {len(rows)}, most"
    return (
        f"{start} {when}: published {formatting.published(worst.observation)}, the model says "
        f"{formatting.model(worst)}, {_apart(worst)}"
    )


def _apart(row: Compared) -> str:
    if row.scale == "factor" and math.isinf(row.gap):
        return "so it has next to none"
    return f"{formatting.distance(row)} beyond the doubt of the figure"


def _severity(row: Compared) -> float:
    """One order for factors and points: ten points weigh like half as much again."""
    return row.gap * 4.0 if row.scale == "points" else math.log(row.gap) if row.gap > 0 else 0.0


def unspoken(summaries: Iterable[Summary]) -> list[Summary]:
    """Variables with observations of which none was compared."""
    return [one for one in summaries if not one.compared]
