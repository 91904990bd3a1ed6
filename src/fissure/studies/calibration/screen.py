"""Which parameters the figures can say anything of: the others keep their prior.

For each parameter the squared rank correlation with each figure's truth is tested against chance (Spearman 1904); a
parameter is learned where the strongest of them passes at the false discovery rate `RATE` over all of them (Benjamini
and Hochberg 1995) and explains at least `LEAST` of the variance. What is screened out moves no figure, by itself and
in one direction, by more than that, so that what was published could hardly move it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used

from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum, floored

RATE = 0.01
LEAST = 0.005
"""Of a figure's variance over the prior (by ranks): a parameter that explains less of every figure is left."""


@dataclass(frozen=True)
class Screened:
    """What the screening says of a parameter: the largest share of variance it explains, of which figure, and p."""

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
) -> list[Screened]:
    """One line a parameter, in order; `z` is (members, parameters), `truth` (members, items)."""
    ranks = _scores(floored(truth, items))
    named = [item.observation.id for item in items]
    moving = ranks.std(axis=0) > 0
    if not moving.any():
        return [
            Screened(parameter, 0.0, "none, as none differs between members", 1.0, False) for parameter in parameters
        ]
    ranks, named = ranks[:, moving], [name for name, moves in zip(named, moving, strict=True) if moves]
    n = len(z)
    r = _scores(z).T @ ranks / n  # (parameters, figures)
    t = np.abs(np.arctanh(np.clip(r, -0.999999, 0.999999))) * np.sqrt(n - 3)
    p = 2.0 * scipy.stats.norm.sf(t)
    line = _line(p.ravel())
    out = []
    for at, parameter in enumerate(parameters):
        best = int(np.argmax(np.abs(r[at])))
        explains, chance = float(r[at, best] ** 2), float(p[at, best])
        out.append(Screened(parameter, explains, named[best], chance, chance <= line and explains >= least))
    return out


def _scores(x: Floats) -> Floats:
    """Ranks by column, as standardised numbers; a column that does not move is zero."""
    ranks = scipy.stats.rankdata(x, axis=0)
    ranks -= ranks.mean(axis=0)
    spread = ranks.std(axis=0)
    return np.asarray(np.divide(ranks, spread, out=np.zeros_like(ranks), where=spread > 0))


def _line(p: Floats) -> float:
    """The largest p that passes at the false discovery rate `RATE`; 0 where none does."""
    ordered = np.sort(p)
    passed = ordered <= RATE * np.arange(1, len(p) + 1) / len(p)
    return float(ordered[passed].max()) if passed.any() else 0.0
