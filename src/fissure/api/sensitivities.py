"""What outcomes depend on, and which evidence would narrow them."""

import shlex
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.cases.loader import Case
from fissure.cases.naming import REFERENCE, called
from fissure.context import CaseLike, context_of
from fissure.engine.cache import cache_base
from fissure.engine.cluster import workers_of
from fissure.engine.progress import Progress
from fissure.studies.outcomes import outcomes_of
from fissure.studies.paired_runs import planned
from fissure.studies.sensitivity import study
from fissure.version import __version__

if TYPE_CHECKING:
    from fissure.present.document import Document


@dataclass(frozen=True, eq=False)
class SensitivityResult:
    """A finished sensitivity study: its result, and its page."""

    case: Case
    result: study.Sensitivity
    drawn: str = ""
    """The option that says where histories take their parameters from."""

    def document(self) -> "Document":
        """The result as a document, for a terminal, a page or JSON."""
        from fissure.present.sections.sensitivity import document

        found, plan = self.result, self.result.plan
        facts = {
            "runs": f"{found.runs:,}",
            "weeks": str(plan.weeks),
            "seed": str(plan.seed),
            "units and slots": f"{plan.units} units of {plan.slots} fighter slots",
            "histories are drawn from": f"the posterior up to {found.until}" if found.until else "the prior",
            "digest of the case": plan.case_digest,
        }
        return document(found, self.case.title, facts.items(), self.command, __version__)

    @property
    def command(self) -> str:
        """What to type in a terminal for the same numbers."""
        found, plan = self.result, self.result.plan
        asked = " ".join(f"--of {one.outcome}" for one in found.of)
        sizes = f"--members {found.asked} --seed {plan.seed} --weeks {plan.weeks}"
        quick = " --quick" if found.quick else ""
        return f"fissure sensitivity {called(self.case.folder)} {asked} {sizes}{self.drawn}{quick}"

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        from fissure.present.render import html

        return html.write(self.document(), Path(path))


@plain_arguments
def sensitivity(
    of: str | Iterable[str] = (),
    *,
    case: CaseLike = REFERENCE,
    members: int | None = None,
    seed: int = 1,
    weeks: int | None = None,
    prior: bool = False,
    posterior: str | Path | None = None,
    quick: bool = False,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    units: int | None = None,
    slots: int | None = None,
) -> SensitivityResult:
    """What outcomes depend on: inputs screened, shares of the variance, and which evidence would narrow them most.

    Args:
        of: outcomes, such as ``collapse`` or ``territory@2016-12-31``; the standard ones where not given.
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: how many histories to simulate in all; 3,200 where not given, 900 for a quick look.
        seed: of all random numbers; the same seed gives the same numbers.
        weeks: how many weeks from the start; all of the case's where not given.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from.
        quick: half the units and fewer runs, for a first look.
        out: the folder for what is measured and `sensitivity.json`; one in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.
        units, slots: sizes of a member; the case's where not given.

    Returns the finished study.

    Raises `FissureError` with one clear sentence for anything the caller can mend, such as SALib not installed. What
    was measured is kept, and the same call goes on from it.

    Example: the smallest study that there is, of a quick look.

        >>> import fissure
        >>> made = fissure.sensitivity("deserted", members=900, weeks=4, quick=True, prior=True)
        >>> [one.outcome for one in made.result.of]
        ['deserted']
    """
    context = context_of(case)
    context.check()
    loaded = context.case
    study.available()
    draws = context.draws(prior=prior, posterior=posterior)
    plan = planned(loaded, draws=draws, seed=seed, weeks=weeks, units=units, slots=slots, quick=quick)
    folder = Path(out).expanduser() if out else cache_base() / "runs" / f"sensitivity-{plan.folder_name}"
    asked, figures = outcomes_of(of, loaded, plan.weeks), list(context.data)
    with workers_of(cluster) as workers:
        found = study.sensitivity(
            loaded, asked, figures, folder, draws=draws, runs=members, seed=seed, weeks=weeks, units=units, slots=slots,
            quick=quick, progress=progress, workers=workers,
        )  # fmt: skip
    found.save(folder / "sensitivity.json")
    drawn = f" --posterior {shlex.quote(str(posterior))}" if posterior else "" if draws else " --prior"
    return SensitivityResult(loaded, found, drawn)
