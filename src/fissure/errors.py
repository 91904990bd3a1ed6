"""The errors a user can cause, each one clear sentence, with its parts as attributes.

`FissureError` is the class to catch; the classes below it say what went wrong:

- `ArgumentError`: an argument of a function, an option of a command, a field of a request.
- `FileError`: a file cannot be read or written, or is not what it should be. `CaseError` and `LedgerError` are those
  of a case and of its evidence, `OutputError` what cannot be written.
- `RunError`: a stored run or study cannot be opened, continued or deleted. `DamagedError` is a file that is not what
  was written.
- `StoppedError`: the user stopped it.
- `PosteriorError`: a posterior is missing, damaged or of another model, case, prior or evidence.
- `PluginError`: a package with mechanisms does not fit.
- `SetupError`: a library, a device or a setting of this machine is missing or in the way. `ClusterError` is of a
  cluster.
- `RefusedError`: something that Fissure does not do.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class FissureError(Exception):
    r"""Something the user can mend; its text is one sentence on one line, shown without a traceback (exit code 2).

    The sentence has one form, of which parts may be missing: ``PATH:LINE: found X, expected Y; did you mean 'Z'?``
    The parts are attributes, None where they are missing.

    A word that is very long is cut. Characters that cannot be seen, which names read from a file may hold,
    are shown as escapes: ``\n``, ``\xa0``.

    Example:

        >>> error = FissureError("case.yaml:7: found 'weks', expected a key; did you mean 'weeks'?")
        >>> error.path.name, error.line, error.found, error.expected, error.hint
        ('case.yaml', 7, "'weks'", 'a key', 'weeks')
    """

    def __init__(self, said: str = "") -> None:
        said = _LONG_WORD.sub(r"\1…", said)
        super().__init__("".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in said))

    @property
    def path(self) -> Path | None:
        """The file or folder that the sentence begins with."""
        found = _place(str(self))
        return Path(found["path"]) if found else None

    @property
    def line(self) -> int | None:
        """The line of that file, from 1."""
        found = _place(str(self))
        return int(found["line"]) if found and found["line"] else None

    @property
    def found(self) -> str | None:
        """The value that was found."""
        return _part(_FOUND, str(self))

    @property
    def expected(self) -> str | None:
        """The value that was expected in its place."""
        return _part(_EXPECTED, str(self))

    @property
    def hint(self) -> str | None:
        """The nearest valid name."""
        return _part(_HINT, str(self))


class ArgumentError(FissureError):
    """An argument of a function, an option of a command or a field of a request is not what it should be."""


class FileError(FissureError):
    """A file or folder cannot be read or written, or is not what it should be."""


class CaseError(FileError):
    """A file of a case is missing, misspelt or contradictory."""


class LedgerError(FileError):
    """An entry of the evidence is missing, misspelt or contradictory, or there is none of that name."""


class OutputError(FileError):
    """A file that was asked for cannot be written."""


class RunError(FissureError):
    """A stored run or study cannot be opened, continued or deleted."""


class DamagedError(RunError):
    """A stored file is not what was written."""


class StoppedError(FissureError):
    """The user stopped a run or a study; what was finished is kept, and the text says how to go on."""


class PosteriorError(FissureError):
    """A posterior is missing, damaged, or of another model, case, prior or evidence."""


class PluginError(FissureError):
    """A package that brings mechanisms does not fit."""


class SetupError(FissureError):
    """A library, a device or a setting of this machine is missing or in the way."""


class ClusterError(SetupError):
    """A cluster cannot be reached, or its workers do not fit."""


class RefusedError(FissureError):
    """Something that Fissure does not do, such as searching for what serves an aim."""


_LONG_WORD = re.compile(r"([^\s/\\'\",]{300})[^\s/\\'\",]+")  # no part of a path is as long
_PLACE = re.compile(r"(?P<path>[^\s:'][^:']*?)(?::(?P<line>\d+))?: ")
_FILES = {".yaml", ".json", ".geojson", ".csv", ".npz", ".nc", ".zarr", ".html"}
"""Endings by which a file in this folder is known from the name of a parameter, such as ``pay-gap.resentment``."""
_FOUND = re.compile(r"\bfound (.+?), expected\b")
_EXPECTED = re.compile(r"\bexpected (.+?)(?:;|$)")
_HINT = re.compile(r"did you mean '(.+?)'\?")


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the closest of `known`, or an empty string when none is close."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""


def _place(said: str) -> re.Match[str] | None:
    """The file or folder that a sentence begins with, and its line; None where it begins with something else."""
    found = _PLACE.match(said)
    is_path = found and (found["line"] or "/" in found["path"] or Path(found["path"]).suffix in _FILES)
    return found if is_path else None


def _part(pattern: re.Pattern[str], said: str) -> str | None:
    found = pattern.search(said)
    return found[1] if found else None
