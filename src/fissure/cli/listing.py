"""Commands that list, trace and begin: what there is, what it rests on, and files of something new."""

from pathlib import Path
from typing import Annotated

import typer

from fissure.cli.parts import AsJson, folder_option, show, show_json, split_case
from fissure.errors import ArgumentError


def trace(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="[CASE] NAME",
            help="A case, the reference case if none; a mechanism, parameter, output, source, claim or observation.",
        ),
    ],
    as_json: AsJson = False,
) -> None:
    """Show what a name rests on: claims with source and line, observations, rival claims side by side."""
    from fissure.context import context_of
    from fissure.present.sections.ledger import document

    case, names = split_case(words)
    if len(names) != 1:
        raise ArgumentError(f"found {len(names)} names to trace, expected one, such as fissure trace pay-gap")
    context = context_of(case)
    show(document(context.trace(names[0]), context), as_json=as_json)


def mechanisms(as_json: AsJson = False) -> None:
    """List the mechanisms of the model, by group."""
    from fissure.model.catalogue import GROUPS, mechanism_classes

    kinds = sorted(mechanism_classes().values(), key=lambda kind: GROUPS.index(kind.group()))
    if as_json:
        return show_json([{"group": k.group(), "name": k.name(), "title": k.title} for k in kinds])
    from rich.table import Table

    table = Table("group", "mechanism", "what it does")
    for kind in kinds:
        table.add_row(kind.group(), kind.name(), kind.title)
    show(table)


def cases(as_json: AsJson = False) -> None:
    """List the cases that come with the package."""
    from fissure.cases.loader import load_case
    from fissure.cases.naming import HOME, case_names

    titles = {name: load_case(HOME / name).title for name in case_names()}
    if as_json:
        return show_json(titles)
    for name, title in titles.items():
        typer.echo(f"{name}: {title}")


def new_mechanism(
    name: Annotated[str, typer.Argument(help="Its name: small letters, words joined by dashes.")],
    group: Annotated[str, typer.Option(metavar="G", help="One of ranks, factions, rule, governed, war.")],
    title: Annotated[str | None, typer.Option(help="What it is, in 6 to 60 letters; its name by default.")] = None,
    into: Annotated[Path | None, folder_option("Write a package of its own there", "NAME")] = None,
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
