"""An effect that a mechanism must show: a check compares two runs of the same members with the same luck.

One run has everything as it is; the other lacks the mechanism, or has a driver of it moved. A measure makes one number
a member of a run; it also sees the paired run, so that "after executions" can mean the same weeks in both.

    Check("desertion of locals", total("deserted", "local"), LOWER)

reads: without the mechanism, fewer locals desert. Measures stand in `fissure.model.measure`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

Record = Mapping[str, NDArray[Any]]
"""Recorded variables by name, each of shape (members, weeks, ...)."""
Floats = NDArray[np.float64]
Measure = Callable[[Record, Record], Floats]
"""(this run, the paired run with everything as it is) to one number a member, shape (members,)."""

LOWER, HIGHER = -1, 1


@dataclass(frozen=True, eq=False)
class Check:
    """A movement to be shown: `observable` in plain words, its `measure`, and which way it moves.

    `sign` is LOWER or HIGHER: how it moves without the mechanism or, where there is a `driver`, with the driver moved.
    `driver` holds factors on parameters (``"bloc-clash.rate": 3.0``) or on arrays of the world (``"world.exchange":
    2.0``), and `driven` says it in words. `fix` holds standard-normal positions of parameters that are kept in both
    runs, where the effect needs a setting to be seen.
    """

    observable: str
    measure: Measure
    sign: int
    driver: Mapping[str, float] = field(default_factory=dict)
    driven: str = ""
    fix: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `ValueError` for what cannot be a check."""
        if self.sign not in (LOWER, HIGHER):
            raise ValueError(f"check '{self.observable}': sign is {self.sign!r}, expected LOWER or HIGHER")
        if bool(self.driver) != bool(self.driven):
            raise ValueError(f"check '{self.observable}': driver and driven go together, found one without the other")
