"""Commands that list and trace: what there is, and what it rests on."""

from typing import Annotated

import typer

from fissure.cli.parts import AsJson, show, split_case
from fissure.errors import FissureError


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
        raise FissureError(f"found {len(names)} names to trace, expected one, such as fissure trace pay-gap")
    context = context_of(case)
    show(document(context.trace(names[0]), context), as_json=as_json)


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
