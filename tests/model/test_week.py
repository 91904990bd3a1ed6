"""What must hold in every week of every member: books close, bounds hold, order and switches change nothing else."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.model.catalogue import mechanism_classes
from fissure.model.member_inputs import week_of
from fissure.model.sense import sense
from fissure.model.start import initial_state, member_inputs
from fissure.model.state import INCOME, Cause
from fissure.model.week import Model, push

LEAVES = [c for c in Cause if c not in (Cause.STAYED, Cause.JAILED)]


seeds = st.integers(0, 2**32 - 1)
coalitions = st.sets(st.sampled_from(list(mechanism_classes()))).map(lambda off: tuple(sorted(off)))


def normals(small, seed, width):
    return width * np.random.default_rng(seed).standard_normal(len(small.parameters))


@settings(max_examples=60)
@given(seed=seeds, off=coalitions, member=st.integers(0, 1000))
def test_books_close_to_the_last_one(small, seed, off, member):
    """Fighters by unit, residents by district and money: stock change equals flows, every week."""
    s = small.states(normals(small, seed, 1.5), off, member)

    fighters = s.fighters.present.sum(axis=2)
    left = s.flows.by_cause[1:, :, LEAVES].sum(axis=2)
    assert np.array_equal(fighters[1:], fighters[:-1] - left + s.flows.recruits[1:])

    residents = s.districts.residents
    out = s.flows.fled[1:] + s.flows.executed_residents[1:] + s.flows.joined[1:] + s.flows.allied[1:]
    assert np.array_equal(residents[1:], residents[:-1] - out)

    local = ~np.asarray(small.world.foreign)
    assert np.array_equal(s.flows.joined[1:].sum(axis=1), s.flows.recruits[1:, local].sum(axis=1))

    money = s.organisation.treasury
    assert np.array_equal(money[1:], money[:-1] + s.flows.income[1:].sum(axis=1) - s.flows.spending[1:].sum(axis=1))

    plots = s.organisation.plots
    assert np.array_equal(plots[1:], plots[:-1] + s.flows.plots[1:] - s.flows.exposed[1:])

    split = s.flows.by_cause[1:, :, Cause.SPLIT].sum(axis=1)
    assert np.array_equal(np.diff(s.districts.splinter.sum(axis=1)), split)
    assert np.array_equal(np.diff(s.districts.allied, axis=0), s.flows.allied[1:])


@settings(max_examples=60)
@given(seed=seeds, off=coalitions)
def test_no_nan_no_negative_stock_no_share_outside_its_bounds(small, seed, off):
    s = small.states(normals(small, seed, 2.0), off)
    here = s.fighters.present
    for name in ("commitment", "grievance", "fear", "doubt", "skill"):
        x = getattr(s.fighters, name)[here]
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    assert (np.abs(s.fighters.doctrine[here]) <= 1).all()
    for name in ("control", "support", "dread", "services", "resistance", "wells", "professionals"):
        x = getattr(s.districts, name)
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    for name in ("pay_scale", "paid_share", "tax_rate", "prestige", "corruption", "strain"):
        x = getattr(s.organisation, name)
        assert np.isfinite(x).all() and (x >= 0).all() and (x <= 1).all(), name
    for x in (s.organisation.rift, s.organisation.setback, s.organisation.condemned, s.organisation.plots):
        assert np.isfinite(x).all() and (x >= 0).all()
    for x in (s.districts.stores, s.districts.allied, s.districts.splinter, s.flows.opponents_killed, s.flows.power):
        assert np.isfinite(x).all() and (x >= 0).all()
    for x in jax.tree.leaves(s.opponents):
        assert np.isfinite(x).all() and (x >= 0).all()
    assert (s.organisation.leaders >= 0).all()
    assert (s.districts.residents >= 0).all() and (s.organisation.treasury >= 0).all()
    for flow in (s.flows.by_cause, s.flows.recruits, s.flows.fled, s.flows.joined, s.flows.income, s.flows.spending):
        assert (flow >= 0).all()


def test_shuffling_the_mechanisms_changes_no_byte(small):
    """Traced in another order, every channel of the week's sum is the same to the last bit."""
    model, world = small.model(small.middle), small.world
    draw = draws(seed_words(11), jnp.int32(0), jnp.int32(0))
    given_ = member_inputs(model.start, world, draw("givens"))
    state = initial_state(model.start, given_, world, draw("givens"))
    treasury = model.settlement.treasury
    sensed = sense(
        state, given_, world, promised=treasury.pay(), cushion=treasury.cushion, reach=model.settlement.posting.reach
    )
    week = week_of(jnp.int32(20), world, given_)
    names = list(model.mechanisms)
    np.random.default_rng(3).shuffle(names)
    assert names != list(model.mechanisms)
    shuffled = Model(model.start, model.settlement, {n: model.mechanisms[n] for n in names})
    for x, y in zip(
        jax.tree.leaves(push(model, sensed, week, draw)),
        jax.tree.leaves(push(shuffled, sensed, week, draw)),
        strict=True,
    ):
        assert np.array_equal(np.asarray(x), np.asarray(y))


def test_all_off_leaves_the_bare_ground(small):
    """Without any mechanism nobody deserts, joins, is bombed or flees, and no ground is attacked by anyone."""
    s = small.states(small.middle, tuple(small.names))
    assert s.flows.by_cause[1:, :, [Cause.ESCAPED, Cause.EXECUTED, Cause.JAILED, Cause.STRIKE]].sum() == 0
    assert s.flows.recruits.sum() == 0 and s.flows.fled.sum() == 0


HASTY = {  # parameters far out, so that every cause of leaving takes somebody in the first week
    "desertion.base": 6.0,
    "start.doubt": 3.0,
    "start.commitment": -4.0,
    "purge-of-doubters.zeal": 8.0,
    "ground.lethality": 8.0,
}


@pytest.mark.parametrize(("mechanism", "cause"), [("desertion", Cause.ESCAPED), ("purge-of-doubters", Cause.PURGE)])
def test_a_mechanism_off_changes_the_fate_of_nobody_but_those_whom_it_took(small, mechanism, cause):
    z = small.middle.copy()
    for name, value in HASTY.items():
        z[[p.name for p in small.parameters].index(name)] = value
    on, off = small.states(z), small.states(z, (mechanism,))
    before, after = on.flows.by_cause[1], off.flows.by_cause[1]  # by unit and cause
    own = [Cause.ESCAPED, Cause.EXECUTED, Cause.JAILED] if mechanism == "desertion" else [cause]
    assert before[:, cause].sum() > 0 and not after[:, own].any()
    others = [c for c in Cause if c not in own and c is not Cause.STAYED]
    freed = before[:, own].sum(axis=1)
    gained = (after - before)[:, others]
    assert before[:, others].sum() > 0
    assert (gained >= 0).all() and (gained.sum(axis=1) <= freed).all()
    assert np.array_equal(on.flows.recruits[1], off.flows.recruits[1])
    assert np.array_equal(on.units.district[1], off.units.district[1])
    assert np.array_equal(on.flows.executed_residents[1], off.flows.executed_residents[1])


def test_ground_without_fighters_is_not_ruled(small):
    """No fighters: no taxes, no executions, no local recruits, and the ground slips away."""
    z = small.middle.copy()
    z[[p.name for p in small.parameters].index("start.fighters")] = -60.0
    s = small.states(z, ("recruitment",))
    assert s.fighters.present.sum() == 0
    assert s.flows.executed_residents.sum() == 0
    assert s.flows.income[:, INCOME.index("tax")].sum() == 0
    assert (s.districts.control[-1] < 0.5 * s.districts.control[0] + 1e-6).all()
