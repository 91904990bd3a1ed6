"""Patterns that the record of a case shows, and in what share of the members each comes about.

Pattern-oriented modelling (Grimm and Railsback): many weak patterns at several levels at once, each of which a wrong
model could miss. A case lists its own in `patterns.yaml` (`patterns_of`); a case without the file has none. Every
criterion is to be written down from the words of its sources and the doubt of its figures before any result is looked
at. `sample` says whether a fit up to some day could have known a part, `met` tests each part and gives a verdict over
the members that are `plausible`.

Those count that the early record does not already rule out. The filter is mild and says nothing of the patterns: for
the ground held, the residents under control and the number of fighters it takes every figure published of the first
eighteen months, whoever published it, and spans one range from the lowest to the highest of all their ends. At the time
of each of these figures a plausible member lies within that range with its lower end halved and its upper end doubled.
No factor here was chosen by looking at what passes.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from pydantic import Field

from fissure.cases.loader import Case
from fissure.constants import Z95
from fissure.errors import ArgumentError, nearest
from fissure.evidence.ledger import Ledger
from fissure.model.record import OUTPUTS
from fissure.reading import Strict, Text, read_yaml_lines, stands
from fissure.studies.compare import Compared
from fissure.studies.observation_operator import Floats
from fissure.studies.patterns.checks import Check

FILE = "patterns.yaml"
Level = Literal["individual", "unit or faction", "organisation", "territory", "war"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the fighter to the war: a pattern met at one level says little of the others."""
Unit = Literal[
    "week", "weeks", "ratio", "share", "correlation", "index", "points", "per 1,000 a half-year", "per 1,000 a year",
    "persons", "persons/month", "events", "barrels/day", "km2/month",
]  # fmt: skip
Sample = Literal["fits", "tests"]


class Part(Strict):
    """One thing that can be checked: `first` before, above or below `second`, as `criterion` says in words.

    `compares` names the two numbers, `unit` says what they are (``week``: counted from the start of the run). `source`
    holds those of the pattern's sources that this part rests on; all of them where it is empty.
    """

    name: Text
    level: Level
    title: Text
    criterion: Text
    compares: tuple[Text, Text]
    unit: Unit
    source: tuple[Text, ...] = ()
    check: Annotated[Check, Field(discriminator="kind")]

    @property
    def reads(self) -> tuple[str, ...]:
        """The outputs that the check needs."""
        return tuple(dict.fromkeys(one for series in self.check.series() for one in series.outputs))


class Pattern(Strict):
    """A pattern that the record shows: `title` in a sentence, `why` its numbers are what they are.

    `source` holds ids of claims and observations of the ledger that show it; `beyond` says what of it they do
    not show. `in_time` marks a pattern of what comes first, or of how long something takes: those have charts.
    """

    letter: Text
    title: Text
    why: Text
    source: Annotated[tuple[Text, ...], Field(min_length=1)]
    beyond: Text
    in_time: bool = False
    parts: Annotated[tuple[Part, ...], Field(min_length=1)]

    @property
    def criterion(self) -> str:
        """The criteria of all parts, in words with their numbers."""
        return " ".join(f"({part.name}) {part.criterion}" for part in self.parts)

    def source_of(self, part: Part) -> tuple[str, ...]:
        """The sources that `part` rests on."""
        return part.source or self.source


def patterns_of(case: Case, ledger: Ledger) -> tuple[Pattern, ...]:
    """The patterns of `case` in the order of its file; none where it has no such file.

    Raises `FissureError`, `FILE:LINE: ...`, for anything that is malformed, stands twice or names what does not exist.
    """
    path = case.folder / FILE
    if not stands(path):
        return ()
    read, line = read_yaml_lines(path, list[Pattern])
    sources, outputs = {*ledger.claims, *ledger.observations}, {o.name: o.dims for o in OUTPUTS}
    seen: set[str] = set()
    for at, pattern in enumerate(read):
        wrong: list[tuple[tuple[int | str, ...], str, str, Collection[str]]]
        wrong = [((at, "source", n), "source", one, sources) for n, one in enumerate(pattern.source)]
        for n, part in enumerate(pattern.parts):
            here = (at, "parts", n)
            wrong += [((*here, "source", m), "source", one, pattern.source) for m, one in enumerate(part.source)]
            for series in part.check.series():
                wrong += [((*here, "check"), "output", one, outputs) for one in series.outputs]
                dims = outputs.get(series.outputs[0], ())
                wrong += [((*here, "check"), f"dimension of '{series.outputs[0]}'", dim, dims) for dim in series.select]
        for loc, what, name, known in wrong:
            if name not in known:
                raise ArgumentError(f"{path}:{line(*loc)}: there is no {what} '{name}'{nearest(name, known)}")
        for name in (pattern.letter, *(part.name for part in pattern.parts)):
            if name in seen:
                raise ArgumentError(f"{path}:{line(at, 'letter')}: '{name}' is a duplicate, expected another name")
            seen.add(name)
    return tuple(read)


def sample(pattern: Pattern, part: Part, ledger: Ledger, until: date) -> Sample:
    """``tests`` (out of sample) if an observation that `part` rests on speaks of a day after `until`, else ``fits``.

    Claims carry no date, so a part that rests on claims alone counts as in sample: whoever wrote the mechanisms knew
    them.
    """
    figures = [ledger.observations[name] for name in pattern.source_of(part) if name in ledger.observations]
    return "tests" if any(figure.when > until for figure in figures) else "fits"


Verdict = Literal["met", "mixed", "not met", "not recorded", "nothing to test"]
EARLY = ("territory_km2", "residents_under_control", "fighters")
"""Outputs whose early figures members are held against."""
WEEKS = 78
"""Eighteen months, in which members are held against the early record."""
FACTOR = 2.0


@dataclass(frozen=True)
class Span:
    """One quantity as published in the first eighteen months, and how many members keep to it."""

    title: str
    unit: str
    low: float
    high: float
    figures: int
    kept: int


@dataclass(frozen=True, eq=False)
class PlausibleMembers:
    """`keep`, (members,): whether a member counts; `spans`: what it was held against.

    `fitted` says that the members are draws of a posterior, which has weighed the early record already.
    """

    keep: NDArray[np.bool_]
    spans: tuple[Span, ...]
    fitted: bool = False

    @property
    def count(self) -> int:
        """Number of members that count."""
        return int(self.keep.sum())

    @property
    def of(self) -> int:
        """Number of all members."""
        return len(self.keep)


@dataclass(frozen=True, eq=False)
class PatternResult:
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
    first: Floats = field(default_factory=lambda: np.empty(0))
    second: Floats = field(default_factory=lambda: np.empty(0))
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


def met(data: xr.Dataset, among: PlausibleMembers, patterns: Iterable[Pattern]) -> list[PatternResult]:
    """Each part of `patterns` over the members of `data` that count `among` all.

    `data` has the dimensions `member` and `week`; what is needed of it is read once.
    """
    patterns = tuple(patterns)
    if not patterns:  # a case need not have any
        return []
    needed = {name for pattern in patterns for part in pattern.parts for name in part.reads}
    read = data[sorted(needed & set(map(str, data.data_vars)))].isel(member=np.flatnonzero(among.keep)).compute()
    return [_of_part(pattern, part, read, among) for pattern in patterns for part in pattern.parts]


def _of_part(pattern: Pattern, part: Part, data: xr.Dataset, among: PlausibleMembers) -> PatternResult:
    def untested(verdict: Verdict, counted: int, reason: str) -> PatternResult:
        return PatternResult(pattern, part, verdict, counted, reason=reason)

    if absent := [name for name in part.reads if name not in data]:
        return untested("not recorded", among.count, f"the run does not hold {' and '.join(absent)}")
    if not among.count:
        return untested("nothing to test", 0, "no member counts")
    answer = part.check.answer(data)
    applies = ~np.ma.getmaskarray(answer.holds)
    of, meet = int(applies.sum()), int(answer.holds.filled(False).sum())
    if not of:
        return untested("nothing to test", among.count, "it applies to no member that counts")
    low, high = wilson(meet, of)
    verdict: Verdict = "met" if low > 0.5 else "not met" if high < 0.5 else "mixed"
    first, second = answer.first[applies], answer.second[applies]
    return PatternResult(pattern, part, verdict, among.count, of, meet, low, high, first, second)


def plausible(rows: Iterable[Compared], members: int, start: np.datetime64) -> PlausibleMembers:
    """Keep the members that agree with what was published early; `rows` is what `compare` found, `start` the first day.

    A quantity of which nothing was published, or nothing that the run holds the time of, rules nobody out.
    """
    of_output: dict[str, list[Compared]] = defaultdict(list)
    for row in rows:
        variable = row.variable
        early = np.datetime64(row.observation.when) < start.astype("datetime64[D]") + 7 * WEEKS
        if variable.output in EARLY and variable.how == "at" and not variable.select and row.compared and early:
            of_output[variable.output].append(row)
    keep, spans = np.ones(members, bool), []
    for own in of_output.values():
        ends = [end for row in own for end in row.observation.ends if np.isfinite(end)]
        low, high = min(ends), max(ends)
        models = np.stack([row.model for row in own if row.model is not None])
        kept = ((models >= low / FACTOR) & (models <= high * FACTOR)).all(axis=0)
        keep &= kept
        spans.append(Span(own[0].variable.title, own[0].variable.unit, low, high, len(own), int(kept.sum())))
    return PlausibleMembers(keep, tuple(spans))


def everyone(members: int) -> PlausibleMembers:
    """All `members` of a posterior: it has already been told what was published early, so nobody is ruled out."""
    return PlausibleMembers(np.ones(members, bool), (), fitted=True)
