"""The model as its code describes it: fields of the state, and what the docstring of a mechanism says.

Of a field type and shape come from the annotation, meaning from the comment beside it.

A comment that stands on a line of its own heads the fields below it. What a comment says of range and unit is read by
a few rules (`_range`, `_unit`); a test holds a run against the ranges.
"""

import inspect
import io
import re
import sys
import textwrap
import tokenize
from dataclasses import dataclass
from typing import Any, get_type_hints

from fissure.model.causal import reads_and_writes
from fissure.model.mechanism import Mechanism

_TYPES = {"Bool": "yes or no", "Int": "whole number", "Float": "number"}
_UNITS = {
    "thousand dollars": r"\bthousand dollars\b",
    "weeks": r"^weeks\b",
    "persons": r"^residents\b(?!')|^persons\b|, persons$",
    "fighters": r"^fighters\b|^opponents' fighters\b|, fighters$",
}


@dataclass(frozen=True)
class Variable:
    """A field of the model.

    `kind` is its type in words, `shape` the names of its axes (empty for one number), `heading` the comment that it
    stands under, `bounds` the lowest and highest value, None where open.
    """

    name: str
    kind: str
    shape: str
    meaning: str
    heading: str
    unit: str
    bounds: tuple[float | None, float | None]

    @property
    def range(self) -> str:
        """The bounds in words."""
        low, high = self.bounds
        if self.kind == "yes or no" or (low is None and high is None):
            return ""
        if high is None:
            return f"{low:g} or more"
        return f"{low:g} to {high:g}" if low is not None else f"{high:g} or less"


def variables(kind: type) -> list[Variable]:
    """The array fields that class `kind` itself declares, in order."""
    beside, headings = _comments(kind)
    constants = {n: v for n, v in vars(sys.modules[kind.__module__]).items() if n.isupper() and type(v) is int}
    unless_said = re.search(r"in \[0, 1\] unless said", inspect.getdoc(kind) or "") is not None
    found = []
    for name, hint in get_type_hints(kind).items():
        axes = getattr(hint, "dim_str", None)
        if axes is None or name not in beside:
            continue
        dtype = hint.__name__.partition("[")[0]
        meaning = beside[name] or name.replace("_", " ")
        named = {word: constants[word] for word in re.findall(r"\b[A-Z]{2}[A-Z_]+\b", meaning) if word in constants}
        found.append(
            Variable(
                name=name,
                kind=_TYPES[dtype],
                shape=axes.strip(),
                meaning="; ".join(
                    [meaning, ", ".join(f"{word} is {n}" for word, n in named.items())][: 1 + bool(named)]
                ),
                heading=headings[name],
                unit=_unit(dtype, meaning, unless_said),
                bounds=_range(dtype, meaning, unless_said, named),
            )
        )
    return found


def _range(dtype: str, meaning: str, unless_said: bool, named: dict[str, int]) -> tuple[float | None, float | None]:
    number = r"(-?\d+(?:\.\d+)?)"
    if dtype == "Bool":
        return 0, 1
    if hit := re.search(rf"\bin \[{number}, {number}\]|\bfrom {number}\b.*? to {number}\b", meaning):
        low, high = (float(g) for g in hit.groups() if g is not None)
        return low, high
    if hit := re.search(rf"\b{number} or {number}\b", meaning):
        return float(hit[1]), float(hit[2])
    if hit := re.search(rf"\b{number} or more\b", meaning):
        return float(hit[1]), None
    if named:
        return 0, max(named.values())
    if "negative" in meaning or "standard normal" in meaning:
        return None, None
    if dtype == "Float" and _unit(dtype, meaning, unless_said) in ("share", "index"):
        return 0, 1
    return 0, None


def _unit(dtype: str, meaning: str, unless_said: bool) -> str:
    if dtype == "Bool":
        return ""
    for unit, pattern in _UNITS.items():
        if re.search(pattern, meaning):
            return unit
    if dtype == "Int":
        return "count"
    if re.search(r"\bshare\b|\bchance\b", meaning):
        return "share"
    return "index" if unless_said or re.search(r"\bin \[0, 1\]", meaning) else ""


def _comments(kind: Any) -> tuple[dict[str, str], dict[str, str]]:
    """The comment beside each field of `kind`, and the comment on a line of its own above it, by field."""
    source = textwrap.dedent(inspect.getsource(kind))
    beside: dict[str, str] = {}
    headings: dict[str, str] = {}
    heading, field, depth = "", "", 0
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        line = token.line.strip()
        if token.type == tokenize.COMMENT and line.startswith("#"):
            heading = token.string.lstrip("# ") if token.start[1] == 4 else heading
        elif token.type == tokenize.COMMENT and field:
            beside[field] = token.string.lstrip("# ")
        elif token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        elif token.type == tokenize.NAME and depth == 0 and token.start[1] == 4:
            field = ""
            if re.match(rf"{token.string}\s*:", line):
                field = token.string
                beside[field], headings[field] = "", heading
    return beside, headings


@dataclass(frozen=True)
class Description:
    """The parts of a mechanism's docstring: one line, theory, equations with what explains them, and what it uses."""

    line: str
    theory: str
    rule: str
    reads: str
    writes: tuple[str, ...]
    source: str


def stated(mechanism: type[Mechanism]) -> Description:
    """The docstring of the module of `mechanism`, taken apart."""
    text = inspect.cleandoc(sys.modules[mechanism.__module__].__doc__ or "")
    line, _, rest = text.partition("\n")
    theory, rule, uses = "", [], ""
    for paragraph in re.split(r"\n\s*\n(?! )", rest.strip("\n")):
        if paragraph.startswith("Theory:"):
            theory, _, below = paragraph.removeprefix("Theory:").partition("\n\n")
            rule += [below] if below else []
        elif paragraph.startswith("Reads:"):
            uses = " ".join(paragraph.split())
        else:
            rule.append(paragraph)
    found = re.fullmatch(r"Reads: (.*?)\.? Writes: (.*?)\. Source: (.*?)\.?", uses)
    if not found:
        raise ValueError(f"{mechanism.__module__}: its docstring does not end in 'Reads: ... Writes: ... Source: ...'")
    theory = " ".join(theory.split())
    return Description(line, theory, "\n\n".join(rule), found[1], tuple(found[2].split(", ")), found[3])


def described(mechanism: type[Mechanism]) -> Description:
    """As `stated`; of another package's whose file says it in another way all as it stands, with what is read and moved
    as the code has it.
    """
    try:
        return stated(mechanism)
    except ValueError:
        text = inspect.cleandoc(sys.modules[mechanism.__module__].__doc__ or mechanism.__doc__ or "")
        line, _, rest = text.partition("\n")
        found = reads_and_writes(mechanism)
        reads = ", ".join(sorted(set().union(*found.values()))) or "nothing"
        return Description(line or mechanism.title, "", rest.strip("\n"), reads, tuple(sorted(found)), "")
