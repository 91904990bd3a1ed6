"""`python -m tools.docs.odd FILE`: write the ODD protocol, the model described from its code and its ledger."""

import argparse
import sys
from pathlib import Path

from fissure.errors import FissureError
from tools.docs.odd.page import protocol


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


def main() -> None:
    """Describe the model by the ODD protocol."""
    parser = argparse.ArgumentParser(prog="python -m tools.docs.odd", description=main.__doc__)
    parser.add_argument("file", type=Path, help="the Markdown file to write")
    parser.add_argument("--case", default="islamic_state", help="name or folder of the case to describe it with")
    arguments = parser.parse_args()
    try:
        print(write_protocol(arguments.file, arguments.case))
    except FissureError as error:
        print(f"fissure: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
