"""Work that takes longer than a click: one job at a time, a short queue, and what each has found so far.

A job has an id that says what is asked, so that the same thing asked twice is computed once. It is told of its
progress by the work itself (`Telling` is a `Progress`), shows results that get better as it goes, and stops at the
next step when it is cancelled.
"""

import itertools
import logging
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fissure.errors import FissureError

State = Literal["waiting", "running", "done", "cancelled", "failed"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")
REMEMBERED = 64
"""Jobs that have ended and are still told of."""

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
    created: float = field(default_factory=time.time)

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""
        return self.state in ENDED


Work = Callable[["Telling"], Any]
"""What a job does; returns its result."""


class Telling:
    """What the work of a job tells it with: a `Progress`, and `show` for results that are not final yet.

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
        if not self._jobs._told(self._id, self._turn, changes):
            raise CancelledError("cancelled")


class Jobs:
    """The queue and its one worker, a thread that ends with the process."""

    def __init__(self, waiting: int = 8) -> None:
        self._most = waiting
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: deque[tuple[str, int, Work]] = deque()
        self._turns: dict[str, int] = {}
        """Which asking of a job its `Job` tells of: one that was cancelled may still be on its way to its next step
        when the same is asked again."""
        self._numbers = itertools.count()
        self._off: set[int] = set()
        self._held = threading.Condition()
        self._worker: threading.Thread | None = None
        self._working = False
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether the server is stopping: nothing more will come."""
        return self._stopping

    def submit(
        self, id: str, kind: str, title: str, asked: Mapping[str, Any], work: Work, *, anew: bool = False
    ) -> Job:
        """Queue a job, or return the one with that `id` that waits, runs or is done.

        One that is done is done `anew` where its caller says that what it made is gone. Raises `BusyError` where
        the queue is full or the server is stopping.
        """
        with self._held:
            self._recover()
            known = self._jobs.get(id)
            over: tuple[State, ...] = ENDED if anew else ("cancelled", "failed")
            if known is not None and known.state not in over and self._turns[id] not in self._off:
                return known
            if self._stopping:
                raise BusyError("the server is stopping; ask again when it is back")
            if len(self._queue) >= self._most:
                raise BusyError(_full(len(self._queue)))
            self._start()  # first: what nobody could work on must not wait
            job = Job(id, kind, title, dict(asked), version=known.version + 1 if known else 0)
            self._jobs[id] = job
            self._jobs.move_to_end(id)
            self._turns[id] = next(self._numbers)
            self._queue.append((id, self._turns[id], work))
            self._forget()
            self._held.notify_all()
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
        """How many others come before it."""
        with self._held:
            queued = [one for one, _, _ in self._queue]
            return int(self._working) + queued.index(id) if id in queued else 0

    def cancel(self, id: str) -> Job | None:
        """Cancel it: at once if it waits, at its next step if it runs. What was computed is kept by who computed it."""
        with self._held:
            self._recover()
            job = self._jobs.get(id)
            if job is None or job.ended:
                return job
            if job.state == "waiting":
                self._queue = deque(one for one in self._queue if one[0] != id)
                self._set(id, state="cancelled")
            else:
                self._off.add(self._turns[id])
                self._set(id, phase="stopping", left=None)
            return self._jobs[id]

    def stop(self, patience: float = 20.0) -> None:
        """Cancel everything and wait for the worker to come to its next step."""
        with self._held:
            self._stopping = True
            for id in list(self._jobs):
                self.cancel(id)
            worker = self._worker
            self._held.notify_all()
        if worker is not None and worker is not threading.current_thread():
            worker.join(patience)

    def _start(self) -> None:
        if self._worker is not None and self._worker.is_alive():
            return
        worker = threading.Thread(target=self._serve, name="fissure-jobs", daemon=True)
        try:
            worker.start()
        except RuntimeError:  # no memory, or too many processes of the user
            raise BusyError("this machine can begin no more work just now; ask again in a moment") from None
        self._worker = worker

    def _recover(self) -> None:
        """Where the worker has died, say so of what it was doing, and let another go on with what waits."""
        if self._worker is None or self._worker.is_alive() or self._stopping:
            return
        self._working, self._worker = False, None
        queued = {id for id, _, _ in self._queue}
        for id, job in list(self._jobs.items()):
            if not job.ended and id not in queued:
                self._off.discard(self._turns[id])
                self._set(id, state="failed", phase="", left=None, error=DIED)
        if self._queue:
            with suppress(BusyError):  # the next who asks tries again
                self._start()

    def _serve(self) -> None:
        while True:
            with self._held:
                while not self._queue and not self._stopping:
                    self._held.wait()
                if self._stopping:
                    return
                id, turn, work = self._queue.popleft()
                self._working = True
                self._set(id, state="running")
            self._do(id, turn, work)

    def _do(self, id: str, turn: int, work: Work) -> None:
        try:
            result = work(Telling(self, id, turn))
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
            self._working = False
            if self._turns.get(id) == turn:
                self._set(id, phase="", left=None, **changes)

    def _told(self, id: str, turn: int, changes: Mapping[str, Any]) -> bool:
        """Note what the work tells; False where nobody waits for it any more."""
        with self._held:
            current, wanted = self._turns.get(id) == turn, turn not in self._off
            if current:  # a result that came too late for a cancellation is a result all the same
                self._set(id, **(changes if wanted else {k: v for k, v in changes.items() if k == "result"}))
            return current and wanted

    def _set(self, id: str, **changes: Any) -> None:
        job = self._jobs[id]
        self._jobs[id] = replace(job, version=job.version + 1, **changes)

    def _forget(self) -> None:
        ended = [id for id, job in self._jobs.items() if job.ended]
        for id in ended[: max(len(ended) - REMEMBERED, 0)]:
            del self._jobs[id], self._turns[id]


def wrong_inside(error: BaseException) -> str:
    """What is told of an error that nobody foresaw; its own text may hold paths, and stands in the terminal."""
    return f"it went wrong inside Fissure ({type(error).__name__}); the terminal in which it runs says how"


def _full(waiting: int) -> str:
    if waiting == 1:
        return "a question waits already; ask again when it is done"
    return f"{waiting} questions wait already; ask again when one of them is done"
