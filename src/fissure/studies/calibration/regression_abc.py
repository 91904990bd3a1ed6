"""Regression ABC, a second and simpler way to the same posterior: approximate Bayesian computation with regression.

Nothing of it is shared with the flow but the simulations. The reports are projected on the targets by linear
regression (semi-automatic summaries: Fearnhead and Prangle 2012); the members whose summaries lie nearest to those of
the published figures are kept, and moved to where they would lie had they led to just those figures, by a local linear
regression with Epanechnikov weights (Beaumont, Zhang and Balding 2002).
"""

from dataclasses import dataclass

import numpy as np

from fissure.studies.calibration.problem import Problem
from fissure.studies.observation_operator import Floats

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
        """How far the means are apart, in standard deviations (of both, pooled)."""
        pooled = np.sqrt((self.spread**2 + self.abc_spread**2) / 2)
        return float(abs(self.mean - self.abc_mean) / pooled)

    @property
    def main(self) -> bool:
        """Whether this is one of the main margins, by either method."""
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
