"""Coalition air strikes by week and country, in one unit, from three kinds of record.

1. To 7 January 2015, `airwars-attacks`: Airwars' daily attacks, times the coalition's count over Airwars' on
   that day (1,689 over 1,829, about 0.92). The coalition's own releases start on 19 December 2014 but lack
   many days at first.
2. From 8 January 2015 to 17 October 2016, `coalition-strikes`: the coalition's daily releases. A day without
   a release is filled with the mean of the days that have one in the 31 days around it. The filled series
   holds 4,088 strikes for December 2015 to May 2016 where Airwars counted 4,087; unfilled it holds 3,686.
3. From 18 October 2016, `weapons-and-totals`: published totals since August 2014 fix the sum of each
   interval; inside it, strikes follow the weapons released a month. The country split is fixed by the totals
   of 9 August 2017 (Iraq 13,331; Syria 11,235), later by our estimate, from 2018 with Dutch releases by
   country behind it.

Strikes of Russia, Turkey, Syria and Iraq's own air force are not in it: nobody publishes them in that unit.
"""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tools.build_case.tables import COUNTRIES, END, MONDAYS, START, plain, read, write

Days = NDArray[np.float64]  # (days, countries)

FIRST_RELEASES = date(2015, 1, 8)
LAST_RELEASES = date(2016, 10, 17)
SPLIT = date(2017, 8, 9)
SPLIT_TOTALS = (13_331.0, 11_235.0)
WINDOW = 15  # days either side of a missing release
# Share of the last published interval (31 December 2018 to 31 August 2019) that fell before the case ends,
# since few strikes followed. Our estimate.
LAST_INTERVAL_SHARE = 0.9
# Iraq's share of strikes after the split. Our estimates from the fronts of the time (Raqqa and the Euphrates
# in Syria; Tal Afar, Hawija and Qaim in Iraq) and, from 2018, from Dutch releases (12 of 325 in Iraq).
IRAQ_SHARE_LATER = ((date(2017, 8, 10), 0.15), (date(2017, 10, 1), 0.25), (date(2018, 1, 1), 0.06))
DOUBT = {"airwars-attacks": (0.85, 1.2), "coalition-strikes": (0.9, 1.2), "weapons-and-totals": (0.6, 1.5)}
SPLIT_DOUBT = 0.05  # added to the high of the lesser country, as a share of both, where the split is an estimate


def _day(day: date) -> int:
    return (day - START).days


def build(raw: Path, out: Path) -> str:
    """Write `forcing/strikes.csv`."""
    days, _ = daily(raw)
    rows = []
    for monday in MONDAYS:
        first = _day(monday)
        week = days[first : first + 7].sum(axis=0)
        thursday = monday + timedelta(days=3)
        basis = "airwars-attacks" if thursday < FIRST_RELEASES else "coalition-strikes"
        basis = "weapons-and-totals" if thursday > LAST_RELEASES else basis
        low, high = DOUBT[basis]
        extra = SPLIT_DOUBT * week.sum() if thursday > SPLIT else 0.0
        for at, country in enumerate(COUNTRIES):
            value = week[at]
            values = (value, value * low, value * high + extra)
            rows.append((monday, country, *(plain(number, 2) for number in values), basis))
    write(out / "forcing" / "strikes.csv", ("week", "country", "strikes", "low", "high", "basis"), rows)
    return f"{days.sum():.0f} strikes, Iraq {days[:, 0].sum():.0f}, Syria {days[:, 1].sum():.0f}"


def daily(raw: Path) -> tuple[Days, dict[date, float]]:
    """Strikes by day and country from the first day to the end of the case, and the published totals used."""
    totals = published(raw)
    days = np.zeros((_day(END), len(COUNTRIES)))
    _attacks(raw, days, totals)
    _releases(raw, days)
    _later(raw, days, totals)
    return days, totals


def published(raw: Path) -> dict[date, float]:
    """The coalition's own totals since August 2014, by date."""
    return {
        date.fromisoformat(row["date"]): float(row["value"])
        for row in read(raw / "published" / "published_figures.csv")
        if row["variable"] == "coalition_strikes_cumulative"
    }


def _attacks(raw: Path, days: Days, totals: dict[date, float]) -> None:
    for row in read(raw / "airstrikes" / "airwars_information_points_2014_2015.csv"):
        day = date.fromisoformat(row["date"])
        if day < FIRST_RELEASES:
            days[_day(day), COUNTRIES.index(row["country"])] += float(row["attacks"])
    days *= totals[FIRST_RELEASES - timedelta(days=1)] / days.sum()


def _releases(raw: Path, days: Days) -> None:
    first, last = _day(FIRST_RELEASES), _day(LAST_RELEASES)
    there = np.zeros(len(days), dtype=bool)
    for row in read(raw / "airstrikes" / "centcom_strike_releases_2014_2016.csv"):
        at = _day(date.fromisoformat(row["date"]))
        if at >= first:
            days[at, COUNTRIES.index(row["country"])] += float(row["number"])
            there[at] = True
    filled = days.copy()
    for at in range(first, last + 1):
        if not there[at]:
            around = slice(max(first, at - WINDOW), min(last, at + WINDOW) + 1)
            filled[at] = days[around][there[around]].mean(axis=0)
    days[first : last + 1] = filled[first : last + 1]


def _later(raw: Path, days: Days, totals: dict[date, float]) -> None:
    first = _day(LAST_RELEASES) + 1
    weight = weapons_by_day(raw)
    both = np.zeros(len(days))
    sum_before = days.sum()
    start = first
    for day, total in sorted(totals.items()):
        if day <= LAST_RELEASES:
            continue
        stop = min(_day(day) + 1, len(days))
        share = LAST_INTERVAL_SHARE if _day(day) >= len(days) else 1.0
        both[start:stop] = weight[start:stop] / weight[start:stop].sum() * (total - sum_before) * share
        start, sum_before = stop, total
    split = _day(SPLIT) + 1
    iraq = np.zeros(len(days))
    iraq[first:split] = _sliding_share(both[first:split], SPLIT_TOTALS[0] - days[:first, 0].sum())
    for day, share in IRAQ_SHARE_LATER:
        iraq[_day(day) :] = share
    days[first:, 0] = (both * iraq)[first:]
    days[first:, 1] = (both * (1 - iraq))[first:]


def _sliding_share(both: NDArray[np.float64], iraq_total: float) -> NDArray[np.float64]:
    """Iraq's share on a line from 0.48 (the last month of releases) such that the sum is `iraq_total`."""
    along = np.linspace(0, 1, len(both))
    slope = (0.48 * both.sum() - iraq_total) / (both * along).sum()
    share = 0.48 - slope * along
    if share.min() < 0 or share.max() > 1:
        raise ValueError("the published split cannot be met by a line")
    return share


def weapons_by_day(raw: Path) -> NDArray[np.float64]:
    """Weapons released a day: published months, and what longer sums leave for the months between."""
    monthly: dict[tuple[int, int], float] = {}
    for row in read(raw / "published" / "published_figures.csv"):
        if row["variable"] == "coalition_weapons_released_month":
            day = date.fromisoformat(row["date"])
            monthly[day.year, day.month] = float(row["value"])
    sums = {
        (row["variable"][-3:], row["date"]): float(row["value"])
        for row in read(raw / "published" / "published_figures.csv")
        if row["variable"] in ("coalition_weapons_released_ytd", "coalition_weapons_released_year")
    }
    june, august, november = (sums["ytd", day] for day in ("2017-06-30", "2017-08-31", "2018-11-30"))
    monthly[2016, 12] = (monthly[2016, 11] + monthly[2017, 1]) / 2
    monthly[2017, 7] = august - june - monthly[2017, 8]
    monthly[2017, 9] = float(np.sqrt(monthly[2017, 8] * monthly[2017, 10]))
    left = sums["ear", "2017-12-31"] - august - monthly[2017, 9] - monthly[2017, 10]
    monthly[2017, 11] = monthly[2017, 12] = left / 2
    for month in range(1, 10):
        monthly[2018, month] = (november - monthly[2018, 10] - monthly[2018, 11]) / 9
    for when in ((2018, 12), (2019, 1), (2019, 2), (2019, 3)):
        monthly[when] = monthly[2018, 11]
    out = np.zeros(_day(END))
    for at in range(_day(date(2016, 10, 1)), len(out)):
        day = START + timedelta(days=at)
        days_of_month = ((day.replace(day=28) + timedelta(days=4)).replace(day=1) - day.replace(day=1)).days
        out[at] = monthly[day.year, day.month] / days_of_month
    return out
