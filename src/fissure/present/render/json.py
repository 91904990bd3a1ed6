"""Documents as JSON: every number and every sentence that a page shows, without its looks."""

from typing import TypeAlias

from fissure.present import document as doc

Json: TypeAlias = "dict[str, Json] | list[Json] | str | float | int | bool | None"


def render(document: doc.Document) -> dict[str, Json]:
    """The document: its subject, heading, notices and sections, each a list of blocks with their `type`."""
    return {
        "document": document.key,
        "subject": document.subject,
        "heading": document.heading,
        "lead": doc.plain(document.lead),
        "notices": [doc.plain(line) for notice in document.notices if "json" in notice.on for line in notice.lines],
        "sections": [one for section in document.sections for one in block(section)],
        "version": document.version,
    }


def block(one: doc.Block) -> list[Json]:
    """The content of a block; nothing for drawings."""
    match one:
        case doc.Paragraph():
            return [{"type": "text", "text": doc.plain(one.line)}]
        case doc.Notice() | doc.Section() if "json" not in one.on:
            return []
        case doc.Notice():
            return [{"type": "notice", "text": doc.plain(line)} for line in one.lines]
        case doc.Items():
            entries: list[Json] = [" ".join(filter(None, (item.sign, doc.plain(item.line)))) for item in one.items]
            return [{"type": "list", "items": entries}]
        case doc.Tally():
            return [{"type": "counts", "counts": {count.text: count.number for count in one.counts}}]
        case doc.Facts():
            return [{"type": "facts", "facts": {label: doc.plain(value) for label, value in one.rows}}]
        case doc.Command():
            return [{"type": "command", "command": one.text}]
        case doc.Table():
            return [table(one)]
        case doc.Figure():
            shown: dict[str, Json] = {"key": one.key, "title": one.title, "unit": one.unit, "alt": one.alt}
            return [{"type": "figure"} | shown | ({"numbers": table(one.numbers)} if one.numbers else {})]
        case doc.Only():
            return [item for inner in one.blocks for item in block(inner)] if "json" in one.on else []
        case doc.Grid() | doc.Fold():
            return [item for inner in one.blocks for item in block(inner)]
        case doc.Section():
            inner = [item for inside in one.blocks for item in block(inside)]
            return [{"type": "section", "key": one.key, "title": one.title, "blocks": inner}]
    return []


def table(one: doc.Table) -> Json:
    """A table: a row is an object by the names of columns, with the number behind a cell where it has one."""
    shown = one.on("json")
    rows: list[Json] = []
    for group in shown.groups:
        under: dict[str, Json] = {"group": doc.plain(group.title)} if group.title else {}
        for row in group.rows:
            cells = {column.name: value(cell) for column, cell in zip(shown.columns, row.cells, strict=True)}
            rows.append(under | cells)
    return {"type": "table", "label": one.label, "rows": rows}


def value(cell: doc.Cell) -> Json:
    """The number behind a cell, else its text."""
    if cell.value is not None:
        return cell.value if cell.value == cell.value and abs(cell.value) != float("inf") else None
    text = " ".join(filter(None, (cell.sign.strip(), doc.plain(cell.text))))
    return f"{text} {cell.note}".strip() if cell.note else text
