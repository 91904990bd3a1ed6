"""Text and JSON of a file, whatever system saved it; what is neither is named for what it is."""

import json
import os
import re
from pathlib import Path
from typing import Any

from fissure.errors import FileError

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
"""Byte order marks, the longer before those that they begin with."""

_FORMATS = (
    (b"PK\x03\x04", "a zip archive, such as a workbook of a spreadsheet (.xlsx, .ods)"),
    (b"PK\x05\x06", "an empty zip archive"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "a workbook of an older spreadsheet (.xls)"),
    (b"%PDF-", "a PDF document"),
    (b"{\\rtf", "a rich text document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"BZh", "a bzip2 archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"\xfd7zXZ\x00", "an xz archive"),
    (b"SQLite format 3\x00", "an SQLite database, such as a GeoPackage"),
    (b"PAR1", "a Parquet table"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
)
"""Beginnings of files that are no text."""
_PAGE = re.compile(rb"\s*<(?:!doctype|html|head|body|table|\?xml|kml|gpx)\b|\s*<!--", re.IGNORECASE)
_POINTER = b"version https://git-lfs"
_CONFLICT = re.compile(r"^<{7} ", re.MULTILINE)


def read_bytes(path: Path) -> bytes:
    """The bytes of `path`; a `FissureError` that names it when it cannot be read."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise FileError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:  # a folder, no permission, links in a circle, a NUL in the name
        raise FileError(f"{path}: cannot be read ({getattr(error, 'strerror', None) or error})") from None


def read_text(path: Path) -> str:
    r"""The text of `path`: UTF-8, or what its byte order mark says; the mark is left out, each line ends in ``\n``.

    Raises `FissureError` that names the file, and the line where there is one, for what cannot be read as text.
    """
    data = read_bytes(path)
    mark, encoding = next(((m, name) for m, name in _MARKS if data.startswith(m)), (b"", "utf-8"))
    if not mark:
        _require_text(path, data)
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        raise FileError(_undecodable(path, data[len(mark) :], encoding, error.start, len(mark))) from None
    text = text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if (at := text.find("\0")) >= 0:
        raise FileError(f"{path}:{_line(text, at)}: found a NUL character, expected text: the file may be damaged")
    if found := _CONFLICT.search(text):
        raise FileError(f"{path}:{_line(text, found.start())}: found '<<<<<<<', the mark of an unfinished git merge")
    return text


def stands(path: Path) -> bool:
    """Is there an entry `path`? Also a link that leads nowhere, so that reading it tells what is wrong."""
    return os.path.lexists(path)


def _require_text(path: Path, data: bytes) -> None:
    for start, what in _FORMATS:
        if data.startswith(start):
            raise FileError(f"{path}: is {what}, expected plain text saved as UTF-8")
    if _PAGE.match(data):
        raise FileError(f"{path}:1: is a web page or another XML document, expected plain text")
    if data.startswith(_POINTER):
        raise FileError(f"{path}:1: is a pointer of Git LFS, expected the file itself (git lfs pull)")
    head = data[:1000]
    if 2 * max(head[::2].count(0), head[1::2].count(0)) > len(head) // 2 > 1:
        raise FileError(f"{path}:1: seems to be UTF-16 without a byte order mark, expected a file saved as UTF-8")


def _undecodable(path: Path, data: bytes, encoding: str, at: int, skipped: int) -> str:
    if encoding != "utf-8":
        name = encoding[:6].upper()
        return f"{path}: begins as {name} and is damaged at byte {at + skipped}, expected a file saved as UTF-8"
    line = len(re.findall(rb"\r\n|\r|\n", data[:at])) + 1
    found = f"{path}:{line}: found a byte that is not UTF-8 text (byte {at + skipped}), expected a file saved as UTF-8"
    if len(data) - at < 4 and data[at] >= 0xC2 and all(0x80 <= byte < 0xC0 for byte in data[at + 1 :]):
        return f"{found}; it ends within a letter, so its end may be lost"
    if data[at : at + 1].decode("cp1252", "replace").isprintable() and not set(data) & {0x81, 0x8D, 0x8F, 0x90, 0x9D}:
        letter = data[at : at + 1].decode("cp1252", "replace")
        return f"{found}; it may be saved as Windows-1252 or Latin-1, in which that byte is '{letter}'"
    return f"{found}; it may be saved in an encoding of Windows or of an older system"


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1


def read_json(path: Path, what: str) -> Any:
    """The value in `path`, which should hold `what` (`"a posterior"`).

    Raises `FissureError` for a file that cannot be read, is no JSON, gives a key twice, or holds `NaN`, an infinity, a
    number too long or lists too deep.
    """
    if not stands(path):
        raise FileError(f"{path}: there is no such file, expected {what}")
    text = read_text(path)
    try:
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        said = f"{path}:{error.lineno}: cannot be read as {what} (it is not JSON: {error.msg.lower()})"
    except RecursionError:
        said = f"{path}: cannot be read as {what} (lists or mappings are too deep in one another)"
    except ValueError as error:  # ours below, and a number of more digits than Python reads
        said = f"{path}: cannot be read as {what} ({error if isinstance(error, _Refused) else 'a number is too long'})"
    raise FileError(said)


class _Refused(ValueError):
    """A value that JSON has no place for."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise _Refused(f"the key {twice!r} stands twice in one mapping")
    return found


def _no_constant(name: str) -> Any:
    raise _Refused(f"{name} is no number of JSON")
