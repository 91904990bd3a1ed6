"""Effects: contributions add up, switches silence, pulls stay in bounds."""

import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fissure.model.effects import Effects, settled, switched, total

rates = st.floats(0, 1e6, allow_nan=False, width=32)


@given(x=st.floats(0, 1, width=32), rise=rates, fall=rates)
def test_settled_stays_in_bounds(x, rise, fall):
    y = float(settled(jnp.float32(x), jnp.float32(rise), jnp.float32(fall)))
    assert 0 <= y <= 1


def test_settled_rests_where_the_pulls_balance():
    x = jnp.float32(0.9)
    for _ in range(2000):
        x = settled(x, 0.03, 0.01)
    assert float(x) == pytest.approx(0.75, abs=1e-4)


def test_total_adds_small_and_large_contributions():
    small = Effects(doubt_rise=jnp.full((3, 1), 0.5), oil_income=jnp.float32(2))
    large = Effects(doubt_rise=jnp.arange(6.0).reshape(3, 2))
    sums = total([small, large, Effects(doubt_rise=jnp.float32(1))])
    assert np.allclose(sums.doubt_rise, np.arange(6).reshape(3, 2) + 1.5)
    assert float(sums.oil_income) == 2
    assert float(sums.attempt) == 0


def test_a_switch_silences_every_channel():
    loud = Effects(doubt_rise=jnp.ones((3, 2)), prestige_fall=jnp.float32(4))
    quiet = switched(loud, jnp.float32(0))
    assert not quiet.doubt_rise.any() and float(quiet.prestige_fall) == 0
    assert quiet.attempt == 0
