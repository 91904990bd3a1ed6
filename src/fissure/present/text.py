"""A line of text: plain, or in stretches that stand out, are links or have a colour."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone: TypeAlias = Literal["", "inside", "inside-too-wide", "bound-kept", "near", "outside", "driver", "not-compared"]
"""The colour of a word or number: the classes of the style sheet. A sign or word always says the same."""


@dataclass(frozen=True)
class Span:
    """A stretch of text of one kind; `href` makes it a link (only http, https and `#` are followed).

    `to` names what stands elsewhere on the server's page, such as ``entry:S1-08a``, ``mechanism:pay-gap`` or
    ``field:fighters.fear``; only that page makes a link of it. `kind` is a class of the style sheet, `words` what a
    screen reader says in the place of a sign, `tip` what is shown when it is pointed at.
    """

    text: str
    strong: bool = False
    soft: bool = False
    code: bool = False
    tone: Tone = ""
    href: str = ""
    to: str = ""
    kind: str = ""
    words: str = ""
    tip: str = ""


Line: TypeAlias = str | tuple[str | Span, ...]
"""A line of text: plain, or of several kinds."""


def code(name: str, to: str = "") -> Span:
    """A name in code; `to` as in `Span`."""
    return Span(name, code=True, to=to)


def strong(text: str) -> Span:
    """Text that stands out."""
    return Span(text, strong=True)


def listed(parts: Iterable[str | Span], by: str = ", ") -> tuple[str | Span, ...]:
    """Parts of a line with `by` between them."""
    return tuple(part for one in parts for part in (by, one))[1:]
