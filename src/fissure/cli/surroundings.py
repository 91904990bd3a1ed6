"""Settings of the terminal and of Python, and signs in arguments: mended or refused before a command begins."""

import os
import sys
import unicodedata
import warnings
from collections.abc import Iterable

from fissure.errors import FissureError

_WIDTHS = {"COLUMNS": 20, "LINES": 2, "TERMINAL_WIDTH": 20}
"""Settings that libraries read as whole numbers, with the least that a table can be printed in."""
_MOST = 1000


def ready() -> None:
    """Mend settings that would end a command before its work is done."""
    for name, least in _WIDTHS.items():
        found = os.environ.get(name)
        if found is None:
            continue
        if not (found.isascii() and found.isdigit()):
            del os.environ[name]
        else:
            os.environ[name] = str(min(max(int(found[:9]), least), _MOST))
    if any(option.split(":")[0] == "error" for option in sys.warnoptions):  # of any library would end our work
        warnings.resetwarnings()
        for category in (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning):
            warnings.simplefilter("ignore", category)


def require_readable(arguments: Iterable[str]) -> None:
    """Raise `FissureError` where an argument holds what no text file could: control signs, undecodable bytes."""
    for argument in arguments:
        if any(unicodedata.category(sign) in ("Cc", "Cs") for sign in argument):
            shown = argument.encode("unicode_escape").decode()
            raise FissureError(
                f"found '{shown}', expected text without control characters, in the encoding of this terminal "
                f"({sys.getfilesystemencoding()})"
            )
