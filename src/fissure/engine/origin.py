"""Which case a run is of: `case.json` beside `run.json` says where the case lay when the run was asked for last.

It is no part of the plan: the same case in another folder gives the same run, byte for byte.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from fissure.cases.loader import Case
from fissure.cases.naming import packaged_name
from fissure.engine.checksums import sealed_json, unsealed_json
from fissure.errors import FissureError
from fissure.files import write_whole

ORIGIN = "case.json"
FORMAT = 1


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
        """Whether it is a case that comes with the package."""
        return self.folder is None

    def places(self, run: Path) -> Iterator[Path]:
        """Where the case may lie now, of a run that is now in the folder `run`."""
        if self.from_run is not None:
            yield Path(os.path.normpath(run.resolve() / self.from_run))
        if self.folder is not None:
            yield self.folder

    def keep(self, run: Path) -> None:
        """Write it into the folder of the run, unless it is there. Raises `OSError` where the disk refuses."""
        told = {
            "format": FORMAT,
            "about": "The case of this run, as it was when the run was asked for last; folder: null is a case that "
            "comes with Fissure.",
            "case": self.name,
            "digest": self.digest,
            "folder": None if self.folder is None else _text(str(self.folder)),
            "from this run": None if self.from_run is None else _text(self.from_run),
        }
        path, data = run / ORIGIN, sealed_json(told)
        if not path.is_file() or path.read_bytes() != data:
            write_whole(path, data)


def origin_of(run: Path) -> Origin | None:
    """What the run in that folder says of its case; None for a run from before runs said it.

    Raises `FissureError` where it is damaged.
    """
    path = run / ORIGIN
    if not path.exists():
        return None
    told = unsealed_json(path)
    texts = [told.get("case"), told.get("digest")]
    places = [told.get("folder"), told.get("from this run")]
    needed = [*texts, *(place for place in places if place is not None)]
    if told.get("format") != FORMAT or not all(isinstance(text, str) for text in needed):
        raise FissureError(
            f"{path}: does not say which case this run is of; remove the file, and name the case instead"
        )
    folder, beside = places
    return Origin(str(texts[0]), str(texts[1]), None if folder is None else Path(folder), beside)


def _text(path: str) -> str:
    """A path as JSON can hold it: bytes of a name that are no text are written out, and it is not found by them."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
