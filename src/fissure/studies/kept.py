"""What is kept of a case (posteriors, attribution, answers, hindcast): where it lies, and whether it is of the case.

It lies in the folder of the case. Of a packaged case what a user keeps lies in a folder of theirs, which comes before
what came with the package: `FISSURE_DATA`, `$XDG_DATA_HOME/fissure` or `~/.local/share/fissure`. An installed package
is never written to. In a checkout `FISSURE_KEEP_IN_SOURCE=1` lets maintainers keep what the package is to come with.
"""

import os
from collections.abc import Iterator
from pathlib import Path

from fissure.cases import naming
from fissure.cases.loader import Case
from fissure.cases.naming import packaged_name
from fissure.errors import ArgumentError, FissureError

IN_SOURCE = "FISSURE_KEEP_IN_SOURCE"


def keep_in(folder: Path) -> Path:
    """The folder to keep results of the case in `folder` in.

    Raises `FissureError` where they are to be kept in the source tree and this is an installed package.
    """
    name = packaged_name(folder)
    if name is None:
        return folder
    if os.environ.get(IN_SOURCE, "") in ("", "0"):
        return _of_user() / "cases" / name
    checkout = naming.HOME.parents[2]
    if not (checkout / "pyproject.toml").is_file():
        raise ArgumentError(f"{IN_SOURCE} is set, expected a checkout of the source, and {folder} is installed")
    return folder


def places(case: Case, name: str) -> Iterator[Path]:
    """The files and folders `name` that are kept of `case`, those of the user before those that came with the case."""
    for folder in dict.fromkeys((_kept_by_user(case.folder), case.folder)):
        if (folder / name).exists():
            yield folder / name


def place(case: Case, name: str) -> Path:
    """Where the file `name` is kept of `case`, or would be in its folder."""
    return next(places(case, name), case.folder / name)


def is_of(digest: str, case: Case) -> bool:
    """Whether what was kept with the `digest` of a case's files is of `case` as it is now.

    A folder that was copied brings what was found of another. What comes with the package is kept without a digest: its
    tests see to it that it is fresh.
    """
    return digest == case.digest if digest else packaged_name(case.folder) is not None


def _kept_by_user(folder: Path) -> Path:
    name = packaged_name(folder)
    try:
        return folder if name is None else _of_user() / "cases" / name
    except FissureError:  # there is no home, so nothing is kept in it
        return folder


def _of_user() -> Path:
    if own := os.environ.get("FISSURE_DATA"):
        return Path(own).expanduser().absolute()
    if (shared := os.environ.get("XDG_DATA_HOME")) and Path(shared).is_absolute():
        return Path(shared) / "fissure"
    try:
        return Path.home() / ".local" / "share" / "fissure"
    except RuntimeError:
        raise ArgumentError("there is no home folder to keep results in, set FISSURE_DATA to a folder") from None
