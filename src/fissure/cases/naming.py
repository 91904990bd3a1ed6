"""Names of cases: a name for those that come with the package, the path of its folder for any other.

A case is known by where it lies, never by the name in its `case.yaml`, which a copy keeps.
"""

import shlex
import warnings
from contextlib import suppress
from pathlib import Path

from fissure.errors import CaseError, nearest

HOME = Path(__file__).parent
"""The folder of the cases that come with the package."""
SIGNS = Path("kept/signs.json")
"""The file of the signs of the causal picture, in the folder of the reference case."""


class SameName(UserWarning):
    """The name of a packaged case was asked for where a case folder has that name too."""


def case_names() -> list[str]:
    """Names of the cases that come with the package, sorted."""
    return sorted(path.parent.name for path in HOME.glob("*/case.yaml"))


REFERENCE = next(name for name in case_names() if (HOME / name / SIGNS).is_file())
"""The packaged case to use where none is named: the one along which signs and effects of mechanisms were found."""


def packaged_name(folder: Path) -> str | None:
    """The name of the packaged case that lies in `folder`; None for any other folder."""
    return folder.name if folder.name in case_names() and _same(folder, HOME / folder.name) else None


def called(folder: Path) -> str:
    """The name of the case in `folder` on the command line, quoted for a shell."""
    packaged = packaged_name(folder)
    if packaged is not None:
        return packaged
    text = str(folder)
    return shlex.quote(f"./{text}" if text in case_names() or text.startswith("-") else text)


def folder_of(name_or_path: str | Path) -> Path:
    """The folder of the case that is asked for: by the name of a packaged one, or by its path.

    A text that is the name of a packaged case means that case, with a `SameName` warning where a case folder of that
    name is there too. Raises `FissureError` where there is none.
    """
    text, known = str(name_or_path), case_names()
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and text in known:
        if _looks_like_a_case(path) and not _same(path, HOME / text):
            warnings.warn(
                f"there are two cases '{text}': the one that comes with the package, which is used here, and that in "
                f"the folder ./{text}; write ./{text} to use the folder",
                SameName,
                stacklevel=3,
            )
        return HOME / text
    with suppress(OSError):  # e.g. a name longer than any file may have
        if path.is_dir():
            return path
    if text in known:
        return HOME / text
    if isinstance(name_or_path, Path) or "/" in text or text.endswith((".yaml", ".yml")):
        raise CaseError(f"{path}: there is no such case folder")
    raise CaseError(f"there is no case '{text}', expected a folder or one of {', '.join(known)}{nearest(text, known)}")


def _looks_like_a_case(folder: Path) -> bool:
    """True where the folder holds any file that only a case has, even if it is not complete."""
    return any((folder / name).is_file() for name in ("case.yaml", "districts.csv", "priors.yaml"))


def _same(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
