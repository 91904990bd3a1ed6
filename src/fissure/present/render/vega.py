"""Vega, Vega-Lite and Vega-Embed as one script."""

from functools import lru_cache
from importlib.metadata import version

from fissure.files import kept


@lru_cache(maxsize=1)
def libraries() -> bytes:
    """The script; to make it takes seconds, so it is kept in the user's cache for each version of `vl_convert`."""
    return kept(f"scripts/vega-{version('vl-convert-python')}.js", _made)


def _made() -> bytes:
    import vl_convert

    made: str = vl_convert.javascript_bundle()  # type: ignore[call-arg]  # its stub forgets the default
    return made.encode()
