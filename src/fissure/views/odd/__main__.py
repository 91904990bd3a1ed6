"""`python -m fissure.views.odd FILE`: write the ODD protocol."""

import argparse
import sys
from pathlib import Path

from fissure.errors import FissureError
from fissure.views.odd.write import write_protocol


def main() -> None:
    """Describe the model by the ODD protocol."""
    parser = argparse.ArgumentParser(prog="python -m fissure.views.odd", description=main.__doc__)
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
