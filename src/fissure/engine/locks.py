"""One writer a folder: a lock of the operating system, which ends with the process that holds it, however that dies.

The lock is `flock` (on Windows `msvcrt.locking`) on `run.lock` in the folder. A file that merely exists would outlive a
killed process; a lock by process id would be fooled by another machine. `flock` also holds over NFS (Linux hands it to
the server) and between two writers in one process. Where a file system knows no locks (some parallel ones, unless
mounted with `flock`) a warning says so and work goes on: two writers would then make the same bytes twice, no more.
These lines are our own because the file also says who writes, which `filelock` clears when a second writer looks in.

`run.lock` holds a note of who writes and what was asked. It is cleared when the work is done, so that a note without a
lock tells of work that was cut short.
"""

import json
import os
import socket
import time
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from fissure.errors import FissureError

if os.name == "nt":
    import msvcrt
else:
    import fcntl

LOCK = "run.lock"
TRIES, PAUSE = 10, 0.03
"""How often, and seconds apart, a held lock is tried: one who only looks whether it is held is gone by then."""
_FAR = 1 << 30
"""The byte that is locked on Windows, where a locked one cannot be read: far behind the note."""

_asked: ContextVar[dict[str, Any] | None] = ContextVar("asked", default=None)


@dataclass(frozen=True)
class Note:
    """Who writes, or wrote when it was cut short: process, machine, since when; what was asked, where it is known."""

    process: int | None = None
    host: str = ""
    since: str = ""
    members: int | None = None
    command: str | None = None

    def __str__(self) -> str:
        if self.process is None:
            return "another process"
        here = self.host in ("", socket.gethostname())
        if here and self.process == os.getpid():
            return f"this very process ({self.process})"
        return f"another process ({self.process}{'' if here else f' on {self.host}'})"


@contextmanager
def asking(*, members: int | None = None, command: str | None = None) -> Iterator[None]:
    """Work that begins meanwhile is noted to be of so many members, or of that command."""
    told = {"members": members, "command": command}
    token = _asked.set({**(_asked.get() or {}), **{name: value for name, value in told.items() if value is not None}})
    try:
        yield
    finally:
        _asked.reset(token)


def asked_command() -> str | None:
    """The command that the work was asked with, where it is known."""
    return (_asked.get() or {}).get("command")


@contextmanager
def held(folder: Path) -> Generator[None]:
    """Hold `folder`, which exists, against every other writer.

    Raises `FissureError` where another one holds it, and `OSError` where the lock file cannot be made.
    """
    with _locked(folder) as file:
        _write(file, {"process": os.getpid(), "host": socket.gethostname(), "since": _now(), **(_asked.get() or {})})
        yield
        _write(file, None)  # not reached after an error: the work is not done


@contextmanager
def held_to_remove(folder: Path) -> Generator[None]:
    """As `held`, leaving the note alone, for who means to take the folder away."""
    with _locked(folder):
        yield


def is_held(folder: Path) -> bool:
    """Whether anyone writes to `folder` now."""
    try:
        file = (folder / LOCK).open("rb")
    except OSError:
        return False
    with file:
        try:
            return not _take(file, alone=False)
        except OSError:
            return False  # no locks here


def note(folder: Path) -> Note | None:
    """Who writes to `folder`, or did when it was cut short; None where the work was done."""
    try:
        text = (folder / LOCK).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    if not text.strip():
        return None
    try:
        told = json.loads(text)
        kinds = {"process": int, "host": str, "since": str, "members": int, "command": str}
        return Note(**{name: told[name] for name, kind in kinds.items() if type(told.get(name)) is kind})
    except (ValueError, AttributeError, TypeError, RecursionError):
        return Note()


@contextmanager
def _locked(folder: Path) -> Generator[BinaryIO]:
    path = folder / LOCK
    for left in reversed(range(TRIES)):
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644), "r+b", buffering=0)
        with file:
            if _took(file, folder):
                if not _is_there(file, path):
                    continue  # whoever held it has taken the folder away meanwhile
                try:
                    yield file
                finally:
                    _let_go(file)
                return
        if left:
            time.sleep(PAUSE)
    who = note(folder) or Note()
    raise FissureError(f"{folder}: {who} is writing to this folder, wait for it to end or choose another")


def _took(file: Any, folder: Path) -> bool:
    try:
        return _take(file, alone=True)
    except OSError as error:
        warnings.warn(
            f"{folder}: its file system has no locks ({error.strerror or error}), see to it that no other process "
            "writes to it",
            stacklevel=2,
        )
        return True


def _is_there(file: Any, path: Path) -> bool:
    own = os.fstat(file.fileno())
    try:
        there = path.stat()
    except OSError:
        return False
    return (own.st_dev, own.st_ino) == (there.st_dev, there.st_ino)


def _take(file: Any, *, alone: bool) -> bool:
    """Whether the lock could be had; `OSError` where there are no locks."""
    if os.name == "nt":
        try:
            file.seek(_FAR)
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            return False
        return True
    try:
        fcntl.flock(file, (fcntl.LOCK_EX if alone else fcntl.LOCK_SH) | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    return True


def _let_go(file: Any) -> None:
    """Unlock at once: a process that was forked meanwhile has the file open too, and would hold on to the lock."""
    if os.name != "nt":
        with suppress(OSError):
            fcntl.flock(file, fcntl.LOCK_UN)


def _write(file: BinaryIO, told: dict[str, Any] | None) -> None:
    """Put a note in the lock file; a full disk must not hinder reading what is there, so that none is written."""
    try:
        file.seek(0)
        file.truncate()
        if told is not None:
            file.write(json.dumps(told, ensure_ascii=False).encode())
    except OSError:
        pass


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
