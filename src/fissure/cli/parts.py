"""What commands share: how they read numbers and where they print."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.console import Console


Case = Annotated[str, typer.Argument(help="Name of a packaged case, or the path of a case folder.")]
CaseOrRun = Annotated[
    str, typer.Argument(metavar="CASE|RUN", help="A packaged case, a case folder, or the folder of a run.")
]


def whole(found: str) -> int:
    """The whole number that `found` says; raises `typer.BadParameter` for anything else."""
    try:
        return int(found)
    except ValueError:
        raise typer.BadParameter(f"found '{found}', expected a whole number") from None


def console() -> "Console":
    """The terminal; where there is none to ask, wide enough for the tables."""
    from rich.console import Console

    own = Console()
    return own if own.is_terminal or "COLUMNS" in os.environ else Console(width=120)
