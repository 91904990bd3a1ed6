"""The contract of a mechanism: a frozen module whose parameters are fields and whose rule is `__call__`.

    effects = mechanism(sensed, week, draw)

The rule is pure. It reads the state as it was sensed at the start of the week, the forcing of the week and its own
random numbers; it returns contributions (`Effects`). It never calls another mechanism.

What is always on, such as posting units, fighting for ground or keeping the books, is no mechanism: it settles the
sums of contributions, in `fissure.model.settle`.
"""

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import equinox as eqx
from jaxtyping import Array, Float

from fissure.model.check import Check
from fissure.model.effects import Effects, Scalar

if TYPE_CHECKING:
    from fissure.model.sense import Sensed
    from fissure.model.world import Week


@dataclass(frozen=True)
class Luck:
    """Random numbers that a rule draws each time, said beforehand so that those of all rules are made in one go.

    It changes no number: what is not said beforehand is made where it is asked for, at a greater cost.
    """

    axes: tuple[str | int, ...] = ()
    """The shape: numbers, or "units", "districts", "blocs", "flanks", "countries", "offensives"; () for one alone."""
    index: int = 0
    count: int = 1
    """How many independent arrays are used of the four that there are of an index."""


FourUniforms = tuple[Float[Array, "..."], ...]
"""Four independent arrays of uniform numbers in [0, 1)."""


@runtime_checkable
class Draws(Protocol):
    """Random numbers addressed by the mechanism that asks, the week and the member; see `fissure.engine.random`."""

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> Float[Array, "*shape"]:
        """Uniform numbers in [0, 1) of any `shape`; another `index` gives independent ones."""
        ...

    def uniforms(
        self, shape: tuple[int, ...] = (), index: int = 0, count: int = 4
    ) -> tuple[Float[Array, "*shape"], ...]:
        """Up to four independent arrays of uniform numbers in [0, 1) of `shape`, for the price of one."""
        ...


class Mechanism(eqx.Module):
    """A rule of the week that can be switched off: parameters as fields, `__call__` as the rule."""

    title: ClassVar[str]
    claims: ClassVar[tuple[str, ...]]  # ids of the ledger's claims that it executes
    checks: ClassVar[tuple[Check, ...]]  # what must show in paired runs
    luck: ClassVar[tuple[Luck, ...]] = ()  # the random numbers that it draws
    in_group: ClassVar[str] = ""  # the group of a mechanism from another package; ours lie in the group's folder
    on: Scalar  # the switch, 0 or 1: data, so that one compiled program serves every set of mechanisms

    @abstractmethod
    def __call__(self, sensed: "Sensed", week: "Week", draw: Draws) -> Effects:
        """Contributions of this week, as if switched on."""

    @classmethod
    def name(cls) -> str:
        """Its name, after its file: `pay_gap.py` holds `pay-gap`."""
        return cls.__module__.rsplit(".", 1)[-1].replace("_", "-")

    @classmethod
    def group(cls) -> str:
        """Its group (ranks, factions, rule, governed or war), after its folder unless it says `in_group`."""
        return cls.in_group or cls.__module__.rsplit(".", 2)[-2]
