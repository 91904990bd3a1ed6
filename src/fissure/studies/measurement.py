"""The measurement model: how a published figure comes about from what is true in the model.

On the scale of a figure (logarithms where its doubt is a factor, plain numbers for shares and changes), publisher p
reports of quantity i, which belongs to the family f(i) of variables::

    report_i = truth_i + bias_pf + error_i + half_i * u_i        u_i uniform in [-1, 1]
    bias_pf  = lean + spread * b_pf                              b_pf standard normal, shared by the figures of p on f
    error_i  ~ normal with standard deviation `error`

The doubt of the ledger is a 90% range, so its variance is v = (log doubt_factor / 1.645)^2, or (doubt_abs / 1.645)^2.
The part `common` of v belongs to the bias, the rest to the figure's own error; what is not known of the lean itself
(a 90% range too, with variance w) comes on top: spread^2 = common v + w, error^2 = (1 - common) v.

A published range says that the truth, as its publisher sees it, may lie anywhere within: `half_i`. A bound is a
censored reading: all that is known of a report below an upper bound U is that it is at most U, so it is read as U.

Two readings of it are made here. `reports` is for a fit: it keeps truths within a factor of 100 of what was published.
A forecast must not know the figure, not even through its floor: for `published` nothing on the factor scale is a
thousandth of what the prior's upper end (its 95% quantile) says in the same place; what is not defined stays so, and
bounds are left to the score.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import xarray as xr
from scipy.special import ndtr

from fissure.cases.conventions import Leaning
from fissure.constants import Z90
from fissure.engine.random import prior_normals
from fissure.errors import ArgumentError, nearest
from fissure.evidence.entries import NEGLIGIBLE, Observation, SourceKind, Variable
from fissure.evidence.ledger import Ledger
from fissure.studies.compare import FORCED, Scale
from fissure.studies.observation_operator import Floats, NotComparable, calendar_of, counterpart

UNDEFINED_POINTS = 1.0
"""On the scale of points, how far below the figure a truth that is not defined counts as."""
COMMON = 0.5
"""The part of the doubt that a publisher's figures have in common where the case says nothing of its kind."""


@dataclass(frozen=True)
class Datum:
    """One published figure as the simulator for inference sees it; every number is on its `scale`.

    - `scale`: ``factor`` (logarithms) where the doubt is a factor, ``points`` (plain) where it is absolute;
    - `published`: the number given, or the middle of the range; of a bound, the bound;
    - `half`: half the width of a published range, 0 for a single number or a bound;
    - `error`: standard deviation of the figure's own error;
    - `bias`: name of the bias term that it shares, ``source.family``;
    - `lean`, `spread`: mean and standard deviation of that bias.
    """

    observation: Observation
    variable: Variable
    scale: Scale
    published: float
    half: float
    error: float
    bias: str
    lean: float
    spread: float


def data(
    ledger: Ledger,
    leanings: Sequence[Leaning],
    until: date | None = None,
    after: date | None = None,
    outputs: Collection[str] | None = None,
) -> list[Datum]:
    """The figures of outcomes that the model has a counterpart of, in the order of the ledger.

    Only those that speak of a day up to `until` and after `after` (of a period, by its last day), and of one of the
    `outputs` where these are given. What the case imposes (`compare.FORCED`) is left out. Raises `FissureError` for
    a leaning about a family that no variable belongs to, and for a figure of nothing whose doubt is a factor.
    """
    families = {variable.of_family for variable in ledger.variables.values()}
    for leaning in leanings:
        if leaning.family is not None and leaning.family not in families:
            raise ArgumentError(
                f"the leaning of kind '{leaning.kind}' speaks of the family '{leaning.family}', "
                f"expected the family of a variable{nearest(leaning.family, families)}"
            )
    found: list[Datum] = []
    for observation in ledger.observations.values():
        variable = ledger.variables[observation.variable]
        if variable.output is None or variable.output in FORCED:
            continue
        if outputs is not None and variable.output not in outputs:
            continue
        if (until is not None and observation.when > until) or (after is not None and observation.when <= after):
            continue
        kind = ledger.sources[observation.source].kind
        found.append(_datum(observation, variable, leaning_of(leanings, kind, variable.of_family)))
    return found


def leaning_of(leanings: Iterable[Leaning], kind: SourceKind, family: str) -> Leaning:
    """Knowledge of publishers of `kind` on `family`: the entry on both, else on the kind, else no lean."""
    known = {leaning.family: leaning for leaning in leanings if leaning.kind == kind}
    default = Leaning(kind=kind, common=COMMON, reason="Nothing is known of how this kind of publisher leans.")
    return known.get(family) or known.get(None) or default


def comparable(data: xr.Dataset, items: Iterable[Datum]) -> list[Datum]:
    """Those of `items` that the run `data` holds the time of; `data` has the dimensions `member` and `week`."""
    weeks, one = calendar_of(data), data.isel(member=slice(0, 1))
    kept: list[Datum] = []
    for item in items:
        if item.variable.output not in data:
            continue
        try:
            counterpart(item.variable, item.observation, one[item.variable.output], weeks)
        except NotComparable:
            continue
        kept.append(item)
    return kept


def truths(data: xr.Dataset, items: Sequence[Datum]) -> Floats:
    """(members, items) what the model says in the place of each figure, on its scale.

    NaN where it is not defined (a change against nothing) or the run does not hold the time; -inf for nothing on
    the factor scale. Each output is read once.
    """
    weeks = calendar_of(data)
    out = np.full((data.sizes["member"], len(items)), np.nan)
    of_output: dict[str | None, list[int]] = {}
    for at, item in enumerate(items):
        of_output.setdefault(item.variable.output, []).append(at)
    for output, places in of_output.items():
        if output not in data:
            continue
        array = data[output].compute()
        for at in places:
            try:
                model = counterpart(items[at].variable, items[at].observation, array, weeks)
            except NotComparable:
                continue
            out[:, at] = _log(model) if items[at].scale == "factor" else model
    return out


def biases(items: Iterable[Datum]) -> tuple[str, ...]:
    """The names of the bias terms of `items`, each once, in order of appearance."""
    return tuple(dict.fromkeys(item.bias for item in items))


def floored(truths: Floats, items: Sequence[Datum]) -> Floats:
    """(members, items) `truths` made finite: what is nothing, next to nothing or not defined stands at its floor.

    The floor is published - log 100 on the factor scale; on that of points only a truth that is not defined is
    moved, to published - 1.
    """
    published = _column(items, lambda item: item.published)
    factor = np.array([item.scale == "factor" for item in items], bool)
    floor = published - np.where(factor, math.log(NEGLIGIBLE), UNDEFINED_POINTS)
    known = np.where(np.isnan(truths), floor, truths)
    return np.where(factor, np.maximum(known, floor), known)


def reports(
    truths: Floats, items: Sequence[Datum], bias_normals: Floats, error_normals: Floats, range_normals: Floats
) -> Floats:
    """(members, items) what the publishers would have published of each member, on the scale of each figure.

    `truths` is (members, items) as `truths` gives it. All normals are standard: `bias_normals` (members, biases) in
    the order of `biases(items)`, `error_normals` and `range_normals` (members, items). ::

        report = floor(truth) + lean + spread * b + error * e + half * (2 Phi(r) - 1)

    and max(report, U) of an upper bound U, min(report, L) of a lower bound L. The figure that was really published
    stands at `Datum.published`. Raises `ValueError` where the shapes do not fit.
    """
    names = biases(items)
    members = len(truths)
    for name, array, width in (
        ("truths", truths, len(items)),
        ("bias_normals", bias_normals, len(names)),
        ("error_normals", error_normals, len(items)),
        ("range_normals", range_normals, len(items)),
    ):
        if array.shape != (members, width):
            raise ValueError(f"{name} has the shape {array.shape}, expected {(members, width)}")
    shared = bias_normals[:, [names.index(item.bias) for item in items]]
    report = floored(truths, items) + _column(items, lambda item: item.lean)
    report += _column(items, lambda item: item.spread) * shared
    report += _column(items, lambda item: item.error) * error_normals
    report += _column(items, lambda item: item.half) * (2.0 * ndtr(range_normals) - 1.0)
    published = _column(items, lambda item: item.published)
    least = np.where([item.observation.bound == "upper" for item in items], published, -np.inf)
    most = np.where([item.observation.bound == "lower" for item in items], published, np.inf)
    return np.asarray(np.clip(report, least, most), np.float64)


def _datum(observation: Observation, variable: Variable, leaning: Leaning) -> Datum:
    factor = observation.doubt_abs is None
    doubt = math.log(observation.doubt_factor or 1.0) if factor else observation.doubt_abs or 0.0
    variance = (doubt / Z90) ** 2
    low, high = _lean(leaning, factor)
    if (observation.bound, low + high > 0) in (("lower", False), ("upper", True)):
        low = high = 0.0  # a floor from who counts too few, a ceiling from who claims too much: the bound says it all
    published, half = observation.on_scale
    return Datum(
        observation=observation,
        variable=variable,
        scale="factor" if factor else "points",
        published=published,
        half=half,
        error=math.sqrt((1.0 - leaning.common) * variance),
        bias=f"{observation.source}.{variable.of_family}",
        lean=(low + high) / 2,
        spread=math.sqrt(leaning.common * variance + ((high - low) / (2 * Z90)) ** 2),
    )


def _lean(leaning: Leaning, factor: bool) -> tuple[float, float]:
    """The 90% range of the lean, on the scale."""
    if factor:
        low, high = leaning.factor or (1.0, 1.0)
        return math.log(low), math.log(high)
    return leaning.points or (0.0, 0.0)


def _log(model: Floats) -> Floats:
    with np.errstate(divide="ignore"):
        return np.log(np.where(model < 0, np.nan, model))


def _column(items: Sequence[Datum], read: Callable[[Datum], float]) -> Floats:
    return np.array([read(item) for item in items], np.float64)


NOTHING = 1000.0
UPPER = 0.95

Normals = Callable[[int, Sequence[int], Sequence[str]], Floats]
"""(members, names) standard normals for (seed, members, names)."""


def noise(
    items: Sequence[Datum], members: int, seed: int, normals: Normals = prior_normals
) -> tuple[Floats, Floats, Floats]:
    """Standard normals of biases, errors and ranges for `published`: by name, the same for all rivals.

    `normals` gives those of the biases, called ``bias:source.family``, where something was learned of them.
    """
    ids, numbers = [item.observation.id for item in items], range(members)
    return (
        normals(seed, numbers, [f"bias:{name}" for name in biases(items)]),
        prior_normals(seed, numbers, [f"report.error.{name}" for name in ids]),
        prior_normals(seed, numbers, [f"report.range.{name}" for name in ids]),
    )


def published(truths: Floats, items: Sequence[Datum], bias: Floats, error: Floats, within: Floats) -> Floats:
    """(members, items) of what would be published of `truths`, on the scale of each figure; NaN where they are.

    `bias` is (members, biases) in the order of `measurement.biases`, the others (members, items), see `noise`.
    """
    names = biases(items)
    lean, spread, sd, half = (
        np.array([getattr(item, name) for item in items]) for name in ("lean", "spread", "error", "half")
    )
    shared = bias[:, [names.index(item.bias) for item in items]]
    return np.asarray(truths + lean + spread * shared + sd * error + half * (2.0 * ndtr(within) - 1.0), np.float64)


def floors(prior: Floats, items: Sequence[Datum]) -> Floats:
    """(items,) what counts as nothing, from the prior's truths (members, items); none on the scale of points."""
    out = np.full(len(items), -np.inf)
    for at, item in enumerate(items):
        known = prior[np.isfinite(prior[:, at]), at]
        if item.scale == "factor":
            out[at] = np.quantile(known, UPPER) - math.log(NOTHING) if known.size else 0.0
    return out
