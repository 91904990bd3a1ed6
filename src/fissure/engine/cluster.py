"""Histories made by the workers of a dask cluster, which may come and go.

Each worker is asked what it makes members with; one whose bytes could differ gets nothing to do. The others are sent
the task once, then a few items at a time, and send back what is finished, which is kept here. The item of a worker that
is lost is made again by another one. Nothing is kept on the cluster.
"""

import hashlib
import logging
import re
import time
import warnings
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Any

from fissure.engine import remote, runner
from fissure.engine.plan import Plan
from fissure.engine.provenance import MACHINE, MadeWith
from fissure.engine.runner import Failure, Item, Made, Of, Stop, Task, Threads, Workers, first_line, never
from fissure.errors import ClusterError, FissureError

MISSING = "a cluster needs dask, which is not installed: pip install 'fissure[cluster]'"
CONNECT = 10.0
"""Seconds in which a scheduler must answer."""
LOOK = 1.0
"""Seconds between looks at who is there."""
PATIENCE = 20.0
"""Seconds in which a finished block must arrive before it is looked whether its worker is still there."""
LOSSES = 5
"""A block that this many workers were lost or failed over is given up."""
LOCAL = re.compile(r"local(?::([1-9]\d{0,3}))?")
ADDRESS = re.compile(rf"{LOCAL.pattern}|[a-z]+://\S+|(?s:.*)\.json")


class ClusterWarning(UserWarning):
    """A warning to the user of a cluster: workers left out, nobody there, another kind of machine."""


@dataclass
class _Worker:
    """A worker: its threads, what it makes members with or why it cannot tell, what it was given."""

    threads: int
    versions: Mapping[str, str] | None
    fault: str
    given: set[str] = field(default_factory=set)


class Cluster:
    """The workers of the dask scheduler at an address; a context manager, which connects when it is first needed.

    Args:
        address: `tcp://HOST:PORT` or another address of dask, the path of a scheduler file (`.json`), or `local` or
            `local:N` for N workers (one for each core) on this machine, which are started and stopped with it.

    Raises `FissureError` for an address that is none and where dask is not installed; when it connects, where no
    scheduler answers.
    """

    def __init__(self, address: str):
        if not isinstance(address, str) or not ADDRESS.fullmatch(address):
            raise ClusterError(
                f"found the cluster {address!r}, expected local, local:N, the address of a dask scheduler such as "
                "tcp://HOST:8786, or its scheduler file (.json)"
            )
        try:
            import cloudpickle
            import distributed
        except ImportError:
            raise ClusterError(MISSING) from None
        self.address = address
        self._dask, self._pickle = distributed, cloudpickle
        self._client: Any = None
        self._own: Any = None
        self._known: dict[str, _Worker] = {}
        self._looked = float("-inf")
        self._warned: set[str] = set()

    def __enter__(self) -> "Cluster":
        self._log = logging.getLogger("distributed")
        self._level = self._log.level
        self._log.setLevel(logging.CRITICAL)  # a worker that is lost is no news: its blocks are made again
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        for held in (self._client, self._own):
            if held is not None:
                with suppress(Exception):
                    held.close(timeout=CONNECT)
        self._client = self._own = None
        self._log.setLevel(self._level)

    # --- What a run asks of it: see `runner.Workers`

    def settle(self, plan: Plan, begun: MadeWith | None) -> Plan:
        """`plan` for the machine that its folder was begun on, else for one like this, else for what most workers are.

        Raises `FissureError` where no worker has the version, model, libraries and settings of `plan`.
        """
        self._look()
        while not self._known:
            self._warn("no worker has joined yet; waiting for one, Ctrl-C stops")
            time.sleep(LOOK)
            self._look()
        asked = remote.asked_by(plan)
        able = [
            w.versions
            for w in self._known.values()
            if w.versions is not None and not _unlike(w.versions, asked, MACHINE)
        ]
        if not able:
            raise ClusterError(f"{self.address}: no worker there can make this run: {self._faults(asked, MACHINE)}")
        machines = Counter(tuple(versions[name] for name in MACHINE) for versions in able)
        wanted = [made.described() for made in (begun, plan.made_with) if made is not None]
        preferred = [tuple(versions[name] for name in MACHINE) for versions in wanted]
        chosen = next((one for one in preferred if one in machines), machines.most_common(1)[0][0])
        machine: dict[str, Any] = dict(zip(MACHINE, chosen, strict=True))
        if preferred and chosen not in preferred:
            self._warn(
                "no worker has a processor like this machine's: the run becomes one of theirs "
                f"({machine['device']}), and goes on only on such machines"
            )
        return replace(plan, made_with=replace(plan.made_with, **machine))

    def prepare(self, task: Task) -> None:
        """Compile on all workers that are there, at once; those that come later do when they get their first item."""
        self._look()
        for _, made in self.each(task, _compile, [None] * max(len(self._known), 1)):
            if isinstance(made, Failure):
                raise ClusterError(made.reason)

    # --- Handing out

    def each(
        self, task: Of, function: Callable[[Of, Item], Made], items: Sequence[Item], stop: Stop = never
    ) -> Generator[tuple[Item, Made | Failure]]:
        """`function(task, item)` of each of `items`, in any order, on workers that its plan can be made with.

        The task goes to each worker once. A `FissureError` is a failure of the item; anything else, and a lost worker,
        moves the item to another one, and it has failed after `LOSSES` of them.
        """
        parcel = _Parcel(remote.asked_by(task.plan), self._pickle.dumps(task))
        todo, going, tries = deque(range(len(items))), dict[Any, tuple[int, str]](), _Tries(self.address)
        try:
            while (todo and not stop()) or going:
                fit = self._fit(parcel)
                for future in [f for f, (_, address) in going.items() if address not in fit]:
                    future.cancel(force=True)
                    index, address = going.pop(future)
                    if gone := tries.again(index, address, "it was lost"):
                        yield items[index], gone
                    else:
                        todo.appendleft(index)
                load = Counter(address for _, address in going.values())
                while todo and not stop() and (free := _next(fit, load, tries.of[todo[0]])):
                    index = todo.popleft()
                    going[self._submit(parcel, function, items[index], free)] = index, free
                    load[free] += 1
                for future in self._done(going):
                    index, address = going[future]
                    found = self._fetched(future, address)
                    if found is None:
                        continue
                    del going[future]
                    if isinstance(found, tuple):
                        yield items[index], found[0]
                    elif found.alone:
                        yield items[index], found
                    elif gone := tries.again(index, address, found.reason):
                        yield items[index], gone
                    else:
                        todo.appendleft(index)
        finally:
            if going and self._client is not None:
                with suppress(Exception):
                    self._client.cancel(list(going), force=True)

    def _submit(self, parcel: "_Parcel", function: Callable[..., Any], item: Any, address: str) -> Any:
        call = self._pickle.dumps((function, item))
        return self._client.submit(_maker(), parcel.token, call, workers=[address], pure=False)

    def _done(self, going: Mapping[Any, tuple[int, str]]) -> list[Any]:
        """Those that are finished, failed or lost; waits for the first no longer than till the next look."""
        if not going:
            time.sleep(LOOK)
        elif not any(future.done() for future in going):
            with suppress(TimeoutError, CancelledError), self._client.as_current():
                self._dask.wait(list(going), timeout=LOOK, return_when="FIRST_COMPLETED")
        return [future for future in going if future.done()]

    def _fetched(self, future: Any, address: str) -> tuple[Any] | Failure | None:
        """The result of a future that is done, or why there is none; None where it has not arrived yet.

        A failure that is not the item's own (`alone` is false) may be the worker's.
        """
        failed = future.status == "error"
        try:
            return (future.result(timeout=PATIENCE),)
        except FissureError as error:
            return Failure(str(error))
        except (CancelledError, remote.Unknown, self._dask.scheduler.KilledWorker):
            self._known.pop(address, None)  # if it is there, it is greeted anew
            self._looked = float("-inf")
            return Failure("it was lost", alone=False)
        except Exception as error:
            if isinstance(error, TimeoutError) and not failed:
                self._looked = float("-inf")  # is the worker that has it still there?
                return None
            return Failure(f"{type(error).__name__}: {first_line(error)}", alone=False)

    # --- Who is there

    def _fit(self, parcel: "_Parcel") -> dict[str, int]:
        """Threads of each worker, by address, that answers as it must and has been given what to work on."""
        self._look()
        fit = {address: w for address, w in self._known.items() if w.versions == parcel.asked}
        lacking = [address for address, w in fit.items() if parcel.token not in w.given]
        if lacking:
            found = self._client.run(remote.give, parcel.token, parcel.payload, workers=lacking, on_error="return")
            for address in lacking:
                if found.get(address, False) is None:
                    fit[address].given.add(parcel.token)
        if len(fit) < len(self._known):
            self._warn(f"workers are left out, as their results could differ: {self._faults(parcel.asked)}")
        if not fit:
            self._warn("no worker is there now; waiting for one, Ctrl-C stops and keeps what is finished")
        return {address: w.threads for address, w in fit.items() if parcel.token in w.given}

    def _look(self) -> None:
        """See who has come and who has gone, and greet those who are new."""
        client = self._connected()
        if time.monotonic() - self._looked < LOOK and self._known:
            return
        while client.status == "connecting":  # dask tries again for as long as it was given to connect
            time.sleep(0.1)
        there = client.scheduler_info(n_workers=-1)["workers"] if client.status == "running" else {}
        if client.status != "running":
            raise ClusterError(
                f"{self.address}: the scheduler has gone; what was finished is kept, ask for it again to go on"
            )
        self._looked = time.monotonic()
        self._known = {address: w for address, w in self._known.items() if address in there}
        new = [address for address in there if address not in self._known]
        found = client.run(remote.greet, workers=new, on_error="return") if new else {}
        for address, answer in found.items():
            if isinstance(answer, OSError):  # gone again, or not yet there: greeted at the next look
                continue
            fault = "" if isinstance(answer, dict) else f"{type(answer).__name__}: {first_line(answer)}"
            self._known[address] = _Worker(there[address]["nthreads"], None if fault else answer, fault)

    def _faults(self, asked: Mapping[str, str], but: Collection[str] = ()) -> str:
        """Why workers cannot do what is asked, in words, with one of those for which it holds."""
        whose: dict[str, list[str]] = {}
        for address, w in self._known.items():
            if fault := w.fault or _unlike(w.versions or {}, asked, but):
                whose.setdefault(fault, []).append(address)
        more = {fault: f" and {len(who) - 1} more" if len(who) > 1 else "" for fault, who in whose.items()}
        return "; ".join(f"{fault} ({who[0]}{more[fault]})" for fault, who in whose.items())

    def _warn(self, said: str) -> None:
        if said not in self._warned:
            self._warned.add(said)
            warnings.warn(f"{self.address}: {said}", ClusterWarning, stacklevel=2)

    def _connected(self) -> Any:
        """The client of dask. Raises `FissureError` where no scheduler answers."""
        if self._client is not None:
            return self._client
        where: dict[str, Any] = {"address": self.address}
        if local := LOCAL.fullmatch(self.address):
            where["address"] = self._own = _local(int(local[1] or runner.cores()))
        elif self.address.endswith(".json"):
            where = {"scheduler_file": self.address}
            if not Path(self.address).is_file():
                raise ClusterError(f"{self.address}: there is no such scheduler file")
        try:
            self._client = self._dask.Client(**where, timeout=CONNECT, set_as_default=False)
        except (OSError, TimeoutError, ValueError, TypeError, RuntimeError) as error:
            raise ClusterError(f"{self.address}: no dask scheduler answers there ({first_line(error)})") from None
        return self._client


@dataclass(frozen=True)
class _Tries:
    """The workers that were lost or failed over each item, by its number."""

    cluster: str
    of: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))

    def again(self, index: int, address: str, reason: str) -> Failure | None:
        """None where the item is to be tried again; why it has failed after `LOSSES`."""
        self.of[index].append(address)
        if len(self.of[index]) < LOSSES:
            return None
        return Failure(
            f"{self.cluster}: {LOSSES} workers in turn could not do one and the same part of the work (of the "
            f"last: {reason}); have they memory enough?",
            alone=False,
        )


@dataclass(frozen=True)
class _Parcel:
    """The work that each worker is given, and the answer to `greet` that it must give."""

    asked: Mapping[str, str]
    payload: bytes

    @cached_property
    def token(self) -> str:
        return hashlib.sha256(self.payload).hexdigest()[:20]


@contextmanager
def workers_of(cluster: str | None, threads: int | None = None) -> Iterator[Workers]:
    """The workers of the cluster at an address, connected meanwhile; threads of this process where there is none."""
    if cluster is None:
        yield Threads(runner.threads_for(threads))
        return
    with Cluster(cluster) as workers:
        yield workers


def _compile(task: Task, _: None) -> None:
    task.prepare()


def _maker() -> Callable[[str, bytes], Any]:
    """`remote.make`, in a form that the scheduler, which reads all that it passes on, can read without Fissure."""

    def make(token: str, call: bytes) -> Any:
        from fissure.engine.remote import make

        return make(token, call)

    return make


def _local(count: int) -> Any:
    """So many workers of one thread each, reached through loopback alone, without a dashboard."""
    from distributed import LocalCluster

    threads = max(runner.cores() // count, 1)
    return LocalCluster(
        n_workers=count, threads_per_worker=1, processes=True, host="127.0.0.1", memory_limit=None,
        scheduler_kwargs={"dashboard": False, "dashboard_address": "127.0.0.1:0"},
        silence_logs=logging.CRITICAL, env={"NPROC": str(threads)},
        preload=["import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"],  # Ctrl-C is for who runs them
    )  # fmt: skip


def _next(fit: Mapping[str, int], load: Counter[str], tried: Collection[str]) -> str | None:
    """The worker with least to do for its threads, and at most one thing waiting; others before `tried`."""
    free = [address for address, threads in fit.items() if load[address] <= threads]
    return min(free, key=lambda address: (address in tried, load[address] / fit[address]), default=None)


def _unlike(there: Mapping[str, str], asked: Mapping[str, str], but: Collection[str] = ()) -> str:
    """The differences of `there` from `asked`, in words."""
    names = [name for name in asked if there.get(name) != asked[name] and name not in but]
    return ", ".join(f"{name} {there.get(name) or 'nothing'} there, {asked[name] or 'nothing'} asked" for name in names)
