"""Do two implementations draw from the same distribution? Tests on the weekly series of many members.

Means of every series at four weeks and of its total by Welch's t-test; distributions of totals and of the last week by
the two-sample Kolmogorov-Smirnov test. One p-value comes out: the smallest, times the number of tests (Bonferroni).
"""

from dataclasses import dataclass

import numpy as np
from scipy import stats

from bench.desertion.rules import SERIES, Recorded

ALPHA = 0.001  # for one peer, over all its tests


@dataclass(frozen=True)
class Agreement:
    """Two samples of members compared."""

    tests: int
    p: float  # smallest p-value times the number of tests, at most 1
    worst: str  # what was tested there
    z: float  # the greatest t statistic, in absolute value

    def holds(self) -> bool:
        """Whether nothing speaks against one distribution."""
        return self.p >= ALPHA


def agreement(a: Recorded, b: Recorded) -> Agreement:
    """Compare the members of `a` with those of `b`, simulated with other luck."""
    found: list[tuple[float, str, float]] = []
    for name in SERIES:
        x, y = a[name].astype(float), b[name].astype(float)
        weeks = x.shape[1]
        for week in (weeks // 4, weeks // 2, 3 * weeks // 4, weeks - 1):
            found.append(_means(x[:, week], y[:, week], f"mean of {name} in week {week}"))
        found.append(_means(x.sum(axis=1), y.sum(axis=1), f"mean of {name}, all weeks"))
        for u, v, when in ((x.sum(axis=1), y.sum(axis=1), "all weeks"), (x[:, -1], y[:, -1], "last week")):
            found.append((float(stats.ks_2samp(u, v).pvalue), f"distribution of {name}, {when}", 0.0))
    p, worst, _ = min(found)
    return Agreement(len(found), min(1.0, p * len(found)), worst, max(z for _, _, z in found))


def _means(x: np.ndarray, y: np.ndarray, what: str) -> tuple[float, str, float]:
    result = stats.ttest_ind(x, y, equal_var=False)
    return float(result.pvalue), what, abs(float(result.statistic))
