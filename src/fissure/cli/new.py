"""`fissure new`: write the files of something new, ready to fill in."""

from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import folder_option


def new_mechanism(
    name: Annotated[str, typer.Argument(help="Its name: small letters, words joined by dashes.")],
    group: Annotated[str, typer.Option(metavar="G", help="One of ranks, factions, rule, governed, war.")],
    title: Annotated[str | None, typer.Option(help="What it is, in 6 to 60 letters; its name by default.")] = None,
    into: Annotated[
        Path | None,
        folder_option("Write a package of its own there; ./NAME by default."),
    ] = None,
) -> None:
    """Write a new mechanism with its claim, prior and test, which runs at once and is yours to fill in.

    In a checkout of Fissure its files and entries are added there; elsewhere it becomes a package of its own.
    """
    from fissure.scaffold import new_mechanism as write

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
