"""The making of the records of histories: from their numbers to the arguments of the compiled program, and back.

Here, in what it imports and in the mechanisms, is all that decides about the bytes of a history
(`provenance.own_digest` follows the imports). Who makes which histories, when and where is no part of it.
"""

from dataclasses import dataclass
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fissure.engine.packing import Packed, unpack
from fissure.engine.parameter_source import Draws
from fissure.engine.random import seed_words
from fissure.engine.records import sparse
from fissure.model.catalogue import build, prior_values
from fissure.model.parameters import Declared
from fissure.model.world import World

Records = dict[str, NDArray[Any]]
"""Arrays by name, members first; events as columns, see `records.sparse`."""
Arguments = tuple[Any, ...]
"""The arguments of `simulate.simulate_block`."""


@dataclass(frozen=True, eq=False)
class Kernel:
    """Makes the arguments of calls of one width, for members of an ensemble."""

    parameters: list[Declared]
    world: World
    seed: int
    width: int
    draws: Draws
    off: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def arguments(self, members: list[int]) -> tuple[Arguments, NDArray[np.float64]]:
        """Of a call for up to `width` members, filled up with the last; and the values of their parameters."""
        filled = members + members[-1:] * (self.width - len(members))
        values = prior_values(self.parameters, self.draws.normals(self.seed, filled, [p.name for p in self.parameters]))
        models = build(self.parameters, values, self.off)
        past = self.draws.past(self.seed, filled)
        return (models, jnp.asarray(filled, jnp.int32), self.world, seed_words(self.seed), past), values

    def records(self, packed: Packed, values: NDArray[np.float64], members: list[int]) -> Records:
        """The records of `members` from what the program made for them and from the values of their parameters."""
        found = unpack(packed, self.world, self.outputs)
        return sparse({name: array[: len(members)] for name, array in found.items()}, members) | {
            "parameters": values[: len(members)]
        }
