"""What `import fissure` offers: a snapshot of names and signatures, docstrings that say all, examples that run."""

import doctest
import inspect
from pathlib import Path

import pytest
from tools.docs import python_api

import fissure

SNAPSHOT = Path(__file__).parent.parent / "public_face.txt"
PUBLIC = {name: getattr(fissure, name) for name in fissure.__all__ if not name.startswith("__")}
FUNCTIONS = {name: one for name, one in PUBLIC.items() if not isinstance(one, type)}
LONG = ("answers", "calibrate", "hindcast", "sensitivity")
"""Whose smallest example takes minutes."""


def face() -> str:
    lines = [python_api.signature(name, one) for name, one in sorted(FUNCTIONS.items())]
    for name, one in sorted(PUBLIC.items()):
        if isinstance(one, type):
            lines.append(name)
            own = {name for kind in one.__mro__ if kind.__module__.startswith("fissure") for name in vars(kind)}
            lines += [f"  {member}" for member in sorted(own) if not member.startswith("_")]
    return "\n".join(lines) + "\n"


def test_the_face_is_as_it_was():
    """Where it changes on purpose, write it with `python -m tests.system.test_public_face`."""
    assert face() == SNAPSHOT.read_text(encoding="utf-8")


def test_docstrings_say_all():
    """Parameters, what is returned, what is raised, and an example."""
    faults = []
    for name, function in FUNCTIONS.items():
        said = inspect.getdoc(function) or ""
        parameters = [p.name for p in inspect.signature(function).parameters.values() if p.kind != p.VAR_KEYWORD]
        faults += [f"{name}: nothing on {p}" for p in parameters if f"{p}:" not in said and f"{p}," not in said]
        faults += [f"{name}: no {word}" for word in ("eturns", "aises", "Example") if word not in said]
    for name, kind in PUBLIC.items():
        if isinstance(kind, type):
            faults += [f"{name}: no docstring"] if not inspect.getdoc(kind) else []
            own = [member for member in vars(kind) if not member.startswith("_")]
            members = [m for m in own if callable(getattr(kind, m)) or isinstance(vars(kind)[m], property)]
            faults += [f"{name}.{m}: no docstring" for m in members if not inspect.getdoc(getattr(kind, m))]
    assert not faults, "\n".join(faults)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "name", [pytest.param(n, marks=pytest.mark.slow) if n in LONG else n for n in sorted(FUNCTIONS)]
)
def test_the_example_runs(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    found = doctest.DocTestFinder(recurse=False).find(FUNCTIONS[name], name)
    results = [doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(one) for one in found]
    assert sum(one.attempted for one in results) > 0 and not any(one.failed for one in results)


def test_the_reference_is_written_from_the_docstrings():
    page = Path(__file__).parents[2] / "docs" / "reference" / "python.md"
    assert page.read_text(encoding="utf-8") == python_api.page(), "write it anew with: make docs"


if __name__ == "__main__":
    SNAPSHOT.write_text(face(), encoding="utf-8")
