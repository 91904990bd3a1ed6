"""Results of studies have in common a case, a document, its page, and a command that makes the same numbers again."""

import shlex
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from fissure.cases.loader import Case
from fissure.context import Context
from fissure.files import cache_base

if TYPE_CHECKING:
    from fissure.present.document import Document

Option = str | Path | int | float | bool | None
"""The value of an option: a flag that is set is True; False and None leave the option out."""


@dataclass(frozen=True, eq=False)
class Result(ABC):
    """A finished study of a case."""

    context: Context

    @property
    def case(self) -> Case:
        """The case that was studied."""
        return self.context.case

    def document(self) -> "Document":
        """The result as a document, for a terminal, a page or JSON."""
        return self._document()

    @abstractmethod
    def _document(self) -> "Document": ...

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        from fissure.present.render import html

        html.check_place(Path(path))  # before the page is made
        return html.write(self.document(), Path(path))


def command_line(verb: str, *words: str, **options: Option | tuple[str, ...]) -> str:
    """The command `fissure VERB`, with `words` as they are and `options` in order; of a tuple, one for each entry."""
    said = ["fissure", verb, *words]
    for name, given in options.items():
        for value in given if isinstance(given, tuple) else (given,):
            if value is True:
                said.append(f"--{name}")
            elif value is not None and value is not False:
                said.append(f"--{name} {shlex.quote(f'{value:g}' if isinstance(value, float) else str(value))}")
    return " ".join(said)


def folder_of(out: str | Path | None, *default: str) -> Path:
    """The folder that was asked for, or else that of this name in the user's cache."""
    return cache_base().joinpath(*default) if out is None else Path(out)
