"""Where members get their parameters from: the prior of the case, or something that was learned."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from fissure.engine.random import prior_normals
from fissure.engine.simulate import Past


class Draws(Protocol):
    """Gives each member its parameters, as standard normals of their priors.

    The normals of a member are a function of the seed and its number alone, so a run can be extended, and members of
    another run with the same seed are its pairs.
    """

    @property
    def digest(self) -> str:
        """Names the draws in the plan of a run; empty for the prior."""

    @property
    def until(self) -> date | None:
        """The last day of which they have seen anything; None for the prior."""

    def normals(self, seed: int, members: Sequence[int], names: Sequence[str]) -> NDArray[np.float64]:
        """Standard normals of shape (members, names): what `parameters.quantile` takes."""

    def past(self, seed: int, members: Sequence[int]) -> Past | None:
        """The luck that `members` live through again before their own, `member` of shape (members,); None for none."""

    def pasts(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """(members,) numbers that are equal for members with the same past: the same parameters, and the same luck."""


class Prior:
    """Draws from the prior of the case."""

    digest = ""
    until = None

    def normals(self, seed: int, members: Sequence[int], names: Sequence[str]) -> NDArray[np.float64]:
        """Independent standard normals, see `prior_normals`."""
        return prior_normals(seed, members, names)

    def past(self, seed: int, members: Sequence[int]) -> Past | None:
        """None: members have their own luck from the first day."""
        return None

    def pasts(self, seed: int, members: Sequence[int]) -> NDArray[np.int64]:
        """No two have the same past."""
        return np.asarray(members, np.int64)
