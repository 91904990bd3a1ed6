"""Tables for the terminal: the model beside every observation, and how it does on each variable."""

from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from itertools import groupby

from rich import box
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from fissure.evidence.entries import Source
from fissure.evidence.ledger import Ledger
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS, Compared, Summary, summary
from fissure.views import wording
from fissure.views.order import Placed, Subject, grouped

STYLES = {"contained": "green", "near": "yellow", "outside": "red", "not compared": "dim"}
KEY = (
    "✓ inside the model's 90% interval (a bound: kept by the median) · ~ near: overlaps what was published with its "
    "doubt · ▲ ▼ outside · = the case imposes it · ┌ └ publishers who disagree · ⇄ disagrees with one elsewhere"
)


def render(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> RenderableType:
    """All of it, made for 100 to 120 columns; `titles` names the model's outputs."""
    return Group(
        comparison(rows, ledger, titles),
        _heading("By variable"),
        summaries(summary(rows)),
        Padding(Text(closing(rows), style="bold"), (1, 0)),
    )


def comparison(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> RenderableType:
    """The model's median and 90% interval beside each observation, by subject, rivals joined by a bracket."""
    parts: list[RenderableType] = []
    for subject in grouped(rows):
        parts.append(_heading(titles.get(subject.output, subject.output)))
        parts += _subject(subject, ledger.sources, with_header=len(parts) == 1)
    return Group(*parts, Padding(Text(KEY, style="dim"), (1, 0, 0, 0)))


def _heading(text: str) -> RenderableType:
    rule = Rule(Text(f" {text} ", style="bold cyan"), align="left", characters="─", style="dim")
    return Padding(rule, (1, 0, 0, 0))


def _subject(subject: Subject, sources: Mapping[str, Source], with_header: bool) -> Iterator[RenderableType]:
    for _, group in groupby(subject.placed, key=lambda placed: placed.row.variable.id):
        placed = list(group)
        yield Text(f"  {wording.quantity(placed[0].row)}", style="italic")
        yield _grid(placed, sources, with_header)
        with_header = False


def _grid(placed: Sequence[Placed], sources: Mapping[str, Source], with_header: bool) -> Table:
    table = Table(box=None, pad_edge=False, show_header=with_header, header_style="dim", expand=True)
    table.add_column("", width=1)
    table.add_column("when", no_wrap=True, width=17)
    table.add_column("published", justify="right", no_wrap=True, width=17)
    table.add_column("model", justify="right", no_wrap=True, width=9)
    table.add_column("90% interval", justify="right", no_wrap=True, width=22)
    table.add_column("verdict", no_wrap=True, width=14)
    table.add_column("by", ratio=1, no_wrap=True, overflow="ellipsis")
    for one in placed:
        table.add_row(*_cells(one, sources))
    return table


def _cells(placed: Placed, sources: Mapping[str, Source]) -> list[Text]:
    row = placed.row
    return [
        Text(placed.mark, style="magenta"),
        Text(wording.when(row.observation)),
        Text(wording.published(row.observation)),
        Text(wording.median(row), style="bold"),
        Text(wording.model_interval(row)),
        Text(str(wording.verdict(row)), style=STYLES[row.verdict]),
        Text.assemble(row.observation.source, (f"  {sources[row.observation.source].publisher}", "dim")),
    ]


def summaries(of_variable: Sequence[Summary]) -> RenderableType:
    """One line a variable: how many observations are inside, near, outside; how wide its intervals are."""
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, header_style="dim")
    table.add_column("variable", overflow="fold")
    for name in ("inside", "near", "outside"):
        table.add_column(name, justify="right")
    table.add_column("90% interval", justify="right")
    table.add_column("")
    for one in (s for s in of_variable if s.compared):
        remark = "too wide" if one.absurd else "imposed" if one.kind == "driver" else ""
        table.add_row(
            Text(f"{one.variable.title}"),
            *(str(n) if n else "·" for n in (one.contained, one.near, one.outside)),
            wording.width(one.width, one.scale, one.variable.unit),
            remark,
        )
    note = (
        f"The 90% interval's width is its high over its low end, or their difference for shares; more than "
        f"{ABSURD_FACTOR:.0f} times or {100 * ABSURD_POINTS:.0f} points counts as too wide."
    )
    return Group(table, Text(note, style="dim"))


def closing(rows: Sequence[Compared]) -> str:
    """How many published figures the model holds against, in one or two sentences."""
    outcomes = [row for row in rows if row.compared and row.kind == "outcome"]
    drivers = sum(row.compared and row.kind == "driver" for row in rows)
    if not outcomes:
        return "The run holds the time of no published figure, so nothing was compared."
    n = {verdict: sum(row.verdict == verdict for row in outcomes) for verdict in ("contained", "near", "outside")}
    wide = [s for s in summary(outcomes) if s.absurd]
    text = (
        f"Of {len(outcomes)} published figures the model's 90% interval holds {n['contained']} "
        f"({n['contained'] / len(outcomes):.0%}); {n['near']} are near and {n['outside']} outside."
    )
    if wide:
        text += f" {len(wide)} of {len(summary(outcomes))} variables are too wide to say anything."
    if drivers:
        text += f" {drivers} more figures check what the case imposes and are not counted."
    return text


def lines(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str], width: int = 110) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, legacy_windows=False)
    console.print(render(rows, ledger, titles))
    yield from (line.rstrip() for line in out.getvalue().splitlines())
