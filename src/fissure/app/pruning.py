"""Making room on disk: what can be made again is deleted, what was needed longest ago first.

That is what was measured for what-ifs and the prepared views of runs; runs and saved questions never are. Each file is
whole and says of what it is, so that a server that is killed amid this has lost nothing but some of those files.
"""

from collections.abc import Iterable, Set
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

from fissure.engine.keeping import STUDY
from fissure.engine.locks import held_to_remove
from fissure.errors import FissureError

MEASURED = "measured/*/*/*.npz"
"""Where a what-if keeps its numbers in its folder."""
VIEWS = ("history/*.json", "figures/*.json")
"""Where views of runs lie in the server's home."""


@dataclass(frozen=True, order=True)
class _File:
    """A file, ordered by when it was needed last."""

    needed: int
    path: Path
    bytes: int


def prune(runs: Path, home: Path, most: int, spared: Set[Path] = frozenset()) -> set[Path]:
    """Delete files of what-ifs in `runs` and of views in `home` until they take `most` bytes; return those deleted.

    Those `spared` stay, and so do those of a folder that another process writes to.
    """
    folders = sorted(path.parent for path in runs.glob(f"whatif-*/{STUDY}"))
    views, measured = (
        _files(path for one in VIEWS for path in home.glob(one)),
        {one: _files(one.glob(MEASURED)) for one in folders},
    )
    over = sum(file.bytes for own in (views, *measured.values()) for file in own) - most
    if over <= 0:
        return set()
    gone: set[Path] = set()
    with ExitStack() as while_deleting:
        free = [views, *(measured[one] for one in folders if _is_free(one, while_deleting))]
        for file in sorted(file for own in free for file in own if file.path not in spared):
            if over <= 0:
                break
            with suppress(OSError):
                file.path.unlink(missing_ok=True)
                gone.add(file.path)
                over -= file.bytes
        for folder in {path.parent for path in gone if path.suffix == ".npz"}:
            with suppress(OSError):  # not empty
                folder.rmdir()
    return gone


def _is_free(folder: Path, while_deleting: ExitStack) -> bool:
    try:
        while_deleting.enter_context(held_to_remove(folder))
    except (FissureError, OSError):
        return False
    return True


def _files(paths: Iterable[Path]) -> list[_File]:
    found = []
    for path in paths:
        with suppress(OSError):
            told = path.stat()
            found.append(_File(told.st_mtime_ns, path, told.st_size))
    return found
