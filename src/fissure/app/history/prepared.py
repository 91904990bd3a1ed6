"""Views of stored runs that are made once: in the background, kept in memory and on disk.

Reading some hundred histories and making their figures takes seconds, and a page that a person waits for must not. What
was made is kept under a digest of all that it depends on, so that it is never shown of anything else.
"""

import hashlib
import json
import logging
import os
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.history.told import told
from fissure.app.jobs import wrong_inside
from fissure.cases.loader import Case
from fissure.engine.provenance import PACKAGE, code_digest, model_digest
from fissure.errors import FissureError, nearest
from fissure.files import UNFINISHED, write_whole
from fissure.present.render.html import as_json

KEPT = 16
"""Runs whose view is kept on disk."""
AT_HAND = 3
"""Runs whose view is kept in memory."""
AGAIN = 5.0
"""Seconds after which what failed is tried again, if it is asked for."""


@dataclass(frozen=True)
class Prepared:
    """The view of a run: what the page says, and its charts by key as JSON that may stand in a page."""

    key: str
    say: dict[str, Any]
    charts: str


Between = Callable[[], None]
"""Is called between steps that take seconds each, and raises to end the work."""
Make = Callable[[Path, Between], tuple[dict[str, Any], dict[str, Any]]]
"""Reads the run in a folder; gives what the page says, and its charts."""


class Stopped(Exception):
    """The server is stopping."""


def made(folder: Path, between: Between, case: Case | None = None) -> tuple[dict[str, Any], dict[str, Any]]:
    """The view of the run in `folder`, from its histories; of `case` where it is given, see `api.opened`."""
    return told(api.opened(folder, case), between)


class Histories:
    """The views that are at hand, and the one thread that makes others; it is no part of the jobs that a user sees."""

    def __init__(self, folder: Path, make: Make = made, case: Callable[[], Case] | None = None) -> None:
        self._folder, self._make, self._case = folder, make, case
        self._at_hand: OrderedDict[str, Prepared] = OrderedDict()
        self._queue: deque[tuple[str, Path]] = deque()
        self._failed: dict[str, tuple[str, float]] = {}
        self._now = ""
        self._stopping = False
        self._turn = threading.Condition()
        self._worker: threading.Thread | None = None

    def get(self, run: Stored) -> Prepared | None:
        """The view of `run` if it is there; else None, and it is made in the background."""
        key = self._key(run)
        with self._turn:
            found = self._at_hand.get(key)
            if found is not None:
                self._at_hand.move_to_end(key)
                return found
        found = self._read(key)
        with self._turn:
            if found is not None:
                self._keep(found)
            elif not self._failed_lately(key):
                self._want(key, run.folder)
        return found

    def error(self, run: Stored) -> str:
        """Why the view of `run` could not be made; empty where nothing went wrong."""
        with self._turn:
            return self._failed.get(self._key(run), ("", 0.0))[0]

    def begin(self, runs: Callable[[], Mapping[str, Stored]]) -> None:
        """Make the view of the newest of `runs`, in the background, so that the first page finds it."""

        def newest() -> None:
            with suppress(FissureError, OSError):
                found = newest_of(runs().values())
                if found is not None and found.state != "being written":
                    self.get(found)

        threading.Thread(target=newest, name="fissure-newest", daemon=True).start()

    def stop(self, patience: float = 20.0) -> None:
        """Begin nothing more, and wait for what is being made to come to its next step."""
        with self._turn:
            self._stopping = True
            self._queue.clear()
            worker = self._worker
            self._turn.notify_all()
        if worker is not None:
            worker.join(patience)

    def _key(self, run: Stored) -> str:
        return key_of(run, None if self._case is None else self._case())

    def _failed_lately(self, key: str) -> bool:
        return key in self._failed and time.monotonic() - self._failed[key][1] < AGAIN

    def _want(self, key: str, folder: Path) -> None:
        alive = self._worker is not None and self._worker.is_alive()
        if self._stopping or (alive and (key == self._now or any(key == one for one, _ in self._queue))):
            return
        self._failed.pop(key, None)
        if not any(key == one for one, _ in self._queue):
            self._queue.append((key, folder))
        if not alive:  # it has not begun yet, or has died
            self._now, self._worker = "", threading.Thread(target=self._serve, name="fissure-histories", daemon=True)
            self._worker.start()
        self._turn.notify_all()

    def _serve(self) -> None:
        while True:
            with self._turn:
                self._now = ""
                while not self._queue and not self._stopping:
                    self._turn.wait()
                if self._stopping:
                    return
                self._now, folder = self._queue.popleft()
            self._prepare(self._now, folder)

    def _prepare(self, key: str, folder: Path) -> None:
        try:
            say, charts = self._make(folder, self._go_on)
            text = json.dumps(say, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
            # as read back: what is in memory and what is on disk are the same to the last value
            found = Prepared(key, json.loads(text), str(as_json(charts)))
            written = f"{text}\n{found.charts}".encode()
        except Stopped:
            return
        except FissureError as error:
            self._fail(key, str(error))
        except BaseException as error:  # one run that cannot be read must not take the others with it
            logging.getLogger(__name__).exception("the view of a run could not be made: %s", folder)
            self._fail(key, wrong_inside(error))
        else:
            self._write(key, written)
            with self._turn:
                self._failed.pop(key, None)
                self._keep(found)

    def _go_on(self) -> None:
        with self._turn:
            if self._stopping:
                raise Stopped

    def _fail(self, key: str, why: str) -> None:
        with self._turn:
            self._failed[key] = (why, time.monotonic())

    def _keep(self, found: Prepared) -> None:
        self._at_hand[found.key] = found
        self._at_hand.move_to_end(found.key)
        while len(self._at_hand) > AT_HAND:
            self._at_hand.popitem(last=False)

    def _read(self, key: str) -> Prepared | None:
        path = self._folder / f"{key}.json"
        try:
            say, charts = path.read_text(encoding="utf-8").split("\n", 1)
            found = Prepared(key, json.loads(say), charts)
        except (OSError, ValueError, RecursionError):  # not there, or cut short: it is made again
            return None
        with suppress(OSError):
            os.utime(path)
        return found

    def _write(self, key: str, body: bytes) -> None:
        """Keep it on disk, whole or not at all; where the disk refuses, memory has to do."""
        with suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            write_whole(self._folder / f"{key}.json", body)
            self._prune()

    def _prune(self) -> None:
        files = sorted(self._folder.glob("*.json"), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in files[KEPT:]:
            path.unlink(missing_ok=True)
        for path in self._folder.glob(f"{UNFINISHED}*"):  # of a server that was killed while it wrote
            if time.time() - path.stat().st_mtime > 3600:
                path.unlink(missing_ok=True)


def newest_of(runs: Iterable[Stored]) -> Stored | None:
    """The run that was written last, those that are finished before those that are being written."""
    return max(runs, key=lambda one: (one.state != "being written", one.contents.written), default=None)


def chosen(runs: Mapping[str, Stored], name: str | None) -> Stored | None:
    """The run of that name, the newest where none is named; None where there is no run at all.

    Raises `FissureError`, with the nearest name, where there is none of that name.
    """
    if not name:
        return newest_of(runs.values())
    if name not in runs:
        raise FissureError(f"there is no run '{name}'{nearest(name, runs)}")
    return runs[name]


def key_of(run: Stored, case: Case | None = None) -> str:
    """A digest of all that the view of `run` depends on: its plan, its histories, the code, the case and its evidence.

    The case is the one where the run says that it lies, unless it is given.
    """
    case = case or api.recorded(run.folder, str(run.plan.get("case")), run.origin)
    origin = None if run.origin is None else run.origin.digest
    told = [run.plan, origin, run.contents.histories, _code_digest(), str(case.folder), _case_digest(case)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=str).encode()).hexdigest()[:32]


@lru_cache(maxsize=1)
def _code_digest() -> str:
    """Of all that the figures are made by, and of the data that come with the package."""
    code = code_digest(told.__module__, boundary=("fissure.model", "fissure.engine"))
    return f"{model_digest()} {code} {_digest(PACKAGE.rglob('*.yaml'))}"


@lru_cache(maxsize=8)
def _case_digest(case: Case) -> str:
    """Of the case's files that are told of on the page; what a run depends on is in its plan."""
    return f"{case.digest} {_digest(case.ledger_folder.rglob('*.yaml'))}"


def _digest(paths: Iterable[Path]) -> str:
    sha = hashlib.sha256()
    for path in sorted(paths):
        body = path.read_bytes()
        sha.update(f"{path.name}\0{len(body)}\0".encode() + body)
    return sha.hexdigest()
