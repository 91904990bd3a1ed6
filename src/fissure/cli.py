"""The command `fissure`; thin. Heavy imports stay inside commands so that help appears at once."""

import os
import signal
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from typer.exceptions import TyperException

from fissure.cli_parts import console as _console
from fissure.cli_parts import whole as _whole
from fissure.cli_studies import whatif
from fissure.errors import FissureError
from fissure.version import __version__

if TYPE_CHECKING:
    from fissure.api import Result

app = typer.Typer(
    help="How an armed proto-state comes apart, simulated from evidence.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


Case = Annotated[str, typer.Argument(help="Name of a packaged case, or the path of a case folder.")]
CaseOrRun = Annotated[
    str, typer.Argument(metavar="CASE|RUN", help="A packaged case, a case folder, or the folder of a run.")
]


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
    members: Annotated[int, typer.Option(parser=_whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same result.")] = 1,
    weeks: Annotated[
        int | None, typer.Option(parser=_whole, metavar="W", help="Weeks from the start; all by default.")
    ] = None,
    off: Annotated[
        list[str] | None, typer.Option(metavar="MECHANISM", help="Switch a mechanism off; may be given again.")
    ] = None,
    prior: Annotated[
        bool, typer.Option("--prior", help="Draw members from the prior, not from what was learned.")
    ] = False,
    posterior: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw members from another posterior: see fissure calibrate.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the run and its report; ./runs/CASE-... by default.")
    ] = None,
) -> None:
    """Simulate a case, show it beside what was observed, and write a report with pictures.

    A run that was stopped, or that has fewer members than asked for, goes on where it was.
    """
    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.ensemble import planned
    from fissure.engine.progress import RichProgress
    from fissure.model.record import OUTPUTS
    from fissure.views import apart
    from fissure.views.text import render

    loaded = load_case(case)
    draws = api.draws_of(loaded, prior=prior, posterior=posterior)
    folder = out or Path("runs") / planned(loaded, seed=seed, weeks=weeks, off=off or (), draws=draws).folder_name
    if draws is not None:
        typer.echo(f"Members are drawn from the posterior of evidence up to {draws.until}; --prior for the prior.")
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    result = api.run(
        loaded, members=members, seed=seed, weeks=weeks, off=off or (), prior=prior, posterior=posterior, out=folder,
        progress=RichProgress(),
    )  # fmt: skip
    console = _console()
    titles = {o.name: o.long_name for o in OUTPUTS}
    console.print(render(result.compared, result.ledger, titles, result.about()))
    console.print(apart.told(result.apart), highlight=False)
    page = result.report(folder / "report.html")
    typer.echo(f"Report: {page}")
    timing = result.stored.timing
    if not timing.members:
        typer.echo(f"Nothing to simulate: {members} of {members} members were there already.")
        return
    many = "members" if timing.members != 1 else "member"
    typer.echo(
        f"{timing.members} {many} in {timing.run:.1f} s after {timing.compile:.1f} s of compiling: "
        f"{timing.ns:.1f} ns per fighter-week."
    )


@app.command()
def trace(
    name: Annotated[str, typer.Argument(help="A mechanism, parameter, output, source, claim or observation.")],
    case: Annotated[str, typer.Option(help="The case whose evidence to use.")] = "islamic_state",
) -> None:
    """Show what a name rests on: claims with source and line, observations, rival claims side by side."""
    from fissure import api
    from fissure.views.text_trace import render

    _console().print(render(api.trace(name, case)))


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


@app.command()
def check(
    mechanisms: Annotated[list[str] | None, typer.Argument(metavar="MECHANISM", help="All by default.")] = None,
    case: Annotated[str, typer.Option(help="Name of a packaged case, or the path of a case folder.")] = "islamic_state",
    members: Annotated[
        int, typer.Option(parser=_whole, metavar="N", help="Histories at most; a check that holds stops before.")
    ] = 48,
    weeks: Annotated[
        int | None, typer.Option(parser=_whole, metavar="W", help="Weeks from the start; all by default.")
    ] = None,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same numbers.")] = 1,
    quick: Annotated[bool, typer.Option("--quick", help="A first look: half the units, 16 members at most.")] = False,
    out: Annotated[
        Path | None, typer.Option(help="Folder for the numbers and the page; ./runs/check-CASE-... by default.")
    ] = None,
) -> None:
    """Check that each mechanism moves what its sources say: paired runs with and without it, with the same luck.

    A check that was stopped goes on where it was. Exit code 1 if one does not hold.
    """
    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.progress import RichProgress
    from fissure.studies.effects import planned
    from fissure.views.text_effects import render

    loaded = load_case(case)
    folder = out or Path("runs") / f"check-{planned(loaded, weeks=weeks, seed=seed, quick=quick).folder_name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.check(
        mechanisms or (), case=loaded, members=members, weeks=weeks, seed=seed, quick=quick, out=folder,
        progress=RichProgress(what="runs"),
    )  # fmt: skip
    _console().print(render(found.checked))
    folder.mkdir(parents=True, exist_ok=True)
    typer.echo(f"Page: {found.report(folder / 'effects.html')}")
    if not found.holds:
        raise typer.Exit(1)


@app.command()
def orderings(
    case: CaseOrRun = "islamic_state",
    members: Annotated[int, typer.Option(parser=_whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same result.")] = 1,
) -> None:
    """Check those of the patterns that say what came first: met or not, over the members of a run that count.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    from fissure.views.text_patterns import render

    result = _result_of(case, members, seed)
    _console().print(render(result.orderings, result.plausible, result.about()))


@app.command()
def patterns(
    case: CaseOrRun = "islamic_state",
    members: Annotated[int, typer.Option(parser=_whole, metavar="N", help="How many simulated histories.")] = 100,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same result.")] = 1,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Mark what a fit up to that day could have known.")
    ] = None,
) -> None:
    """Check the patterns that the record shows, from the single fighter to the war: met or not, and in what share.

    Of a run's folder all members that are there are read. For a case the run of `fissure run` is made or used.
    """
    from fissure.views.patterns import day_of
    from fissure.views.text_patterns import render

    day = day_of(until)
    result = _result_of(case, members, seed)
    about = result.about()
    day = day or day_of(about.get("until"))
    _console().print(render(result.patterns, result.plausible, about, ledger=result.ledger, until=day))


@app.command()
def calibrate(
    case: Case = "islamic_state",
    until: Annotated[str, typer.Option(metavar="DATE", help="The cut-off: later figures are never looked at.")] = "",
    members: Annotated[
        int, typer.Option(parser=_whole, metavar="N", help="How many simulated histories to learn from.")
    ] = 4000,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same result.")] = 1,
    keep: Annotated[
        bool, typer.Option("--keep", help="Put the posterior with the case, for every later run to use.")
    ] = False,
    out: Annotated[Path | None, typer.Option(help="Folder of the fit; ./runs/fit-CASE-DATE by default.")] = None,
) -> None:
    """Learn from what was published of a case up to a day, check what was learned, and write a page about it.

    A fit that was stopped goes on where it was.
    """
    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.progress import RichProgress
    from fissure.views.text_calibration import render

    if not until:
        raise FissureError("no cut-off was given, expected --until and a day such as 2015-12-31")
    loaded = load_case(case)
    folder = out or Path("runs") / f"fit-{loaded.name}-{until}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.calibrate(loaded, until=until, members=members, seed=seed, out=folder, progress=RichProgress())
    _console().print(render(found.calibration, loaded))
    typer.echo(f"Page: {found.report(folder / 'calibration.html')}")
    typer.echo(f"Posterior: {found.keep() if keep else folder / 'posterior.json'}")


def _result_of(case: str, members: int, seed: int) -> "Result":
    """The run in a folder, or that of a case, made where it is not there."""
    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.ensemble import planned
    from fissure.engine.progress import RichProgress

    if (Path(case) / "run.json").exists():
        return api.read_run(case)
    loaded = load_case(case)
    folder = Path("runs") / planned(loaded, seed=seed, draws=api.draws_of(loaded)).folder_name
    signal.signal(signal.SIGINT, signal.default_int_handler)
    return api.run(loaded, members=members, seed=seed, out=folder, progress=RichProgress())


@app.command()
def hindcast(
    case: Case = "islamic_state",
    dates: Annotated[
        list[str] | None,
        typer.Option("--from", metavar="DATE", help="Forecast from this day, as 2015-12-31; may be given again."),
    ] = None,
    members: Annotated[int, typer.Option(parser=_whole, metavar="N", help="Histories of each ensemble.")] = 300,
    seed: Annotated[int, typer.Option(parser=_whole, metavar="S", help="The same seed gives the same scores.")] = 1,
    out: Annotated[
        Path | None, typer.Option(help="Folder for fits, runs and the page; ./runs/hindcast-CASE by default.")
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep", help="Put the scores with the case, for its reports to show.")
    ] = False,
) -> None:
    """Fit to what was published up to a date, forecast to the end, and be scored on what was published later.

    Beside the model stand persistence, a linear trend, exponential decay and the prior ensemble. A hindcast that was
    stopped goes on where it was. Without --from: March 2015, December 2015 and June 2016.
    """
    from fissure import api
    from fissure.cases.loader import load_case
    from fissure.engine.progress import RichProgress
    from fissure.views.text_hindcast import render

    loaded = load_case(case)
    folder = out or Path("runs") / f"hindcast-{loaded.name}"
    signal.signal(signal.SIGINT, signal.default_int_handler)  # from here on Ctrl-C keeps what is finished
    found = api.hindcast(loaded, dates or (), members=members, seed=seed, out=folder, progress=RichProgress())
    _console().print(render(found.found, found.ledger))
    typer.echo(f"Page: {found.report(folder / 'hindcast.html')}")
    if keep:
        typer.echo(f"Kept: {found.keep()}")


app.command()(whatif)

new = typer.Typer(no_args_is_help=True, help="Write the files of something new, ready to fill in.")
app.add_typer(new, name="new")


@new.command("mechanism")
def new_mechanism(
    name: Annotated[str, typer.Argument(help="Its name: small letters, words joined by dashes.")],
    group: Annotated[str, typer.Option(metavar="G", help="One of ranks, factions, rule, governed, war.")],
    title: Annotated[str | None, typer.Option(help="What it is, in 6 to 60 letters; its name by default.")] = None,
    into: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="Write a package of its own there; ./NAME by default.")
    ] = None,
) -> None:
    """Write a new mechanism with its claim, prior and test, which runs at once and is yours to fill in.

    In a checkout of Fissure its files and entries are added there; elsewhere it becomes a package of its own.
    """
    from fissure.views.scaffold import new_mechanism as write

    made = write(name, group, title=title, into=into)
    for what, paths in (("Wrote", made.created), ("Added to", made.extended)):
        for path in paths:
            typer.echo(f"{what} {path}")
    test = next(path for path in made.created if path.name.startswith("test_"))
    typer.echo("It runs as it is. Fill in what begins with FILL IN, then look at it:")
    if not made.checkout:
        typer.echo(f"  pip install -e '{test.parents[1]}[test]'")
    typer.echo(f"  fissure trace {made.name}")
    typer.echo(f"  python -m pytest {test}")


def _stop_at_once(*_: object) -> None:
    """Ctrl-C while nothing is at stake; left to libraries that are being imported, it may be lost."""
    _leave("Stopped.")


def _leave(said: str) -> NoReturn:
    """Go at once after Ctrl-C: a compiler's threads may still be running and would crash an orderly exit."""
    sys.stderr.write(f"{said}\n")
    sys.stderr.flush()
    os._exit(130)


def _warn(message: Warning | str, *_: object, **__: object) -> None:
    typer.echo(f"Warning: {message}", err=True)


def main() -> None:
    """Run the command line; a user's mistake is one sentence and exit code 2, Ctrl-C exit code 130."""
    signal.signal(signal.SIGINT, _stop_at_once)
    warnings.showwarning = _warn
    try:
        sys.exit(app(standalone_mode=False))
    except BrokenPipeError:  # whoever read our output has gone
        os._exit(0)
    except (FissureError, TyperException) as error:
        said = error.format_message() if isinstance(error, TyperException) else str(error)
        if not said:  # no arguments: the help was shown
            sys.exit(0)
        if isinstance(error.__context__, KeyboardInterrupt):
            _leave(f"Stopped {said.removeprefix('stopped ')}.")
        typer.echo(f"Error: {said}", err=True)
        sys.exit(2)
    except OSError as error:
        typer.echo(f"Error: {error.filename or 'a file'}: {error.strerror or error}", err=True)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        _leave("Stopped.")
