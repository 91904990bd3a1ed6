"""Screening of the inputs that move an outcome: two tests on one plain ensemble, so that all inputs share all runs.

Elementary effects (Morris 1991) cost (inputs + 1) runs a trajectory, some 1,800 for ten of them over the 184 inputs
here, and say nothing of dependent inputs such as draws of a posterior. Luck drowns them besides: one parameter moved a
step changes everybody's later luck a little, so that every input has an effect on every history. Methods that take an
ensemble as it is (Borgonovo's delta, PAWN, RBD-FAST; all in SALib) estimate a density or some ten harmonics for each
input; at a thousand runs their own noise is as large as what is looked for. So the question is asked with few degrees
of freedom, as a test:

- **level**: does the outcome's mean move with the input? A quartic of the input's ranks against the outcome's normal
  scores, F test. Forward selection: each input is tested on what those before it leave, so that an input which only
  goes along with a strong one (in a posterior they are dependent) is not taken for a cause, and weak ones are seen
  once strong ones are out of the way.
- **spread**: does the outcome's scatter move with it? The same test on the ranks of what remains, without its sign
  (Glejser 1969). An input that acts through interactions alone, as the third of Ishigami's function does, moves no
  mean but moves the scatter.

Each input passes at 5% over all inputs, outcomes and both tests together (Bonferroni), so that in about one screening
in twenty an input is kept that does nothing. What is missed: an input that explains less than about 30/n of the
outcome's variance (3% of it at 1,000 runs), and one that moves neither mean nor scatter.

Inputs that are the same for runs side by side (`by_block`) are tested on the means of these blocks, which are
independent where runs within a block are not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy  # its `stats` takes half a second to load, which it does when first used
from numpy.typing import NDArray

from fissure.studies.observation_operator import Floats
from fissure.studies.sensitivity.information_value import scores

LEVEL = 0.05
DEGREE = 4
STEPS = 12
"""Inputs kept for one outcome, at most."""
Way = Literal["level", "spread"]


@dataclass(frozen=True)
class ScreenedInput:
    """That `input` moves the `way` of `outcome`: `share` of the variance (of ranks) that it adds, chance `p`."""

    input: str
    outcome: str
    way: Way
    share: float
    p: float


@dataclass(frozen=True)
class Screening:
    """Result of a screening with `runs` runs of `inputs` inputs, the strongest first; `p` is what was needed."""

    found: tuple[ScreenedInput, ...]
    inputs: int
    runs: int
    p: float

    @property
    def kept(self) -> tuple[str, ...]:
        """The inputs that move any outcome, the strongest first."""
        return tuple(dict.fromkeys(one.input for one in self.found))

    def of(self, outcome: str) -> tuple[ScreenedInput, ...]:
        """Inputs that move one outcome."""
        return tuple(one for one in self.found if one.outcome == outcome)


@dataclass(frozen=True, eq=False)
class _Inputs:
    """Bases (n, inputs, degree), of rows and of blocks."""

    basis: Floats
    by_block: NDArray[np.bool_]
    block: NDArray[np.int64]

    def p_and_share(self, rest: Floats, taken: Floats) -> tuple[Floats, Floats]:
        """(inputs,) chance, and the part of the variance of `rest` that each adds to `taken` (n, q), orthonormal."""
        n, count, degree = self.basis.shape
        flat = self.basis.reshape(n, -1)
        new = (flat - taken @ (taken.T @ flat)).reshape(n, count, degree)
        p, share = np.ones(count), np.zeros(count)
        used = taken.shape[1]
        rows, blocks = ~self.by_block, self.by_block
        p[rows], share[rows] = _tested(new[:, rows], rest, used)
        if blocks.any():
            p[blocks], part = _tested(_means(new[:, blocks], self.block), _means(rest, self.block), used)
            whole = _means(rest, self.block).var() / max(rest.var(), 1e-300)
            share[blocks] = part * whole
        return p, share


def screen(
    x: Floats,
    y: Floats,
    inputs: Sequence[str],
    outcomes: Sequence[str],
    by_block: Sequence[str] = (),
    block: NDArray[np.int64] | None = None,
) -> Screening:
    """Screen the columns of `x` (n, inputs) for those that move any of `y` (n, outcomes).

    `block` (n,) numbers the blocks of rows within which the inputs named in `by_block` do not vary.
    """
    n = len(x)
    own = np.arange(n) if block is None else block
    basis = np.stack([_polynomials(column) for column in x.T], axis=1)
    held = _Inputs(basis, np.array([name in by_block for name in inputs]), own)
    needed = LEVEL / (2 * len(inputs) * len(outcomes))
    found = [
        ScreenedInput(inputs[at], name, way, share, p)
        for name, column in zip(outcomes, y.T, strict=True)
        if np.ptp(column) > 0
        for at, way, share, p in _of(held, scores(column), needed)
    ]
    return Screening(tuple(sorted(found, key=lambda one: (-one.share, one.p, one.input))), len(inputs), n, needed)


def _of(inputs: _Inputs, level: Floats, needed: float) -> list[tuple[int, Way, float, float]]:
    """Place, way, share and chance of each input that moves `level` (n,), in the order of selection."""
    n, total = len(level), float(((level - level.mean()) ** 2).sum())
    taken = np.full((n, 1), n**-0.5)
    rest = level - level.mean()
    out: list[tuple[int, Way, float, float]] = []
    for _ in range(STEPS):
        p, share = inputs.p_and_share(rest, taken)
        p[[at for at, *_ in out]] = 1.0
        at = int(np.lexsort((-share, p))[0])
        if p[at] > needed:
            break
        out.append((at, "level", float(share[at] * (rest**2).sum() / total), float(p[at])))
        taken = _joined(taken, inputs.basis[:, at])
        rest = level - taken @ (taken.T @ level)
    spread = scores(np.abs(rest))
    p, share = inputs.p_and_share(spread - spread.mean(), np.full((n, 1), n**-0.5))
    known = {at for at, *_ in out}
    places = [int(at) for at in np.argsort(p)[:STEPS] if p[at] <= needed and at not in known]
    return out + [(at, "spread", float(share[at]), float(p[at])) for at in places]


def _polynomials(x: Floats) -> Floats:
    """(n, degree) Legendre polynomials of the ranks of `x`, centred."""
    u = 2 * (scipy.stats.rankdata(x) - 0.5) / len(x) - 1
    found = np.polynomial.legendre.legvander(u, DEGREE)[:, 1:]
    return np.asarray(found - found.mean(axis=0))


def _tested(basis: Floats, rest: Floats, used: int) -> tuple[Floats, Floats]:
    """(inputs,) chance of the F test of `rest` (n,) on each basis (n, inputs, degree), and R2; `used` terms before."""
    n, _, degree = basis.shape
    within = np.einsum("nkd,nke->kde", basis, basis)
    size = np.maximum(np.trace(within, axis1=1, axis2=2), 1e-12)[:, None, None]
    along = np.einsum("nkd,n->kd", basis, rest)
    solved = np.linalg.solve(within + 1e-9 * size * np.eye(degree), along[..., None])[..., 0]
    share = np.clip((solved * along).sum(axis=1) / max(float(rest @ rest), 1e-300), 0.0, 1 - 1e-12)
    free = n - used - degree
    if free < 1:
        return np.ones(len(share)), share
    return np.asarray(scipy.stats.f.sf(share / degree / ((1 - share) / free), degree, free)), share


def _joined(taken: Floats, new: Floats) -> Floats:
    """`taken` (n, q), orthonormal, with the columns of `new` added."""
    rest = new - taken @ (taken.T @ new)
    u, d, _ = np.linalg.svd(rest, full_matrices=False)
    return np.concatenate([taken, u[:, d > 1e-9 * max(float(d[0]), 1e-12)]], axis=1)


def _means(values: Floats, block: NDArray[np.int64]) -> Floats:
    """Means of `values` (n, ...) over the rows of each block."""
    names, at = np.unique(block, return_inverse=True)
    out = np.zeros((len(names), *values.shape[1:]))
    np.add.at(out, at, values)
    many = np.bincount(at).reshape(-1, *[1] * (values.ndim - 1))
    return np.asarray(out / many)
