"""The errors a user can cause, each one clear sentence."""

import re
from collections.abc import Iterable
from difflib import get_close_matches


class FissureError(Exception):
    r"""Something the user can mend; its text is one sentence on one line, shown without a traceback (exit code 2).

    A word that is very long is cut. Characters that cannot be seen, which names read from a file may hold,
    are shown as escapes: ``\n``, ``\xa0``.
    """

    def __init__(self, said: str = "") -> None:
        said = _LONG_WORD.sub(r"\1…", said)
        super().__init__("".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in said))


_LONG_WORD = re.compile(r"([^\s/\\'\",]{300})[^\s/\\'\",]+")  # no part of a path is as long


def nearest(name: str, known: Iterable[str]) -> str:
    """`; did you mean 'x'?` for the closest of `known`, or an empty string when none is close."""
    found = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"; did you mean '{found[0]}'?" if found else ""
