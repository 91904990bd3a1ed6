"""What must hold in every week of every member: books close, bounds hold, order and switches change nothing else."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fissure.model.catalogue import mechanism_classes
from fissure.model.state import DEATHS, Cause
from fissure.model.week import Model

LEAVES = [Cause.ESCAPED, *DEATHS]


seeds = st.integers(0, 2**32 - 1)
coalitions = st.sets(st.sampled_from(list(mechanism_classes()))).map(lambda off: tuple(sorted(off)))


def normals(small, seed, width):
    return width * np.random.default_rng(seed).standard_normal(len(small.parameters))


@settings(max_examples=150)
@given(seed=seeds, off=coalitions, member=st.integers(0, 1000))
def test_books_close_to_the_last_one(small, seed, off, member):
    """Fighters by unit, residents by district and money: stock change equals flows, every week."""
    s = small.states(normals(small, seed, 1.5), off, member)

    fighters = s.fighters.present.sum(axis=2)
    left = s.flows.by_cause[1:, :, LEAVES].sum(axis=2)
    assert np.array_equal(fighters[1:], fighters[:-1] - left + s.flows.recruits[1:])

    residents = s.districts.residents
    out = s.flows.fled[1:] + s.flows.executed_residents[1:] + s.flows.joined[1:]
    assert np.array_equal(residents[1:], residents[:-1] - out)

    local = ~np.asarray(small.world.foreign)
    assert np.array_equal(s.flows.joined[1:].sum(axis=1), s.flows.recruits[1:, local].sum(axis=1))

    money = s.organisation.treasury
    assert np.array_equal(money[1:], money[:-1] + s.flows.income[1:].sum(axis=1) - s.flows.spending[1:].sum(axis=1))


@settings(max_examples=150)
@given(seed=seeds, off=coalitions)
def test_no_nan_no_negative_stock_no_share_outside_its_bounds(small, seed, off):
    s = small.states(normals(small, seed, 2.0), off)
    here = s.fighters.present
    for name in ("commitment", "grievance", "fear", "doubt", "skill"):
        x = getattr(s.fighters, name)[here]
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    assert (np.abs(s.fighters.doctrine[here]) <= 1).all()
    for name in ("control", "support", "dread", "services", "resistance", "wells"):
        x = getattr(s.districts, name)
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    for name in ("pay_scale", "paid_share", "tax_rate", "prestige"):
        x = getattr(s.organisation, name)
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    assert (s.districts.residents >= 0).all() and (s.organisation.treasury >= 0).all()
    for flow in (s.flows.by_cause, s.flows.recruits, s.flows.fled, s.flows.joined, s.flows.income, s.flows.spending):
        assert (flow >= 0).all()


def test_shuffling_the_mechanisms_changes_no_byte(small):
    import jax

    from tests.model.conftest import _simulate

    model = small.model(small.middle)
    names = list(model.mechanisms)
    np.random.default_rng(3).shuffle(names)
    shuffled = Model(model.start, model.settlement, {n: model.mechanisms[n] for n in names})
    assert list(shuffled.mechanisms) != list(model.mechanisms)
    a, b = (_simulate(m, np.int32(0), small.world) for m in (model, shuffled))
    for x, y in zip(jax.tree.leaves(a), jax.tree.leaves(b), strict=True):
        assert np.array_equal(np.asarray(x), np.asarray(y))


def test_all_off_leaves_the_bare_ground(small):
    """Without any mechanism nobody deserts, joins, is bombed or flees, and no ground is attacked by anyone."""
    s = small.states(small.middle, tuple(small.names))
    assert s.flows.by_cause[1:, :, [Cause.ESCAPED, Cause.EXECUTED, Cause.JAILED, Cause.STRIKE]].sum() == 0
    assert s.flows.recruits.sum() == 0 and s.flows.fled.sum() == 0


@pytest.mark.parametrize(
    ("mechanism", "cause"),
    [("desertion", Cause.ESCAPED), ("air-strikes", Cause.STRIKE), ("purge-of-doubters", Cause.PURGE)],
)
def test_a_mechanism_off_removes_its_own_flow_and_no_other_in_the_first_week(small, mechanism, cause):
    """Draws are addressed: in the first week, switching one cause off changes only those whom it took."""
    z = small.middle.copy()
    names = [p.name for p in small.parameters]
    z[names.index("desertion.base")] = 4.0
    z[names.index("purge-of-doubters.zeal")] = 4.0
    z[names.index("start.doubt")] = 3.0
    on, off = small.states(z), small.states(z, (mechanism,))
    assert off.flows.by_cause[:, :, cause].sum() == 0
    assert np.array_equal(on.flows.recruits[1], off.flows.recruits[1])
    assert np.array_equal(on.units.district[1], off.units.district[1])
    assert np.array_equal(on.flows.executed_residents[1], off.flows.executed_residents[1])
