"""Whether the members that count meet the patterns: a share with its interval, and a verdict.

Those count that the early record does not already rule out. The filter is mild and says nothing of the patterns: for
the ground held, the residents under control and the number of fighters it takes every figure published of the first
eighteen months, whoever published it, and spans one range from the lowest to the highest of all their ends. At the time
of each of these figures a plausible member lies within that range with its lower end halved and its upper end doubled.
No factor here was chosen by looking at what passes.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.constants import Z95
from fissure.studies.compare import Compared
from fissure.studies.observation_operator import Floats
from fissure.studies.patterns.pattern import Part, Pattern

Verdict = Literal["met", "mixed", "not met", "not recorded", "nothing to test"]


OUTPUTS = ("territory_km2", "residents_under_control", "fighters")
WEEKS = 78
"""Eighteen months, in which members are held against the early record."""
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


def _nothing() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Met:
    """A part of a pattern over the members that count.

    `applicable` of the `counted` members say something, `share` of those meet it, with the 95% interval
    from `low` to `high`. `first` and `second` hold the two numbers compared, of the applicable members. The verdict:

    - ``met``: in most members, the interval lies above a half;
    - ``not met``: in fewer than half, it lies below;
    - ``mixed``: it holds a half;
    - ``not recorded``: the run lacks an output that the part reads;
    - ``nothing to test``: no member counts, or the part applies to none that does. `reason` says which.
    """

    pattern: Pattern
    part: Part
    verdict: Verdict
    counted: int
    applicable: int = 0
    meet: int = 0
    low: float = math.nan
    high: float = math.nan
    first: Floats = field(default_factory=_nothing)
    second: Floats = field(default_factory=_nothing)
    reason: str = ""

    @property
    def share(self) -> float:
        """Share of the applicable members that meet it; NaN where there are none."""
        return self.meet / self.applicable if self.applicable else math.nan


def wilson(meet: int, of: int) -> tuple[float, float]:
    """The 95% interval of a share of which `meet` in `of` were seen (Wilson 1927); 0 to 1 where `of` is none."""
    if not of:
        return 0.0, 1.0
    share = meet / of
    middle = share + Z95**2 / (2 * of)
    half = Z95 * math.sqrt(share * (1 - share) / of + Z95**2 / (4 * of**2))
    scale = 1 + Z95**2 / of
    low = 0.0 if meet == 0 else (middle - half) / scale
    high = 1.0 if meet == of else (middle + half) / scale
    return low, high


def met(data: xr.Dataset, among: Plausible, patterns: Iterable[Pattern]) -> list[Met]:
    """Each part of `patterns` over the members of `data` that count `among` all.

    `data` has the dimensions `member` and `week`; what is needed of it is read once.
    """
    patterns = tuple(patterns)
    if not patterns:  # a case need not have any
        return []
    needed = {name for pattern in patterns for part in pattern.parts for name in part.reads}
    read = data[sorted(needed & set(map(str, data.data_vars)))].isel(member=np.flatnonzero(among.keep)).compute()
    return [_of_part(pattern, part, read, among) for pattern in patterns for part in pattern.parts]


def _of_part(pattern: Pattern, part: Part, data: xr.Dataset, among: Plausible) -> Met:
    if absent := [name for name in part.reads if name not in data]:
        said = f"the run does not hold {' and '.join(absent)}"
        return Met(pattern, part, "not recorded", among.count, reason=said)
    if not among.count:
        return Met(pattern, part, "nothing to test", 0, reason="no member counts")
    answer = part.check.answer(data)
    applies = ~np.ma.getmaskarray(answer.holds)
    of, meet = int(applies.sum()), int(answer.holds.filled(False).sum())
    if not of:
        return Met(pattern, part, "nothing to test", among.count, reason="it applies to no member that counts")
    low, high = wilson(meet, of)
    verdict: Verdict = "met" if low > 0.5 else "not met" if high < 0.5 else "mixed"
    return Met(pattern, part, verdict, among.count, of, meet, low, high, answer.first[applies], answer.second[applies])


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
