"""A run beside the figures: what its members would have been reported as, and which parameters go with each figure."""

from collections.abc import Mapping, Sequence

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used

from fissure.studies.calibration.checks import PredictiveCheck, posterior_predictive
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.calibration.problem import LEAST, RATE
from fissure.studies.measurement import Datum, biases
from fissure.studies.observation_operator import Floats

NAMED = 4
"""Parameters that are named for a figure."""
FEWEST = 20
"""Members with parameters of their own below which nothing is said of what goes with what."""
Shares = tuple[tuple[str, float], ...]
"""Parameters, the strongest first, each with the share of a figure's variance (by ranks) that it goes with."""


def predictions(
    posterior: Posterior, members: Sequence[int], truth: Floats, items: Sequence[Datum], seed: int
) -> list[PredictiveCheck]:
    """The posterior predictive check of `items` over `members` of `posterior`, with the biases drawn with each member.

    `truth` is (members, items); `seed` is that of the run.
    """
    learned = list(posterior.learned)
    drawn = posterior.draws[posterior.rows(seed, members)]
    bias = np.column_stack([drawn[:, learned.index(f"bias:{name}")] for name in biases(items)])
    return posterior_predictive(truth, items, bias, seed)


def with_own_parameters(z: Floats) -> np.ndarray:
    """The first of all members that took the same draw, by number; `z` is (members, parameters).

    Members that share their parameters are no independent witnesses of what goes with what: one of each counts.
    """
    return np.sort(np.unique(z, axis=0, return_index=True)[1]) if z.shape[1] else np.arange(0)


def goes_with(z: Floats, truth: Floats, names: Sequence[str], items: Sequence[Datum]) -> Mapping[str, Shares]:
    """For each figure the parameters whose rank correlation with it over the members passes for more than chance.

    `z` is (members, parameters), `truth` (members, items), `floored`. Tested as the screening of a fit tests
    (`screen`): at its false discovery rate over all pairs, and with its least share of the variance. Fewer than
    `FEWEST` members give nothing.
    """
    if len(z) < FEWEST:
        return {}
    moving = [k for k in range(truth.shape[1]) if np.ptp(truth[:, k]) > 0]
    free = [k for k in range(z.shape[1]) if np.ptp(z[:, k]) > 0]
    if len(moving) + len(free) < 3 or not moving or not free:
        return {}
    r, p = scipy.stats.spearmanr(np.column_stack([z[:, free], truth[:, moving]]))
    r, p = (np.asarray(both)[: len(free), len(free) :] for both in (r, p))
    passed = scipy.stats.false_discovery_control(p.ravel()).reshape(p.shape) <= RATE
    out = {}
    for at, item in enumerate(moving):
        order = [k for k in np.argsort(-np.abs(r[:, at])) if passed[k, at] and r[k, at] ** 2 >= LEAST]
        out[items[item].observation.id] = tuple((names[free[k]], float(r[k, at] ** 2)) for k in order[:NAMED])
    return out
