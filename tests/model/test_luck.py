"""Rules say which random numbers they draw, so that all are made at once (`mechanism.Luck`)."""

from dataclasses import fields

import jax
import jax.numpy as jnp

from fissure.engine.simulate import draws, luck_of
from fissure.model.member_inputs import week_of
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import step


class Asked:
    """Draws of a stream that note what is asked for."""

    def __init__(self, draw, name, noted):
        self.draw, self.name, self.noted = draw, name, noted

    def uniform(self, shape=(), index=0):
        return self.uniforms(shape, index, 1)[0]

    def uniforms(self, shape=(), index=0, count=4):
        self.noted.append((self.name, shape, index, count))
        return self.draw.uniforms(shape, index, count)


def test_all_that_is_drawn_is_said_but_what_every_fighter_draws(small):
    asked = []

    def watched(seed, member, week):
        own = draws(seed, member, week)
        return lambda name: Asked(own(name), name, asked)

    def simulate(model, seed):
        world = small.world
        once = watched(seed, jnp.int32(0), jnp.int32(-1))("givens")
        given = member_inputs(model.start, world, once)
        state = initial_state(model.start, given, world, once)
        index = jnp.int32(0)
        return step(model, state, given, world, week_of(index, world, given), watched(seed, jnp.int32(0), index))[0]

    model, world = small.model(small.middle), small.world
    jax.eval_shape(simulate, model, (jnp.uint32(1), jnp.uint32(0)))
    settling = {f.name: getattr(model.settlement, f.name) for f in fields(model.settlement)}
    said = luck_of({"givens": model.start} | settling | model.mechanisms, world)
    of_units = [one for one in asked if one[1][-2:] != (world.bloc.shape[0], world.slots)]
    assert sorted(set(of_units)) == sorted(said)
    assert {one[0] for one in set(asked) - set(of_units)} == {"givens", "slots"}
