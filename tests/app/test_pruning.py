"""Room is made on disk by deleting what was needed longest ago, and nothing that is needed now."""

import os
import time
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from fissure.app.derived import prune
from fissure.app.server import create_app
from fissure.engine.study_folder import STUDY
from fissure.files import held
from fissure.studies.paired_runs import OutcomeTask

SIZE = 1000


class Place:
    """Runs and the home of a server, with files that were needed one after the other."""

    def __init__(self, folder):
        self.runs, self.home, self._clock = folder / "runs", folder / "home", time.time_ns()

    def add(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x" * SIZE)
        self._clock += 1
        os.utime(path, ns=(self._clock, self._clock))
        return path

    def measured(self, name, study="whatif-a"):
        path = self.add(self.runs / study / "measured" / "series" / "plan" / f"{name}.npz")
        (self.runs / study / STUDY).write_text("{}")
        return path


@pytest.fixture
def place(tmp_path):
    return Place(tmp_path)


def there(*paths):
    return [path.exists() for path in paths]


def test_the_oldest_go_until_it_fits(place):
    each = [place.measured(f"{at}") for at in range(5)]
    os.utime(each[0], ns=(place._clock + 1,) * 2)  # it was needed just now
    assert prune(place.home, 3 * SIZE, place.runs) == {each[1], each[2]}
    assert there(*each) == [True, False, False, True, True]
    assert prune(place.home, 3 * SIZE, place.runs) == set()


def test_views_and_all_what_ifs_share_the_room(place):
    old, view = place.measured("a"), place.add(place.home / "history" / "v.json")
    figures, new = place.add(place.home / "figures" / "f.json"), place.measured("b", "whatif-b")
    assert prune(place.home, 2 * SIZE, place.runs) == {old, view}
    assert prune(place.home, SIZE, place.runs) == {figures} and there(new) == [True]


def test_nothing_else_is_touched(place):
    kept = [
        place.add(place.home / "saved" / "q.json"), place.add(place.runs / "mine" / "blocks" / "0.zarr.zip"),
        place.add(place.runs / "whatif-mine" / "measured" / "a" / "b" / "c.npz"),  # nothing says that it is ours
        place.add(place.runs / "whatif-a" / "report.html"), place.add(place.runs / "explain-a" / "c.npz"),
    ]  # fmt: skip
    gone = place.measured("a")
    assert prune(place.home, 0, place.runs) == {gone}
    assert all(there(*kept)) and (place.runs / "whatif-a" / STUDY).exists()
    assert not gone.parent.exists()  # an empty folder is no use to anybody


def test_what_is_spared_stays_and_what_another_writes_to(place):
    own, spared, others = place.measured("a"), place.measured("b"), place.measured("c", "whatif-b")
    with held(place.runs / "whatif-b"):
        assert prune(place.home, 0, place.runs, {spared}) == {own}
    assert there(own, spared, others) == [False, True, True]


def test_without_anything_there_is_nothing_to_do(place):
    assert prune(place.home, 0, place.runs) == set()


def test_a_disk_that_refuses_to_delete_is_no_reason_to_fail(place, monkeypatch):
    first, second = place.measured("a"), place.measured("b")
    unlink = Path.unlink

    def refuse(path, **more):
        if path == first:
            raise PermissionError(13, "no")
        unlink(path, **more)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert prune(place.home, SIZE, place.runs) == {second} and first.exists()


# ---- a server with little room

ASKS = [{"off": ["desertion"], "from": f"2014-{month:02}", "members": 4, "seed": 5} for month in (7, 8, 9, 10)]


def answered(client, asked):
    """The numbers of the answer, once it is there."""
    client.app.state.desk.worker.stop()  # nothing gets ready in the background, so all calls are the job's
    id = client.post("/api/studies", json=asked).json()["id"]
    with client.stream("GET", f"/api/jobs/{id}/events") as stream:
        assert "event: end" in [*stream.iter_lines()]
    study = client.get(f"/api/studies/{id}").json()
    assert study["state"] == "done" and study["members"] == 4, study["error"]
    return study["differences"], study["weekly"]


@pytest.fixture
def small(settings, tmp_path):
    """A server with room for some questions of four pairs, whatever they take here."""

    def opened(kept, memory=0):
        limits = replace(settings.limits, kept=kept, memory=memory)
        own = replace(settings, folders=(tmp_path / "runs",), home=tmp_path / "home", limits=limits)
        return TestClient(create_app(own), base_url="http://127.0.0.1", raise_server_exceptions=False)

    opened.files = lambda: sorted(tmp_path.glob("runs/whatif-*/measured/**/*.npz"))
    return opened


@pytest.mark.thorough
def test_a_pruned_question_is_measured_again_with_the_same_numbers(small, monkeypatch):
    with small(kept=10**9) as client:
        first = answered(client, ASKS[0])
        each = sum(path.stat().st_size for path in small.files()) // len(small.files())
    ran, before = [], OutcomeTask.measure
    monkeypatch.setattr(OutcomeTask, "measure", lambda self, call: ran.append(call) or before(self, call))
    with small(kept=int(3.5 * each)) as client:  # as it is, and two questions
        for asked in ASKS[1:]:
            answered(client, asked)
            assert len(small.files()) <= 3
        ran.clear()
        assert answered(client, ASKS[3]) and not ran  # the last stay
        assert answered(client, ASKS[0]) == first and len(ran) == 1  # the first went; those as they are stay


@pytest.mark.thorough
def test_even_without_any_room_each_question_is_answered(small):
    with small(kept=0) as client:
        assert answered(client, ASKS[0])[0] and len(small.files()) <= 2  # what was just asked stays to be read
        assert answered(client, ASKS[1])[0] and len(small.files()) <= 2


class Killed(BaseException):
    """The process is gone."""


@pytest.mark.thorough
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_server_that_is_killed_while_it_makes_room_has_lost_nothing_else(small, monkeypatch, at):
    with small(kept=10**9) as client:
        numbers = [answered(client, asked) for asked in ASKS[:3]]
    files, unlink, done = small.files(), Path.unlink, []

    def killed(path, **more):
        if len(done) == at:
            raise Killed
        done.append(path)
        unlink(path, **more)

    with monkeypatch.context() as patch, pytest.raises(Killed):
        patch.setattr(Path, "unlink", killed)
        prune(files[0].parents[3] / "none", 0, files[0].parents[3])
    assert len(small.files()) == len(files) - at
    with small(kept=10**9) as client:
        assert [answered(client, asked) for asked in ASKS[:3]] == numbers
