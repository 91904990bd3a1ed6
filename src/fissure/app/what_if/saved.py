"""Questions that were saved: one small file each, named by what it asks, whole on disk or not there."""

import json
import re
import threading
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from fissure.app.what_if.questions import Question
from fissure.errors import FissureError
from fissure.files import disk_errors, write_whole

ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True)
class Saved:
    """A saved question: `q` is its text with its name, as in an address."""

    id: str
    name: str
    q: str
    case: str
    saved: str
    """When, as an ISO date and time."""


class Shelf:
    """The saved questions in `folder`, `most` of them at most; each is kept once, under its latest name."""

    def __init__(self, folder: Path, most: int) -> None:
        self._folder, self._most = folder, most
        self._turn = threading.Lock()

    def all(self, case: str) -> list[Saved]:
        """Those about `case`, by name; files that are none of ours are passed over."""
        found = (_read(path) for path in self._folder.glob("*.json")) if self._folder.is_dir() else ()
        return sorted((one for one in found if one and one.case == case), key=lambda one: (one.name.lower(), one.id))

    def save(self, question: Question, case: str) -> Saved:
        """Keep it, under its name. Raises `FissureError` where too many are kept or the disk refuses."""
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        one = Saved(question.key, question.title[:80], question.text, case, now)
        path = self._folder / f"{one.id}.json"
        with self._turn, disk_errors(self._folder, 1 << 12):
            self._folder.mkdir(parents=True, exist_ok=True)
            if not path.is_file() and sum(1 for _ in self._folder.glob("*.json")) >= self._most:
                raise FissureError(f"{self._most} questions are saved already; delete one first")
            write_whole(path, json.dumps(asdict(one), ensure_ascii=False, indent=1).encode() + b"\n")
        return one

    def delete(self, id: str) -> bool:
        """Take it away; whether it was there."""
        path = self._folder / f"{id}.json"
        if not ID.fullmatch(id) or not path.is_file():
            return False
        with self._turn, disk_errors(self._folder, 1 << 12):
            path.unlink(missing_ok=True)
        return True


def _read(path: Path) -> Saved | None:
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
        found = Saved(**told)
    except (OSError, ValueError, TypeError, RecursionError):
        return None
    whole = all(isinstance(x, str) for x in asdict(found).values()) and path.stem == found.id
    return found if whole and ID.fullmatch(found.id) else None
