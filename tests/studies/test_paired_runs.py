"""Runs side by side: a member's numbers depend on its scenario alone; nothing changed is a difference of zero."""

import errno
import os
from datetime import date

import pytest

from fissure.cases.loader import load_case
from fissure.engine.progress import Silent
from fissure.engine.runner import FailedHistories
from fissure.errors import FissureError, StoppedError
from fissure.files import UNFINISHED, DamagedBlock
from fissure.model.catalogue import parameters_of
from fissure.studies.observation_operator import joined
from fissure.studies.outcomes import outcomes_of
from fissure.studies.paired_runs import OutcomeTask, PairedRuns
from fissure.studies.scenario import AS_IT_IS, Scenario, scenario_of

WEEKS, SIZE = 30, {"units": 24, "slots": 20}
ASKED = ("deserted", "territory@2014-12-31")
SERIES = {"fighters": lambda data: joined(data["fighters"], None, "sum", "fighters")}
SINCE = date(2014, 10, 6)


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


def worlds(case, folder, progress=None):
    asked = outcomes_of(ASKED, case, WEEKS)
    return PairedRuns.of(case, asked, folder, weeks=WEEKS, weekly=SERIES, progress=progress, **SIZE)


def said(case, *moves, off=(), since=None):
    return scenario_of(off, moves, since, parameters=parameters_of(case))


@pytest.fixture(scope="module")
def made(case, tmp_path_factory):
    """Worlds with some scenarios measured for five members, in one go."""
    own = worlds(case, tmp_path_factory.mktemp("worlds"))
    scenarios = {
        "nothing": said(case, "desertion.caught=x1", "forcing.strikes=x1"),
        "nothing later": said(case, "desertion.caught=x1", since=SINCE),
        "off": said(case, off=["desertion"]),
        "off later": said(case, off=["desertion"], since=SINCE),
        "strikes": said(case, "forcing.strikes=x5"),
        "strikes later": said(case, "forcing.strikes=700", since=SINCE),
    }
    own.measure([(one, member) for one in (AS_IT_IS, *scenarios.values()) for member in range(5)])
    return own, scenarios


@pytest.mark.parametrize("name", ["nothing", "nothing later"])
def test_what_changes_nothing_makes_no_difference_in_any_member_and_week(made, name):
    own, scenarios = made
    assert scenarios[name].key != AS_IT_IS.key
    assert (own.values(scenarios[name], range(5)) == own.values(AS_IT_IS, range(5))).all()
    assert (own.series(scenarios[name], range(5))["fighters"] == own.series(AS_IT_IS, range(5))["fighters"]).all()


@pytest.mark.parametrize("name", ["off", "strikes"])
def test_a_change_changes_numbers(made, name):
    own, scenarios = made
    assert (own.values(scenarios[name], range(5)) != own.values(AS_IT_IS, range(5))).any(axis=0).any()
    if name == "off":
        assert (own.values(scenarios[name], range(5))[:, 0] == 0).all()


@pytest.mark.parametrize("name", ["off later", "strikes later"])
def test_before_the_day_everything_is_as_it_is(made, name):
    own, scenarios = made
    week = (SINCE - own.task.case.start).days // 7
    changed, plain = (own.series(s, range(5))["fighters"] for s in (scenarios[name], AS_IT_IS))
    assert (changed[:, : week + 1] == plain[:, : week + 1]).all()
    assert (changed[:, week + 1 :] != plain[:, week + 1 :]).any()


def test_numbers_do_not_depend_on_who_runs_beside(made, case, tmp_path):
    own, scenarios = made
    alone = worlds(case, tmp_path)
    alone.measure([(scenarios["off"], 3)])
    alone.measure([(scenarios["strikes later"], 4), (AS_IT_IS, 1), (scenarios["off"], 1)])
    for name, member in (("off", 3), ("strikes later", 4), ("off", 1)):
        assert (alone.values(scenarios[name], [member]) == own.values(scenarios[name], [member])).all()


def test_what_was_measured_is_read_back_and_what_is_damaged_is_measured_again(made, case):
    own, scenarios = made
    files = sorted(own.own_folder.glob("*.npz"))
    data = files[0].read_bytes()
    files[0].write_bytes(data[: len(data) // 2])
    again = worlds(case, own.folder)
    with pytest.warns(DamagedBlock, match=rf"{files[0].name}: these runs are damaged and are simulated again"):
        assert 0 < len(again.kept) < len(own.kept)
    again.measure([(one, member) for one in (AS_IT_IS, *scenarios.values()) for member in range(5)])
    assert again.kept.keys() == own.kept.keys()
    assert all((again.kept[key].outcomes == own.kept[key].outcomes).all() for key in own.kept)


class Stops(Silent):
    """The user presses Ctrl-C as soon as a call has ended."""

    def advance(self, done, total, seconds, ns):
        raise KeyboardInterrupt


def test_what_was_stopped_keeps_what_it_has(case, tmp_path):
    own = worlds(case, tmp_path, Stops())
    with pytest.raises(StoppedError, match="ask for it again to go on"):
        own.measure([(AS_IT_IS, member) for member in range(60)])
    assert 0 < len(worlds(case, tmp_path).kept) < 60


def test_a_full_disk_is_one_sentence_and_what_was_measured_stays(made, case, tmp_path, monkeypatch):
    own, _ = made
    jobs, written = [(AS_IT_IS, member) for member in range(20)], []

    def full(handle):
        written.append(handle)
        if len(written) > 4:  # each file is brought to the disk, and then its folder
            raise OSError(errno.ENOSPC, "No space left on device")

    stopped = worlds(case, tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(FissureError, match=r"the disk is full, another .* are needed; what was finished is kept"):
            stopped.measure(jobs)
    again = worlds(case, tmp_path)
    assert 8 <= len(again.kept) < 20 and not list(tmp_path.rglob(f"{UNFINISHED}*"))
    again.measure(jobs)
    assert (again.values(AS_IT_IS, range(5)) == own.values(AS_IT_IS, range(5))).all()
    files = {path.name: path.read_bytes() for path in again.own_folder.iterdir()}
    fresh = worlds(case, tmp_path / "fresh")
    fresh.measure(jobs)
    assert files == {path.name: path.read_bytes() for path in fresh.own_folder.iterdir()}


@pytest.mark.parametrize("at", [0.1, 0.5, 0.9])
def test_one_changed_byte_is_never_read(made, case, at):
    own, _ = made
    path = sorted(own.own_folder.glob("*.npz"))[1]
    data = path.read_bytes()
    place = int(at * len(data))
    path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
    again = worlds(case, own.folder)
    try:
        with pytest.warns(DamagedBlock, match=path.name):
            assert 0 < len(again.kept) < len(own.kept)
        assert not path.exists()
    finally:
        path.write_bytes(data)


def test_a_run_that_fails_is_a_row_and_the_others_go_on(case, tmp_path, monkeypatch):
    """It is named with its reason, left out of what is compared, and tried again when it is asked for."""
    measure = OutcomeTask.measure

    def measured(task, call):
        for scenario, member in call:
            if member == 5 and scenario.off:
                raise ValueError("it went to pieces")
        return measure(task, call)

    own, off = worlds(case, tmp_path), said(case, off=["desertion"])
    jobs = [(one, member) for one in (AS_IT_IS, off) for member in range(6)]
    with monkeypatch.context() as patch:
        patch.setattr(OutcomeTask, "measure", measured)
        with pytest.warns(
            FailedHistories, match=r"1 of 12 runs failed .* \(history 5: ValueError: it went to pieces\)"
        ):
            own.measure(jobs)
        assert own.kept.failed == worlds(case, tmp_path).kept.failed == {(off.key, 5): "ValueError: it went to pieces"}
        assert own.finished([AS_IT_IS, off], range(6)) == [0, 1, 2, 3, 4] and (AS_IT_IS.key, 5) in own.kept
        with pytest.raises(FissureError, match="history 5, without desertion: ValueError: it went to pieces"):
            own.require(jobs)
        with pytest.raises(FissureError, match="not one run could be made"):
            own.measure(jobs)
    own.measure(jobs)
    own.require(jobs)
    assert not own.kept.failed
    fresh = worlds(case, tmp_path / "fresh")
    fresh.measure(jobs)
    assert (fresh.values(off, range(6)) == own.values(off, range(6))).all()


def test_another_measure_starts_anew(made, case):
    own, _ = made
    other = PairedRuns.of(case, own.outcomes[:1], own.folder, weeks=WEEKS, **SIZE)
    assert not other.kept


def test_options_ask_for_the_same(case):
    one = said(case, "forcing.strikes=x25", "desertion.caught=0", off=["pay-gap"], since=SINCE)
    assert one.options == "--set desertion.caught=0 --set forcing.strikes=x25 --off pay-gap --from 2014-10-06"
    assert str(one) == "desertion.caught=0, forcing.strikes=x25, without pay-gap from 2014-10-06 on"
    assert str(Scenario()) == "as it is"
