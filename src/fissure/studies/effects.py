"""The effect check: does each mechanism move what its sources say, the way they say?

Every check is a paired comparison over members of the prior ensemble. What is measured is kept on disk call by call, so
that a study that is stopped goes on where it was:

    OUT/measured/KEY/VARIANT/0000000-0000004.json      KEY: of the plan, so that a changed model starts anew; sealed

Members are added, 16 at first and then twice as many, until the interval of a check excludes zero on the expected side
or all members are used. Looking up to three times makes a false "holds" somewhat likelier than the 2.5% of one look.
"""

import hashlib
import re
import time
import warnings
from collections import defaultdict
from collections.abc import Callable, Generator, Iterable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from fissure.cases.loader import Case
from fissure.cases.room import half_of
from fissure.engine.cache import cache_base, enable_compile_cache
from fissure.engine.keeping import Asked, keeping
from fissure.engine.plan import MOST_MEMBERS, Plan, plan_of, whole
from fissure.engine.progress import Interrupted, Progress, Silent
from fissure.engine.seals import Damaged, DamagedBlock, sealed_json, unsealed_json
from fissure.engine.workers import threads_for
from fissure.files import disk_errors, write_whole
from fissure.model.catalogue import GROUPS, known_mechanism, mechanism_classes, parameters_of
from fissure.model.check import Check, Record
from fissure.studies.effective import ENOUGH
from fissure.studies.paired import Paired, Variant, variant_of

FIRST, MEMBERS, QUICK = 16, 48, 16
LEVEL = 0.95
Verdict = Literal["holds", "not shown", "contrary", "no effect"]
Span = tuple[int, int]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Effect:
    """What one check found: the mean of the paired differences with its 95% interval (Student's t)."""

    mechanism: str
    group: str
    observable: str
    kind: str
    """What was changed: ``without it``, or the driver in words."""
    sign: int
    """Which way it should move: -1 or 1."""
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
        """Whether the interval excludes zero on the expected side."""
        return self.verdict == "holds"

    @property
    def emptied(self) -> bool:
        """Whether nothing at all is left in any member: the end of what can be seen, and true by construction."""
        return abs(self.relative + 100.0) < 1e-9


@dataclass(frozen=True, eq=False)
class Checked:
    """A finished study: its effects in order of group and mechanism."""

    effects: tuple[Effect, ...]
    plan: Plan
    members: int
    folder: Path
    quick: bool = False

    @property
    def of(self) -> dict[str, list[Effect]]:
        """Effects by mechanism."""
        out: dict[str, list[Effect]] = {}
        for effect in self.effects:
            out.setdefault(effect.mechanism, []).append(effect)
        return out

    @property
    def holds(self) -> bool:
        """Whether every check that was asked for holds."""
        return all(effect.holds for effect in self.effects)

    @property
    def few_histories(self) -> str:
        """How many checks rest on too few members; empty where none does."""
        return few_of(self.effects)

    @property
    def summary(self) -> str:
        """How many mechanisms do what their sources say."""
        whole_ = sum(all(effect.holds for effect in own) for own in self.of.values())
        checks = sum(effect.holds for effect in self.effects)
        many = "mechanism holds" if len(self.of) == 1 else "mechanisms hold"
        return f"{whole_} of {len(self.of)} {many} ({checks} of {len(self.effects)} checks)."


def few_of(effects: Sequence[Effect]) -> str:
    """How many of `effects` rest on too few members; empty where none does."""
    few = sum(effect.members < ENOUGH for effect in effects)
    if not few:
        return ""
    many = f"{few} of {len(effects)} checks rest" if few > 1 or len(effects) > 1 else "The check rests"
    return (
        f"{many} on fewer than {ENOUGH} members (a check stops where it holds): the ends of an interval are then "
        "rough at best."
    )


def effect_of(mechanism: str, check: Check, changed: Floats, as_it_is: Floats, seconds: float = 0.0) -> Effect:
    """What `check` found in the measured numbers of both runs, each of shape (members,); NaN where undefined.

    The interval is mean(d) -/+ t s / sqrt(n) over the n finite paired differences d, with n - 1 degrees of freedom.
    """
    found = np.isfinite(changed - as_it_is)
    d, base, n = (changed - as_it_is)[found], as_it_is[found], int(found.sum())
    middle = float(d.mean()) if n else np.nan
    half = float(stdtrit(n - 1, 0.5 + LEVEL / 2) * d.std(ddof=1) / np.sqrt(n)) if n > 1 else np.nan
    level = abs(float(base.mean())) if n else 0.0
    low, high = middle - half, middle + half
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


def stages(members: int, first: int = FIRST) -> list[int]:
    """How many members are looked at in turn: 16, 32, 64 ... up to `members`."""
    out = [min(first, members)]
    while out[-1] < members:
        out.append(min(2 * out[-1], members))
    return out


def planned(case: Case, *, weeks: int | None = None, seed: int = 1, quick: bool = False) -> Plan:
    """The plan of the runs with everything on; `quick` halves the units. Raises `FissureError` for bad input."""
    units = half_of(case.blocs, case.units) if quick else None
    plan = plan_of(case, parameters_of(case), seed=seed, weeks=weeks, units=units)
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
) -> Checked:
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
        progress: is told how far the study is.

    Raises `FissureError` for bad input or a disk that refuses, and `Interrupted` on Ctrl-C; what was measured is kept.
    """
    asked = set(map(known_mechanism, [mechanisms] if isinstance(mechanisms, str) else mechanisms))
    whole("members", members, 2, MOST_MEMBERS)
    plan = planned(case, weeks=weeks, seed=seed, quick=quick)
    members = min(members, QUICK) if quick else int(members)
    folder = out or cache_base() / "runs" / f"check-{plan.folder_name}"
    study = Study(Paired(case, plan), folder / "measured" / plan.key, threads_for(threads), progress or Silent())
    with keeping(folder, Asked("check", plan, members, changes=tuple(sorted(asked)))):
        return Checked(study.effects(asked or set(mechanism_classes()), members), plan, members, folder, quick)


Number = tuple[str, int]
"""A check: its mechanism and its place among those of the mechanism."""


@dataclass(frozen=True, eq=False)
class Study:
    """Runs checks and keeps what they measure in `folder`, one file for each changed run and call of members."""

    paired: Paired
    folder: Path
    threads: int = 1
    progress: Progress = field(default_factory=Silent)
    seconds: dict[Variant, float] = field(default_factory=lambda: defaultdict(float))

    def effects(self, mechanisms: Iterable[str], members: int) -> tuple[Effect, ...]:
        """Effects of all checks of `mechanisms`, with as few members as each needs and `members` at most."""
        asked = [(name, i) for name in mechanisms for i in range(len(mechanism_classes()[name].checks))]
        for number in asked:
            self.paired.require(_variant(number))
        found: dict[Number, Effect] = {}
        for upto in stages(members):
            open_ = [number for number in asked if number not in found or not found[number].holds]
            self._measure(sorted({_variant(number) for number in open_}), upto)
            found |= {number: self._effect(number, upto) for number in open_}
        order = {name: (GROUPS.index(kind.group()), name) for name, kind in mechanism_classes().items()}
        return tuple(found[number] for number in sorted(asked, key=lambda n: (order[n[0]], n[1])))

    def _effect(self, number: Number, upto: int) -> Effect:
        variant, check = _variant(number), _check(number)
        parts = [self._kept(variant, span) for span in self._spans(upto)]
        changed, as_it_is = np.concatenate([part[_label(number)] for part in parts], axis=1)
        return effect_of(number[0], check, changed, as_it_is, self.seconds[variant])

    def _measure(self, variants: Sequence[Variant], upto: int) -> None:
        """Measure what is not kept yet of the first `upto` members."""
        todo = [(v, span) for span in self._spans(upto) for v in variants if not self._is_kept(v, span)]
        if not todo:
            return
        runs = sum(b - a for _, (a, b) in [*todo, *{(v.base, span) for v, span in todo}])
        began, done = time.perf_counter(), 0
        try:
            enable_compile_cache()
            self.progress.phase("compiling")
            self.paired.compile()
            self.progress.phase(f"checking with {upto} members")
            began = time.perf_counter()
            with closing(self._jobs(todo)) as finished:
                for count in finished:
                    done += count
                    passed = time.perf_counter() - began
                    self.progress.advance(done, runs, passed, passed * 1e9 / (done * self.paired.plan.fighter_weeks))
        except KeyboardInterrupt:
            raise Interrupted(
                f"stopped in a check with {upto} members, what was measured is kept in {self.folder}; "
                "ask for it again to go on"
            ) from None
        finally:
            self.progress.finish()

    def _jobs(self, todo: Sequence[tuple[Variant, Span]]) -> Generator[int, None, None]:
        """Run all of `todo`, a few at a time; yields how many members each run had, as it ends."""
        pool = ThreadPoolExecutor(self.threads)
        try:
            bases: dict[tuple[Variant, Span], Future[Record]] = {}
            jobs: dict[Future[Any], tuple[Variant | None, int]] = {}
            for variant, span in todo:
                key, count = (variant.base, span), span[1] - span[0]
                if key not in bases:  # handed in before whatever waits for it, so that no job waits in vain
                    bases[key] = pool.submit(self.paired.record, variant.base, range(*span))
                    jobs[bases[key]] = None, count
                jobs[pool.submit(self._job, variant, span, bases[key].result)] = variant, count
            for job in as_completed(jobs):
                changed, count = jobs[job]
                if changed is not None:
                    self.seconds[changed] += job.result()
                job.result()
                yield count
        finally:
            pool.shutdown(wait=True, cancel_futures=True)

    def _job(self, variant: Variant, span: Span, base: Callable[[], Record]) -> float:
        """Run `variant`, measure it beside its pair, keep the numbers; the seconds that the run took."""
        as_it_is = base()
        began = time.perf_counter()
        changed = self.paired.record(variant, range(*span))
        seconds = time.perf_counter() - began
        measured = {
            _label(n): [_numbers(_check(n).measure(run, as_it_is), span) for run in (changed, as_it_is)]
            for n in _numbered(variant)
        }
        path = self._path(variant, span)
        told = {"changed": str(variant), "members": list(range(*span)), "[changed, as it is]": measured}
        with disk_errors(self.folder, 1 << 16):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, sealed_json(told))
        return seconds

    def _spans(self, upto: int) -> list[Span]:
        """Members of each call."""
        width = self.paired.plan.width
        return [(a, min(a + width, upto)) for a in range(0, upto, width)]

    def _path(self, variant: Variant, span: Span) -> Path:
        said = str(variant)
        slug = re.sub(r"[^a-z0-9.]+", "-", said)[:60]
        name = f"{slug}-{hashlib.sha256(said.encode()).hexdigest()[:8]}"
        return self.folder / name / f"{span[0]:07d}-{span[1]:07d}.json"

    def _is_kept(self, variant: Variant, span: Span) -> bool:
        path = self._path(variant, span)
        if not path.exists():
            return False
        try:
            self._kept(variant, span)
        except Damaged:
            message = f"{path}: members {span[0]} to {span[1] - 1} are damaged and are measured again"
            warnings.warn(message, DamagedBlock, stacklevel=2)
            path.unlink(missing_ok=True)
            return False
        except (ValueError, LookupError):  # of other checks
            return False
        return True

    def _kept(self, variant: Variant, span: Span) -> dict[str, Floats]:
        """Numbers of both runs by check, each of shape (2, members)."""
        told = unsealed_json(self._path(variant, span))["[changed, as it is]"]
        found = {_label(n): np.array(told[_label(n)], np.float64) for n in _numbered(variant)}
        if any(pairs.shape != (2, span[1] - span[0]) for pairs in found.values()):
            raise ValueError("another number of members")
        return found


def _numbers(values: Floats, span: Span) -> list[float]:
    """One number a member, as a list; raises `ValueError` for a measure that gives anything else."""
    values = np.asarray(values, np.float64)
    if values.shape != (span[1] - span[0],):
        raise ValueError(f"a measure gave numbers of shape {values.shape}, expected one for each member")
    return [float(x) for x in values]


def _check(number: Number) -> Check:
    return mechanism_classes()[number[0]].checks[number[1]]


def _variant(number: Number) -> Variant:
    return variant_of(number[0], _check(number))


def _label(number: Number) -> str:
    return f"{number[0]} {number[1]}: {_check(number).observable}"


def _numbered(variant: Variant) -> list[Number]:
    """All checks, of any mechanism, that need `variant`."""
    all_ = [(name, i) for name, kind in mechanism_classes().items() for i in range(len(kind.checks))]
    return [number for number in all_ if _variant(number) == variant]
