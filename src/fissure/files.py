"""Writing files: whole or not at all, and what the disk refuses in one sentence."""

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fissure.errors import OutputError

UNFINISHED = ".unfinished-"
"""How the name of a file that is still being written begins."""


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
    """What the disk refuses within is a `FissureError` of one sentence; `needed` is in bytes."""
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
