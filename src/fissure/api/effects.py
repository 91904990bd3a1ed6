"""Effects on outcomes: whether each mechanism moves what its sources say, and what outcomes depend on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.api.results import Result, command_line, folder_of
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.progress import Progress
from fissure.studies import effects
from fissure.studies.outcomes import outcomes_of
from fissure.studies.paired_runs import planned
from fissure.studies.sensitivity import study
from fissure.version import __version__

if TYPE_CHECKING:
    from fissure.present.document import Document


@dataclass(frozen=True, eq=False)
class EffectsResult(Result):
    """Finished checks of mechanisms: what each found, and their page."""

    checked: effects.EffectStudy
    asked: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[effects.Effect]:
        """The effects that the checks found, in order of group and mechanism."""
        return iter(self.checked.effects)

    @property
    def holds(self) -> bool:
        """True where every check holds."""
        return self.checked.holds

    @property
    def command(self) -> str:
        """The command that makes the same numbers again."""
        plan, found = self.checked.plan, self.checked
        return command_line(
            "check", self.context.cli_name, *self.asked, members=found.members, weeks=plan.weeks, seed=plan.seed,
            quick=found.quick,
        )  # fmt: skip

    def _document(self) -> "Document":
        from fissure.present.sections import effects

        return effects.document(self.checked, self.case.title, self.context.ledger, self.command)


@plain_arguments
def check(
    mechanisms: str | Iterable[str] = (),
    *,
    case: CaseLike = REFERENCE,
    members: int = effects.MEMBERS,
    weeks: int | None = None,
    seed: int = 1,
    quick: bool = False,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> EffectsResult:
    """Check that each of `mechanisms` (all where none is named) moves what its sources say, the way they say.

    Args:
        mechanisms: names; see `fissure mechanisms`.
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: how many simulated histories at most; a check that holds with fewer stops there.
        weeks: how many weeks from the start; all of the case's where not given.
        seed: of all random numbers; the same seed gives the same numbers.
        quick: half the units and 16 members at most, for a first look.
        out: the folder to keep what is measured in; a folder in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far the checks are.

    Returns the verdicts, an effect for each check.

    Raises `FissureError` with one clear sentence for anything the caller can mend.

    Example: too few histories and weeks to show anything.

        >>> import fissure
        >>> found = fissure.check("pay-gap", members=2, weeks=4)
        >>> {effect.mechanism for effect in found}
        {'pay-gap'}
    """
    context, asked = context_of(case), tuple(mechanisms)
    context.check()
    with workers_of(cluster) as workers:
        checked = effects.check(
            context.case, asked, members=members, weeks=weeks, seed=seed, quick=quick,
            out=None if out is None else Path(out), progress=progress, workers=workers,
        )  # fmt: skip
    checked.save()
    return EffectsResult(context, checked, asked)


@dataclass(frozen=True, eq=False)
class SensitivityResult(Result):
    """A finished sensitivity study: its result, and its page."""

    result: study.Sensitivity
    posterior: Path | None = None
    """The file that histories take their parameters from, where one was named."""

    def _document(self) -> "Document":
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
        """The command that makes the same numbers again."""
        found, plan = self.result, self.result.plan
        return command_line(
            "sensitivity", self.context.cli_name, of=tuple(one.outcome for one in found.of), members=found.asked,
            seed=plan.seed, weeks=plan.weeks, posterior=self.posterior, prior=found.until is None, quick=found.quick,
        )  # fmt: skip


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
    """Show what outcomes depend on: inputs screened, shares of the variance, and which evidence would narrow them most.

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
    folder = folder_of(out, "runs", f"sensitivity-{plan.folder_name}")
    asked, figures = outcomes_of(of, loaded, plan.weeks), list(context.data)
    with workers_of(cluster) as workers:
        found = study.sensitivity(
            loaded, asked, figures, folder, draws=draws, runs=members, seed=seed, weeks=weeks, units=units, slots=slots,
            quick=quick, progress=progress, workers=workers,
        )  # fmt: skip
    found.save(folder / "sensitivity.json")
    return SensitivityResult(context, found, None if posterior is None else Path(posterior))
