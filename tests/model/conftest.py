"""A small world whose weekly states can be inspected, compiled once for all tests of the model."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.programs import enable_compile_cache
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.member_inputs import week_of
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import step
from fissure.model.world import world_of

UNITS, SLOTS, WEEKS = 24, 20, 30
SEED = seed_words(11)


class Small:
    """A reduced reference case: `states(z, off)` gives the state before the first and after each week."""

    def __init__(self, case):
        self.case = case
        self.parameters = parameters_of(case)
        self.names = list(mechanism_classes())

    def __repr__(self):
        return "small"

    def model(self, z, off=()):
        return build(self.parameters, prior_values(self.parameters, np.asarray(z)), off)

    def states(self, z, off=(), member=0):
        return self.states_of(self.model(z, off), member)

    def states_of(self, model, member=0):
        return jax.tree.map(np.asarray, _simulate(model, jnp.int32(member), self.world))

    @property
    def world(self):
        return world_of(self.case, UNITS, SLOTS)

    @property
    def middle(self):
        return np.zeros(len(self.parameters))


@jax.jit
def _simulate(model, member, world):
    once = draws(SEED, member, jnp.int32(-1))
    given = member_inputs(model.start, world, once("givens"))
    first = initial_state(model.start, given, world, once("givens"))

    def weekly(state, index):
        after, _ = step(model, state, given, world, week_of(index, world, given), draws(SEED, member, index))
        return after, after

    _, later = jax.lax.scan(weekly, first, jnp.arange(WEEKS, dtype=jnp.int32))
    return jax.tree.map(lambda a, b: jnp.concatenate([a[None], b]), first, later)


@pytest.fixture(scope="session")
def small():
    enable_compile_cache()  # what is compiled here is kept for later sessions too
    return Small(load_case("islamic_state"))
