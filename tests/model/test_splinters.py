"""A splinter takes its units, its share of the money and the ground on which they stood."""

import numpy as np
import pytest

from fissure.model.state import SPENDING, Cause

TAKEN = SPENDING.index("taken")


@pytest.fixture(scope="module")
def states(small):
    """Weeks of a member in which blocs break away soon, and the week of the first that does."""
    z = small.middle.copy()
    names = [p.name for p in small.parameters]
    z[names.index("splinter.rate")] = 3.0
    z[names.index("start.doubt")] = 3.0
    s = small.states(z, ("recruitment",))
    split = s.flows.by_cause[:, :, Cause.SPLIT].sum(axis=1)
    assert split.any(), "no split in this member: choose another setting"
    return s, int(np.argmax(split > 0))


def test_whole_units_leave(states):
    s, week = states
    left = s.flows.by_cause[week, :, Cause.SPLIT] > 0
    assert left.any() and not s.fighters.present[week][left].any()


def test_they_are_of_the_bloc_that_broke_away(states, small):
    s, week = states
    left = s.flows.by_cause[week, :, Cause.SPLIT] > 0
    broke = np.flatnonzero(s.flows.splits[week])
    assert set(np.asarray(small.world.bloc)[left]) <= set(broke)


def test_they_take_their_share_of_the_money(states):
    s, week = states
    before = s.fighters.present[week - 1].sum()
    share = s.flows.by_cause[week, :, Cause.SPLIT].sum() / before
    taken = s.flows.spending[week, TAKEN]
    most = s.organisation.treasury[week - 1]
    assert 0.8 * share * most <= taken <= 1.2 * share * most + 1
    assert not s.flows.spending[:week, TAKEN].any()


def test_they_take_ground_and_stand_there(states):
    s, week = states
    where = s.units.district[week - 1][s.flows.by_cause[week, :, Cause.SPLIT] > 0]
    after, before = (s.districts.control[at][where] for at in (week, week - 1))
    assert ((after < before) | (before == 0)).all()  # nothing is held where they hid
    assert (before > 0).any()
    assert (s.districts.splinter[week][where] > 0).all()
    assert s.districts.splinter[week].sum() == s.flows.by_cause[week, :, Cause.SPLIT].sum()
