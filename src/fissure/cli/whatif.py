"""`fissure whatif`: what a change would have done."""

import signal
from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import FromPosterior, FromPrior, OnCluster, Seed, Weeks, folder_option, show, split_case, whole
from fissure.errors import FissureError


def whatif(
    words: Annotated[
        list[str] | None,
        typer.Argument(metavar="[CASE] [STUDY]...", help="A case, the reference case if none; named studies of it."),
    ] = None,
    moves: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=x2", help="Your own: multiply (x2) or set (2) a driver; may be repeated."),
    ] = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Your own: switch a mechanism off; may be repeated.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="DATE|YYYY-MM", help="When your own change begins; at once if not.")
    ] = None,
    of: Annotated[
        list[str] | None,
        typer.Option(metavar="OUTCOME", help="As collapse or territory@2016-12-31; may be given again."),
    ] = None,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 48,
    seed: Seed = 1,
    weeks: Weeks = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    out: Annotated[
        Path | None,
        folder_option("Folder for the numbers and the page; ./runs/whatif-CASE-... by default."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Every named study of the case.")] = False,
    list_: Annotated[bool, typer.Option("--list", help="Show the named studies and stop.")] = False,
    search: Annotated[
        str | None,
        typer.Option("--maximise", "--maximize", "--minimise", "--minimize", "--optimise", "--optimize", hidden=True),
    ] = None,
    cluster: OnCluster = None,
) -> None:
    """Tell what a change would have done: the same histories with and without it, and their differences.

    Name studies that come with the case, or say a change of your own with --set, --off and --from. A what-if that was
    stopped goes on where it was. Nothing here searches for a change that serves an aim.
    """
    from fissure.studies.refusal import REFUSED, refuse

    if search is not None:
        refuse([REFUSED[0]])
    from fissure import api
    from fissure.engine.progress import RichProgress
    from fissure.present.render.terminal import FittedTable
    from fissure.present.sections.whatif import listed
    from fissure.studies.whatif import planned

    case, studies = split_case(words)
    context = api.context_of(case)
    known = context.studies if all_ or list_ else {}
    if (all_ or list_) and not known:
        raise FissureError(
            f"{context.case.folder}: this case brings no named studies, expected a file studies.yaml in its folder, or "
            "--set or --off"
        )
    if list_:
        show(FittedTable(listed(known.values())))
        return
    draws = context.draws(prior=prior, posterior=posterior)
    folder = out or Path("runs") / f"whatif-{planned(context.case, seed=seed, weeks=weeks, draws=draws).folder_name}"
    if draws is not None:
        typer.echo(f"Members are drawn from the posterior of evidence up to {draws.until}; --prior for the prior.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.whatif(
        [*studies, *known], case=context, set=moves or (), off=off or (), since=since, of=of or (),
        members=members, seed=seed, weeks=weeks, prior=prior, posterior=posterior, out=folder,
        cluster=cluster, progress=RichProgress(what="runs"),
    )  # fmt: skip
    made = {"Numbers": found.save(folder / "whatif.json"), "Page": found.report(folder / "whatif.html")}
    show(found.document(), made)
