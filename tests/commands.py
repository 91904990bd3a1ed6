"""Commands as they are typed: in this process, which is quick, or in one of their own, which only a few tests need."""

import io
import os
import re
import signal
import subprocess
import sys
import warnings
from contextlib import contextmanager
from pathlib import Path
from subprocess import CompletedProcess

import pytest

LONG = 900
"""Seconds after which a command is given up; nothing is decided by how long it takes."""
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)
"""What Python does not show where nobody asks for it."""


def _left(code):
    raise SystemExit(code)


@contextmanager
def as_typed(*words, cwd=None, **environment):
    """Standard output and error of a command that the caller runs in this process; all is put back after."""
    out, err = (io.TextIOWrapper(io.BytesIO(), "utf-8", "surrogateescape", write_through=True) for _ in range(2))
    handlers = {name: signal.getsignal(name) for name in (signal.SIGINT, signal.SIGTERM)}
    where = Path.cwd()
    with pytest.MonkeyPatch.context() as patch, warnings.catch_warnings():
        warnings.resetwarnings()
        for category in QUIET:
            warnings.simplefilter("ignore", category)
        for name, stream in (("stdout", out), ("stderr", err), ("stdin", io.StringIO())):
            patch.setattr(sys, name, stream)
        patch.setattr(sys, "argv", ["fissure", *map(str, words)])
        patch.setattr(os, "_exit", _left)
        for name, value in environment.items():
            patch.setenv(name, str(value))
        try:
            if cwd is not None:
                os.chdir(cwd)
            yield out, err
        finally:
            os.chdir(where)
            for number, handler in handlers.items():
                signal.signal(number, handler)


def written(stream):
    """What was written to a stream of `as_typed`."""
    return stream.buffer.getvalue().decode("utf-8", "replace")


def fissure_command(*words, cwd=None, **environment):
    """What `fissure` with these words does in `cwd`, in this process: exit code, output, error."""
    from fissure.cli import main

    own = {"COLUMNS": "120"} | ({"FISSURE_CACHE": Path(cwd) / "cache"} if cwd else {}) | environment
    with as_typed(*words, cwd=cwd, **own) as streams:
        try:
            main()
            code = 0
        except SystemExit as left:
            code = left.code or 0
    return CompletedProcess(list(words), code, *map(written, streams))


def fissure_process(*words, cwd, **environment):
    """The same in a process of its own."""
    return subprocess.run(
        [sys.executable, "-m", "fissure", *map(str, words)],
        capture_output=True, text=True, cwd=cwd, timeout=LONG,
        env={**os.environ, "COLUMNS": "120", "FISSURE_CACHE": str(Path(cwd) / "cache"), **environment},
    )  # fmt: skip


def refused(done, *words):
    """One clear sentence on standard error, exit code 2, no traceback."""
    assert done.returncode == 2, done.stderr + done.stdout
    assert "Traceback" not in done.stderr + done.stdout
    said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", done.stderr).split())
    for word in words:
        assert word in said, said
