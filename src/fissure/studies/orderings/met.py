"""Whether the plausible members meet the orderings: a share with its interval, and a verdict."""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import xarray as xr

from fissure.studies.counterpart import Floats
from fissure.studies.orderings.listed import ORDERINGS
from fissure.studies.orderings.ordering import Ordering, Part
from fissure.studies.orderings.plausible import Plausible

Verdict = Literal["met", "mixed", "not met", "not recorded", "nothing to test"]
Z = 1.959963984540054
"""Of a two-sided 95% interval."""


def _nothing() -> Floats:
    return np.empty(0)


@dataclass(frozen=True, eq=False)
class Met:
    """A part of an ordering over the plausible members.

    `applicable` of the `plausible` members say something, `share` of those meet it, with the 95% interval
    from `low` to `high`. `first` and `second` hold the two numbers compared, of the applicable members. The verdict:

    - ``met``: in most members, the interval lies above a half;
    - ``not met``: in fewer than half, it lies below;
    - ``mixed``: it holds a half;
    - ``not recorded``: the run lacks an output that the part reads;
    - ``nothing to test``: no member is plausible, or the part applies to none that is. `reason` says which.
    """

    ordering: Ordering
    part: Part
    verdict: Verdict
    plausible: int
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
    middle = share + Z**2 / (2 * of)
    half = Z * math.sqrt(share * (1 - share) / of + Z**2 / (4 * of**2))
    scale = 1 + Z**2 / of
    low = 0.0 if meet == 0 else (middle - half) / scale
    high = 1.0 if meet == of else (middle + half) / scale
    return low, high


def met(data: xr.Dataset, among: Plausible, orderings: Iterable[Ordering] = ORDERINGS) -> list[Met]:
    """Each part of `orderings` over the members of `data` that count `among` all.

    `data` has the dimensions `member` and `week`; what is needed of it is read once.
    """
    orderings = tuple(orderings)
    needed = {name for ordering in orderings for part in ordering.parts for name in part.reads}
    read = data[sorted(needed & set(map(str, data.data_vars)))].isel(member=np.flatnonzero(among.keep)).compute()
    return [_of_part(ordering, part, read, among) for ordering in orderings for part in ordering.parts]


def _of_part(ordering: Ordering, part: Part, data: xr.Dataset, among: Plausible) -> Met:
    if absent := [name for name in part.reads if name not in data]:
        said = f"the run does not hold {' and '.join(absent)}"
        return Met(ordering, part, "not recorded", among.count, reason=said)
    if not among.count:
        return Met(ordering, part, "nothing to test", 0, reason="no member is plausible")
    answer = part.answer(data)
    applies = ~np.ma.getmaskarray(answer.holds)
    of, meet = int(applies.sum()), int(answer.holds.filled(False).sum())
    if not of:
        return Met(ordering, part, "nothing to test", among.count, reason="it applies to no plausible member")
    low, high = wilson(meet, of)
    verdict: Verdict = "met" if low > 0.5 else "not met" if high < 0.5 else "mixed"
    return Met(ordering, part, verdict, among.count, of, meet, low, high, answer.first[applies], answer.second[applies])
