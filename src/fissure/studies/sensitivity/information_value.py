"""The value of evidence: by how much knowing a parameter, or a published figure, would narrow an outcome.

Of the variance of an outcome over what is believed, knowing x would take the share that `variance_explained`
estimates, on average over what x may turn out to be (Strong, Oakley and Brennan 2014: the partial value of perfect
information, for squared loss). A published figure is not known exactly: what is known is what its publisher says, so x
is a report simulated with the lean, the bias that the publisher's figures share and the error of the measurement model.

*Explained variance*, by nonparametric regression, cross-validated: for outcome y and known x the expected remaining
variance is E[Var(y | x)], and its part of the whole::

    share = 1 - E[Var(y | x)] / Var(y) = Var(E[y | x]) / Var(y)

which is the first-order index of x, and what knowing x is worth for a decision that loses by squared error. Strong,
Oakley and Brennan (2014), "Estimating multiparameter partial expected value of perfect information from a
probabilistic sensitivity analysis sample: a nonparametric regression approach", Medical Decision Making 34:311-326,
estimate E[y | x] by regression on one ensemble that is there anyway. x may be dependent on all that is not in it: the
share then holds what knowing x tells of the rest.

Here E[y | x] is a sum of natural cubic splines of the normal scores of each column of x, shrunk by a ridge penalty that
generalised cross-validation picks within the training folds. The share is taken on the folds left out, so that a
column of noise gets about 0 and not the part that it fits by chance.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used
from numpy.typing import NDArray
from scipy.special import ndtri

from fissure.engine.parameter_source import Draws
from fissure.studies.measurement import Datum, biases, reports
from fissure.studies.observation_operator import Floats
from fissure.studies.sensitivity.design import Input

Subject = Literal["parameter", "figure", "kind"]
LEAST = 0.01
"""The lower end of a share from which on it is reported."""
OWN: Mapping[str, tuple[str, ...]] = {
    "collapse": ("territory_km2",),
    "deserted": ("deserted",),
    "killed": ("killed",),
    "fled": ("fled",),
    "territory": ("territory_km2",),
    "fighters": ("fighters",),
    "loyal": ("fighters",),
    "income": ("income_musd",),
    "support": ("support", "residents_under_control"),
    "residents": ("residents_under_control",),
}
"""Outputs of which each outcome is made: a figure of them measures the answer itself."""


@dataclass(frozen=True)
class InformationValue:
    """That knowing `name` would take `share` of the variance of `outcome`, with its 95% interval.

    `of` says what it is: a parameter, a published figure, or all figures of one variable (a kind) together. `figures`
    counts them, `first` and `last` are the days that they speak of. `learned`: the draws have seen it. `itself`: it
    measures what the outcome is made of.
    """

    outcome: str
    of: Subject
    name: str
    title: str
    share: float
    low: float
    high: float
    figures: int = 0
    first: date | None = None
    last: date | None = None
    learned: bool = False
    itself: bool = False

    @property
    def beyond_chance(self) -> bool:
        """True where it would narrow the outcome by more than chance explains."""
        return self.low > LEAST


@dataclass(frozen=True)
class Narrowing:
    """The part of the prior variance that the draws have lost: 1 - posterior / prior variance.

    Below 0 they are wider. `prior` and `posterior` are standard deviations, in `unit`.
    """

    name: str
    title: str
    unit: str
    prior: float
    posterior: float
    share: float
    low: float
    high: float


def of_parameters(
    z: Floats, y: Floats, inputs: Sequence[Input], outcomes: Sequence[str], seed: int
) -> list[InformationValue]:
    """The worth of knowing each of `inputs` exactly, from their normals `z` (n, inputs) and outcomes `y`."""
    found = variance_explained_by_each(z, y, seed)
    return [
        InformationValue(outcome, "parameter", one.name, one.meaning, *known.of(o))
        for one, known in zip(inputs, found, strict=True)
        for o, outcome in enumerate(outcomes)
    ]


def of_figures(
    truth: Floats, items: Sequence[Datum], draws: Draws, seed: int, y: Floats, outcomes: Sequence[str]
) -> list[InformationValue]:
    """The worth of each figure, and of all figures of each variable that the draws have not seen.

    `truth` (n, items), of members 0 to n - 1, is what the model says in the place of each figure (`floored`). A figure
    whose place no run holds, or in which no two members differ, is left out.
    """
    kept = [at for at in range(len(items)) if np.ptp(truth[:, at]) > 0]
    if not kept:
        return []
    items, said = [items[at] for at in kept], reported(truth[:, kept], [items[at] for at in kept], draws, seed)

    def seen(item: Datum) -> bool:
        return draws.until is not None and item.observation.when <= draws.until

    def worth(of: Subject, own: Sequence[Datum], known: ExplainedVariance) -> list[InformationValue]:
        variable, days = own[0].variable, [item.observation.when for item in own]
        name = own[0].observation.id if of == "figure" else variable.id
        learned = all(map(seen, own))
        return [
            InformationValue(
                outcome, of, name, variable.title, *known.of(o), len(own), min(days), max(days), learned,
                itself=variable.output in OWN.get(outcome.partition("@")[0], ()),
            )
            for o, outcome in enumerate(outcomes)
        ]  # fmt: skip

    found = zip(items, variance_explained_by_each(said, y, seed), strict=True)
    out = [one for item, known in found for one in worth("figure", [item], known)]
    of_kind: dict[str, list[int]] = defaultdict(list)
    for at, item in enumerate(items):
        if not seen(item):
            of_kind[item.variable.id].append(at)
    for places in of_kind.values():
        out += worth("kind", [items[at] for at in places], variance_explained(said[:, places], y, seed))
    return out


def reported(truth: Floats, items: Sequence[Datum], draws: Draws, seed: int) -> Floats:
    """(n, items) what publishers would say of members 0 to n - 1; biases are those of the draws, where learned."""
    rng = np.random.default_rng([seed, 11])
    names = [f"bias:{name}" for name in biases(items)]
    bias = draws.normals(seed, range(len(truth)), names)
    return reports(truth, items, bias, rng.standard_normal(truth.shape), rng.standard_normal(truth.shape))


def narrowed(prior: Floats, posterior: Floats, what: Sequence[tuple[str, str, str]], seed: int) -> list[Narrowing]:
    """The narrowing of the columns from `prior` (n, columns) to `posterior` (m, columns).

    `what` is name, title and unit of each column. The interval is of a bootstrap over members of both.
    """
    rng = np.random.default_rng([seed, 12])

    def resampled(x: Floats) -> Floats:
        weight = rng.multinomial(len(x), np.full(len(x), 1 / len(x)), size=BOOTSTRAPS) / len(x)
        middle = x - x.mean(axis=0)
        return np.asarray(weight @ middle**2 - (weight @ middle) ** 2)

    def share(after: Floats, before: Floats) -> Floats:
        return np.asarray(1 - np.divide(after, before, out=np.ones_like(after), where=before > 0))

    tail = (1 - LEVEL) / 2
    low, high = np.quantile(share(resampled(posterior), resampled(prior)), [tail, 1 - tail], axis=0)
    middle = share(posterior.var(axis=0), prior.var(axis=0))
    columns = zip(what, prior.std(axis=0), posterior.std(axis=0), middle, low, high, strict=True)
    return [Narrowing(*named, *map(float, numbers)) for named, *numbers in columns]


FOLDS, BOOTSTRAPS, LEVEL = 10, 500, 0.95
KNOTS = (0.025, 0.2, 0.4, 0.6, 0.8, 0.975)
CURVED = 3.0
"""The price of a curve relative to that of a slope."""
PENALTIES = tuple(10.0**x for x in np.arange(-4.0, 3.1, 0.5))
"""Of the ridge, in units of the number of members."""


@dataclass(frozen=True)
class ExplainedVariance:
    """The `share` of the variance that is known, with its 95% interval; each of shape (outcomes,)."""

    share: Floats
    low: Floats
    high: Floats

    def of(self, outcome: int) -> tuple[float, float, float]:
        """Share and interval of one outcome."""
        return float(self.share[outcome]), float(self.low[outcome]), float(self.high[outcome])


def variance_explained(x: Floats, y: Floats, seed: int = 0) -> ExplainedVariance:
    """Variance of each of `y` (n, outcomes) that the columns of `x` (n, columns) explain all together.

    The interval is of the mean over members (bootstrap of their losses with and without x); the share can be a little
    below 0 where x says nothing. An outcome that does not vary has the share 0.
    """
    known = design(x)
    fold, count = _luck(len(y), seed)
    with_, without = np.zeros_like(y), np.zeros_like(y)
    for one in range(FOLDS):
        seen, left = fold != one, fold == one
        middle = y[seen].mean(axis=0)
        without[left] = (y[left] - middle) ** 2
        with_[left] = (y[left] - middle - _fitted(known[seen], y[seen] - middle, known[left])) ** 2
    tail = (1 - LEVEL) / 2
    low, high = np.quantile(_share(count @ with_, count @ without), [tail, 1 - tail], axis=0)
    return ExplainedVariance(_share(with_.sum(axis=0), without.sum(axis=0)), low, high)


@lru_cache(maxsize=2)
def _luck(n: int, seed: int) -> tuple[NDArray[np.int64], Floats]:
    """(n,) the fold of each member, and (resamples, n) how often each is in a resample; the same for all columns."""
    rng = np.random.default_rng([seed, n])
    return rng.permutation(n) % FOLDS, rng.multinomial(n, np.full(n, 1 / n), size=BOOTSTRAPS).astype(np.float64)


def _share(with_: Floats, without: Floats) -> Floats:
    return np.asarray(1 - np.divide(with_, without, out=np.ones_like(with_), where=without > 0))


def design(x: Floats) -> Floats:
    """(n, terms) the splines of all columns of `x` (n, columns); a column that does not vary has none."""
    terms = [_spline(scores(column)) for column in x.T if np.ptp(column) > 0]
    return np.concatenate(terms, axis=1) if terms else np.zeros((len(x), 0))


def scores(x: Floats) -> Floats:
    """Normal scores of `x` (n,): equal numbers have equal scores."""
    return np.asarray(ndtri((scipy.stats.rankdata(x) - 0.5) / len(x)))


def _spline(z: Floats) -> Floats:
    """(n, terms): the slope, then curves orthogonal to it (Hastie, Tibshirani and Friedman, eq. 5.4), in order."""
    knots = np.unique(np.quantile(z, KNOTS))
    slope = (z - z.mean()) / z.std()
    if len(knots) < 3:
        return slope[:, None]
    steps = [(_cube(z - knot) - _cube(z - knots[-1])) / (knots[-1] - knot) for knot in knots[:-1]]
    curves = np.stack([step - steps[-1] for step in steps[:-1]], axis=1)
    base, upper = np.linalg.qr(np.column_stack([np.ones_like(z), slope, curves]))
    whole = np.abs(np.diag(upper)) > 1e-9 * np.abs(upper).max()  # of few different numbers not all curves differ
    return np.column_stack([slope, base[:, 2:][:, whole[2:]] * np.sqrt(len(z)) / CURVED])


def _cube(x: Floats) -> Floats:
    return np.maximum(x, 0.0) ** 3


def _fitted(known: Floats, y: Floats, new: Floats) -> Floats:
    """Ridge predictions at `new` (m, terms); the penalty of each column of `y` by generalised cross-validation."""
    if not known.shape[1]:
        return np.zeros((len(new), y.shape[1]))
    middle = known.mean(axis=0)
    squared, v = np.linalg.eigh((known - middle).T @ (known - middle))  # of few terms, so that this is quick
    whole = squared > 1e-10 * squared[-1]
    d, v = np.sqrt(squared[whole]), v[:, whole]
    n, along = len(y), (v.T @ ((known - middle).T @ y)) / d[:, None]
    total = (y**2).sum(axis=0)
    best = np.full(y.shape[1], np.inf)
    inner = np.zeros_like(along)
    for penalty in PENALTIES:
        kept = d**2 / (d**2 + penalty * n)
        rest = total - ((2 * kept - kept**2)[:, None] * along**2).sum(axis=0)
        score = rest / max(n - 1 - kept.sum(), 1.0) ** 2
        better = score < best
        best = np.where(better, score, best)
        inner = np.where(better, (kept / d)[:, None] * along, inner)
    return np.asarray((new - middle) @ (v @ inner))


def variance_explained_by_each(x: Floats, y: Floats, seed: int = 0) -> list[ExplainedVariance]:
    """Variance of each of `y` (n, outcomes) that each column of `x` (n, columns) explains alone."""
    return [variance_explained(x[:, [at]], y, seed) for at in range(x.shape[1])]
