"""The registry of what is stored: folders of runs and studies, their size, state and origin; and deletion.

A folder is ours where `run.json` or `study.json` in it can be read as such (or cannot, beside a lock of ours). Only
such folders are ever deleted, and only where nothing else lies in them.
"""

import os
import re
import shutil
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from fissure.engine.provenance import model_digest
from fissure.engine.store import BLOCK_NAME, DESCRIPTION, FAILED, Store, blocks_in, missing, open_store
from fissure.engine.study_folder import ORIGIN, STUDY, Origin, origin_of
from fissure.errors import FissureError, RunError
from fissure.files import (
    LOCK,
    UNFINISHED,
    JsonObject,
    Note,
    cache_base,
    held_to_remove,
    is_held,
    is_whole,
    note,
    unsealed_json,
)
from fissure.version import __version__

State = Literal["whole", "unfinished", "damaged", "being written", "half deleted"]
DELETED = ".deleted-"
"""The beginning of the name of a folder that is being taken away."""
_CALL = re.compile(r"[0-9a-f]{20}-(\d+)\.npz")
_CHECK = re.compile(r"(\d{7})-(\d{7})\.json")
_PAGES = "report|whatif|explain|answers|effects|sensitivity|calibration|hindcast|posterior"
_PAGE = re.compile(rf"({_PAGES})\.(json|html)|\.report\.html\..+\.part")  # the last: a report when it was killed


@dataclass(frozen=True)
class Contents:
    """The contents of a folder: `histories` are simulated members, whole ones; `foreign` is what is not ours."""

    bytes: int
    written: datetime
    histories: int
    sealed: tuple[Path, ...]
    locks: tuple[Path, ...]
    foreign: tuple[Path, ...]


@dataclass(frozen=True)
class Stored:
    """A run or a study on disk."""

    folder: Path
    what: str
    """`run`, or the command of a study: `whatif`, `explain` ...; empty where nothing in the folder tells."""
    state: State
    contents: Contents
    asked: int | None = None
    """Histories that were asked for, where that is known."""
    plan: Mapping[str, Any] = field(default_factory=dict)
    until: str | None = None
    """The last day of which the posterior has seen anything that members are drawn from."""
    changes: tuple[str, ...] = ()
    """Changes or outcomes that were asked about, in words."""
    command: str | None = None
    damaged: tuple[Path, ...] = ()
    """Files that are damaged; all of them only where checksums were looked at."""
    writer: Note | None = None
    """The process that writes to it, or was cut short."""
    origin: Origin | None = None
    """The case that a run is of, where it says so."""

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    @property
    def other_version(self) -> bool:
        """True where another version of Fissure or of the model made it, which this one does not go on with."""
        if not self.plan:
            return False
        return (self.plan.get("version"), self.plan.get("model_digest")) != (__version__, model_digest())

    @property
    def drawn_from(self) -> str:
        """The source of the members' parameters, in words."""
        if not self.plan.get("draws"):
            return "prior"
        return f"posterior up to {self.until}" if self.until else "posterior"

    @property
    def switched_off(self) -> tuple[str, ...]:
        """The mechanisms that are off in all of it."""
        return tuple(map(str, self.plan.get("off", ())))

    def as_json(self) -> JsonObject:
        """All of it as plain values for a JSON file."""
        own = ("case", "seed", "weeks", "units", "slots", "version", "model_digest", "case_digest")
        return {
            "name": self.name,
            "folder": str(self.folder),
            "what": self.what or None,
            "state": self.state,
            "other_version": self.other_version,
            "histories": self.contents.histories,
            "asked": self.asked,
            "bytes": self.contents.bytes,
            "written": self.contents.written.isoformat(timespec="seconds"),
            **{name: self.plan.get(name) for name in own},
            "case_folder": None if self.origin is None or self.origin.packaged else str(self.origin.folder),
            "drawn_from": self.drawn_from if self.plan else None,
            "posterior_digest": self.plan.get("draws") or None,
            "off": list(self.switched_off),
            "plugins": list(self.plan.get("plugins", ())),
            "changes": list(self.changes),
            "command": self.command,
            "damaged": [str(path) for path in self.damaged],
        }


def places() -> list[Path]:
    """The folders of runs and studies where the user names none: `./runs`, and the user's cache."""
    base = cache_base()
    return [Path("runs"), *(base / name for name in ("runs", "fits", "hindcasts"))]


def stored_in(folder: Path, *, verify: bool = False) -> list[Stored]:
    """The runs and studies in `folder`, or `folder` itself where it is one, by name.

    `verify` holds every file against its checksum, which takes as long as reading them.
    """
    if _is_stored(folder):
        return [look(folder, verify=verify)]
    try:
        inside = sorted(path for path in folder.iterdir() if path.is_dir())
    except OSError:
        return []
    return [look(path, verify=verify) for path in inside if _is_stored(path) or path.name.startswith(DELETED)]


def look(folder: Path, *, verify: bool = False) -> Stored:
    """The run or study in `folder`, with its state."""
    own, writer = contents(folder), note(folder)
    if folder.name.startswith(DELETED):
        return Stored(folder, "", "half deleted", own)
    damaged = [path for path in own.sealed if verify and not _is_sound(path)]
    try:
        what, document = _described(folder)
    except FissureError:
        what, document = "", {}
        damaged.insert(0, folder / (DESCRIPTION if (folder / DESCRIPTION).exists() else STUDY))
        damaged = list(dict.fromkeys(damaged))
    try:
        origin = origin_of(folder) if what == "run" else None
    except FissureError:
        origin = None
        damaged = list(dict.fromkeys([*damaged, folder / ORIGIN]))
    asked, cut_short = document.get("runs"), writer is not None
    if what == "run":
        asked = own.histories if writer is None else writer.members
        cut_short = _lacks(folder, own.histories if asked is None else asked) or (cut_short and asked is None)
    held = any(is_held(path.parent) for path in own.locks)
    state: State = "being written" if held else "damaged" if damaged else "unfinished" if cut_short else "whole"
    command = writer.command if writer and what == "run" else document.get("command")
    return Stored(
        folder, what, state, own, asked, document.get("plan", {}), document.get("until"),
        tuple(document.get("changes", ())), command, tuple(damaged), writer, origin,
    )  # fmt: skip


def contents(folder: Path) -> Contents:
    """The contents of `folder` and below, following no link."""
    size, last, histories = 0, folder.stat().st_mtime, 0
    sealed: list[Path] = []
    locks: list[Path] = []
    foreign: list[Path] = []
    for at, names, files in os.walk(folder):
        here = Path(at)
        foreign += [here / name for name in names if (here / name).is_symlink()]
        for name in sorted(files):
            path = here / name
            try:
                status = path.lstat()
            except OSError:
                continue  # gone meanwhile: it is being written
            size, last = size + status.st_size, max(last, status.st_mtime)
            if not _is_ours(path):
                foreign.append(path)
            elif name == LOCK:
                locks.append(path)
            elif name in (DESCRIPTION, STUDY, ORIGIN, FAILED) or _histories(name):
                sealed.append(path)
            histories += _histories(name)
    written = datetime.fromtimestamp(last).astimezone()
    return Contents(size, written, histories, tuple(sealed), tuple(locks), tuple(sorted(foreign)))


def delete(folder: Path) -> int:
    """Take away the run or study in `folder`; returns how many bytes that were.

    It is renamed first, so that what is left of a deletion that was cut short is no run any more. Raises
    `FissureError`, and deletes nothing, where the folder is a link, is no run of ours, holds anything else, or is being
    written.
    """
    if folder.is_symlink():
        raise RunError(f"{folder}: is a link, expected the folder of a run itself; nothing was deleted")
    if not folder.is_dir():
        raise RunError(f"{folder}: there is no such folder")
    left_over = folder.name.startswith(DELETED)
    own = contents(folder)
    if not left_over and not _is_deletable(folder):
        raise RunError(f"{folder}: holds no run or study of Fissure, nothing was deleted")
    if own.foreign:
        other = own.foreign[0].relative_to(folder)
        raise RunError(f"{folder}: also contains ('{other}'), move that away first; nothing was deleted")
    away = folder if left_over else _new_name(folder)
    try:
        with ExitStack() as locks:
            for lock in own.locks:
                locks.enter_context(held_to_remove(lock.parent))
            if os.name == "nt":
                locks.close()  # there a folder with an open file in it cannot be renamed
            folder.rename(away)
        shutil.rmtree(away)
    except OSError as error:
        left = away if away.exists() else folder
        raise RunError(f"{left}: cannot be deleted ({error.strerror or error})") from None
    return own.bytes


def _is_stored(folder: Path) -> bool:
    return (folder / DESCRIPTION).is_file() or (folder / STUDY).is_file()


def _is_deletable(folder: Path) -> bool:
    """True where the folder says that it is ours; where its description is damaged, where a lock of ours is there."""
    if not _is_stored(folder):
        return False
    try:
        _described(folder)
    except FissureError:
        return (folder / LOCK).is_file()
    return True


def _described(folder: Path) -> tuple[str, Mapping[str, Any]]:
    """The kind of the folder as it says, and its description. Raises `FissureError` where that cannot be read."""
    if (folder / DESCRIPTION).is_file():
        description = open_store(folder).description
        return "run", {"plan": description["plan"], "until": description["attributes"].get("until")}
    document = unsealed_json(folder / STUDY)
    if not isinstance(document.get("plan"), dict) or not isinstance(document.get("what"), str):
        raise RunError(f"{folder / STUDY}: is not the description of a study that this version of Fissure can read")
    return document["what"], document


def _lacks(folder: Path, members: int) -> bool:
    """True where the run in `folder` lacks any of that many members, or has none."""
    try:
        failed = Store(folder, {}).failed()
    except FissureError:
        return True
    return not members or bool(missing(blocks_in(folder / "blocks"), members, members, failed))


def _is_ours(path: Path) -> bool:
    name = path.name
    known = name in (DESCRIPTION, STUDY, ORIGIN, LOCK, FAILED) or _PAGE.fullmatch(name) or _histories(name)
    return bool(known or name.startswith(UNFINISHED)) and not path.is_symlink()


def _histories(name: str) -> int:
    """The number of simulated members of a file, by its name."""
    if match := _CALL.fullmatch(name):
        return int(match[1])
    match = BLOCK_NAME.fullmatch(name) or _CHECK.fullmatch(name)
    return int(match[2]) - int(match[1]) if match else 0


def _is_sound(path: Path) -> bool:
    if path.suffix != ".json":
        return is_whole(path)
    try:
        _described(path.parent) if path.name in (DESCRIPTION, STUDY) else unsealed_json(path)
    except FissureError:
        return False
    return True


def _new_name(folder: Path) -> Path:
    """A name beside `folder`, of something that is being deleted, that is free."""
    names: Iterable[Path] = (folder.with_name(f"{DELETED}{folder.name}{n or ''}") for n in range(1000))
    return next(path for path in names if not path.exists())
