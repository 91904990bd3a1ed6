"""A page of HTML as a test looks at it: its links, the places that they can lead to, and its text."""

import re
from html.parser import HTMLParser
from typing import NamedTuple
from urllib.parse import urljoin, urlsplit

UNFIT = re.compile(
    r"\b(undefined|NaN|null|nan|inf|Infinity)\b|\[object \w+\]|\{\{|\}\}|^\s*None\s*$|(?<=[\w,:(] )None\b|\bNone[%)]"
)
"""What a program says when it has nothing to say; a sentence may begin with None."""
SILENT = {"script", "style", "template", "noscript"}
SAID = ("aria-label", "title", "alt", "aria-valuetext", "placeholder")
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


class Html(HTMLParser):
    """`links` are (href, text) of the page in its order, `ids` all places, `texts` what is written or read aloud."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.links: list[tuple[str, str]] = []
        self.ids: set[str] = set()
        self.texts: list[str] = []
        self._open: list[str] = []
        self._link: tuple[str, list[str]] | None = None
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append(tag)
        if "id" in attributes:
            self.ids.add(attributes["id"])
        self.texts += [attributes[name] for name in SAID if name in attributes]
        if tag == "a" and "href" in attributes:
            self._link = (attributes["href"], [])
        for name in ("data-csv",):
            if name in attributes:
                self.links.append((attributes[name], name))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass
        if tag == "a" and self._link:
            self.links.append((self._link[0], " ".join("".join(self._link[1]).split())))
            self._link = None

    def handle_data(self, data: str) -> None:
        if SILENT & {*self._open}:
            return
        self.texts.append(data)
        if self._link:
            self._link[1].append(data)

    def unfit(self) -> list[str]:
        """Texts with a word that means nothing to a reader."""
        return [text.strip()[:120] for text in self.texts if UNFIT.search(text)]


class Target(NamedTuple):
    """Where a link leads: the address without its fragment, and the place there."""

    address: str
    place: str


def targets(page: Html, address: str) -> list[tuple[Target, str]]:
    """All links of the page at `address` that stay with its server, and what each is called."""
    found = []
    for href, text in page.links:
        whole = urlsplit(urljoin(address, href))
        if (whole.scheme, whole.netloc) == urlsplit(address)[:2]:
            place = whole.fragment
            found.append((Target(whole._replace(fragment="").geturl(), place), f"{text!r} ({href})"))
    return found
