"""Running a case, and reading a run back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.api.results import Result, command_line
from fissure.api.stored import context_of_run, differs, warn_of_changes
from fissure.cases.naming import REFERENCE
from fissure.constants import INTERVAL
from fissure.context import CaseLike, context_of
from fissure.engine import ensemble
from fissure.engine.cluster import workers_of
from fissure.engine.export import export
from fissure.engine.progress import Progress
from fissure.engine.study_folder import origin_of
from fissure.evidence import Ledger
from fissure.files import asking
from fissure.model.limits import LIMITS
from fissure.present.sections.runs import RunDescription
from fissure.studies import kept_results
from fissure.studies.calibration.posterior import Posterior, with_digest
from fissure.studies.compare import Compared, compare
from fissure.studies.effective import EffectiveSample, effective_size, quantiles_of
from fissure.studies.endings import apart, cohesion
from fissure.studies.patterns.met import PatternResult, PlausibleMembers, everyone, met, plausible
from fissure.version import __version__

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from fissure.present.document import Document


CHANGED = "its files have changed since this run was made; the numbers are of the case as it was"


@dataclass(frozen=True, eq=False)
class RunResult(Result):
    """A finished run: its records, its parameters, how it compares with what was observed, and its report."""

    stored: ensemble.Run
    posterior: Posterior | None = None
    """The posterior that members were drawn from; None for the prior, and where a run's posterior is not at hand."""
    named: Path | None = None
    """The file of that posterior, if it was named; None for the one that lies with the case."""

    @property
    def data(self) -> "xr.Dataset":
        """All records, dimensions (member, week, ...), every variable with `units` and `long_name`."""
        return self.stored.data

    @property
    def parameters(self) -> "xr.DataArray":
        """The parameters of each member, dimensions (member, parameter), with their units."""
        return self.stored.parameters

    @property
    def events(self) -> "pd.DataFrame":
        """Events, with the people, place and size of each: columns member, week, kind, district, bloc, size.

        Ordered by member, week, kind, bloc and district; `attrs["kinds"]` tells the unit of the size of each kind.
        """
        return self.stored.events

    @property
    def until(self) -> str | None:
        """The last day of which the posterior that members are drawn from has seen anything; None for the prior."""
        found = self.data.attrs.get("until")
        return None if found is None else str(found)

    @property
    def folder(self) -> Path:
        """The folder of the run."""
        return self.stored.folder

    @property
    def ledger(self) -> Ledger:
        """The evidence that the run is held against."""
        return self.context.ledger

    @cached_property
    def compared(self) -> list[Compared]:
        """The model beside each observation of the case."""
        return compare(self.data, self.ledger, set(self.context.argued_from))

    @property
    def worth(self) -> EffectiveSample | None:
        """The worth of the members as independent draws; None where the posterior they are from is not at hand."""
        plan, members = self.stored.plan, self.data["member"].values.tolist()
        if plan.draws and self.posterior is None:
            return None
        return effective_size(self.posterior, plan.seed, members)

    def quantiles(self, output: str, q: float | Iterable[float] = INTERVAL) -> "xr.Dataset":
        """Quantiles of an output over the members, and how sure each is: the sampling error of an interval's ends.

        Args:
            output: the name of an output, such as ``fighters``.
            q: one quantile or several, between 0 and 1.

        Returns the variables `value`, `error` (standard error), `low` and `high` (the 90% interval of the quantile,
        infinite where so few histories cannot bound it), dimensions (q, week, ...); see `quantile_error`. Members that
        share a past count as the independent draws that they are worth (`worth`).

            result.quantiles("territory_km2", 0.05)["error"]       # km2, week by week

        Raises `FissureError` for an output that there is not and for what is no quantile.
        """
        return quantiles_of(self.data, output, q, self.worth)

    @cached_property
    def plausible(self) -> PlausibleMembers:
        """The members that count: of a posterior all, else those that the early record does not rule out."""
        if self.until:
            return everyone(self.stored.members)
        return plausible(self.compared, self.stored.members, self.data["week"].values[0])

    @cached_property
    def patterns(self) -> list[PatternResult]:
        """In what share of the members that count each pattern that the record shows comes about."""
        return met(self.data, self.plausible, self.context.patterns)

    @cached_property
    def endings(self) -> "xr.Dataset":
        """The way and time each member came apart: `weeks` (member, ending), `came_apart` and `mode` (member)."""
        return apart(self.data)

    @cached_property
    def cohesion(self) -> "xr.Dataset":
        """The cohesion of the ranks, from 0 to 1: `cohesion` and its four parts, dimensions (member, week)."""
        return cohesion(self.data)

    @property
    def orderings(self) -> list[PatternResult]:
        """Those of `patterns` that say what came first."""
        return [one for one in self.patterns if one.pattern.in_time]

    def summary(self) -> "Document":
        """Of the report what a terminal shows, which is made in less time."""
        return self._made_summary

    @cached_property
    def _made_summary(self) -> "Document":
        from fissure.present.sections.run import summary

        return summary(self.about(), self.data, self.case, self.ledger, self.compared)

    def _document(self) -> "Document":
        return self._made_document

    @cached_property
    def _made_document(self) -> "Document":
        from fissure.present.sections.run import document

        crowded = (f"{said[0].upper()}{said[1:]}." for said in self.context.too_few_places)
        return document(
            self.about(), self.data, self.case, self.ledger, self.compared, missing=self.context.missing_mechanisms,
            limits=(*LIMITS, *crowded), events=self.events, posterior=self.posterior, shown=self._made_summary,
        )  # fmt: skip

    def patterns_document(self, until: date | None = None, *, orderings_only: bool = False) -> "Document":
        """The patterns, or only those that say what came first, as a document.

        With `until`, the day that a fit ends at, each part is marked as in or out of its sample. For members that are
        drawn from a posterior it is the day that the posterior ends at, where none is given.
        """
        from fissure.present.formatting import day_of
        from fissure.present.sections.patterns import document

        found = self.orderings if orderings_only else self.patterns
        day = None if orderings_only else until or day_of(self.until)
        return document(found, self.plausible, self.about(), self.case.title, self.data, self.ledger, day)

    def __repr__(self) -> str:
        """One line, as a notebook shows it."""
        plan, members = self.stored.plan, self.stored.members
        many = f"{members} {'history' if members == 1 else 'histories'} of {plan.weeks} weeks"
        return f"<RunResult: {many}, {self.case.title}, seed {plan.seed}, in {self.stored.folder}>"

    @property
    def cautions(self) -> list[str]:
        """Cautions on the run where mechanisms come from other packages, a sentence each; mostly none."""
        packages, off = self.stored.plan.plugins, self.stored.plan.off
        said = [kept_results.of_run(packages)]
        if (drawn := self.posterior) is not None:
            said.append(kept_results.of_posterior(drawn.plugins, self.context.parameters, packages, off))
        return [one for one in said if one]

    def save(self, path: str | Path) -> Path:
        """Write records, parameters and events for other tools, and return the path; see `export_run`."""
        return export(self.stored, Path(path).expanduser())

    def about(self) -> RunDescription:
        """The facts of how the run was made."""
        plan, members = self.stored.plan, self.stored.members
        changed = differs(plan, origin_of(self.stored.folder), self.case)
        command = command_line(
            "run", self.context.cli_name, members=members, seed=plan.seed, weeks=plan.weeks, off=plan.off,
            posterior=self.named, prior=self.until is None and self.named is None,
        )  # fmt: skip
        return RunDescription(
            members=members,
            weeks=plan.weeks,
            seed=plan.seed,
            until=self.until,
            posterior=plan.draws or None,
            off=tuple(plan.off),
            war=plan.war,
            plugins=tuple(plan.plugins),
            cautions=tuple(self.cautions),
            units=plan.units,
            slots=plan.slots,
            worth=self.worth,
            timing=self.stored.timing,
            digest=plan.case_digest,
            model_digest=plan.model_digest,
            changed=CHANGED if changed else None,
            command=None if changed else command,
            version=__version__,
        )


@plain_arguments
def run(
    case: CaseLike = REFERENCE,
    *,
    members: int = 100,
    seed: int = 1,
    weeks: int | None = None,
    off: Iterable[str] = (),
    prior: bool = False,
    posterior: str | Path | None = None,
    out: str | Path | None = None,
    home: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> RunResult:
    """Simulate an ensemble of a case, or read back what is there already.

    Members are drawn from the posterior that comes with the case, where one does.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: how many simulated histories.
        seed: of all random numbers; the same seed gives the same arrays.
        weeks: how many weeks from the start; all of the case's where not given.
        off: names of mechanisms to switch off.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from, see `calibrate`.
        out: the folder to keep the run in; where not given, a folder in `home`, named by what is asked.
        home: the folder of runs; one in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far the run is.

    Returns the finished run.

    Raises `FissureError` with one clear sentence for anything the caller can mend, and for a posterior that was
    fitted to another model, case, prior or evidence.

    Example: four weeks of two histories.

        >>> import fissure
        >>> result = fissure.run("islamic_state", members=2, weeks=4)
        >>> dict(result.data["fighters"].sizes)
        {'member': 2, 'week': 4, 'origin': 2}
        >>> result.data["fighters"].attrs["units"]
        'persons'
    """
    context = context_of(case)
    context.check()
    drawn = context.draws(prior=prior, posterior=posterior)
    with workers_of(cluster) as workers, asking(members=members):
        stored = ensemble.run(
            context.case, members=members, seed=seed, weeks=weeks, off=off, out=None if out is None else Path(out),
            home=None if home is None else Path(home), draws=drawn, progress=progress, workers=workers,
        )  # fmt: skip
    return RunResult(context, stored, drawn, None if posterior is None else Path(posterior))


@plain_arguments
def read_run(folder: str | Path, case: CaseLike | None = None) -> RunResult:
    """The run that `folder` holds, as far as it is finished, with the case that it is of.

    Args:
        folder: of the run, as `run` was given it as `out`, or `RunResult.folder` of a run that was kept in the cache.
        case: the case that the run is of: a name, the path of a folder, or a loaded case. Where it is not given, it
            is looked for where it lay when the run was made, there from the run's folder, and beside these.

    Returns the run, of whatever members are finished.

    Warns (`CaseChanged`) where files of the case have changed since the run was made. Raises `FissureError` where there
    is no run, or its case cannot be found or has other weeks or places by now.

    Example:

        >>> import fissure
        >>> made = fissure.run("islamic_state", members=2, weeks=4)
        >>> fissure.read_run(made.folder).stored.members
        2
    """
    found = opened(folder, case)
    warn_of_changes(found.stored, found.case)
    return found


def opened(folder: str | Path, case: CaseLike | None = None) -> RunResult:
    """As `read_run`, for who says by other means that the case has changed: `RunResult.about` tells it."""
    stored = ensemble.open_run(Path(folder).expanduser())
    context = context_of_run(stored, case)
    drawn = with_digest(context.case, stored.plan.draws)
    return RunResult(context, stored, drawn[1] if drawn else None)


@plain_arguments
def export_run(folder: str | Path, path: str | Path) -> Path:
    """Write the run that `folder` holds to `path` for other tools, and return the path; its case need not be there.

    Args:
        folder: of the run.
        path: what ends in ``.nc`` is written as NetCDF, in ``.zarr`` as Zarr, and a name without an ending as a folder
            of CSV tables, one for each output.

    Returns `path`.

    Raises `FissureError` where there is no run, and where something is at `path`, which is left as it is.

    Example:

        >>> import fissure, tempfile
        >>> made = fissure.run("islamic_state", members=2, weeks=4)
        >>> fissure.export_run(made.folder, tempfile.mkdtemp() + "/run.nc").name
        'run.nc'
    """
    return export(ensemble.open_run(Path(folder)), Path(path))
