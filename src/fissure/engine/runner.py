"""The makers of histories: threads of this process (`Threads`) or the workers of a cluster (`cluster.Cluster`).

All that is simulated goes through `each_alone`: an ensemble, paired runs, checks, sensitivity. A *task* is what all
items of it share, such as a case and a plan; an *item* names some histories. No byte of what is made depends on who
makes it, as long as versions, settings and the kind of processor are those of the plan. What cannot be made is a
`Failure` with its reason, beside all that could be.
"""

import os
import threading
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, Protocol, TypeVar

import jax

from fissure.engine.plan import Plan, whole
from fissure.engine.provenance import MadeWith
from fissure.errors import FissureError

MOST_THREADS = 16


class Task(Protocol):
    """The part that the items of some work share. It can be pickled: whoever gets it makes the same bytes."""

    @property
    def plan(self) -> Plan:
        """Says which machines may make it."""

    def prepare(self) -> None:
        """Compile. Raises `FissureError` where the task cannot be done here."""


@dataclass(frozen=True)
class Failure:
    """Why an item could not be made; `alone` is whether its parts are worth trying one by one."""

    reason: str
    alone: bool = True


class FailedHistories(UserWarning):
    """Histories that could not be made are left out; the text says how many, and why."""


Of = TypeVar("Of", bound=Task)
Item = TypeVar("Item")
Made = TypeVar("Made")


Stop = Callable[[], bool]
"""True where nothing more is to begin."""


def never() -> bool:
    """No."""
    return False


class Workers(Protocol):
    """Makes items of a task."""

    def settle(self, plan: Plan, begun: MadeWith | None) -> Plan:
        """`plan` as it will be made here, on which kind of machine; `begun` is what its folder was begun with."""

    def prepare(self, task: Task) -> None:
        """Get ready: compile. Raises `FissureError` where the task cannot be done."""

    def each(
        self, task: Of, function: Callable[[Of, Item], Made], items: Sequence[Item], stop: Stop = never
    ) -> Generator[tuple[Item, Made | Failure]]:
        """`function(task, item)` of each item, in any order, each as soon as it is there; only a few are ever held.

        Once `stop` says so nothing more is begun, and what is under way comes.
        """


def each_alone(
    workers: Workers,
    task: Of,
    function: Callable[[Of, Item], Made],
    items: Sequence[Item],
    parts: Callable[[Item], Sequence[Item]],
    stop: Stop = never,
) -> Generator[tuple[Item, Made | Failure]]:
    """`workers.each`, with the `parts` of an item that failed tried one by one, so that one history fails alone."""
    again: list[Item] = []
    with closing(workers.each(task, function, items, stop)) as first:
        for item, made in first:
            if isinstance(made, Failure) and made.alone and len(own := parts(item)) > 1:
                again += own
            else:
                yield item, made
    if again and not stop():
        with closing(workers.each(task, function, again, stop)) as second:
            yield from second


_here = threading.local()


@dataclass(frozen=True)
class Threads:
    """Makes items in this process, `count` calls at a time."""

    count: int

    def settle(self, plan: Plan, begun: MadeWith | None) -> Plan:
        """`plan`: it is this process that it was made for."""
        return plan

    def prepare(self, task: Task) -> None:
        """Compile."""
        task.prepare()

    def each(
        self, task: Of, function: Callable[[Of, Item], Made], items: Sequence[Item], stop: Stop = never
    ) -> Generator[tuple[Item, Made | Failure]]:
        """The items as they are finished; only a few are ever ahead, so memory does not grow with their number."""
        calls = ThreadPoolExecutor(self.count)
        pool = ThreadPoolExecutor(self.count, initializer=lambda: setattr(_here, "calls", calls))
        todo = iter(items)
        going: dict[Future[Made | Failure], Item] = {}

        def begin(some: Iterable[Item]) -> None:
            for item in some:
                going[pool.submit(_tried, function, task, item)] = item

        try:
            begin(islice(todo, 2 * self.count))
            while going:
                for done in wait(going, return_when=FIRST_COMPLETED).done:
                    item = going.pop(done)
                    begin(islice(todo, 0 if stop() else 1))
                    yield item, done.result()
        finally:
            for one in (pool, calls):
                one.shutdown(wait=True, cancel_futures=True)


def spread(call: Callable[[Item], Made], items: Sequence[Item]) -> list[Made]:
    """`call` of each of `items`, in order: side by side where threads of this process make them, else in turn."""
    calls: ThreadPoolExecutor | None = getattr(_here, "calls", None)
    return list(map(call, items) if calls is None or len(items) == 1 else calls.map(call, items))


def _tried(function: Callable[[Any, Any], Made], task: Any, item: Any) -> Made | Failure:
    try:
        return function(task, item)
    except FissureError as error:
        return Failure(str(error))
    except Exception as error:  # whatever ends a call, the others go on
        return Failure(f"{type(error).__name__}: {first_line(error)}")


def first_line(error: BaseException) -> str:
    """The message of an exception, in one line."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def threads_for(asked: int | None) -> int:
    """Calls at a time: on a CPU one for each core, on a GPU one.

    On 2 cores (full scale, width 4) two calls at a time took 0.8 times as long as one after another with XLA spreading
    each over both cores. The results are the same bytes.
    """
    if asked is not None:
        whole("threads", asked, 1, 1024)
        return asked
    return min(cores(), MOST_THREADS) if jax.default_backend() == "cpu" else 1


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
