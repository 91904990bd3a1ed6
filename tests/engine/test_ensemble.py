"""Ensembles: the same members whatever is asked beside them, kept, extended, interrupted, resumed."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import xarray as xr

from fissure.engine import ensemble
from fissure.engine.ensemble import EnsembleTask, open_run, planned
from fissure.engine.random import Draw, member_key, prior_normals, seed_words, stream_id
from fissure.engine.runner import FailedHistories
from fissure.errors import FissureError, StoppedError
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.member_inputs import week_of
from fissure.model.record import OUTPUTS
from fissure.model.start import initial_state, member_inputs
from fissure.model.week import step
from fissure.model.world import world_of

SMALL = {"seed": 7, "weeks": 12, "units": 16, "slots": 8}
NAMES = ["deterrence.strength", "start.fighters", "pay-gap.strength"]


def same(a, b, members=None):
    """Whether two runs hold the same bytes, over the first `members`."""
    members = members or a.members
    pairs = [(a.data[n].values, b.data[n].values) for n in a.data] + [(a.parameters.values, b.parameters.values)]
    return all(x[:members].tobytes() == y[:members].tobytes() for x, y in pairs)


# --- The normals that give each member its parameters


def test_normals_depend_on_seed_member_and_name_alone():
    table = prior_normals(5, range(20), NAMES)
    assert table.dtype == np.float64
    assert (prior_normals(5, [13, 2], NAMES[::-1]) == table[[13, 2]][:, ::-1]).all()
    assert (prior_normals(5, [7], NAMES[1:2]) == table[7:8, 1:2]).all()
    assert not np.isin(prior_normals(6, range(20), NAMES), table).any()
    assert not np.isin(prior_normals(5 + 2**32, range(20), NAMES), table).any()


def test_normals_are_standard_normal():
    z = prior_normals(1, range(4000), NAMES)
    assert np.isfinite(z).all()
    assert abs(z.mean(axis=0)).max() < 0.06
    assert abs(z.std(axis=0) - 1).max() < 0.05
    assert abs(np.corrcoef(z.T) - np.eye(3)).max() < 0.06


def test_no_two_streams_share_a_number(case):
    parts = ["givens", "slots", "residents", "posting", *mechanism_classes()]
    names = [*parts, *(f"prior.{p.name}" for p in parameters_of(case))]
    assert len({stream_id(n) for n in names}) == len(names)


# --- The same members, however they are asked for


@pytest.mark.parametrize(
    "ask",
    [{"block": 1}, {"block": 3}, {"block": 100}, {"block": 5, "threads": 1}, {"threads": 3}],
    ids=str,
)
def test_members_do_not_depend_on_blocks_or_threads(whole_run, make, tmp_path, ask):
    assert same(make(tmp_path / "run", 10, **ask), whole_run)


def test_a_run_is_extended_and_shortened_without_change(whole_run, make, tmp_path):
    first = make(tmp_path / "run", 3)
    assert same(first, whole_run, 3)
    more = make(tmp_path / "run", 10)
    assert more.timing.members == 7
    assert same(more, whole_run)
    fewer = make(tmp_path / "run", 2)
    assert fewer.timing.members == 0 and fewer.data.sizes["member"] == 2
    assert same(fewer, whole_run, 2)


@pytest.mark.parametrize("order", [(1, 0, 2), (2, 1, 0), (0, 2, 1)], ids=str)
def test_blocks_may_be_made_in_any_order(whole_run, make, tmp_path, order):
    """Each block is made by a call of its own, the others being there or not."""
    folder, names = tmp_path / "run", sorted(p.name for p in (whole_run.folder / "blocks").iterdir())
    make(folder, 10, block=4)
    made = {}
    for i in order:
        (folder / "blocks" / names[i]).unlink()
        assert make(folder, 10, block=4).timing.members == (4, 4, 2)[i]
        made[names[i]] = (folder / "blocks" / names[i]).read_bytes()
    assert made == {name: (whole_run.folder / "blocks" / name).read_bytes() for name in names}


def test_members_do_not_depend_on_who_is_simulated_beside_them(whole_run, case):
    """Any members in any order in one call give the records that they have in the run."""
    part = EnsembleTask(case, whole_run.plan, ensemble.Prior()).part
    for members in ([9, 2, 5, 0], [3, 3], [7, 1, 8]):
        found = part(members)
        assert found["parameters"].tobytes() == whole_run.parameters.values[members].tobytes()
        for name in whole_run.data:
            assert found[name].tobytes() == whole_run.data[name].values[members].tobytes(), name


def test_a_changed_case_is_another_run(whole_run, make, case, tmp_path):
    """A loaded case is what it holds, not the files it came from, and no program keeps the world of another."""
    changed = {
        "strikes": 2 * case.strikes,
        "oil_price": case.oil_price + 1,
        "start": case.start + timedelta(weeks=1),
    }
    cases = [replace(case, **{name: value}) for name, value in changed.items()]
    keys = {planned(c, **SMALL).key for c in [case, *cases]}
    assert len(keys) == 4
    more = ensemble.run(cases[0], members=10, out=tmp_path / "run", **SMALL)
    assert more.timing.compile < 1  # the same program
    assert more.plan.case_digest != whole_run.plan.case_digest
    assert (more.parameters == whole_run.parameters).all()
    assert float(more.data.strikes.sum()) > 1.3 * float(whole_run.data.strikes.sum())
    with pytest.raises(FissureError, match="the case has changed since"):
        ensemble.run(cases[0], members=1, out=whole_run.folder, **SMALL)
    assert same(make(tmp_path / "again", 10), whole_run)


def test_seed_and_switch_make_other_histories(whole_run, make, tmp_path):
    assert not same(make(tmp_path / "seed", 2, seed=8), whole_run, 2)
    off = make(tmp_path / "off", 2, off=("air-strikes",))
    assert (off.parameters == whole_run.parameters[:2]).all()
    assert not same(off, whole_run, 2)
    assert off.timing.compile < 1  # switches are data: no other program


def test_a_mechanism_off_moves_no_random_number(case):
    """Every number that the week draws, with all mechanisms on and with each of a few off."""
    world, parameters = world_of(case, 8, 8), parameters_of(case)
    values = prior_values(parameters, prior_normals(3, [0], [p.name for p in parameters])[0])
    key = member_key(seed_words(3), 0)

    @jax.jit
    def numbers(model):
        kept = {}

        class Kept(Draw):
            def words(self, shape=(), index=0, count=1):
                out = Draw.words(self, shape, index, count)
                kept.update({f"{self.stream} {index} {shape} {n}": word for n, word in enumerate(out)})
                return out

        once = Draw(key, jnp.int32(-1), stream_id("givens"))
        given = member_inputs(model.start, world, once)
        state = initial_state(model.start, given, world, once)
        week = week_of(jnp.int32(0), world, given)
        step(model, state, given, world, week, lambda name: Kept(key, week.index, stream_id(name)))
        return kept

    on = numbers(build(parameters, values))
    assert len(on) >= 8
    for name in ("bloc-clash", "desertion", "recruitment"):
        off = numbers(build(parameters, values, (name,)))
        assert {k: v.tobytes() for k, v in on.items()} == {k: v.tobytes() for k, v in off.items()}


# --- What comes out


def test_the_data_are_labelled(whole_run, case):
    data = whole_run.data
    assert set(data) == {o.name for o in OUTPUTS}
    assert list(data.member.values) == list(range(10))
    assert data.week.values[0] == np.datetime64(case.start)
    assert data.week.size == 12 and data.week.dtype.kind == "M"
    assert list(data.district.values) == [d.id for d in case.districts]
    for output in OUTPUTS:
        assert data[output.name].attrs == {"units": output.unit, "long_name": output.long_name}
        assert data[output.name].dims == ("member", "week", *output.dims)
        assert data[output.name].dtype == ("int32" if output.whole_number else "float32")
    assert data.attrs["case"] == case.name


def test_any_selection_equals_that_of_loaded_data(whole_run):
    lazy, loaded = whole_run.data.killed, whole_run.data.killed.load().copy()
    for pick in (
        {"member": 7},
        {"member": [9, 0, 4], "week": slice(2, 9, 3)},
        {"member": slice(None, None, -1), "origin": 1},
        {"week": [3, 3], "cause": 0},
        {"member": []},
        {"member": xr.DataArray([1, 8], dims="x"), "week": xr.DataArray([0, 5], dims="x")},
    ):
        xr.testing.assert_identical(whole_run.data.killed.isel(pick), loaded.isel(pick))
    assert lazy.sel(origin="foreign").shape == (10, 12, lazy.sizes["cause"])


def test_parameters_have_names_and_units(whole_run, case):
    parameters = parameters_of(case)
    z = prior_normals(7, range(10), [p.name for p in parameters])
    assert (whole_run.parameters.values == prior_values(parameters, z)).all()
    assert list(whole_run.parameters.parameter.values) == [p.name for p in parameters]
    assert list(whole_run.parameters.unit.values) == [p.unit for p in parameters]


def test_a_run_is_opened_again_from_its_folder(whole_run):
    again = open_run(whole_run.folder)
    assert again.plan == whole_run.plan and again.members == 10
    assert same(again, whole_run)


def test_without_a_folder_the_cache_keeps_the_run(case):
    ask = {"members": 2, "seed": 7, "weeks": 12, "units": 16, "slots": 8}
    first, second = ensemble.run(case, **ask), ensemble.run(case, **ask)
    assert first.timing.members == 2 and second.timing.members == 0
    assert first.folder == second.folder
    assert first.folder.parent.parent == ensemble.cache_base()
    assert first.timing.ns > 0


def test_the_plan_tells_apart_all_that_matters(case):
    ask = {"seed": 1, "weeks": 12, "units": 16, "slots": 8}
    other = [{"seed": 2}, {"weeks": 11}, {"units": 12}, {"slots": 7}, {"off": ("desertion",)}]
    keys = {planned(case, **{**ask, **change}).key for change in [{}, *other]}
    assert len(keys) == 1 + len(other)
    there = planned(case, off=("pay-gap", "desertion", "pay-gap"))
    assert there.off == ("desertion", "pay-gap")
    assert there == planned(case, off=["desertion", "pay-gap"])


@pytest.mark.parametrize(
    ("ask", "words"),
    [
        ({"members": 0}, "members is 0, expected a whole number from 1 to 1000000"),
        ({"members": 10**7}, "members is 10000000, expected a whole number from 1 to 1000000"),
        ({"members": 2.5}, "members is 2.5, expected a whole number from 1 to 1000000"),
        ({"seed": -1}, "expected a whole number from 0 to"),
        ({"seed": 2**64}, "expected a whole number from 0 to"),
        ({"weeks": 0}, "weeks is 0, expected a whole number from 1 to 247"),
        ({"weeks": 248}, "weeks is 248, expected a whole number from 1 to 247"),
        ({"slots": 70_000}, "expected a whole number from 1 to 32767"),
        ({"off": ["desertoin"]}, "there is no mechanism 'desertoin'; did you mean 'desertion'?"),
    ],
    ids=str,
)
def test_bad_input_is_one_sentence_and_touches_nothing(case, tmp_path, ask, words):
    with pytest.raises(FissureError) as caught:
        ensemble.run(case, **{"members": 2, "out": tmp_path / "run", **ask})
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


SIXTY_FOUR = """
import sys
import jax
import fissure
from fissure.errors import FissureError
if "config" in sys.argv:
    jax.config.update("jax_enable_x64", True)
try:
    fissure.run("islamic_state", members=1, weeks=2, out=sys.argv[1])
except FissureError as error:
    print(error)
"""


@pytest.mark.thorough
@pytest.mark.parametrize("how", ["environment", "config"])
def test_64_bits_are_refused_up_front(tmp_path, how):
    env = {**os.environ, **({"JAX_ENABLE_X64": "1"} if how == "environment" else {})}
    command = [sys.executable, "-c", SIXTY_FOUR, str(tmp_path / "run"), how]
    done = subprocess.run(command, env=env, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == (
        "Fissure calculates in 32 bits but JAX is set to 64: unset JAX_ENABLE_X64 (jax_enable_x64)\n"
    )
    assert not (tmp_path / "run").exists()


# --- Stopped and killed


class Stop:
    """Presses Ctrl-C when so many members are there."""

    def __init__(self, at):
        self.at, self.phases, self.finished = at, [], False

    def phase(self, name):
        self.phases.append(name)

    def advance(self, done, total, seconds, ns):
        assert 0 < done <= total and seconds > 0 and ns > 0
        if done >= self.at:
            raise KeyboardInterrupt

    def finish(self):
        self.finished = True


def test_ctrl_c_keeps_what_is_finished_and_says_how_to_go_on(whole_run, make, tmp_path):
    stop = Stop(at=4)
    with pytest.raises(StoppedError, match=r"stopped with 4 of 10 members kept in .*ask for it again"):
        make(tmp_path / "run", 10, block=2, progress=stop)
    assert stop.phases == ["compiling", "simulating"] and stop.finished
    assert open_run(tmp_path / "run").members == 4
    assert same(make(tmp_path / "run", 10), whole_run)


SLOW = """
import sys, time
from fissure.engine import ensemble
from fissure.engine.store import Store
write = Store.write
def slowly(self, block, records):
    write(self, block, records)
    print(block.stop, flush=True)
    time.sleep(0.3)
Store.write = slowly
ensemble.run("islamic_state", members=10, seed=7, weeks=12, units=16, slots=8, block=2, out=sys.argv[1])
"""


def test_kill_9_loses_nothing_finished(make, tmp_path):
    """A run that is killed and taken up again leaves the very files of one that was not."""
    reference = make(tmp_path / "reference", 10, block=2).folder
    folder = tmp_path / "run"
    with subprocess.Popen(
        [sys.executable, "-c", SLOW, str(folder)], stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stdout.readline().strip() in ("2", "4", "6", "8", "10")  # threads: any block may be the first
        time.sleep(0.1)
        process.send_signal(signal.SIGKILL)
    finished = sorted(p.name for p in (folder / "blocks").glob("*.zarr.zip"))
    assert 1 <= len(finished) < 5
    (folder / "blocks" / ".unfinished-left").write_bytes(b"half a block")
    resumed = make(folder, 10, block=2)
    assert resumed.timing.members == 10 - 2 * len(finished)
    files = {p.relative_to(reference) for p in reference.rglob("*") if p.is_file()}
    assert files == {p.relative_to(folder) for p in folder.rglob("*") if p.is_file()}
    assert all((folder / p).read_bytes() == (reference / p).read_bytes() for p in files)
    assert json.loads((folder / "run.json").read_text())["plan"]["seed"] == 7


def test_a_history_that_fails_is_left_out_with_its_reason_and_tried_again(make, whole_run, tmp_path, monkeypatch):
    part = EnsembleTask.part

    def spoilt(task, members):
        if 6 in members:
            raise ValueError("it went to pieces")
        return part(task, members)

    with monkeypatch.context() as patch:
        patch.setattr(EnsembleTask, "part", spoilt)
        with pytest.warns(FailedHistories, match=r"1 of 10 .*history 6: ValueError: it went to pieces"):
            run = make(tmp_path / "run", 10)
        assert run.failed == open_run(run.folder).failed == {6: "ValueError: it went to pieces"}
        assert run.members == run.data.sizes["member"] == 9 and 6 not in run.data["member"].values
        for name in ("fighters", "territory_km2"):
            np.testing.assert_array_equal(run.data[name], whole_run.data[name].drop_sel(member=6))
        assert set(run.events["member"]) <= set(run.numbers.tolist()) and run.parameters.sizes["member"] == 9
        with pytest.raises(FissureError, match="1 of 10 histories failed"):
            run.require_all()
        with pytest.raises(FissureError, match="no history could be made"):
            make(run.folder, 10)
    again = make(run.folder, 10)
    assert not again.failed and not (run.folder / "failed.json").exists()
    np.testing.assert_array_equal(again.data["fighters"], whole_run.data["fighters"])
