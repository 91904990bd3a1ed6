"""Markdown as GitHub renders it: escapes, tables, links to headings, docstrings."""

import re
from collections.abc import Iterable, Sequence

_CODE = re.compile(r"(`[^`]+`)")
_SIGNS = re.compile(r"[\\*<~$]|(?<!\w)_|_(?!\w)|\](?=\()")


def prose(text: str) -> str:
    """`text` on one line so that nothing in it is taken for markup, but for what stands in backticks."""
    parts = _CODE.split(" ".join(text.split()))
    return "".join(part if at % 2 else _SIGNS.sub(lambda hit: f"\\{hit[0]}", part) for at, part in enumerate(parts))


def code(text: str) -> str:
    """`text` as code within a line; nothing where there is no text."""
    return f"`{text}`" if text else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that are Markdown already; their line ends become spaces and their pipes are escaped."""
    lines = [header, ["---"] * len(header), *rows]
    for line in lines:
        if len(line) != len(header):
            raise ValueError(f"a row has {len(line)} cells, expected {len(header)}: {line}")
    return "\n".join(f"| {' | '.join(_cell(cell) for cell in line)} |" for line in lines)


def _cell(text: str) -> str:
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def slug(heading: str) -> str:
    """The anchor that GitHub gives to `heading`."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def to(heading: str, text: str | None = None) -> str:
    """A link to `heading` of the same page, shown as `text` or as the heading itself."""
    return f"[{heading if text is None else text}](#{slug(heading)})"


def document(text: str) -> str:
    """A dedented docstring as Markdown: its indented lines become code, all else paragraphs."""
    out: list[str] = []
    indented, block = False, list[str]()
    for line in [*text.strip("\n").splitlines(), None]:
        inside = line is not None and (line.startswith("    ") or (indented and not line.strip()))
        if line is None or inside != indented or (not inside and not line.strip()):
            out += _block(block, indented)
            block = []
        if line is not None:
            block.append(line)
        indented = inside
    return "\n\n".join(out)


def _block(lines: list[str], indented: bool) -> list[str]:
    """The lines of one block as Markdown; nothing for blank ones."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    if not any(line.strip() for line in lines):
        return []
    if not indented:
        return [prose(" ".join(lines))]
    least = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    return ["\n".join(["```text", *(line[least:] for line in lines), "```"])]


def first_sentence(text: str) -> str:
    """The first sentence of a docstring, on one line."""
    line = " ".join(text.split("\n\n")[0].split())
    return re.split(r"(?<=[.])\s+(?=[A-Z`])", line)[0]


def number(x: float) -> str:
    """Four digits at most, thousands set off; `1e-5` for what would need many noughts."""
    text = re.sub(r"e-0(?=\d)", "e-", f"{x:.4g}")
    return f"{float(text):,.0f}" if abs(x) >= 1000 else text
