"""What a pattern is: a sentence, its sources, and parts that a member meets, fails or says nothing of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.studies.counterpart import Floats

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


@dataclass(frozen=True, eq=False)
class Answer:
    """What the members say to a part, each array of shape (members,).

    `first` and `second` are the two numbers that it compares, in the part's unit, NaN where there is none.
    `holds` is masked where the part does not apply to the member: what it speaks of never happened.
    """

    first: Floats
    second: Floats
    holds: np.ma.MaskedArray

    @classmethod
    def of(cls, first: Floats, second: Floats, holds: NDArray[np.bool_], applies: NDArray[np.bool_]) -> "Answer":
        """The answer in which members to whom it does not apply are masked."""
        return cls(first, second, np.ma.masked_array(holds, ~applies))

    @classmethod
    def silent(cls, members: int) -> "Answer":
        """The answer in which nothing is said of anybody, as of a run that is too short."""
        nothing = np.full(members, np.nan)
        return cls.of(nothing, nothing, np.zeros(members, bool), np.zeros(members, bool))


@dataclass(frozen=True)
class Part:
    """One thing that can be checked: `first` before, above or below `second`, as `criterion` says in words.

    `compares` names the two numbers, `unit` says what they are (``week``: counted from the start of the run),
    `reads` are the outputs that `answer` needs. `source` holds those of the pattern's sources that this part
    rests on; all of them where it is empty.
    """

    name: str
    level: Level
    title: str
    criterion: str
    compares: tuple[str, str]
    unit: Unit
    reads: tuple[str, ...]
    answer: Callable[[xr.Dataset], Answer]
    source: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pattern:
    """A pattern that the record shows: `title` in a sentence, `why` its numbers are what they are.

    `source` holds ids of claims and observations of the ledger that show it; `beyond` says what of it they do
    not show.
    """

    letter: str
    title: str
    why: str
    source: tuple[str, ...]
    beyond: str
    parts: tuple[Part, ...]

    @property
    def criterion(self) -> str:
        """The criteria of all parts, in words with their numbers."""
        return " ".join(f"({part.name}) {part.criterion}" for part in self.parts)

    def source_of(self, part: Part) -> tuple[str, ...]:
        """The sources that `part` rests on."""
        return part.source or self.source
