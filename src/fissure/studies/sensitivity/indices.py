"""Variance-based indices: how much of an outcome's variance is due to each input, alone and with its interactions.

Saltelli's design (Saltelli et al. 2010, Computer Physics Communications 181:259-270): two independent samples A and B,
and for each input i the sample A with the values that B has of it. From their outcomes::

    first order S_i = Var(E[y | x_i]) / Var(y)        total T_i = E[Var(y | all but x_i)] / Var(y)

by the estimators of SALib. Chance is an input like the others: each row has a member, which brings everything that is
not among the inputs, luck included, so that `REST` has indices too. Runs that differ in luck alone give the total index
of `LUCK`: the part of the variance that no knowledge of any input could take away.

Rows are independent from block to block only (see `study`), so intervals are percentiles of a bootstrap over blocks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from fissure.errors import ArgumentError
from fissure.studies.observation_operator import Floats

REST, LUCK = "everything else and luck", "luck"
LEVEL, BOOTSTRAPS = 0.95, 1000
CONVERGED = 0.2
"""An index has converged where its 95% interval is no wider than this: within a tenth of the variance each way."""
MISSING = (
    "sensitivity studies need SALib, which is not installed; it comes with the extra 'attribution': "
    "pip install 'fissure[attribution]'"
)


@dataclass(frozen=True)
class Index:
    """Indices of one input on one outcome, from `rows` rows; NaN where there is none (luck has no first order)."""

    input: str
    rows: int
    first: float
    first_low: float
    first_high: float
    total: float
    total_low: float
    total_high: float

    @property
    def converged(self) -> bool:
        """Whether the intervals of both are narrow."""
        widths = (self.first_high - self.first_low, self.total_high - self.total_low)
        return all(not width > CONVERGED for width in widths)


def available() -> None:
    """Raise `FissureError` where SALib is not installed, before minutes of simulating."""
    _analysis()


def _analysis() -> tuple[Any, Any]:
    """What SALib calculates indices with. Raises `FissureError` where it is not installed or does not load."""
    try:
        from SALib.analyze.sobol import first_order, total_order
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "SALib":
            raise ArgumentError(MISSING) from None
        raise ArgumentError(f"SALib is installed but does not load ({error})") from None
    except ImportError as error:
        raise ArgumentError(f"SALib is installed but does not load ({error})") from None
    return first_order, total_order


def indices(a: Floats, b: Floats, mixed: Floats, inputs: Sequence[str], block: int = 1, seed: int = 0) -> list[Index]:
    """One `Index` an input, from outcomes of the samples.

    Args:
        a, b: (n,) outcomes of both samples.
        mixed: (inputs, n) outcomes of A with the values of B of each input; of `LUCK`, of A with other luck.
        inputs: their names.
        block: rows that belong together; n is a multiple of it.
        seed: of the bootstrap.

    Raises `FissureError` where SALib is not installed.
    """
    first_order, total_order = _analysis()
    n = len(a)
    rows = _resampled(n, block, seed)
    middle = np.concatenate([a, b]).mean()
    a, b, mixed = a - middle, b - middle, mixed - middle
    tail = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    out = []
    varies = np.ptp(np.concatenate([a, b])) > 0
    for name, c in zip(inputs, mixed, strict=True):
        if not varies:
            out.append(Index(name, n, *[float("nan")] * 6))
            continue
        with np.errstate(invalid="ignore", divide="ignore"):  # a resample in which nothing varies says nothing
            total = float(total_order(a, c, b)), *np.nanquantile(total_order(a[rows], c[rows], b[rows]), tail)
            first = float(first_order(a, c, b)), *np.nanquantile(first_order(a[rows], c[rows], b[rows]), tail)
        first = first if name != LUCK else (float("nan"),) * 3
        out.append(Index(name, n, *map(float, (*first, *total))))
    return out


def converging(
    a: Floats, b: Floats, mixed: Floats, inputs: Sequence[str], block: int = 1, seed: int = 0
) -> list[list[Index]]:
    """The same from a quarter, a half and all of the rows, in whole blocks; where there are few, from fewer sizes."""
    blocks = len(a) // block
    sizes = sorted({part for part in (blocks // 4, blocks // 2, blocks) if part >= 2 or part == blocks})
    return [indices(a[: s * block], b[: s * block], mixed[:, : s * block], inputs, block, seed) for s in sizes]


def _resampled(n: int, block: int, seed: int) -> np.ndarray:
    """(n, resamples) rows, whole blocks drawn with replacement."""
    rng = np.random.default_rng([seed, n])
    drawn = rng.integers(0, n // block, size=(n // block, 1, BOOTSTRAPS))
    rows = drawn * block + np.arange(block)[None, :, None]
    return np.asarray(rows.reshape(-1, BOOTSTRAPS))
