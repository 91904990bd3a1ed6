"""A page in Chromium that fails its test when the console says anything or another host is asked for anything."""

import contextlib
from collections.abc import Iterator
from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page


@contextlib.contextmanager
def watched(browser: Browser, server: str, **context: object) -> Iterator[Page]:
    """A new page; whatever is on its console, or asked of another host, fails on leaving.

    `page.expected` (a list of texts) names what the console may say, where a test means it to.
    """
    opened = browser.new_context(**{"viewport": {"width": 1280, "height": 900}, **context})  # type: ignore[arg-type]
    opened.set_default_timeout(300_000)  # no test is decided by how long a busy machine takes
    page = opened.new_page()
    said: list[str] = []
    others: list[str] = []
    page.expected = []  # type: ignore[attr-defined]
    host = urlsplit(server).netloc
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: others.append(request.url) if _other(request.url, host) else None)
    try:
        yield page
        unexpected = [text for text in said if not any(part in text for part in page.expected)]  # type: ignore[attr-defined]
        assert not unexpected, f"the console said {unexpected}"
        assert not others, f"other hosts were asked: {others}"
    finally:
        opened.close()


def _other(url: str, host: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme not in ("data", "blob") and parts.netloc != host
