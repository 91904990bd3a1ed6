"""Many random sets of mechanisms in one compiled program: nothing breaks, and books close."""

import equinox as eqx
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.engine.packing import unpack
from fissure.engine.random import prior_normals, seed_words
from fissure.engine.simulate import simulate_block
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.record import COORDINATES, OUTPUTS

AT_ONCE, WEEKS = 1_000, 26


def switched(model, on):
    """The model with the switches `on`, one row a member and one column a mechanism by name."""
    return eqx.tree_at(lambda m: [m.mechanisms[name].on for name in mechanism_classes()], model, list(on.T))


@pytest.fixture(scope="module", params=[1_000, pytest.param(10_000, marks=pytest.mark.slow)])
def records(small, request):
    """Records of all coalitions, from a program that is traced once."""
    parameters = parameters_of(small.case)
    random, found = np.random.default_rng(54), []
    before = simulate_block._cache_size()
    for first in range(0, request.param, AT_ONCE):
        members = list(range(first, first + AT_ONCE))
        values = prior_values(parameters, prior_normals(3, members, [p.name for p in parameters]))
        share = random.uniform(size=(AT_ONCE, 1))  # from nearly none to nearly all
        on = (random.uniform(size=(AT_ONCE, len(small.names))) < share).astype(np.float32)
        model = switched(build(parameters, values), jnp.asarray(on))
        record = simulate_block(model, jnp.asarray(members), small.world, seed_words(3), weeks=WEEKS, width=8)
        found.append(unpack(record, small.world))
    assert simulate_block._cache_size() <= before + 1
    return {name: np.concatenate([f[name] for f in found]) for name in found[0]}


def test_nothing_breaks(records):
    for output in OUTPUTS:
        x = records[output.name]
        assert np.isfinite(x).all(), output.name
        assert (x >= (-1 if output.unit == "correlation" else 0)).all(), output.name


def test_fighters_are_conserved(records):
    r = {name: x.astype(np.int64) for name, x in records.items() if x.dtype == np.int32}
    stock = r["fighters"].sum(axis=2)
    left = r["deserted"].sum(axis=2) + r["executed_members"].sum(axis=2) + r["killed"].sum(axis=(2, 3))
    left += r["sent_abroad"] + r["left_with_splinters"]
    assert np.array_equal(stock[:, 1:], (stock - left + r["recruits"].sum(axis=2))[:, :-1])


def test_residents_are_conserved(records):
    r = {name: x.astype(np.int64) for name, x in records.items() if x.dtype == np.int32}
    stock = r["residents"].sum(axis=2)
    left = r["fled"] + r["allied"] + r["executed_residents"].sum(axis=2) + r["recruits"][:, :, 0]
    assert np.array_equal(stock[:, 1:], (stock - left)[:, :-1])


def test_money_is_conserved(records):
    stock = records["treasury_musd"].astype(float)
    flow = records["income_musd"].astype(float).sum(axis=2) - records["spending_musd"].astype(float).sum(axis=2)
    assert np.abs(stock[:, 1:] - (stock + flow)[:, :-1]).max() < 1e-2  # recorded as single precision


SIZES = {  # kinds of events whose sizes add up to an output, and the labels that pick it
    "execution": ("executed_members", ()),
    "purge": ("killed", ("purge",)),
    "clash": ("killed", ("clash",)),
    "accusation": ("killed", ("accused",)),
    "split": ("left_with_splinters", ()),
    "plot": ("plots", ()),
    "exposure": ("exposed", ()),
    "leader-lost": ("leaders_lost", ()),
    "atrocity": ("atrocities", ()),
}


@pytest.mark.parametrize("kind", SIZES)
def test_sizes_of_events_add_up_to_what_is_recorded(records, kind):
    name, labels = SIZES[kind]
    sizes, recorded = records[f"event:{kind}"], records[name]
    if labels:
        recorded = recorded.take([COORDINATES["cause"].index(label) for label in labels], axis=2)
    assert sizes.sum() > 0
    many = len(sizes)
    assert np.array_equal(sizes.reshape(many, WEEKS, -1).sum(2), recorded.reshape(many, WEEKS, -1).sum(2))


COUNTS = {
    "operations": ("operation", "compensating-attack"),
    "cancelled": ("cancelled-attack",),
    "revolts": ("revolt",),
}


@pytest.mark.parametrize("name", COUNTS)
def test_events_are_as_many_as_are_recorded(records, name):
    found = sum((records[f"event:{kind}"] > 0).sum(axis=2) for kind in COUNTS[name])
    assert found.sum() > 0
    assert np.array_equal(found, records[name])
