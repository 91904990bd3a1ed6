"""Views that are made once: in the background, kept, remade when anything changed, never more than so many."""

import threading
import time
from dataclasses import replace

import pytest
from small_run import RUN
from waiting import until

from fissure import api
from fissure.app.history import prepared
from fissure.app.history.prepared import Histories, key_of, newest_of
from fissure.app.jobs import wrong_inside
from fissure.errors import FissureError


@pytest.fixture
def stored(shelf):
    return api.stored_run(RUN, shelf)


class Maker:
    """Makes a small view, and counts how often."""

    def __init__(self):
        self.calls, self.go = 0, threading.Event()
        self.go.set()

    def __call__(self, folder, between):
        self.calls += 1
        assert self.go.wait(30)
        return {"told": folder.name}, {"chart": {"text": "</script>"}}


def awaited(histories, run):
    until(lambda: histories.get(run) or histories.error(run))
    return histories.get(run)


def test_is_made_once_in_the_background_and_kept(tmp_path, stored):
    make = Maker()
    make.go.clear()
    histories = Histories(tmp_path, make)
    assert histories.get(stored) is None
    assert histories.get(stored) is None
    make.go.set()
    found = awaited(histories, stored)
    assert found.say == {"told": RUN}
    assert "</script>" not in found.charts
    assert make.calls == 1
    again = Histories(tmp_path, make)
    assert again.get(stored) == found  # from disk, at once
    assert make.calls == 1
    for one in (histories, again):
        one.stop()


def test_is_made_anew_when_there_are_more_histories_or_another_plan(tmp_path, stored):
    more = replace(stored, contents=replace(stored.contents, histories=9))
    other = replace(stored, plan={**stored.plan, "seed": 4})
    assert len({key_of(one) for one in (stored, more, other)}) == 3
    moved = replace(stored, folder=stored.folder.with_name("elsewhere"))
    assert key_of(moved) == key_of(stored)


def test_what_was_cut_short_on_disk_is_made_again(tmp_path, stored):
    make = Maker()
    first = Histories(tmp_path, make)
    awaited(first, stored)
    first.stop()
    path = tmp_path / f"{key_of(stored)}.json"
    path.write_text(path.read_text(encoding="utf-8")[:10], encoding="utf-8")
    second = Histories(tmp_path, make)
    assert second.get(stored) is None
    awaited(second, stored)
    assert make.calls == 2
    second.stop()


def test_says_why_it_could_not_be_made_and_goes_on_with_others(tmp_path, stored):
    def refuse(folder, between):
        raise FissureError("the block is damaged") if folder == stored.folder else RuntimeError("odd")

    histories = Histories(tmp_path, refuse)
    assert awaited(histories, stored) is None
    assert histories.error(stored) == "the block is damaged"
    other = replace(stored, folder=tmp_path, plan={**stored.plan, "seed": 4})
    assert awaited(histories, other) is None
    assert histories.error(other) == wrong_inside(RuntimeError("odd"))
    histories.stop()


def test_keeps_no_more_than_so_many(tmp_path, stored, monkeypatch):
    monkeypatch.setattr(prepared, "KEPT", 3)
    monkeypatch.setattr(prepared, "AT_HAND", 2)
    histories = Histories(tmp_path, Maker())
    for seed in range(5):
        awaited(histories, replace(stored, plan={**stored.plan, "seed": seed}))
    histories.stop()
    assert len(list(tmp_path.iterdir())) == 3
    assert len(histories._at_hand) == 2


def test_a_disk_that_refuses_is_no_reason_to_fail(tmp_path, stored):
    (tmp_path / "file").write_text("")
    histories = Histories(tmp_path / "file", Maker())
    assert awaited(histories, stored).say == {"told": RUN}
    histories.stop()


def test_a_worker_that_died_is_replaced(tmp_path, stored, monkeypatch):
    """What it was making is made by another, and nobody reads "Reading" for ever."""
    serves = Histories._serve

    def dies(self):
        with self._turn:
            self._now, _ = self._queue.popleft()

    make = Maker()
    histories = Histories(tmp_path, make)
    monkeypatch.setattr(Histories, "_serve", dies)
    assert histories.get(stored) is None
    histories._worker.join()
    monkeypatch.setattr(Histories, "_serve", serves)
    assert awaited(histories, stored).say == {"told": RUN} and make.calls == 1
    histories.stop()


def test_newest_is_one_that_nobody_writes(stored):
    later = replace(stored.contents, written=stored.contents.written.replace(year=stored.contents.written.year + 1))
    writing = replace(stored, state="being written", contents=later)
    assert newest_of([stored, writing]) is stored
    assert newest_of([writing]) is writing
    assert newest_of([]) is None


def test_begins_with_the_newest(tmp_path, stored):
    make = Maker()
    histories = Histories(tmp_path, make)
    histories.begin(lambda: {RUN: stored})
    until(lambda: make.calls)
    assert awaited(histories, stored)
    histories.stop()


def test_ends_between_two_steps_when_the_server_stops(tmp_path, stored):
    begun, ended = threading.Event(), threading.Event()

    def endless(folder, between):
        try:
            while True:
                begun.set()
                between()
                time.sleep(0.01)
        finally:
            ended.set()

    histories = Histories(tmp_path, endless)
    histories.get(stored)
    assert begun.wait(30)
    histories.stop()
    assert ended.is_set()
    assert list(tmp_path.iterdir()) == []
