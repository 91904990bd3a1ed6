"""A week: sense, push, settle."""

from collections.abc import Callable
from dataclasses import fields

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Int

from fissure.model.effects import Effects, switched, total
from fissure.model.givens import Givens
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.sense import Sensed, sense
from fissure.model.settle import Settlement
from fissure.model.settle.leaving import materialise
from fissure.model.start import Start, triangular
from fissure.model.state import Cause, Fighters, Flows, Organisation, State, Units
from fissure.model.world import Week, World

DrawOf = Callable[[str], Draws]
"""Random numbers of a stream, by name, in the week at hand."""


class Model(eqx.Module):
    """All parameters of one member: its start, what is always on, and its mechanisms by name.

    An ensemble is this tree with a leading axis on every leaf.
    """

    start: Start
    settlement: Settlement
    mechanisms: dict[str, Mechanism]


def push(model: Model, sensed: Sensed, week: Week, draw: DrawOf) -> Effects:
    """The sum of all mechanisms' contributions, in order of their names whatever order they are given in."""
    return total([switched(m(sensed, week, draw(name)), m.on) for name, m in sorted(model.mechanisms.items())])


def step(model: Model, state: State, given: Givens, world: World, week: Week, draw: DrawOf) -> tuple[State, Sensed]:
    """The state a week later, and what was sensed at its start."""
    settlement = model.settlement
    sensed = sense(
        state, given, world,
        promised=settlement.treasury.pay(), cushion=settlement.treasury.cushion, reach=settlement.posting.reach,
    )  # fmt: skip
    return settle(model, state, sensed, push(model, sensed, week, draw), week, draw), sensed


def settle(model: Model, state: State, sensed: Sensed, sums: Effects, week: Week, draw: DrawOf) -> State:
    """The state a week later, once contributions are summed."""
    settlement, world = model.settlement, sensed.world
    fought = settlement.ground(sensed, sums, week, draw("ground"))

    # Fighters: who leaves and of what, who fills empty slots
    hazard = sensed.post @ fought.hazard
    cause = materialise(settlement.leaving.causes(sensed, sums, hazard, draw("leaving")), week.index)
    filled = materialise(_filled(sensed, sums, draw("recruits")), week.index)
    by_cause = _counts(cause)
    recruits = filled.sum(axis=1).astype(jnp.int32)
    gone = (cause != Cause.STAYED) & (cause != Cause.JAILED)
    minds = settlement.minds(
        state.fighters, (state.fighters.present & ~gone) | filled, sums, state.organisation.prestige
    )
    fighters = _enlist(model.start, world, minds, filled, draw("newcomers"))

    # Residents, money, standing, posts
    joined = (jnp.where(world.foreign, 0, recruits).astype(jnp.float32) @ sensed.post).astype(jnp.int32)
    split = (by_cause[:, Cause.SPLIT].astype(jnp.float32) @ sensed.post).astype(jnp.int32)
    balance = settlement.treasury(sensed, sums, fought)
    lived = settlement.residents(sensed, sums, fought, joined, split, balance.paid_share, draw("residents"))
    stood = settlement.standing(sensed, sums, fought, week.condemnation, draw("standing"))
    district, rural = settlement.posting(
        state.units.district, state.units.rural, sensed.held.astype(jnp.float32), fought.threat,
        fought.control, world.urban, sums.rural_logit + jnp.zeros_like(sensed.strength), draw("posting"),
    )  # fmt: skip
    escaped = by_cause[:, Cause.ESCAPED].astype(jnp.float32)
    units = Units(
        district=district,
        rural=rural,
        departures=settlement.leaving.departures(state.units.departures, escaped, sensed.strength),
    )
    organisation = Organisation(
        **{f.name: getattr(balance if hasattr(balance, f.name) else stood, f.name) for f in fields(Organisation)}
    )
    flows = Flows(
        by_cause=by_cause,
        recruits=recruits,
        fled=lived.fled,
        executed_residents=lived.executed,
        joined=joined,
        allied=lived.allied,
        income=balance.income,
        spending=balance.spending,
        lost=fought.lost,
        gained=fought.gained,
        attacked=fought.attackers,
        opponents_killed=fought.killed,
        power=fought.power,
        launched=fought.launched,
        cancelled=fought.cancelled,
        prospect=fought.prospect,
        defeats=fought.defeats,
        clashes=_count(sums.clashes, fought.plan),
        revolts=_count(sums.revolts, fought.plan),
        plots=stood.begun,
        exposed=stood.exposed,
        splits=_count(sums.splits, stood.plots[:, 0]),
        atrocities=sums.atrocities.astype(jnp.int32),
        leaders_lost=stood.leaders_lost,
    )
    return State(fighters, units, lived.districts, organisation, flows)


def _count(events: Array, like: Int[Array, "*shape"]) -> Int[Array, "*shape"]:
    """Events drawn by mechanisms as whole numbers, also where no mechanism draws any."""
    return (events + jnp.zeros(like.shape)).astype(jnp.int32)


def _counts(cause: Int[Array, "units slots"]) -> Int[Array, "units causes"]:
    """Fighters of each unit by cause; two counts share one 32-bit sum, since a unit has fewer than 65,536 slots."""
    columns = [jnp.zeros(cause.shape[0], jnp.int32)]
    codes = [c for c in Cause if c is not Cause.STAYED]
    for a, b in zip(codes[::2], [*codes[1::2], None], strict=False):
        packed = (cause == a).astype(jnp.int32)
        if b is not None:
            packed = packed + ((cause == b).astype(jnp.int32) << 16)
        both = packed.sum(axis=1)
        columns.append(both & 0xFFFF)
        if b is not None:
            columns.append(both >> 16)
    return jnp.stack(columns, axis=1)


def _filled(sensed: Sensed, sums: Effects, draw: Draws) -> Array:
    """Which empty slots recruits fill: each with the chance that makes the expected number right.

    Locals join where their unit stands, and only where residents outnumber its district's empty places.
    """
    world = sensed.world
    room = world.slots - sensed.strength
    foreign = world.foreign.astype(jnp.float32)
    local_room = room * (1 - foreign)
    enough = sensed.post @ (sensed.districts.residents > (local_room @ sensed.post)).astype(jnp.float32)
    local_room = local_room * enough
    want_local = jnp.maximum(sums.local_recruits, 0.0) * jnp.exp(jnp.minimum(sums.local_recruits_log, 6.0))
    want_foreign = jnp.maximum(sums.foreign_recruits, 0.0) * jnp.exp(jnp.minimum(sums.foreign_recruits_log, 6.0))
    chance = jnp.where(
        world.foreign,
        want_foreign / jnp.maximum((room * foreign).sum(), 1.0),
        want_local / jnp.maximum(local_room.sum(), 1.0) * enough,
    )
    u = draw.uniform(sensed.fighters.present.shape, 0)
    return ~sensed.fighters.present & (u < jnp.minimum(chance, 1.0)[:, None])


def _enlist(start: Start, world: World, fighters: Fighters, new: Array, draw: Draws) -> Fighters:
    """Give those who just joined the mind of a newcomer."""
    u, v, will, _ = draw.uniforms(new.shape)
    doctrine = world.bloc_doctrine[world.bloc][:, None] + (world.bloc_spread[world.bloc][:, None] * triangular(u, v))
    return Fighters(
        present=fighters.present,
        commitment=jnp.where(
            new, jnp.clip(start.commitment + start.spread * (2.0 * will - 1.0), 0, 1), fighters.commitment
        ),
        grievance=jnp.where(new, 0.0, fighters.grievance),
        fear=jnp.where(new, 0.0, fighters.fear),
        doubt=jnp.where(new, 0.0, fighters.doubt),
        doctrine=jnp.where(new, jnp.clip(doctrine, -1, 1), fighters.doctrine),
        skill=jnp.where(new, start.newcomer_skill, fighters.skill),
        served=jnp.where(new, 0.0, fighters.served),
    )
