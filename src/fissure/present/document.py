"""A result as it is shown: a `Document` of sections, paragraphs, tables and figures, before anything is rendered.

A builder in `fissure.present.sections` makes it from a result, once; `fissure.present.render` turns it into text for a
terminal, a page or JSON. So a number cannot differ between them.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias, TypeVar

from fissure.present.text import Line, Span, Tone, code
from fissure.present.text import listed as listed
from fissure.present.text import strong as strong

Medium: TypeAlias = Literal["terminal", "page", "json"]
Align: TypeAlias = Literal["left", "right"]
ON_PAGE: frozenset[Medium] = frozenset(("page",))
IN_JSON: frozenset[Medium] = frozenset(("json",))
NOT_ON_PAGE: frozenset[Medium] = frozenset(("terminal", "json"))
NOT_IN_JSON: frozenset[Medium] = frozenset(("terminal", "page"))
NOT_IN_TERMINAL: frozenset[Medium] = frozenset(("page", "json"))
EVERYWHERE: frozenset[Medium] = frozenset(("terminal", "page", "json"))
T = TypeVar("T")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `kind` is ``small``, ``soft`` or both."""

    line: Line
    kind: str = ""


@dataclass(frozen=True)
class Notice:
    """Paragraphs that must not be overlooked; `label` says to a screen reader what they are of."""

    lines: tuple[Line, ...]
    label: str = ""
    kind: str = ""
    on: frozenset[Medium] = EVERYWHERE


@dataclass(frozen=True)
class Item:
    """An entry of a list, with a sign of its own where it has a verdict; `key` is its anchor, `kind` its class."""

    line: Line
    sign: str = ""
    tone: Tone = ""
    key: str = ""
    kind: str = ""


@dataclass(frozen=True)
class Items:
    """A list; `kind` is a class of the style sheet, `ordered` says that the order means something."""

    items: tuple[Item, ...]
    kind: str = ""
    ordered: bool = False

    @classmethod
    def of(cls, lines: Iterable[Line], kind: str = "") -> "Items":
        """A list of plain entries."""
        return cls(tuple(map(Item, lines)), kind)


@dataclass(frozen=True)
class Filter:
    """Fields that filter the table of class ``observations`` below them; a page alone has them.

    Each of `choices` is the ``data-verdict`` of rows, and what it is called. `marked` labels a box to see rows with a
    mark only.
    """

    label: str
    hint: str
    choices: tuple[tuple[str, str], ...]
    marked: str


@dataclass(frozen=True)
class Count:
    """The number of one kind."""

    number: int
    text: str
    sign: str = ""
    tone: Tone = ""


@dataclass(frozen=True)
class Tally:
    """The parts of a whole, as numbers and as a bar; kinds of which there are none are left out."""

    counts: tuple[Count, ...]


@dataclass(frozen=True)
class Facts:
    """Labels, each with its value."""

    rows: tuple[tuple[str, Line], ...]
    kind: str = ""


@dataclass(frozen=True)
class Command:
    """A command for a terminal; an equation where `kind` is ``equation``."""

    text: str
    kind: str = ""


@dataclass(frozen=True)
class IntervalPicture:
    """An interval on a scale with zero in the middle: a bar from `low` to `high`, a dot, and a paler bar behind.

    All are in the unit of what is shown; `reach` is the farthest distance from zero that the picture has room for.
    `side` shades the side of zero on which it is expected: -1 or 1.
    """

    low: float
    middle: float
    high: float
    least: float
    most: float
    reach: float
    tone: Tone = ""
    label: str = ""
    side: int = 0


@dataclass(frozen=True)
class Drawing:
    """A picture drawn as SVG, safe as it stands; `alt` says what it shows. Nothing but a page can show it.

    With a `title` it can be saved on the server's page, there also as the table at the address `table`; `caption` are
    paragraphs that explain it.
    """

    svg: str
    alt: str = ""
    kind: str = ""
    title: str = ""
    caption: tuple[Line, ...] = ()
    table: str = ""


@dataclass(frozen=True)
class Cell:
    """A cell of a table: `text` as it is read, `value` the number behind it, a softer `note` after or below it.

    On a page `more` can be opened: by the text itself, or by `summary` below it where that is given.
    """

    text: Line = ""
    value: float | None = None
    note: str = ""
    below: bool = False
    sign: str = ""
    tone: Tone = ""
    href: str = ""
    picture: IntervalPicture | Drawing | None = None
    summary: Line = ""
    more: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Column:
    """A column: its heading, how it is aligned, and whether its contents may be broken into lines.

    `on` says where the column is shown; `key` is its name in JSON, the heading in small letters where not given;
    `least` is how many characters a column whose contents are broken must have in a terminal.
    """

    title: str
    align: Align = "left"
    wrap: bool = False
    on: frozenset[Medium] = EVERYWHERE
    key: str = ""
    least: int = 0

    @property
    def name(self) -> str:
        """Its name in JSON."""
        return self.key or self.title.lower().replace(" ", "_").replace(",", "")


@dataclass(frozen=True)
class Row:
    """A row; the first cell is its heading. `key` is an anchor on a page; `data` is for scripts of the page."""

    cells: tuple[Cell, ...]
    strong: bool = False
    key: str = ""
    kind: str = ""
    data: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, *cells: "Cell | Line", strong: bool = False, key: str = "") -> "Row":
        """A row of cells; a line alone makes a cell."""
        return cls(tuple(one if isinstance(one, Cell) else Cell(one) for one in cells), strong, key)


@dataclass(frozen=True)
class RowGroup:
    """Rows under a heading of their own; `level` 2 is below another heading, `note` a line across below it."""

    rows: tuple[Row, ...]
    title: Line = ""
    level: int = 1
    note: Line = ""


@dataclass(frozen=True)
class Table:
    """A table; `label` says to a screen reader what it is of, `kind` is a class of the style sheet.

    Raises `ValueError` where two columns have one name in JSON: one would take the place of the other there.
    """

    columns: tuple[Column, ...]
    groups: tuple[RowGroup, ...]
    label: str = ""
    kind: str = ""
    note: Line = ""

    def __post_init__(self) -> None:
        """Check the names of columns."""
        names = [column.name for column in self.columns if "json" in column.on]
        if twice := {name for name in names if names.count(name) > 1}:
            raise ValueError(f"the table '{self.label}' has more than one column named {', '.join(sorted(twice))}")

    @property
    def rows(self) -> Iterator[Row]:
        """All rows, whatever their group."""
        return (row for group in self.groups for row in group.rows)

    @classmethod
    def of(
        cls, columns: Iterable[Column | str], rows: Iterable[Row], label: str = "", kind: str = "", note: Line = ""
    ) -> "Table":
        """A table with one group without a heading; a column may be given as its heading alone."""
        made = tuple(Column(one) if isinstance(one, str) else one for one in columns)
        return cls(made, (RowGroup(tuple(rows)),), label, kind, note)

    @classmethod
    def by(cls, some: Iterable[T], fields: Iterable["Field[T]"], label: str = "", kind: str = "") -> "Table":
        """A table with a row for each of `some`; each of `fields` is a column and what of one stands in it."""
        columns, cells = zip(*fields, strict=True)
        return cls.of(columns, (Row.of(*(cell(one) for cell in cells)) for one in some), label, kind)

    def on(self, medium: Medium) -> "Table":
        """The same with the columns that are shown there."""
        at = [n for n, column in enumerate(self.columns) if medium in column.on]
        groups = tuple(
            replace(group, rows=tuple(replace(row, cells=tuple(row.cells[n] for n in at)) for row in group.rows))
            for group in self.groups
        )
        return replace(self, columns=tuple(self.columns[n] for n in at), groups=groups)


@dataclass(frozen=True, eq=False)
class Figure:
    """A chart: its Vega-Lite `spec`, what it shows in words (`alt`), and its numbers as a table.

    `name` is what a file of it is called, `title` where not given; with `scrolls` it may be wider than its place.
    """

    key: str
    title: str
    spec: Mapping[str, Any]
    unit: str = ""
    alt: str = ""
    sentence: Line = ""
    after: str = ""
    numbers: Table | None = None
    kind: str = ""
    name: str = ""
    scrolls: bool = False


@dataclass(frozen=True)
class Grid:
    """Blocks that stand beside each other where there is room."""

    blocks: tuple["Block", ...]
    kind: str = ""


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens; a terminal leaves them out."""

    summary: Line
    blocks: tuple["Block", ...]
    kind: str = ""


@dataclass(frozen=True)
class Only:
    """Blocks for some media alone."""

    on: frozenset[Medium]
    blocks: tuple["Block", ...]


@dataclass(frozen=True)
class Section:
    """A section; `key` is its anchor. A section within another is one level lower.

    `heading` is what a page has above it where that differs from `title`, its name in lists of sections; with
    `listed` it stands in the navigation of its page.
    """

    key: str
    title: str
    blocks: tuple["Block", ...]
    listed: bool = True
    heading: str = ""
    kind: str = ""
    on: frozenset[Medium] = EVERYWHERE


Field: TypeAlias = tuple[Column | str, Callable[[T], Cell | Line]]
Words: TypeAlias = Paragraph | Notice | Items | Tally | Facts | Command
Shown: TypeAlias = Drawing | Table | Filter | Figure
Block: TypeAlias = Words | Shown | Grid | Fold | Only | Section


@dataclass(frozen=True)
class Document:
    """A whole result: `subject` is of what (the title of a case), `heading` the question that the page answers."""

    subject: str
    title: str
    heading: str
    lead: Line
    notices: tuple[Notice, ...]
    sections: tuple[Section, ...]
    version: str
    key: str
    """Names the kind of document, such as ``hindcast``, and its style sheet where it has one."""
    geography: Mapping[str, Any] = field(default_factory=dict)
    """Data sets that several charts share."""

    @property
    def figures(self) -> Iterator[Figure]:
        """All charts, in reading order."""
        for section in self.sections:
            yield from figures_of(section)


def named(title: str, name: str, note: str = "") -> Cell:
    """A title, and a name in code."""
    return Cell((f"{title} ", code(name)), note=note)


def notice(line: Line, kind: str = "") -> tuple[Notice, ...]:
    """A notice, where there is anything to say."""
    return (Notice((line,), kind=kind),) if line else ()


def small(line: Line, kind: str = "small") -> tuple[Paragraph, ...]:
    """A small paragraph, where there is anything to say."""
    return (Paragraph(line, kind),) if line else ()


def only(medium: Medium, *blocks: Block) -> Only:
    """Blocks for one medium."""
    return Only(frozenset((medium,)), blocks)


def not_in_terminal(*blocks: Block) -> Only:
    """Blocks that only a page and JSON have room for."""
    return Only(NOT_IN_TERMINAL, blocks)


def figures_of(block: Block) -> Iterator[Figure]:
    """All charts of a block, in reading order."""
    if isinstance(block, Figure):
        yield block
    elif isinstance(block, Grid | Fold | Only | Section):
        for one in block.blocks:
            yield from figures_of(one)


def plain(line: Line) -> str:
    """A line without its kinds."""
    return line if isinstance(line, str) else "".join(one if isinstance(one, str) else one.text for one in line)


def spans(line: Line) -> tuple[Span, ...]:
    """A line as stretches of text."""
    parts = (line,) if isinstance(line, str) else line
    return tuple(Span(one) if isinstance(one, str) else one for one in parts if one)
