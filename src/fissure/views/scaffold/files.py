"""Writing several files: all of them or none, and nothing that stands is overwritten."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from fissure.errors import FissureError
from fissure.reading import stands

BESIDE = ".new-by-fissure"  # what the unfinished files are called until all are written


@dataclass(frozen=True)
class Change:
    """The text that `path` is to hold; `before` is what it holds now, None for a file to be made."""

    path: Path
    text: str
    before: str | None = None


def write_all(changes: Sequence[Change]) -> None:
    """Make every change, or none: each text is first written beside its place, then all are moved there.

    Raises `FissureError` if a file to be made is there already, or if the disk refuses; then nothing has changed.
    """
    for change in changes:
        if change.before is None and stands(change.path):
            raise FissureError(f"{change.path}: is there already, and nothing is overwritten: nothing was written")
    made: list[Path] = []  # folders
    beside = {change: change.path.with_name(f"{change.path.name}{BESIDE}") for change in changes}
    moved: list[Change] = []
    try:
        for change, path in beside.items():
            _make_folder(path.parent, made)
            path.write_text(change.text, encoding="utf-8")
        for change, path in beside.items():
            path.replace(change.path)
            moved.append(change)
    except BaseException as error:
        _undo(moved, beside, made)
        if isinstance(error, OSError):
            where = error.filename or changes[len(moved)].path
            raise FissureError(f"{where}: {error.strerror or error}: nothing was written") from None
        raise


def _make_folder(folder: Path, made: list[Path]) -> None:
    missing = [p for p in (folder, *folder.parents) if not p.exists()]
    for path in reversed(missing):
        path.mkdir()
        made.append(path)


def _undo(moved: Sequence[Change], beside: Mapping[Change, Path], made: Sequence[Path]) -> None:
    for change in moved:
        if change.before is None:
            change.path.unlink(missing_ok=True)
        else:
            change.path.write_text(change.before, encoding="utf-8")
    for path in beside.values():
        if path.parent.is_dir():
            path.unlink(missing_ok=True)
    for folder in reversed(made):
        with suppress(OSError):  # somebody else has put something there
            folder.rmdir()
