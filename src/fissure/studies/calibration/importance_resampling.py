"""Importance resampling: the simulated histories that go on are those near the state that was known at the cut-off.

A posterior of parameters alone starts every history from the first day, and new luck brings it to another state at the
cut-off than the one that was known. So the figures are divided. Those of the group's state at the cut-off (`SIZE`, of
each output the last day within `RECENT` days before) are kept from the flow; members drawn from what the others say are
simulated to the cut-off, and each is weighted by the likelihood of the state::

    weight_j  =  product over figures of the state of p_i(y_i | truth_ij, bias_j)

which makes parameters, biases and luck together draws of the posterior given all figures, each used once (importance
sampling; the bootstrap filter of Gordon, Salmond and Smith 1993 with one resampling at the cut-off). What the flow's
figures say of luck, beyond parameters and biases, is not used. The draws kept are resampled by weight; from the cut-off
on every member has luck of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr

from fissure.studies.calibration.posterior import DECIMALS, PastHistories, Posterior
from fissure.studies.calibration.problem import Problem
from fissure.studies.measurement import Datum, biases, floored
from fissure.studies.observation_operator import Floats

SIZE = ("territory_km2", "residents_under_control", "fighters", "oil_bpd")
"""Outputs that say how large the group stands: its ground, people, fighters and wells."""
RECENT = 182
"""Days before the cut-off in which a figure counts as of the state at it."""
SHARP = 1e-3
"""Least error of a figure, on its scale."""


def state_observations(items: Sequence[Datum], until: date) -> tuple[int, ...]:
    """Places of the figures of the state at `until`."""
    last: dict[str, date] = {}
    stocks: dict[int, str] = {}
    for at, item in enumerate(items):
        variable, day = item.variable, item.observation.when
        known = variable.output in SIZE and variable.how == "at" and item.observation.bound not in ("upper", "lower")
        if known and (until - day).days <= RECENT:
            stocks[at] = f"{variable.output} {sorted((variable.select or {}).items())}"
            last[stocks[at]] = max(last.get(stocks[at], date.min), day)
    return tuple(at for at, what in stocks.items() if items[at].observation.when == last[what])


def log_weights(truth: Floats, items: Sequence[Datum], bias: Floats) -> Floats:
    """(members,) log likelihood of `items`; `truth` is (members, items), `bias` (members, biases of items)."""
    names = biases(items)
    known = floored(truth, items)
    out = np.zeros(len(truth))
    for at, item in enumerate(items):
        mean = known[:, at] + item.lean + item.spread * bias[:, names.index(item.bias)]
        out += _log_density(item, mean)
    return out


def _log_density(item: Datum, mean: Floats) -> Floats:
    """Log density of the published number or range given `mean` (members,)."""
    error = max(item.error, SHARP)
    z = (item.published - mean) / error
    if item.half <= 0:
        return np.asarray(-0.5 * z**2 - np.log(error) - 0.5 * np.log(2 * np.pi))
    h = item.half / error
    # the difference of two tail probabilities, taken in the tail where they are small
    near, far = log_ndtr(h - np.abs(z)), log_ndtr(-h - np.abs(z))
    return np.asarray(near + np.log1p(-np.exp(np.minimum(far - near, -1e-12))) - np.log(2 * item.half))


def effective_size(log_weight: Floats) -> float:
    """Effective sample size of the weights (Kish)."""
    weight = np.exp(log_weight - log_weight.max())
    return float(weight.sum() ** 2 / (weight**2).sum())


def resampled(log_weight: Floats, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """(count,) members by weight: systematic resampling, in order."""
    weight = np.exp(log_weight - log_weight.max())
    places = (np.arange(count) + rng.random()) / count
    return np.searchsorted(np.cumsum(weight / weight.sum()), places).clip(0, len(weight) - 1).astype(np.int64)


@dataclass(frozen=True, eq=False)
class OneDrawEach:
    """The draws of a posterior, the first for member 0, and so on; luck is the members' own."""

    posterior: Posterior

    @property
    def digest(self) -> str:
        """That of the posterior, and that each draw is taken once."""
        return f"{self.posterior.digest}, one each"

    @property
    def until(self) -> date:
        """The last day of which the posterior has seen anything."""
        return self.posterior.until

    def normals(self, seed: int, members: Sequence[int], names: Sequence[str]) -> Floats:
        """Standard normals of shape (members, names); a parameter that was not learned keeps its prior."""
        return self.posterior.normals_of(np.asarray(members), seed, members, names)

    def past(self, seed: int, members: Sequence[int]) -> None:
        """None: luck is the members' own."""

    def pasts(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """No two have the same past."""
        return np.asarray(members, np.int64)


def without(problem: Problem, places: Sequence[int]) -> Problem:
    """`problem` without the figures in `places`; with all of them where none would be left."""
    kept = [at for at in range(len(problem.items)) if at not in places]
    if not kept:
        return problem
    return replace(problem, items=tuple(problem.items[at] for at in kept), truth=problem.truth[:, kept])


def resample_histories(
    first: Posterior, problem: Problem, state: Sequence[int], truth: Floats, count: int, seed: int, weeks: int
) -> tuple[Posterior, NDArray[np.int64], float]:
    """The posterior of `count` histories that go on, which ones, and the effective sample size.

    `first` are the draws that the histories were simulated with, one each, under `seed`; `truth` (histories, items)
    what they say in the place of each item of `problem`. Bias terms that only figures of the state have come from their
    prior.
    """
    n = len(truth)
    rng = np.random.default_rng([seed, 6])
    fresh = rng.standard_normal((n, len(problem.free)))
    names = list(first.learned)
    bias = fresh.copy()
    for at, name in enumerate(problem.free):
        if f"bias:{name}" in names:
            bias[:, at] = first.draws[:, names.index(f"bias:{name}")]
    items = [problem.items[at] for at in state]
    own = bias[:, [problem.free.index(name) for name in biases(items)]]
    weight = log_weights(truth[:, list(state)], items, own) if items else np.zeros(n)
    rows = resampled(weight, count, rng)
    learned = first.draws[:, [names.index(problem.parameters[at]) for at in problem.learned]]
    draws = np.concatenate([learned, bias], axis=1)[rows].round(DECIMALS)
    lived = PastHistories(rows, seed, weeks)
    return replace(first, learned=problem.targets, draws=draws, lived=lived), rows, effective_size(weight)
