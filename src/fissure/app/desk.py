"""What a server has at hand: its settings, the case, the evidence, the stored runs, and the jobs that it does."""

import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fissure import api
from fissure.api.stored import Stored
from fissure.app.background import Worker
from fissure.app.derived import Derived
from fissure.app.jobs import Jobs
from fissure.app.settings import Settings
from fissure.app.studio import Studio
from fissure.cases.loader import Case
from fissure.context import Context, context_of
from fissure.errors import ArgumentError, nearest
from fissure.evidence import Ledger
from fissure.studies.calibration import Posterior

REMEMBERED = 10.0
"""Seconds for which it is remembered which run is the newest: looking through all folders takes a moment."""


@dataclass(eq=False)
class Desk:
    """What views and API share; made once a server."""

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
        """What members are drawn from; None for the prior. Raises `FissureError` for one that is stale or damaged."""
        return self.context.draws()

    @property
    def runs_folder(self) -> Path:
        """Where runs that are asked for on the page are kept."""
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
