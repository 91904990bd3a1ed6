"""Events of a week by kind, each with its size: to whom something happens, and where.

An event is one week in one district, in one bloc, or both, as the kind has it, in which something of the kind
happened. Its size is a whole number: how many people, or how much, it took. `happened` gives the sizes of a week as
dense arrays; the engine keeps of them only where something did.
"""

from collections.abc import Callable
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from fissure.model.record import RESISTING, Seen
from fissure.model.state import ASSAULT, LOST, ROUTINE, URGENT, Cause

PREFIX = "event:"
"""The beginning of the names of events among the records of a week."""


@dataclass(frozen=True)
class Kind:
    """A kind of event: the places and blocs that it is counted by, the unit of its size, and how it is read off."""

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
    return (seen.world.of_bloc.T * of_unit) @ seen.sensed.post


def by_bloc(seen: Seen, of_unit: Float[Array, " units"]) -> Float[Array, " blocs"]:
    """Sum of whole numbers of units, by bloc; exact."""
    return of_unit @ seen.world.of_bloc


def _faced(seen: Seen, where: Bool[Array, " districts"]) -> Float[Array, " districts"]:
    """Opponents who stood there at the start of the war, at least one."""
    return jnp.where(where, jnp.maximum(jnp.floor(seen.sensed.given.garrison.sum(axis=0)), 1.0), 0.0)


def _resisters(seen: Seen, where: Bool[Array, " districts"]) -> Float[Array, " districts"]:
    """Residents in organised resistance there, at least one."""
    d = seen.after.districts
    return jnp.where(where, jnp.maximum(jnp.floor(d.resistance * d.residents), 1.0), 0.0)


def _new_group(seen: Seen) -> Bool[Array, " districts"]:
    before, after = seen.sensed.districts.resistance, seen.after.districts.resistance
    return (before < RESISTING) & (after >= RESISTING) & (seen.after.districts.control > 0)


def _crossed(seen: Seen, down: bool) -> Float[Array, " districts"]:
    """Residents of districts whose larger part changed hands, at least one."""
    before, after = seen.sensed.districts.control, seen.after.districts.control
    crossed = (before >= 0.5) & (after < 0.5) if down else (before < 0.5) & (after >= 0.5)
    return jnp.where(crossed, jnp.maximum(seen.after.districts.residents, 1), 0)


def _ended(seen: Seen, taken: bool) -> Float[Array, " districts"]:
    """Opponents' fighters whose campaign ended: assaults where all ground was lost, or all kinds where it was not."""
    ended = (seen.flows.ended[ASSAULT] if taken else seen.flows.ended.sum(axis=0)).sum(axis=0)
    lost = seen.after.districts.control < LOST
    return jnp.where(lost == taken, jnp.ceil(ended), 0.0)


KINDS: tuple[Kind, ...] = (
    Kind(
        "execution", ("district",), "members executed", "Members executed for trying to leave",
        lambda s: by_district(s, _taken(s, Cause.EXECUTED)),
    ),
    Kind(
        "purge", ("bloc",), "members killed", "Members killed by the leadership over doctrine",
        lambda s: by_bloc(s, _taken(s, Cause.PURGE)),
    ),
    Kind(
        "accusation", ("bloc",), "members killed", "Members killed by comrades over doctrine",
        lambda s: by_bloc(s, _taken(s, Cause.ACCUSED)),
    ),
    Kind(
        "clash", ("bloc", "district"), "fighters killed", "Fighters killed in clashes between blocs",
        lambda s: by_bloc_and_district(s, _taken(s, Cause.CLASH)),
    ),
    Kind("plot", ("bloc",), "plots", "Plots begun", lambda s: s.flows.plots.sum(axis=1)),
    Kind("exposure", ("bloc",), "plots", "Plots found out", lambda s: s.flows.exposed.sum(axis=1)),
    Kind(
        "split", ("bloc", "district"), "fighters", "Fighters who left with a splinter",
        lambda s: by_bloc_and_district(s, _taken(s, Cause.SPLIT)),
    ),
    Kind("leader-lost", (), "leaders", "Leaders killed", lambda s: s.flows.leaders_lost),
    Kind("atrocity", (), "acts", "Notorious acts", lambda s: s.flows.atrocities),
    Kind(
        "operation", ("district",), "opponents there at the start", "Operations of its own",
        lambda s: _faced(s, s.flows.launched == ROUTINE),
    ),
    Kind(
        "compensating-attack", ("district",), "opponents there at the start", "Urgent operations after setbacks",
        lambda s: _faced(s, s.flows.launched == URGENT),
    ),
    Kind(
        "cancelled-attack", ("district",), "opponents there at the start", "Operations called off",
        lambda s: _faced(s, s.flows.cancelled > 0),
    ),
    Kind(
        "symbolic-defeat", ("district",), "hundredths of full weight", "Symbolic places whose larger part was lost",
        lambda s: jnp.round(100.0 * s.flows.defeats),
    ),
    Kind(
        "campaign", ("district",), "opponents' fighters", "Campaigns of opponents begun",
        lambda s: s.flows.begun.sum(axis=(0, 1)),
    ),
    Kind(
        "campaign-won", ("district",), "opponents' fighters", "Assaults that ended with all ground there lost",
        lambda s: _ended(s, taken=True),
    ),
    Kind(
        "campaign-given-up", ("district",), "opponents' fighters", "Campaigns that ended with ground there still held",
        lambda s: _ended(s, taken=False),
    ),
    Kind(
        "place-lost", ("district",), "residents", "Districts whose larger part was lost",
        lambda s: _crossed(s, down=True),
    ),
    Kind(
        "place-taken", ("district",), "residents", "Districts whose larger part it took",
        lambda s: _crossed(s, down=False),
    ),
    Kind(
        "revolt", ("district",), "residents in resistance", "Risings of residents",
        lambda s: _resisters(s, s.flows.revolts > 0),
    ),
    Kind(
        "massacre", ("district",), "residents executed", "Residents executed after a rising",
        lambda s: jnp.where(s.sensed.flows.revolts > 0, s.flows.executed_residents, 0),
    ),
    Kind(
        "resistance-group", ("district",), "residents in resistance", "Districts where resistance became organised",
        lambda s: _resisters(s, _new_group(s)),
    ),
)  # fmt: skip


def happened(seen: Seen) -> dict[str, Int[Array, "..."]]:
    """Sizes of all kinds in a week, by `event:` and the name of the kind."""
    return {PREFIX + kind.name: kind.read(seen).astype(jnp.int32) for kind in KINDS}
