"""The evidence of a case: what a name rests on, and what is learned from it by calibration and hindcasts."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.api.results import Result, command_line, folder_of
from fissure.cases.loader import in_war
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.ensemble import planned
from fissure.engine.progress import Progress
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError
from fissure.evidence import Ledger, Trace
from fissure.files import disk_errors
from fissure.studies import hindcast as hindcasts
from fissure.studies.calibration.fit import MEMBERS, Calibration, Setting, weeks_until
from fissure.studies.calibration.fit import calibrate as fit
from fissure.studies.calibration.posterior import KEPT as POSTERIORS
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.hindcast import Hindcast
from fissure.studies.kept_results import keep_in
from fissure.studies.questions import Study
from fissure.version import __version__

if TYPE_CHECKING:
    from fissure.present.document import Document


@plain_arguments
def ledger(case: CaseLike = REFERENCE) -> Ledger:
    """All claims, those of other packages among them, and the observations of `case`, if it brings a ledger.

    Args:
        case: the name of a packaged case, the path of a case folder, a loaded case or a context.

    Returns the ledger: sources, claims, observations, variables and mechanisms by id.

    Raises `FissureError` for a case or a ledger that cannot be read.

    Example:

        >>> import fissure
        >>> fissure.ledger().observations["fighters-total-2014-09-cia"].ends
        (20000.0, 31500.0)
    """
    return context_of(case).ledger


@plain_arguments
def trace(name: str, case: CaseLike = REFERENCE) -> Trace:
    """Trace a mechanism, parameter, output, source, claim or observation to what it rests on, rivals side by side.

    Args:
        name: as the ledger or the model has it, such as ``pay-gap``, ``pay-gap.exposure`` or ``fighters``.
        case: the case whose evidence to use.

    Returns the trace: claims with source and line, observations, parameters, rivals.

    Raises `FissureError` for a name that there is not, with the nearest one.

    Example:

        >>> import fissure
        >>> [claim.id for claim in fissure.trace("pay-gap").claims][:1]
        ['S0-05b']
    """
    return context_of(case).trace(name)


@plain_arguments
def named_studies(case: CaseLike = REFERENCE) -> dict[str, Study]:
    """The named studies of a case, in order; none where it brings none.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.

    Returns the studies by name, for `whatif`.

    Raises `FissureError` for a case that cannot be read.

    Example:

        >>> import fissure
        >>> fissure.named_studies()["hundred-strikes"].off
        ()
    """
    return dict(context_of(case).studies)


@plain_arguments
def draws_of(
    case: CaseLike = REFERENCE, *, prior: bool = False, posterior: str | Path | None = None
) -> Posterior | None:
    """The posterior that members of `case` are drawn from; None for the prior.

    Raises `FissureError` where both are asked for, and for a posterior that cannot be read or is stale.
    """
    return context_of(case).draws(prior=prior, posterior=posterior)


@dataclass(frozen=True, eq=False)
class FitResult(Result):
    """A finished calibration: the posterior, what its checks found, and their page."""

    calibration: Calibration
    folder: Path

    @property
    def posterior(self) -> Posterior:
        """The posterior: what was learned."""
        return self.calibration.posterior

    def _document(self) -> "Document":
        from fissure.present.sections.calibration import document

        until, made = str(self.posterior.until), self.posterior.made
        command = command_line(
            "calibrate", self.context.cli_name, until=until, members=made["members"], seed=made["seed"]
        )
        return document(self.calibration, self.case, self.context.ledger, command, __version__)

    def keep(self) -> Path:
        """Keep the posterior with the case, for every later run of it to use; returns where it lies.

        Raises `FissureError` where the folder of the case cannot be written.
        """
        path = keep_in(self.case) / POSTERIORS / f"{self.posterior.until}.json"
        with disk_errors(path.parent, 1 << 20):
            self.posterior.write(path)
        return path


@plain_arguments
def calibrate(
    case: CaseLike = REFERENCE,
    *,
    until: str | date,
    members: int = MEMBERS,
    seed: int = 1,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> FitResult:
    """Learn from what was published of a case up to the day `until`, and check what was learned.

    It is learned in the war as recorded, in whichever war the case was loaded; members of either can be drawn from it.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        until: the cut-off, a day or its text (``2015-12-31``); figures of later days are never looked at.
        members: how many simulated histories to learn from.
        seed: of all random numbers.
        out: the folder of the fit; one in the user's cache where not given. Asked again, a fit goes on where it was.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.

    Returns the finished fit: the posterior and what its checks found.

    Raises `FissureError` with one clear sentence for anything the caller can mend, such as BayesFlow not installed.

    Example: too few histories to learn much from.

        >>> import fissure
        >>> fit = fissure.calibrate("islamic_state", until="2014-12-31", members=64)
        >>> fit.posterior.until
        datetime.date(2014, 12, 31)
    """
    context, day = context_of(case, "recorded"), day_of(until)
    context.check()
    loaded = context.case
    folder = folder_of(out, "fits", f"{loaded.name}-{day}")
    with workers_of(cluster) as workers:
        made = fit(
            loaded, context.ledger, day, setting=Setting(members=members, seed=seed), out=folder, progress=progress,
            workers=workers,
        )  # fmt: skip
    return FitResult(context, made, folder)


@dataclass(frozen=True, eq=False)
class HindcastResult(Result):
    """Finished forecasts from past dates, with what they were scored against."""

    hindcast: Hindcast

    def _document(self) -> "Document":
        from fissure.present.sections.hindcast import command_of, document

        context = self.context
        return document(self.hindcast, context.ledger, command_of(self.hindcast, context.cli_name))

    def keep(self) -> Path:
        """Keep it with the case, for reports of its runs to show; returns where it lies.

        Raises `FissureError` where the folder of the case cannot be written.
        """
        path = keep_in(self.context.case) / hindcasts.KEPT
        with disk_errors(path.parent, 1 << 20):
            path.parent.mkdir(parents=True, exist_ok=True)
            return replace(self.hindcast, case_digest=self.context.case.digest).save(path)


def day_of(found: str | date) -> date:
    """The day that a text such as ``2015-12-31`` names. Raises `FissureError` for anything else."""
    try:
        return found if isinstance(found, date) else date.fromisoformat(found)
    except (TypeError, ValueError):
        raise ArgumentError(f"found {found!r}, expected a day such as 2015-12-31") from None


@plain_arguments
def hindcast(
    case: CaseLike = REFERENCE,
    dates: Iterable[str | date] = (),
    *,
    members: int = 300,
    seed: int = 1,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> HindcastResult:
    """Fit a case to what was published up to each date, forecast to the end, and score what was published later.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        dates: from which to forecast; those of the case (`dates.yaml`) where not given.
        members: of each forecast; the fits learn from as many as those of `calibrate`.
        seed: of all random numbers; the same seed gives the same scores.
        out: the folder to keep fits, runs and `hindcast.json` in; a folder in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.

    Returns the forecasts with their scores.

    Raises `FissureError` with one clear sentence for anything the caller can mend. What was finished is kept there,
    and the same call goes on from it.

    Example: what would have been said at the end of 2016, from few histories.

        >>> import fissure
        >>> result = fissure.hindcast("islamic_state", "2016-12-31", members=16)
        >>> [one.date.isoformat() for one in result.hindcast.dates]
        ['2016-12-31']
    """
    context = context_of(case)
    context.check()
    loaded, known = context.case, context.ledger
    recorded = in_war(loaded, "recorded")
    days = sorted({day_of(one) for one in dates}) or hindcasts.default_dates(loaded, known)
    weeks = weeks_until(loaded, days[-1])
    folder = folder_of(out, "hindcasts", loaded.name)

    def learned(until: date) -> Posterior:
        bank, own = folder / f"bank-{weeks}", folder / str(until) / "fit"  # all dates learn from one simulated prior
        setting = Setting(seed=seed)
        return fit(
            recorded, known, until, setting=setting, weeks=weeks, bank=bank, out=own, progress=progress, workers=workers
        ).posterior  # fmt: skip

    asked = StudyManifest("hindcast", planned(loaded, seed=seed), members, changes=tuple(f"from {day}" for day in days))
    with workers_of(cluster) as workers, keeping(folder, asked):
        found = hindcasts.hindcast(
            loaded, known, days, fit=learned, members=members, seed=seed, out=folder, progress=progress, workers=workers
        )  # fmt: skip
        with disk_errors(folder, 1 << 20):
            found.save(folder / "hindcast.json")
    return HindcastResult(context, found)
