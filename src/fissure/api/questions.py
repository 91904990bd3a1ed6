"""Answers to the questions that a case's sources ask."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from fissure.api.arguments import plain_arguments
from fissure.api.results import Result, command_line, folder_of
from fissure.cases.loader import Case
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, Context, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.ensemble import planned
from fissure.engine.plan import MOST_MEMBERS, whole
from fissure.engine.progress import Progress
from fissure.engine.study_folder import StudyManifest, keeping
from fissure.errors import ArgumentError
from fissure.studies import answers as study
from fissure.studies import attribution_file as attribution
from fissure.studies.attribution import QUICK, Explanation, explain
from fissure.studies.effective import pasts_of
from fissure.studies.kept_results import keep_in, uncovered
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import outcomes_of
from fissure.studies.paired_runs import PairedRuns, RunOptions
from fissure.studies.questions import Question, Study
from fissure.studies.scenario import AS_IT_IS
from fissure.studies.whatif import MEMBERS, whatif

if TYPE_CHECKING:
    from fissure.present.document import Document


@dataclass(frozen=True, eq=False)
class AnswersResult(Result):
    """Answers of a case, their page, and their file."""

    found: study.Answers

    def __iter__(self) -> Iterator[study.Answer]:
        """The answers in the order in which the questions are asked."""
        return iter(self.found.answers)

    def _document(self) -> "Document":
        from fissure.present.sections.answers import document

        return document(self.found, self.case.title, self.context.ledger)

    def save(self, path: str | Path) -> Path:
        """Write all numbers as JSON and return the path."""
        return self.found.save(path)

    def keep(self) -> Path:
        """Keep them with the case, for reports of its runs to show; returns where they lie."""
        return replace(self.found, case_digest=self.case.digest).save(keep_in(self.case) / study.KEPT)


@plain_arguments
def answers(
    case: CaseLike = REFERENCE,
    *,
    members: int = MEMBERS,
    seed: int = 1,
    weeks: int | None = None,
    prior: bool = False,
    posterior: str | Path | None = None,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> AnswersResult:
    """Answer the questions that the sources of a case ask, with the studies that its `questions.yaml` names.

    An attribution that was kept with the case (`fissure explain --keep`) is used where it is of the same members; else
    a quick one is made.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        members: simulated histories of each paired study, and of the group as it was.
        seed: of all random numbers; the same seed gives the same answers.
        weeks: how many weeks from the start; all of the case's where not given.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from.
        out: the folder to keep what is measured in; a folder in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.

    Returns the answers, in the order in which the questions are asked.

    Raises `FissureError` with one clear sentence for anything the caller can mend, and for a case that asks nothing.

    Example:

        >>> import fissure
        >>> found = fissure.answers("islamic_state", members=2)
        >>> [answer.name for answer in found][:1]
        ['from-the-inside-out']
    """
    whole("members", members, 2, MOST_MEMBERS)  # what comes first is made with a size of its own
    context = context_of(case)
    context.check()
    loaded = context.case
    questions, studies = asked_of(context)
    drawn = context.draws(prior=prior, posterior=posterior)
    folder = folder_of(out, "runs", f"answers-{loaded.name}")
    plan = planned(loaded, seed=seed, weeks=weeks, draws=drawn)
    asked = StudyManifest("answers", plan, members, until=None if drawn is None else drawn.until)
    with workers_of(cluster) as workers, keeping(folder, asked):
        options: RunOptions = {
            "seed": seed, "weeks": weeks, "draws": drawn, "progress": progress, "workers": workers
        }  # fmt: skip
        found = _study_results(context, questions, studies, members, folder, options)
    made = study.answer(
        loaded, questions, found, draws="" if drawn is None else drawn.digest, weeks=weeks or loaded.weeks,
        command=command_line(
            "answers", context.cli_name, members=members, seed=seed, weeks=None if weeks == loaded.weeks else weeks,
            prior=prior, posterior=posterior,
        ),
    )  # fmt: skip
    return AnswersResult(context, made)


def _study_results(
    context: Context,
    questions: Sequence[Question],
    studies: Mapping[str, Study],
    members: int,
    folder: Path,
    options: RunOptions,
) -> study.StudyResults:
    """Run the studies that questions ask for, each in a folder of its own below `folder`."""
    case, weeks = context.case, options["weeks"]
    scenarios = {one.whatif: studies[one.whatif].scenario(context.parameters) for one in questions if one.whatif}
    changed = tuple(dict.fromkeys(name for one in questions if one.whatif for name in one.outcomes))
    plain = tuple(dict.fromkeys(one.run for one in questions if one.run))
    shared = tuple(dict.fromkeys(name for one in questions if not (one.whatif or one.run) for name in one.outcomes))
    return study.StudyResults(
        shared=_shared(case, shared, folder / "explain", options) if shared else None,
        whatifs=whatif(
            case, scenarios, of=changed, members=members, out=folder / "whatif", **options
        ) if scenarios else None,
        asked=outcomes_of(plain, case, weeks) if plain else (),
        as_it_was=_as_it_was(case, plain, members, folder / "as-it-was", options),
        pasts=pasts_of(options["draws"], options["seed"], members),
        room=case.units * case.slots,
        weeks=weeks or case.weeks,
    )  # fmt: skip


def _as_it_was(case: Case, of: Sequence[str], members: int, folder: Path, options: RunOptions) -> Floats:
    """(members, outcomes) with nothing changed."""
    if not of:
        return np.empty((members, 0))
    worlds = PairedRuns.of(case, outcomes_of(of, case, options["weeks"]), folder, **options)
    jobs = [(AS_IT_IS, member) for member in range(members)]
    worlds.measure(jobs, "as it was")
    worlds.require(jobs)
    return worlds.values(AS_IT_IS, range(members))


def asked_of(context: Context) -> tuple[tuple[Question, ...], Mapping[str, Study]]:
    """The questions of a case and its named studies. Raises `FissureError` where it asks nothing."""
    if not context.questions:
        raise ArgumentError(
            f"{context.case.folder}: this case asks nothing, expected a file questions.yaml in its folder"
        )
    return context.questions, context.studies


def _shared(case: Case, of: Sequence[str], folder: Path, options: RunOptions) -> Explanation:
    """The attribution that was kept with the case if it serves, else a quick one."""
    drawn, weeks = options["draws"], options["weeks"]
    kept = attribution.kept(case, "" if drawn is None else drawn.digest)
    if kept is not None and weeks in (None, case.weeks) and not uncovered(kept.found.plan.plugins):
        found = kept.found
        if found.plan.seed == options["seed"] and {one.name for one in found.outcomes} >= set(of):
            return found
    return explain(case, of=of, size=QUICK, out=folder, **options)
