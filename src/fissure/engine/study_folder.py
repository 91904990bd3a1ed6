"""The folder of a study: held by one process at a time, with `study.json`, which says what it is.

    study.json     what was asked last: the kind of study, the plan of its runs, its size, what it changes, the command
    run.lock       held by the process that writes, see `locks`

Beside them lies what the study keeps, each file whole or not there, and nested folders of other studies and runs.
"""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fissure.engine.checksums import sealed_json
from fissure.engine.locks import LOCK, asked_command, held
from fissure.engine.plan import Plan
from fissure.errors import FissureError
from fissure.files import UNFINISHED, disk_errors, write_whole

STUDY = "study.json"
FORMAT = 1


@dataclass(frozen=True)
class StudyManifest:
    """What a study was asked: `what` is its command, `members` its size, `changes` what it changes, in words."""

    what: str
    plan: Plan
    members: int | None = None
    runs: int | None = None
    """How many histories it needs, where that is known beforehand."""
    until: date | None = None
    changes: tuple[str, ...] = ()

    def told(self) -> dict[str, Any]:
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
        raise FissureError(f"{folder}: is a file, expected a folder to keep what is measured in")
    new = not folder.exists()
    with ExitStack() as while_writing:
        with disk_errors(folder, 1 << 16):
            folder.mkdir(parents=True, exist_ok=True)
            while_writing.enter_context(held(folder))
            for leftover in _leftovers(folder):
                leftover.unlink(missing_ok=True)
            _write(folder / STUDY, sealed_json(asked.told()))
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
    try:
        if {path.name for path in folder.iterdir()} <= {STUDY, LOCK}:
            for name in (STUDY, LOCK):
                (folder / name).unlink(missing_ok=True)
            folder.rmdir()
    except OSError:
        pass
