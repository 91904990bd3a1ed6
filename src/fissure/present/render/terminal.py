"""Documents in a terminal, laid out for the width that they are printed at."""

from collections.abc import Iterable, Iterator
from io import StringIO

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table as RichTable
from rich.text import Text

from fissure.present import document as doc

STYLES: dict[doc.Tone, str] = {
    "inside": "green",
    "inside-too-wide": "magenta",
    "bound-kept": "cyan",
    "near": "yellow",
    "outside": "red",
    "driver": "blue",
    "not-compared": "dim",
}
LEAST_WRAPPED = 24
"""Characters that a column which may be broken into lines needs; a table with less room becomes a list."""


def render(document: doc.Document) -> RenderableType:
    """The whole document."""
    head: list[RenderableType] = [Text.assemble((document.subject, "bold"), (": ", "bold"), _text(document.lead))]
    for notice in document.notices:
        head += block(notice)
    return Group(*head, *blocks(document.sections))


def blocks(some: Iterable[doc.Block]) -> Iterator[RenderableType]:
    """The output of blocks, one after the other."""
    for one in some:
        yield from block(one)


def block(one: doc.Block) -> list[RenderableType]:
    """The output of a block; nothing for charts, drawings and what stands folded on a page."""
    match one:
        case doc.Paragraph():
            return [Padding(_text(one.line, "dim" if one.kind else ""), (0, 0, 0, 0))]
        case doc.Notice() | doc.Section() if "terminal" not in one.on:
            return []
        case doc.Notice():
            return [_text(line, "yellow") for line in one.lines]
        case doc.Items():
            return [
                Padding(Text.assemble(*_sign(item.sign or "·", item.tone), _text(item.line)), (0, 0, 0, 2))
                for item in one.items
            ]
        case doc.Tally():
            said = [Text.assemble(f"{n.number} ", *_sign(n.sign, n.tone), n.text) for n in one.counts if n.number]
            return [Text(" · ").join(said)]
        case doc.Facts():
            return [Text.assemble((f"{label}: ", "dim"), _text(value)) for label, value in one.rows]
        case doc.Command():
            return [Padding(Text(one.text, style="cyan"), (0, 0, 0, 2))]
        case doc.Table():
            return [FittedTable(one.on("terminal")), *([_text(one.note, "dim")] if one.note else [])]
        case doc.Only():
            return list(blocks(one.blocks)) if "terminal" in one.on else []
        case doc.Grid():
            return list(blocks(one.blocks))
        case doc.Section():
            own = list(blocks(one.blocks))
            rule = Rule(Text(f" {one.title} ", style="bold cyan"), align="left", characters="─", style="dim")
            return [Padding(rule, (1, 0, 0, 0)), *own] if own else []
        case doc.Fold():
            return []
    return []


def lines(document: doc.Document, width: int = 110) -> Iterator[str]:
    """The document as plain lines without colour, for a file or a pipe."""
    out = StringIO()
    Console(file=out, width=width, color_system=None, legacy_windows=False).print(render(document))
    yield from (line.rstrip() for line in out.getvalue().splitlines())


class FittedTable:
    """A table as wide as there is room, or a short list where there is none.

    A column that may be broken into lines takes what the others leave; where that is too little, each row becomes a
    line with its heading and one with the rest. Headings of groups stand across all columns.
    """

    def __init__(self, table: doc.Table):
        self.table = table

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        widths = self._widths(options.max_width)
        if widths is None:
            yield self._list()
            return
        head = self._columns(widths)
        head.show_header = any(column.title for column in self.table.columns)
        yield head
        yield Rule(characters="─", style="dim")
        for group in self.table.groups:
            yield from self._title(group)
            body = self._columns(widths)
            for row in group.rows:
                body.add_row(*(_cell(cell) for cell in row.cells), style="bold" if row.strong else "")
            yield body

    def _widths(self, room: int) -> list[int] | None:
        """The width of each column with a space after it; None where they do not fit."""
        columns = self.table.columns
        cells = [max((_cell(row.cells[n]).cell_len for row in self.table.rows), default=0) for n in range(len(columns))]
        words = [max(map(len, column.title.split()), default=0) for column in columns]
        least = [
            max(min(cell, column.least or LEAST_WRAPPED) if column.wrap else cell, word)
            for column, cell, word in zip(columns, cells, words, strict=True)
        ]
        left = room - sum(least) - len(columns)
        if left < 0:
            return None
        for wanted in (cells, [len(column.title) for column in columns]):  # contents before headings
            order = sorted(range(len(columns)), key=lambda n: wanted[n] - least[n])
            for others, n in zip(range(len(columns), 0, -1), order, strict=True):  # equal shares of what is left
                more = max(min(wanted[n] - least[n], left // others), 0)
                least[n], left = least[n] + more, left - more
        return least

    def _columns(self, widths: list[int]) -> RichTable:
        made = RichTable(box=None, padding=(0, 1, 0, 0), pad_edge=False, header_style="dim", show_header=False)
        for column, width in zip(self.table.columns, widths, strict=True):
            made.add_column(column.title, justify=column.align, overflow="fold", width=width, vertical="top")
        return made

    def _title(self, group: doc.RowGroup) -> Iterator[RenderableType]:
        if group.title and group.level == 1:
            yield Padding(_text(group.title, "bold cyan"), (1, 0, 0, 0))
        elif group.title:
            yield _text(group.title, "italic")
        if group.note:
            yield _text(group.note)

    def _list(self) -> RenderableType:
        parts: list[RenderableType] = []
        for group in self.table.groups:
            parts += self._title(group)
            for row in group.rows:
                parts += self._entry(row)
        return Group(*parts)

    def _entry(self, row: doc.Row) -> list[RenderableType]:
        first, *others = row.cells
        names = [column.title for column in self.table.columns[1:]]
        said = [
            Text.assemble((f"{name}: " if name else ""), _cell(cell))
            for name, cell in zip(names, others, strict=True)
            if _cell(cell).plain.strip()
        ]
        below = Padding(Text("  ·  ").join(said), (0, 0, 0, 2))
        head = _cell(first)
        head.stylize("bold" if row.strong else "")
        return [head, below]


def _cell(cell: doc.Cell) -> Text:
    note = [(f" {cell.note}", "dim")] if cell.note else []
    return Text.assemble(*_sign(cell.sign, cell.tone), _text(cell.text, STYLES.get(cell.tone, "")), *note)


def _sign(sign: str, tone: doc.Tone) -> list[tuple[str, str]]:
    return [(f"{sign} ", STYLES.get(tone, ""))] if sign else []


def _text(line: doc.Line, style: str = "") -> Text:
    made = Text(style=style)
    for span in doc.spans(line):
        kinds = ["bold"] * span.strong + ["dim"] * span.soft + ["cyan"] * (span.code or bool(span.to))
        kinds += [f"link {span.href}"] * span.href.startswith("http")
        made.append(span.text, style=" ".join([*kinds, STYLES.get(span.tone, "")]).strip())
    return made
