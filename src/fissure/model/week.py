"""A week: sense, push, settle."""

from collections.abc import Callable
from dataclasses import fields

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Int, UInt32

from fissure.model.effects import Effects, switched, total
from fissure.model.joining import Newcomers, enlist, joining
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.member_inputs import MemberInputs
from fissure.model.sense import Sample, Sensed, sense
from fissure.model.settle import Settlement
from fissure.model.start import Start
from fissure.model.state import Cause, Flows, Organisation, State, Units
from fissure.model.world import Week, World
from fissure.model.xla import materialise, summed

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


def step(
    model: Model, state: State, given: MemberInputs, world: World, week: Week, draw: DrawOf
) -> tuple[State, Sensed]:
    """The state a week later, and what was sensed at its start."""
    settlement = model.settlement
    sensed = sense(
        state, given, world,
        promised=settlement.treasury.pay(), cushion=settlement.treasury.cushion, reach=settlement.posting.reach,
    )  # fmt: skip
    after, sample = settle(model, state, sensed, push(model, sensed, week, draw), week, draw)
    return after, eqx.tree_at(lambda s: s.sample, sensed, sample)


def settle(model: Model, state: State, sensed: Sensed, sums: Effects, week: Week, draw: DrawOf) -> tuple[State, Sample]:
    """The state a week later, once contributions are summed, and the sample of the state that it replaces."""
    settlement, world = model.settlement, sensed.world
    opponents, mustered = settlement.campaigns.muster(sensed, sums.offensive + jnp.zeros_like(state.opponents.force))
    fought = settlement.ground(sensed, sums, week, mustered, draw("ground"))
    opponents, ended = settlement.campaigns.after(opponents, fought.control, fought.killed, fought.killed_garrisons)

    # Fighters: who leaves and of what; who fills which empty slot. A slot is either filled or empty, so that one set of
    # draws and one pass tell what becomes of all.
    here = state.fighters.present
    luck = draw("slots").uniforms(here.shape)
    causes = settlement.leaving.causes(sums, sensed.post @ fought.hazard, luck, week.index)
    either = jnp.where(here, causes.astype(jnp.uint32), joining(sensed, sums, luck))
    fate, sample = materialise((either, sensed.sample), week.index)
    cause, newcomers = jnp.where(here, fate, 0), jnp.where(here, 0, fate)
    by_cause, recruits = _counts(cause, newcomers)
    stays = here & ((cause == Cause.STAYED) | (cause == Cause.JAILED))
    minds = settlement.minds(state.fighters, stays | (newcomers > 0), sums, state.organisation.prestige)
    fighters = enlist(model.start, world, minds, newcomers)

    # Residents, money, standing, posts
    joined = (jnp.where(world.foreign, 0, recruits).astype(jnp.float32) @ sensed.post).astype(jnp.int32)
    split = (by_cause[:, Cause.SPLIT].astype(jnp.float32) @ sensed.post).astype(jnp.int32)
    balance = settlement.treasury(sensed, sums, fought)
    lived = settlement.residents(sensed, sums, fought, joined, split, balance.paid_share, draw("residents"))
    stood = settlement.standing(sensed, sums, fought, week.condemnation, draw("standing"))
    district, rural = settlement.posting(
        state.units.district, state.units.rural, sensed.held.astype(jnp.float32), fought, state.districts.control,
        sums.hide + jnp.zeros_like(fought.control), world.urban,
        sums.rural_logit + jnp.zeros_like(sensed.strength), draw("posting"),
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
        attacked=fought.attackers.sum(axis=0) + fought.armed,
        attacked_by=fought.attackers,
        met=fought.met,
        engaged=fought.engaged,
        opponents_killed=(fought.killed + fought.killed_garrisons).sum(axis=0)
        + fought.killed_armed
        + fought.killed_splinter,
        begun=mustered.begun,
        ended=ended,
        encircled=fought.encircled,
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
    return State(fighters, units, lived.districts, opponents, organisation, flows), sample


def _count(events: Array, like: Int[Array, "*shape"]) -> Int[Array, "*shape"]:
    """Events drawn by mechanisms as whole numbers, also where no mechanism draws any."""
    return (events + jnp.zeros(like.shape)).astype(jnp.int32)


def _counts(cause: UInt32[Array, "units slots"], newcomers: Newcomers) -> tuple[Array, Array]:
    """Fighters of each unit by cause, of shape (units, causes), and its recruits, of shape (units,)."""
    *gone, recruits = summed(*(cause == c for c in Cause if c is not Cause.STAYED), newcomers > 0)
    return jnp.stack([jnp.zeros_like(recruits), *gone], axis=1), recruits
