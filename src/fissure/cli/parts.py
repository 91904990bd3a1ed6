"""Parts that commands share: their options, how they read numbers and where they print."""

import json
import os
import signal
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fissure.cases.naming import REFERENCE as REFERENCE

if TYPE_CHECKING:
    from rich.console import RenderableType

    from fissure.engine.progress import RichProgress
    from fissure.present.document import Document, Table
    from fissure.studies.calibration.posterior import Posterior


def whole(found: str) -> int:
    """The whole number that `found` says; raises `typer.BadParameter` for anything else."""
    try:
        return int(found)
    except ValueError:
        raise typer.BadParameter(f"found '{shown(found)}', expected a whole number") from None


def path(found: str) -> Path:
    """The path that `found` says, ``~`` being a home folder; raises `typer.BadParameter` for none."""
    if not found:
        raise typer.BadParameter("found '', expected a path")
    try:
        return Path(found).expanduser()
    except RuntimeError:
        raise typer.BadParameter(f"found '{shown(found)}', but there is no such home folder") from None


def folder_option(meaning: str, default: str) -> Any:
    """An option that names a folder, which need not be there; `default` is its path where it is not given."""
    return typer.Option(parser=path, metavar="FOLDER", help=f"{meaning}; ./{default} by default.")


def count_option(meaning: str, metavar: str = "N") -> Any:
    """An option that takes a whole number."""
    return typer.Option(parser=whole, metavar=metavar, help=meaning)


def keep_option(what: str, readers: str = "reports") -> Any:
    """The option to keep a result with its case."""
    return typer.Option("--keep", help=f"Keep {what} in the case folder, or your data folder, for {readers}.")


def quick_option(meaning: str) -> Any:
    """The option to take a first look."""
    return typer.Option("--quick", help=f"A first look: {meaning}.")


def shown(found: str) -> str:
    """The text that somebody typed, cut where it is long."""
    return found if len(found) <= 80 else f"{found[:77]}..."


Case = Annotated[str, typer.Argument(help="Name of a packaged case, or the path of a case folder.")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON, for machines.")]
CaseOrRun = Annotated[
    str, typer.Argument(metavar="CASE|RUN", help="A packaged case, a case folder, or the folder of a run.")
]
OfCase = Annotated[
    str | None,
    typer.Option("--case", metavar="CASE", help="The case that a run is of, where it is not found by itself."),
]
Members = Annotated[int, count_option("How many simulated histories.")]
Seed = Annotated[int, count_option("The same seed gives the same numbers.", "S")]
Weeks = Annotated[int | None, count_option("Weeks from the start; all by default.", "W")]
Outcomes = Annotated[
    list[str] | None,
    typer.Option("--of", metavar="OUTCOME", help="As collapse or territory@2016-12-31; may be given again."),
]
FromPrior = Annotated[bool, typer.Option("--prior", help="Draw members from the prior, not from what was learned.")]
FromPosterior = Annotated[
    Path | None,
    typer.Option(parser=path, metavar="FILE", help="Draw members from another posterior: see fissure calibrate."),
]
InWar = Annotated[
    str,
    typer.Option(
        "--war", metavar="WAR",
        help="recorded: opponents attack as the record says; policy: they decide when and where.",
    ),
]  # fmt: skip
OnCluster = Annotated[
    str | None, typer.Option(metavar="ADDRESS", help="Simulate on a dask cluster: tcp://HOST:8786, or local:N.")
]


def split_case(words: list[str] | None) -> tuple[str, list[str]]:
    """The case that the first of some words names, and the others; the reference case where it names none.

    A word names a case if a packaged one is called so, or if it is the path of a folder with a case. One that is nearly
    the name of a packaged case is taken for it, so that loading it says what was meant.
    """
    from difflib import get_close_matches

    from fissure.cases.naming import case_names

    if not words:
        return REFERENCE, []
    first, *others = words
    folder = path(first) if first else Path()
    if first in case_names() or (folder / "case.yaml").exists() or get_close_matches(first, case_names(), 1, 0.8):
        return first, others
    return REFERENCE, words


def live(what: str = "members") -> "RichProgress":
    """The progress of what begins now, on standard error; from here on Ctrl-C keeps what is finished."""
    from fissure.engine.progress import RichProgress

    progress = RichProgress(what=what)

    def stop(number: int, frame: FrameType | None) -> None:
        progress.interrupted = True
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, stop)
    return progress


def say_draws(draws: "Posterior | None", as_json: bool) -> None:
    """Say that members are drawn from a posterior, if they are; beside JSON on standard error."""
    if draws is not None:
        said = f"Members are drawn from the posterior of evidence up to {draws.until}; --prior for the prior."
        typer.echo(said, err=as_json)


def show(
    result: "Document | Table | RenderableType", made: Mapping[str, Path] | None = None, *, as_json: bool = False
) -> None:
    """Print a result, and where its files lie.

    With `as_json` a document or table is printed as JSON, with the files under ``files``.
    """
    from rich.console import Console

    from fissure.present.document import Document, Table
    from fissure.present.render import json as in_json
    from fissure.present.render import terminal

    files = {what: str(path) for what, path in (made or {}).items()}
    if as_json and isinstance(result, Document):
        return show_json(in_json.render(result) | {"files": files})
    if as_json and isinstance(result, Table):
        return show_json(in_json.table(result))
    if isinstance(result, Document | Table):
        result = terminal.render(result) if isinstance(result, Document) else terminal.FittedTable(result)
    own = Console()
    wide = own if own.is_terminal or "COLUMNS" in os.environ else Console(width=120)  # enough for the tables
    wide.print(result, highlight=False)
    show_files(files)


def show_files(files: Mapping[str, Path | str]) -> None:
    """Print where files lie."""
    for what, path in files.items():
        typer.echo(f"{what}: {path}")


def show_json(value: object) -> None:
    """Print a value as JSON."""
    typer.echo(json.dumps(value, indent=1, ensure_ascii=False))
