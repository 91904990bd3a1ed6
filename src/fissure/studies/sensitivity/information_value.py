"""The value of evidence: by how much knowing a parameter, or a published figure, would narrow an outcome.

Of the variance of an outcome over what is believed, knowing x would take the share that `regression.variance_explained`
estimates, on average over what x may turn out to be (Strong, Oakley and Brennan 2014: the partial value of perfect
information, for squared loss). A published figure is not known exactly: what is known is what its publisher says, so x
is a report simulated with the lean, the bias that the publisher's figures share and the error of the measurement model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np

from fissure.engine.parameter_source import Draws
from fissure.studies.measurement import Datum, biases, reports
from fissure.studies.observation_operator import Floats
from fissure.studies.sensitivity.inputs import Input
from fissure.studies.sensitivity.regression import (
    BOOTSTRAPS,
    LEVEL,
    stacked,
    variance_explained,
    variance_explained_by_each,
)

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
        """Whether it would narrow the outcome by anything that chance does not explain."""
        return self.low > LEAST


@dataclass(frozen=True)
class Narrowing:
    """How much of the prior variance of an outcome or parameter the draws have lost: 1 - posterior / prior variance.

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
    share, low, high = stacked(variance_explained_by_each(z, y, seed))
    return [
        InformationValue(outcome, "parameter", one.name, one.meaning, *_three(share, low, high, i, o))
        for i, one in enumerate(inputs)
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
    items, truth = [items[at] for at in kept], truth[:, kept]
    said = reported(truth, items, draws, seed)
    share, low, high = stacked(variance_explained_by_each(said, y, seed))
    out = [
        _worth(outcome, "figure", [item], draws, _three(share, low, high, i, o))
        for i, item in enumerate(items)
        for o, outcome in enumerate(outcomes)
    ]
    of_kind: dict[str, list[int]] = {}
    for at, item in enumerate(items):
        if not _seen(item, draws):
            of_kind.setdefault(item.variable.id, []).append(at)
    for places in of_kind.values():
        found = variance_explained(said[:, places], y, seed)
        own = [items[at] for at in places]
        for o, outcome in enumerate(outcomes):
            share_of = float(found.share[o]), float(found.low[o]), float(found.high[o])
            out.append(_worth(outcome, "kind", own, draws, share_of))
    return out


def reported(truth: Floats, items: Sequence[Datum], draws: Draws, seed: int) -> Floats:
    """(n, items) what publishers would say of members 0 to n - 1; biases are those of the draws, where learned."""
    rng = np.random.default_rng([seed, 11])
    names = [f"bias:{name}" for name in biases(items)]
    bias = draws.normals(seed, range(len(truth)), names)
    return reports(truth, items, bias, rng.standard_normal(truth.shape), rng.standard_normal(truth.shape))


def narrowed(
    prior: Floats, posterior: Floats, names: Sequence[str], titles: Sequence[str], units: Sequence[str], seed: int
) -> list[Narrowing]:
    """How much narrower the columns of `posterior` (m, columns) are than those of `prior` (n, columns).

    The interval is of a bootstrap over members of both.
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
    columns = zip(names, titles, units, prior.std(axis=0), posterior.std(axis=0), middle, low, high, strict=True)
    return [Narrowing(name, title, unit, *map(float, numbers)) for name, title, unit, *numbers in columns]


def _seen(item: Datum, draws: Draws) -> bool:
    return draws.until is not None and item.observation.when <= draws.until


def _worth(
    outcome: str, of: Subject, items: Sequence[Datum], draws: Draws, share: tuple[float, float, float]
) -> InformationValue:
    variable, days = items[0].variable, [item.observation.when for item in items]
    own = variable.output in OWN.get(outcome.partition("@")[0], ())
    name = items[0].observation.id if of == "figure" else variable.id
    learned = all(_seen(item, draws) for item in items)
    return InformationValue(outcome, of, name, variable.title, *share, len(items), min(days), max(days), learned, own)


def _three(share: Floats, low: Floats, high: Floats, i: int, o: int) -> tuple[float, float, float]:
    return float(share[i, o]), float(low[i, o]), float(high[i, o])
