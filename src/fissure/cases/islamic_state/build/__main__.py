"""The command line of the build."""

import argparse
from pathlib import Path

from fissure.cases.islamic_state.build import blocs, observed, places, prices, strikes


def main() -> None:
    """Rebuild every derived file of the case."""
    parser = argparse.ArgumentParser(prog="python -m fissure.cases.islamic_state.build", description=main.__doc__)
    parser.add_argument("raw", type=Path, help="folder of raw extracts (airstrikes/, boundaries/, population/ ...)")
    parser.add_argument("--out", type=Path, default=Path(__file__).parent.parent, help="case folder to write into")
    arguments = parser.parse_args()
    (arguments.out / "forcing").mkdir(parents=True, exist_ok=True)
    for step in (places, strikes, prices, blocs, observed):
        print(f"{step.__name__.rpartition('.')[2]}: {step.build(arguments.raw, arguments.out)}")


if __name__ == "__main__":
    main()
