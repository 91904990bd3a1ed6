"""The case boundary: outside the folder of a case nothing names its group, its places or its years."""

import ast
import re
from pathlib import Path

import fissure

ROOT = Path(fissure.__file__).parent
NAMES = re.compile(
    r"islamic|caliph|daesh|\bis(?:is|il)\b|iraq|syria|baghdad|mosul|raqqa|kobani|palmyra|sinjar|tikrit|kurd|sunni|jihad",
    re.IGNORECASE,
)
EXAMPLE = "islamic_state"
"""What docstrings may say: an example that runs names the case that there is."""
YEARS = re.compile(r"\b201[3-9]-\d\d")
HINT = re.compile(r"(?:such as|as|or|:|-) [^ ]*$|\($")
"""What stands before a day that is an example of how to write one, in a message or a help text."""
TEXTS = {".py", ".j2", ".js", ".css", ".yaml", ".json", ".html"}


def outside():
    for path in sorted(ROOT.rglob("*")):
        of_case = path.is_relative_to(ROOT / "cases") and path.parent != ROOT / "cases"
        if path.suffix in TEXTS and not of_case:
            yield path


def docstrings(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value


def without_docstrings(path):
    """The lines of a file, those of docstrings emptied, and the text of the docstrings."""
    lines, said = path.read_text(encoding="utf-8").split("\n"), []
    if path.suffix == ".py":
        for one in docstrings(ast.parse("\n".join(lines))):
            said.append(one.value)
            for at in range(one.lineno - 1, one.end_lineno):
                lines[at] = ""
    return lines, "\n".join(said)


def test_nothing_outside_a_case_names_a_group_or_a_place():
    found = []
    for path in outside():
        lines, said = without_docstrings(path)
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for line in lines for hit in NAMES.finditer(line)]
        found += [f"{path.relative_to(ROOT)}: {hit[0]}" for hit in NAMES.finditer(said.replace(EXAMPLE, ""))]
    assert not found


def test_nothing_outside_a_case_depends_on_a_year():
    found = [
        f"{path.relative_to(ROOT)}:{at}: {line.strip()}"
        for path in outside()
        for at, line in enumerate(without_docstrings(path)[0], 1)
        for hit in YEARS.finditer(line)
        if not HINT.search(line[: hit.start()])
    ]
    assert not found
