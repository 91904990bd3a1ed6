"""Commands that list and trace: what there is, and what it rests on."""

from typing import Annotated

import typer

from fissure.cli.parts import show


def trace(
    name: Annotated[str, typer.Argument(help="A mechanism, parameter, output, source, claim or observation.")],
    case: Annotated[str, typer.Option(help="The case whose evidence to use.")] = "islamic_state",
) -> None:
    """Show what a name rests on: claims with source and line, observations, rival claims side by side."""
    from fissure import api
    from fissure.present.sections.ledger import render

    show(render(api.trace(name, case)))


def mechanisms() -> None:
    """List the mechanisms of the model, by group."""
    from rich.table import Table

    from fissure.model.catalogue import GROUPS, mechanism_classes

    table = Table("group", "mechanism", "what it does")
    found = mechanism_classes().values()
    for group in GROUPS:
        for kind in (k for k in found if k.group() == group):
            table.add_row(group, kind.name(), kind.title)
    show(table)


def cases() -> None:
    """List the cases that come with the package."""
    from fissure.cases.loader import load_case
    from fissure.cases.naming import HOME, case_names

    for name in case_names():
        typer.echo(f"{name}: {load_case(HOME / name).title}")
