"""Many members: drawn from the prior, simulated by one compiled program, kept block by block."""

import threading
import time
import warnings
from collections.abc import Callable, Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case, load_case
from fissure.engine.kernel import Kernel, Records
from fissure.engine.parameter_source import Draws, Prior
from fissure.engine.plan import MOST_MEMBERS, Plan, plan_of, whole
from fissure.engine.programs import enable_compile_cache, program_for
from fissure.engine.progress import Progress, Silent
from fissure.engine.provenance import MACHINE
from fissure.engine.records import coordinates_of, event_arrays, event_kinds, variables_of
from fissure.engine.runner import FailedHistories, Failure, Threads, Workers, each_alone, spread, threads_for
from fissure.engine.store import DESCRIPTION, Block, Store, check_folder, encode, missing, open_store, writing
from fissure.engine.study_folder import Origin
from fissure.errors import RunError, StoppedError
from fissure.files import JsonObject, cache_base, check_room, disk_errors, holds
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import Declared
from fissure.model.world import world_of

if TYPE_CHECKING:
    import pandas as pd

BLOCK = 8
"""Members in one file, or as many as one call makes where those are more."""
SHRUNK = 0.5
"""Bytes on disk for each byte recorded (measured at full scale: 0.45)."""


Span = tuple[int, int]
"""Members from the first to the second number, the second exclusive."""
_compiling = threading.Lock()


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
    """The first `asked` members of the run that `folder` holds, but for those that `failed`, by number, with why."""

    folder: Path
    plan: Plan
    asked: int
    timing: Timing = Timing()
    failed: Mapping[int, str] = field(default_factory=dict)

    @cached_property
    def numbers(self) -> NDArray[np.int64]:
        """(members,) the numbers of the members that are there."""
        return np.array([member for member in range(self.asked) if member not in self.failed], np.int64)

    @property
    def members(self) -> int:
        """The number of members that are there."""
        return len(self.numbers)

    def require_all(self) -> None:
        """Raise `FissureError` where members failed, for work that needs every one of them."""
        if self.failed:
            member, why = next(iter(self.failed.items()))
            raise RunError(
                f"{self.folder}: {len(self.failed)} of {self.asked} histories failed (history {member}: {why}); what "
                "was finished is kept, ask for it again to try them again"
            )

    @cached_property
    def data(self) -> xr.Dataset:
        """All records, with dimensions (member, week, ...) and units; each is read from disk when it is used.

        A variable is read anew each time it is used, so that memory stays flat: `.load()` what you use often.
        """
        store = open_store(self.folder)
        names = [n for n, v in store.description["variables"].items() if v["dims"][1] == "week"]
        variables = {name: store.variable(name, self.numbers) for name in names}
        dims = tuple(dict.fromkeys(str(d) for v in variables.values() for d in v.dims))
        coordinates = {"member": self.numbers, **store.coordinates(dims)}
        return _with_text(xr.Dataset(variables, coordinates, dict(store.description["attributes"])))

    @cached_property
    def parameters(self) -> xr.DataArray:
        """The parameters of each member, `float64` of shape (member, parameter), with a coordinate `unit`."""
        store = open_store(self.folder)
        names = store.coordinates(("parameter",))
        units = ("parameter", np.array(store.description["parameter_units"]))
        coordinates = {"member": self.numbers, **names, "unit": units}
        return _with_text(
            xr.DataArray(store.variable("parameters", self.numbers), coordinates, name="parameters").load()
        )

    @cached_property
    def events(self) -> "pd.DataFrame":
        """Events, with the people, place and size of each: columns member, week, kind, district, bloc, size.

        See `engine.store.event_table`. Raises `FissureError` where it has none, see `has_events`.
        """
        return open_store(self.folder).events(self.asked)

    @property
    def has_events(self) -> bool:
        """False where chosen outputs alone are kept."""
        return bool(open_store(self.folder).description["events"])


_Labelled = TypeVar("_Labelled", xr.Dataset, xr.DataArray)


def _with_text(labelled: _Labelled) -> _Labelled:
    """`labelled`, whose labels are written as text of any length: Zarr has no standard for text of a fixed one."""
    for coordinate in labelled.coords.values():
        if coordinate.dtype.kind == "U":
            coordinate.encoding["dtype"] = object
    return labelled


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
    home: Path | None = None,
    block: int | None = None,
    width: int | None = None,
    threads: int | None = None,
    draws: Draws | None = None,
    outputs: Iterable[str] = (),
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> Run:
    """Simulate `members` members of a case, or read back those that are there already.

    Args:
        case: the name of a case, its folder, or a loaded case.
        members: how many members, from 1 to 1,000,000; a run can be extended later.
        seed: the seed of all random numbers, from 0 to 2^64 - 1.
        weeks, units, slots: the case's own sizes where not given.
        off: names of mechanisms to switch off.
        out: the folder to keep the run in; where not given, a folder in `home`, named by the plan.
        home: the folder of runs; one in the user's cache where not given.
        block, threads: members in a file, and calls at a time; no result depends on them.
        width: members in a call; part of the plan, see `plan.standard_width`.
        draws: where members get their parameters; the prior of the case where not given.
        outputs: names of the outputs to keep, alone and without events; all, and events, where none is named.
        progress: shows how far the run is.
        workers: who makes the members; `threads` of this process where not given. See `cluster.workers_of`.

    A member that cannot be made is left out, with its reason in `Run.failed` and a `FailedHistories` warning; asked
    again, it is tried again.

    Raises `FissureError` for bad input, a folder that holds something else, or a full disk, and `StoppedError`
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
    folder = (home or cache_base() / "runs") / plan.folder_name if out is None else Path(out)
    workers = workers or Threads(threads_for(threads))
    if (finished := _finished_elsewhere(folder, plan, int(members))) is not None:
        return finished
    if missing(Store(folder, {}).blocks(), members, members):
        there = (folder / DESCRIPTION).is_file()
        plan = workers.settle(plan, Plan.of(open_store(folder).description["plan"]).made_with if there else None)
    job = _Job(parameters, EnsembleTask(case, plan, draws), workers, progress or Silent())
    described = job.description()
    check_folder(folder, described)
    kept = Store(folder, described).blocks()
    check_room(folder, job.bytes_of(sum(b - a for a, b in missing(kept, members, members))))
    with writing(folder, described) as store:
        with disk_errors(folder, 1 << 16):
            Origin.of(case, folder).keep(folder)
        timing = job.complete(store, int(members), block)
        failed = {member: why for member, why in store.failed().items() if member < members}
    return Run(folder, plan, int(members), timing, failed)


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
    failed = {member: why for member, why in store.failed().items() if member < members}
    if len(failed) == members:
        raise RunError(f"{folder}: no member of this run is finished")
    return Run(Path(folder), Plan.of(store.description["plan"]), members, failed=failed)


def _finished_elsewhere(folder: Path, plan: Plan, members: int) -> Run | None:
    """The run in `folder` if another machine, and nothing else of the plan, has made all of `members`.

    No machine goes on with what another began, as the last bits of their members may differ.
    """
    if not (folder / DESCRIPTION).is_file():
        return None
    store = open_store(folder)
    stored, asked = store.description["plan"], plan.described()
    if stored == asked or _elsewhere(stored) != _elsewhere(asked):
        return None
    if missing(store.blocks(), members, members) or store.members() < members:
        return None
    return Run(folder, Plan.of(stored), members)


def _elsewhere(plan: Mapping[str, Any]) -> JsonObject:
    """A plan as `run.json` tells it, without the machine."""
    return {**plan, "made with": {k: v for k, v in dict(plan.get("made with", {})).items() if k not in MACHINE}}


@dataclass(frozen=True, eq=False)
class EnsembleTask:
    """All that a block of a run is made from."""

    case: Case
    plan: Plan
    draws: Draws

    @cached_property
    def _kernel(self) -> Kernel:
        plan, world = self.plan, world_of(self.case, self.plan.units, self.plan.slots)
        return Kernel(parameters_of(self.case), world, plan.seed, plan.width, self.draws, plan.off, plan.outputs)

    @cached_property
    def _program(self) -> Callable[..., Any]:
        enable_compile_cache()
        return program_for(self.plan, self._kernel.arguments([0])[0])

    def prepare(self) -> None:
        """Compile."""
        with _compiling:
            self._program  # noqa: B018

    def part(self, members: list[int]) -> Records:
        """The records of up to `plan.width` members, whichever they are, by one program."""
        self.prepare()
        given, values = self._kernel.arguments(members)
        return self._kernel.records(self._program(*given), values, members)

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        """The recorded variables, by name: `dims`, `dtype`, `units`, `long_name`."""
        own = {"dims": ["member", "parameter"], "dtype": "float64", "units": "see unit", "long_name": "Parameters"}
        return {**variables_of(self.plan.outputs), "parameters": own}

    def block(self, span: Span) -> bytes:
        """The file of the block of these members, made here and now."""
        width = self.plan.width
        parts = spread(self.part, [list(range(a, min(a + width, span[1]))) for a in range(*span, width)])
        records = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        arrays = {
            name: (tuple(v["dims"]), records[name], {"units": v["units"], "long_name": v["long_name"]})
            for name, v in self.variables.items()
        }
        return encode(arrays | event_arrays(records))

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was compiled stays where it is."""
        return {"case": self.case, "plan": self.plan, "draws": self.draws}


@dataclass(frozen=True, eq=False)
class _Job:
    """A run being made."""

    parameters: list[Declared]
    work: EnsembleTask
    workers: Workers
    progress: Progress

    def description(self) -> JsonObject:
        """The contents of `run.json`."""
        case, plan, draws = self.work.case, self.work.plan, self.work.draws
        kind = "posterior" if plan.draws else "prior"
        until = {"until": draws.until.isoformat()} if draws.until else {}
        return {
            "about": f"A run of Fissure {plan.version}: {case.title}, {kind} ensemble, seed {plan.seed}, "
            f"{plan.weeks} weeks, {plan.units} units of {plan.slots} fighter slots.",
            "attributes": {"case": case.name, "title": case.title, **until},
            "plan": plan.described(),
            "coordinates": {**coordinates_of(case, plan.weeks), "parameter": [p.name for p in self.parameters]},
            "parameter_units": [p.unit for p in self.parameters],
            "variables": self.work.variables,
            "events": {} if plan.outputs else event_kinds(),
        }

    def bytes_of(self, members: int) -> int:
        """About how many bytes that many members take on disk."""
        description = self.description()
        size = {name: len(labels) for name, labels in description["coordinates"].items()}
        kept = description["variables"].values()
        cells = sum(np.prod([size[d] for d in v["dims"][1:]]) * np.dtype(v["dtype"]).itemsize for v in kept)
        return int(members * SHRUNK * cells)

    def complete(self, store: Store, members: int, block: int) -> Timing:
        """Simulate and keep the members that `store` lacks; those that failed before are tried again."""
        todo = missing(store.sound_blocks(repair=True), members, block)
        if not todo:
            return Timing()
        try:
            self.progress.phase("compiling")
            began = time.perf_counter()
            self.workers.prepare(self.work)
            compiled = time.perf_counter() - began
            self.progress.phase("simulating")
            return self._simulate(store, todo, members, compiled)
        except KeyboardInterrupt:
            kept = members - sum(b - a for a, b in missing(store.blocks(), members, block))
            raise StoppedError(
                f"stopped with {kept} of {members} members kept in {store.folder}, ask for it again to go on"
            ) from None
        finally:
            self.progress.finish()

    def _simulate(self, store: Store, todo: list[Span], members: int, compiled: float) -> Timing:
        total, width = sum(stop - start for start, stop in todo), self.work.plan.fighter_weeks
        began, done, seconds, ns = time.perf_counter(), 0, 0.0, 0.0
        failed = {m: why for m, why in store.failed().items() if not any(a <= m < b for a, b in todo)}
        before = len(failed)
        alone = each_alone(
            self.workers, self.work, EnsembleTask.block, todo, lambda span: [(m, m + 1) for m in range(*span)]
        )
        with closing(alone) as finished:
            for (start, stop), data in finished:
                if not isinstance(data, Failure) and not holds(data):
                    data = Failure("its records arrived damaged")
                if isinstance(data, Failure):
                    failed |= dict.fromkeys(range(start, stop), data.reason)
                    store.keep_failed(failed)
                    continue
                store.write(Block.at(store.blocks_folder, start, stop), data)
                done += stop - start
                seconds = time.perf_counter() - began
                ns = seconds * 1e9 / (done * width)
                self.progress.advance(members - total + done, members, seconds, ns)
        store.keep_failed(failed)
        if len(failed) > before:
            member, why = list(failed.items())[before]
            if not done:
                raise RunError(f"{store.folder}: no history could be made ({why})")
            message = f"{len(failed) - before} of {members} histories failed and are left out (history {member}: {why})"
            warnings.warn(f"{store.folder}: {message}", FailedHistories, stacklevel=2)
        return Timing(compiled, seconds, ns, done)
