"""Draws from the prior: nothing breaks, whatever the parameters."""

import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine.packing import unpack
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import simulate_block
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.record import OUTPUTS
from fissure.model.world import world_of


def records(case, first, members, units=None, slots=None):
    parameters = parameters_of(case)
    chosen = list(range(first, first + members))
    values = prior_values(parameters, prior_normals(2, chosen, [p.name for p in parameters]))
    world, model = world_of(case, units, slots), build(parameters, values)
    return unpack(simulate_block(model, jnp.asarray(chosen), world, seed_words(2), weeks=case.weeks, width=4), world)


def sound(record):
    """No NaN, no infinity, nothing negative, no share or index above one."""
    for output in OUTPUTS:
        x = record[output.name]
        assert np.isfinite(x).all(), output.name
        lowest = -1 if output.unit == "correlation" else 0
        assert (x >= lowest).all(), output.name
        if output.unit.startswith(("share", "index")):
            assert (x <= 1).all(), output.name


@pytest.mark.thorough
@pytest.mark.parametrize("draws", [120, pytest.param(1000, marks=pytest.mark.slow)])
def test_draws_at_small_scale(small, draws):
    sound(records(small.case, 0, draws, units=24, slots=20))


@pytest.mark.slow
def test_a_thousand_draws_at_full_scale(small):
    for first in range(0, 1000, 100):
        sound(records(small.case, first, 100))
