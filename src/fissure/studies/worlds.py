"""Many worlds, the same people and the same luck: runs that differ in nothing but their scenario.

A study asks for members in scenarios. One compiled program serves all, since switches, parameters and the world are
data; runs of any member and scenario go side by side in one call. What is measured of a run is a few numbers (and, if
asked for, a few series by week), kept as soon as a call ends, so that a study goes on where it was stopped:

    FOLDER/KEY/3f2a....-4.npz     four runs; KEY: of plan and measures, so that a changed model or measure starts anew

Each file is sealed (`engine.seals`): what is read back is what was measured.
"""

import hashlib
import io
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Mapping, MutableMapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.cache import enable_compile_cache
from fissure.engine.dataset import dataset_of
from fissure.engine.parameter_source import Draws, Prior
from fissure.engine.plan import Plan, plan_of
from fissure.engine.programs import program_for
from fissure.engine.progress import Interrupted, Progress, Silent
from fissure.engine.provenance import STUDY, code_digest
from fissure.engine.random import seed_words
from fissure.engine.seals import Damaged, DamagedBlock, sealed, unsealed
from fissure.engine.simulate import Later
from fissure.engine.workers import threads_for
from fissure.files import disk_errors, write_whole
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.parameters import Declared
from fissure.model.week import Model
from fissure.model.world import World, world_of
from fissure.studies.counterpart import Floats
from fissure.studies.outcomes import Outcome
from fissure.studies.scenario import Scenario, moved_values, moved_world, week_of

Weekly = Mapping[str, Callable[[xr.Dataset], Floats]]
"""Series by name: from a run to (members, weeks)."""
Job = tuple[Scenario, int]
"""A scenario and a member."""
MEASURING = ("fissure.studies.worlds", "fissure.studies.outcomes", "fissure.engine.dataset")
"""The modules here on which, with all that they import, the measured numbers depend."""


@dataclass(frozen=True)
class Measured:
    """What is kept of one run: `outcomes` (outcomes,), `weekly` (series, weeks)."""

    outcomes: Floats
    weekly: Floats


@dataclass(frozen=True, eq=False)
class Worlds:
    """Runs of `case` under `plan`, of which `outcomes` and `weekly` are measured and kept in `folder`."""

    case: Case
    plan: Plan
    outcomes: tuple[Outcome, ...]
    folder: Path
    weekly: Weekly = field(default_factory=dict)
    draws: Draws = field(default_factory=Prior)
    threads: int | None = None
    progress: Progress = field(default_factory=Silent)

    @classmethod
    def of(
        cls,
        case: Case,
        outcomes: Sequence[Outcome],
        folder: Path,
        *,
        draws: Draws | None = None,
        seed: int = 1,
        weeks: int | None = None,
        units: int | None = None,
        slots: int | None = None,
        weekly: Weekly | None = None,
        progress: Progress | None = None,
    ) -> "Worlds":
        """Worlds of `case`; sizes not given are the case's. Raises `FissureError` for what cannot be run."""
        draws = draws or Prior()
        plan = plan_of(case, parameters_of(case), seed=seed, weeks=weeks, units=units, slots=slots, draws=draws.digest)
        return cls(case, plan, tuple(outcomes), folder, weekly or {}, draws, None, progress or Silent())

    @cached_property
    def parameters(self) -> list[Declared]:
        """The parameters of the case, in order."""
        return parameters_of(self.case)

    @cached_property
    def world(self) -> World:
        """The world as it is."""
        return world_of(self.case, self.plan.units, self.plan.slots)

    @cached_property
    def own_folder(self) -> Path:
        """Where what was measured of these very runs lies."""
        told = [self.plan.key, *(o.name for o in self.outcomes), "", *self.weekly]
        told.append(code_digest(*MEASURING, boundary=STUDY))
        return self.folder / hashlib.sha256("\0".join(told).encode()).hexdigest()[:20]

    @cached_property
    def kept(self) -> MutableMapping[tuple[str, int], Measured]:
        """What was measured so far, by key of the scenario and member.

        A damaged file is named in a `DamagedBlock` warning and taken away, so that its runs are measured again.
        """
        found: dict[tuple[str, int], Measured] = {}
        for path in sorted(self.own_folder.glob("*.npz")):
            try:
                found |= self._read(path)
            except Damaged:
                message = f"{path}: these runs are damaged and are simulated again"
                warnings.warn(message, DamagedBlock, stacklevel=2)
                path.unlink(missing_ok=True)
        return found

    def measure(self, jobs: Iterable[Job], phase: str = "simulating") -> None:
        """Run what is not kept yet of `jobs`. Raises `Interrupted` on Ctrl-C; what was measured stays."""
        todo = [job for job in dict.fromkeys(jobs) if (job[0].key, job[1]) not in self.kept]
        if not todo:
            return
        calls = self._calls(todo)
        try:
            enable_compile_cache()
            self.progress.phase("compiling")
            self._program(self._inputs(calls[0]))
            self.progress.phase(phase)
            began, done = time.perf_counter(), 0
            with closing(self._run(calls)) as finished:
                for call, measured in finished:
                    self.kept.update(measured)
                    done += len(call)
                    passed = time.perf_counter() - began
                    self.progress.advance(done, len(todo), passed, passed * 1e9 / (done * self.plan.fighter_weeks))
        except KeyboardInterrupt:
            raise Interrupted(
                f"stopped with {len(self.kept)} runs kept in {self.folder}; ask for it again to go on"
            ) from None
        finally:
            self.progress.finish()

    def values(self, scenario: Scenario, members: Iterable[int]) -> Floats:
        """(members, outcomes) of runs that were measured."""
        return np.stack([self.kept[scenario.key, member].outcomes for member in members])

    def series(self, scenario: Scenario, members: Iterable[int]) -> dict[str, Floats]:
        """(members, weeks) of each series of runs that were measured."""
        found = np.stack([self.kept[scenario.key, member].weekly for member in members], axis=1)
        return dict(zip(self.weekly, found, strict=True))

    def _calls(self, todo: Sequence[Job]) -> list[list[Job]]:
        """Runs that go side by side: those of one world, `plan.width` at a time."""
        by_world: dict[object, list[Job]] = defaultdict(list)
        for job in todo:
            forced = tuple(move for move in job[0].moves if move.name.startswith("forcing."))
            by_world[job[0].since, forced].append(job)
        width = self.plan.width
        return [jobs[a : a + width] for jobs in by_world.values() for a in range(0, len(jobs), width)]

    def _run(self, calls: Sequence[list[Job]]) -> Generator[tuple[list[Job], dict[tuple[str, int], Measured]]]:
        pool = ThreadPoolExecutor(threads_for(self.threads))
        try:
            going = {pool.submit(self._one, call): call for call in calls}
            for job in as_completed(going):
                yield going.pop(job), job.result()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _one(self, call: list[Job]) -> dict[tuple[str, int], Measured]:
        """Run one call, measure it, keep the numbers."""
        inputs = self._inputs(call)
        found = self._program(inputs)(*inputs)
        records = {name: np.asarray(array)[: len(call)] for name, array in found.items()}
        data = dataset_of(records, [member for _, member in call], self.case)
        outcomes = np.stack([outcome(data) for outcome in self.outcomes], axis=1)
        weekly = np.zeros((len(call), len(self.weekly), self.plan.weeks), np.float64)
        for at, read in enumerate(self.weekly.values()):
            weekly[:, at] = read(data)
        self._write(call, outcomes, weekly)
        return {
            (scenario.key, member): Measured(*row)
            for (scenario, member), *row in zip(call, outcomes, weekly, strict=True)
        }

    def _inputs(self, call: Sequence[Job]) -> tuple[Any, ...]:
        """Arguments of the program; a call with fewer runs than its width is filled up with the last.

        Every call says what holds later, so that all runs come from one program: for what holds from the start it is
        what held before.
        """
        filled = [*call, *[call[-1]] * (self.plan.width - len(call))]
        members = [member for _, member in filled]
        scenario = filled[0][0]
        since = week_of(scenario.since, self.case, self.plan.weeks)
        z = self.draws.normals(self.plan.seed, members, [p.name for p in self.parameters])
        plain = prior_values(self.parameters, z)
        moved = np.stack([moved_values(plain[i], s.moves, self.parameters) for i, (s, _) in enumerate(filled)])
        after = _switched(build(self.parameters, moved), [s.off for s, _ in filled])
        world = moved_world(self.world, scenario.moves)
        before = after if since is None else build(self.parameters, plain)
        first = world if since is None else self.world
        later = Later(after, world, jnp.int32(since or 0))
        past = self.draws.past(self.plan.seed, members)
        return before, jnp.asarray(members, jnp.int32), first, seed_words(self.plan.seed), past, later

    def _program(self, inputs: tuple[Any, ...]) -> Callable[..., Any]:
        return program_for(self.plan, inputs)

    def _write(self, call: Sequence[Job], outcomes: Floats, weekly: Floats) -> Path:
        told = [f"{scenario.key}-{member}" for scenario, member in call]
        name = hashlib.sha256(" ".join(told).encode()).hexdigest()[:20]
        held = io.BytesIO()
        np.savez_compressed(held, runs=np.array(told), outcomes=outcomes, weekly=weekly)
        with disk_errors(self.folder, 1 << 20):
            self.own_folder.mkdir(parents=True, exist_ok=True)
            path = self.own_folder / f"{name}-{len(call)}.npz"
            write_whole(path, sealed(held.getvalue()))
        return path

    def _read(self, path: Path) -> dict[tuple[str, int], Measured]:
        with np.load(io.BytesIO(unsealed(path))) as file:
            runs, outcomes, weekly = file["runs"], file["outcomes"], file["weekly"]
        keys = [str(run).rsplit("-", 1) for run in runs]
        return {(key, int(member)): Measured(*row) for (key, member), *row in zip(keys, outcomes, weekly, strict=True)}


def _switched(models: Model, off: Sequence[tuple[str, ...]]) -> Model:
    """`models` of several runs, in each of which the mechanisms that `off` says for it are switched off."""
    on = {name: jnp.asarray([float(name not in own) for own in off], jnp.float32) for name in models.mechanisms}
    mechanisms = {name: replace(mechanism, on=on[name]) for name, mechanism in models.mechanisms.items()}
    return replace(models, mechanisms=mechanisms)
