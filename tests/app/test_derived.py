"""Views that are made once: in the background, kept, remade when anything changes, within bounds of size and age."""

import json
import os
import threading
import time
from dataclasses import replace

import pytest
from small_run import RUN
from waiting import until

from fissure import api
from fissure.app import derived
from fissure.app import run_view as history
from fissure.app.derived import Derived, Kind, key_of
from fissure.app.desk import Desk, newest_of
from fissure.app.jobs import Worker, wrong_inside
from fissure.app.run_view import HISTORY
from fissure.errors import FissureError

KIND = Kind("figures", "fissure.errors", lambda view: json.dumps(view).encode(), json.loads, in_memory=2)


class Maker:
    """Makes a small view, and counts how often."""

    def __init__(self):
        self.calls, self.go = 0, threading.Event()
        self.go.set()

    def __call__(self):
        self.calls += 1
        assert self.go.wait(30)
        return {"said": "so"}


@pytest.fixture
def cache(tmp_path):
    """Makes caches in one folder, as servers do one after the other."""
    made = []

    def opened(most=10**9, folder=tmp_path):
        made.append(Worker())
        return Derived(folder, most, made[-1])

    yield opened
    for worker in made:
        worker.stop()


def awaited(cache, source, make):
    until(lambda: not cache.get(KIND, source, make).waiting)
    return cache.get(KIND, source, make)


def test_is_made_once_in_the_background_and_kept(cache):
    make, first = Maker(), cache()
    make.go.clear()
    assert first.get(KIND, ["a"], make).waiting and first.get(KIND, ["a"], make).waiting
    make.go.set()
    assert awaited(first, ["a"], make).value == {"said": "so"} and make.calls == 1
    assert cache().get(KIND, ["a"], make).value == {"said": "so"} and make.calls == 1  # from disk, at once


def test_is_made_anew_where_anything_that_it_derives_from_differs(cache, monkeypatch):
    make, one = Maker(), cache()
    awaited(one, ["a"], make)
    awaited(one, ["b"], make)
    assert make.calls == 2
    monkeypatch.setattr(derived, "code_digest", lambda *roots, boundary: "another version of the code")
    awaited(one, ["a"], make)
    assert make.calls == 3


def test_a_run_is_shown_anew_when_there_are_more_histories_or_another_plan(settings, shelf):
    stored, desk = api.stored_run(RUN, shelf), Desk(settings)
    more = replace(stored, contents=replace(stored.contents, histories=9))
    other = replace(stored, plan={**stored.plan, "seed": 4})
    keys = {key_of(HISTORY, desk.source_of(one)) for one in (stored, more, other)}
    assert len(keys) == 3
    assert desk.source_of(replace(stored, folder=stored.folder.with_name("elsewhere"))) == desk.source_of(stored)


def test_what_was_cut_short_on_disk_is_made_again(cache):
    make, first = Maker(), cache()
    awaited(first, ["a"], make)
    path = first.path(KIND, key_of(KIND, ["a"]))
    path.write_text(path.read_text()[:5])
    second = cache()
    assert second.get(KIND, ["a"], make).waiting
    awaited(second, ["a"], make)
    assert make.calls == 2


def test_says_why_it_could_not_be_made_tries_again_later_and_goes_on_with_others(cache, monkeypatch):
    tried = []

    def refuse(error):
        def make():
            tried.append(error)
            raise error

        return make

    one = cache()
    assert awaited(one, ["a"], refuse(FissureError("the block is damaged"))).error == "the block is damaged"
    assert awaited(one, ["b"], refuse(MemoryError())).error == wrong_inside(MemoryError())
    assert one.get(KIND, ["a"], Maker()).error and len(tried) == 2  # not at every look
    monkeypatch.setattr(derived, "AGAIN", 0.0)
    assert awaited(one, ["a"], Maker()).value == {"said": "so"}


def test_a_disk_that_refuses_is_no_reason_to_fail(cache, tmp_path):
    (tmp_path / "file").write_text("")
    assert awaited(cache(folder=tmp_path / "file"), ["a"], Maker()).value == {"said": "so"}


def test_keeps_no_more_than_there_is_room_for(cache, tmp_path):
    one = cache(most=40)  # a view takes 14 bytes
    for at in range(5):
        awaited(one, [at], Maker())
    until(lambda: len(list((tmp_path / "figures").iterdir())) == 2)
    assert len(one._memory["figures"]) == 2


def test_what_nobody_asked_for_in_a_long_time_is_deleted(cache, tmp_path):
    one = cache()
    awaited(one, ["old"], Maker())
    (path,) = (tmp_path / "figures").iterdir()
    os.utime(path, (1e9, 1e9))
    awaited(one, ["new"], Maker())
    until(lambda: not path.exists())
    assert len(list((tmp_path / "figures").iterdir())) == 1


def test_a_worker_that_died_is_replaced(cache, monkeypatch):
    """What it was making is made by another, and nobody reads "Reading" for ever."""
    serves = Worker._serve

    def dies(self):
        with self._turn:
            self._busy[threading.current_thread()] = self._queue.pop(0)

    make, one = Maker(), cache()
    monkeypatch.setattr(Worker, "_serve", dies)
    assert one.get(KIND, ["a"], make).waiting
    until(lambda: not any(thread.is_alive() for thread in one._worker._threads))
    monkeypatch.setattr(Worker, "_serve", serves)
    assert awaited(one, ["a"], make).value == {"said": "so"} and make.calls == 1


def test_what_only_gets_ready_never_holds_up_what_somebody_waits_for(cache):
    go, begun, ended = threading.Event(), threading.Event(), threading.Event()
    one = cache()
    one._worker.submit("ready", lambda: (begun.set(), go.wait(600)), spare=True)
    one._worker.submit("more", ended.set, spare=True)
    assert begun.wait(600)
    assert awaited(one, ["a"], Maker()).value == {"said": "so"} and not ended.is_set()
    go.set()
    assert ended.wait(600)


def test_ends_between_two_steps_when_the_server_stops(cache, tmp_path):
    begun, ended, one = threading.Event(), threading.Event(), cache()

    def endless():
        try:
            while True:
                begun.set()
                one._worker.go_on()
                time.sleep(0.01)
        finally:
            ended.set()

    one.get(KIND, ["a"], endless)
    assert begun.wait(600)
    one._worker.stop(600)
    assert ended.is_set() and list(tmp_path.iterdir()) == []


def test_newest_is_one_that_nobody_writes(shelf):
    stored = api.stored_run(RUN, shelf)
    later = replace(stored.contents, written=stored.contents.written.replace(year=stored.contents.written.year + 1))
    writing = replace(stored, state="being written", contents=later)
    assert newest_of([stored, writing]) is stored
    assert newest_of([writing]) is writing
    assert newest_of([]) is None


@pytest.mark.thorough
def test_a_server_begins_with_the_newest_run(settings, tmp_path):
    desk = Desk(replace(settings, home=tmp_path))
    history.prepare_newest(desk)
    found = until(lambda: history.prepared(desk, desk.run(RUN)).value)
    assert found.run.members == 8 and "</script>" not in found.charts
    desk.worker.stop()
