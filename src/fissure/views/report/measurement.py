"""How each publisher's figures relate to the model: the table of the measurement model in the report."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from fissure.cases.leanings import Leaning
from fissure.evidence.ledger import Ledger
from fissure.studies.measurement import data, leaning_of


@dataclass(frozen=True)
class Publisher:
    """One publisher on one family of variables: what its figures share, and on what grounds."""

    publisher: str
    source: str
    kind: str
    family: str
    lean: str
    common: str
    figures: int
    reason: str


def publishers(ledger: Ledger, leanings: Sequence[Leaning]) -> list[Publisher]:
    """One row for each bias term of the figures that can be learned from, in the order of the ledger."""
    grouped: dict[tuple[str, str], list[str]] = {}
    for item in data(ledger, leanings):
        grouped.setdefault((item.observation.source, item.variable.of_family), []).append(item.scale)
    rows = []
    for (name, family), scales in grouped.items():
        source = ledger.sources[name]
        leaning = leaning_of(leanings, source.kind, family)
        rows.append(
            Publisher(
                publisher=source.publisher,
                source=name,
                kind=source.kind.replace("-", " "),
                family=family.replace("_", " ").replace("-", " "),
                lean="; ".join(dict.fromkeys(_lean(leaning, scale) for scale in scales)),
                common=f"{leaning.common:.0%}",
                figures=len(scales),
                reason=leaning.reason,
            )
        )
    return rows


def _lean(leaning: Leaning, scale: str) -> str:
    """The middle of the lean with its 90% range, in words."""
    if scale == "points":
        if leaning.points is None:
            return "none known"
        low, high = leaning.points
        return f"{50 * (low + high):+.0f} points ({100 * low:+.0f} to {100 * high:+.0f})"
    if leaning.factor is None:
        return "none known"
    low, high = leaning.factor
    return f"× {math.sqrt(low * high):.2g} ({low:g} to {high:g})"
