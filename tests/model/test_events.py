"""What a kind of event declares, and that sums by place and bloc put everyone where they stood."""

from types import SimpleNamespace

import numpy as np

from fissure.model.events import KINDS, by_bloc_and_district, by_district
from fissure.model.state import Cause

UNITS, DISTRICTS, BLOCS = 9, 5, 3


def seen():
    """A made-up week: who was taken of what, where each unit stood, and its bloc."""
    random = np.random.default_rng(2)
    post, bloc = random.integers(DISTRICTS, size=UNITS), random.integers(BLOCS, size=UNITS)
    return SimpleNamespace(
        post=post,
        sensed=SimpleNamespace(post=np.eye(DISTRICTS, dtype=np.float32)[post]),
        world=SimpleNamespace(bloc=bloc, of_bloc=np.eye(BLOCS, dtype=np.float32)[bloc]),
        flows=SimpleNamespace(by_cause=random.integers(0, 200, size=(UNITS, len(Cause)))),
    )


def test_kinds_are_well_formed():
    names = [kind.name for kind in KINDS]
    assert len(set(names)) == len(names) <= np.iinfo(np.int8).max
    for kind in KINDS:
        assert kind.dims == tuple(dim for dim in ("bloc", "district") if dim in kind.dims)
        assert kind.unit and kind.long_name[0].isupper()


def test_sums_put_everyone_where_they_stood():
    week, number = seen(), np.arange(1, UNITS + 1, dtype=np.float32)
    by_both, by_place = np.zeros((BLOCS, DISTRICTS)), np.zeros(DISTRICTS)
    np.add.at(by_both, (week.world.bloc, week.post), number)
    np.add.at(by_place, week.post, number)
    assert np.array_equal(by_bloc_and_district(week, number), by_both)
    assert np.array_equal(by_district(week, number), by_place)


def test_each_cause_has_its_own_kind():
    week = seen()
    sizes = {kind.name: kind.read(week) for kind in KINDS if kind.name in ("execution", "clash")}
    assert sizes["execution"].shape == (DISTRICTS,) and sizes["clash"].shape == (BLOCS, DISTRICTS)
    assert sizes["execution"].sum() == week.flows.by_cause[:, Cause.EXECUTED].sum()
    assert sizes["clash"].sum() == week.flows.by_cause[:, Cause.CLASH].sum()
