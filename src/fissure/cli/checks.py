"""Commands that hold the model against its sources: effects, orderings, patterns."""

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fissure.cli.parts import (
    REFERENCE,
    AsJson,
    CaseOrRun,
    FromPrior,
    OfCase,
    OnCluster,
    Seed,
    Weeks,
    folder_option,
    show,
    split_case,
    whole,
)
from fissure.errors import ArgumentError

if TYPE_CHECKING:
    from fissure.api import RunResult


def check(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CASE] [MECHANISM]...", help="A case; mechanisms, all if none."),
    ] = None,
    members: Annotated[
        int, typer.Option(parser=whole, metavar="N", help="Histories at most; stops early once a check passes.")
    ] = 48,
    weeks: Weeks = None,
    seed: Seed = 1,
    quick: Annotated[bool, typer.Option("--quick", help="A first look: half the units, 16 members at most.")] = False,
    out: Annotated[
        Path | None,
        folder_option("Folder for the numbers and the page; ./runs/check-CASE-... by default."),
    ] = None,
    cluster: OnCluster = None,
    as_json: AsJson = False,
) -> None:
    """Check that each mechanism moves what its sources say: paired runs with and without it, with the same luck.

    A check that was stopped goes on where it was. Exit code 1 if one does not hold.
    """
    from fissure import api
    from fissure.engine.progress import RichProgress
    from fissure.studies.effects import planned

    case, mechanisms = split_case(words)
    context = api.context_of(case)
    folder = out or Path("runs") / f"check-{planned(context.case, weeks=weeks, seed=seed, quick=quick).folder_name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.check(
        mechanisms, case=context, members=members, weeks=weeks, seed=seed, quick=quick, out=folder,
        cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    folder.mkdir(parents=True, exist_ok=True)
    show(found.document(), {"Page": found.report(folder / "effects.html")}, as_json=as_json)
    if not found.holds:
        raise typer.Exit(1)


def orderings(
    case: CaseOrRun = REFERENCE,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Seed = 1,
    prior: FromPrior = False,
    of: OfCase = None,
    as_json: AsJson = False,
) -> None:
    """Check those of the patterns that say what came first: met or not, over the members of a run that count.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    result = _result_of(case, members, seed, prior, of)
    show(result.patterns_document(orderings_only=True), as_json=as_json)


def patterns(
    case: CaseOrRun = REFERENCE,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Seed = 1,
    prior: FromPrior = False,
    of: OfCase = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Mark what a fit up to that day could have known.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check the patterns that the record shows, from the single fighter to the war: met or not, and in what share.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    from fissure.present.formatting import day_of

    day = day_of(until)
    show(_result_of(case, members, seed, prior, of).patterns_document(day), as_json=as_json)


def _result_of(case: str, members: int, seed: int, prior: bool, of: str | None) -> "RunResult":
    """The run in a folder, or that of a case, made where it is not there. `of` says which case a run is of."""
    from fissure import api
    from fissure.engine.progress import RichProgress

    if (Path(case) / "run.json").exists():
        return api.read_run(case, of)
    if of is not None:
        raise ArgumentError(f"found --case {of} beside {case}, which is no run; expected it with the folder of a run")
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return api.run(case, members=members, seed=seed, prior=prior, home=Path("runs"), progress=RichProgress())
