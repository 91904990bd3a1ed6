"""The effect check: does each mechanism move what its sources say, the way they say?

Every check is a paired comparison over members of the prior ensemble. What is measured is kept call by call
(`paired_runs`), so that a study that is stopped goes on where it was.

Members are added, 16 at first and then twice as many, until the interval of a check excludes zero on the expected side
or all members are used. Looking up to three times makes a false "holds" somewhat likelier than the 2.5% of one look.

`fissure check` writes `effects.json` into its folder; `python -m tools.docs.effects FOLDER docs` keeps it with the
reference case, so that pages can show the verdicts without simulating, and writes the page of the docs.
"""

import json
import threading
import time
from collections import OrderedDict, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, fields, replace
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Literal

import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fissure.cases import naming
from fissure.cases.loader import Case
from fissure.engine.parameter_source import Prior
from fissure.engine.plan import MOST_MEMBERS, Plan, whole
from fissure.engine.progress import Progress, Silent
from fissure.engine.provenance import own_digest
from fissure.engine.runner import Threads, Workers, threads_for
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import nearest
from fissure.files import cache_base
from fissure.model.catalogue import GROUPS, known_mechanism, mechanism_classes
from fissure.model.check import Check, Record
from fissure.model.world import World
from fissure.studies import causal, kept_results, paired_runs
from fissure.studies.effective import ENOUGH
from fissure.studies.paired_runs import Call, Job, PairedRuns, PairedTask, Rows
from fissure.studies.scenario import WORLD, Move, Scenario
from fissure.studies.shapley import mean_interval

FIRST, MEMBERS, QUICK = 16, 48, 16
LEVEL = 0.95
KEPT = naming.HOME / naming.REFERENCE / "kept" / "verdicts.json"
FILE = "effects.json"
Verdict = Literal["holds", "not shown", "contrary", "no effect"]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """Result of one check: the mean of the paired differences with its 95% interval (Student's t)."""

    mechanism: str
    group: str
    observable: str
    kind: str
    """The change: ``without it``, or the driver in words."""
    sign: int
    """The sign of the expected movement: -1 or 1."""
    difference: float
    low: float
    high: float
    relative: float
    """The mean difference in per cent of the mean with everything as it is; NaN where that is zero."""
    share: float
    """The share of members that moved the expected way."""
    members: int
    """Members in which it could be measured."""
    verdict: Verdict
    seconds: float = field(default=0.0, compare=False)
    """Time of simulating the changed runs now, added over processors; 0 where they were kept."""

    @property
    def holds(self) -> bool:
        """True where the interval excludes zero on the expected side."""
        return self.verdict == "holds"

    @property
    def emptied(self) -> bool:
        """True where nothing at all is left in any member: the end of what can be seen, and true by construction."""
        return abs(self.relative + 100.0) < 1e-9


@dataclass(frozen=True, eq=False)
class EffectStudy:
    """A finished study: its effects in order of group and mechanism."""

    effects: tuple[Effect, ...]
    plan: Plan
    members: int
    folder: Path
    quick: bool = False

    @property
    def of(self) -> dict[str, list[Effect]]:
        """Effects by mechanism."""
        out: dict[str, list[Effect]] = defaultdict(list)
        for effect in self.effects:
            out[effect.mechanism].append(effect)
        return dict(out)

    @property
    def holds(self) -> bool:
        """True where every check that was asked for holds."""
        return all(effect.holds for effect in self.effects)

    def save(self) -> Path:
        """Write `effects.json` into the study's folder, how it was made and each effect, and return its path."""
        plan = self.plan
        document = {
            "case": plan.case,
            "members": self.members,
            "weeks": plan.weeks,
            "seed": plan.seed,
            "units": plan.units,
            "slots": plan.slots,
            "case digest": plan.case_digest,
            "model digest": own_digest(),
            "quick": self.quick,
            "few_histories": few_of(self.effects) or None,
            "effects": [{k: v for k, v in asdict(one).items() if k != "seconds"} for one in self.effects],
        }
        return kept_results.write(self.folder / FILE, json.dumps(document, indent=1).encode())

    @property
    def summary(self) -> str:
        """Number of mechanisms that do what their sources say, in a sentence."""
        whole_ = sum(all(effect.holds for effect in own) for own in self.of.values())
        checks = sum(effect.holds for effect in self.effects)
        many = "mechanism holds" if len(self.of) == 1 else "mechanisms hold"
        return f"{whole_} of {len(self.of)} {many} ({checks} of {len(self.effects)} checks)."


@dataclass(frozen=True)
class KeptEffects:
    """Effects of a full check that were kept: what they were made with, and whether it was another model."""

    effects: tuple[Effect, ...]
    case: str
    members: int
    weeks: int
    seed: int
    units: int
    slots: int
    quick: bool
    stale: bool


def kept_effects(path: Path = KEPT) -> KeptEffects:
    """The effects that `EffectStudy.save` wrote, those kept with the reference case where no `path` is given."""
    document = json.loads(path.read_text(encoding="utf-8"))
    effects = tuple(Effect(**row) for row in document["effects"])
    made = {name: document[name] for name in ("case", "members", "weeks", "seed", "units", "slots", "quick")}
    return KeptEffects(effects, **made, stale=document.get("model digest") != own_digest())


def verdicts_of(effects: Iterable[Effect]) -> dict[str, list[causal.Verdict]]:
    """Verdicts by mechanism, as the causal picture takes them."""
    out: dict[str, list[causal.Verdict]] = defaultdict(list)
    for one in effects:
        changed = "" if one.kind == "without it" else f" ({one.kind})"
        way = "higher" if one.sign > 0 else "lower"
        out[one.mechanism].append(causal.Verdict(one.observable + changed, way, one.verdict))
    return out


def few_of(effects: Sequence[Effect]) -> str:
    """A warning where `effects` rest on too few members; empty where none does."""
    few = sum(effect.members < ENOUGH for effect in effects)
    if not few:
        return ""
    many = f"{few} of {len(effects)} checks rest" if few > 1 or len(effects) > 1 else "The check rests"
    return (
        f"{many} on fewer than {ENOUGH} members (a check stops where it holds): the ends of an interval are then "
        "rough at best."
    )


def effect_of(mechanism: str, check: Check, changed: Floats, as_it_is: Floats, seconds: float = 0.0) -> Effect:
    """Result of `check` in the measured numbers of both runs, each of shape (members,); NaN where undefined.

    The interval is mean(d) -/+ t s / sqrt(n) over the n finite paired differences d, with n - 1 degrees of freedom.
    """
    found = np.isfinite(changed - as_it_is)
    d, base, n = (changed - as_it_is)[found], as_it_is[found], int(found.sum())
    middle, low, high = map(float, mean_interval(d, LEVEL))
    level = abs(float(base.mean())) if n else 0.0
    verdict: Verdict = "not shown"
    if n and not d.any():
        verdict = "no effect"
    elif low > 0 or high < 0:
        verdict = "holds" if middle * check.sign > 0 else "contrary"
    return Effect(
        mechanism=mechanism,
        group=mechanism_classes()[mechanism].group(),
        observable=check.observable,
        kind=check.driven or "without it",
        sign=check.sign,
        difference=middle,
        low=low,
        high=high,
        relative=100 * middle / level if level else np.nan,
        share=float((d * check.sign > 0).mean()) if n else np.nan,
        members=n,
        verdict=verdict,
        seconds=seconds,
    )


def stages(members: int) -> list[int]:
    """Members that are looked at in turn: 16, 32, 64 ... up to `members`."""
    out = [min(FIRST, members)]
    while out[-1] < members:
        out.append(min(2 * out[-1], members))
    return out


def planned(case: Case, *, weeks: int | None = None, seed: int = 1, quick: bool = False) -> Plan:
    """The plan of the runs with everything on; `quick` halves the units. Raises `FissureError` for bad input."""
    plan = paired_runs.planned(case, weeks=weeks, seed=seed, quick=quick)
    return replace(plan, width=min(plan.width, FIRST))


def check(
    case: Case,
    mechanisms: Iterable[str] = (),
    *,
    members: int = MEMBERS,
    weeks: int | None = None,
    seed: int = 1,
    quick: bool = False,
    out: Path | None = None,
    threads: int | None = None,
    progress: Progress | None = None,
    workers: Workers | None = None,
) -> EffectStudy:
    """Check the effects of `mechanisms`, all where none is named.

    Args:
        case: the loaded case.
        mechanisms: names.
        members: how many at most; a check that holds with fewer stops there.
        weeks: all of the case's where not given.
        seed: of all random numbers; the same seed gives the same numbers, however often it is stopped.
        quick: 16 members at most and half the units: a first look.
        out: the folder to keep what is measured in; one in the user's cache where not given.
        threads: runs at a time; no result depends on it.
        progress: shows how far the study is.
        workers: who simulates; `threads` of this process where not given. See `cluster.workers_of`.

    Raises `FissureError` for bad input or a disk that refuses, and `StoppedError` on Ctrl-C; what was measured is kept.
    """
    asked = set(map(known_mechanism, [mechanisms] if isinstance(mechanisms, str) else mechanisms))
    whole("members", members, 2, MOST_MEMBERS)
    plan = planned(case, weeks=weeks, seed=seed, quick=quick)
    members = min(members, QUICK) if quick else int(members)
    folder = out or cache_base() / "runs" / f"check-{plan.folder_name}"
    workers = workers or Threads(threads_for(threads))
    plan = workers.settle(plan, None)
    runs = PairedRuns(CheckTask(case, plan, Prior()), folder / "measured", (), workers, progress or Silent())
    with keeping(folder, StudyManifest("check", plan, members, changes=tuple(sorted(asked)))):
        return EffectStudy(effects_of(runs, asked or set(mechanism_classes()), members), plan, members, folder, quick)


Number = tuple[str, int]
"""A check: its mechanism and its place among those of the mechanism."""


@dataclass(frozen=True, eq=False)
class CheckTask(PairedTask):
    """Measures all checks that need a scenario: their numbers in the changed runs, then in the runs as they are."""

    code: ClassVar = ("fissure.studies.effects",)
    changes_later: ClassVar[bool] = False

    def together(self, job: Job) -> Hashable:
        """Runs of one scenario, and members side by side in all scenarios, so that their base is run once."""
        return job[1] // self.plan.width, job[0]

    def measure(self, call: Call) -> Rows:
        """Run one call beside its base, and measure it: (runs, 2 x checks)."""
        scenario, as_it_is = call[0][0], self._base(call)
        began = time.perf_counter()
        changed = self.records(call)
        seconds = time.perf_counter() - began
        measures = [_check(number).measure for number in numbered(scenario)]
        numbers = [_one_each(one(run, as_it_is), len(call)) for run in (changed, as_it_is) for one in measures]
        return Rows(np.stack(numbers, axis=1), np.zeros((len(call), 0, 0)), seconds)

    def _base(self, call: Call) -> Record:
        """The records that `call` is compared with; run once where several calls at a time need them."""
        base = [(scenario.base, member) for scenario, member in call]
        key = (base[0][0].key, *(member for _, member in base))
        with self._turn:
            future = self._bases.get(key)
            mine = future is None
            future = self._bases.setdefault(key, Future())
            while len(self._bases) > BASES:
                self._bases.popitem(last=False)
        if mine:
            try:
                future.set_result(self.records(base))
            except BaseException as error:
                future.set_exception(error)
        return future.result()

    @cached_property
    def _turn(self) -> threading.Lock:
        return threading.Lock()

    @cached_property
    def _bases(self) -> OrderedDict[Hashable, "Future[Record]"]:
        return OrderedDict()


BASES = 4
"""Calls with nothing changed whose records stay in memory."""


def effects_of(runs: PairedRuns, mechanisms: Iterable[str], members: int) -> tuple[Effect, ...]:
    """Effects of all checks of `mechanisms`, with as few members as each needs and `members` at most.

    Raises `ValueError` where a check moves what there is not.
    """
    asked = [(name, i) for name in mechanisms for i in range(len(mechanism_classes()[name].checks))]
    for number in asked:
        require_known(scenario_of_check(*number), runs.task)
    found: dict[Number, Effect] = {}
    width = runs.plan.width
    for upto in stages(members):
        open_ = [number for number in asked if number not in found or not found[number].holds]
        scenarios = sorted({scenario_of_check(*number) for number in open_}, key=str)
        spans = [range(a, min(a + width, upto)) for a in range(0, upto, width)]
        jobs = [(one, member) for span in spans for one in scenarios for member in span]
        runs.measure(jobs, f"checking with {upto} members")
        found |= {number: _effect(runs, number, upto) for number in open_}
    order = {name: (GROUPS.index(kind.group()), name) for name, kind in mechanism_classes().items()}
    return tuple(found[number] for number in sorted(asked, key=lambda n: (order[n[0]], n[1])))


def _effect(runs: PairedRuns, number: Number, upto: int) -> Effect:
    scenario = scenario_of_check(*number)
    there = runs.finished([scenario], range(upto))
    numbers = numbered(scenario)
    table = runs.values(scenario, there) if there else np.empty((0, 2 * len(numbers)))
    at = numbers.index(number)
    changed, as_it_is = table[:, at], table[:, len(numbers) + at]
    return effect_of(number[0], _check(number), changed, as_it_is, runs.seconds.get(scenario.key, 0.0))


def scenario_of_check(mechanism: str, place: int) -> Scenario:
    """The changed run that a check of `mechanism` needs: it is off, or drivers are moved; and what is held."""
    check = _check((mechanism, place))
    moves = [Move(name, "times", factor) for name, factor in check.driver.items()]
    moves += [Move(name, "at", z) for name, z in check.fix.items()]
    return Scenario(() if check.driver else (mechanism,), tuple(sorted(moves)))


def require_known(scenario: Scenario, task: PairedTask) -> None:
    """Raise `ValueError`, with the nearest name, where a driver or a held parameter does not exist."""
    world = {f.name: getattr(task.world, f.name) for f in fields(World)}
    arrays = [WORLD + name for name, x in world.items() if jnp.issubdtype(getattr(x, "dtype", int), jnp.floating)]
    names = [p.name for p in task.parameters]
    for move in scenario.moves:
        known = arrays if move.name.startswith(WORLD) and move.how == "times" else names
        if move.name not in known:
            raise ValueError(f"there is no '{move.name}' to move or to hold{nearest(move.name, known)}")


def numbered(scenario: Scenario) -> list[Number]:
    """All checks, of any mechanism, that need `scenario`."""
    every = [(name, i) for name, kind in mechanism_classes().items() for i in range(len(kind.checks))]
    return [number for number in every if scenario_of_check(*number) == scenario]


def _check(number: Number) -> Check:
    return mechanism_classes()[number[0]].checks[number[1]]


def _one_each(values: Floats, runs: int) -> Floats:
    """One number a run; raises `ValueError` for a measure that gives anything else."""
    values = np.asarray(values, np.float64)
    if values.shape != (runs,):
        raise ValueError(f"a measure gave numbers of shape {values.shape}, expected one for each member")
    return values
