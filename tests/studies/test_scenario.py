"""What can be changed, in words that a person types, and what is refused."""

from datetime import date

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.errors import FissureError
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.start import member_inputs
from fissure.model.world import world_of
from fissure.studies.scenario import FORCING, Move, moved_values, moved_world, parse, scenario_of, week_of


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


@pytest.fixture(scope="module")
def parameters(case):
    return parameters_of(case)


@pytest.fixture(scope="module")
def world(case):
    return world_of(case, 24, 20)


@pytest.mark.parametrize(
    ("said", "move"),
    [
        ("forcing.strikes=x25", Move("forcing.strikes", "times", 25)),
        (" desertion.caught = 0.1 ", Move("desertion.caught", "to", 0.1)),
        ("pay-gap.exposure=×0", Move("pay-gap.exposure", "times", 0)),
    ],
)
def test_moves_are_said_in_a_few_signs(said, move):
    assert parse(said) == move
    assert parse(str(move)) == move


@pytest.mark.parametrize("said", ["forcing.strikes", "forcing.strikes=many", "=2", "a=b=2", "forcing.strikes=x"])
def test_what_cannot_be_read_is_refused(said):
    with pytest.raises(FissureError, match="expected NAME=xFACTOR or NAME=VALUE"):
        parse(said)


@pytest.mark.parametrize(
    ("moves", "words"),
    [
        (["forcing.strike=x2"], "did you mean 'forcing.strikes'"),
        (["desertion.cought=x2"], "desertion.caught"),
        (["desertion.caught=1.5"], "share"),
        (["desertion.caught=-1"], "negative"),
        (["forcing.strikes=xinf"], "finite"),
        (["forcing.garrisons=100"], "factor"),
        (["forcing.strikes=x2", "forcing.strikes=x3"], "twice"),
    ],
)
def test_what_cannot_be_is_refused(parameters, moves, words):
    with pytest.raises(FissureError, match=words):
        scenario_of(moves=moves, parameters=parameters)


def test_an_unknown_mechanism_is_refused_with_the_nearest(parameters):
    with pytest.raises(FissureError, match="pay-gap"):
        scenario_of(["pay-gpa"], parameters=parameters)


def test_the_order_does_not_matter(parameters):
    one = scenario_of(["pay-gap", "desertion"], ["forcing.strikes=x2", "desertion.base=x2"], parameters=parameters)
    other = scenario_of(["desertion", "pay-gap"], ["desertion.base=x2", "forcing.strikes=x2"], parameters=parameters)
    assert one == other and one.key == other.key


def test_parameters_are_moved_and_shares_stay_shares(parameters):
    names = [p.name for p in parameters]
    values = np.full((2, len(parameters)), 0.5)
    moves = [Move("desertion.caught", "times", 4), Move("desertion.base", "to", 0.25)]
    moved = moved_values(values, moves, parameters)
    assert (moved[:, names.index("desertion.caught")] == 1).all()
    assert (moved[:, names.index("desertion.base")] == 0.25).all()
    assert (moved != values).sum() == 4 and (values == 0.5).all()


@pytest.mark.parametrize("name", list(FORCING))
def test_every_forcing_can_be_multiplied(world, name):
    moved, own = moved_world(world, [Move(name, "times", 2)]), FORCING[name].array
    assert jnp.array_equal(getattr(moved, own), 2 * getattr(world, own))
    assert getattr(moved, own).any()


@pytest.mark.parametrize("name", list(FORCING))
def test_every_forcing_can_be_nothing(case, parameters, world, name):
    model = build(parameters, prior_values(parameters, np.zeros((1, len(parameters)))))
    start = jax.tree.map(lambda x: x[0], model.start)
    draw = draws(seed_words(1), jnp.int32(0), jnp.int32(-1))("givens")
    given = member_inputs(start, moved_world(world, [Move(name, "times", 0)]), draw)
    assert all(np.isfinite(np.asarray(x)).all() for x in jax.tree.leaves(given))


def test_strikes_set_to_a_number_add_up_to_it_and_keep_their_doubt(world):
    moved = moved_world(world, [Move("forcing.strikes", "to", 700)]).strikes
    assert np.allclose(moved[:, 1].sum(axis=1), 700, rtol=1e-5)
    was = np.asarray(world.strikes)
    some = was[:, 1] > 0
    assert np.allclose((moved[:, 2] * was[:, 1])[some], (was[:, 2] * moved[:, 1])[some], rtol=1e-5)


def test_a_day_outside_the_run_is_refused(case):
    assert week_of(None, case, 10) is None
    assert week_of(case.start, case, 10) == 0
    for day in (date(2014, 1, 1), date(2014, 12, 1)):
        with pytest.raises(FissureError, match="outside the run"):
            week_of(day, case, 10)
