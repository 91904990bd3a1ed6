"""Documents as pages: one template for every page that stands alone, one macro for each kind of block."""

import errno
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import jinja2
from markupsafe import Markup

from fissure.errors import OutputError
from fissure.files import write_whole
from fissure.present.charts import theme
from fissure.present.document import Block, Document, IntervalPicture, figures_of, spans
from fissure.present.render.vega import libraries

TEMPLATES = Path(__file__).parent / "templates"
PAGE = "document.html.j2"
PLACES = {
    "entry": "evidence?entry={}#entry",
    "mechanism": "cracks?mechanism={}",
    "field": "cracks?field={}",
    "question": "why#answer-of-{}",
    "view": "{}",
}
"""Addresses on the server's page by what is named."""
WIDTH, HALF = 150, 70
"""Pixels of an interval's picture, and of its longer side from zero."""


def write(document: Document, path: Path) -> Path:
    """Write one self-contained page to `path`, whole or not at all, and return the path.

    The page needs no network. Raises `FissureError` when it cannot be written.
    """
    check_place(path)
    text = render(document)
    with explained(path):
        write_whole(path, text.encode())
    return path


def prepare() -> None:
    """Make what every page needs, whatever it shows; it is kept in this process."""
    bundle()
    for name in environment().list_templates(extensions=["j2"]):
        environment().get_template(name)


def render(document: Document) -> str:
    """The page as text."""
    specs = {figure.key: spec_of(figure.spec) for figure in document.figures}
    own = sorted({path.name for path in TEMPLATES.glob("*.css")} - {"report.css", "print.css"})
    return (
        environment()
        .get_template(PAGE)
        .render(
            document=document,
            sheets=["report.css", *own, "print.css"],
            charts=bool(specs),
            bundle=Markup(bundle()),
            shared=as_json(shared(specs) | ({"geography": document.geography} if document.geography else {})),
        )
    )


def fragment(blocks: Iterable[Block], level: int = 2, *, linked: bool = False) -> Markup:
    """Blocks as a piece of a page; headings of sections begin at `level`.

    On the server's own page `linked` makes links of what names something else there (`Span.to`).
    """
    module = environment().get_template("blocks.html.j2").make_module({"linked": linked})
    return Markup(module.blocks(tuple(blocks), level))  # type: ignore[attr-defined]


def picture(one: IntervalPicture) -> Markup:
    """The picture of an interval as SVG, for a template of the page."""
    module = environment().get_template("blocks.html.j2").module
    return Markup(module.picture(one))  # type: ignore[attr-defined]


def specs_of(blocks: Iterable[Block]) -> dict[str, Mapping[str, Any]]:
    """The specs of all charts of some blocks, by key."""
    return {figure.key: spec_of(figure.spec) for one in blocks for figure in figures_of(one)}


def spec_of(spec: Mapping[str, Any]) -> Mapping[str, Any]:
    """A spec as wide as its place."""
    return {**spec, "width": "container"}


def shared(specs: Mapping[str, Any]) -> dict[str, Any]:
    """The data of the script that draws charts: specs by key, and colours for light and dark."""
    return {"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}


def check_place(path: Path) -> None:
    """Raise `FissureError` where no file can stand at `path`; it is better told before the page is made."""
    with explained(path):
        if path.is_dir():
            raise OutputError(f"{path}: is a folder, expected the name of a file for the report")
        if not path.parent.exists():
            raise OutputError(f"{path}: the folder {path.parent} does not exist")
        if not path.parent.is_dir():
            raise OutputError(f"{path}: {path.parent} is not a folder")


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the disk refuses into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise OutputError(f"{path}: the disk is full, the report was not written") from None
        raise OutputError(f"{path}: the report cannot be written ({error.strerror or error})") from None


@lru_cache(maxsize=1)
def bundle() -> str:
    """Vega, Vega-Lite and Vega-Embed in one script, with no way to close the tag that it stands in."""
    script = re.sub(r"<(/script|!--)", r"<\\\1", libraries().decode(), flags=re.IGNORECASE)
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
    made.globals.update(
        verbatim=lambda name: Markup((TEMPLATES / name).read_text(encoding="utf-8")),
        spans=spans,
        pixels=pixels,
        web=web,
        place=place,
        kind_of=lambda block: type(block).__name__,
    )
    return made


def web(address: str | None) -> str:
    """`address` if it may stand in a link, else nothing: only http, https and places on the page."""
    return address if address and address.startswith(("https://", "http://", "#", "/", "?")) else ""


def place(name: str) -> str:
    """The address on the server's page of what a `Span.to` names."""
    kind, _, own = name.partition(":")
    return PLACES[kind].format(quote(own))


def pixels(one: IntervalPicture) -> dict[str, float]:
    """The places of the parts of an interval's picture, in pixels from its left."""
    zero, reach = WIDTH / 2, one.reach or 1.0
    ends = {"low": one.low, "high": one.high, "middle": one.middle, "least": one.least, "most": one.most}
    at = {name: round(zero + HALF * x / reach, 1) for name, x in ends.items()}
    return at | {
        "zero": zero,
        "width": WIDTH,
        "length": max(at["high"] - at["low"], 1.0),
        "span": max(at["most"] - at["least"], 1.0),
    }
