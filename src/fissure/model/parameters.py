"""Parameters: declared as fields with a unit and a meaning; what is believed of them belongs to the case.

Every prior is a transform of a standard normal: a member of the prior ensemble is a vector of independent
normals, one for each parameter, and so is a point of the posterior. `quantile` maps the normals to values.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import Any

import equinox as eqx
import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from fissure.cases.schema import ParameterPrior, Prior
from fissure.constants import Z90


@dataclass(frozen=True)
class Quantity:
    """A parameter: its unit, and its meaning in one short plain sentence."""

    unit: str
    meaning: str


@dataclass(frozen=True)
class Declared:
    """A parameter of the model with what a case believes of it; `name` is `owner.field`, with dashes."""

    name: str
    owner: str
    field: str
    unit: str
    meaning: str
    prior: ParameterPrior


def parameter(unit: str, meaning: str) -> Any:
    """Declare a field of a mechanism or process as a parameter, in `unit`, that stands for `meaning`."""
    return eqx.field(metadata={"parameter": Quantity(unit, meaning)})


def quantities(owner: str, kind: type) -> Iterator[tuple[str, str, Quantity]]:
    """Name (`owner.field`, with dashes), field and quantity of each parameter that class `kind` declares."""
    for f in fields(kind):
        if (quantity := f.metadata.get("parameter")) is not None:
            yield f"{owner}.{f.name.replace('_', '-')}", f.name, quantity


def quantile(prior: Prior, z: NDArray[np.float64]) -> NDArray[np.float64]:
    """Values of a parameter at standard normals `z` (any shape), in the parameter's unit, as `float64`."""
    if prior.kind == "fixed":
        return np.full_like(z, prior.low)
    if prior.kind == "uniform":
        return np.asarray(prior.low + (prior.high - prior.low) * ndtr(z))
    to, back = _SCALES[prior.kind]
    low, high = to(prior.low), to(prior.high)
    return np.asarray(back(0.5 * (low + high) + 0.5 * (high - low) / Z90 * z))


_SCALES: dict[str, Any] = {
    "normal": (lambda x: x, lambda y: y),
    "lognormal": (np.log, np.exp),
    "logitnormal": (lambda x: np.log(x) - np.log1p(-x), lambda y: 1.0 / (1.0 + np.exp(-y))),
}
