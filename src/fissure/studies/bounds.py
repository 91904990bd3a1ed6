"""Outcomes at the end of their range: a history there says no more than "at least so much".

The time until something happens is counted within the run: a history in which it never does counts with the whole run,
so its mean is a restricted mean survival time (Royston and Parmar 2013). Ground, fighters, income and support end at
nothing; a share or an index at 0 and 1; and the model has room for so many fighters only. Where histories sit at such
an end, a difference from or to them is a lower bound, and where most do in both of two worlds it says nothing. Totals
of what happened (who deserted, fled or was killed) have no such end: none is what happened.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np

from fissure.studies.observation_operator import Floats

End = Literal["lower", "upper"]
TIMES = frozenset({"apart", "collapse", "replaced"})
"""Outcomes that are weeks until something happens."""
FIGHTERS = frozenset({"fighters", "loyal"})
STOCKS = frozenset({"territory", "income", "support", "residents"}) | FIGHTERS
FULL = 0.9
"""Part of the model's room for fighters from which it counts as full: each origin has room of its own."""


@dataclass(frozen=True)
class Bounds:
    """The ends of what an outcome can be in one history; None where it has none.

    From `full` on it counts as at its upper end. A `binary` outcome is always at one of its ends, so only all histories
    at the same one say anything.
    """

    low: float | None = None
    high: float | None = None
    full: float | None = None
    whole: bool = False
    """Whether it is a whole number in every history."""
    binary: bool = False

    def at(self, end: End, values: Floats) -> int:
        """How many of `values` are at that end."""
        if end == "lower":
            return 0 if self.low is None else int((values <= self.low).sum())
        least = self.high if self.full is None else self.full
        return 0 if least is None else int((values >= least).sum())


def bounds_of(outcome: str, weeks: int, room: int) -> Bounds:
    """The ends of an outcome by its name, in a run of `weeks` weeks with `room` for so many fighters."""
    name = outcome.partition("@")[0]
    if name in TIMES:
        return Bounds(0.0, float(weeks), whole=True)
    if name in STOCKS:
        high = float(room) if name in FIGHTERS else None
        return Bounds(0.0, high, FULL * room if high else None, whole=name in FIGHTERS)
    if name == "collapsed":
        return Bounds(0.0, 1.0, whole=True, binary=True)
    return Bounds(0.0, 1.0) if name == "cohesion" else Bounds()


@dataclass(frozen=True)
class AtBound:
    """`count` of `of` histories of a `world` are at one end of an outcome, at `bound`.

    `world` says which in words, as ``with everything off``. Where only means were kept the count may be a `least`.
    """

    world: str
    end: End
    bound: float
    count: int
    of: int
    least: bool = False
    near: bool = False
    """Whether it is enough to be near that end, where differences still show."""

    @property
    def most(self) -> bool:
        """Whether it is more than half of the histories."""
        return 2 * self.count > self.of


@dataclass(frozen=True)
class AtBounds:
    """All ends of one outcome at which histories were found; `recorded` is false where it was not looked for."""

    found: tuple[AtBound, ...] = ()
    recorded: bool = True

    def of(self, world: str) -> tuple[AtBound, ...]:
        """Those in a world."""
        return tuple(one for one in self.found if one.world == world)

    def unreadable(self, one: str, other: str) -> bool:
        """Whether most histories of both worlds are at the same end, so that their difference says nothing."""
        ends = [{each.end for each in self.of(world) if each.most and not each.near} for world in (one, other)]
        return bool(ends[0] & ends[1])

    def as_json(self) -> list[dict[str, Any]] | None:
        """As plain values, for JSON; None where it was not recorded."""
        return [asdict(one) for one in self.found] if self.recorded else None

    @classmethod
    def read(cls, told: Sequence[Mapping[str, Any]] | None) -> Self:
        """What `as_json` gave."""
        return cls(recorded=False) if told is None else cls(tuple(AtBound(**one) for one in told))


NOT_RECORDED = AtBounds(recorded=False)


def at_bounds(bounds: Bounds, worlds: Mapping[str, Floats]) -> AtBounds:
    """The ends at which histories of `worlds` are: (members,) of an outcome by what each world is called."""
    return AtBounds(tuple(one for world, values in worlds.items() for one in _in_world(bounds, world, values)))


def _in_world(bounds: Bounds, world: str, values: Floats) -> Iterable[AtBound]:
    for end, bound in _ends(bounds):
        count = bounds.at(end, values)
        if count == len(values) or (count and not bounds.binary):
            near = end == "upper" and bounds.full is not None
            yield AtBound(world, end, bound, count, len(values), near=near)


def _ends(bounds: Bounds) -> list[tuple[End, float]]:
    ends: tuple[tuple[End, float | None], ...] = (("lower", bounds.low), ("upper", bounds.high))
    return [(end, bound) for end, bound in ends if bound is not None]


def derived(bounds: Bounds, world: str, mean: float, half: float, factor: float, members: int) -> tuple[AtBound, ...]:
    """What the mean of a world and its interval say of how many of its members are at an end.

    `half` is half of the interval and `factor` by how many standard errors it reaches to either side. With distances
    d >= 0 from the end, S their sum and Q that of their squares, k of which are not zero: whole numbers of at least 1
    leave S² - Q >= k (k - 1) and S >= k, so that k is at most so much. With a mean at the very end k is 0.
    """
    out = []
    for end, bound in _ends(bounds):
        away = abs(mean - bound) * members
        if bounds.full is not None and end == "upper":
            share = (mean - bounds.full) / (bound - bounds.full)  # were all others just below it
            if share > 0:
                out.append(AtBound(world, end, bound, math.ceil(share * members), members, least=True, near=True))
            continue
        if away <= 1e-6 * max(abs(bound), 1.0):
            out.append(AtBound(world, end, bound, members, members))
            continue
        if not bounds.whole or bounds.binary or not np.isfinite([half, factor]).all():
            continue
        error = half / factor
        squares = members * (members - 1) * error**2 + away**2 / members
        rest = max(away**2 - squares, 0.0)
        most = min(math.floor((1 + math.sqrt(1 + 4 * rest)) / 2 + 1e-6), math.floor(away + 1e-6))
        least = math.ceil(away**2 / squares - 1e-6)
        if most < members:
            out.append(AtBound(world, end, bound, members - most, members, least=least != most))
    return tuple(out)
