"""Members whose parameters are those of another, so that luck can vary alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from fissure.engine.parameter_source import Draws
from fissure.engine.simulate import Past

APART = 1 << 24
"""Member m + APART has the parameters of member m and luck of its own."""


@dataclass(frozen=True, eq=False)
class LuckApart:
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
