"""Parameters of mechanisms and processes: declared as fields with a prior, a unit, a reason and evidence.

Every prior is a transform of a standard normal: a member of the prior ensemble is a vector of independent normals,
one for each parameter, and so is a point of the posterior. `quantile` maps the normals to values.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

import equinox as eqx
import numpy as np
from scipy.special import ndtr

from fissure.cases.schema import ParameterPrior, Prior

Z90 = 1.6448536269514722  # the 95% quantile of the standard normal


def parameter(
    kind: str, low: float, high: float, unit: str, reason: str, evidence: tuple[str, ...] = ()
) -> Any:
    """Declare a parameter of a mechanism.

    Args:
        kind: `lognormal`, `normal`, `logitnormal` (all with `low`, `high` as 5% and 95% quantiles), `uniform`
            (`low`, `high` its bounds).
        low, high: the prior's 90% interval, in `unit`.
        unit: the unit of the parameter.
        reason: why this interval.
        evidence: ids of claims or observations, or references, that speak for it.
    """
    prior = Prior(kind=kind, low=low, high=high)  # type: ignore[arg-type]
    spec = ParameterPrior(prior=prior, unit=unit, reason=reason, evidence=list(evidence))
    return eqx.field(metadata={"parameter": spec})


@dataclass(frozen=True)
class Declared:
    """A parameter as the model declares it, or as a case overrides it."""

    name: str
    owner: str
    field: str
    spec: ParameterPrior
    overridden: bool = False


def declared(owner: str, kind: type, overrides: Mapping[str, ParameterPrior]) -> list[Declared]:
    """The parameters of class `kind`, named `owner.field`, each with the case's prior where it gives one."""
    out = []
    for f in fields(kind):
        if (spec := f.metadata.get("parameter")) is not None:
            name = f"{owner}.{f.name.replace('_', '-')}"
            out.append(Declared(name, owner, f.name, overrides.get(name, spec), name in overrides))
    return out


def quantile(prior: Prior, z: np.ndarray) -> np.ndarray:
    """Values of a parameter at standard normals `z` (any shape), in the parameter's unit, as `float64`."""
    if prior.kind == "fixed":
        return np.full_like(z, prior.low)
    if prior.kind == "uniform":
        return prior.low + (prior.high - prior.low) * ndtr(z)
    to, back = _SCALES[prior.kind]
    low, high = to(prior.low), to(prior.high)
    return back(0.5 * (low + high) + 0.5 * (high - low) / Z90 * z)


_SCALES: dict[str, Any] = {
    "normal": (lambda x: x, lambda y: y),
    "lognormal": (np.log, np.exp),
    "logitnormal": (lambda x: np.log(x) - np.log1p(-x), lambda y: 1.0 / (1.0 + np.exp(-y))),
}
