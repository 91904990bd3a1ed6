"""Documents as JSON: every number and every sentence that a page shows, without its looks."""

from typing import TypeAlias

from fissure.present.document import (
    Block,
    Cell,
    Command,
    Document,
    Facts,
    Figure,
    Fold,
    Grid,
    Items,
    Notice,
    Only,
    Paragraph,
    Section,
    Table,
    Tally,
    plain,
)

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | int | bool | None"


def render(document: Document) -> dict[str, Json]:
    """The document: its subject, heading, notices and sections, each a list of blocks with their `type`."""
    return {
        "document": document.key,
        "subject": document.subject,
        "heading": document.heading,
        "lead": plain(document.lead),
        "notices": [plain(line) for notice in document.notices if "json" in notice.on for line in notice.lines],
        "sections": [one for section in document.sections for one in block(section)],
        "version": document.version,
    }


def block(one: Block) -> list[Json]:
    """What a block holds; nothing for drawings."""
    match one:
        case Paragraph():
            return [{"type": "text", "text": plain(one.line)}]
        case Notice() | Section() if "json" not in one.on:
            return []
        case Notice():
            return [{"type": "notice", "text": plain(line)} for line in one.lines]
        case Items():
            entries: list[Json] = [" ".join(filter(None, (item.sign, plain(item.line)))) for item in one.items]
            return [{"type": "list", "items": entries}]
        case Tally():
            return [{"type": "counts", "counts": {count.text: count.number for count in one.counts}}]
        case Facts():
            return [{"type": "facts", "facts": {label: plain(value) for label, value in one.rows}}]
        case Command():
            return [{"type": "command", "command": one.text}]
        case Table():
            return [table(one)]
        case Figure():
            shown: dict[str, Json] = {"key": one.key, "title": one.title, "unit": one.unit, "alt": one.alt}
            return [{"type": "figure"} | shown | ({"numbers": table(one.numbers)} if one.numbers else {})]
        case Only():
            return [item for inner in one.blocks for item in block(inner)] if "json" in one.on else []
        case Grid() | Fold():
            return [item for inner in one.blocks for item in block(inner)]
        case Section():
            inner = [item for inside in one.blocks for item in block(inside)]
            return [{"type": "section", "key": one.key, "title": one.title, "blocks": inner}]
    return []


def table(one: Table) -> Json:
    """A table: a row is an object by the names of columns, with the number behind a cell where it has one."""
    shown = one.on("json")
    rows: list[Json] = []
    for group in shown.groups:
        under: dict[str, Json] = {"group": plain(group.title)} if group.title else {}
        for row in group.rows:
            cells = {column.name: value(cell) for column, cell in zip(shown.columns, row.cells, strict=True)}
            rows.append(under | cells)
    return {"type": "table", "label": one.label, "rows": rows}


def value(cell: Cell) -> Json:
    """The number behind a cell, else its text."""
    if cell.value is not None:
        return cell.value if cell.value == cell.value and abs(cell.value) != float("inf") else None
    text = " ".join(filter(None, (cell.sign.strip(), plain(cell.text))))
    return f"{text} {cell.note}".strip() if cell.note else text
