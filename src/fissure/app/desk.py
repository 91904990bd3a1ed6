"""The state of a server: its settings, the case, the evidence, the stored runs, its jobs and its what-ifs."""

import hashlib
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from fissure import api
from fissure.api.stored import Stored
from fissure.api.whatifs import WhatIfResult
from fissure.app.derived import Derived, prune
from fissure.app.jobs import Job, JobProgress, Jobs, Worker
from fissure.app.questions import Question, Reader, SavedQuestions
from fissure.app.settings import Settings
from fissure.cases.loader import Case
from fissure.context import Context, context_of
from fissure.errors import ArgumentError, FissureError, nearest
from fissure.evidence import Ledger
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.progressive import LEAST, Live
from fissure.studies.scenario import AS_IT_IS
from fissure.studies.whatif import MEMBERS, WhatIf

REMEMBERED = 10.0
"""Seconds for which it is remembered which run is the newest: looking through all folders takes a moment."""
KIND = "what-if"
"""Of the jobs of what-ifs."""
PLANS = 3
"""Plans (seeds and lengths) of which what was measured stays in memory."""
MOST_SEED = 2**53 - 1
"""The largest seed: every JSON reader takes it for the same whole number."""


@dataclass(frozen=True)
class Size:
    """The size of a question: pairs, seed, weeks."""

    members: int = MEMBERS
    seed: int = 1
    weeks: int | None = None


@dataclass(frozen=True)
class PartialAnswer:
    """The latest answer of the job of a question, of `found.members` pairs of `of`."""

    found: WhatIf
    of: int

    @property
    def summary(self) -> dict[str, int]:
        """Its numbers of pairs, for its job."""
        return {"members": self.found.members, "of": self.of}


@dataclass(frozen=True)
class QuestionState:
    """The state of a question: `known` of `size.members` pairs are measured; `job` measures more, if known."""

    question: Question
    size: Size
    id: str
    known: int
    job: Job | None

    @property
    def complete(self) -> bool:
        """True where nothing is left to measure."""
        return self.known >= self.size.members

    @property
    def state(self) -> str:
        """That of its job, `done` where all is measured, `new` where nobody has asked or it was deleted since."""
        if self.complete:
            return "done"
        return self.job.state if self.job and self.job.state != "done" else "new"  # else its numbers were deleted


class Studio:
    """The what-ifs of a server: what is measured for each plan, jobs that measure more, and answers so far."""

    def __init__(self, desk: "Desk") -> None:
        self._desk = desk
        self._lives: OrderedDict[tuple[int, int], Live] = OrderedDict()
        self._turn = threading.Lock()
        self._warmed = False
        self._answers = lru_cache(maxsize=64)(
            lambda name, scenario, size, n: self.live(size).answer({name: scenario}, n)
        )
        self.saved = SavedQuestions(desk.settings.home / "saved", desk.settings.limits.saved)

    @property
    def most_weeks(self) -> int:
        """Weeks of a run on this server."""
        return self._desk.settings.weeks or self._desk.case.weeks

    def size(self, members: int | None = None, seed: int | None = None, weeks: int | None = None) -> Size:
        """That size within the bounds of the server. Raises `FissureError` for one that is not."""
        most = self._desk.settings.limits.members
        members = min(MEMBERS, most) if members is None else members
        if not LEAST <= members <= most:
            raise ArgumentError(
                f"members is {members}, expected {LEAST} to {most} on the page; fissure whatif takes more"
            )
        if seed is not None and not 0 <= seed <= MOST_SEED:
            raise ArgumentError(f"seed is {seed}, expected 0 to {MOST_SEED}")
        if weeks is not None and not 1 <= weeks <= self.most_weeks:
            raise ArgumentError(f"weeks is {weeks}, expected 1 to {self.most_weeks}")
        return Size(members, 1 if seed is None else seed, weeks)

    def reader(self, weeks: int | None = None) -> Reader:
        """The reader of questions over so many weeks."""
        return Reader(self._desk.context, weeks or self.most_weeks)

    def live(self, size: Size) -> Live:
        """The pairs measured with that seed over those weeks; read from disk once."""
        settings, key = self._desk.settings, self._plan(size)
        seed, weeks = key
        with self._turn:
            if key not in self._lives:
                self._lives[key] = Live.of(
                    self._desk.case, seed=seed, weeks=None if weeks == self._desk.case.weeks else weeks,
                    units=settings.units, slots=settings.slots, draws=self._desk.posterior,
                    within=self._desk.runs_folder,  # as the command does, so that both find what the other measured
                    memory=settings.limits.memory / PLANS,
                )  # fmt: skip
            self._lives.move_to_end(key)
            found, working = self._lives[key], {self._plan(size) for _, size in self._at_work()}
            for one in list(self._lives)[: max(len(self._lives) - PLANS, 0)]:
                if one not in working:
                    del self._lives[one]
            return found

    def _plan(self, size: Size) -> tuple[int, int]:
        return size.seed, size.weeks or self.most_weeks

    def _at_work(self) -> list[tuple[Question, Size]]:
        """Questions that wait or are being measured."""
        jobs = (job for job in self._desk.jobs.all() if job.kind == KIND and not job.ended)
        return [(job.asked["question"], job.asked["size"]) for job in jobs]

    def make_room(self) -> None:
        """Delete what was measured longest ago beyond the bounds of the server, but nothing that is at work."""
        spared: set[Path] = set()
        for question, size in self._at_work():
            kept = self.live(size).worlds.kept
            spared |= kept.files(AS_IT_IS.key) | kept.files(question.scenario.key)
        settings = self._desk.settings
        gone = prune(settings.home, settings.limits.kept, self._desk.runs_folder, spared)
        with self._turn:
            lives = list(self._lives.values())
        for live in lives:
            live.worlds.kept.forget(gone)

    def id_of(self, question: Question, size: Size) -> str:
        """The id of the job: of all that decides about its numbers, so that the same is computed once."""
        identity = [self.live(size).worlds.own_folder.name, question.answer, question.scenario.key, size.members]
        return hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:20]

    def ask(self, question: Question, size: Size) -> Job:
        """The job that measures it, new or under way.

        Raises `FissureError` for what cannot be asked, and `BusyError` where too much waits.
        """
        live = self.live(size)
        live.require(question.scenario, size.members)
        scenarios = {question.answer: question.scenario}

        def work(tell: JobProgress) -> PartialAnswer | None:
            latest = None
            try:
                for found in live.refine(scenarios, size.members, tell):
                    latest = PartialAnswer(found, size.members)
                    tell.show(latest)
            finally:
                with suppress(FissureError, OSError):  # nothing that was asked hangs on it
                    self.make_room()
            return latest

        asked = {"question": question, "size": size}
        short = live.known(question.scenario, size.members) < size.members  # what was measured may have been deleted
        return self._desk.jobs.submit(self.id_of(question, size), KIND, question.title, asked, work, again=short)

    def standing(self, question: Question, size: Size) -> QuestionState:
        """The state of a question."""
        id = self.id_of(question, size)
        job = self._desk.jobs.get(id)
        if job is not None and job.state == "running" and isinstance(job.result, PartialAnswer):
            return QuestionState(question, size, id, job.result.found.members, job)
        known = self.live(size).known(question.scenario, size.members)
        return QuestionState(question, size, id, known if known >= LEAST else 0, job)

    def of_job(self, id: str) -> QuestionState | None:
        """The state of the question of that job; None where there is no such job."""
        job = self._desk.jobs.get(id)
        return self.standing(**job.asked) if job is not None and job.kind == KIND else None

    def answer(self, standing: QuestionState, members: int | None = None) -> WhatIf | None:
        """The answer of the pairs measured so far, or of the first `members` of them; None where there are too few."""
        members = standing.known if members is None else min(members, standing.known)
        if members < LEAST:
            return None
        latest = standing.job.result if standing.job else None
        if isinstance(latest, PartialAnswer) and latest.found.members == members:
            return latest.found
        kept = self.live(standing.size).worlds.kept
        for scenario in (AS_IT_IS, standing.question.scenario):
            kept.used(scenario.key)
        try:
            return self._answers(standing.question.answer, standing.question.scenario, standing.size, members)
        except LookupError:  # deleted while it was read
            return None

    def result(self, standing: QuestionState, members: int | None = None) -> WhatIfResult | None:
        """`answer` with all that says how it was made."""
        found, drawn = self.answer(standing, members), self._desk.posterior
        if found is None:
            return None
        studies = {one.name: one for one in [standing.question.study] if one}
        return WhatIfResult(self._desk.context, found, studies, drawn.until if drawn else None)

    def warm(self, members: int = MEMBERS) -> None:
        """Get ready for the first question, in the background."""

        def get_ready() -> None:
            with suppress(FissureError):  # whoever asks is told
                _ = self._desk.context.studies  # what the view needs, before what takes longer
                most = min(members, self._desk.settings.limits.members)
                self.live(Size()).warm(most, lambda: self._desk.worker.stopping)

        if not self._warmed:
            self._warmed = True
            self._desk.worker.submit("first what-if", get_ready, spare=True)


@dataclass(eq=False)
class Desk:
    """The state that views and API share; made once a server."""

    settings: Settings
    jobs: Jobs = field(init=False)
    worker: Worker = field(default_factory=Worker)
    derived: Derived = field(init=False)
    studio: Studio = field(init=False)
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server is to stop, so that open streams end."""
    patience: float = 20.0
    """Seconds that threads in the background are given when the server stops: inside JAX, one that is still there when
    Python ends takes the process with it. Fewer do where the process is left at once."""
    listening: int = 0
    """Streams that are open."""
    _newest: tuple[float, Stored | None] = field(default=(-REMEMBERED, None), init=False)

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.settings.limits.waiting)
        self.derived = Derived(self.settings.home, self.settings.limits.kept, self.worker)
        self.studio = Studio(self)

    @cached_property
    def context(self) -> Context:
        """The case that the server shows, with its evidence, parameters and posterior."""
        return context_of(self.settings.case)

    @property
    def case(self) -> Case:
        """The case that the server shows."""
        return self.context.case

    @property
    def ledger(self) -> Ledger:
        """All claims, and the observations of the case."""
        return self.context.ledger

    @property
    def posterior(self) -> Posterior | None:
        """The posterior that members are drawn from; None for the prior. Raises `FissureError` for a stale one."""
        return self.context.draws()

    @property
    def runs_folder(self) -> Path:
        """The folder of runs that are asked for on the page."""
        return self.settings.folders[0] if self.settings.folders else Path("runs")

    def runs(self) -> dict[str, Stored]:
        """Runs of the case that can be shown, by name."""
        folders = [folder for folder in self.settings.folders if folder.is_dir()]
        if self.settings.folders and not folders:
            return {}
        shown: dict[str, Stored] = {}
        for one in api.stored_runs(*folders):
            if one.what == "run" and one.contents.histories and api.is_of(one, self.case):
                shown.setdefault(one.name, one)
        return shown

    def run(self, name: str | None = None) -> Stored | None:
        """The run of that name among `runs`, see `chosen`."""
        return chosen(self.runs(), name)

    def newest_run(self) -> Stored | None:
        """The newest of `runs`, as it was some seconds ago at most."""
        then, found = self._newest
        if time.monotonic() - then >= REMEMBERED:
            found = self.run()
            self._newest = time.monotonic(), found
        return found

    def source_of(self, run: Stored) -> list[object]:
        """All that a view of `run` derives from besides code: its plan, its histories, the case and its evidence."""
        origin = None if run.origin is None else run.origin.digest
        return [run.plan, origin, run.contents.histories, str(self.case.folder), self.context.digest]


def newest_of(runs: Iterable[Stored]) -> Stored | None:
    """The run that was written last, those that are finished before those that are being written."""
    return max(runs, key=lambda one: (one.state != "being written", one.contents.written), default=None)


def chosen(runs: Mapping[str, Stored], name: str | None) -> Stored | None:
    """The run of that name, the newest where none is named; None where there is no run at all.

    Raises `FissureError`, with the nearest name, where there is none of that name.
    """
    if not name:
        return newest_of(runs.values())
    if name not in runs:
        raise ArgumentError(f"there is no run '{name}'{nearest(name, runs)}")
    return runs[name]
