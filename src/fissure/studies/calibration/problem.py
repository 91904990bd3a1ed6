"""The learning problem: parameters of simulated members, and what would have been published of each.

Parameters are standard normals under the prior (see `model.parameters`), and so are the publishers' bias terms. A
simulated report is a member's truth seen through the measurement model; simulating the world is dear and reporting on
it is free, so each member is reported on many times, each time with other biases and errors.

Screening asks which parameters the figures can say anything of; the others keep their prior. For each parameter the
squared rank correlation with each figure's truth is tested against chance (Spearman 1904); a parameter is learned where
the strongest of them passes at the false discovery rate `RATE` over all of them (Benjamini and Hochberg 1995) and
explains at least `LEAST` of the variance. What is screened out moves no figure, by itself and in one direction, by more
than that, so that what was published could hardly move it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used
import xarray as xr

from fissure.studies.measurement import Datum, biases, floored, reports, truths
from fissure.studies.observation_operator import Floats

RATE = 0.01
LEAST = 0.005
"""Of a figure's variance over the prior (by ranks): a parameter that explains less of every figure is left."""


@dataclass(frozen=True, eq=False)
class Problem:
    """Simulated members and the figures that they are held against.

    `z` (members, parameters) are the normals of all `parameters`, `truth` (members, items) what the model says in the
    place of each of `items`, as `measurement.truths` gives it. `learned` are the places of the parameters that are
    learned, `free` the names of the bias terms; a target is the learned parameters, then the bias terms.
    """

    items: tuple[Datum, ...]
    parameters: tuple[str, ...]
    z: Floats
    truth: Floats
    learned: tuple[int, ...]

    @property
    def free(self) -> tuple[str, ...]:
        """Names of the bias terms, in the order of the targets."""
        return biases(self.items)

    @property
    def targets(self) -> tuple[str, ...]:
        """Names of what is learned: parameters, then bias terms as ``bias:source.family``."""
        return (*(self.parameters[at] for at in self.learned), *(f"bias:{name}" for name in self.free))

    @property
    def observed(self) -> Floats:
        """(items,) what was published, on the scale of each figure."""
        return np.array([item.published for item in self.items])

    def standard(self, reported: Floats) -> tuple[Floats, Floats]:
        """(items,) mean and spread by which reports are standardised, from some of them, (n, items).

        No spread is less than what a publisher alone brings in: of a bound that next to no member breaks nearly all
        reports are the same, and the few others would stand thousands of spreads away.
        """
        alone = [(item.spread**2 + item.error**2 + item.half**2 / 3) ** 0.5 for item in self.items]
        return reported.mean(axis=0), np.maximum(np.maximum(reported.std(axis=0), alone), 1e-6)

    def simulate(self, rng: np.random.Generator, members: Sequence[int] | np.ndarray) -> tuple[Floats, Floats]:
        """Targets (n, targets) and reports (n, items) of `members`, with biases and errors drawn again."""
        members = np.asarray(members)
        n, k = len(members), len(self.items)
        b = rng.standard_normal((n, len(self.free)))
        e, r = rng.standard_normal((n, k)), rng.standard_normal((n, k))
        reported = reports(self.truth[members], self.items, b, e, r)
        return np.concatenate([self.z[np.ix_(members, np.asarray(self.learned, int))], b], axis=1), reported


def problem_of(data: xr.Dataset, z: Floats, parameters: Sequence[str], items: Sequence[Datum]) -> Problem:
    """The problem of learning all `parameters` from a run `data` whose members have the normals `z`."""
    return Problem(tuple(items), tuple(parameters), z, truths(data, items), tuple(range(len(parameters))))


@dataclass(frozen=True)
class ScreenedParameter:
    """Screening of a parameter: the largest share of variance it explains, of which figure, and p."""

    parameter: str
    explains: float
    of: str
    p: float
    learned: bool

    @property
    def reason(self) -> str:
        """Why it is learned or left at its prior, in words."""
        if self.learned:
            return f"explains {self.explains:.1%} of {self.of}"
        return f"explains no more than {self.explains:.1%} of any figure (most of {self.of})"


def screen(
    z: Floats, truth: Floats, parameters: Sequence[str], items: Sequence[Datum], least: float = LEAST
) -> list[ScreenedParameter]:
    """One line a parameter, in order; `z` is (members, parameters), `truth` (members, items)."""
    ranks = _scores(floored(truth, items))
    moving = ranks.std(axis=0) > 0
    if not moving.any():
        return [
            ScreenedParameter(name, 0.0, "none, as none differs between members", 1.0, False) for name in parameters
        ]
    named = [item.observation.id for item, moves in zip(items, moving, strict=True) if moves]
    n = len(z)
    r = _scores(z).T @ ranks[:, moving] / n  # (parameters, figures)
    t = np.abs(np.arctanh(np.clip(r, -0.999999, 0.999999))) * np.sqrt(n - 3)
    p = 2.0 * scipy.stats.norm.sf(t)
    ordered = np.sort(p.ravel())
    passed = ordered[ordered <= RATE * np.arange(1, p.size + 1) / p.size]  # the false discovery rate
    line = float(passed.max()) if passed.size else 0.0
    out = []
    for at, parameter in enumerate(parameters):
        best = int(np.argmax(np.abs(r[at])))
        explains, chance = float(r[at, best] ** 2), float(p[at, best])
        out.append(ScreenedParameter(parameter, explains, named[best], chance, chance <= line and explains >= least))
    return out


def _scores(x: Floats) -> Floats:
    """Ranks by column, as standardised numbers; a column that does not move is zero."""
    ranks = scipy.stats.rankdata(x, axis=0)
    ranks -= ranks.mean(axis=0)
    spread = ranks.std(axis=0)
    return np.asarray(np.divide(ranks, spread, out=np.zeros_like(ranks), where=spread > 0))
