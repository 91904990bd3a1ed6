"""The page that `fissure orderings` prints: each part with its share, interval and verdict."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from rich import box
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from fissure.studies.orderings import Met, Plausible
from fissure.views import orderings as words
from fissure.views.text import first_line

STYLES = {"met": "green", "mixed": "yellow", "not met": "red"}


def render(found: Sequence[Met], among: Plausible, about: Mapping[str, object] | None = None) -> RenderableType:
    """All of it; `about` says how the run was made, as in `fissure.views.text.render`."""
    head = [] if about is None else [Text(first_line(about), style="bold")]
    filter_ = Padding(Text(words.filtered(among)), (1, 0))
    if not found:
        said = "The ledger of this case does not hold the sources of any ordering, so there is nothing to test."
        return Group(*head, filter_, Text(said))
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("", no_wrap=True)
    table.add_column("ordering", overflow="fold", ratio=1)
    for name in ("met in", "95% interval", "of members"):
        table.add_column(name, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for letter, group in groupby(found, key=lambda one: one.ordering.letter):
        parts = list(group)
        table.add_row(Text(letter, style="bold cyan"), Text(parts[0].ordering.title, style="bold"))
        for one in parts:
            table.add_row(*_cells(one))
    return Group(
        *head, filter_, table, Text(words.KEY, style="dim"), Padding(Text(words.headline(found), style="bold"), (1, 0))
    )


def _cells(one: Met) -> tuple[Text, ...]:
    return (
        Text(one.part.name, style="dim"),
        Text(one.part.title + (f" ({one.reason})" if one.reason else "")),
        Text(words.share(one), style="bold"),
        Text(words.interval(one)),
        Text(str(one.applicable) if one.applicable else "–"),
        Text(str(words.VERDICTS[one.verdict]), style=STYLES.get(one.verdict, "dim")),
    )
