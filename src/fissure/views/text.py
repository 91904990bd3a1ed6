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
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS, CLASSES, Compared, Summary, count, summary
from fissure.views import wording
from fissure.views.order import Placed, Subject, grouped

STYLES = {
    "inside": "green",
    "inside, too wide": "magenta",
    "bound kept": "cyan",
    "near": "yellow",
    "outside": "red",
    "not compared": "dim",
}
KEY = (
    "✓ inside the model's 90% interval · ↕ inside, but that interval is too wide to say anything · ≤ ≥ a one-sided "
    "bound, kept by the model's median · ~ near: overlaps what was published with its doubt · ▲ ▼ outside · "
    "= the case imposes it · ◆ a prior was argued from it: no independent check · ┌ └ publishers who disagree · "
    "⇄ disagrees with one elsewhere"
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
    table = Table(
        box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=with_header, header_style="dim", expand=True
    )
    table.add_column("", width=1)
    table.add_column("when", no_wrap=True, width=17)
    table.add_column("published", justify="right", no_wrap=True, width=17)
    table.add_column("", width=1)
    table.add_column("model", justify="right", no_wrap=True, width=9)
    table.add_column("90% interval", justify="right", no_wrap=True, width=23)
    table.add_column("verdict", no_wrap=True, width=18)
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
        Text(wording.BEHIND if row.behind_prior else "", style="magenta"),
        Text(wording.median(row), style="bold"),
        Text(wording.model_interval(row)),
        Text(str(wording.verdict(row)), style=STYLES[row.verdict]),
        Text.assemble(row.observation.source, (f"  {sources[row.observation.source].publisher}", "dim")),
    ]


def summaries(of_variable: Sequence[Summary]) -> RenderableType:
    """One line a variable: how many observations are in each class; how wide its intervals are."""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("variable", overflow="fold")
    for name in (*CLASSES, wording.BEHIND):
        table.add_column(name, justify="right", max_width=7)
    table.add_column("median width", justify="right", max_width=9)
    table.add_column("too wide", max_width=8)
    for one in (s for s in of_variable if s.compared):
        remark = "imposed" if one.kind == "driver" else ""
        if one.too_wide:
            remark = f"{one.too_wide} of {one.compared}"
        table.add_row(
            Text(f"{one.variable.title}"),
            *(str(n) if n else "·" for n in (*one.of.values(), one.behind_prior)),
            wording.width(one.width, one.scale, one.variable.unit),
            remark,
        )
    note = (
        f"The 90% interval's width is its high over its low end, or their difference for shares; more than "
        f"{ABSURD_FACTOR:.0f} times or {100 * ABSURD_POINTS:.0f} points counts as too wide. The last column "
        f"says how many of a variable's intervals are, whatever the class of their figure."
    )
    return Group(table, Text(note, style="dim"))


def closing(rows: Sequence[Compared]) -> str:
    """How many published figures the model holds against, class by class, and what that is worth."""
    n = count(rows)
    if not n.compared:
        return "The run holds the time of no published figure, so nothing was compared."
    said = [wording.headline(n), wording.behind(n)]
    if n.too_wide:
        said.append(f"In all, {n.too_wide} of the {n.compared} intervals are too wide to say anything.")
    if n.drivers:
        said.append(f"{n.drivers} more figures check what the case imposes and are not counted.")
    return " ".join(one for one in said if one)


def lines(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str], width: int = 110) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, legacy_windows=False)
    console.print(render(rows, ledger, titles))
    yield from (line.rstrip() for line in out.getvalue().splitlines())
