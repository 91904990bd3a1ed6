"""What would have been published of forecasts: the measurement model, without a look at what was.

`measurement.reports` keeps truths within a factor of 100 of the published figure, as a fit to that figure may. A
forecast must not know the figure, not even through its floor. So here nothing on the factor scale is a thousandth of
what the prior's upper end (its 95% quantile) says in the same place; what is not defined stays so, and bounds are left
to the score.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np
from scipy.special import ndtr

from fissure.engine.random import prior_normals
from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum, biases

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
