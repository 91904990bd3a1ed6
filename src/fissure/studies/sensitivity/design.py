"""The design of a sensitivity study: inputs that are varied, and the indices that come of it.

*Inputs*: parameters, over what is believed of them, each forcing, over a stated range, and luck. A forcing is
multiplied by a factor between a half and two, log-uniform: a range to ask with, not a doubt that anybody stated, so
shares of a forcing mean "if it had been up to twice as strong or weak" and stand against this range.

*Variance-based indices*: the part of an outcome's variance that is due to each input, alone and with its interactions.
Saltelli's design (Saltelli et al. 2010, Computer Physics Communications 181:259-270): two independent samples A and B,
and for each input i the sample A with the values that B has of it. From their outcomes::

    first order S_i = Var(E[y | x_i]) / Var(y)        total T_i = E[Var(y | all but x_i)] / Var(y)

by the estimators of SALib. Chance is an input like the others: each row has a member, which brings everything that is
not among the inputs, luck included, so that `REST` has indices too. Runs that differ in luck alone give the total index
of `LUCK`: the part of the variance that no knowledge of any input could take away.

Rows are independent from block to block only (see `study`), so intervals are percentiles of a bootstrap over blocks.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from fissure.engine.parameter_source import Draws
from fissure.engine.simulate import Past
from fissure.errors import ArgumentError
from fissure.model.parameters import Declared, quantile
from fissure.studies.observation_operator import Floats
from fissure.studies.scenario import FORCING, Move, Scenario

FACTOR = 2.0
"""A forcing is between 1 / FACTOR and FACTOR times what it was."""
DRAWN = 4096
"""Draws from which the distribution of a parameter is taken."""
APART = 1 << 24
"""History m + APART has the parameters of history m and luck of its own."""


@dataclass(frozen=True)
class Input:
    """A parameter that is not fixed, or a forcing, and what it means in words."""

    name: str
    meaning: str
    unit: str
    kind: Literal["parameter", "forcing"]


def inputs_of(parameters: Sequence[Declared]) -> tuple[Input, ...]:
    """All that can be varied: parameters in order, then forcings."""
    free = [p for p in parameters if p.prior.prior.kind != "fixed"]
    return (
        *(Input(p.name, p.meaning, p.unit, "parameter") for p in free),
        *(Input(name, one.title, f"times {one.unit}", "forcing") for name, one in FORCING.items()),
    )


def factors(u: Floats) -> Floats:
    """Factors of a forcing at `u` in (0, 1)."""
    return np.asarray(FACTOR ** (2 * u - 1))


def forced(names: Sequence[str], u: Floats) -> Scenario:
    """The scenario in which the forcings `names` are at `u` (forcings,) of their ranges."""
    moves = (Move(name, "times", float(x)) for name, x in zip(names, factors(u), strict=True))
    return Scenario(moves=tuple(sorted(moves)))


@dataclass(frozen=True, eq=False)
class Margins:
    """The inputs of a design, each with its distribution by itself: inputs are made independent.

    Of a posterior this breaks what it says of inputs together. Indices need independent inputs; how much the
    variance differs for it (`OutcomeSensitivity.spread` and `OutcomeSensitivity.design_spread`) is shown.
    """

    inputs: tuple[Input, ...]
    quantiles: tuple[Floats, ...]
    """Of each parameter sorted values; of a forcing nothing."""

    @classmethod
    def of(cls, inputs: Sequence[Input], parameters: Sequence[Declared], draws: Draws, seed: int) -> "Margins":
        """The distributions of `inputs` over `draws`."""
        at = {p.name: p for p in parameters}
        names = [one.name for one in inputs if one.kind == "parameter"]
        z = draws.normals(seed, range(DRAWN), names) if names else np.zeros((DRAWN, 0))
        known = {name: np.sort(quantile(at[name].prior.prior, z[:, i])) for i, name in enumerate(names)}
        return cls(tuple(inputs), tuple(known.get(one.name, np.zeros(0)) for one in inputs))

    def scenario(self, u: Floats) -> Scenario:
        """The scenario in which the inputs have the quantiles `u` (inputs,)."""
        moves = [
            Move(one.name, "times", float(factors(x)))
            if one.kind == "forcing"
            else Move(one.name, "to", float(np.interp(x, (np.arange(len(known)) + 0.5) / len(known), known)))
            for one, known, x in zip(self.inputs, self.quantiles, u, strict=True)
        ]
        return Scenario(moves=tuple(sorted(moves)))


def spread(n: int, count: int, rng: np.random.Generator) -> Floats:
    """(n, count) numbers in (0, 1), each column spread evenly (Latin hypercube: McKay, Beckman and Conover 1979)."""
    order = rng.permuted(np.tile(np.arange(n), (count, 1)), axis=1).T
    return np.asarray((order + rng.random((n, count))) / max(n, 1))


def log_factor(u: Floats) -> Floats:
    """The logarithm of the factor, in units of its range: -1 to 1."""
    return np.asarray(np.log(factors(u)) / math.log(FACTOR))


@dataclass(frozen=True, eq=False)
class SeparateLuck:
    """`draws`, from which members `APART` apart take the same parameters.

    Of histories that go on from what was lived, both have lived the same: their luck differs from the cut-off on.
    """

    draws: Draws

    @property
    def digest(self) -> str:
        """That of the draws, and that luck is apart."""
        return f"{self.draws.digest}, luck apart"

    @property
    def until(self) -> date | None:
        """The last day of which the draws have seen anything."""
        return self.draws.until

    def normals(self, seed: int, members: Sequence[int], names: Sequence[str]) -> NDArray[np.float64]:
        """Standard normals of shape (members, names)."""
        return self.draws.normals(seed, [member % APART for member in members], names)

    def past(self, seed: int, members: Sequence[int]) -> Past | None:
        """The luck that `members` live through again before their own."""
        return self.draws.past(seed, [member % APART for member in members])

    def pasts(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """(members,) numbers that are equal for members with the same past."""
        return self.draws.pasts(seed, [member % APART for member in members])


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
        """True where the intervals of both are narrow."""
        widths = (self.first_high - self.first_low, self.total_high - self.total_low)
        return all(not width > CONVERGED for width in widths)


def available() -> tuple[Any, Any]:
    """SALib's first-order and total-order indices, asked for before minutes of simulating.

    Raises `FissureError` where SALib is not installed or does not load.
    """
    try:
        from SALib.analyze.sobol import first_order, total_order
    except ImportError as error:
        if isinstance(error, ModuleNotFoundError) and (error.name or "").split(".")[0] == "SALib":
            raise ArgumentError(MISSING) from None
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
    first_order, total_order = available()
    n = len(a)
    rng, blocks = np.random.default_rng([seed, n]), n // block  # whole blocks are drawn with replacement
    drawn = rng.integers(0, blocks, size=(blocks, 1, BOOTSTRAPS)) * block + np.arange(block)[None, :, None]
    rows = drawn.reshape(-1, BOOTSTRAPS)
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
