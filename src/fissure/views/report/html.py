"""How a page is made and written: templates, scripts that stand in it, and the disk's refusals in words."""

import errno
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2
import vl_convert
from markupsafe import Markup

from fissure.errors import FissureError

TEMPLATES = Path(__file__).parent / "templates"
GROUPS = {
    "ranks": "In the ranks",
    "factions": "Between factions",
    "rule": "In how it rules",
    "governed": "Among the governed",
    "war": "In the war",
}
"""Groups of mechanisms as headings."""


def check_place(path: Path) -> None:
    """Raise `FissureError` where no file can stand at `path`; it is better told before the page is made."""
    with explained(path):
        if path.is_dir():
            raise FissureError(f"{path}: is a folder, expected the name of a file for the report")
        if not path.parent.exists():
            raise FissureError(f"{path}: the folder {path.parent} does not exist")
        if not path.parent.is_dir():
            raise FissureError(f"{path}: {path.parent} is not a folder")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise FissureError(f"{path}: the disk is full, the report was not written") from None
        raise FissureError(f"{path}: the report cannot be written ({error.strerror or error})") from None


@lru_cache(maxsize=1)
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script, with no way to close the tag that it stands in."""
    libraries = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets the default
    script = re.sub(r"<(/script|!--)", r"<\\\1", libraries, flags=re.IGNORECASE)
    return f"(function () {{\n{script}\n}})();"


def as_json(value: Any) -> Markup:
    """JSON that may stand in a script element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@lru_cache(maxsize=1)
def environment() -> jinja2.Environment:
    """The templates of this folder, escaped, and strict about what they are given."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["verbatim"] = lambda name: Markup((TEMPLATES / name).read_text(encoding="utf-8"))
    return made
