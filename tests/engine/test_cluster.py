"""Clusters: the same bytes as without one, whoever joins, leaves or is killed; who differs gets nothing to do."""

import os
import random
import signal
import sys
import time
from dataclasses import replace
from types import SimpleNamespace

import psutil
import pytest
from tests.clusters import joining, scheduling, until

from fissure.engine import cluster as clusters
from fissure.engine import remote
from fissure.engine.cluster import Cluster, ClusterWarning
from fissure.engine.ensemble import EnsembleTask, open_run, planned
from fissure.engine.runner import Failure
from fissure.engine.store import encode
from fissure.errors import FissureError, StoppedError

SMALL = {"seed": 7, "weeks": 12, "units": 16, "slots": 8}


def files(folder):
    return {p.name: p.read_bytes() for p in (folder / "blocks").iterdir()}


def known(team):
    team._look()
    return team._known


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A scheduler with a worker that stays."""
    with scheduling(tmp_path_factory.mktemp("scheduler")) as file, joining(file):
        yield file


@pytest.fixture
def team(scheduler):
    with Cluster(scheduler) as team:
        until(lambda: known(team))
        yield team


@pytest.fixture
def empty(tmp_path):
    """A scheduler without workers."""
    with scheduling(tmp_path) as file:
        yield file


class When:
    """Does something once, when so many members are there."""

    def __init__(self, at, act):
        self.at, self.act = at, act

    def phase(self, name): ...

    def advance(self, done, total, seconds, ns):
        if done >= self.at and self.act:
            act, self.act = self.act, None
            act()

    def finish(self): ...


@pytest.fixture(scope="module")
def single(make, tmp_path_factory):
    """Ten members in blocks of one, made in this process."""
    return files(make(tmp_path_factory.mktemp("single") / "run", 10, block=1).folder)


# --- No cluster


@pytest.mark.parametrize("address", ["", None, "localhost", "local:0", "local:x", "host:8786", "tcp://", "tcp://a b"])
def test_an_address_that_is_none_is_one_sentence(address):
    with pytest.raises(FissureError, match=r"found the cluster .*, expected local, local:N, the address of a dask"):
        Cluster(address)


def test_without_dask_it_says_how_to_install_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(FissureError) as caught:
        Cluster("local")
    assert str(caught.value) == "a cluster needs dask, which is not installed: pip install 'fissure[cluster]'"


@pytest.mark.parametrize(
    ("address", "reason"),
    [("tcp://127.0.0.1:9", "no dask scheduler answers there"), ("nowhere.json", "there is no such scheduler file")],
)
def test_where_nobody_answers_nothing_is_touched(make, tmp_path, monkeypatch, address, reason):
    monkeypatch.setattr(clusters, "CONNECT", 0.5)
    with Cluster(address) as nobody, pytest.raises(FissureError) as caught:
        make(tmp_path / "run", 2, workers=nobody)
    assert str(caught.value).startswith(f"{address}: {reason}") and "\n" not in str(caught.value)
    assert not (tmp_path / "run").exists()


def test_what_is_there_needs_no_cluster(make, whole_run):
    with Cluster("tcp://127.0.0.1:9") as nobody:
        assert make(whole_run.folder, 10, workers=nobody).timing.members == 0


# --- The same bytes


@pytest.mark.slow
def test_a_half_made_run_is_finished_by_a_cluster(make, whole_run, team, tmp_path):
    make(tmp_path / "run", 4, block=4)
    more = make(tmp_path / "run", 10, block=4, workers=team)
    assert more.timing.members == 6
    assert files(more.folder) == files(whole_run.folder)
    assert (more.folder / "run.json").read_bytes() == (whole_run.folder / "run.json").read_bytes()


@pytest.mark.slow
def test_ctrl_c_keeps_what_is_finished_and_goes_on_without_a_cluster(make, single, team, tmp_path):
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where tests run in the background
    try:
        with pytest.raises(StoppedError, match=r"stopped with 3 of 10 members kept"):
            stop = When(3, lambda: signal.raise_signal(signal.SIGINT))
            make(tmp_path / "run", 10, block=1, workers=team, progress=stop)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(files(tmp_path / "run")) == 3
    assert files(make(tmp_path / "run", 10, block=1).folder) == single


def test_a_killed_worker_changes_nothing(make, single, scheduler, team, tmp_path, monkeypatch):
    with joining(scheduler) as lost:
        until(lambda: len(known(team)) == 2)
        handed, submit = [], team._submit
        monkeypatch.setattr(team, "_submit", lambda *asked: handed.append(asked[2:]) or submit(*asked))
        kill = When(2, lambda: os.kill(lost.pid, signal.SIGKILL))
        made = make(tmp_path / "run", 10, block=1, workers=team, progress=kill)
        assert lost.wait() == -signal.SIGKILL
    assert files(made.folder) == single
    begun_twice = {item for item, _ in handed if len({who for what, who in handed if what == item}) == 2}
    assert begun_twice


@pytest.mark.slow
def test_two_processes_on_loopback_make_the_same_bytes(make, whole_run, tmp_path):
    with Cluster("local:2") as pair:
        made = make(tmp_path / "run", 10, block=4, workers=pair)
        own = [psutil.Process(pid) for pid in pair._client.run(os.getpid).values()]
        sockets = [c for p in [psutil.Process(), *own] for c in p.net_connections("inet")]
        listening = {c.laddr.ip for c in sockets if c.status == psutil.CONN_LISTEN}
        assert len(pair._known) == 2 and listening == {"127.0.0.1"}
    assert files(made.folder) == files(whole_run.folder)
    until(lambda: not any(process.is_running() for process in own))


# --- Who differs


@pytest.mark.slow
def test_a_worker_of_another_model_gets_nothing_to_do(make, empty, whole_run, tmp_path):
    """Alone it is refused; beside one that does not differ it is left out."""
    with joining(empty, "model"):
        with Cluster(empty) as team:
            until(lambda: known(team))
            with pytest.raises(FissureError) as caught:
                make(tmp_path / "run", 10, workers=team)
        assert "no worker there can make this run: digest of the model ffffffffffff there, " in str(caught.value)
        assert not (tmp_path / "run").exists()
        with joining(empty), Cluster(empty) as team:
            until(lambda: len(known(team)) == 2)
            with pytest.warns(ClusterWarning, match=r"workers are left out, .* digest of the model fff"):
                made = make(tmp_path / "run", 10, block=4, workers=team)
    assert files(made.folder) == files(whole_run.folder)


@pytest.mark.slow
def test_a_run_is_of_the_machine_of_its_workers(make, case, empty, tmp_path):
    plan = planned(case, **SMALL)
    with joining(empty, "machine"):
        with Cluster(empty) as team:
            until(lambda: known(team))
            with pytest.warns(ClusterWarning, match="no worker has a processor like this machine's"):
                made = make(tmp_path / "run", 2, workers=team)
            assert made.plan == replace(plan, made_with=replace(plan.made_with, processor="Abacus"))
        assert make(tmp_path / "run", 2).timing.members == 0
        with pytest.raises(FissureError, match=r"processor Abacus there, .* asked"):
            make(tmp_path / "run", 3)
        with joining(empty), Cluster(empty) as team:
            until(lambda: len(known(team)) == 2)
            assert team.settle(plan, None) == plan
            assert team.settle(plan, made.plan.made_with) == made.plan


# --- Trouble


def test_anything_is_handed_out_and_comes_back(case, team):
    plan = planned(case, **SMALL)
    made = team.each(SimpleNamespace(plan=plan, words="four"), lambda task, item: len(task.words) * item, [3, 1, 2])
    assert sorted(made) == [(1, 4), (2, 8), (3, 12)]


@pytest.mark.slow
def test_what_fails_again_and_again_is_given_up(case, team):
    plan = planned(case, **SMALL)

    def fails(task, item):
        if item == "that":
            raise ValueError(f"{task.words} and {item}")
        return item

    def refuses(task, item):
        raise FissureError(f"{task.words} cannot be {item}")

    made = dict(team.each(SimpleNamespace(plan=plan, words="this"), fails, ["that", "more"]))
    assert made.pop("more") == "more" and not made["that"].alone
    assert "5 workers in turn could not" in made["that"].reason
    assert "of the last: ValueError: this and that" in made["that"].reason
    assert list(team.each(SimpleNamespace(plan=plan, words="this"), refuses, ["that"])) == [
        ("that", Failure("this cannot be that"))
    ]


@pytest.mark.slow
def test_a_damaged_block_is_not_kept(make, team, tmp_path, monkeypatch):
    monkeypatch.setattr(EnsembleTask, "block", lambda work, span: encode({})[:-1])
    with pytest.raises(FissureError, match=r"no history could be made .its records arrived damaged"):
        make(tmp_path / "run", 4, workers=team)


def test_whose_turn_it_is():
    load = clusters.Counter({"a": 1, "b": 1, "c": 3})
    assert clusters._next({"a": 1, "b": 4, "c": 2}, load, ()) == "b"
    assert clusters._next({"a": 1, "b": 4, "c": 2}, load, ("b",)) == "a"
    assert clusters._next({"a": 1, "c": 2}, load + clusters.Counter("a"), ()) is None
    assert clusters._next({"a": 1}, load, ("a",)) == "a"


def test_a_worker_started_anew_under_an_old_address_is_not_known():
    with pytest.raises(remote.Unknown):
        remote.make("never given", b"")


@pytest.mark.slow
def test_all_workers_are_lost_and_another_joins(make, single, empty, tmp_path):
    with Cluster(empty) as team, joining(empty) as first:
        joined = []

        def lose():
            os.kill(first.pid, signal.SIGKILL)
            first.wait()
            time.sleep(2 * clusters.LOOK)
            team._look()
            joined.append(joining(empty))
            joined[0].__enter__()

        until(lambda: known(team))
        with pytest.warns(ClusterWarning, match="no worker is there now; waiting for one"):
            made = make(tmp_path / "run", 10, block=1, workers=team, progress=When(1, lose))
        joined[0].__exit__(None, None, None)
    assert files(made.folder) == single
    assert open_run(made.folder).members == 10


@pytest.mark.slow
def test_a_lost_scheduler_is_one_sentence_and_keeps_what_is_finished(make, single, tmp_path, monkeypatch):
    monkeypatch.setattr(clusters, "CONNECT", 1.0)
    with scheduling(tmp_path) as file, joining(file), Cluster(file) as team:
        until(lambda: known(team))
        address = team._client.scheduler.address
        pid = team._client.run_on_scheduler(os.getpid)
        stop = When(2, lambda: os.kill(pid, signal.SIGKILL))
        with pytest.raises(FissureError, match=r"the scheduler has gone; what was finished is kept, ask for it again"):
            make(tmp_path / "run", 10, block=1, workers=team, progress=stop)
        assert address.startswith("tcp://127.0.0.1")
    kept = files(tmp_path / "run")
    assert 2 <= len(kept) < 10 and kept.items() <= single.items()


@pytest.mark.slow
def test_processes_killed_again_and_again_change_nothing(make, tmp_path):
    """Every few blocks one of two local workers is killed; it is started anew, and its blocks are made again."""
    chance, killed = random.Random(1), []

    class Kill(When):
        def advance(self, done, total, seconds, ns):
            if done % 6 == 0 and done < total:
                pids = [pid for pid in pair._client.run(os.getpid, on_error="ignore").values() if pid not in killed]
                killed.append(chance.choice(pids))
                os.kill(killed[-1], signal.SIGKILL)

    alone = make(tmp_path / "alone", 36, block=1)
    with Cluster("local:2") as pair:
        made = make(tmp_path / "run", 36, block=1, workers=pair, progress=Kill(0, None))
    assert len(set(killed)) == 5
    assert files(made.folder) == files(alone.folder)
