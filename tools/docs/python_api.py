"""Write the reference of the Python API from the docstrings: `python -m tools.docs.python_api FILE`."""

import inspect
import re
import sys
import textwrap
from pathlib import Path

from numpy.typing import ArrayLike

import fissure

HEAD = """# Python reference

Everything here is imported from `fissure`, and the tree of errors from `fissure.errors`; all other modules are private
and may change without notice. This page is
written from the docstrings (`make docs`), and the examples in it are run by the tests.
"""


def page() -> str:
    """The page: functions first, then what they return, each in alphabetical order."""
    public = {name: getattr(fissure, name) for name in fissure.__all__ if not name.startswith("__")}
    functions = [entry(name, one) for name, one in sorted(public.items()) if not isinstance(one, type)]
    classes = [class_entry(name, one) for name, one in sorted(public.items()) if isinstance(one, type)]
    return "\n".join([HEAD, "## Functions\n", *functions, "## Results and errors\n", *classes])


def entry(name: str, one: object) -> str:
    """A function: its signature and docstring."""
    return f"### `fissure.{name}`\n\n{fenced(signature(name, one))}\n\n{text(one)}\n"


def class_entry(name: str, one: type) -> str:
    """A class: its docstring, then its public methods and properties, a line each."""
    lines = []
    for member, value in inspect.getmembers(one):
        said = inspect.getdoc(value)
        if member.startswith("_") or said is None or not (callable(value) or isinstance(value, property)):
            continue
        if not any(member in vars(base) for base in one.__mro__ if base.__module__.startswith("fissure")):
            continue
        shown = member if isinstance(value, property) else signature(member, value)
        lines.append(f"- `{' '.join(shown.split())}`: {' '.join(said.split(chr(10) * 2)[0].split())}")
    members = "\n".join(lines)
    return f"### `fissure.{name}`\n\n{text(one)}\n\n{members}\n"


def signature(name: str, one: object) -> str:
    """As it is called, without the module of annotations."""
    assert callable(one)
    try:
        found = inspect.signature(one)
    except ValueError:
        return name
    arrays = [p.replace(annotation="ArrayLike") if p.annotation == ArrayLike else p for p in found.parameters.values()]
    said = str(found.replace(parameters=arrays)).replace("'ArrayLike'", "ArrayLike")
    return name + re.sub(r"(?:\w+\.)+(?=[A-Za-z])", "", said)


def text(one: object) -> str:
    """A docstring as Markdown: what is indented below a heading such as `Args:` becomes a list, examples a block."""
    said = inspect.getdoc(one) or ""
    out, block = [], False
    for line in said.splitlines():
        example = line.strip().startswith((">>>", "...")) or (block and line.startswith("    ") and line.strip() != "")
        if example and not block:
            out += ["```python"]
        if block and not example:
            out += ["```"]
        block = example
        if not example and line.startswith("    ") and not line.startswith("     ") and ":" in line:
            name, _, meaning = line.strip().partition(":")
            line = f"- `{name}`:{meaning}"
        out.append(textwrap.dedent(line[4:] if example else line) if example else line)
    return "\n".join([*out, "```"] if block else out)


def fenced(said: str) -> str:
    """A block of code, one argument a line where it is long."""
    if len(said) > 90:
        said = said.replace(", ", ",\n    ").replace("(", "(\n    ", 1)
    return f"```python\n{said}\n```"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
