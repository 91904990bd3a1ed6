"""The causal picture of a server: traced once in the background, kept on disk for as long as the code is the same."""

import hashlib
import json
import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from fissure.app.jobs import wrong_inside
from fissure.engine.provenance import MODEL, code_digest, model_digest
from fissure.errors import FissureError
from fissure.files import write_whole
from fissure.studies.causal import SIGNS
from fissure.views import causal_atlas
from fissure.views.causal_atlas import Atlas

KEPT = 2
AGAIN = 30.0
"""Seconds after which what failed is tried again, if it is asked for."""
WAITING = (
    "Mechanisms and fields are being read from the code; this takes some seconds, once for each version of the model."
)


@dataclass(frozen=True)
class Found:
    """The atlas once it is there; else why it is not: `error`, or it is being made."""

    atlas: Atlas | None = None
    error: str = ""
    since: float = field(default_factory=time.monotonic)

    @property
    def waiting(self) -> bool:
        """Whether it is worth asking again."""
        return self.atlas is None and not self.error


_lock = threading.Lock()
_found: dict[str, Found] = {}
_making: dict[str, threading.Thread] = {}


def look(home: Path) -> Found:
    """The atlas of the model as it is; where there is none yet, making it begins, and the answer says so at once."""
    key = digest()
    with _lock:
        found, making = _found.get(key), _making.get(key)
        again = found is not None and bool(found.error) and time.monotonic() - found.since >= AGAIN
        if (found is None or again) and (making is None or not making.is_alive()):
            _making[key] = threading.Thread(target=_make, args=(key, home), name="fissure-atlas", daemon=True)
            _making[key].start()
        return found or Found()


def warm(home: Path, then: Callable[[], object]) -> threading.Thread:
    """`look` and then `then`, beside everything else; what goes wrong in either is told to who asks for it later.

    Returns the thread that does it.
    """

    def begin() -> None:
        with suppress(Exception):
            look(home)
            then()

    thread = threading.Thread(target=begin, name="fissure-cracks", daemon=True)
    thread.start()
    return thread


def settle(seconds: float) -> None:
    """Wait for at most `seconds` for a picture that is being made; begin none."""
    with _lock:
        making = [*_making.values()]
    for thread in making:
        thread.join(seconds)


def wait(home: Path, seconds: float) -> Found:
    """As `look`, after waiting for at most `seconds`."""
    found = look(home)
    thread = _making.get(digest())
    if found.waiting and thread is not None:
        thread.join(seconds)
        found = look(home)
    return found


@lru_cache(maxsize=1)
def digest() -> str:
    """Of all that the picture depends on."""
    sha = hashlib.sha256(f"{model_digest()}\0{code_digest(causal_atlas.__name__, boundary=MODEL)}".encode())
    sha.update(SIGNS.read_bytes())
    return sha.hexdigest()


def _make(key: str, home: Path) -> None:
    try:
        found = Found(_read(home, key) or _traced(home, key))
    except FissureError as error:
        found = Found(error=str(error))
    except Exception as error:  # the page goes on without its picture
        logging.getLogger(__name__).exception("the causal picture could not be made")
        found = Found(error=f"the causal picture could not be made: {wrong_inside(error)}")
    with _lock:
        _found[key] = found
        _making.pop(key, None)


def _path(home: Path, key: str) -> Path:
    return home / "causal" / f"{key[:24]}.json"


def _read(home: Path, key: str) -> Atlas | None:
    """What lies on disk, if it is whole."""
    with suppress(OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        data = json.loads(_path(home, key).read_bytes())
        if data["key"] == key:
            return causal_atlas.read(data["atlas"])
    return None


def _traced(home: Path, key: str) -> Atlas:
    atlas, path = causal_atlas.atlas(), _path(home, key)
    with suppress(OSError):  # what cannot be kept is made again next time
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, json.dumps({"key": key, "atlas": causal_atlas.told(atlas)}, ensure_ascii=False).encode())
        others = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in others[KEPT:]:
            old.unlink()
    return atlas
