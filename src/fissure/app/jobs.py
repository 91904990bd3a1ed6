"""Work that takes longer than a click: in the background where nobody sees it, or as a job whose progress is shown.

Of jobs there is one at a time, a short queue, and what each has found so far. A job has an id that says what is asked,
so that the same thing asked twice is computed once. The work reports its progress (`JobProgress` is a `Progress`)
and shows results that get better as it goes; it stops at the next step when it is cancelled.
"""

import itertools
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Literal

from fissure.errors import FissureError

# Work in the background


class ServerStopping(Exception):
    """The server is stopping."""


@dataclass(frozen=True, eq=False)
class _Task:
    key: str
    do: Callable[[], object]
    spare: bool


class Worker:
    """A queue of work in the background and its threads, which end with the process.

    What only gets ready (`spare`) is done by one thread at a time, after all that somebody waits for has begun, so
    that a long one never holds up a view. Where a thread has died, another is begun at the next look.
    """

    def __init__(self, threads: int = 2, name: str = "fissure-background") -> None:
        self._most, self._name = threads, name
        self._queue: list[_Task] = []
        self._busy: dict[threading.Thread, _Task] = {}
        self._threads: list[threading.Thread] = []
        self._turn = threading.Condition()
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """True where nothing more will be begun."""
        return self._stopping

    def go_on(self) -> None:
        """Is called between steps that take seconds each. Raises `ServerStopping` where the server stops."""
        if self._stopping:
            raise ServerStopping

    def submit(self, key: str, do: Callable[[], object], *, spare: bool = False) -> bool:
        """Do it, unless something of that key waits or is being done; returns whether it will be. Failures are logged.

        It will not be where the server is stopping, or no thread can be begun: whoever asks again tries again.
        """
        with self._turn:
            if key in self.pending():
                return True
            if self._stopping or not self._start():
                return False
            self._queue.append(_Task(key, do, spare))
            self._turn.notify_all()
            return True

    def pending(self) -> set[str]:
        """The keys of what waits and of what is being done."""
        with self._turn:
            self._threads = [one for one in self._threads if one.is_alive()]
            self._busy = {thread: task for thread, task in self._busy.items() if thread.is_alive()}
            if self._queue and not self._threads:
                self._start()
            return {one.key for one in (*self._queue, *self._busy.values())}

    def drop(self, key: str) -> None:
        """Never begin what has that key and waits."""
        with self._turn:
            self._queue = [one for one in self._queue if one.key != key]

    def stop(self, patience: float = 20.0) -> None:
        """Begin nothing more, and wait for what is being done to come to its next step."""
        end = time.monotonic() + patience
        with self._turn:
            self._stopping = True
            self._queue.clear()
            threads = [*self._threads]
            self._turn.notify_all()
        for thread in threads:
            thread.join(max(end - time.monotonic(), 0.0))

    def _start(self) -> bool:
        """Begin another thread where there may be more; whether there is any."""
        if len(self._threads) < self._most:
            thread = threading.Thread(target=self._serve, name=self._name, daemon=True)
            with suppress(RuntimeError):  # no memory, or too many processes of the user
                thread.start()
                self._threads.append(thread)
        return bool(self._threads)

    def _next(self) -> _Task | None:
        """The next task; None where nothing may be begun."""
        sparing = any(one.spare for one in self._busy.values())
        waiting = [one for one in self._queue if not (one.spare and sparing)]
        return min(waiting, key=lambda one: one.spare, default=None)

    def _serve(self) -> None:
        me = threading.current_thread()
        while True:
            with self._turn:
                self._busy.pop(me, None)
                self._turn.notify_all()
                while (task := self._next()) is None and not self._stopping:
                    self._turn.wait()
                if task is None or self._stopping:
                    return
                self._queue.remove(task)
                self._busy[me] = task
            self._do(task)

    def _do(self, task: _Task) -> None:
        try:
            task.do()
        except ServerStopping:
            pass
        except BaseException:  # one that fails must not take the others with it
            logging.getLogger(__name__).exception("went wrong in the background: %s", task.key)


# Jobs


State = Literal["waiting", "running", "done", "cancelled", "failed"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")
REMEMBERED = 64
"""Jobs that have ended and are still listed."""

DIED = "the thread that worked on it has died; what was finished is kept, ask again"


class BusyError(FissureError):
    """The queue is full; its text says when to ask again."""


class CancelledError(FissureError):
    """The user cancelled the job."""


@dataclass(frozen=True)
class Job:
    """A job as it stands; each change is a new one with the next `version`."""

    id: str
    kind: str
    title: str
    asked: Mapping[str, Any]
    state: State = "waiting"
    phase: str = ""
    done: int = 0
    total: int = 0
    left: float | None = None
    """Seconds left of this phase, as far as its rate tells."""
    result: Any = None
    """The best result so far; of a job that has ended, the result."""
    error: str = ""
    version: int = 0

    @property
    def ended(self) -> bool:
        """True where nothing more will come."""
        return self.state in ENDED


Work = Callable[["JobProgress"], Any]
"""The work of a job; returns its result."""


class JobProgress:
    """The progress of a job, reported by its work: a `Progress`, and `show` for results that are not final yet.

    Each raises `CancelledError` once the job is cancelled.
    """

    def __init__(self, jobs: "Jobs", id: str, turn: int) -> None:
        self._jobs, self._id, self._turn = jobs, id, turn

    def phase(self, name: str) -> None:
        """A new phase begins."""
        self._tell(phase=name, done=0, total=0, left=None)

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        """`done` of `total` are there after `seconds`."""
        self._tell(done=done, total=total, left=seconds / done * max(total - done, 0) if done else None)

    def finish(self) -> None:
        """Nothing more will come of this phase."""

    def show(self, result: Any) -> None:
        """Show a result that is going to get better."""
        self._tell(result=result)

    def _tell(self, **changes: Any) -> None:
        if not self._jobs._note(self._id, self._turn, changes):
            raise CancelledError("cancelled")


class Jobs:
    """The queue of jobs, of which one is done at a time."""

    def __init__(self, waiting: int = 8) -> None:
        self._most = waiting
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._turns: dict[str, int] = {}
        """The number of the latest asking of each job: one that was cancelled may still be on its way to its next step
        when the same is asked again. It is the key of its task."""
        self._numbers = itertools.count()
        self._off: set[int] = set()
        self._held = threading.RLock()
        self._worker = Worker(1, "fissure-jobs")
        self._stopping = False

    def submit(
        self, id: str, kind: str, title: str, asked: Mapping[str, Any], work: Work, *, again: bool = False
    ) -> Job:
        """Queue a job, or return the one with that `id` that waits, runs or is done.

        One that is done is done `again` where its caller says that what it made is gone. Raises `BusyError` where
        the queue is full or the server is stopping.
        """
        with self._held:
            known = self.get(id)
            over: tuple[State, ...] = ENDED if again else ("cancelled", "failed")
            if known is not None and known.state not in over and self._turns[id] not in self._off:
                return known
            if self._stopping:
                raise BusyError("the server is stopping; ask again when it is back")
            waiting = sum(job.state == "waiting" for job in self._jobs.values())
            if waiting >= self._most:
                raise BusyError(_full(waiting))
            turn = next(self._numbers)
            if not self._worker.submit(str(turn), lambda: self._do(id, turn, work)):
                raise BusyError("this machine can begin no more work just now; ask again in a moment")
            self._jobs[id] = job = Job(id, kind, title, dict(asked), version=known.version + 1 if known else 0)
            self._jobs.move_to_end(id)
            self._turns[id] = turn
            ended = [id for id, job in self._jobs.items() if job.ended]
            for old in ended[: max(len(ended) - REMEMBERED, 0)]:
                del self._jobs[old], self._turns[old]
            return job

    def get(self, id: str) -> Job | None:
        """The job with that id, if it is still known."""
        with self._held:
            self._recover()
            return self._jobs.get(id)

    def all(self) -> list[Job]:
        """All that are known, oldest first."""
        with self._held:
            self._recover()
            return list(self._jobs.values())

    def ahead(self, id: str) -> int:
        """The number of others that come before it."""
        with self._held:
            turn, at_work = self._turns.get(id, -1), {int(key) for key in self._worker.pending()}
            return sum(one < turn for one in at_work) if turn in at_work else 0

    def cancel(self, id: str) -> Job | None:
        """Cancel it: at once if it waits, at its next step if it runs. What was computed is kept by who computed it."""
        with self._held:
            job = self.get(id)
            if job is None or job.ended:
                return job
            if job.state == "waiting":
                self._worker.drop(str(self._turns[id]))
                self._set(id, state="cancelled")
            else:
                self._off.add(self._turns[id])
                self._set(id, phase="stopping", left=None)
            return self._jobs[id]

    def stop(self, patience: float = 20.0) -> None:
        """Cancel everything and wait for what is being done to come to its next step."""
        with self._held:
            self._stopping = True
            for id in list(self._jobs):
                self.cancel(id)
        self._worker.stop(patience)

    def _recover(self) -> None:
        """Say of jobs whose thread has died that they failed: every other that has not ended has its task."""
        if self._stopping:
            return
        at_work = self._worker.pending()
        for id, job in list(self._jobs.items()):
            if not job.ended and str(self._turns[id]) not in at_work:
                self._off.discard(self._turns[id])
                self._set(id, state="failed", phase="", left=None, error=DIED)

    def _do(self, id: str, turn: int, work: Work) -> None:
        with self._held:
            if self._turns.get(id) != turn or self._jobs[id].ended:  # it was cancelled since it was taken up
                return
            self._set(id, state="running")
        try:
            result = work(JobProgress(self, id, turn))
        except CancelledError:
            self._end(id, turn, state="cancelled")
        except FissureError as error:
            self._end(id, turn, state="cancelled" if turn in self._off else "failed", error=str(error))
        except BaseException as error:  # a job must take neither the server nor the worker with it
            logging.getLogger(__name__).exception("a job went wrong: %s", id)
            self._end(id, turn, state="failed", error=wrong_inside(error))
        else:
            self._end(id, turn, state="done", result=result)

    def _end(self, id: str, turn: int, **changes: Any) -> None:
        with self._held:
            self._off.discard(turn)
            if self._turns.get(id) == turn:
                self._set(id, phase="", left=None, **changes)

    def _note(self, id: str, turn: int, changes: Mapping[str, Any]) -> bool:
        """Note what the work tells; False where nobody waits for it any more."""
        with self._held:
            current, wanted = self._turns.get(id) == turn, turn not in self._off
            if current:  # a result that came too late for a cancellation is a result all the same
                self._set(id, **(changes if wanted else {k: v for k, v in changes.items() if k == "result"}))
            return current and wanted

    def _set(self, id: str, **changes: Any) -> None:
        job = self._jobs[id]
        self._jobs[id] = replace(job, version=job.version + 1, **changes)


def wrong_inside(error: BaseException) -> str:
    """One sentence on an error that nobody foresaw; its own text may hold paths, and stands in the terminal."""
    return f"it went wrong inside Fissure ({type(error).__name__}); the terminal in which it runs says how"


def _full(waiting: int) -> str:
    if waiting == 1:
        return "a question waits already; ask again when it is done"
    return f"{waiting} questions wait already; ask again when one of them is done"
