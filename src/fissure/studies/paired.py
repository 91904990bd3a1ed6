"""Paired runs: the same members with the same luck, as they are and with one thing changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.engine.plan import Plan
from fissure.engine.programs import program_for
from fissure.engine.random import prior_normals, seed_words
from fissure.errors import nearest
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.check import Check, Record
from fissure.model.parameters import Declared
from fissure.model.world import World, world_of

WORLD = "world."
Settings = tuple[tuple[str, float], ...]
"""Names with numbers, sorted by name."""


@dataclass(frozen=True, order=True)
class Variant:
    """What is changed in a run: a mechanism off, or drivers times factors; and what is held in it and its pair."""

    off: str = ""
    driver: Settings = ()
    fix: Settings = ()

    @property
    def base(self) -> "Variant":
        """The run that it is compared with."""
        return Variant(fix=self.fix)

    def __str__(self) -> str:
        said = [f"without {self.off}"] if self.off else [f"{name} x {factor:g}" for name, factor in self.driver]
        return ", ".join([*said, *(f"{name} at {z:g}" for name, z in self.fix)]) or "as it is"


def variant_of(mechanism: str, check: Check) -> Variant:
    """The changed run that a check of `mechanism` needs."""
    off = "" if check.driver else mechanism
    return Variant(off, tuple(sorted(check.driver.items())), tuple(sorted(check.fix.items())))


Normals = Callable[[Sequence[int]], NDArray[np.float64]]
"""Members to the standard normals of their parameters, shape (members, parameters)."""


@dataclass(frozen=True, eq=False)
class Paired:
    """Makes the runs; one compiled program serves all, since switches, parameters and the world are data.

    `plan` is that of the run with everything on; `normals` are those of the prior where not given.
    """

    case: Case
    plan: Plan
    normals: Normals | None = None

    @cached_property
    def parameters(self) -> list[Declared]:
        """The parameters of the case, in order."""
        return parameters_of(self.case)

    @cached_property
    def world(self) -> World:
        """The world as it is."""
        return world_of(self.case, self.plan.units, self.plan.slots)

    def compile(self) -> None:
        """Make the program ready."""
        self._program(*self._inputs(Variant(), [0]))

    def record(self, variant: Variant, members: Sequence[int]) -> Record:
        """What `variant` records of `members`, `plan.width` of them at most, each array (members, weeks, ...)."""
        inputs = self._inputs(variant, members)
        found = self._program(*inputs)(*inputs)
        return {name: np.asarray(array)[: len(members)] for name, array in found.items()}

    def require(self, variant: Variant) -> None:
        """Raise `ValueError`, with the nearest name, where a driver or fixed parameter does not exist."""
        moved = [name for name, _ in variant.driver]
        arrays = [WORLD + f.name for f in fields(World) if _is_float(getattr(self.world, f.name))]
        names = [p.name for p in self.parameters]
        for name in [*moved, *(name for name, _ in variant.fix)]:
            known = arrays if name.startswith(WORLD) and name in moved else names
            if name not in known:
                raise ValueError(f"there is no '{name}' to move or to hold{nearest(name, known)}")

    def _program(self, *inputs: Any) -> Callable[..., Any]:
        return program_for(self.plan, inputs)

    def _inputs(self, variant: Variant, members: Sequence[int]) -> tuple[Any, ...]:
        """Arguments of the program; a call with fewer members than its width is filled up with the last."""
        filled = [*members, *[members[-1]] * (self.plan.width - len(members))]
        models = build(self.parameters, self.values(variant, filled), (variant.off,) if variant.off else ())
        world = moved(self.world, {k: v for k, v in variant.driver if k.startswith(WORLD)})
        return models, jnp.asarray(filled, jnp.int32), world, seed_words(self.plan.seed)

    def values(self, variant: Variant, members: Sequence[int]) -> NDArray[np.float64]:
        """Values of the parameters of `members` in `variant`, shape (members, parameters)."""
        names = [p.name for p in self.parameters]
        z = (self.normals or (lambda them: prior_normals(self.plan.seed, them, names)))(members)
        for name, position in variant.fix:
            z[:, names.index(name)] = position
        values = prior_values(self.parameters, z)
        for name, factor in variant.driver:
            if not name.startswith(WORLD):
                values[:, names.index(name)] *= factor
        return values


def moved(world: World, factors: Mapping[str, float]) -> World:
    """`world` with arrays (``world.strikes``) multiplied by factors."""
    for name, factor in factors.items():
        own = name.removeprefix(WORLD)
        world = replace(world, **{own: getattr(world, own) * jnp.float32(factor)})
    return world


def _is_float(x: Any) -> bool:
    return hasattr(x, "dtype") and bool(jnp.issubdtype(x.dtype, jnp.floating))
