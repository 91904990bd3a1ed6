"""A group of locals alone, one of foreigners alone, and one that pays nobody: nothing acts on who is not there."""

import dataclasses

import jax.numpy as jnp
import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.cases.schema import Prior
from fissure.engine.simulate import draws
from fissure.model.catalogue import build, prior_values
from fissure.model.start import initial_state, member_inputs
from tests.model.conftest import SEED, SLOTS, UNITS, Small

COMPARING = ("pay-gap", "unequal-posting")
FIGHTERS = 240


def only(origin):
    """The reference case with the blocs of one origin, and so few fighters that the small world holds them."""
    case = load_case("islamic_state")
    fixed = {"start.fighters": FIGHTERS, "recruitment.foreign": 0, "recruitment.local": 0}
    return Small(
        dataclasses.replace(
            case,
            blocs=[bloc for bloc in case.blocs if bloc.origin == origin],
            priors={name: _fixed(entry, fixed.get(name)) for name, entry in case.priors.items()},
        )
    )


def _fixed(entry, value):
    return entry if value is None else entry.model_copy(update={"prior": Prior(kind="fixed", low=value, high=value)})


@pytest.fixture(scope="module")
def locals_only():
    return only("local")


def strain(states):
    return np.asarray(states.organisation.strain)


def grievance(states):
    return np.where(states.fighters.present, states.fighters.grievance, 0.0)


def test_locals_alone_take_all_the_room_and_all_the_fighters(locals_only):
    world = locals_only.world
    assert len(world.bloc) == UNITS and not np.asarray(world.foreign).any()
    start = locals_only.states(locals_only.middle).fighters.present[0].sum()
    assert abs(start - FIGHTERS) < 4 * (UNITS * SLOTS * 0.25) ** 0.5  # none of them vanished as foreigners


def test_locals_alone_resent_nobody(locals_only):
    with_all, without = locals_only.states(locals_only.middle), locals_only.states(locals_only.middle, COMPARING)
    assert not strain(with_all).any()
    assert np.array_equal(grievance(with_all), grievance(without))
    assert np.array_equal(with_all.units.rural, without.units.rural)


def test_foreigners_alone_are_all_the_fighters():
    small = only("foreign")
    world, start, luck = small.world, small.model(small.middle).start, draws(SEED, jnp.int32(0), jnp.int32(-1))
    given = member_inputs(start, world, luck("givens"))
    first = initial_state(start, given, world, luck("givens"))
    assert abs(int(first.fighters.present.sum()) - FIGHTERS) < 4 * (UNITS * SLOTS * 0.25) ** 0.5
    assert not bool(given.mixed)


@pytest.mark.thorough
def test_foreigners_who_may_come_and_did_not_are_nobody(small):
    none = {"start.foreign-share": 0.0, "recruitment.foreign": 0.0}
    assert not strain(_states(small, none)).any()
    assert np.array_equal(grievance(_states(small, none)), grievance(_states(small, none, COMPARING)))


def test_where_there_are_both_locals_do_resent_foreigners(small):
    share = {"start.foreign-share": 0.4}
    assert strain(_states(small, share))[-1] > 0
    assert grievance(_states(small, share))[-1].sum() > grievance(_states(small, share, COMPARING))[-1].sum()


def test_who_is_promised_no_pay_is_not_angry_at_its_being_cut(small):
    unpaid = {"treasury.pay-local": 0.0, "start.treasury": 0.0}  # no reserves: cuts are decided on
    off = ("pay-gap", "pay-cuts")
    assert np.array_equal(grievance(_states(small, unpaid)), grievance(_states(small, unpaid, off)))
    paid = {"start.treasury": 0.0}
    assert grievance(_states(small, paid))[-1].sum() > grievance(_states(small, paid, off))[-1].sum()


def _states(small, values, off=()):
    """The states of `small` with some parameters set, the others in the middle of their priors."""
    z = np.asarray(prior_values(small.parameters, small.middle))
    for i, parameter in enumerate(small.parameters):
        z[i] = values.get(parameter.name, z[i])
    return small.states_of(build(small.parameters, z, off))
