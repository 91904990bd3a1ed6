"""`fissure run`, and `fissure runs`: simulating a case, what is stored, and taking it away."""

import json
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fissure.cli import parts
from fissure.cli.parts import (
    REFERENCE,
    AsJson,
    Case,
    FromPosterior,
    FromPrior,
    OnCluster,
    Seed,
    Weeks,
    folder_option,
    whole,
)
from fissure.errors import ArgumentError

if TYPE_CHECKING:
    from fissure.api.shelf import Stored

stored = typer.Typer(help="List the runs and studies that are stored, show how one was made, delete some.")

Places = Annotated[
    list[Path] | None,
    typer.Option(
        "--in",
        parser=parts.path,
        metavar="FOLDER",
        help="Look here; may be again. ./runs and the user's cache by default.",
    ),
]
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
def list_(context: typer.Context, places: Places = None, verify: Verify = False, as_json: AsJson = False) -> None:
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
        typer.echo(json.dumps([_told(one) for one in found], indent=1, ensure_ascii=False))
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
    as_json: AsJson = False,
) -> None:
    """Show how one was made, and in what state it is. Exit code 1 if it is damaged."""
    from rich.console import Group

    from fissure import api
    from fissure.present.render.terminal import block
    from fissure.present.sections.runs import stored_facts

    found = api.stored_run(name, *(places or ()), verify=verify)
    if as_json:
        typer.echo(json.dumps(_told(found), indent=1, ensure_ascii=False))
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
        timedelta | None,
        typer.Option(parser=_days, metavar="DAYS", help="All that were last written that long ago."),
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
    """What is named, or what the options choose."""
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


def _told(one: "Stored") -> dict[str, Any]:
    """What is told of one as JSON; of a run also that it has too few histories for an interval."""
    from fissure.studies.effective import few_histories

    few = few_histories(one.contents.histories) if one.what == "run" else ""
    return {**one.told(), "few_histories": few or None}


def _can_ask() -> bool:
    return sys.stdin.isatty()


def _exit(found: "list[Stored]") -> None:
    if any(one.state == "damaged" for one in found):
        raise typer.Exit(1)


def run(
    case: Case = REFERENCE,
    members: Annotated[int, typer.Option(parser=whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Seed = 1,
    weeks: Weeks = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Switch a mechanism off; may be given again.")
    ] = None,
    prior: FromPrior = False,
    posterior: FromPosterior = None,
    out: Annotated[
        Path | None,
        folder_option("Folder for the run and its report; ./runs/CASE-... by default."),
    ] = None,
    no_report: Annotated[bool, typer.Option("--no-report", help="Write no report, only the run.")] = False,
    cluster: OnCluster = None,
    as_json: AsJson = False,
) -> None:
    """Simulate a case, show it beside what was observed, and write a report with pictures.

    A run that was stopped, or that has fewer members than asked for, goes on where it was.
    """
    typer.echo("reading the case and its evidence ...", err=True)  # before the libraries, which take a second to load
    from fissure import api
    from fissure.engine.progress import RichProgress

    context = api.context_of(case)
    draws = context.draws(prior=prior, posterior=posterior)
    parts.say_draws(draws, as_json)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    result = api.run(
        context, members=members, seed=seed, weeks=weeks, off=off or (), prior=prior, posterior=posterior, out=out,
        home=Path("runs"), cluster=cluster, progress=RichProgress(),
    )  # fmt: skip
    made = {} if no_report else {"Report": result.report(result.folder / "report.html")}
    parts.show(result.document() if as_json else result.summary(), made, as_json=as_json)
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
