"""Checking that each mechanism moves what its sources say."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.api.arguments import plain_arguments
from fissure.cases.loader import Case
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, Context, context_of
from fissure.engine.cluster import workers_of
from fissure.engine.progress import Progress
from fissure.studies import effects

if TYPE_CHECKING:
    from fissure.present.document import Document


@dataclass(frozen=True, eq=False)
class EffectsResult:
    """Finished checks of mechanisms: what each found, and their page."""

    context: Context
    checked: effects.EffectStudy
    asked: tuple[str, ...] = ()

    @property
    def case(self) -> Case:
        """The case that was simulated."""
        return self.context.case

    def __iter__(self) -> Iterator[effects.Effect]:
        """What each check found, in order of group and mechanism."""
        return iter(self.checked.effects)

    @property
    def holds(self) -> bool:
        """Whether every check holds."""
        return self.checked.holds

    @property
    def command(self) -> str:
        """The command that makes the same numbers again."""
        plan, most = self.checked.plan, self.checked.members
        said = ["fissure check", self.context.cli_name, *self.asked, f"--members {most} --weeks {plan.weeks}"]
        return " ".join([*said, f"--seed {plan.seed}", *(["--quick"] if self.checked.quick else [])])

    def document(self) -> "Document":
        """The result as a document, for a terminal, a page or JSON."""
        from fissure.present.sections import effects

        return effects.document(self.checked, self.case.title, self.context.ledger, self.command)

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        from fissure.present.render import html

        return html.write(self.document(), Path(path))


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
        progress: is told how far the checks are.

    Returns the verdicts, an effect for each check.

    Raises `FissureError` with one clear sentence for anything the caller can mend.

    Example: too few histories and weeks to show anything.

        >>> import fissure
        >>> found = fissure.check("pay-gap", members=2, weeks=4)
        >>> {effect.mechanism for effect in found}
        {'pay-gap'}
    """
    context = context_of(case)
    asked = (mechanisms,) if isinstance(mechanisms, str) else tuple(mechanisms)
    context.check()
    with workers_of(cluster) as workers:
        checked = effects.check(
            context.case, asked, members=members, weeks=weeks, seed=seed, quick=quick,
            out=Path(out).expanduser() if out else None, progress=progress, workers=workers,
        )  # fmt: skip
    checked.save()
    return EffectsResult(context, checked, asked)
