"""One writer a folder: a lock of the operating system, which ends with the process that holds it, however that dies.

The lock is that of `filelock` on `run.lock` in the folder: `flock`, on Windows `msvcrt.locking`. A file that merely
exists would outlive a killed process; a lock by process id would be fooled by another machine. `flock` also holds over
NFS (Linux hands it to the server) and between two writers in one process. Where a file system knows no locks (some
parallel ones, unless mounted with `flock`) a warning says so and work goes on: two writers would then make the same
bytes twice, no more.

`run.lock` holds a note of who writes and what was asked. It is cleared when the work is done, so that a note without a
lock tells of work that was cut short.
"""

import errno
import json
import os
import socket
import warnings
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from fissure.errors import RunError

LOCK = "run.lock"
WAIT, PAUSE = 0.3, 0.03
"""Seconds for which, and apart, a held lock is tried: one who only looks whether it is held is gone by then."""
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)

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
    with held_to_remove(folder) as file:
        _write(file, {"process": os.getpid(), "host": socket.gethostname(), "since": _now(), **(_asked.get() or {})})
        yield
        _write(file, None)  # not reached after an error: the work is not done


@contextmanager
def held_to_remove(folder: Path) -> Generator[int | None]:
    """As `held`, leaving the note alone, for who means to take the folder away; gives the open lock file, if any."""
    lock, files = _lock(folder, WAIT)
    try:
        lock.acquire()
    except Timeout:
        who = note(folder) or Note()
        raise RunError(f"{folder}: {who} is writing to this folder, wait for it to end or choose another") from None
    except OSError as error:
        if error.errno not in _NO_LOCKS:
            raise
        warnings.warn(
            f"{folder}: its file system has no locks ({error.strerror or error}), see to it that no other process "
            "writes to it",
            stacklevel=4,
        )
    try:
        yield files[-1] if files else None
    finally:
        lock.release()


def is_held(folder: Path) -> bool:
    """Whether anyone writes to `folder` now, as far as that can be known."""
    if not (folder / LOCK).exists():
        return False
    lock, _ = _lock(folder, 0)
    try:
        lock.acquire()
    except Timeout:
        return True
    except OSError:  # no locks here, or the file may not be opened
        return False
    lock.release()
    return False


def _lock(folder: Path, wait: float) -> tuple[FileLock, list[int]]:
    """The lock of a folder, and where its open file is put once it is had."""
    files: list[int] = []
    lock = FileLock(
        folder / LOCK, wait, 0o644, poll_interval=PAUSE, fallback_to_soft=False, preserve_lock_file=True,
        on_acquired=files.append,
    )  # fmt: skip
    return lock, files


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


def _write(file: int | None, told: dict[str, Any] | None) -> None:
    """Put a note in the lock file; a full disk must not hinder reading what is there, so that none is written."""
    if file is None:
        return
    try:
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        if told is not None:
            os.write(file, json.dumps(told, ensure_ascii=False).encode())
    except OSError:
        pass


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")
