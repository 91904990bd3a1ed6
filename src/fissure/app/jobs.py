"""Work that takes longer than a click: one job at a time, a short queue, and what each has found so far.

A job has an id that says what is asked, so that the same thing asked twice is computed once. It is told of its
progress by the work itself (`Telling` is a `Progress`), shows results that get better as it goes, and stops at the
next step when it is cancelled.
"""

import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from fissure.errors import FissureError

State = Literal["waiting", "running", "done", "cancelled", "failed"]
ENDED: tuple[State, ...] = ("done", "cancelled", "failed")
REMEMBERED = 64
"""Jobs that have ended and are still told of."""


class Busy(FissureError):
    """The queue is full; its text says when to ask again."""


class Cancelled(FissureError):
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

    Each raises `Cancelled` once the job is cancelled.
    """

    def __init__(self, jobs: "Jobs", id: str) -> None:
        self._jobs, self._id = jobs, id

    def phase(self, name: str) -> None:
        """A new phase begins."""
        self._tell(phase=name, done=0, total=0, left=None)

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        """`done` of `total` are there after `seconds`."""
        self._tell(done=done, total=total, left=seconds / done * (total - done) if done else None)

    def finish(self) -> None:
        """Nothing more will come of this phase."""

    def show(self, result: Any) -> None:
        """Show a result that is going to get better."""
        self._tell(result=result)

    def _tell(self, **changes: Any) -> None:
        self._jobs._change(self._id, **changes)
        if self._jobs._wanted_off(self._id):
            raise Cancelled("cancelled")


class Jobs:
    """The queue and its one worker, a thread that ends with the process."""

    def __init__(self, waiting: int = 8) -> None:
        self._most = waiting
        self._jobs: OrderedDict[str, Job] = OrderedDict()
        self._queue: deque[tuple[str, Work]] = deque()
        self._off: set[str] = set()
        self._turn = threading.Condition()
        self._worker: threading.Thread | None = None
        self._stopping = False

    def submit(self, id: str, kind: str, title: str, asked: Mapping[str, Any], work: Work) -> Job:
        """Queue a job, or return the one with that `id` that waits, runs or is done.

        Raises `Busy` where the queue is full or the server is stopping.
        """
        with self._turn:
            known = self._jobs.get(id)
            if known is not None and known.state not in ("cancelled", "failed") and id not in self._off:
                return known
            if self._stopping:
                raise Busy("the server is stopping; ask again when it is back")
            if len(self._queue) >= self._most:
                raise Busy(f"{len(self._queue)} questions wait already; ask again when one of them is done")
            job = Job(id, kind, title, dict(asked), version=known.version + 1 if known else 0)
            self._off.discard(id)
            self._jobs[id] = job
            self._jobs.move_to_end(id)
            self._queue.append((id, work))
            self._forget()
            self._start()
            self._turn.notify_all()
            return job

    def get(self, id: str) -> Job | None:
        """The job with that id, if it is still known."""
        with self._turn:
            return self._jobs.get(id)

    def all(self) -> list[Job]:
        """All that are known, oldest first."""
        with self._turn:
            return list(self._jobs.values())

    def ahead(self, id: str) -> int:
        """How many others come before it."""
        with self._turn:
            running = sum(job.state == "running" for job in self._jobs.values())
            queued = [one for one, _ in self._queue]
            return running + queued.index(id) if id in queued else 0

    def cancel(self, id: str) -> Job | None:
        """Cancel it: at once if it waits, at its next step if it runs. What was computed is kept by who computed it."""
        with self._turn:
            job = self._jobs.get(id)
            if job is None or job.ended:
                return job
            if job.state == "waiting":
                self._queue = deque(one for one in self._queue if one[0] != id)
                self._set(id, state="cancelled")
            else:
                self._off.add(id)
                self._set(id, phase="stopping")
            return self._jobs[id]

    def stop(self, patience: float = 20.0) -> None:
        """Cancel everything and wait for the worker to come to its next step."""
        with self._turn:
            self._stopping = True
            for id in list(self._jobs):
                self.cancel(id)
            worker = self._worker
            self._turn.notify_all()
        if worker is not None and worker is not threading.current_thread():
            worker.join(patience)

    def _start(self) -> None:
        if self._worker is None or not self._worker.is_alive():
            self._worker = threading.Thread(target=self._serve, name="fissure-jobs", daemon=True)
            self._worker.start()

    def _serve(self) -> None:
        while True:
            with self._turn:
                while not self._queue and not self._stopping:
                    self._turn.wait()
                if self._stopping:
                    return
                id, work = self._queue.popleft()
                self._set(id, state="running")
            self._do(id, work)

    def _do(self, id: str, work: Work) -> None:
        try:
            result = work(Telling(self, id))
        except Cancelled:
            self._end(id, state="cancelled")
        except FissureError as error:
            self._end(id, state="failed", error=str(error))
        except Exception as error:  # a job must not take the server with it
            self._end(id, state="failed", error=f"it went wrong inside Fissure ({type(error).__name__}: {error})")
        else:
            self._end(id, state="done", result=result)

    def _end(self, id: str, **changes: Any) -> None:
        with self._turn:
            self._off.discard(id)
            self._set(id, phase="", left=None, **changes)

    def _change(self, id: str, **changes: Any) -> None:
        with self._turn:
            self._set(id, **changes)

    def _set(self, id: str, **changes: Any) -> None:
        job = self._jobs[id]
        self._jobs[id] = replace(job, version=job.version + 1, **changes)

    def _wanted_off(self, id: str) -> bool:
        with self._turn:
            return id in self._off

    def _forget(self) -> None:
        ended = [id for id, job in self._jobs.items() if job.ended]
        for id in ended[: max(len(ended) - REMEMBERED, 0)]:
            del self._jobs[id]
