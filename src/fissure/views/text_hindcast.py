"""The page that `fissure hindcast` prints: for each date the scores, what was right and what was wrong."""

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.words import hindcast as words
from fissure.studies.effective import few_histories
from fissure.studies.hindcast import FromDate, Hindcast


def render(found: Hindcast, ledger: Ledger) -> RenderableType:
    """All of it; a date after the other."""
    head = (
        f"{found.title}: forecasts from {len(found.dates)} date{'' if len(found.dates) == 1 else 's'}, {found.members} "
        f"members each, {found.futures} futures of the war, seed {found.seed}"
    )
    parts: list[RenderableType] = [Text(head, style="bold")]
    if few := few_histories(found.members):
        parts.append(Text(few, style="yellow"))
    parts.append(Text(words.wars(found), style="bold"))
    for one in found.dates:
        parts += _date(found, one, ledger)
    return Group(*parts, Padding(Text(words.KEY, style="dim"), (1, 0, 0, 0)))


def _date(found: Hindcast, one: FromDate, ledger: Ledger) -> list[RenderableType]:
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("forecast", min_width=14)
    for name in words.HEADER:
        table.add_column(name, justify="left" if name in ("coverage", "skill of the model") else "right")
    for line in words.lines(one):
        table.add_row(line.title, *line.cells, style="bold" if line.name == "known" else "")
    failed, other = words.headline(one)
    parts: list[RenderableType] = [
        Padding(Rule(f"From {formatting.day(one.date)}", align="left"), (1, 0, 0, 0)),
        Text.assemble((failed, "bold"), " " if failed else "", other),
        table,
        Text(words.rests_on(one, found.members), style="dim"),
        Text(words.without_rival(one), style="dim"),
        Padding(Text(words.collapse(found, one)), (1, 0, 0, 0)),
    ]
    for title, own, sign, style in (
        ("Wrong", words.wrong(one, ledger), "✗", "red"),
        ("Right", words.right(one, ledger), "✓", "green"),
    ):
        parts.append(Padding(Text(f"{title}:" if own else f"{title}: nothing to tell.", style=style), (1, 0, 0, 0)))
        parts += [Padding(Text(f"{sign} {said}"), (0, 0, 0, 2)) for said in own]
    if wide := words.nothing_said(one, ledger):
        parts.append(Padding(Text(f"↕ {wide}", style="magenta"), (0, 0, 0, 2)))
    return parts
