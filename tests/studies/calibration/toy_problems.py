"""Published figures and problems made by hand, whose posterior can be worked out, and the setting of a tiny fit."""

from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fissure.evidence.entries import Observation, Variable
from fissure.studies.calibration.fit import Setting
from fissure.studies.calibration.flow import Training
from fissure.studies.calibration.problem import Problem
from fissure.studies.measurement import Datum, biases

Floats = NDArray[np.float64]

UNTIL = date(2015, 3, 31)
SEEN = 1_700
"""Members of the linear problem that training sees; the other 300 are for checks."""
TINY = Setting(
    members=64,
    draws=50,
    histories=40,
    checked=12,
    units=24,
    slots=20,
    training=Training(depth=2, width=16, epochs=2, batch=16),
)


def datum(name: str, published: float = 0.0, *, bound: str = "exact", **keys: Any) -> Datum:
    """A figure on the scale of points, of which only the numbers given in `keys` matter."""
    ends = {"upper": {"high": published}, "lower": {"low": published}}.get(bound, {"value": published})
    observation = Observation.model_validate(
        {
            "id": name, "variable": "v", "source": "s", "date": "2015-01-20", "bound": bound, "unit": "share",
            "scope": "all", "doubt": "d", "doubt_abs": 0.1, **ends,
        }
    )  # fmt: skip
    variable = Variable(id="v", title="V", unit="share", how="at", output="out", note="n")
    known = {"scale": "points", "half": 0.0, "error": 0.1, "bias": f"{name}.v", "lean": 0.0, "spread": 0.1, **keys}
    return Datum(observation=observation, variable=variable, published=published, **known)


SLOPES = np.array([[1.0, 0.0, 0.0], [0.8, 0.6, 0.0], [0.0, 1.0, 0.0], [0.0, -0.7, 0.3]])
"""(figures, parameters) of the linear problem: the third parameter moves little."""


def linear(members: int = 2000, seed: int = 5, noise: float = 0.1) -> Problem:
    """Truth = slopes z + noise; four figures of two publishers, whose biases are learned with three parameters."""
    rng = np.random.default_rng(seed)
    z = rng.standard_normal((members, 3))
    truth = z @ SLOPES.T + noise * rng.standard_normal((members, len(SLOPES)))
    items = [
        datum(f"f{at}", published, bias=bias, error=0.3, spread=0.5, lean=lean)
        for at, (published, bias, lean) in enumerate(
            [(0.9, "a.v", 0.0), (1.0, "a.v", 0.0), (-0.5, "b.v", 0.2), (0.6, "b.v", 0.2)]
        )
    ]
    return Problem(tuple(items), ("one.x", "two.x", "three.x"), z, truth, (0, 1, 2))


def exact(problem: Problem, noise: float = 0.1) -> tuple[Floats, Floats]:
    """Mean (targets,) and covariance (targets, targets) of the posterior of a problem of `linear`."""
    items = problem.items
    names = biases(items)
    spreads = np.array([[item.spread * (item.bias == name) for name in names] for item in items])
    design = np.hstack([SLOPES[:, list(problem.learned)], spreads])
    left = np.delete(SLOPES, problem.learned, axis=1)
    own = np.diag([item.error**2 + noise**2 for item in items]) + left @ left.T
    precision = np.eye(design.shape[1]) + design.T @ np.linalg.solve(own, design)
    covariance = np.linalg.inv(precision)
    said = problem.observed - np.array([item.lean for item in items])
    return covariance @ design.T @ np.linalg.solve(own, said), covariance
