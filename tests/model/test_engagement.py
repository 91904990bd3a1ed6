"""The law of engagement: what must hold of the losses of any two forces that meet."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fissure.model.engagement import engaged, fallen

forces = st.floats(0.0, 1e5)
more = st.floats(1.0, 100.0)
odds = st.floats(1.0, 10.0)
fronts = st.floats(10.0, 1e5)
rates = st.floats(1e-4, 10.0)


def dead(own, enemy, odds, front, rate):
    """Dead of `own`."""
    own, enemy, odds, front, rate = (jnp.float32(x) for x in (own, enemy, odds, front, rate))
    return float(fallen(engaged(own, enemy, odds, front), engaged(enemy, own, odds, front), rate))


def close(x):
    """Room for rounding in single precision."""
    return 1e-5 * abs(x) + 1e-6


@given(own=forces, enemy=forces, odds=odds, front=fronts)
def test_no_more_are_engaged_than_there_are_nor_than_find_an_enemy_nor_than_find_room(own, enemy, odds, front):
    e = float(engaged(*(jnp.float32(x) for x in (own, enemy, odds, front))))
    assert 0 <= e <= min(own, odds * enemy + 1e-6, front) + close(e)


@given(own=forces, enemy=forces, odds=odds, front=fronts, rate=rates)
def test_no_more_fall_than_are_engaged(own, enemy, odds, front, rate):
    e = float(engaged(*(jnp.float32(x) for x in (own, enemy, odds, front))))
    assert 0 <= dead(own, enemy, odds, front, rate) <= e + close(e)


@given(own=forces, enemy=forces, odds=odds, front=fronts, rate=rates, times=more)
def test_more_enemies_never_kill_fewer(own, enemy, odds, front, rate, times):
    few = dead(own, enemy, odds, front, rate)
    assert dead(own, enemy * times, odds, front, rate) >= few - close(few)


@given(own=forces, enemy=forces, odds=odds, front=fronts, rate=rates, times=more)
def test_who_is_joined_by_comrades_is_never_left_with_fewer(own, enemy, odds, front, rate, times):
    left = own - dead(own, enemy, odds, front, rate)
    joined = own * times
    assert joined - dead(joined, enemy, odds, front, rate) >= left - close(joined)


@given(enemy=forces, odds=odds, front=fronts, rate=rates)
def test_losses_vanish_with_ones_own_numbers_and_the_hazard_stays_finite(enemy, odds, front, rate):
    hazards = [dead(own, enemy, odds, front, rate) / own for own in (100.0, 10.0, 1.0, 0.1, 0.01)]
    bound = -np.expm1(-rate * odds * (1 + 1e-4))
    assert max(hazards) <= bound + 1e-4


@pytest.mark.parametrize("rate", [0.01, 0.1])
def test_nobody_falls_where_nobody_is_met(rate):
    assert dead(0.0, 500.0, 3.0, 1e4, rate) == dead(500.0, 0.0, 3.0, 1e4, rate) == 0.0


def test_with_room_for_all_and_targets_for_all_it_is_lanchesters_square_law():
    """Where both find room and few of either fall, each side's losses are in proportion to the other's engaged."""
    few = dead(2000.0, 2000.0, 1e6, 1e9, 1e-3)
    assert few == pytest.approx(1e-3 * 2000.0, rel=1e-2)
    assert dead(2000.0, 4000.0, 1e6, 1e9, 1e-3) == pytest.approx(2 * few, rel=1e-2)


def test_where_the_other_side_is_much_stronger_losses_are_in_proportion_to_ones_own_numbers():
    """As in the law of ambush of Deitchman."""
    few = dead(10.0, 1e5, 3.0, 1e9, 0.02)
    assert dead(20.0, 1e5, 3.0, 1e9, 0.02) == pytest.approx(2 * few, rel=1e-2)
