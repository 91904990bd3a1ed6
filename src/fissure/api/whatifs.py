"""Named studies of a case and changes of one's own: had something been otherwise."""

import json
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict

from fissure.api.arguments import plain_arguments
from fissure.api.results import Result, command_line
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.progress import Progress
from fissure.errors import ArgumentError
from fissure.files import JsonObject, disk_errors, write_whole
from fissure.studies import whatif as study
from fissure.studies.effective import few_histories
from fissure.studies.questions import Study, known_study
from fissure.studies.scenario import Scenario, refuse, scenario_of
from fissure.version import __version__

if TYPE_CHECKING:
    from fissure.present.document import Document

OWN = "own"
"""The name of an answer to a question that has none."""

About = TypedDict(
    "About",
    {
        "version": str, "members": int, "drawn from": str, "weeks": int, "seed": int, "units and slots": str,
        "digest of the case": str, "digest of the model": str,
    },
)  # fmt: skip
"""The facts of how a what-if was made, by label."""


@dataclass(frozen=True, eq=False)
class WhatIfResult(Result):
    """Finished what-ifs: an answer for each scenario, their page, and their numbers as JSON."""

    found: study.WhatIf
    studies: Mapping[str, Study]
    """The named studies among what was asked."""
    until: date | None = None
    """The last day of which the posterior that members are drawn from has seen anything; None for the prior."""
    posterior: Path | None = None
    """The file of that posterior, where one was named."""
    of: tuple[str, ...] = field(default=())
    """The outcomes that were asked for; the standard ones where empty."""

    def __iter__(self) -> Iterator[study.Answer]:
        """The answers, one for each scenario, in the order in which they were asked."""
        return iter(self.found.answers)

    def __getitem__(self, name: str) -> study.Answer:
        """The answer to the study called `name`, to a question of one's own ``own``."""
        return self.found.of[known_study(name, self.found.of)]

    @property
    def about(self) -> About:
        """The facts of how it was made, by label."""
        plan = self.found.plan
        return {
            "version": __version__,
            "members": self.found.members,
            "drawn from": f"the posterior of evidence up to {self.until}" if self.until else "the prior",
            "weeks": plan.weeks,
            "seed": plan.seed,
            "units and slots": f"{plan.units} units of {plan.slots} fighter slots",
            "digest of the case": plan.case_digest,
            "digest of the model": plan.model_digest,
        }

    @property
    def command(self) -> str:
        """The command that makes the same numbers again."""
        plan, own = self.found.plan, self.found.of.get(OWN)
        changes = [*self.studies, *([own.scenario.options] if own else [])]
        return command_line(
            "whatif", self.context.cli_name, *changes, of=self.of, members=self.found.members, weeks=plan.weeks,
            seed=plan.seed, posterior=self.posterior, prior=self.until is None,
        )  # fmt: skip

    def _document(self) -> "Document":
        from fissure.present.sections.whatif import document

        title, ledger = self.case.title, self.context.ledger
        return document(self.found, title, ledger, self.studies, self.about, self.command)

    def save(self, path: str | Path) -> Path:
        """Write all numbers as JSON and return the path; a number that is not defined is null."""
        path = Path(path)
        worth = self.found.worth
        sure = {
            "effective_size": worth.as_json() if worth else None,
            "few_histories": few_histories(self.found.members) or None,
        }
        numbers = {
            **self.about,
            "command": self.command,
            **sure,
            "answers": [answer_json(answer, self.studies.get(answer.name)) for answer in self],
        }
        with disk_errors(path.parent, 1 << 20):
            write_whole(path, json.dumps(numbers, indent=1, allow_nan=False).encode() + b"\n")
        return path


@plain_arguments
def whatif(
    studies: str | Iterable[str] = (),
    *,
    case: CaseLike = REFERENCE,
    set: str | Iterable[str] = (),
    off: str | Iterable[str] = (),
    since: str | date | None = None,
    of: str | Iterable[str] = (),
    members: int = study.MEMBERS,
    seed: int = 1,
    weeks: int | None = None,
    prior: bool = False,
    posterior: str | Path | None = None,
    out: str | Path | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
    **asked: Any,
) -> WhatIfResult:
    """Run the same histories as they are and with something changed, and tell the differences with their intervals.

    Args:
        studies: names of studies that come with the case, see `named_studies`.
        case: the name of a packaged case, the path of a case folder, or a loaded case.
        set: a change of one's own: drivers, each as ``forcing.strikes=x2`` (times two) or ``forcing.strikes=700``.
        off: a change of one's own: mechanisms to switch off.
        since: the day (``2015-03-16``) or month (``2015-03``) from which it holds; from the start if not given.
        of: outcomes, as ``collapse`` or ``territory@2016-12-31``; ten standard ones where none is named.
        members: how many simulated histories, each run once as it is and once for each change.
        seed: of all random numbers; the same seed gives the same differences.
        weeks: how many weeks from the start; all of the case's where not given.
        prior: draw members from the prior, whatever was learned.
        posterior: the file of another posterior to draw members from.
        out: the folder to keep what is measured in; a folder in the user's cache where not given.
        cluster: the address of a dask cluster that simulates, `local` or `local:N` for processes on this machine;
            threads of this process where not given.
        progress: shows how far it is.

    Returns the finished what-if: an answer for each study and for the change of one's own.

    Raises `FissureError` with one clear sentence for anything the caller can mend, and for a request to search for the
    change that serves an aim, which is refused.

    Example: nothing but air strikes is changed, so the ground at the start is not.

        >>> import fissure
        >>> found = fissure.whatif(set="forcing.strikes=x2", of="fighters@2014-07-21", members=2, weeks=4)
        >>> [one.outcome for answer in found for one in answer.differences]
        ['fighters@2014-07-21']
    """
    refuse(asked)
    if asked:
        raise TypeError(f"whatif() got an unexpected keyword argument '{next(iter(asked))}'")
    context = context_of(case)
    context.check()
    loaded, known = context.case, context.studies
    chosen = tuple(dict.fromkeys(studies))
    if chosen and not known:
        raise ArgumentError(
            f"{loaded.folder}: this case brings no named studies, expected a file studies.yaml in its folder"
        )
    named = {known_study(name, known, f" {context.cli_name}"): known[name] for name in chosen}
    scenarios = {name: one.scenario(context.parameters) for name, one in named.items()}
    own = scenario_of(off, set, day_or_month(since), parameters=context.parameters)
    if own.off or own.moves:
        scenarios[OWN] = own
    elif own.since:
        raise ArgumentError(f"found a day ({own.since}) and nothing that changes on it, expected set or off beside it")
    if not scenarios:
        raise ArgumentError(
            f"nothing was asked, expected a study ({', '.join(known) or 'the case brings none'}), set or off"
        )
    drawn = context.draws(prior=prior, posterior=posterior)
    with workers_of(cluster) as workers:
        found = study.whatif(
            loaded, scenarios, of=tuple(of), members=members, seed=seed, weeks=weeks, draws=drawn,
            out=None if out is None else Path(out), progress=progress, workers=workers,
        )  # fmt: skip
    until = drawn.until if drawn else None
    return WhatIfResult(context, found, named, until, None if posterior is None else Path(posterior), tuple(of))


def day_or_month(found: str | date | None) -> date | None:
    """The day that ``2015-03-16`` names, or the first of the month that ``2015-03`` names.

    Raises `FissureError` for anything else.
    """
    if found is None or isinstance(found, date):
        return found
    try:
        month = isinstance(found, str) and re.fullmatch(r"\d{4}-\d{2}", found)
        return date.fromisoformat(f"{found}-01" if month else found)
    except (TypeError, ValueError):
        raise ArgumentError(f"found {found!r}, expected a day such as 2015-03-16 or a month such as 2015-03") from None


def answer_json(answer: study.Answer, named: Study | None) -> JsonObject:
    """`answer` as plain values for JSON; `named` is the study that it answers, if that has a name."""
    scenario: Scenario = answer.scenario
    return {
        "name": answer.name,
        "title": named.title if named else None,
        "claims": list(named.claims) if named else [],
        "falsifies": bool(named and named.falsifies),
        "off": list(scenario.off),
        "set": [str(move) for move in scenario.moves],
        "from": str(scenario.since) if scenario.since else None,
        "changes_nothing": answer.changes_nothing,
        "outcomes": [
            {
                **{name: json_value(x) for name, x in asdict(one).items()},
                "verdict": one.verdict,
                "at_bound": one.at_bound.as_json(),
                "unreadable": one.unreadable,
            }
            for one in answer.differences
        ],
        "weekly": {
            course.series: {
                "unit": course.unit,
                **{
                    name: [json_value(float(x)) for x in getattr(course, name)]
                    for name in ("as_it_is", "mean", "low", "high", "least", "most")
                },
            }
            for course in answer.courses
        },
    }


def json_value(x: Any) -> Any:
    """`x` for JSON: six digits of a number, null for one that is not finite."""
    if isinstance(x, float):
        return float(f"{x:.6g}") if math.isfinite(x) else None
    return x
