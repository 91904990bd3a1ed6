"""Many members: drawn from the prior, simulated by one compiled program, kept block by block."""

import os
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Generator, Hashable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import jax
import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case, load_case
from fissure.engine.blocks import Block, missing
from fissure.engine.cache import cache_base, enable_compile_cache
from fissure.engine.dataset import coordinates_of, variables_of
from fissure.engine.draws import Draws, Prior
from fissure.engine.events import kinds_told, sparse
from fissure.engine.made_with import MACHINE
from fissure.engine.plan import MOST_MEMBERS, Plan, plan_of, whole
from fissure.engine.progress import Interrupted, Progress, Silent
from fissure.engine.random import seed_words
from fissure.engine.simulate import simulate_block
from fissure.engine.store import DESCRIPTION, Store, check_folder, check_room, open_store, writing
from fissure.errors import FissureError
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.parameters import Declared
from fissure.model.world import world_of

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 8
"""Members in one file, or as many as one call makes where those are more."""
MOST_THREADS = 16
SHRUNK = 0.5
"""Bytes on disk for each byte recorded (measured at full scale: 0.45)."""

Records = dict[str, NDArray[Any]]
Part = Callable[[list[int]], Records]
Finished = Generator[tuple[tuple[int, int], Records], None, None]


@dataclass(frozen=True)
class Timing:
    """A run took: seconds to compile and to simulate, nanoseconds a fighter-week (0 if all was there)."""

    compile: float = 0.0
    run: float = 0.0
    ns: float = 0.0
    members: int = 0
    """Members simulated now; the others were there already."""


@dataclass(frozen=True, eq=False)
class Run:
    """The first `members` members of the run that `folder` holds."""

    folder: Path
    plan: Plan
    members: int
    timing: Timing = Timing()

    @cached_property
    def data(self) -> xr.Dataset:
        """All records, with dimensions (member, week, ...) and units; each is read from disk when it is used.

        A variable is read anew each time it is used, so that memory stays flat: `.load()` what you use often.
        """
        store = open_store(self.folder)
        names = [n for n, v in store.description["variables"].items() if v["dims"][1] == "week"]
        variables = {name: store.variable(name, self.members) for name in names}
        dims = tuple(dict.fromkeys(str(d) for v in variables.values() for d in v.dims))
        coordinates = {"member": np.arange(self.members), **store.coordinates(dims)}
        return xr.Dataset(variables, coordinates, dict(store.description["attributes"]))

    @cached_property
    def parameters(self) -> xr.DataArray:
        """The parameters of each member, `float64` of shape (member, parameter), with a coordinate `unit`."""
        store = open_store(self.folder)
        names = store.coordinates(("parameter",))
        units = ("parameter", np.array(store.description["parameter_units"]))
        coordinates = {"member": np.arange(self.members), **names, "unit": units}
        return xr.DataArray(store.variable("parameters", self.members), coordinates, name="parameters").load()

    @cached_property
    def events(self) -> "pd.DataFrame":
        """What happened to whom, where, and how much: columns member, week, kind, district, bloc, size.

        See `engine.events.table`.
        """
        return open_store(self.folder).events(self.members)


def run(
    case: str | Path | Case,
    *,
    members: int,
    seed: int = 1,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    off: Iterable[str] = (),
    out: str | Path | None = None,
    block: int | None = None,
    width: int | None = None,
    threads: int | None = None,
    draws: Draws | None = None,
    outputs: Iterable[str] = (),
    progress: Progress | None = None,
) -> Run:
    """Simulate `members` members of a case, or read back those that are there already.

    Args:
        case: the name of a case, its folder, or a loaded case.
        members: how many members, from 1 to 1,000,000; a run can be extended later.
        seed: the seed of all random numbers, from 0 to 2^64 - 1.
        weeks, units, slots: the case's own sizes where not given.
        off: names of mechanisms to switch off.
        out: the folder to keep the run in; a folder in the user's cache, named by the plan, where not given.
        block, threads: members in a file, and calls at a time; no result depends on them.
        width: members in a call; part of the plan, see `plan.standard_width`.
        draws: where members get their parameters; the prior of the case where not given.
        outputs: names of the outputs to keep; all where none is named.
        progress: is told how far the run is.

    Raises `FissureError` for bad input, a folder that holds something else, or a full disk, and `Interrupted`
    on Ctrl-C; what was finished is kept, and the same call goes on from there. A run that another machine (but
    the same versions and settings) has finished is read back; one that it has begun is refused.
    """
    whole("members", members, 1, MOST_MEMBERS)
    case = case if isinstance(case, Case) else load_case(case)
    parameters = parameters_of(case)
    draws = draws or Prior()
    plan = plan_of(
        case, parameters, seed=seed, weeks=weeks, units=units, slots=slots, off=off, width=width,
        draws=draws.digest, outputs=outputs,
    )  # fmt: skip
    block = max(BLOCK, plan.width) if block is None else block
    whole("block", block, 1, MOST_MEMBERS)
    folder = cache_base() / "runs" / plan.folder_name if out is None else Path(out)
    job = _Job(case, parameters, plan, draws, threads_for(threads), progress or Silent())
    described = job.description()
    if (there := _finished_elsewhere(folder, plan, int(members))) is not None:
        return there
    check_folder(folder, described)
    kept = Store(folder, described).blocks()
    check_room(folder, job.bytes_of(sum(b - a for a, b in missing(kept, members, members))))
    with writing(folder, described) as store:
        timing = job.complete(store, int(members), block)
    return Run(folder, plan, int(members), timing)


def planned(
    case: Case,
    *,
    seed: int = 1,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    off: Iterable[str] = (),
    draws: Draws | None = None,
) -> Plan:
    """The plan that `run` would follow, its `key` and `folder_name`. Raises `FissureError` for bad input."""
    digest = (draws or Prior()).digest
    return plan_of(case, parameters_of(case), seed=seed, weeks=weeks, units=units, slots=slots, off=off, draws=digest)


def open_run(folder: str | Path) -> Run:
    """The run that `folder` holds, as far as it is finished. Raises `FissureError` if there is none."""
    store = open_store(Path(folder))
    members = store.members()
    if not members:
        raise FissureError(f"{folder}: no member of this run is finished")
    return Run(Path(folder), Plan.of(store.description["plan"]), members)


def _finished_elsewhere(folder: Path, plan: Plan, members: int) -> Run | None:
    """The run in `folder` if another machine, and nothing else of the plan, has made all of `members`.

    No machine goes on with what another began, as the last bits of their members may differ.
    """
    if not (folder / DESCRIPTION).is_file():
        return None
    store = open_store(folder)
    told, asked = store.description["plan"], plan.described()
    if told == asked or _elsewhere(told) != _elsewhere(asked):
        return None
    if missing(store.blocks(), members, members) or store.members() < members:
        return None
    return Run(folder, Plan.of(told), members)


def _elsewhere(told: Mapping[str, Any]) -> dict[str, Any]:
    """A plan as `run.json` tells it, without the machine."""
    return {**told, "made with": {k: v for k, v in dict(told.get("made with", {})).items() if k not in MACHINE}}


def threads_for(asked: int | None) -> int:
    """Calls at a time: on a CPU one for each core, on a GPU one.

    Measured at full scale on 2 cores (width 4): one call at a time, XLA spreading each over both cores, 16.5
    ns a fighter-week; two at a time 13.2 ns. The results are the same bytes.
    """
    if asked is not None:
        whole("threads", asked, 1, 1024)
        return asked
    if jax.default_backend() != "cpu":
        return 1
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_THREADS)


@dataclass(frozen=True, eq=False)
class _Job:
    """A run being made."""

    case: Case
    parameters: list[Declared]
    plan: Plan
    draws: Draws
    threads: int
    progress: Progress

    def description(self) -> dict[str, Any]:
        """What `run.json` says."""
        plan, names = self.plan, [p.name for p in self.parameters]
        kind = "posterior" if plan.draws else "prior"
        own = {
            "dims": ["member", "parameter"],
            "dtype": "float64",
            "units": "see unit",
            "long_name": "Parameters",
        }
        return {
            "about": f"A run of Fissure {plan.version}: {self.case.title}, {kind} ensemble, seed {plan.seed}, "
            f"{plan.weeks} weeks, {plan.units} units of {plan.slots} fighter slots.",
            "attributes": {
                "case": self.case.name,
                "title": self.case.title,
                **({"until": self.draws.until.isoformat()} if self.draws.until else {}),
            },
            "plan": plan.described(),
            "coordinates": {**coordinates_of(self.case, plan.weeks), "parameter": names},
            "parameter_units": [p.unit for p in self.parameters],
            "variables": {**variables_of(plan.outputs), "parameters": own},
            "events": kinds_told(),
        }

    def bytes_of(self, members: int) -> int:
        """About how many bytes that many members take on disk."""
        told = self.description()
        size = {name: len(labels) for name, labels in told["coordinates"].items()}
        cells = sum(
            np.prod([size[d] for d in v["dims"][1:]]) * np.dtype(v["dtype"]).itemsize
            for v in told["variables"].values()
        )
        return int(members * SHRUNK * cells)

    def complete(self, store: Store, members: int, block: int) -> Timing:
        """Simulate and keep the members that `store` lacks."""
        todo = missing(store.sound_blocks(repair=True), members, block)
        if not todo:
            return Timing()
        try:
            self.progress.phase("compiling")
            began = time.perf_counter()
            part = self._compiled()
            compiled = time.perf_counter() - began
            self.progress.phase("simulating")
            return self._simulate(store, part, todo, members, compiled)
        except KeyboardInterrupt:
            kept = members - sum(b - a for a, b in missing(store.blocks(), members, block))
            raise Interrupted(
                f"stopped with {kept} of {members} members kept in {store.folder}, ask for it again to go on"
            ) from None
        finally:
            self.progress.finish()

    def _simulate(self, store: Store, part: Part, todo: list[tuple[int, int]], members: int, compiled: float) -> Timing:
        total = sum(stop - start for start, stop in todo)
        began, done = time.perf_counter(), 0
        with closing(self._in_order(part, todo)) as finished:
            for (start, stop), records in finished:
                store.write(Block.at(store.blocks_folder, start, stop), records)
                done += stop - start
                seconds = time.perf_counter() - began
                ns = seconds * 1e9 / (done * self.plan.fighter_weeks)
                self.progress.advance(members - total + done, members, seconds, ns)
        return Timing(compiled, seconds, ns, total)

    def _in_order(self, part: Part, todo: list[tuple[int, int]]) -> Finished:
        """Records of each range in turn; only a few are ever ahead, so memory does not grow with members."""
        ahead = self.threads + self.threads * self.plan.width // max(todo[0][1] - todo[0][0], 1)
        with ThreadPoolExecutor(self.threads) as pool:
            waiting: deque[tuple[tuple[int, int], list[Future[Records]]]] = deque()
            try:
                for span in todo:
                    calls = [list(range(a, min(a + self.plan.width, span[1]))) for a in range(*span, self.plan.width)]
                    waiting.append((span, [pool.submit(part, call) for call in calls]))
                    if len(waiting) > ahead:
                        yield _joined(*waiting.popleft())
                while waiting:
                    yield _joined(*waiting.popleft())
            finally:
                pool.shutdown(wait=True, cancel_futures=True)

    def _compiled(self) -> Part:
        """The records of up to `width` members, by one program; fewer are filled up with the last."""
        plan, names = self.plan, [p.name for p in self.parameters]

        world, seed = world_of(self.case, plan.units, plan.slots), seed_words(plan.seed)

        def inputs(members: list[int]) -> tuple[tuple[Any, ...], NDArray[np.float64]]:
            filled = members + members[-1:] * (self.plan.width - len(members))
            values = prior_values(self.parameters, self.draws.normals(plan.seed, filled, names))
            models = build(self.parameters, values, plan.off)
            past = self.draws.past(plan.seed, filled)
            return (models, jnp.asarray(filled, jnp.int32), world, seed, past), values

        enable_compile_cache()
        program = program_for(plan, inputs([0])[0])

        def part(members: list[int]) -> Records:
            given, values = inputs(members)
            found: Mapping[str, Any] = {**program(*given), "parameters": values}
            return sparse({name: np.asarray(array)[: len(members)] for name, array in found.items()}, members)

        return part


_programs: OrderedDict[Hashable, Callable[..., Any]] = OrderedDict()


def program_for(plan: Plan, example: tuple[Any, ...]) -> Callable[..., Any]:
    """The program for arguments like those of `example`; the last few stay, by the shapes they were compiled for."""
    leaves, tree = jax.tree.flatten(example)
    key = (plan.weeks, plan.width, plan.made_with, tree, tuple(jax.typeof(x) for x in leaves))
    if key not in _programs:
        _programs[key] = simulate_block.lower(*example, weeks=plan.weeks, width=plan.width).compile()
        if len(_programs) > 4:
            _programs.popitem(last=False)
    return _programs[key]


def _joined(span: tuple[int, int], calls: list[Future[Records]]) -> tuple[tuple[int, int], Records]:
    parts = [call.result() for call in calls]
    return span, {name: np.concatenate([p[name] for p in parts]) for name in parts[0]}
