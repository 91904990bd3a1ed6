"""The manifest of a folder: `study.json` of a study, and `case.json` of a run, which says where its case lay.

    study.json     what was asked last: the kind of study, the plan of its runs, its size, what it changes, the command
    run.lock       held by the process that writes

Beside them lies what the study keeps, each file whole or not there, and nested folders of other studies and runs. Where
a case lay is no part of the plan: the same case in another folder gives the same run, byte for byte.
"""

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

from fissure.cases.loader import Case
from fissure.cases.naming import packaged_name
from fissure.engine.plan import Plan
from fissure.errors import RunError
from fissure.files import (
    LOCK,
    UNFINISHED,
    JsonObject,
    asked_command,
    disk_errors,
    held,
    sealed_json,
    unsealed_json,
    write_whole,
)

STUDY = "study.json"
FORMAT = 1


@dataclass(frozen=True)
class StudyManifest:
    """The request of a study: `what` is its command, `members` its size, `changes` what it changes, in words."""

    what: str
    plan: Plan
    members: int | None = None
    runs: int | None = None
    """The number of histories that it needs, where that is known beforehand."""
    until: date | None = None
    changes: tuple[str, ...] = ()

    def as_json(self) -> JsonObject:
        """As plain values for a JSON file."""
        own = {**asdict(self), "plan": self.plan.described(), "changes": list(self.changes)}
        own["until"] = None if self.until is None else self.until.isoformat()
        return {"format": FORMAT, **own, "command": asked_command()}


@contextmanager
def keeping(folder: Path, asked: StudyManifest) -> Iterator[None]:
    """Hold the folder of a study, made if it is not there, and say in it what was asked.

    Leftovers of a study that was killed are removed; so is a new folder in which nothing came to be kept.

    Raises `FissureError` where the folder is a file, cannot be written, or is being written by another process.
    """
    if folder.exists() and not folder.is_dir():
        raise RunError(f"{folder}: is a file, expected a folder to keep what is measured in")
    new = not folder.exists()
    with ExitStack() as while_writing:
        with disk_errors(folder, 1 << 16):
            folder.mkdir(parents=True, exist_ok=True)
            while_writing.enter_context(held(folder))
            for leftover in _leftovers(folder):
                leftover.unlink(missing_ok=True)
            _write(folder / STUDY, sealed_json(asked.as_json()))
        try:
            yield
        except BaseException:
            if new:
                _remove_empty(folder)
            raise


def _write(path: Path, data: bytes) -> None:
    if not path.is_file() or path.read_bytes() != data:
        write_whole(path, data)


def _leftovers(folder: Path) -> Iterable[Path]:
    """Files that were being written when the study was killed; those of folders with a lock of their own are theirs."""
    for path in sorted(folder.rglob(f"{UNFINISHED}*")):
        between = [p for p in path.parents if p != folder and p.is_relative_to(folder)]
        if not any((p / LOCK).exists() for p in between):
            yield path


def _remove_empty(folder: Path) -> None:
    """Remove the folder where it holds nothing but what `keeping` put there."""
    with suppress(OSError):
        if {path.name for path in folder.iterdir()} <= {STUDY, LOCK}:
            for name in (STUDY, LOCK):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()


ORIGIN = "case.json"
CASE_FORMAT = 1


@dataclass(frozen=True)
class Origin:
    """The case of a run: `name` as its `case.yaml` says, `digest` of its files (`Case.digest`), and where it lay."""

    name: str
    digest: str
    folder: Path | None = None
    """As it was asked for, made absolute; None for a case that comes with the package."""
    from_run: str | None = None
    """The same from the folder of the run, so that both can be moved together."""

    @classmethod
    def of(cls, case: Case, run: Path) -> "Origin":
        """Of a run in the folder `run`."""
        if packaged_name(case.folder) is not None:
            return cls(case.name, case.digest)
        folder = case.folder.absolute()
        try:
            beside = Path(os.path.relpath(folder.resolve(), run.resolve())).as_posix()
        except ValueError:  # on another drive of Windows
            beside = None
        return cls(case.name, case.digest, folder, beside)

    @property
    def packaged(self) -> bool:
        """True of a case that comes with the package."""
        return self.folder is None

    def places(self, run: Path) -> Iterator[Path]:
        """The folders in which the case may lie now, of a run that is now in the folder `run`."""
        if self.from_run is not None:
            yield Path(os.path.normpath(run.resolve() / self.from_run))
        if self.folder is not None:
            yield self.folder

    def keep(self, run: Path) -> None:
        """Write it into the folder of the run, unless it is there. Raises `OSError` where the disk refuses."""
        document = {
            "format": CASE_FORMAT,
            "about": "The case of this run, as it was when the run was asked for last; folder: null is a case that "
            "comes with Fissure.",
            "case": self.name,
            "digest": self.digest,
            "folder": None if self.folder is None else _text(str(self.folder)),
            "from this run": None if self.from_run is None else _text(self.from_run),
        }
        _write(run / ORIGIN, sealed_json(document))


def origin_of(run: Path) -> Origin | None:
    """The case of the run in that folder, as the run says; None for a run from before runs said it.

    Raises `FissureError` where it is damaged.
    """
    path = run / ORIGIN
    if not path.exists():
        return None
    kept = unsealed_json(path)
    name, digest, folder, beside = (kept.get(key) for key in ("case", "digest", "folder", "from this run"))
    needed = [name, digest, *(place for place in (folder, beside) if place is not None)]
    if kept.get("format") != CASE_FORMAT or not all(isinstance(text, str) for text in needed):
        raise RunError(f"{path}: does not say which case this run is of; remove the file, and name the case instead")
    return Origin(str(name), str(digest), None if folder is None else Path(folder), beside)


def _text(path: str) -> str:
    """A path as JSON can hold it: bytes of a name that are no text are written out, and it is not found by them."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
