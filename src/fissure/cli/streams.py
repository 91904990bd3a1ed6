"""Standard output and error that take whatever is written, so that no terminal decides whether work is finished.

- A sign that the encoding of the stream lacks becomes the nearest one of ASCII, see `signs`.
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
from types import TracebackType
from typing import Any, TextIO

from fissure.cli import signs


class Streams:
    """Standard output and error as described above, for as long as the context lasts."""

    def __init__(self) -> None:
        self._before: tuple[TextIO | None, TextIO | None] = (None, None)
        self._ours: list[_Patient] = []

    def __enter__(self) -> "Streams":
        codecs.register_error(signs.NAME, signs.legible)
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
            io.BufferedWriter(ours), stream.encoding, signs.NAME,
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
