"""Views derived from runs, code and evidence: made once in the background, kept in memory and on disk.

A derived view takes seconds, and a page that a person waits for must not. One rule names what is kept: the digest of
all that it derives from, and of the code of the package. So a view is never shown of anything else, and nothing need
be thrown away when something changes. Room is made by size and age: what was needed longest ago goes first.
"""

import hashlib
import json
import logging
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Generic, TypeVar

from fissure.app.jobs import ServerStopping, Worker, wrong_inside
from fissure.context import Context
from fissure.engine.provenance import MODEL, PACKAGE, code_digest, model_digest
from fissure.engine.study_folder import STUDY
from fissure.errors import FissureError
from fissure.files import UNFINISHED, held_to_remove, write_whole
from fissure.studies import answers, attribution_file, hindcast
from fissure.studies.kept_results import place

T = TypeVar("T")
AGAIN = 10.0
"""Seconds after which what failed is tried again, if it is asked for."""
OLD = 90 * 24 * 3600.0
"""Seconds after which a view that nobody asked for is deleted, even where there is room."""
MEASURED = "measured/**/*.npz"
"""The files in the folder of a what-if that hold its numbers."""


@dataclass(frozen=True)
class Kind(Generic[T]):
    """A kind of derived view.

    `folder` is where its files lie, `module` the name of the module that makes it: all code that this imports counts.
    `bytes_of` and `read` make bytes of it and read them back; `in_memory` of them stay in memory. `read` raises
    `ValueError`, `LookupError`, `TypeError` or `AttributeError` for what is not whole.
    """

    folder: str
    module: str
    bytes_of: Callable[[T], bytes]
    read: Callable[[bytes], T]
    in_memory: int = 3


@dataclass(frozen=True)
class Lookup(Generic[T]):
    """A derived view once it is there; else why it is not: `error`, or it is being made."""

    value: T | None = None
    error: str = ""

    @property
    def waiting(self) -> bool:
        """True where it is worth asking again."""
        return self.value is None and not self.error


class Derived:
    """The cache of derived views below `home`; `most` bytes of them stay on disk."""

    def __init__(self, home: Path, most: int, worker: Worker) -> None:
        self._home, self._most, self._worker = home, most, worker
        self._memory: dict[str, OrderedDict[str, Any]] = {}
        self._failed: dict[str, tuple[str, float]] = {}
        self._turn = threading.Lock()

    def get(self, kind: Kind[T], source: Sequence[object], make: Callable[[], T]) -> Lookup[T]:
        """The view that derives from `source`, if it is there; else it is made in the background, by `make`.

        Args:
            kind: which kind of view.
            source: all that it derives from besides code, as plain values.
            make: makes it; may call `Worker.go_on` between its steps.
        """
        key = key_of(kind, source)
        found = self._remembered(kind, key) or self._read(kind, key)
        if found is not None:
            return Lookup(found)
        why, then = self._failed.get(key, ("", 0.0))
        if why and time.monotonic() - then < AGAIN:
            return Lookup(error=why)
        self._worker.submit(f"{kind.folder}-{key}", lambda: self._make(kind, key, make))
        return Lookup()

    def path(self, kind: Kind[T], key: str) -> Path:
        """The file of a view."""
        return self._home / kind.folder / f"{key}.json"

    def _make(self, kind: Kind[T], key: str, make: Callable[[], T]) -> None:
        if self._remembered(kind, key) is not None:  # it was finished between the look and this
            return
        try:
            body = kind.bytes_of(make())
            found = kind.read(body)  # what is in memory and what is on disk are the same to the last value
        except ServerStopping:
            raise
        except FissureError as error:
            self._failed[key] = str(error), time.monotonic()
        except BaseException as error:
            logging.getLogger(__name__).exception("a view could not be made: %s %s", kind.folder, key)
            self._failed[key] = wrong_inside(error), time.monotonic()
        else:
            with suppress(OSError):  # where the disk refuses, memory has to do
                path = self.path(kind, key)
                path.parent.mkdir(parents=True, exist_ok=True)
                write_whole(path, body)
                prune(self._home, self._most)
            self._failed.pop(key, None)
            self._remember(kind, key, found)

    def _remembered(self, kind: Kind[T], key: str) -> T | None:
        with self._turn:
            own: OrderedDict[str, T] = self._memory.get(kind.folder, OrderedDict())
            if key in own:
                own.move_to_end(key)
            return own.get(key)

    def _remember(self, kind: Kind[T], key: str, found: T) -> None:
        with self._turn:
            own = self._memory.setdefault(kind.folder, OrderedDict())
            own[key] = found
            own.move_to_end(key)
            while len(own) > kind.in_memory:
                own.popitem(last=False)

    def _read(self, kind: Kind[T], key: str) -> T | None:
        path = self.path(kind, key)
        try:
            found = kind.read(path.read_bytes())
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None  # not there, or cut short: it is made again
        with suppress(OSError):
            os.utime(path)
        self._remember(kind, key, found)
        return found


def key_of(kind: Kind[Any], source: Sequence[object]) -> str:
    """Names the view of that kind that derives from `source`, as the code and the data of the package make it."""
    code = [model_digest(), code_digest(kind.module, boundary=MODEL), _data_digest()]
    derived_from = json.dumps([kind.folder, *code, *source], sort_keys=True, default=str)
    return hashlib.sha256(derived_from.encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _data_digest() -> str:
    """SHA-256, in hex, of the data that come with the package."""
    sha = hashlib.sha256()
    for path in sorted(path for pattern in ("*.yaml", "*.json") for path in PACKAGE.rglob(pattern)):
        body = path.read_bytes()
        sha.update(f"{path.relative_to(PACKAGE).as_posix()}\0{len(body)}\0".encode() + body)
    return sha.hexdigest()


# Room on disk: what can be made again is deleted; runs and saved questions never are.

VIEWS = ("history", "figures", "causal")
"""Folders of views in a server's home."""


def prune(home: Path, most: int, runs: Path | None = None, spared: Set[Path] = frozenset()) -> set[Path]:
    """Delete views in `home` and what what-ifs measured in `runs` until they take `most` bytes; return those deleted.

    Those `spared` stay, and so do those of a folder that another process writes to. Each file is whole and says of
    what it is, so a server that is killed amid this has lost nothing but some of those files.
    """
    old = _delete_old(home)
    folders = sorted(path.parent for path in runs.glob(f"whatif-*/{STUDY}")) if runs else []
    views = _files(path for one in VIEWS for path in (home / one).glob("*.json"))
    measured = {one: _files(one.glob(MEASURED)) for one in folders}
    over = sum(size for own in (views, *measured.values()) for _, _, size in own) - most
    if over <= 0:
        return old
    gone: set[Path] = set()
    with ExitStack() as while_deleting:
        free = [views, *(measured[one] for one in folders if _is_free(one, while_deleting))]
        for _, path, size in sorted(file for own in free for file in own if file[1] not in spared):
            if over <= 0:
                break
            with suppress(OSError):
                path.unlink(missing_ok=True)
                gone.add(path)
                over -= size
        for folder in {path.parent for path in gone if path.suffix == ".npz"}:
            with suppress(OSError):  # not empty
                folder.rmdir()
    return old | gone


def _delete_old(home: Path) -> set[Path]:
    """Delete views that nobody has asked for in a long time, and what a server was killed over while it wrote."""
    gone: set[Path] = set()
    for pattern, most in (("*.json", OLD), (f"{UNFINISHED}*", 3600.0)):
        for path in (path for one in VIEWS for path in (home / one).glob(pattern)):
            with suppress(OSError):
                if 0 < path.stat().st_mtime < time.time() - most:
                    path.unlink()
                    gone.add(path)
    return gone


def _is_free(folder: Path, while_deleting: ExitStack) -> bool:
    try:
        while_deleting.enter_context(held_to_remove(folder))
    except (FissureError, OSError):
        return False
    return True


def _files(paths: Iterable[Path]) -> list[tuple[int, Path, int]]:
    """Of each file when it was needed last, its path and its bytes."""
    found = []
    for path in paths:
        with suppress(OSError):
            stat = path.stat()
            found.append((stat.st_mtime_ns, path, stat.st_size))
    return found


# Studies that were kept with the case: read again only when their file changes. Where there is none, the error of the
# lookup says why, with the command that makes it.


def attribution(context: Context) -> Lookup[attribution_file.SavedAttribution]:
    """The attribution of the members that the case is run with."""
    return _kept(context, "attribution")


def replies(context: Context) -> Lookup[answers.Answers]:
    """The answers to the sources' questions."""
    return _kept(context, "set of answers")


def forecasts(context: Context) -> Lookup[hindcast.Hindcast]:
    """The forecasts from past dates, with their scores."""
    return _kept(context, "hindcast")


_STUDIES: dict[str, tuple[str, Callable[[Context], Path], Callable[[Context], Any]]] = {
    "attribution": (
        "explain", lambda at: place(at.case, attribution_file.KEPT),
        lambda at: attribution_file.kept(at.case, at.posterior_digest),
    ),
    "set of answers": (
        "answers", lambda at: place(at.case, answers.KEPT), lambda at: answers.kept(at.case, at.posterior_digest)
    ),
    "hindcast": ("hindcast", lambda at: place(at.case, hindcast.KEPT), lambda at: hindcast.kept(at.case)),
}  # fmt: skip
"""By what it is: the command that makes it, where it lies, and what reads it."""


def _kept(context: Context, what: str) -> Lookup[Any]:
    path = _STUDIES[what][1](context)
    return _read_kept(context, what, path.stat().st_mtime_ns if path.is_file() else 0)


@lru_cache(maxsize=16)
def _read_kept(context: Context, what: str, written: int) -> Lookup[Any]:
    command, _, read = _STUDIES[what]
    makes = f"fissure {command} {context.cli_name} --keep makes one"
    if not written:
        return Lookup(None, f"No {what} is kept with this case; {makes}.")
    try:
        found = read(context)
    except FissureError as error:
        said = str(error)
        return Lookup(None, f"{said[:1].upper()}{said[1:]}; {makes} again.")
    if found is None:
        stale = (
            f"The {what} that is kept with this case is of another case, or was made with another model, posterior or "
            "package of mechanisms"
        )
        return Lookup(None, f"{stale}; {makes} again.")
    return Lookup(found)
