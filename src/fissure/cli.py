"""The command `fissure`; thin. Heavy imports stay inside commands so that help appears at once."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from fissure import __version__
from fissure.errors import FissureError

app = typer.Typer(
    help="How an armed proto-state comes apart, simulated from evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Case = Annotated[str, typer.Argument(help="Name of a packaged case, or the path of a case folder.")]


@app.callback(invoke_without_command=True)
def main_options(
    version: Annotated[bool, typer.Option("--version", help="Show the version and stop.")] = False,
) -> None:
    """How an armed proto-state comes apart, simulated from evidence."""
    if version:
        typer.echo(f"fissure {__version__}")
        raise typer.Exit


@app.command()
def run(
    case: Case = "islamic_state",
    members: Annotated[int, typer.Option(help="How many simulated histories.")] = 100,
    seed: Annotated[int, typer.Option(help="Seed of all random numbers; the same seed gives the same result.")] = 1,
    weeks: Annotated[int | None, typer.Option(help="How many weeks from the start; all by default.")] = None,
    off: Annotated[list[str] | None, typer.Option(help="Switch a mechanism off; may be given again.")] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the run and its report; ./runs/CASE-... by default.")
    ] = None,
) -> None:
    """Simulate a case, show it beside what was observed, and write a report with pictures.

    A run that was stopped, or that has fewer members than asked for, goes on where it was.
    """
    from rich.console import Console

    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.ensemble import planned
    from fissure.engine.progress import RichProgress
    from fissure.model.record import OUTPUTS
    from fissure.views.text import render

    loaded = load_case(case)
    folder = out or Path("runs") / planned(loaded, seed=seed, weeks=weeks, off=off or ()).folder_name
    result = api.run(
        loaded, members=members, seed=seed, weeks=weeks, off=off or (), out=folder, progress=RichProgress()
    )
    console = Console()
    console.print(render(result.compared, result.ledger, {o.name: o.long_name for o in OUTPUTS}))
    page = result.report(folder / "report.html")
    typer.echo(f"Report: {page}")
    timing = result.stored.timing
    if timing.members:
        typer.echo(
            f"{timing.members} members in {timing.run:.1f} s after {timing.compile:.1f} s of compiling: "
            f"{timing.ns:.1f} ns per fighter-week."
        )
    else:
        typer.echo(f"All {members} members were there already.")


@app.command()
def trace(
    name: Annotated[str, typer.Argument(help="A mechanism, parameter, output, source, claim or observation.")],
    case: Annotated[str, typer.Option(help="The case whose evidence to use.")] = "islamic_state",
) -> None:
    """Show what a name rests on: claims with source and line, observations, rival claims side by side."""
    from rich.console import Console

    from fissure import api
    from fissure.views.text_trace import render

    Console().print(render(api.trace(name, case)))


@app.command()
def mechanisms() -> None:
    """List the mechanisms of the model, by group."""
    from rich.console import Console
    from rich.table import Table

    from fissure.model.catalogue import GROUPS, mechanism_classes

    table = Table("group", "mechanism", "what it does")
    found = mechanism_classes().values()
    for group in GROUPS:
        for kind in (k for k in found if k.group() == group):
            table.add_row(group, kind.name(), kind.title)
    Console().print(table)


@app.command()
def cases() -> None:
    """List the cases that come with the package."""
    from fissure.cases.loader import case_names, load_case

    for name in case_names():
        typer.echo(f"{name}: {load_case(name).title}")


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 2."""
    try:
        app()
    except FissureError as error:
        typer.echo(f"Error: {error}", err=True)
        sys.exit(2)
