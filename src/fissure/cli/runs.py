"""`fissure run`, `fissure runs` and the patterns of a run: simulating a case, what is stored, and taking it away."""

import sys
from contextlib import nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fissure.cli import parts
from fissure.cli.parts import REFERENCE, folder_option
from fissure.errors import ArgumentError

if TYPE_CHECKING:
    from fissure.api import RunResult, Stored
    from fissure.files import JsonObject

stored = typer.Typer(help="List the runs and studies that are stored, show how one was made, delete some.")

Places = Annotated[
    list[Path] | None,
    typer.Option(
        "--in", parser=parts.path, metavar="FOLDER",
        help="Look here; may be again. ./runs and the user's cache by default.",
    ),
]  # fmt: skip
Verify = Annotated[bool, typer.Option("--verify", help="Hold every file against its checksum; takes a while.")]
MOST_DAYS = timedelta(36_500)


def _days(found: str) -> timedelta:
    """So many days, not all of them whole."""
    try:
        days = timedelta(days=float(found))
    except (ValueError, OverflowError):
        days = timedelta(-1)
    if not timedelta() <= days <= MOST_DAYS:
        raise typer.BadParameter(f"found '{parts.shown(found)}', expected a number of days from 0 to {MOST_DAYS.days}")
    return days


@stored.callback(invoke_without_command=True)
def list_(context: typer.Context, places: Places = None, verify: Verify = False, as_json: parts.AsJson = False) -> None:
    """List the runs and studies that are stored: what they are, their size and state, how they were made.

    Exit code 1 if one is damaged.
    """
    if context.invoked_subcommand is not None:
        if verify or as_json or places:
            raise ArgumentError(f"found options before '{context.invoked_subcommand}', expected them behind it")
        return
    from rich.console import Group

    from fissure import api
    from fissure.present.render.terminal import block
    from fissure.present.sections.runs import stored_summary, stored_table

    found = api.stored_runs(*(places or ()), verify=verify)
    if as_json:
        parts.show_json([_as_json(one) for one in found])
    else:
        if found:
            parts.show(Group(*block(stored_table(found))))
        typer.echo(stored_summary(found))
    _exit(found)


@stored.command()
def show(
    name: Annotated[str, typer.Argument(help="Its name in the list, or the path of its folder.")],
    places: Places = None,
    verify: Verify = False,
    as_json: parts.AsJson = False,
) -> None:
    """Show how one was made, and in what state it is. Exit code 1 if it is damaged."""
    from rich.console import Group

    from fissure import api
    from fissure.present.render.terminal import block
    from fissure.present.sections.runs import stored_facts

    found = api.stored_run(name, *(places or ()), verify=verify)
    if as_json:
        parts.show_json(_as_json(found))
    else:
        parts.show(Group(*block(stored_facts(found))))
    _exit([found])


@stored.command()
def export(
    name: Annotated[str, typer.Argument(help="The name of a run in the list, or the path of its folder.")],
    path: Annotated[Path, typer.Argument(metavar="OUT", help="OUT.nc, OUT.zarr, or a new folder for CSV tables.")],
    places: Places = None,
) -> None:
    """Write a run for other tools: NetCDF, Zarr, or CSV tables. Its case need not be there."""
    from fissure import api

    found = api.stored_run(name, *(places or ()))
    if found.what != "run":
        raise ArgumentError(f"{found.folder}: holds a study ({found.what}), expected a run")
    typer.echo(f"Written: {api.export_run(found.folder, path)}")


@stored.command()
def delete(
    names: Annotated[list[str] | None, typer.Argument(metavar="NAME", help="Names, or paths of folders.")] = None,
    places: Places = None,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="All that were cut short.")] = False,
    older_than: Annotated[
        timedelta | None, typer.Option(parser=_days, metavar="DAYS", help="All that were last written that long ago.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Delete runs and studies: those named, or all that are unfinished, or old, or both.

    Only folders that hold a run or a study and nothing else are deleted, and none that is being written.
    """
    from rich.console import Group

    from fissure import api
    from fissure.present.render.terminal import block
    from fissure.present.sections.runs import stored_summary, stored_table

    chosen = _chosen(names or [], places or [], unfinished, older_than)
    if not chosen:
        typer.echo("Nothing to delete.")
        return
    parts.show(Group(*block(stored_table(chosen))))
    if not yes:
        if not _can_ask():
            raise ArgumentError("nobody can be asked here, expected --yes to delete; nothing was deleted")
        if not typer.confirm(f"Delete {stored_summary(chosen).removesuffix('.')}?"):
            typer.echo("Nothing was deleted.")
            return
    for one in chosen:
        api.delete_runs(one)
        typer.echo(f"Deleted: {one.folder}")


def _chosen(names: list[str], places: list[Path], unfinished: bool, older_than: timedelta | None) -> "list[Stored]":
    """The runs that are named, or that the options choose."""
    from fissure import api

    if bool(names) == (unfinished or older_than is not None):
        raise ArgumentError("expected either names to delete, or --unfinished or --older-than")
    if names:
        return [api.stored_run(name, *places) for name in dict.fromkeys(names)]
    found = [one for one in api.stored_runs(*places) if one.state != "being written"]
    if unfinished:
        found = [one for one in found if one.state in ("unfinished", "half deleted")]
    if older_than is not None:
        before = datetime.now().astimezone() - older_than
        found = [one for one in found if one.contents.written <= before]
    return found


def _as_json(one: "Stored") -> "JsonObject":
    """The facts of one for JSON; of a run also that it has too few histories for an interval."""
    from fissure.studies.effective import few_histories

    few = few_histories(one.contents.histories) if one.what == "run" else ""
    return {**one.as_json(), "few_histories": few or None}


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _exit(found: "list[Stored]") -> None:
    if any(one.state == "damaged" for one in found):
        raise typer.Exit(1)


def run(
    case: parts.Case = REFERENCE,
    members: parts.Members = 100,
    seed: parts.Seed = 1,
    weeks: parts.Weeks = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Switch a mechanism off; may be given again.")
    ] = None,
    prior: parts.FromPrior = False,
    posterior: parts.FromPosterior = None,
    out: Annotated[Path | None, folder_option("Folder for the run and its report", "runs/CASE-...")] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report, only the run.")] = False,
    war: parts.InWar = "recorded",
    cluster: parts.OnCluster = None,
    as_json: parts.AsJson = False,
) -> None:
    """Simulate a case, show it beside what was observed, and write a report with pictures.

    A run that was stopped, or that has fewer members than asked for, goes on where it was.
    """
    typer.echo("reading the case and its evidence ...", err=True)  # before the libraries, which take a second to load
    from fissure import api
    from fissure.api.prepared import meanwhile, prepare_report

    context = api.context_of(case, war)
    draws = context.draws(prior=prior, posterior=posterior)
    with nullcontext() if no_report else meanwhile(prepare_report):
        result = api.run(
            context, members=members, seed=seed, weeks=weeks, off=off or (), prior=prior, posterior=posterior, out=out,
            home=Path("runs"), cluster=cluster, progress=parts.live(),
        )  # fmt: skip
        parts.say_draws(draws, as_json)
        if not as_json:  # the tables first, as they are there before the report; `streams` sees to it that work goes on
            parts.show(result.summary())
    made = {} if no_report else {"Report": result.report(result.folder / "report.html")}
    if as_json:
        parts.show(result.document(), made, as_json=True)
    else:
        parts.show_files(made)
    timing = result.stored.timing
    if not timing.members:
        typer.echo(f"Nothing to simulate: {members} of {members} members were there already.", err=as_json)
        return
    many = "members" if timing.members != 1 else "member"
    typer.echo(
        f"{timing.members} {many} in {timing.run:.1f} s after {timing.compile:.1f} s of compiling: "
        f"{timing.ns:.1f} ns per fighter-week.",
        err=as_json,
    )


def orderings(
    case: parts.CaseOrRun = REFERENCE,
    members: parts.Members = 100,
    seed: parts.Seed = 1,
    prior: parts.FromPrior = False,
    of: parts.OfCase = None,
    as_json: parts.AsJson = False,
) -> None:
    """Check those of the patterns that say what came first: met or not, over the members of a run that count.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    parts.show(_result_of(case, members, seed, prior, of).patterns_document(orderings_only=True), as_json=as_json)


def patterns(
    case: parts.CaseOrRun = REFERENCE,
    members: parts.Members = 100,
    seed: parts.Seed = 1,
    prior: parts.FromPrior = False,
    of: parts.OfCase = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Mark what a fit up to that day could have known.")
    ] = None,
    as_json: parts.AsJson = False,
) -> None:
    """Check the patterns that the record shows, from the single fighter to the war: met or not, and in what share.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    from fissure.present.formatting import day_of

    day = day_of(until)
    parts.show(_result_of(case, members, seed, prior, of).patterns_document(day), as_json=as_json)


def _result_of(case: str, members: int, seed: int, prior: bool, of: str | None) -> "RunResult":
    """The run in a folder, or that of a case, made where it is not there. `of` says which case a run is of."""
    from fissure import api

    if (Path(case) / "run.json").exists():
        return api.read_run(case, of)
    if of is not None:
        raise ArgumentError(f"found --case {of} beside {case}, which is no run; expected it with the folder of a run")
    return api.run(case, members=members, seed=seed, prior=prior, home=Path("runs"), progress=parts.live())
