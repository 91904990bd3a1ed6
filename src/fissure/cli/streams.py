"""Standard output and error that take whatever is written, so that no terminal decides whether work is finished.

- A sign that the encoding of the stream lacks becomes the nearest one of ASCII, see `legible`.
- Where nobody reads any more, or the disk behind is full, what is written is dropped and the work goes on;
  `Streams.failure` says so at the end.
- A stream that was closed before the command began takes everything and keeps nothing.
"""

import codecs
import errno
import io
import os
import select
import sys
import unicodedata
import warnings
from collections.abc import Iterable
from types import TracebackType
from typing import Any, TextIO

from fissure.errors import ArgumentError


class Streams:
    """Standard output and error as described above, for as long as the context lasts."""

    def __init__(self) -> None:
        self._before: tuple[TextIO | None, TextIO | None] = (None, None)
        self._ours: list[_Patient] = []

    def __enter__(self) -> "Streams":
        codecs.register_error(NAME, legible)
        _fill_closed()
        self._before = sys.stdout, sys.stderr
        sys.stdout, sys.stderr = self._patient(sys.stdout), self._patient(sys.stderr)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.flush()
        sys.stdout, sys.stderr = self._before

    def flush(self) -> None:
        """Write what is still held back."""
        for stream in (sys.stdout, sys.stderr):
            if stream is not None:
                stream.flush()

    @property
    def failure(self) -> OSError | None:
        """Why something that was written is lost, other than that nobody read it any more; None if all is well."""
        self.flush()
        lost = (one.lost for one in self._ours)
        return next((e for e in lost if e is not None and not _nobody_reads(e)), None)

    def _patient(self, stream: TextIO | None) -> TextIO:
        """`stream`, with a `_Patient` below it; one that is no file keeps what is below."""
        if stream is None:
            return io.TextIOWrapper(io.BufferedWriter(_Patient(None)), "utf-8", write_through=True)
        buffer = getattr(stream, "buffer", None)
        raw = getattr(buffer, "raw", buffer)
        if not isinstance(stream, io.TextIOWrapper) or not isinstance(raw, io.RawIOBase):
            return stream
        stream.flush()
        ours = _Patient(raw)
        self._ours.append(ours)
        return io.TextIOWrapper(
            io.BufferedWriter(ours), stream.encoding, NAME,
            line_buffering=stream.line_buffering, write_through=stream.write_through,
        )  # fmt: skip


class _Patient(io.RawIOBase):
    """Writes to another raw stream until that fails, and then drops what comes."""

    def __init__(self, below: Any):
        super().__init__()
        self._below = below
        self.lost: OSError | None = None

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return self._below is not None and self._below.isatty()

    def fileno(self) -> int:
        if self._below is None:
            raise io.UnsupportedOperation("fileno")
        return int(self._below.fileno())

    def write(self, data: Any, /) -> int:
        if self._below is not None and self.lost is None:
            try:
                while (written := self._below.write(data)) is None:  # it does not block, and its reader is slow
                    select.select([], [self._below], [])
                return int(written)
            except OSError as error:
                self.lost = error
        return len(data)


def _fill_closed() -> None:
    """Let no file that a command opens become its standard input, output or error, where those were closed."""
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            opened = os.open(os.devnull, os.O_RDONLY if number == 0 else os.O_WRONLY)
            if opened != number:
                os.dup2(opened, number)
                os.close(opened)


def _nobody_reads(error: OSError) -> bool:
    return isinstance(error, BrokenPipeError) or error.errno in (errno.EPIPE, errno.ESHUTDOWN, errno.EBADF)


_WIDTHS = {"COLUMNS": 20, "LINES": 2, "TERMINAL_WIDTH": 20}
"""Settings that libraries read as whole numbers, with the least that a table can be printed in."""
_MOST = 1000


def ready() -> None:
    """Mend settings that would end a command before its work is done."""
    for name, least in _WIDTHS.items():
        found = os.environ.get(name)
        if found is None:
            continue
        if not (found.isascii() and found.isdigit()):
            del os.environ[name]
        else:
            os.environ[name] = str(min(max(int(found[:9]), least), _MOST))
    if any(option.split(":")[0] == "error" for option in sys.warnoptions):  # of any library would end our work
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)


def require_readable(arguments: Iterable[str]) -> None:
    """Raise `FissureError` where an argument holds what no text file could: control signs, undecodable bytes."""
    for argument in arguments:
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in argument):
            shown = argument.encode("unicode_escape").decode()
            raise ArgumentError(
                f"found '{shown}', expected text without control characters, in the encoding of this terminal "
                f"({sys.getfilesystemencoding()})"
            )


NAME = "fissure-legible"
"""Under which `legible` is to be found among the error handlers of `codecs`."""

# fmt: off
_NEAREST = {
    "–": "-", "—": "-", "‒": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "·": "-", "•": "*", "…": "...", "⁄": "/",
    "∕": "/", "÷": "/", "±": "+-", "≈": "~", "≠": "!=", "≤": "<=", "≥": ">=", "→": "->", "←": "<-", "↔": "<->",
    "⇒": "=>", "↕": ":", "⇄": "%", "▲": "^", "▼": "v", "↑": "^", "↓": "v", "◆": "#", "┌": "/", "└": "\\", "✓": "+",
    "✔": "+", "✗": "x", "✘": "x", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "″": '"', "‘": "'", "’": "'",
    "‚": "'", "′": "'", "ʿ": "'", "ʾ": "'", "∞": "inf", "√": "sqrt", "€": "EUR", "£": "GBP", "§": "S.", "°": " deg",
    "µ": "u", "σ": "sigma", "μ": "mu", "α": "alpha", "β": "beta", "ρ": "rho", "θ": "theta", "Δ": "Delta", "ß": "ss",
    "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "\u200b": "",
    "\ufeff": "",
}
# fmt: on
_ACROSS, _DOWN = "─━═╌╍┄┅┈┉╴╶╸╺", "│┃║╎╏┆┇┊┋╵╷╹╻"


def legible(error: UnicodeError) -> tuple[str, int]:
    """The text to write in place of signs that cannot be encoded; an error handler for `codecs`."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lacking = error.object[error.start : error.end]
    before = error.object[error.start - 1 : error.start].rjust(1) + lacking
    return "".join(map(_nearest, lacking, before)), error.end


def _nearest(sign: str, before: str) -> str:
    """`sign`, which comes after `before`, in ASCII; a question mark where nothing is near."""
    if sign in _NEAREST:
        return _NEAREST[sign]
    if "\u2500" <= sign <= "\u259f":
        return "-" if sign in _ACROSS else "|" if sign in _DOWN else "#" if sign >= "\u2580" else "+"
    plain = "".join(x if x.isascii() else _NEAREST.get(x, "") for x in unicodedata.normalize("NFKD", sign))
    if unicodedata.decomposition(sign).startswith("<super>") and plain:
        return plain if unicodedata.decomposition(before).startswith("<super>") else f"^{plain}"
    if unicodedata.decomposition(sign).startswith("<fraction>"):
        return f" {plain}" if before.isdigit() else plain
    return plain or (" " if sign.isspace() else "" if unicodedata.combining(sign) else "?")
