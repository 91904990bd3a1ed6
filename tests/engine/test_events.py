"""The table of events: what the dense arrays held, whatever the blocks; kept, extended, damaged, empty."""

from dataclasses import replace
from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pandas as pd
import pytest

from fissure import api
from fissure.cases.schema import Prior
from fissure.engine import ensemble
from fissure.engine.ensemble import open_run
from fissure.engine.packing import unpack
from fissure.engine.random import seed_words
from fissure.engine.records import STORED, event_arrays, event_kinds, rows
from fissure.engine.simulate import simulate_block
from fissure.engine.store import Block, encode, event_table
from fissure.errors import FissureError
from fissure.files import write_whole
from fissure.model.catalogue import build, parameters_of
from fissure.model.events import KINDS
from fissure.model.world import world_of

SMALL = {"seed": 7, "weeks": 12, "units": 16, "slots": 8}
COLUMNS = ["member", "week", "kind", "district", "bloc", "size"]
BLOODY = {"bloc-clash.rate": 30.0, "bloc-clash.toll": 0.6, "desertion.base": 0.5, "desertion.caught": 0.5}


@pytest.fixture(scope="session")
def bloody(case):
    """The case with every bloc at odds with every other, and priors under which many are executed and clash."""
    fixed = {
        name: case.priors[name].model_copy(update={"prior": Prior(kind="fixed", low=value, high=value)})
        for name, value in BLOODY.items()
    }
    names = [b.name for b in case.blocs]
    blocs = [b.model_copy(update={"at_odds_with": tuple(n for n in names if n != b.name)}) for b in case.blocs]
    return replace(case, priors={**case.priors, **fixed}, blocs=blocs)


@pytest.fixture(scope="session")
def begun(bloody, tmp_path_factory):
    """`begun(members, block)`: a run of the bloody case in a folder of its own."""

    def begun(members, block=4, **more):
        folder = more.pop("out", None) or tmp_path_factory.mktemp("events") / "run"
        return ensemble.run(bloody, members=members, out=folder, block=block, **{**SMALL, **more})

    return begun


@pytest.fixture(scope="session")
def eight(begun):
    return begun(8)


def stored(run):
    """The bytes of the columns, over all blocks."""
    blocks = open_run(run.folder) and sorted((run.folder / "blocks").glob("*.zarr.zip"))
    found = [Block(path, *map(int, path.name[:15].split("-"))) for path in blocks]
    return {name: np.concatenate([block.read(name) for block in found]).tobytes() for name in STORED}


# --- What the table holds


@pytest.mark.thorough
def test_holds_what_the_dense_arrays_held(eight, bloody):
    """Every cell of every plane that is not 0 is one row, and no other row is there."""
    world, parameters = world_of(bloody, SMALL["units"], SMALL["slots"]), parameters_of(bloody)
    dense = []
    for first in (0, 4):
        model = build(parameters, eight.parameters.values[first : first + 4])
        members = jnp.arange(first, first + 4, dtype=jnp.int32)
        dense.append(unpack(simulate_block(model, members, world, seed_words(7), weeks=12, width=4), world))
    weeks, districts = list(eight.data.week.values), ["", *eight.data.district.values]
    blocs = [b.name for b in bloody.blocs]
    for kind in KINDS:
        expected = np.concatenate([part[f"event:{kind.name}"] for part in dense])
        plane = np.zeros(expected.shape, int)
        for row in eight.events[eight.events.kind == kind.name].itertuples():
            places = {"bloc": row.bloc and blocs.index(row.bloc), "district": districts.index(row.district) - 1}
            at = (row.member, weeks.index(row.week), *(places[dim] for dim in kind.dims))
            assert plane[at] == 0 and row[-1] != 0
            plane[at] = row[-1]
        assert np.array_equal(plane, expected), kind.name
    assert {"execution", "clash"} <= set(eight.events.kind)


def test_sizes_add_up_to_what_is_recorded(eight, bloody):
    events = eight.events
    country = {d.id: d.country for d in bloody.districts}
    own = events[events.kind == "execution"]
    counted = own.groupby(["member", "week", own.district.astype(str).map(country)])["size"].sum()
    recorded = eight.data.executed_members.to_series()
    assert counted.sum() > 20
    assert counted.to_dict() == recorded[recorded > 0].to_dict()

    origin = {b.name: b.origin for b in bloody.blocs}
    own = events[events.kind == "clash"]
    counted = own.groupby(["member", "week", own.bloc.astype(str).map(origin)])["size"].sum()
    recorded = eight.data.killed.sel(cause="clash", drop=True).to_series()
    assert counted.sum() > 20
    assert counted.to_dict() == recorded[recorded > 0].to_dict()


def test_columns_order_and_units(eight, bloody):
    events = eight.events
    assert list(events) == COLUMNS
    assert events.member.dtype == events["size"].dtype == "int32" and events.week.dtype == "datetime64[ns]"
    assert events.attrs == {"members": 8, "kinds": event_kinds()}
    assert set(events[events.kind == "execution"].bloc) == {""}
    codes = events.assign(**{name: events[name].cat.codes for name in ("kind", "bloc", "district")})
    keys = list(map(tuple, codes[["member", "week", "kind", "bloc", "district"]].to_numpy()))
    assert keys == sorted(set(keys))
    assert list(events.bloc.cat.categories) == ["", *(b.name for b in bloody.blocs)]


def test_no_dense_array_is_kept_and_data_are_left_alone(eight):
    block = Block.at(eight.folder / "blocks", 0, 4)
    assert block.read("event_size").ndim == 1
    with pytest.raises(FissureError):
        block.read("event:clash")
    assert not {"event", "bloc"} & set(eight.data.sizes)
    assert not [name for name in eight.data if name.startswith("event")]


# --- The same rows however the run is made


@pytest.mark.parametrize(("block", "threads"), [(1, 2), (3, 1), (8, 2)])
def test_the_same_bytes_whatever_the_blocks(eight, begun, block, threads):
    other = begun(8, block, threads=threads)
    assert stored(other) == stored(eight)
    pd.testing.assert_frame_equal(other.events, eight.events)


def test_a_run_that_is_extended_has_the_same_table(eight, begun):
    fewer = begun(3, 2)
    assert len(fewer.events) and set(fewer.events.member) <= {0, 1, 2}
    more = begun(8, 3, out=fewer.folder)
    assert more.timing.members == 5
    pd.testing.assert_frame_equal(more.events, eight.events)
    pd.testing.assert_frame_equal(open_run(fewer.folder).events, eight.events)


def test_the_first_members_of_a_larger_run(eight, begun):
    first = begun(5, out=eight.folder)
    assert first.timing.members == 0 and first.events.attrs["members"] == 5
    expected = eight.events[eight.events.member < 5].reset_index(drop=True)
    pd.testing.assert_frame_equal(first.events, expected)


# --- Damage and gaps


def test_a_damaged_or_missing_block_is_named(begun):
    run = begun(6, 2)
    path = run.folder / "blocks" / "0000002-0000004.zarr.zip"
    data = path.read_bytes()
    at = data.index(b"event_size/c/0") + 40
    path.write_bytes(data[:at] + b"\0\1\2\3" + data[at + 4 :])
    again = ensemble.Run(run.folder, run.plan, 6)
    with pytest.raises(FissureError, match=r"0000002-0000004.zarr.zip: this block is damaged"):
        _ = again.events
    path.unlink()
    with pytest.raises(FissureError, match="members 2 to 3 of this run are missing, ask for it again"):
        _ = again.events


# --- Made-up planes


def test_rows_of_made_up_planes():
    """Kinds with a bloc, a district, both and neither, for members that do not begin at 0."""
    random = np.random.default_rng(4)
    dims = [(), ("district",), ("bloc",), ("bloc", "district")]
    size = {"bloc": 3, "district": 4}
    shapes = [(2, 5, *(size[d] for d in own)) for own in dims]
    planes = [random.integers(1, 9, shape) * (random.random(shape) < 0.4) for shape in shapes]
    found = rows(list(zip(dims, planes, strict=True)), [40, 41])
    expected = sorted(
        (40 + m, week, kind, at.get("bloc", -1), at.get("district", -1), int(plane[m, week, *place]))
        for kind, (own, plane) in enumerate(zip(dims, planes, strict=True))
        for m, week, *place in np.argwhere(plane)
        for at in [dict(zip(own, place, strict=True))]
    )
    names = ("member", "week", "kind", "bloc", "district", "size")
    assert list(zip(*(found[f"event_{name}"].tolist() for name in names), strict=True)) == expected
    assert {name: str(column.dtype) for name, column in found.items()} == {n: d for n, (d, *_) in STORED.items()}


def test_a_run_in_which_nothing_happens_has_an_empty_table(tmp_path):
    nothing = rows([((), np.zeros((3, 2), np.int32)), (("bloc",), np.zeros((3, 2, 4), np.int32))], [0, 1, 2])
    block = Block.at(tmp_path, 0, 3)
    write_whole(block.path, encode(event_arrays(nothing)))
    assert block.is_whole() and block.read("event_size").shape == (0,)
    labels = {"week": ["2014-06-30", "2014-07-07"], "district": ["X"], "bloc": ["a", "b"]}
    empty = event_table([block], {"coordinates": labels, "events": event_kinds()}, 3)
    assert list(empty) == COLUMNS and len(empty) == 0
    assert empty["size"].dtype == "int32" and empty.week.dtype == "datetime64[ns]"
    assert empty.attrs["members"] == 3


def test_a_run_without_its_mechanisms_is_kept_too(bloody, tmp_path):
    quiet = ensemble.run(bloody, members=2, out=tmp_path / "run", **SMALL, off=("desertion", "bloc-clash"))
    assert not set(quiet.events["kind"]) & {"execution", "clash"}
    assert open_run(quiet.folder).events.equals(quiet.events)


def test_the_example_in_the_docs_runs(eight, bloody, capsys):
    page = (Path(__file__).parents[2] / "docs" / "how-to" / "run-from-python.md").read_text()
    section = page[page.index("\n## What happened") :]
    code = "\n".join(line[4:] for line in section.splitlines() if line.startswith("    ") or not line)
    names = {"result": api.RunResult(api.context_of(bloody), eight)}
    exec(code, names)
    assert "clash ['bloc', 'district'] fighters killed" in capsys.readouterr().out
    assert len(names["executions"]) and set(names["per_member"].columns) == {"count", "sum"}
