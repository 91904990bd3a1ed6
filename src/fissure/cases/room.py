"""Room for fighters: which bloc each unit belongs to, and how many places that leaves for each origin.

Units are room, not people: how full those of each origin are is a parameter (`start.fighters`, `start.foreign-share`).
"""

import math
from collections.abc import Sequence

import numpy as np

from fissure.cases.schema import Bloc, ParameterPrior
from fissure.errors import CaseError

FIGHTERS, FOREIGN_SHARE = "start.fighters", "start.foreign-share"


def blocs_of_units(blocs: Sequence[Bloc], units: int) -> list[int]:
    """The index of a bloc for each unit: units are shared evenly among the origins that there are, then by share.

    Largest remainders take what rounding leaves over, so that all units are used. Raises `FissureError` for fewer units
    than origins.
    """
    if units < (origins := _origins(blocs)):
        raise CaseError(f"found {units} units, expected at least {origins}: one for locals and one for foreigners")
    return [i for i, n in enumerate(_units_of(blocs, units)) for _ in range(n)]


def without_unit(blocs: Sequence[Bloc], units: int) -> list[Bloc]:
    """The blocs that get none of `units` units, though they have a share."""
    return [bloc for bloc, n in zip(blocs, _units_of(blocs, units), strict=True) if n == 0 and bloc.share > 0]


def half_of(blocs: Sequence[Bloc], units: int) -> int:
    """Half of `units`, for a first look, but no fewer than there are origins."""
    return max(units // 2, min(units, _origins(blocs)))


def _origins(blocs: Sequence[Bloc]) -> int:
    return len({bloc.origin for bloc in blocs})


def _units_of(blocs: Sequence[Bloc], units: int) -> list[int]:
    """The number of `units` of each bloc."""
    share = np.array([bloc.share / _origins(blocs) for bloc in blocs]) * units
    count = np.floor(share).astype(int)
    for i in np.argsort(-(share - count), kind="stable")[: units - count.sum()]:
        count[i] += 1
    return [int(n) for n in count]


def places(blocs: Sequence[Bloc], units: int, slots: int) -> dict[str, int]:
    """Places for fighters of each origin that has a bloc."""
    origins = [blocs[i].origin for i in blocs_of_units(blocs, units)]
    return {origin: origins.count(origin) * slots for origin in dict.fromkeys(bloc.origin for bloc in blocs)}


def too_few_places(
    blocs: Sequence[Bloc], units: int, slots: int, fighters: ParameterPrior, foreign_share: ParameterPrior
) -> list[str]:
    """One sentence for each origin whose places the upper ends of the priors of the start overrun.

    A history that draws more fighters than there are places begins with every place taken, and recruits find none.
    """
    most, share = fighters.prior.high, foreign_share.prior
    there = places(blocs, units, slots)
    part = {"local": 1.0 - share.low, "foreign": share.high} if len(there) > 1 else dict.fromkeys(there, 1.0)
    found = []
    for origin, have in there.items():
        if have < (need := most * part[origin]):
            enough = math.ceil(max(most * part[o] * units * slots / max(n, 1) for o, n in there.items()))
            found.append(
                f"there are {have:,} places for {origin} fighters, fewer than the {need:,.0f} that the priors of "
                f"{FIGHTERS} and {FOREIGN_SHARE} reach, so that histories begin with fewer fighters than drawn and "
                f"turn recruits away; expected units x slots of {enough:,} or more"
            )
    return found
