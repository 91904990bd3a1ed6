"""What happens to whom and where: events of a week by kind, each with its size.

An event is one week in one district, in one bloc, or both, as the kind has it, in which something of the kind
happened. Its size is a whole number: how many people, or how much, it took. `happened` gives the sizes of a week as
dense arrays; the engine keeps of them only where something did.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.record import Seen
from fissure.model.state import Cause

PREFIX = "event:"
"""How the names of events begin among the records of a week."""


@dataclass(frozen=True)
class Kind:
    """A kind of event: where it is told apart, the unit of its size, and how it is read off."""

    name: str
    dims: tuple[str, ...]
    """Of ("bloc", "district"), in this order."""
    unit: str
    long_name: str
    read: Callable[[Seen], Array]
    """Sizes of this week of shape `dims`, 0 where nothing happened: whole numbers below 2^24."""


def _taken(seen: Seen, cause: Cause) -> Float[Array, " units"]:
    return seen.flows.by_cause[:, cause].astype(jnp.float32)


def by_district(seen: Seen, of_unit: Float[Array, " units"]) -> Float[Array, " districts"]:
    """Sum of whole numbers of units, by the district in which each stood at the start of the week; exact."""
    return of_unit @ seen.sensed.post


def by_bloc_and_district(seen: Seen, of_unit: Float[Array, " units"]) -> Float[Array, "blocs districts"]:
    """Sum of whole numbers of units, by bloc and by the district of the start of the week; exact."""
    bloc = jnp.arange(seen.world.at_odds.shape[0])[:, None] == seen.world.bloc
    return (bloc * of_unit) @ seen.sensed.post


KINDS: tuple[Kind, ...] = (
    Kind(
        "execution", ("district",), "members executed", "Members executed for trying to leave",
        lambda s: by_district(s, _taken(s, Cause.EXECUTED)),
    ),
    Kind(
        "clash", ("bloc", "district"), "fighters killed", "Fighters killed in clashes between blocs",
        lambda s: by_bloc_and_district(s, _taken(s, Cause.CLASH)),
    ),
)  # fmt: skip


def happened(seen: Seen) -> dict[str, Int[Array, "..."]]:
    """Sizes of all kinds in a week, by `event:` and the name of the kind."""
    return {PREFIX + kind.name: kind.read(seen).astype(jnp.int32) for kind in KINDS}
