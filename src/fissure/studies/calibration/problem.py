"""What is learned from what: parameters of simulated members, and what would have been published of each.

Parameters are standard normals under the prior (see `model.parameters`), and so are the publishers' bias terms. A
simulated report is a member's truth seen through the measurement model; simulating the world is dear and reporting on
it is free, so each member is reported on many times, each time with other biases and errors.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr

from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum, biases, reports, truths


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

    def standard(self, said: Floats) -> tuple[Floats, Floats]:
        """(items,) mean and spread by which reports are standardised, from some of them, (n, items).

        No spread is less than what a publisher alone brings in: of a bound that next to no member breaks nearly all
        reports are the same, and the few others would stand thousands of spreads away.
        """
        alone = [(item.spread**2 + item.error**2 + item.half**2 / 3) ** 0.5 for item in self.items]
        return said.mean(axis=0), np.maximum(np.maximum(said.std(axis=0), alone), 1e-6)

    def told(self, rng: np.random.Generator, members: Sequence[int] | np.ndarray) -> tuple[Floats, Floats]:
        """Targets (n, targets) and reports (n, items) of `members`, with biases and errors drawn anew."""
        members = np.asarray(members)
        n, k = len(members), len(self.items)
        b = rng.standard_normal((n, len(self.free)))
        e, r = rng.standard_normal((n, k)), rng.standard_normal((n, k))
        said = reports(self.truth[members], self.items, b, e, r)
        return np.concatenate([self.z[np.ix_(members, np.asarray(self.learned, int))], b], axis=1), said


def problem_of(data: xr.Dataset, z: Floats, parameters: Sequence[str], items: Sequence[Datum]) -> Problem:
    """The problem of learning all `parameters` from a run `data` whose members have the normals `z`."""
    return Problem(tuple(items), tuple(parameters), z, truths(data, items), tuple(range(len(parameters))))
