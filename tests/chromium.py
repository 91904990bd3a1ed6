"""The Chromium of the tests: the machine's own, or else Playwright's."""

import contextlib
import shutil

from playwright.sync_api import Browser, Error, Playwright

NO_BROWSER = (
    "no Chromium starts on this machine: install it (Debian: apt-get install chromium; "
    "elsewhere: python -m playwright install --with-deps chromium)"
)


def launched(play: Playwright) -> Browser | None:
    """The machine's own Chromium or else Playwright's, whichever starts."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for path in [*filter(None, map(shutil.which, names)), None]:
        with contextlib.suppress(Error):
            return play.chromium.launch(executable_path=path, args=["--no-sandbox", "--disable-quic"])
    return None
