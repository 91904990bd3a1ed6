"""How much an ensemble is worth: histories that were drawn from few pasts say less than as many independent ones.

Members of a fitted posterior go on from simulated histories that told the state at the cut-off. Few did, so several
members go on from the same one: they share its parameters and its luck up to the cut-off.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fissure.cases.loader import Case
from fissure.engine.parameter_source import Draws, Prior

ENOUGH = 20
"""Histories from which a 90% interval can be told.

The whole range of n independent histories holds the next one with a chance of (n - 1) / (n + 1): below 19 that is less
than 90%, so that not even the lowest and the highest history are as far apart as the interval should be. From 20 on at
least one history is expected beyond each end (5% of 20).
"""


@dataclass(frozen=True)
class Effective:
    """`histories` members with `pasts` distinct pasts are worth `independent` draws (Kish's effective sample size).

    With m_k members in past k that is (sum of m)² / (sum of m²): all of them where no two share a past. Source: Kish
    (1965), Survey Sampling. It takes members of one past as one draw, though their luck after the cut-off is their own,
    so it errs on the side of caution.
    """

    histories: int
    pasts: int
    independent: float

    @classmethod
    def of(cls, pasts: ArrayLike) -> Self:
        """Of members whose pasts have these numbers.

        >>> Effective.of([7, 7, 8, 9])
        Effective(histories=4, pasts=3, independent=2.6666666666666665)
        """
        counts = np.unique(np.asarray(pasts), return_counts=True)[1].astype(np.float64)
        total = float(counts.sum())
        return cls(int(total), len(counts), total**2 / float((counts**2).sum()) if total else 0.0)

    def told(self) -> dict[str, Any]:
        """As plain values, for JSON."""
        return {"histories": self.histories, "pasts": self.pasts, "independent": round(self.independent, 1)}

    @classmethod
    def read(cls, told: Mapping[str, Any] | None) -> Self | None:
        """What `told` gave; None of None."""
        if told is None:
            return None
        return cls(int(told["histories"]), int(told["pasts"]), float(told["independent"]))


def few_histories(histories: int | Mapping[str, int]) -> str:
    """What has to be said where a 90% interval rests on too few histories; empty from `ENOUGH` on.

    `histories` is their number, or that of each part of a study by what the part is called.

    >>> few_histories(4)
    'Too few: the ends of a 90% interval cannot be told from 4 histories; at least 20 are needed.'
    """
    parts = histories if isinstance(histories, Mapping) else {"": histories}
    short = [(what, n) for what, n in parts.items() if n < ENOUGH]
    if not short:
        return ""
    told = ", ".join(f"{n} {'history' if n == 1 else 'histories'}{f' ({what})' if what else ''}" for what, n in short)
    return f"Too few: the ends of a 90% interval cannot be told from {told}; at least {ENOUGH} are needed."


def effective_size(draws: Draws | None, seed: int, members: int | Iterable[int]) -> Effective:
    """What `members` (their numbers, or how many from the first) of `draws` are worth; of the prior where None."""
    return Effective.of(pasts_of(draws, seed, members))


def pasts_of(draws: Draws | None, seed: int, members: int | Iterable[int]) -> NDArray[np.int64]:
    """(members,) numbers that are equal for members with the same past."""
    each = list(range(members) if isinstance(members, int) else members)
    return (draws or Prior()).pasts(seed, each) if each else np.zeros(0, np.int64)


def effective_of_kept(case: Case, digest: str, seed: int, members: int) -> Effective | None:
    """What members of the draws with that `digest` are worth; None where these do not lie with the case."""
    from fissure.studies.calibration.posterior import with_digest

    if not digest:
        return effective_size(None, seed, members)
    found = with_digest(case, digest)
    return effective_size(found[1], seed, members) if found else None
