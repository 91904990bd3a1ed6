"""Marks on a line of weeks: what the case says happened to the group, and what simulated histories report."""

from collections.abc import Sequence
from typing import Any

from fissure.cases.loader import Case
from fissure.cases.schema import Offensive
from fissure.present import formatting
from fissure.present.charts.timeline import UNIT, Timeline, describe, middle
from fissure.studies.counterpart import Calendar


def operations(case: Case, calendar: Calendar) -> list[dict[str, Any]]:
    """The ground operations of `case` that begin within the run, by date: the week of each (from 0), and its words.

    They are causes that the case imposes: where and when opponents attacked, and with how many; never how it ended.
    """
    places = {one.id: one for one in case.districts}
    opponents = {one.name: one.title for one in case.opponents}
    within = [one for one in case.offensives if calendar.first <= one.start <= calendar.last]
    return [
        {
            "week": calendar.week_of(one.start),
            "when": formatting.day(one.start),
            "doubt": f"± {one.start_doubt_days} day{'' if one.start_doubt_days == 1 else 's'}",
            "title": one.title,
            "place": f"{places[one.district].name}, {places[one.district].country}",
            "by": opponents[one.opponent],
            "strength": _strength(one),
        }
        for one in sorted(within, key=lambda one: (one.start, one.id))
    ]


def lanes(lines: Sequence[Timeline], calendar: Calendar) -> list[dict[str, Any]]:
    """Of each kind of event that happened at all, the share of histories with any, quarter by quarter.

    ``cells`` have the first week of a quarter and how many weeks it has, the share (0 to 1) and what it says.
    """
    out = []
    for line in lines:
        if not line.counts.any():
            continue
        held = (line.counts > 0).mean(axis=0)
        cells = []
        for n, quarter in enumerate(line.quarters):
            first, last = calendar.week_of(quarter.first), calendar.week_of(quarter.last)
            size = middle(line.sizes[:, n])
            said = f"{quarter.label}: in {held[n]:.0%} of histories; {line.unit}, median {size}"
            share = round(float(held[n]), 4)
            cells.append(
                {"label": quarter.label, "first": first, "weeks": last - first + 1, "share": share, "said": said}
            )
        out.append({"kind": line.kind, "title": line.title, "unit": UNIT, "alt": describe(line), "cells": cells})
    return out


def years(calendar: Calendar) -> list[dict[str, Any]]:
    """The week, with its part, in which each year of the run begins."""
    days = {
        year: (calendar.first.replace(year=year, month=1, day=1) - calendar.first).days for year in _years(calendar)
    }
    return [{"year": year, "week": round(days[year] / 7, 2)} for year in days if days[year] >= 0]


def _years(calendar: Calendar) -> range:
    return range(calendar.first.year, calendar.last.year + 1)


def _strength(one: Offensive) -> str:
    return f"{formatting.interval(one.strength_low, one.strength_high)} fighters"
