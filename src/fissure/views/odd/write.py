"""Writing the protocol to a file."""

from pathlib import Path

from fissure.errors import FissureError
from fissure.views.odd.page import protocol


def write_protocol(path: Path, case: str | Path = "islamic_state") -> Path:
    """Write the ODD protocol of the model with `case` to `path` and return the path.

    Raises `FissureError` for a case that cannot be read or a file that cannot be written.
    """
    text = protocol(case)
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise FissureError(f"{path}: the protocol cannot be written ({error.strerror or error})") from None
    return path
