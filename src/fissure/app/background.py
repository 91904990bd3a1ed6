"""Work in the background that nobody sees: derived views, and getting ready for what may be asked."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass


class Stopped(Exception):
    """The server is stopping."""


class Worker:
    """The one queue of work in the background that nobody sees, with a thread for what somebody waits for.

    What only gets ready (`spare`) is done by one thread at a time, after all that somebody waits for has begun, so
    that a long one never holds up a view.
    """

    def __init__(self, threads: int = 2) -> None:
        self._most = threads
        self._queue: deque[_Task] = deque()
        self._busy: dict[threading.Thread, _Task] = {}
        self._threads: list[threading.Thread] = []
        self._turn = threading.Condition()
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Whether nothing more will be begun."""
        return self._stopping

    def go_on(self) -> None:
        """Is called between steps that take seconds each. Raises `Stopped` where the server stops."""
        if self._stopping:
            raise Stopped

    def submit(self, key: str, do: Callable[[], object], *, spare: bool = False) -> None:
        """Do it in the background, unless something of that key waits or is being done; what fails is logged."""
        with self._turn:
            self._bury()
            if self._stopping or key in self._keys():
                return
            self._queue.append(_Task(key, do, spare))
            if len(self._threads) < self._most:
                thread = threading.Thread(target=self._serve, name="fissure-background", daemon=True)
                with suppress(RuntimeError):  # no memory, or too many processes: whoever asks again tries again
                    thread.start()
                    self._threads.append(thread)
            self._turn.notify_all()

    def wait(self, key: str, seconds: float) -> None:
        """Wait for at most `seconds` for what has that key."""
        with self._turn:
            self._turn.wait_for(lambda: key not in self._keys(), seconds)

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

    def _keys(self) -> set[str]:
        return {one.key for one in (*self._queue, *self._busy.values())}

    def _bury(self) -> None:
        """Forget threads that have died, and what they were doing: whoever waits for it asks again."""
        self._threads = [one for one in self._threads if one.is_alive()]
        self._busy = {thread: task for thread, task in self._busy.items() if thread.is_alive()}

    def _next(self) -> "_Task | None":
        """What is to be done next; None where nothing may be begun."""
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
            try:
                task.do()
            except Stopped:
                return
            except BaseException:  # one that fails must not take the others with it
                logging.getLogger(__name__).exception("went wrong in the background: %s", task.key)


@dataclass(frozen=True, eq=False)
class _Task:
    key: str
    do: Callable[[], object]
    spare: bool
