"""What a pattern is: a sentence, its sources, and parts that a member meets, fails or says nothing of.

A case lists its patterns in `patterns.yaml`; a case without the file has none. Every criterion is to be written down
from the words of its sources and the doubt of its figures before any result is looked at.
"""

from collections.abc import Collection
from datetime import date
from typing import Annotated, Literal, get_args

from pydantic import Field

from fissure.cases.loader import Case
from fissure.errors import ArgumentError, nearest
from fissure.evidence.ledger import Ledger
from fissure.model.record import OUTPUTS
from fissure.reading import Strict, Text, read_yaml_lines, stands
from fissure.studies.patterns.checks import Check

FILE = "patterns.yaml"
Level = Literal["individual", "unit or faction", "organisation", "territory", "war"]
LEVELS: tuple[Level, ...] = get_args(Level)
"""From the fighter to the war: a pattern met at one level says little of the others."""
Unit = Literal[
    "week",
    "weeks",
    "ratio",
    "share",
    "correlation",
    "index",
    "points",
    "per 1,000 a half-year",
    "per 1,000 a year",
    "persons",
    "persons/month",
    "events",
    "barrels/day",
    "km2/month",
]
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
