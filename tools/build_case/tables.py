"""Reading hand-written tables and writing derived ones, the same bytes everywhere."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

import fissure

CASE = Path(fissure.__file__).parent / "cases" / "islamic_state"
HAND = CASE / "hand"
START = date(2014, 6, 30)
WEEKS = 247
MONDAYS = [START + timedelta(weeks=week) for week in range(WEEKS)]
END = START + timedelta(weeks=WEEKS)
COUNTRIES = ("Iraq", "Syria")


def read(path: Path) -> list[dict[str, str]]:
    """Rows of a CSV file as dictionaries of text."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file with line feeds only."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def plain(value: float, digits: int) -> str:
    """`value` with at most `digits` decimals, no trailing zeros, no minus zero."""
    text = f"{value:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text
