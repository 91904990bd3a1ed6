"""Tables for the terminal: the model beside every observation, and how it does on each variable."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from itertools import groupby

from rich import box
from rich.console import Console, ConsoleOptions, Group, JustifyMethod, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.styled import Styled
from rich.table import Table
from rich.text import Text

from fissure.evidence.entries import Source
from fissure.evidence.ledger import Ledger
from fissure.present import certainty, formatting
from fissure.present.certainty import least_sure
from fissure.present.grouping import Placed, Subject, grouped
from fissure.studies.compare import (
    ABSURD_FACTOR,
    ABSURD_POINTS,
    CLASSES,
    Compared,
    Summary,
    count,
    members_of,
    summary,
)  # fmt: skip
from fissure.studies.effective import ENOUGH, Effective, few_histories

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


def render(
    rows: Sequence[Compared],
    ledger: Ledger,
    titles: Mapping[str, str],
    about: Mapping[str, object] | None = None,
    worth: Effective | None = None,
) -> RenderableType:
    """All of it, laid out for the width that it is printed at; `titles` names the model's outputs.

    `about` says how the run was made, for the first line: title (of the case), members, seed, weeks, off (mechanisms
    switched off), cautions and kind (``prior predictions``); what is absent is left out. `worth` is what the members
    are worth as independent draws, if that is known.
    """
    head = head_of(about)
    members = members_of(rows)
    few = few_histories(members)
    head += [Text(few, style="bold yellow")] if few and members else []
    head += [Text(certainty.rests_on(worth, members), style="dim")] if worth and members else []
    if not any(row.compared for row in rows):
        return Group(*head, Padding(Text(closing(rows)), (1, 0)))
    return Group(
        *head,
        comparison(rows, ledger, titles),
        *([] if few else [_heading("By variable"), summaries(summary(rows))]),
        Padding(Text(closing(rows), style="bold"), (1, 0, 0, 0)),
        Padding(Text(least_sure(rows, worth), style="dim"), (0, 0, 1, 0)),
    )


def head_of(about: Mapping[str, object] | None) -> list[Text]:
    """The first line, and what has to be known of the run (`cautions`, a sentence each)."""
    if about is None:
        return []
    cautions = about.get("cautions")
    said = list(map(str, cautions)) if isinstance(cautions, Iterable) else []
    return [Text(first_line(about), style="bold"), *(Text(one, style="yellow") for one in said)]


def first_line(about: Mapping[str, object]) -> str:
    """Of which case and run the numbers are, and of what kind."""
    members, seed, weeks, off = (about.get(key) for key in ("members", "seed", "weeks", "off"))
    names = [off] if isinstance(off, str) and off else [str(one) for one in off] if isinstance(off, Iterable) else []
    parts = [
        str(about["title"]) if about.get("title") else "",
        "" if members is None else f"{members:,} member{'' if members == 1 else 's'}",
        "" if seed is None else f"seed {seed}",
        "" if weeks is None else f"{weeks} week{'' if weeks == 1 else 's'}",
        f"switched off: {', '.join(names)}" if names else "nothing switched off",
        str(about.get("kind") or "prior predictions"),
    ]
    return " · ".join(part for part in parts if part)


def comparison(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> RenderableType:
    """The model's median and 90% interval beside each observation, by subject, rivals joined by a bracket.

    Observations that are not compared are only counted.
    """
    parts: list[RenderableType] = []
    subjects = grouped(row for row in rows if row.compared)
    sizes = _sizes([placed for subject in subjects for placed in subject.placed])
    for subject in subjects:
        parts.append(_heading(titles.get(subject.output, subject.output)))
        parts += _subject(subject, ledger.sources, sizes, with_header=len(parts) == 1)
    left = sum(not row.compared for row in rows)
    if left:
        said = (
            f"– {formatting.figures(left)} {'is' if left == 1 else 'are'} not compared; the report says why for each."
        )
        parts.append(Padding(Text(said, style="dim"), (1, 0, 0, 0)))
    return Group(*parts, Padding(Text(KEY, style="dim"), (1, 0, 0, 0)))


def _heading(text: str) -> RenderableType:
    rule = Rule(Text(f" {text} ", style="bold cyan"), align="left", characters="─", style="dim")
    return Padding(rule, (1, 0, 0, 0))


def _subject(
    subject: Subject, sources: Mapping[str, Source], sizes: Sequence[int], with_header: bool
) -> Iterator[RenderableType]:
    for _, group in groupby(subject.placed, key=lambda placed: placed.row.variable.id):
        placed = list(group)
        yield Text(f"  {formatting.quantity(placed[0].row)}", style="italic")
        yield _Grid(placed, sources, sizes, with_header)
        with_header = False


COLUMNS = ("", "when", "published", "", "model", "90% interval", "verdict")
LEAST = (1, 17, 17, 1, 9, 23, 18)
"""Widths of the columns, so that they stand under each other in every run; longer contents widen them."""
NUMBERS = (2, 4, 5)
FOLDED = (5, 6)
"""Columns that move to a second line where there is no room, in this order; after the publisher."""
LEAST_BY = 16


def _sizes(placed: Sequence[Placed]) -> list[int]:
    cells = [[text.cell_len for text in _cells(one)] for one in placed]
    return [max([least, *(row[n] for row in cells)]) for n, least in enumerate(LEAST)]


@dataclass(frozen=True)
class _Grid:
    """The rows of one variable; what the width has no room for stands on a second line under each row."""

    placed: Sequence[Placed]
    sources: Mapping[str, Source]
    sizes: Sequence[int]
    with_header: bool

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        shown, apart = list(range(len(COLUMNS))), []
        beside = self._room(shown) + LEAST_BY <= options.max_width
        for column in () if beside else FOLDED:
            if self._room(shown) > options.max_width:
                shown.remove(column)
                apart.append(column)
        if not beside and self.with_header:
            yield self._table(shown, None)
        for one in () if beside else self.placed:
            yield self._table(shown, [one], with_header=False)
            yield self._below(one, sorted(apart, reverse=True))
        if beside:
            yield self._table(shown, self.placed, self.with_header, by=True)

    def _room(self, shown: Sequence[int]) -> int:
        return sum(self.sizes[column] + 1 for column in shown)

    def _table(
        self, shown: Sequence[int], placed: Sequence[Placed] | None, with_header: bool = True, by: bool = False
    ) -> Table:
        table = Table(
            box=None, padding=(0, 1, 0, 0), pad_edge=False, show_header=with_header, header_style="dim", expand=by
        )
        for column in shown:
            justify: JustifyMethod = "right" if column in NUMBERS else "left"
            table.add_column(COLUMNS[column], justify=justify, no_wrap=True, width=self.sizes[column])
        if by:
            table.add_column("by", ratio=1, no_wrap=True, overflow="ellipsis")
        for one in placed or ():
            cells = _cells(one)
            table.add_row(*(cells[column] for column in shown), *([_by(one.row, self.sources)] if by else []))
        return table

    def _below(self, one: Placed, apart: Sequence[int]) -> RenderableType:
        cells = _cells(one)
        parts = [Text.assemble("90%: ", cells[5]) if column == 5 else cells[column] for column in apart]
        said = Text("  ·  ").join([*parts, _by(one.row, self.sources)])
        line = Table.grid(padding=(0, 1, 0, 0), pad_edge=False)
        line.add_column(width=1)
        line.add_column(overflow="fold")
        line.add_row(Text("│" if one.mark in ("┌", "│") else "", style="magenta"), Padding(said, (0, 0, 0, 2)))
        return Styled(line, "dim")


def _cells(placed: Placed) -> list[Text]:
    row = placed.row
    return [
        Text(placed.mark, style="magenta"),
        Text(formatting.when(row.observation)),
        Text(formatting.published(row.observation)),
        Text(formatting.BEHIND if row.behind_prior else "", style="magenta"),
        Text(formatting.median(row), style="bold"),
        Text(formatting.model_interval(row)),
        Text(str(formatting.verdict(row)), style=STYLES[row.verdict]),
    ]


def _by(row: Compared, sources: Mapping[str, Source]) -> Text:
    source = row.observation.source
    return Text.assemble(source, (f"  {sources[source].publisher}", "dim"))


def summaries(of_variable: Sequence[Summary]) -> RenderableType:
    """How many observations of each variable are in each class; how wide its intervals are."""
    note = (
        f"The 90% interval's width is its high over its low end, where an end below one part in "
        f"{ABSURD_FACTOR:.0f} of the published figure counts as that part; for shares and multipliers it is their "
        f"difference in points. The median of a variable's widths is shown. More than {ABSURD_FACTOR:.0f} times or "
        f"{100 * ABSURD_POINTS:.0f} points counts as too wide, whatever the class of the figure."
    )
    return Group(_Summaries([one for one in of_variable if one.compared]), Text(note, style="dim"))


@dataclass(frozen=True)
class _Summaries:
    """One line a variable, or two where there is no room for a table."""

    of_variable: Sequence[Summary]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if options.max_width < 100:
            for one in self.of_variable:
                yield Text(one.variable.title)
                yield Padding(Text(" · ".join(self._said(one)), style="dim"), (0, 0, 0, 2))
            return
        table = Table(box=box.SIMPLE_HEAD, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim")
        table.add_column("variable", overflow="fold")
        for name in (*CLASSES, formatting.BEHIND):
            table.add_column(name, justify="right", max_width=7)
        table.add_column("median width", justify="right", min_width=9, no_wrap=False, overflow="fold")
        table.add_column("too wide", max_width=8)
        for one in self.of_variable:
            remark = "imposed" if one.kind == "driver" else ""
            if one.too_wide:
                remark = f"{one.too_wide} of {one.compared}"
            table.add_row(
                Text(f"{one.variable.title}"),
                *(str(n) if n else "·" for n in (*one.of.values(), one.behind_prior)),
                formatting.width(one.width, one.scale, one.variable.unit),
                remark,
            )
        yield table

    @staticmethod
    def _said(one: Summary) -> list[str]:
        said = [f"{n} {name}" for name, n in one.of.items() if n]
        if one.behind_prior:
            said.append(f"{one.behind_prior} {formatting.BEHIND}")
        said.append(f"median width {formatting.width(one.width, one.scale, one.variable.unit)}")
        if one.too_wide:
            said.append(formatting.too_wide(one.too_wide, one.compared))
        return [*said, "imposed"] if one.kind == "driver" else said


def closing(rows: Sequence[Compared]) -> str:
    """How many published figures the model holds against, class by class, and what that is worth."""
    n, members = count(rows), members_of(rows)
    if not n.compared:
        return f"The run holds the time of none of {formatting.figures(n.not_compared)}, so nothing was compared."
    said = [formatting.headline(n, members), formatting.behind(n, members)]
    if n.too_wide and members >= ENOUGH:
        said.append(f"In all, {n.too_wide} of the {n.compared} intervals are too wide to say anything.")
    if n.drivers:
        said.append(f"{n.drivers} more figures check what the case imposes and are not counted.")
    return " ".join(one for one in said if one)


def lines(
    rows: Sequence[Compared],
    ledger: Ledger,
    titles: Mapping[str, str],
    width: int = 110,
    about: Mapping[str, object] | None = None,
    worth: Effective | None = None,
) -> Iterator[str]:
    """The same as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    console = Console(file=out, width=width, color_system=None, legacy_windows=False)
    console.print(render(rows, ledger, titles, about, worth))
    yield from (line.rstrip() for line in out.getvalue().splitlines())
