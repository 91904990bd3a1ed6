"""Which members count: those that the early record does not already rule out.

The filter is mild and says nothing of the patterns. For the ground held, the residents under control and the number
of fighters it takes every figure published of the first eighteen months, whoever published it, and spans one range
from the lowest to the highest of all their ends. At the time of each of these figures a plausible member lies within
that range with its lower end halved and its upper end doubled. No factor here was chosen by looking at what passes.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fissure.studies.compare import Compared

OUTPUTS = ("territory_km2", "residents_under_control", "fighters")
WEEKS = 78
"""Eighteen months: the time of the articles and of the first figures of each kind."""
FACTOR = 2.0


@dataclass(frozen=True)
class Span:
    """What was published of one quantity in the first eighteen months, and how many members keep to it."""

    title: str
    unit: str
    low: float
    high: float
    figures: int
    kept: int


@dataclass(frozen=True, eq=False)
class Plausible:
    """`keep`, (members,): whether a member counts; `spans`: what it was held against.

    `fitted` says that the members are draws of a posterior, which has weighed the early record already.
    """

    keep: NDArray[np.bool_]
    spans: tuple[Span, ...]
    fitted: bool = False

    @property
    def count(self) -> int:
        """How many members count."""
        return int(self.keep.sum())

    @property
    def of(self) -> int:
        """How many members there are."""
        return len(self.keep)


def plausible(rows: Iterable[Compared], members: int, start: np.datetime64) -> Plausible:
    """Which of `members` keep to what was published early; `rows` is what `compare` found, `start` the first day.

    A quantity of which nothing was published, or nothing that the run holds the time of, rules nobody out.
    """
    of_output: dict[str, list[Compared]] = {}
    for row in rows:
        variable = row.variable
        early = np.datetime64(row.observation.when) < start.astype("datetime64[D]") + 7 * WEEKS
        if variable.output in OUTPUTS and variable.how == "at" and not variable.select and row.compared and early:
            of_output.setdefault(variable.output, []).append(row)
    keep, spans = np.ones(members, bool), []
    for own in of_output.values():
        ends = [end for row in own for end in row.observation.ends if np.isfinite(end)]
        low, high = min(ends), max(ends)
        kept = np.ones(members, bool)
        for row in own:
            assert row.model is not None  # it was compared
            kept &= (row.model >= low / FACTOR) & (row.model <= high * FACTOR)
        keep &= kept
        spans.append(Span(own[0].variable.title, own[0].variable.unit, low, high, len(own), int(kept.sum())))
    return Plausible(keep, tuple(spans))


def everyone(members: int) -> Plausible:
    """All `members` of a posterior: it has already been told what was published early, so nobody is ruled out."""
    return Plausible(np.ones(members, bool), (), fitted=True)
