"""Checks of the inference: parameter recovery, rank statistics, posterior predictive check.

Synthetic data sets are what publishers would have said of members that training never saw; their parameters are known.

- *Parameter recovery*: the 90% interval (5% to 95% quantile of the draws) should hold the truth nine times in ten.
- *Rank statistics* (simulation-based calibration: Talts et al. 2018): the rank of the truth among the draws should be
  uniform; tested by Kolmogorov and Smirnov's statistic at `LEVEL`, ties broken by chance.
- *Contraction*: 1 - mean posterior variance / prior variance; 0 where the figures say nothing of a parameter.
- *Posterior predictive check*: where a published figure lies among those that members of the posterior would have
  led to, each with the publishers' biases that belong to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used

from fissure.constants import INTERVAL
from fissure.studies.calibration.flow import Flow
from fissure.studies.calibration.problem import Problem
from fissure.studies.measurement import Datum, reports
from fissure.studies.observation_operator import Floats

LEVEL = 0.01
"""Of the test of ranks."""


@dataclass(frozen=True)
class TargetRecovery:
    """How well one target is recovered over the synthetic data sets."""

    target: str
    covered: float
    """Share of the sets in which the 90% interval holds the truth."""
    contraction: float
    correlation: float
    """Of posterior means with truths."""
    rank_p: float


@dataclass(frozen=True)
class Recovery:
    """All targets over `sets` synthetic data sets."""

    sets: int
    targets: tuple[TargetRecovery, ...]

    @property
    def covered(self) -> float:
        """Share of all truths that the 90% intervals hold."""
        return float(np.mean([one.covered for one in self.targets]))

    @property
    def uniform(self) -> float:
        """Share of the targets whose ranks are uniform at `LEVEL`."""
        return float(np.mean([one.rank_p > LEVEL for one in self.targets]))


def recover(flow: Flow, problem: Problem, members: Sequence[int], draws: int, seed: int) -> Recovery:
    """Recover the targets of `members` of `problem`, one synthetic data set each, with `draws` draws."""
    rng = np.random.default_rng([seed, 3])
    truth, reported = problem.simulate(rng, members)
    drawn = flow.sample(reported, draws, seed)
    low, high = np.quantile(drawn, [0.05, 0.95], axis=1)
    below = (drawn < truth[:, None]).sum(axis=1)
    ranks = (below + rng.random(below.shape)) / (draws + 1)
    return Recovery(
        len(truth),
        tuple(
            TargetRecovery(
                target,
                float(np.mean((truth[:, at] >= low[:, at]) & (truth[:, at] <= high[:, at]))),
                float(1.0 - drawn[:, :, at].var(axis=1).mean()),  # the prior's is 1
                float(np.corrcoef(drawn[:, :, at].mean(axis=1), truth[:, at])[0, 1]),
                float(scipy.stats.kstest(ranks[:, at], "uniform").pvalue),
            )
            for at, target in enumerate(problem.targets)
        ),
    )


@dataclass(frozen=True)
class PredictiveCheck:
    """An observation beside what its publisher would have reported of histories of the posterior, on its scale."""

    observation: str
    published: float
    low: float
    median: float
    high: float
    below: float
    """Share of the members' reports below what was published, half of those equal to it counted."""

    @property
    def inside(self) -> bool:
        """Whether the published figure lies in the 90% interval; what is exactly at a bound does."""
        return self.low <= self.published <= self.high


def posterior_predictive(truth: Floats, items: Sequence[Datum], bias: Floats, seed: int) -> list[PredictiveCheck]:
    """The posterior predictive check of each of `items`.

    `truth` (members, items) are those of posterior members, `bias` (members, biases) the bias terms drawn with them.
    """
    rng = np.random.default_rng([seed, 4])
    reported = reports(truth, items, bias, rng.standard_normal(truth.shape), rng.standard_normal(truth.shape))
    out = []
    for at, item in enumerate(items):
        low, median, high = (float(q) for q in np.quantile(reported[:, at], INTERVAL))
        less, same = np.mean(reported[:, at] < item.published), np.mean(reported[:, at] == item.published)
        out.append(PredictiveCheck(item.observation.id, item.published, low, median, high, float(less + same / 2)))
    return out
