"""The command line of the build."""

import argparse
from pathlib import Path

from tools.build_case import blocs, observed, places, prices, strikes
from tools.build_case.tables import CASE


def main() -> None:
    """Rebuild every derived file of the case."""
    parser = argparse.ArgumentParser(prog="python -m tools.build_case", description=main.__doc__)
    parser.add_argument("raw", type=Path, help="folder of raw extracts (airstrikes/, boundaries/, population/ ...)")
    parser.add_argument("--out", type=Path, default=CASE, help="case folder to write into")
    arguments = parser.parse_args()
    (arguments.out / "forcing").mkdir(parents=True, exist_ok=True)
    for step in (places, strikes, prices, blocs, observed):
        print(f"{step.__name__.rpartition('.')[2]}: {step.build(arguments.raw, arguments.out)}")


if __name__ == "__main__":
    main()
