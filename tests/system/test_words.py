"""Plain English with the field's terms: words that nobody outside this house would use stay out of what people read."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "fissure"
PRIVATE = re.compile(
    r"\b(told|anew|there is not|there are not|holds something|stands already|from nothing|who is elsewhere)\b",
    re.IGNORECASE,
)
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/index.md",
    "docs/how-to/*.md",
    "docs/explanation/*.md",
    "docs/reference/glossary.md",
)
SHOWN = ("*/templates/*.j2", "*/templates/*.html")


def texts():
    """What people read: pages, templates, and every text of the code that is no docstring and no name."""
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            yield path, re.sub(r"```.*?```|`[^`]*`|(?m:^ {4}.*$)", "", path.read_text(encoding="utf-8"), flags=re.S)
    for pattern in SHOWN:
        for path in sorted(SOURCE.rglob(pattern)):
            yield path, re.sub(r"\{[%{#].*?[%}#]\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    for path in sorted(SOURCE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        expressions = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        for node in ast.walk(tree):
            text = node.value if isinstance(node, ast.Constant) and id(node) not in expressions else None
            if isinstance(text, str) and " " in text:
                yield f"{path}:{node.lineno}", text


def test_private_words_stay_out():
    found = [f"{place}: {match.group(0)}: ...{text[max(0, match.start() - 30) : match.end() + 30]!r}"
             for place, text in texts() for match in PRIVATE.finditer(text)]  # fmt: skip
    assert not found, "\n".join(found)
