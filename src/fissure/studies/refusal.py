"""What no study here does: look for the change that brings about what somebody wants."""

from collections.abc import Iterable

from fissure.errors import RefusedError

PAGE = "docs/explanation/responsible-use.md"
REFUSED = ("maximise", "maximize", "minimise", "minimize", "optimise", "optimize")
"""Words that ask for such a search; refused wherever they stand."""


def refuse(asked: Iterable[str]) -> None:
    """Raise `FissureError` where one of the words `asked` asks for a search."""
    for word in asked:
        if word in REFUSED:
            raise RefusedError(
                f"nothing here will {word} anything: fissure tells what a change that you name would have done, and "
                f"does not search for the change that serves an aim (see responsible use, {PAGE})"
            )
