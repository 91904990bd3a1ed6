"""One job at a time, a short queue, nothing computed twice, and a cancellation that holds."""

import contextlib
import threading
import time

import pytest
from waiting import GIVEN_UP, until

from fissure.app import jobs as module
from fissure.app.jobs import BusyError, CancelledError, Jobs, Worker
from fissure.errors import FissureError

SOON = GIVEN_UP
"""Seconds that a test waits at most for what comes at once."""


class Held:
    """Work that begins, and goes on only when it is told to."""

    def __init__(self, result="done", deaf=False):
        self.result, self.deaf, self.calls = result, deaf, 0
        self.begun, self.go, self.ended = threading.Event(), threading.Event(), threading.Event()

    def __call__(self, telling):
        self.calls += 1
        self.begun.set()
        try:
            assert self.go.wait(SOON)
            if not self.deaf:
                telling.advance(1, 2, 1.0, 1.0)
            return self.result
        finally:
            self.ended.set()


@pytest.fixture
def jobs():
    made = Jobs(waiting=3)
    yield made
    made.stop(SOON)
    assert not any(thread.is_alive() for thread in made._worker._threads)


def state(jobs, id, wanted):
    return until(lambda: (job := jobs.get(id)) and job.state == wanted and job)


def submit(jobs, id, work):
    return jobs.submit(id, "kind", f"Title {id}", {"of": id}, work)


def test_a_job_is_done_and_tells_how_it_was_asked(jobs):
    job = submit(jobs, "a", lambda telling: 42)
    assert (job.kind, job.title, job.asked) == ("kind", "Title a", {"of": "a"})
    done = state(jobs, "a", "done")
    assert done.result == 42 and done.ended and not done.error
    assert jobs.get("b") is None


def test_progress_and_results_that_get_better(jobs):
    step, seen = threading.Semaphore(0), threading.Semaphore(0)

    def work(telling):
        for tell in (
            lambda: telling.phase("simulating"),
            lambda: telling.advance(2, 8, 4.0, 1.0),
            lambda: telling.show("first"),
            lambda: telling.advance(9, 8, 18.0, 1.0),
            lambda: telling.phase("refining"),
            telling.finish,
        ):
            tell()
            seen.release()
            assert step.acquire(timeout=SOON)
        return "last"

    submit(jobs, "a", work)
    found = []
    for _ in range(6):
        assert seen.acquire(timeout=SOON)
        found.append(jobs.get("a"))
        step.release()
    found.append(state(jobs, "a", "done"))
    assert [job.phase for job in found] == ["simulating"] * 4 + ["refining"] * 2 + [""]
    assert [(job.done, job.total) for job in found[:5]] == [(0, 0), (2, 8), (2, 8), (9, 8), (0, 0)]
    assert [job.left for job in found[:5]] == [None, 12.0, 12.0, 0.0, None]
    assert [job.result for job in found] == [None, None, "first", "first", "first", "first", "last"]
    versions = [job.version for job in found]
    assert versions == sorted(versions) and versions[0] < versions[-1]


def test_the_same_asked_twice_is_computed_once(jobs):
    work = Held()
    first = submit(jobs, "a", work)
    assert work.begun.wait(SOON)
    again = submit(jobs, "a", work)
    assert again.id == first.id
    work.go.set()
    state(jobs, "a", "done")
    assert submit(jobs, "a", work).state == "done"
    assert work.calls == 1 and len(jobs.all()) == 1


def test_one_at_a_time_and_in_order(jobs):
    order, running = [], []

    def work(id):
        def doing(telling):
            running.append(id)
            assert len(running) == 1
            order.append(id)
            time.sleep(0.005)
            running.remove(id)

        return doing

    gate = Held()
    submit(jobs, "gate", gate)
    assert gate.begun.wait(SOON)
    for id in "cab":
        submit(jobs, id, work(id))
    assert [jobs.ahead(id) for id in ("gate", *"cab", "none")] == [0, 1, 2, 3, 0]
    gate.go.set()
    state(jobs, "b", "done")
    assert order == list("cab")
    assert [job.id for job in jobs.all()] == ["gate", *"cab"]


def test_a_full_queue_refuses_in_a_sentence(jobs):
    gate = Held()
    submit(jobs, "gate", gate)
    assert gate.begun.wait(SOON)
    for id in "abc":
        submit(jobs, id, Held())
    with pytest.raises(BusyError, match="3 questions wait already"):
        submit(jobs, "d", Held())
    assert jobs.get("d") is None
    assert submit(jobs, "b", Held()).state == "waiting"  # what waits already is no new one
    jobs.cancel("a")
    assert submit(jobs, "d", Held()).state == "waiting"
    gate.go.set()
    for id in "bcd":
        jobs.cancel(id)


def test_what_waits_is_cancelled_at_once_and_never_begins(jobs):
    gate, work = Held(), Held()
    submit(jobs, "gate", gate)
    assert gate.begun.wait(SOON)
    before = submit(jobs, "a", work)
    after = jobs.cancel("a")
    assert after.state == "cancelled" and after.version > before.version
    assert jobs.ahead("a") == 0
    gate.go.set()
    state(jobs, "gate", "done")
    submit(jobs, "b", lambda telling: None)
    state(jobs, "b", "done")
    assert work.calls == 0
    assert jobs.cancel("none") is None
    assert jobs.cancel("b").state == "done"


def test_what_runs_is_cancelled_at_its_next_step(jobs):
    work = Held()
    submit(jobs, "a", work)
    assert work.begun.wait(SOON)
    assert jobs.cancel("a").phase == "stopping" and jobs.get("a").state == "running"
    jobs.cancel("a")
    work.go.set()
    cancelled = state(jobs, "a", "cancelled")
    assert cancelled.result is None and cancelled.phase == "" and cancelled.done == 0
    work = Held()
    assert submit(jobs, "a", work).version > cancelled.version  # asked again, it is computed
    work.go.set()
    assert state(jobs, "a", "done").result == "done"


def test_a_result_that_is_shown_too_late_is_kept(jobs):
    begun, go = threading.Event(), threading.Event()

    def work(telling):
        begun.set()
        assert go.wait(SOON)
        telling.show("half")

    submit(jobs, "a", work)
    assert begun.wait(SOON)
    jobs.cancel("a")
    go.set()
    assert state(jobs, "a", "cancelled").result == "half"


def test_asked_again_while_it_is_being_cancelled(jobs):
    """The first asking must neither come back to life nor answer for the second."""
    first, second = Held("first"), Held("second")
    submit(jobs, "a", first)
    assert first.begun.wait(SOON)
    jobs.cancel("a")
    again = submit(jobs, "a", second)
    assert again.state == "waiting" and jobs.ahead("a") == 1
    first.go.set()
    assert second.begun.wait(SOON)
    assert jobs.get("a").state == "running" and jobs.get("a").result is None and jobs.get("a").done == 0
    second.go.set()
    assert state(jobs, "a", "done").result == "second"
    assert first.calls == second.calls == 1


def test_asked_again_and_cancelled_again(jobs):
    first, second = Held("first"), Held("second")
    submit(jobs, "a", first)
    assert first.begun.wait(SOON)
    jobs.cancel("a")
    submit(jobs, "a", second)
    assert jobs.cancel("a").state == "cancelled"
    first.go.set()
    assert first.ended.wait(SOON)
    submit(jobs, "b", lambda telling: None)
    state(jobs, "b", "done")
    assert second.calls == 0 and jobs.get("a").state == "cancelled"


def test_a_job_that_does_not_listen_ends_as_done(jobs):
    work = Held("late", deaf=True)
    submit(jobs, "a", work)
    assert work.begun.wait(SOON)
    jobs.cancel("a")
    work.go.set()
    assert state(jobs, "a", "done").result == "late"
    submit(jobs, "b", lambda telling: 1)
    assert state(jobs, "b", "done").result == 1


def test_a_job_that_swallows_its_cancellation_is_told_at_each_step(jobs):
    phases, begun, go = [], threading.Event(), threading.Event()

    def work(telling):
        begun.set()
        assert go.wait(SOON)
        for _ in range(3):
            try:
                telling.phase("on")
            except CancelledError:
                phases.append(jobs.get("a").phase)
        return None

    submit(jobs, "a", work)
    assert begun.wait(SOON)
    jobs.cancel("a")
    go.set()
    state(jobs, "a", "done")
    assert phases == ["stopping"] * 3


def test_a_mistake_of_the_user_is_told_in_its_own_words(jobs):
    def work(telling):
        raise FissureError("found 'x', expected 'y'")

    submit(jobs, "a", work)
    failed = state(jobs, "a", "failed")
    assert failed.error == "found 'x', expected 'y'" and failed.ended
    submit(jobs, "a", lambda telling: 1)
    assert state(jobs, "a", "done").error == ""


@pytest.mark.parametrize("error", [ValueError("/home/secret"), MemoryError(), SystemExit(3), KeyboardInterrupt()])
def test_a_fault_of_ours_takes_nothing_with_it(jobs, caplog, error):
    def work(telling):
        telling.show("so far")
        raise error

    submit(jobs, "a", work)
    failed = state(jobs, "a", "failed")
    assert type(error).__name__ in failed.error and "secret" not in failed.error and failed.result == "so far"
    assert "Traceback" in caplog.text  # in the terminal
    submit(jobs, "b", lambda telling: 1)
    assert state(jobs, "b", "done").result == 1


def test_stopping_cancels_what_waits_and_what_runs_and_takes_no_more(jobs):
    work, waiting = Held(), Held()
    submit(jobs, "a", work)
    assert work.begun.wait(SOON)
    submit(jobs, "b", waiting)
    stopping = threading.Thread(target=jobs.stop, args=(SOON,))
    stopping.start()
    until(lambda: jobs.get("b").state == "cancelled")
    with pytest.raises(BusyError, match="stopping"):
        submit(jobs, "c", Held())
    work.go.set()
    stopping.join(SOON)
    assert not stopping.is_alive()
    assert jobs.get("a").state == "cancelled" and waiting.calls == 0


def test_stopping_does_not_wait_for_ever(jobs):
    work = Held(deaf=True)
    submit(jobs, "a", work)
    assert work.begun.wait(SOON)
    jobs.stop(0.01)
    assert jobs.get("a").state == "running"
    work.go.set()
    state(jobs, "a", "done")


def test_stopping_without_any_job():
    jobs = Jobs()
    jobs.stop()
    jobs.stop()
    assert jobs.all() == []


def test_old_jobs_are_forgotten_but_none_that_waits(jobs, monkeypatch):
    monkeypatch.setattr(module, "REMEMBERED", 2)
    for id in "abcd":
        submit(jobs, id, lambda telling: None)
        state(jobs, id, "done")
    gate = Held()
    submit(jobs, "gate", gate)
    submit(jobs, "e", Held())
    assert [job.id for job in jobs.all()] == ["c", "d", "gate", "e"]
    assert set(jobs._turns) == {"c", "d", "gate", "e"}
    jobs.cancel("e")
    gate.go.set()


def test_many_threads_ask_the_same(jobs):
    work, found = Held(), []
    threads = [threading.Thread(target=lambda: found.append(submit(jobs, "a", work))) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(SOON)
    work.go.set()
    state(jobs, "a", "done")
    assert len(found) == 16 and work.calls == 1


def test_what_is_done_is_done_anew_only_where_its_result_is_gone(jobs):
    work = Held()
    work.go.set()
    submit(jobs, "a", work)
    done = state(jobs, "a", "done")
    assert submit(jobs, "a", work).version == done.version and work.calls == 1
    again = jobs.submit("a", "kind", "Title a", {}, work, again=True)
    assert again.version > done.version
    until(lambda: work.calls == 2)
    state(jobs, "a", "done")


def test_what_runs_is_never_begun_anew(jobs):
    work = Held()
    submit(jobs, "a", work)
    state(jobs, "a", "running")
    assert jobs.submit("a", "kind", "Title a", {}, work, again=True).state == "running"
    work.go.set()
    state(jobs, "a", "done")
    assert work.calls == 1


def test_one_that_waits_is_told_of_in_good_english():
    jobs, work = Jobs(waiting=1), Held()
    submit(jobs, "a", work)
    state(jobs, "a", "running")
    submit(jobs, "b", work)
    with pytest.raises(BusyError, match=r"^a question waits already; ask again when it is done$"):
        submit(jobs, "c", work)
    work.go.set()
    jobs.stop(SOON)


@pytest.fixture
def dying(jobs, monkeypatch):
    """Jobs whose thread dies with the job that says so; the queue is not told."""

    def do(self, task):
        if jobs._turns.get("deadly") == int(task.key):
            assert gate.wait(SOON)
            raise SystemExit
        before(self, task)

    def serve(self):
        with contextlib.suppress(SystemExit):  # else pytest tells of a thread that ends so
            serves(self)

    before, serves, gate = Worker._do, Worker._serve, threading.Event()
    monkeypatch.setattr(Worker, "_do", do)
    monkeypatch.setattr(Worker, "_serve", serve)
    yield jobs, gate
    gate.set()


@pytest.mark.parametrize(
    "look", [lambda jobs: jobs.all(), lambda jobs: jobs.get("b"), lambda jobs: jobs.cancel("none")]
)
def test_a_worker_that_died_is_replaced_and_said(dying, look):
    jobs, gate = dying
    submit(jobs, "deadly", lambda telling: None)
    submit(jobs, "b", lambda telling: 7)
    (dead,) = jobs._worker._threads
    gate.set()
    dead.join(SOON)
    look(jobs)  # nobody has to ask for anything new
    assert state(jobs, "b", "done").result == 7
    failed = jobs.get("deadly")
    assert failed.state == "failed" and "ask again" in failed.error and jobs.ahead("b") == 0


def test_what_failed_with_its_worker_is_done_when_it_is_asked_again(dying, monkeypatch):
    jobs, gate = dying
    submit(jobs, "deadly", lambda telling: None)
    gate.set()
    state(jobs, "deadly", "failed")
    monkeypatch.undo()
    submit(jobs, "deadly", lambda telling: 3)
    assert state(jobs, "deadly", "done").result == 3


def test_where_no_thread_can_be_started_nothing_waits_for_one(jobs, monkeypatch):
    def refuse(self):
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", refuse)
        with pytest.raises(BusyError, match="ask again in a moment"):
            submit(jobs, "a", lambda telling: 1)
        assert jobs.get("a") is None
    submit(jobs, "a", lambda telling: 1)
    assert state(jobs, "a", "done").result == 1


def test_after_a_disk_that_was_full_the_same_is_asked_again_and_done(jobs):
    room = threading.Event()

    def work(telling):
        if not room.is_set():
            raise FissureError("runs: the disk is full, another 1 MB are needed; what was finished is kept")
        return "written"

    for _ in range(3):
        submit(jobs, "a", work)
        assert "disk is full" in state(jobs, "a", "failed").error
    room.set()
    submit(jobs, "a", work)
    assert state(jobs, "a", "done").result == "written"
