"""What a server has at hand: its settings, the case, the evidence, the stored runs, and the jobs that it does."""

import threading
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.history.prepared import Histories, chosen, made
from fissure.app.jobs import Jobs
from fissure.app.settings import Settings
from fissure.app.what_if.studio import Studio
from fissure.cases.loader import Case
from fissure.context import Context, context_of
from fissure.evidence import Ledger
from fissure.studies.calibrate import Posterior


@dataclass(eq=False)
class Desk:
    """What views and API share; made once a server."""

    settings: Settings
    jobs: Jobs = field(init=False)
    histories: Histories = field(init=False)
    studio: Studio = field(init=False)
    closing: threading.Event = field(default_factory=threading.Event)
    """Set when the server is to stop, so that open streams end."""
    patience: float = 20.0
    """Seconds that threads in the background are given when the server stops: inside JAX, one that is still there when
    Python ends takes the process with it. Fewer do where the process is left at once."""
    listening: int = 0
    """Streams that are open."""

    def __post_init__(self) -> None:
        self.jobs = Jobs(self.settings.limits.waiting)
        self.histories = Histories(
            self.settings.home / "history", lambda folder, between: made(folder, between, self.case), lambda: self.case
        )
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
