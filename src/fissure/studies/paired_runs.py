"""Paired runs: many scenarios, the same people and the same luck (common random numbers).

A study asks for members in scenarios. One compiled program serves all, since switches, parameters and the world are
data; runs of any member and scenario go side by side in one call. What is measured of a run is a few numbers (and, if
asked for, a few series by week), kept as soon as a call ends, so that a study goes on where it was stopped; a run that
cannot be made is named with its reason beside all that can. See `measured` for what lies on disk.
"""

import hashlib
import time
import warnings
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypedDict, Unpack

import jax.numpy as jnp
import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.cases.room import half_of
from fissure.engine import ensemble
from fissure.engine.packing import unpack
from fissure.engine.parameter_source import Draws, Prior
from fissure.engine.plan import Plan
from fissure.engine.programs import enable_compile_cache, program_for
from fissure.engine.progress import Progress, Silent
from fissure.engine.provenance import STUDY, code_digest
from fissure.engine.random import seed_words
from fissure.engine.records import dataset_of
from fissure.engine.runner import FailedHistories, Failure, Threads, Workers, each_alone, threads_for
from fissure.engine.simulate import Later
from fissure.errors import ArgumentError, StoppedError
from fissure.model.catalogue import build, parameters_of, prior_values
from fissure.model.parameters import Declared
from fissure.model.week import Model
from fissure.model.world import World, world_of
from fissure.studies.measured import MeasuredRuns
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import Outcome
from fissure.studies.scenario import Scenario, held_normals, moved_values, moved_world, week_of

Weekly = Mapping[str, Callable[[xr.Dataset], Floats]]
"""Series by name: from a run to (members, weeks)."""
Job = tuple[Scenario, int]
"""A scenario and a member."""
Call = list[Job]
"""Runs that go side by side."""


class Rows(NamedTuple):
    """Measurements of a call: (runs, numbers), (runs, series, weeks), and the seconds that it took."""

    numbers: Floats
    weekly: Floats
    seconds: float


class RunOptions(TypedDict, total=False):
    """Options that all studies of paired runs take."""

    draws: Draws | None
    """The source of members' parameters; the prior of the case where not given."""
    seed: int
    """Of all random numbers, 1 where not given; the same seed gives the same numbers, however often it is stopped."""
    weeks: int | None
    units: int | None
    slots: int | None
    """Sizes; those of the case where not given."""
    progress: Progress | None
    """Shows how far the study is."""
    workers: Workers | None
    """They simulate; threads of this process where not given. See `cluster.workers_of`."""


def planned(case: Case, *, quick: bool = False, **options: Unpack[RunOptions]) -> Plan:
    """The plan of runs with nothing changed; `quick` halves the units. Raises `FissureError` for bad input."""
    units, slots, weeks = options.get("units"), options.get("slots"), options.get("weeks")
    units = half_of(case.blocs, case.units) if quick and units is None else units
    draws, seed = options.get("draws"), options.get("seed", 1)
    return ensemble.planned(case, seed=seed, weeks=weeks, units=units, slots=slots, draws=draws)


@dataclass(frozen=True, eq=False)
class PairedTask(ABC):
    """Simulates calls; a study says what is measured of them (`measure`) and which runs may share one (`together`)."""

    case: Case
    plan: Plan
    draws: Draws
    code: ClassVar[tuple[str, ...]] = ("fissure.studies.paired_runs", "fissure.engine.records")
    """The modules on which, with all that they import, the measured numbers depend beside the plan."""
    changes_later: ClassVar[bool] = True
    """True where scenarios may begin later than the run: calls then say what holds later, so that one program serves
    all, and for what holds from the start that is what held before."""

    @cached_property
    def parameters(self) -> list[Declared]:
        """The parameters of the case, in order."""
        return parameters_of(self.case)

    @cached_property
    def world(self) -> World:
        """The world as it is."""
        return world_of(self.case, self.plan.units, self.plan.slots)

    def prepare(self) -> None:
        """Compile."""
        enable_compile_cache()
        program_for(self.plan, self.arguments([(Scenario(), 0)]))

    def together(self, job: Job) -> Hashable:
        """Equal for runs that may go side by side: those of one world."""
        forced = tuple(move for move in job[0].moves if move.is_of_world)
        return job[0].since, forced

    @abstractmethod
    def measure(self, call: Call) -> Rows:
        """Run one call and measure it."""

    def records(self, call: Call) -> dict[str, NDArray[Any]]:
        """Records of the runs of `call`, `plan.width` at most: each array (runs, weeks, ...)."""
        arguments = self.arguments(call)
        found = program_for(self.plan, arguments)(*arguments)
        return {n: array[: len(call)] for n, array in unpack(found, self.world, self.plan.outputs).items()}

    def values(self, call: Call) -> NDArray[np.float64]:
        """(runs, parameters) values before anything is moved; what a scenario holds is held."""
        z = self.draws.normals(self.plan.seed, [member for _, member in call], [p.name for p in self.parameters])
        z = np.stack([held_normals(own, one.moves, self.parameters) for own, (one, _) in zip(z, call, strict=True)])
        return prior_values(self.parameters, z)

    def moved(self, call: Call) -> NDArray[np.float64]:
        """(runs, parameters) values as the scenarios have them."""
        plain = self.values(call)
        return np.stack([moved_values(plain[i], one.moves, self.parameters) for i, (one, _) in enumerate(call)])

    def arguments(self, call: Call) -> tuple[Any, ...]:
        """Of the program; a call with fewer runs than its width is filled up with the last."""
        filled = [*call, *[call[-1]] * (self.plan.width - len(call))]
        scenario, members = filled[0][0], [member for _, member in filled]
        after = _switched(build(self.parameters, self.moved(filled)), [one.off for one, _ in filled])
        world, seed = moved_world(self.world, scenario.moves), seed_words(self.plan.seed)
        past, numbers = self.draws.past(self.plan.seed, members), jnp.asarray(members, jnp.int32)
        if not self.changes_later:
            return after, numbers, world, seed, past
        since = week_of(scenario.since, self.case, self.plan.weeks)
        before = after if since is None else build(self.parameters, self.values(filled))
        first = world if since is None else self.world
        return before, numbers, first, seed, past, Later(after, world, jnp.int32(since or 0))

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was compiled or made stays where it is."""
        return {f.name: getattr(self, f.name) for f in fields(self)}


@dataclass(frozen=True, eq=False)
class OutcomeTask(PairedTask):
    """Measures outcomes, one number a run each, and series by week."""

    outcomes: tuple[Outcome, ...]
    weekly: Weekly

    def measure(self, call: Call) -> Rows:
        """Run one call and measure it."""
        began = time.perf_counter()
        data = dataset_of(self.records(call), [member for _, member in call], self.case)
        numbers = np.stack([outcome(data) for outcome in self.outcomes], axis=1)
        weekly = np.zeros((len(call), len(self.weekly), self.plan.weeks), np.float64)
        for at, read in enumerate(self.weekly.values()):
            weekly[:, at] = read(data)
        return Rows(numbers, weekly, time.perf_counter() - began)


@dataclass(frozen=True, eq=False)
class PairedRuns:
    """Runs of a task, measured and kept below `folder`; those of another plan, code or measure lie beside them."""

    task: PairedTask
    folder: Path
    names: tuple[str, ...]
    """Of what is measured, so that other measures start anew."""
    workers: Workers
    progress: Progress
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    """Of simulating now, by key of the scenario, added over processors."""

    @classmethod
    def of(
        cls,
        case: Case,
        outcomes: Sequence[Outcome],
        folder: Path,
        weekly: Weekly | None = None,
        **options: Unpack[RunOptions],
    ) -> "PairedRuns":
        """Runs of `case`, of which outcomes and series are measured. Raises `FissureError` for what cannot be run."""
        draws, workers = options.get("draws") or Prior(), options.get("workers") or Threads(threads_for(None))
        plan = workers.settle(planned(case, **options), None)
        task = OutcomeTask(case, plan, draws, tuple(outcomes), weekly or {})
        return cls(
            task, folder, (*(o.name for o in outcomes), "", *task.weekly), workers, options.get("progress") or Silent()
        )

    @property
    def plan(self) -> Plan:
        """The plan of the runs with nothing changed."""
        return self.task.plan

    @property
    def draws(self) -> Draws:
        """The source that members are drawn from."""
        return self.task.draws

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """Outcomes that are measured; of a task that measures outcomes."""
        return self.task.outcomes if isinstance(self.task, OutcomeTask) else ()

    @property
    def weekly(self) -> tuple[str, ...]:
        """Names of the series that are measured."""
        return tuple(self.task.weekly) if isinstance(self.task, OutcomeTask) else ()

    @cached_property
    def own_folder(self) -> Path:
        """The folder of what was measured of these very runs."""
        key = [self.plan.key, *self.names, code_digest(*self.task.code, boundary=STUDY)]
        return self.folder / hashlib.sha256("\0".join(key).encode()).hexdigest()[:20]

    @cached_property
    def kept(self) -> MeasuredRuns:
        """Measurements so far, by key of the scenario and member."""
        return MeasuredRuns(self.own_folder)

    def measure(self, jobs: Iterable[Job], phase: str = "simulating", progress: Progress | None = None) -> None:
        """Run what is not kept yet of `jobs`; a run that fails is named in `kept.failed`, and in a warning.

        `progress` shows how far it is, instead of that of these runs. Raises `StoppedError` on Ctrl-C; what was
        measured stays. Raises `FissureError` where not one run can be made.
        """
        todo, progress = [job for job in dict.fromkeys(jobs) if not self.has(job)], progress or self.progress
        if not todo:
            return
        try:
            progress.phase("compiling")
            self.workers.prepare(self.task)
            progress.phase(phase)
            done, failed = self._run(todo, progress)
        except KeyboardInterrupt:
            raise StoppedError(
                f"stopped with {len(self.kept)} runs kept in {self.folder}; ask for it again to go on"
            ) from None
        finally:
            progress.finish()
        self.kept.keep_failed(failed)
        if failed:
            (_, member), why = next(iter(failed.items()))
            if not done:
                raise ArgumentError(f"{self.folder}: not one run could be made ({why})")
            message = f"{len(failed)} of {len(todo)} runs failed and are left out (history {member}: {why})"
            warnings.warn(f"{self.folder}: {message}", FailedHistories, stacklevel=2)

    def _run(self, todo: Sequence[Job], progress: Progress) -> tuple[int, dict[tuple[str, int], str]]:
        """The number of `todo` that are done, and why others failed; on an error what was under way is kept."""
        stopped: BaseException | None = None
        done, failed, width = 0, dict[tuple[str, int], str](), self.plan.width
        groups: dict[Hashable, list[Job]] = defaultdict(list)
        for job in todo:
            groups[self.task.together(job)].append(job)
        calls = [jobs[a : a + width] for jobs in groups.values() for a in range(0, len(jobs), width)]
        began = time.perf_counter()
        measured = each_alone(
            self.workers, self.task, type(self.task).measure, calls,
            lambda call: [[job] for job in call], lambda: stopped is not None,
        )  # fmt: skip
        with closing(measured) as finished:
            for call, rows in finished:
                runs = [(scenario.key, member) for scenario, member in call]
                if isinstance(rows, Failure):
                    failed |= dict.fromkeys(runs, rows.reason)
                    continue
                self.kept.keep(runs, rows.numbers, rows.weekly)
                self.seconds[call[0][0].key] += rows.seconds
                done += len(call)
                passed = time.perf_counter() - began
                try:
                    progress.advance(done, len(todo), passed, passed * 1e9 / (done * self.plan.fighter_weeks))
                except BaseException as error:
                    stopped = stopped or error
        if stopped is not None:
            raise stopped
        return done, failed

    def has(self, job: Job) -> bool:
        """True for a run that was measured."""
        return (job[0].key, job[1]) in self.kept

    def finished(self, scenarios: Iterable[Scenario], members: Iterable[int]) -> list[int]:
        """Those of `members` that were measured in every one of `scenarios`; pairs are whole or left out."""
        each = list(dict.fromkeys(scenarios))
        return [member for member in members if all(self.has((scenario, member)) for scenario in each)]

    def require(self, jobs: Iterable[Job]) -> None:
        """Raise `FissureError` where one of `jobs` was not measured, for a study that needs every run."""
        for scenario, member in jobs:
            if not self.has((scenario, member)):
                why = self.kept.failed.get((scenario.key, member), "it was not made")
                raise ArgumentError(
                    f"{self.folder}: {len(self.kept.failed)} runs failed (history {member}, {scenario}: {why}); what "
                    "was measured is kept, ask for it again to try them again"
                )

    def values(self, scenario: Scenario, members: Iterable[int]) -> Floats:
        """(members, outcomes) of runs that were measured."""
        return np.stack([self.kept[scenario.key, member].outcomes for member in members])

    def series(self, scenario: Scenario, members: Iterable[int]) -> dict[str, Floats]:
        """(members, weeks) of each series of runs that were measured."""
        found = np.stack([self.kept[scenario.key, member].weekly for member in members], axis=1)
        return dict(zip(self.weekly, found, strict=True))


def _switched(models: Model, off: Sequence[tuple[str, ...]]) -> Model:
    """`models` of several runs, in each of which the mechanisms that `off` says for it are switched off."""
    on = {name: jnp.asarray([float(name not in own) for own in off], jnp.float32) for name in models.mechanisms}
    mechanisms = {name: replace(mechanism, on=on[name]) for name, mechanism in models.mechanisms.items()}
    return replace(models, mechanisms=mechanisms)
