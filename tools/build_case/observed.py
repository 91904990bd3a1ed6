"""Published series of outcomes, by quarter: the tables behind `ledger/series.yaml`.

Nothing in them is given to the model. Every number is a sum of what the publisher counted, over a period:

- UCDP, deaths on the group's side in Iraq. `value` is the best estimate of events with the group as a side (state-based
  and non-state). `low` scales it by the low over the best estimate of all dead of these events; `high` adds the dead
  whose side is unknown and the excess of the high over the best estimate, as if all were the group's.
- UCDP, the same in Syria by year: the rows carry a year and no day, and hold 53 to 66 % of UCDP's total for it.
- UCDP, deaths on the other side of the same events in Iraq: state-based ones, which name the government.
- UCDP, civilians killed by the group's one-sided violence in the governorates of Iraq where it held ground.
- IOM, people displaced in Iraq, families times six as IOM counts people: by how much the wave that was open grew
  between two rounds. The waves of June and July and of August 2014 are left out: those people fled as their towns were
  overrun (in August Sinjar, Zummar and the Nineveh plain), from ground that the group did not hold yet.
- Strikes: the coalition's releases and Airwars' attacks, both countries.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from tools.build_case.tables import plain, read, write

QUARTERS = tuple(
    (date(year, month, 1), date(year + month // 10, (month + 3) % 12, 1) - timedelta(days=1))
    for year, month in ((2014, 7), (2014, 10), (2015, 1), (2015, 4), (2015, 7), (2015, 10))
)
HELD = ("Al-Anbar", "Diyala", "Kirkuk", "Ninewa", "Salah Al-Din")
SEPTEMBER, APRIL = "Post September 14", "Post April15"
ROUNDS = tuple(
    map(date.fromisoformat, ("2014-08-31", "2014-12-25", "2015-03-26", "2015-06-22", "2015-09-29", "2015-12-17"))
)
PEOPLE = 6  # a family, by IOM's own rule
LAST_ATTACK = date(2015, 6, 25)  # in Airwars' table; its first is of 8 August 2014

Row = tuple[object, ...]


def build(raw: Path, out: Path) -> str:
    """Write `observed/*.csv`."""
    (out / "observed").mkdir(exist_ok=True)
    events = _events(raw / "ucdp" / "ged_is_events_2012_2015.parquet")
    rounds = read(raw / "displacement" / "iom_dtm_iraq_idp_families_by_displacement_period.csv")
    strikes = read(raw / "airstrikes" / "coalition_strikes_monthly_by_source.csv")
    ranges = {
        "ucdp_deaths_iraq": deaths_in_iraq(events),
        "ucdp_civilians_iraq": civilians_in_iraq(events),
    }
    singles = {
        "ucdp_opponents_iraq": opponents_in_iraq(read(raw / "ucdp" / "ged_iraq_2012_2015.csv")),
        "iom_displaced_iraq": displaced(rounds),
        "ucdp_deaths_syria": deaths_in_syria(events),
        "coalition_strikes": strikes_of(strikes, "centcom", QUARTERS[2:]),
        "airwars_attacks": strikes_of(strikes, "airwars", QUARTERS[:4]),
    }
    for name, rows in ranges.items():
        write(out / "observed" / f"{name}.csv", ("first", "last", "low", "value", "high"), rows)
    for name, rows in singles.items():
        write(out / "observed" / f"{name}.csv", ("first", "last", "value"), rows)
    return f"{sum(len(rows) for rows in (ranges | singles).values())} points"


def deaths_in_iraq(events: Iterable[dict[str, object]]) -> list[Row]:
    """Deaths on the group's side by quarter: first, last, low, value, high."""
    found = [e for e in events if e["country"] == "Iraq" and e["date_start"] and e["type_of_violence"] in (1, 2)]
    rows: list[Row] = []
    for first, last in QUARTERS:
        dead, unknown, low, best, high = (
            _sum(found, column, first, last) for column in ("deaths_is_side", "deaths_unknown", "low", "best", "high")
        )
        rows.append((first, last, plain(dead * low / best, 0), plain(dead, 0), plain(dead + unknown + high - best, 0)))
    return rows


def opponents_in_iraq(events: Iterable[dict[str, str]]) -> list[Row]:
    """Deaths on the side of the government against the group by quarter: first, last, value."""
    sides = {"a": "b", "b": "a"}
    found: list[dict[str, object]] = [
        {"date_start": e["date_start"], "date_end": e["date_end"], "dead": e[f"deaths_{sides[own]}"]}
        for e in events
        if e["type_of_violence"] == "1"
        for own in sides
        if e[f"side_{own}"] == "IS"
    ]
    return [(first, last, plain(_sum(found, "dead", first, last), 0)) for first, last in QUARTERS]


def deaths_in_syria(events: Iterable[dict[str, object]]) -> list[Row]:
    """Deaths on the group's side by year: first, last, value."""
    found = [e for e in events if e["country"] == "Syria" and e["type_of_violence"] in (1, 2)]
    return [
        (date(year, 1, 1), date(year, 12, 31), sum(int(str(e["deaths_is_side"])) for e in found if e["year"] == year))
        for year in (2014, 2015)
    ]


def civilians_in_iraq(events: Iterable[dict[str, object]]) -> list[Row]:
    """Dead of one-sided violence by quarter where the group held ground: first, last, low, value, high."""
    found = [
        e
        for e in events
        if e["country"] == "Iraq"
        and e["date_start"]
        and e["type_of_violence"] == 3
        and e["is_side"] == "a"
        and e["adm1_name"] in HELD
    ]
    return [
        (first, last, *(plain(_sum(found, column, first, last), 0) for column in ("low", "best", "high")))
        for first, last in QUARTERS
    ]


def displaced(rounds: list[dict[str, str]]) -> list[Row]:
    """People displaced between rounds: first, last, value."""

    def families(row: dict[str, str], wave: str) -> int:
        return int(next(count for name, count in row.items() if wave in name))

    rows: list[Row] = []
    by_day = {date.fromisoformat(row["file_date"]): row for row in rounds}
    before = 0
    for first, last in pairwise(ROUNDS):
        row = by_day[last]
        april = families(row, APRIL)
        # In June 2015 the wave since September was split in two: until then its growth is that of both together.
        now = april if last > date(2015, 6, 22) else april + families(row, SEPTEMBER)
        rows.append((first + timedelta(days=1), last, PEOPLE * (now - before)))
        before = april if april else now
    return rows


def strikes_of(months: list[dict[str, str]], who: str, quarters: Iterable[tuple[date, date]]) -> list[Row]:
    """Strikes of both countries by quarter as `who` counts them: first, last, value."""
    rows: list[Row] = []
    for first, last in quarters:
        held = [m for m in months if f"{first:%Y-%m}" <= m["month"] <= f"{last:%Y-%m}"]
        counted = sum(float(m[f"{who}_{country}"] or 0) for m in held for country in ("Iraq", "Syria"))
        rows.append((first, min(last, LAST_ATTACK) if who == "airwars" else last, plain(counted, 0)))
    return rows


def _sum(events: Iterable[dict[str, object]], column: str, first: date, last: date) -> float:
    """What `events` count of `column` from `first` to `last`; an event of many days is spread over them by day."""
    total = 0.0
    for event in events:
        start, end = (date.fromisoformat(str(event[day])[:10]) for day in ("date_start", "date_end"))
        days = (min(end, last) - max(start, first)).days + 1
        if days > 0:
            total += float(str(event[column])) * days / ((end - start).days + 1)
    return total


def _events(path: Path) -> list[dict[str, object]]:
    """Rows of a parquet table as dictionaries, by way of a tool that only this build needs."""
    from pyarrow import parquet

    found: list[dict[str, object]] = parquet.read_table(path).to_pylist()
    return found
