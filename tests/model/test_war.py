"""The war as a whole: what must hold of campaigns, of towns cut off, of men in hiding and of opponents who decide.

Each test sets a scene in the reference case at a small scale and lets weeks pass; one program serves all of them.
"""

from dataclasses import replace

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.model.member_inputs import week_of
from fissure.model.start import initial_state, member_inputs
from fissure.model.state import ASSAULT, ISOLATION, Cause
from fissure.model.week import step
from fissure.model.world import world_of

UNITS, SLOTS, YEAR = 60, 100, 52
SEED = seed_words(5)
PLACE, ATTACKER = 3, 0
"""The district and the opponent of scenes with one campaign."""


@jax.jit
def _begin(model, world):
    once = draws(SEED, jnp.int32(0), jnp.int32(-1))
    given = member_inputs(model.start, world, once("givens"))
    return given, initial_state(model.start, given, world, once("givens"))


@jax.jit
def _go_on(model, world, given, state):
    def weekly(state, index):
        week = week_of(index, world, given)
        after, _ = step(model, state, given, world, week, draws(SEED, jnp.int32(0), index))
        return after, after

    _, later = jax.lax.scan(weekly, state, jnp.arange(YEAR, dtype=jnp.int32))
    return later


class Scene:
    """The reference case without recorded campaigns and strikes, to be changed before weeks pass."""

    def __init__(self, small, off=(), **parameters):
        z = np.zeros(len(small.parameters))
        for i, p in enumerate(small.parameters):
            z[i] = parameters.get(p.name, 0.0)
        self.model = small.model(z, off)
        world = world_of(small.case, UNITS, SLOTS)
        self.world = replace(
            world,
            offensive_start=jnp.full_like(world.offensive_start, 1e6),
            strikes=jnp.zeros_like(world.strikes),
            uncounted=jnp.full_like(world.uncounted, 1e-6),
            policy=jnp.zeros_like(world.policy),
        )
        self.given, self.state = _begin(self.model, self.world)

    def set(self, where, value):
        """Set an array of the state to one value, or to another array."""
        old = where(self.state)
        self.state = eqx.tree_at(where, self.state, jnp.broadcast_to(jnp.asarray(value, old.dtype), old.shape))
        return self

    def give(self, **inputs):
        """Set inputs of the member to one value each."""
        changed = {name: jnp.full_like(getattr(self.given, name), value) for name, value in inputs.items()}
        self.given = replace(self.given, **changed)
        return self

    def campaign(self, fighters, kind=ASSAULT, place=PLACE):
        """A campaign under way from the first day."""
        force = np.zeros_like(self.state.opponents.force)
        force[kind, ATTACKER, place] = fighters
        return self.set(lambda s: s.opponents.force, force)

    def hidden(self, share=5 / 6):
        """Nothing is held, and 5,000 fighters hide where they stood."""
        present = np.random.default_rng(1).random((UNITS, SLOTS)) < share
        return self.set(lambda s: s.fighters.present, present).set(lambda s: s.districts.control, 0.0)

    def pass_weeks(self):
        """The states at the start and after each week of a year."""
        later = _go_on(self.model, self.world, self.given, self.state)
        return jax.tree.map(lambda a, b: np.concatenate([np.asarray(a)[None], np.asarray(b)]), self.state, later)


@pytest.fixture(scope="module")
def scene(small):
    return lambda off=(), **parameters: Scene(small, off, **parameters)


def fighters(states):
    return states.fighters.present.sum(axis=(1, 2))


def posted(states):
    """Fighters by week and district."""
    there = states.fighters.present.sum(axis=2)
    return np.stack([np.bincount(d, n, 62) for d, n in zip(states.units.district, there, strict=True)])


def fell(states):
    """Fighters killed or captured on the ground, by week."""
    return states.flows.by_cause[1:, :, Cause.GROUND].sum(axis=1)


def test_nobody_attacks_where_nobody_is_sent_and_nobody_probes(scene):
    """Nor does anything happen that an attack would explain; the policy war is no other."""
    for policy in (0.0, 1.0):
        quiet = scene(off=("ground-offensives", "tribal-revolt")).set(lambda s: s.districts.resistance, 0.0)
        quiet.world = replace(quiet.world, policy=jnp.float32(policy))
        quiet.model = eqx.tree_at(lambda m: m.settlement.ground.armed, quiet.model, jnp.float32(0.0))
        states = quiet.pass_weeks()
        assert not states.flows.attacked.any() and not states.flows.engaged.any() and not states.flows.encircled.any()
        assert not states.opponents.force.any() and not states.flows.begun.any()
        there = posted(states)[:-1] > 0
        splits = states.flows.splits[1:].any(axis=1)
        assert (states.flows.lost[1:][~splits] * there[~splits] < 1e-4).all()  # what nobody holds slips away


def test_an_opponent_who_decides_attacks_and_is_bound_by_his_numbers(scene):
    war = scene()
    war.world = replace(war.world, policy=jnp.float32(1.0))
    states = war.pass_weeks()
    assert (states.flows.begun > 0).sum() > 3
    assert (states.flows.begun[1:, :, :, :].sum(axis=(0, 1))[np.asarray(war.world.in_country) == 0] == 0).all()
    out = states.opponents.force.sum(axis=(1, 3)) + states.opponents.stayed.sum(axis=2)
    assert (out <= np.asarray(war.given.opponent_numbers) + 1.0).all()


def test_an_army_that_goes_home_attacks_nobody_four_weeks_later(scene):
    war = scene(off=("ground-offensives",)).campaign(3000.0)
    war.model = eqx.tree_at(lambda m: m.settlement.campaigns.duration, war.model, jnp.float32(10.0))
    states = war.pass_weeks()
    force = states.opponents.force[:, ASSAULT, ATTACKER, PLACE]
    attacking = states.flows.attacked_by[:, ATTACKER, PLACE]
    assert (attacking[1:11] > 0).all()
    end = int((states.flows.ended[:, ASSAULT, ATTACKER, PLACE] > 0).argmax())
    assert (attacking[end + 4 :] == 0).all() and (force[end + 4 :] == 0).all()


def test_what_goes_home_stays_or_can_be_sent_again(scene):
    war = scene(off=("ground-offensives",)).give(opponent_numbers=5000.0).campaign(3000.0)
    states = war.pass_weeks().opponents
    out = states.force.sum(axis=(1, 3)) + states.stayed.sum(axis=2) + states.fallen
    assert (out[:, ATTACKER] <= 5000.0 + 1.0).all()


def test_more_defenders_are_never_worse_off(scene):
    left = []
    for share in (0.2, 0.5, 0.9):
        war = scene(off=("ground-offensives",)).campaign(4000.0)
        war.set(lambda s: s.fighters.present, np.random.default_rng(1).random((UNITS, SLOTS)) < share)
        war.set(lambda s: s.units.district, PLACE).set(lambda s: s.districts.control, np.eye(62)[PLACE])
        states = war.pass_weeks()
        left.append((states.districts.control[4, PLACE], fighters(states)[4]))
    assert left == sorted(left)


def test_a_town_that_is_cut_off_starves_pays_less_and_gets_no_reinforcement(scene):
    towns = {}
    for ring in (0.0, 20000.0):
        war = scene(off=("ground-offensives",)).campaign(ring, ISOLATION)
        war.set(lambda s: s.districts.control, 0.9)
        towns[ring] = war.pass_weeks()
    open_, closed = towns[0.0], towns[20000.0]
    assert closed.flows.encircled[5, PLACE] > 0.5 > open_.flows.encircled[5, PLACE]
    assert closed.districts.stores[8, PLACE] < 0.8 * open_.districts.stores[8, PLACE]
    assert closed.flows.income[1, 1] < open_.flows.income[1, 1]  # tax


def test_men_in_hiding_whom_nobody_hunts_are_still_there_a_year_later(scene):
    """They are not wiped out; who dwindles, dwindles by leaving."""
    war = scene().hidden().give(garrison=0.0, opponent_numbers=0.0)
    states = war.pass_weeks()
    assert fighters(states)[-1] > 0.6 * fighters(states)[0]
    assert fell(states).sum() < 0.02 * fighters(states)[0]  # in coming back


def test_men_in_hiding_dwindle_where_they_are_hunted(scene):
    hunted = scene(off=("recruitment",)).hidden()
    alone = scene(off=("recruitment",)).hidden().give(garrison=0.0, opponent_numbers=0.0)
    few, many = fighters(hunted.pass_weeks()), fighters(alone.pass_weeks())
    assert (np.diff(few.astype(int)) <= 0).all()
    assert 0.05 * few[0] < few[-1] < 0.9 * many[-1]


def test_men_in_hiding_recruit_where_residents_shelter_them(scene):
    def recruits(support):
        war = scene(**{"residents.opinion": 3.0}).hidden(0.5).give(garrison=0.0, opponent_numbers=0.0)
        return war.set(lambda s: s.districts.support, support).pass_weeks().flows.recruits.sum()

    assert recruits(0.6) > 2 * recruits(0.05) > 0


def test_they_come_back_where_they_are_sheltered_and_no_army_stands(scene):
    war = scene(**{"residents.opinion": 3.0}).hidden().give(garrison=10.0, opponent_numbers=0.0)
    states = war.set(lambda s: s.districts.support, 0.8).pass_weeks()
    assert states.districts.control[-1].max() > 0.1


def test_who_hides_holds_nothing_and_is_not_struck_from_the_air(scene):
    war = scene().hidden()
    war.world = replace(war.world, strikes=jnp.full_like(war.world.strikes, 200.0))
    war.give(garrison=1e5)
    states = war.pass_weeks()
    assert not states.flows.by_cause[1, :, Cause.STRIKE].any()
    assert not states.flows.by_cause[:, :, Cause.STRIKE][:10].any()
