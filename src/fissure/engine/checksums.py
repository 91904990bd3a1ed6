"""Seals: a SHA-256 at the end of a file of bytes, or in a JSON file, that tells whether it is as it was written.

Whoever reads a sealed file gets all of it or an error, never damaged bytes. A file is hashed once for each process and
version of it (inode, size, time of its last change), so that reading many variables of it costs one look.
"""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fissure.errors import DamagedError

MARK = b"sha256:"
LENGTH = len(MARK) + 64
"""Bytes of a seal."""
AGAIN = "ask for it again to make it anew"
KEY = "sha256"
"""Where a JSON file holds its seal."""

_Version = tuple[int, int, int]
_whole: dict[Path, _Version] = {}


class DamagedBlock(UserWarning):
    """Something stored was damaged and is made again."""


def seal(body: bytes) -> bytes:
    """The seal of `body`."""
    return MARK + hashlib.sha256(body).hexdigest().encode()


def sealed(body: bytes) -> bytes:
    """`body` with its seal at the end."""
    return body + seal(body)


def holds(data: bytes) -> bool:
    """Whether `data` ends in the seal of what stands before it."""
    return data[-LENGTH:] == seal(data[:-LENGTH])


def unsealed(path: Path) -> bytes:
    """What was sealed into the file. Raises `DamagedError` where it is not whole or cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise DamagedError(f"{path}: cannot be read ({error.strerror or error}), {AGAIN}") from None
    if not holds(data):
        raise DamagedError(f"{path}: is damaged (its checksum does not hold), {AGAIN}")
    return data[:-LENGTH]


def is_whole(path: Path) -> bool:
    """Whether the file is there and ends in the seal of its bytes; they are read to tell."""
    _whole.pop(path, None)
    try:
        before = _version(path)
        sha = hashlib.sha256()
        with path.open("rb") as file:
            left = before[1] - LENGTH
            while left > 0 and (part := file.read(min(left, 1 << 20))):
                sha.update(part)
                left -= len(part)
            end = file.read()
    except OSError:
        return False
    if left != 0 or end != MARK + sha.hexdigest().encode():
        return False
    _whole[path] = before
    return True


def known_whole(path: Path) -> bool:
    """`is_whole`, looking at the bytes only where this version of the file was not seen to be whole before."""
    try:
        seen = _whole.get(path) == _version(path)
    except OSError:
        return False
    return seen or is_whole(path)


def _version(path: Path) -> _Version:
    told = path.stat()
    return told.st_ino, told.st_size, told.st_mtime_ns


def sealed_json(told: Mapping[str, Any]) -> bytes:
    """`told` as the bytes of a JSON file with a seal of its own, `sha256`, of all the rest."""
    text = json.dumps({**told, KEY: _of_json(told)}, indent=1, ensure_ascii=False)
    return text.encode() + b"\n"


def check_json(told: Mapping[str, Any]) -> bool:
    """Whether what was read of a JSON file is what `sealed_json` was given."""
    return told.get(KEY) == _of_json({name: value for name, value in told.items() if name != KEY})


def unsealed_json(path: Path) -> dict[str, Any]:
    """What was sealed into the JSON file. Raises `DamagedError` where it is not whole or cannot be read."""
    try:
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise DamagedError(f"{path}: cannot be read ({error}), {AGAIN}") from None
    if not isinstance(told, dict) or not check_json(told):
        raise DamagedError(f"{path}: is damaged (its checksum does not hold), {AGAIN}")
    return {name: value for name, value in told.items() if name != KEY}


def _of_json(told: Mapping[str, Any]) -> str:
    """Of the values, whatever their layout and order; numbers by their shortest text, as JSON keeps them."""
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
