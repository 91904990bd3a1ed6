"""What an ordering is: a sentence, its sources, and parts that a member meets, fails or says nothing of."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.studies.counterpart import Floats

Unit = Literal["week", "weeks", "ratio", "correlation", "per 1,000 a half-year", "points"]


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


@dataclass(frozen=True)
class Part:
    """One thing that can be checked: `first` before, above or below `second`, as `criterion` says in words.

    `compares` names the two numbers, `unit` says what they are (``week``: counted from the start of the run),
    `reads` are the outputs that `answer` needs.
    """

    name: str
    title: str
    criterion: str
    compares: tuple[str, str]
    unit: Unit
    reads: tuple[str, ...]
    answer: Callable[[xr.Dataset], Answer]


@dataclass(frozen=True)
class Ordering:
    """An ordering that the record shows: `title` in a sentence, `why` its numbers are what they are.

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
