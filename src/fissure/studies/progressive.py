"""A what-if that gets better: answered after four pairs, then after more, until all that were asked for are there.

What grows from round to round is the number of members. Their size never changes: every pair is lived at the full
scale of its plan, so each answer on the way is exact for the members that it rests on, only its interval is wider, and
the last one is, to the last digit, what `whatif.whatif` finds. (A few pairs take about a second at full scale; a band
from fewer fighters would come no sooner and would be of another model.) Numbers are kept in the same folder as those
of `fissure whatif`, so neither measures what the other has measured.

A `Live` is made once for each plan and keeps what was measured at hand, above all the members as they are, which every
question needs.
"""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Unpack

from fissure.cases.loader import Case
from fissure.engine.plan import MOST_MEMBERS, whole
from fissure.engine.progress import Progress, Silent
from fissure.engine.study_folder import keeping
from fissure.errors import FissureError
from fissure.studies.paired_runs import Job, PairedRuns, RunOptions
from fissure.studies.scenario import AS_IT_IS, Scenario, week_of
from fissure.studies.whatif import WhatIf, asked_for, found_in, runs_of

LEAST = 2
"""Members from which a paired difference has an interval."""


def rounds(members: int, first: int = 4) -> list[int]:
    """Members after each round: 4, 8, 16, 24, 32, 48, 64, 96 and so on, up to `members`."""
    found, step = [], first
    while step < members:
        found.append(step)
        if step > 2 * first and step + step // 2 < members:
            found.append(step + step // 2)
        step *= 2
    return [*found, members]


class _Whole:
    """Tells of all rounds as of one: histories done of those that are still to be made."""

    def __init__(self, to: Progress, total: int) -> None:
        self._to, self._total = to, total
        self._before = self._done = 0
        self._began: float | None = None

    def phase(self, name: str) -> None:
        if self._began is not None:  # it is simulating already
            return
        self._to.phase(name)
        if name == "simulating":
            self._began = time.perf_counter()
            self._to.advance(0, self._total, 0.0, 0.0)

    def advance(self, done: int, total: int, seconds: float, ns: float) -> None:
        self._done = done
        passed = time.perf_counter() - self._began if self._began is not None else seconds
        self._to.advance(self._before + done, self._total, passed, ns)

    def finish(self) -> None:
        self._before, self._done = self._before + self._done, 0


@dataclass(eq=False)
class Live:
    """The what-ifs of one plan; safe to be asked by several threads, one of which measures at a time."""

    case: Case
    worlds: PairedRuns
    folder: Path
    """The folder of `fissure whatif` for this plan."""
    _turn: threading.Lock = field(default_factory=threading.Lock)
    _asking: int = 0
    """Number of those who wait or measure for a person."""

    @classmethod
    def of(
        cls,
        case: Case,
        *,
        out: Path | None = None,
        within: Path | None = None,
        memory: float = float("inf"),
        **options: Unpack[RunOptions],
    ) -> "Live":
        """The what-ifs of `case` with these sizes and draws, as in `whatif.whatif`; reads what is kept of them.

        They are kept in `out`, or in a folder `within` another that is named after the plan; see `whatif.folder_of`.
        Of what was measured, `memory` bytes stay in memory.

        Raises `FissureError` for sizes that cannot be.
        """
        worlds, folder = runs_of(case, (), out, within, **options)
        worlds.kept.make_room(memory)  # and what is kept is looked up once, before threads share it
        return cls(case, worlds, folder)

    def known(self, scenario: Scenario, most: int) -> int:
        """Number of members, from the first and `most` of them, that are measured with their pairs."""
        as_it_is, changed = self.worlds.kept.of(AS_IT_IS.key), self.worlds.kept.of(scenario.key)
        return next((member for member in range(most) if member not in as_it_is or member not in changed), most)

    def answer(self, scenarios: Mapping[str, Scenario], members: int) -> WhatIf:
        """The answer from `members` members, all of which are measured; see `known`."""
        return found_in(self.worlds, scenarios, range(members), self.case, self.folder)

    def require(self, scenario: Scenario, members: int) -> None:
        """Raise `FissureError` for what cannot be asked."""
        whole("members", members, LEAST, MOST_MEMBERS)
        week_of(scenario.since, self.case, self.worlds.plan.weeks)

    def refine(
        self, scenarios: Mapping[str, Scenario], members: int, progress: Progress | None = None
    ) -> Iterator[WhatIf]:
        """Measure in rounds and yield what is known after each, with `members` members last.

        The folder is held while measuring only. A `progress` that raises stops it between two calls: what was
        measured by then is kept, and asking again goes on from there.

        Raises `FissureError` for what cannot be asked, a disk that refuses, or a folder that another process holds.
        """
        for scenario in scenarios.values():
            self.require(scenario, members)
        asked = tuple(dict.fromkeys([AS_IT_IS, *scenarios.values()]))
        todo = sum(not self.worlds.has((one, member)) for one in asked for member in range(members))
        overall = _Whole(progress or Silent(), todo)
        for count in self._rounds(scenarios, members):
            self._measure([(one, member) for one in asked for member in range(count)], scenarios, members, overall)
            yield self.answer(scenarios, count)

    def _rounds(self, scenarios: Mapping[str, Scenario], members: int) -> list[int]:
        """Those that bring anything new, and the last."""
        known = min((self.known(one, members) for one in scenarios.values()), default=0)
        steps = rounds(members, self.worlds.plan.width)
        return [known] * (LEAST <= known < members and known not in steps) + [
            step for step in steps if step >= known or step == members
        ]

    def _measure(self, jobs: list[Job], scenarios: Mapping[str, Scenario], members: int, progress: Progress) -> None:
        if all(map(self.worlds.has, jobs)):
            return
        self._asking += 1
        try:
            while not self._turn.acquire(timeout=0.2):
                progress.phase("getting ready")
            try:
                with keeping(self.folder, asked_for(self.worlds, scenarios.values(), members)):
                    self._run(jobs, progress)
            finally:
                self._turn.release()
        finally:
            self._asking -= 1

    def _run(self, jobs: list[Job], progress: Progress) -> None:
        try:
            self.worlds.measure(jobs, progress=progress)
        except BaseException:
            self.worlds.kept.look_again()  # calls that were under way have kept their numbers on disk
            raise

    def warm(self, members: int, stop: Callable[[], bool] = lambda: False) -> None:
        """Compile, and measure the first `members` members as they are, while nobody asks for anything.

        One call at a time, so that who asks meanwhile waits for one call at most. Ends early where `stop` says so, and
        where the folder is held by another process or the disk refuses: it is a comfort, never a reason to fail.
        """
        width = self.worlds.plan.width
        try:
            with self._turn:
                self.worlds.task.prepare()
            for first in range(0, members, width):
                while self._asking and not stop():
                    time.sleep(0.05)
                if stop():
                    return
                jobs = [(AS_IT_IS, member) for member in range(first, min(first + width, members))]
                with self._turn:
                    if not all(map(self.worlds.has, jobs)):
                        with keeping(self.folder, asked_for(self.worlds, (), len(jobs))):
                            self._run(jobs, Silent())
        except FissureError:
            return
