"""Files that are written whole or not at all, sealed, and held by one writer; what the disk refuses is one sentence.

A seal is a SHA-256 at the end of a file of bytes, or in a JSON file, that tells whether it is as it was written.
Whoever reads a sealed file gets all of it or an error, never damaged bytes. A file is hashed once for each process and
version of it (inode, size, time of its last change), so that reading many variables of it costs one look.

One writer a folder: the lock is one of the operating system, which ends with the process that holds it, however that
dies. It is that of `filelock` on `run.lock`: `flock`, on Windows `msvcrt.locking`. A file that merely exists would
outlive a killed process; a lock by process id would be fooled by another machine. `flock` also holds over NFS (Linux
hands it to the server) and between two writers in one process. Where a file system knows no locks (some parallel ones,
unless mounted with `flock`) a warning says so and work goes on: two writers would then make the same bytes twice, no
more. `run.lock` holds a note of who writes and what was asked. It is cleared when the work is done, so that a note
without a lock tells of work that was cut short.
"""

import errno
import hashlib
import json
import os
import shutil
import socket
import tempfile
import warnings
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TypeAlias

from filelock import FileLock, Timeout

from fissure.errors import DamagedError, OutputError, RunError, SetupError

JsonObject: TypeAlias = dict[str, Any]
"""Plain values by key, read from a JSON file or to be written to one."""
UNFINISHED = ".unfinished-"
"""The beginning of the name of a file that is still being written."""


def write_whole(path: Path, data: bytes) -> None:
    """Write `data` so that `path` holds all of it or stays as it was, even through a power cut.

    Raises `OSError` where the disk is full or refuses; nothing is left of it then.
    """
    handle, name = tempfile.mkstemp(prefix=UNFINISHED, dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    if os.name == "nt":
        return  # a folder cannot be opened there
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def disk_errors(folder: Path, needed: int) -> Iterator[None]:
    """Turn what the disk refuses meanwhile into a `FissureError` of one sentence; `needed` is in bytes."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(
                f"{folder}: the disk is full, another {size(needed)} are needed; what was finished is kept"
            ) from None
        raise OutputError(f"{folder}: cannot be written ({error.strerror or error})") from None


def check_room(folder: Path, needed: int) -> None:
    """Refuse, touching nothing, what needs more bytes than the disk has free (`FissureError`)."""
    there = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(there).free
    if needed > free:
        raise OutputError(f"{folder}: the run needs about {size(needed)} of disk, {size(free)} are free")


def size(number: float) -> str:
    """A number of bytes as a person says it: `12 MB`, `3.4 GB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.3g} {unit}"
        number /= 1000
    return f"{number:.3g} TB"


MARK = b"sha256:"
LENGTH = len(MARK) + 64
"""Bytes of a seal."""
AGAIN = "ask for it again to make it again"
KEY = "sha256"
"""The key at which a JSON file holds its seal."""

_Version = tuple[int, int, int]
_whole: dict[Path, _Version] = {}


class DamagedBlock(UserWarning):
    """Something stored was damaged and is made again."""


def sealed(body: bytes) -> bytes:
    """`body` with its seal at the end."""
    return body + MARK + hashlib.sha256(body).hexdigest().encode()


def holds(data: bytes) -> bool:
    """True where `data` ends in the seal of what stands before it."""
    return data == sealed(data[:-LENGTH])


def unsealed(path: Path) -> bytes:
    """The bytes that were sealed into the file. Raises `DamagedError` where it is not whole or cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path}: cannot be read ({error.strerror or error}), {AGAIN}") from None
    if not holds(data):
        raise DamagedError(f"{path}: is damaged (its checksum does not hold), {AGAIN}")
    return data[:-LENGTH]


def is_whole(path: Path) -> bool:
    """True where the file is there and ends in the seal of its bytes; they are read to tell."""
    _whole.pop(path, None)
    try:
        before = _version(path)
        sha = hashlib.sha256()
        with path.open("rb") as file:
            left = before[1] - LENGTH
            while left > 0 and (part := file.read(min(left, 1 << 20))):
                sha.update(part)
                left -= len(part)
            end = file.read()
    except OSError:
        return False
    if left != 0 or end != MARK + sha.hexdigest().encode():
        return False
    _whole[path] = before
    return True


def known_whole(path: Path) -> bool:
    """`is_whole`, looking at the bytes only where this version of the file was not seen to be whole before."""
    try:
        seen = _whole.get(path) == _version(path)
    except OSError:
        return False
    return seen or is_whole(path)


def _version(path: Path) -> _Version:
    status = path.stat()
    return status.st_ino, status.st_size, status.st_mtime_ns


def sealed_json(document: Mapping[str, Any]) -> bytes:
    """`document` as the bytes of a JSON file with a seal of its own, `sha256`, of all the rest."""
    text = json.dumps({**document, KEY: _of_json(document)}, indent=1, ensure_ascii=False)
    return text.encode() + b"\n"


def check_json(document: Mapping[str, Any]) -> bool:
    """True where what was read of a JSON file is what `sealed_json` was given."""
    return document.get(KEY) == _of_json({name: value for name, value in document.items() if name != KEY})


def unsealed_json(path: Path) -> JsonObject:
    """The values that were sealed into the JSON file. Raises `DamagedError` where it is not whole or cannot be read."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(f"{path}: cannot be read ({error}), {AGAIN}") from None
    if not isinstance(document, dict) or not check_json(document):
        raise DamagedError(f"{path}: is damaged (its checksum does not hold), {AGAIN}")
    return {name: value for name, value in document.items() if name != KEY}


def _of_json(document: Mapping[str, Any]) -> str:
    """Of the values, whatever their layout and order; numbers by their shortest text, as JSON keeps them."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def cache_base() -> Path:
    """Our folder in the user's cache: `FISSURE_CACHE`, `$XDG_CACHE_HOME/fissure` or `~/.cache/fissure`."""
    if own := os.environ.get("FISSURE_CACHE"):
        return Path(own).expanduser().absolute()
    if (shared := os.environ.get("XDG_CACHE_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "fissure"
    try:
        return Path.home() / ".cache" / "fissure"
    except RuntimeError:
        raise SetupError("there is no home folder to keep runs in, set FISSURE_CACHE to a folder") from None


def kept(name: str, make: Callable[[], bytes]) -> bytes:
    """The bytes of a file in the user's cache, made where it is not there, damaged or cannot be read.

    Where the cache cannot be written they are made each time.
    """
    try:
        path = cache_base() / name
    except SetupError:
        return make()
    with suppress(DamagedError):
        return unsealed(path)
    body = make()
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, sealed(body))
    return body


LOCK = "run.lock"
WAIT, PAUSE = 0.3, 0.03
"""Seconds for which, and apart, a held lock is tried: one who only looks whether it is held is gone by then."""
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)

_asked: ContextVar[JsonObject | None] = ContextVar("asked", default=None)


@dataclass(frozen=True)
class Note:
    """A note on the writer: process, machine, since when; what was asked, where that is known."""

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
    asked = {"members": members, "command": command}
    token = _asked.set({**(_asked.get() or {}), **{name: value for name, value in asked.items() if value is not None}})
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
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    with held_to_remove(folder) as file:
        _write_note(file, {"process": os.getpid(), "host": socket.gethostname(), "since": now, **(_asked.get() or {})})
        yield
        _write_note(file, None)  # not reached after an error: the work is not done


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
    """True where anyone writes to `folder` now, as far as that can be known."""
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
    """The note on who writes to `folder`, or did when it was cut short; None where the work was done."""
    try:
        text = (folder / LOCK).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return None
    if not text.strip():
        return None
    try:
        document = json.loads(text)
        kinds = {"process": int, "host": str, "since": str, "members": int, "command": str}
        return Note(**{name: document[name] for name, kind in kinds.items() if type(document.get(name)) is kind})
    except (ValueError, AttributeError, TypeError, RecursionError):
        return Note()


def _write_note(file: int | None, document: JsonObject | None) -> None:
    """Put a note in the lock file; a full disk must not hinder reading what is there, so that none is written."""
    if file is None:
        return
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.lseek(file, 0, os.SEEK_SET)
        if document is not None:
            os.write(file, json.dumps(document, ensure_ascii=False).encode())
