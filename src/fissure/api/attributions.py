"""Attribution of outcomes to mechanisms: why it came apart."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.api.results import Option, Result, command_line
from fissure.cases.loader import Case
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, Context, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.plan import plan_of
from fissure.engine.progress import Progress
from fissure.errors import ArgumentError
from fissure.studies import attribution as study
from fissure.studies.attribution import FULL, QUICK, Explanation, Size
from fissure.studies.attribution_file import KEPT, SavedAttribution, read_explained
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.kept_results import keep_in
from fissure.studies.outcomes import outcomes_of

if TYPE_CHECKING:
    from fissure.present.document import Document

__all__ = ["AttributionResult", "explain", "explain_folder", "read_explained", "size_of"]


@dataclass(frozen=True, eq=False)
class AttributionResult(Result):
    """A finished attribution: its numbers in `found`, its page, and its file."""

    saved: SavedAttribution

    @property
    def found(self) -> Explanation:
        """All that was measured."""
        return self.saved.found

    def _document(self) -> "Document":
        from fissure.present.sections.attribution import document

        return document(self.saved, self.case.title)

    def write(self, path: str | Path) -> Path:
        """Write all numbers as JSON, for `read_explained`, and return the path."""
        return self.saved.write(path)

    def keep(self) -> Path:
        """Keep it with the case, for reports of its runs to show; returns where it lies.

        Raises `FissureError` where it is of a part of the case's weeks, and where its folder cannot be written.
        """
        require_all_weeks(self.case, self.found.plan.weeks)
        return self.saved.write(keep_in(self.case) / KEPT)


@plain_arguments
def explain(
    case: CaseLike = REFERENCE,
    of: str | Iterable[str] = (),
    *,
    quick: bool = False,
    members: int | None = None,
    sampled: int | None = None,
    strongest: int | None = None,
    pairs: int | None = None,
    error: float | None = None,
    seed: int = 1,
    weeks: int | None = None,
    prior: bool = False,
    posterior: str | Path | None = None,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> AttributionResult:
    """Share outcomes among the mechanisms: how much of what came about is due to each of them, and to pairs.

    Members are drawn from the posterior that comes with the case, where one does. What was measured is kept; the same
    call goes on from it.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        of: outcomes, such as ``collapse`` or ``territory@2016-12-31``; the standard ones where none is named. The
            first says which mechanisms are strongest, and when sampling may stop.
        quick: few members, and no game of the strongest.
        members: of the game of the five groups, each with 32 runs.
        sampled: members at most over which all mechanisms are sampled, each with twice as many runs as mechanisms.
        strongest: how many mechanisms are the strongest.
        pairs: members of their game, each with 2 to the power of `strongest` runs; 0 leaves it out.
        error: at which sampling stops, as a share of the whole effect.
        seed: of all random numbers; the same seed gives the same values.
        weeks: how many weeks from the start; all of the case's where not given.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from.
        out: the folder to keep what is measured in; a folder in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.

    Returns the finished attribution.

    Raises `FissureError` with one clear sentence for anything the caller can mend.

    Example: the smallest attribution that there is.

        >>> import fissure
        >>> made = fissure.explain(of="deserted", weeks=4, members=2, sampled=2, pairs=0)
        >>> [outcome.name for outcome in made.found.outcomes]
        ['deserted']
    """
    context = context_of(case)
    context.check()
    loaded = context.case
    size = size_of(quick=quick, members=members, sampled=sampled, strongest=strongest, pairs=pairs, error=error)
    drawn = context.draws(prior=prior, posterior=posterior)
    asked = tuple(of)
    with workers_of(cluster) as workers:
        found = study.explain(
            loaded, of=asked, size=size, draws=drawn, seed=seed, weeks=weeks,
            out=None if out is None else Path(out), progress=progress, workers=workers,
        )  # fmt: skip
    command = _command(context, found, asked, quick, prior=drawn is None, posterior=posterior)
    return AttributionResult(context, SavedAttribution(found, command, None if drawn is None else drawn.until))


def size_of(
    *,
    quick: bool = False,
    members: int | None = None,
    sampled: int | None = None,
    strongest: int | None = None,
    pairs: int | None = None,
    error: float | None = None,
) -> Size:
    """The size that `explain` takes with these arguments. Raises `FissureError` for one that says nothing."""
    given = {"groups": members, "sampled": sampled, "strongest": strongest, "pairs": pairs, "error": error}
    size = replace(QUICK if quick else FULL, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    if isinstance(sampled, int) and sampled < size.least:
        size = replace(size, least=max(sampled, 2))
    study.check_size(size)
    return size


def require_all_weeks(case: Case, weeks: int | None) -> None:
    """Raise `FissureError` where an attribution of so many weeks is not to be kept with the case."""
    if weeks not in (None, case.weeks):
        raise ArgumentError(f"found {weeks} weeks to keep, expected all {case.weeks} of the case")


def explain_folder(
    context: Context, of: Iterable[str], draws: Posterior | None, *, seed: int, weeks: int | None
) -> str:
    """The name of the folder of an attribution where the user gives none.

    Raises `FissureError` for outcomes that there are not, and for what cannot be run.
    """
    digest = "" if draws is None else draws.digest
    plan = plan_of(context.case, context.parameters, seed=seed, weeks=weeks, draws=digest)
    key = "\0".join([plan.key, *(one.name for one in outcomes_of(of, context.case, weeks))])
    return f"explain-{context.case.name}-{hashlib.sha256(key.encode()).hexdigest()[:12]}"


def _command(context: Context, found: Explanation, asked: tuple[str, ...], quick: bool, **drawn: Option) -> str:
    """The command that makes the same numbers again."""
    size, base = found.size, QUICK if quick else FULL
    options = {"members": "groups", "sampled": "sampled", "strongest": "strongest", "pairs": "pairs", "error": "error"}
    other = {o: getattr(size, name) for o, name in options.items() if getattr(size, name) != getattr(base, name)}
    made = {"seed": found.plan.seed, "weeks": found.plan.weeks}
    return command_line("explain", context.cli_name, of=asked, quick=quick, **other, **made, **drawn)
