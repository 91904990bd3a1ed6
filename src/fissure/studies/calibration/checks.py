"""Checks of the inference: parameter recovery, rank statistics, posterior predictive check.

Synthetic data sets are what publishers would have said of members that training never saw; their parameters are known.

- *Parameter recovery*: the 90% interval (5% to 95% quantile of the draws) should hold the truth nine times in ten.
- *Rank statistics* (simulation-based calibration: Talts et al. 2018): the rank of the truth among the draws should be
  uniform; tested by Kolmogorov and Smirnov's statistic at `LEVEL`, ties broken by chance.
- *Contraction*: 1 - mean posterior variance / prior variance; 0 where the figures say nothing of a parameter.
- *Posterior predictive check*: where a published figure lies among those that members of the posterior would have
  led to, each with the publishers' biases that belong to it.

*Regression ABC* (approximate Bayesian computation with regression) is a second and simpler way to the same posterior.
Nothing of it is shared with the flow but the simulations. The reports are projected on the targets by linear
regression (semi-automatic summaries: Fearnhead and Prangle 2012); the members whose summaries lie nearest to those of
the published figures are kept, and moved to where they would lie had they led to just those figures, by a local linear
regression with Epanechnikov weights (Beaumont, Zhang and Balding 2002).
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
    """Recovery of one target over the synthetic data sets."""

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
        """True where the published figure lies in the 90% interval; what is exactly at a bound does."""
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


KEPT = 0.05
"""Part of all reports that is kept."""
REPEATS = 8
"""Times that each member is reported on."""
SHRINK = 1.0
"""Ridge of the regressions, in standardised units: one pseudo-observation a coefficient."""
MAIN = 0.2
"""A margin is a main one where the figures take at least this part of its prior variance."""


@dataclass(frozen=True)
class Agreement:
    """Two posteriors of one target: means and standard deviations of both."""

    target: str
    mean: float
    spread: float
    abc_mean: float
    abc_spread: float

    @property
    def apart(self) -> float:
        """Distance of the means, in standard deviations (of both, pooled)."""
        pooled = np.sqrt((self.spread**2 + self.abc_spread**2) / 2)
        return float(abs(self.mean - self.abc_mean) / pooled)

    @property
    def main(self) -> bool:
        """True for one of the main margins, by either method."""
        return min(self.spread, self.abc_spread) ** 2 <= 1.0 - MAIN


def abc_posterior(problem: Problem, seed: int) -> tuple[Floats, Floats]:
    """Adjusted draws (kept, targets) and their weights (kept,)."""
    rng = np.random.default_rng([seed, 5])
    simulated = [problem.simulate(rng, np.arange(len(problem.z))) for _ in range(REPEATS)]
    theta, reported = (np.concatenate(parts) for parts in zip(*simulated, strict=True))
    mean, spread = problem.standard(reported)
    x, x0 = (reported - mean) / spread, (problem.observed - mean) / spread
    slope = _ridge(x, theta - theta.mean(axis=0), np.ones(len(x)))
    summaries, aim = x @ slope, x0 @ slope
    scale = np.maximum(summaries.std(axis=0), 1e-9)
    # a target on which the figures say nothing has a summary of noise: it weighs by what it explains
    weight = summaries.var(axis=0) / theta.var(axis=0)
    distance = np.sqrt((weight * ((summaries - aim) / scale) ** 2).sum(axis=1))
    near = np.argsort(distance)[: max(50, round(KEPT * len(distance)))]
    bandwidth = distance[near[-1]] * (1 + 1e-9)
    weights = 1.0 - (distance[near] / bandwidth) ** 2
    local, centre = x[near] - x0, theta[near]
    design = np.column_stack([np.ones(len(near)), local])
    fitted = _ridge(design, centre, weights, free=1)
    return centre - local @ fitted[1:], weights / weights.sum()


def compare_methods(problem: Problem, flow_draws: Floats, seed: int) -> list[Agreement]:
    """Both posteriors given the published figures, target by target; `flow_draws` is (draws, targets)."""
    theta, weights = abc_posterior(problem, seed)
    mean = weights @ theta
    spread = np.sqrt(weights @ (theta - mean) ** 2)
    return [
        Agreement(target, float(flow_draws[:, at].mean()), float(flow_draws[:, at].std()), float(mean[at]),
                  float(spread[at]))
        for at, target in enumerate(problem.targets)
    ]  # fmt: skip


def _ridge(x: Floats, y: Floats, weights: Floats, free: int = 0) -> Floats:
    """Coefficients (columns of x, columns of y) of weighted ridge regression; the first `free` are not shrunk."""
    penalty = np.full(x.shape[1], SHRINK)
    penalty[:free] = 0.0
    wx = x * weights[:, None]
    return np.asarray(np.linalg.solve(wx.T @ x + np.diag(penalty), wx.T @ y), np.float64)
