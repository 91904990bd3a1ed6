"""What the report says of the patterns: plain values for the template, and specs of the charts of those in time."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import patterns as charts
from fissure.present.words import patterns as words
from fissure.studies.compare import Compared
from fissure.studies.counterpart import Calendar, Floats, calendar_of
from fissure.studies.patterns import LEVELS, Met, Pattern, everyone, met, plausible, sample
from fissure.views.text_patterns import out_of_sample

STYLES = {"met": "inside", "mixed": "near", "not met": "outside"}
SHAPES = {"met": "circle", "mixed": "square", "not met": "diamond"}
WIDTH, EDGE = 180, 6
"""Pixels of the picture of a share, and of the room at its two ends."""


def section(
    data: xr.Dataset,
    listed: Sequence[Pattern],
    ledger: Ledger,
    rows: Sequence[Compared],
    about: Mapping[str, Any] | None = None,
) -> dict[str, Any] | None:
    """The section of the patterns of a case; None where it lists none.

    `about` may say ``kind`` (of a posterior all members count) and ``until`` (a date or its ISO text: the last day
    that the fit was told of). ``specs`` holds the charts by key, ``pattern-NAME`` for each part in time that could
    be tested.
    """
    if not listed:
        return None
    about = about or {}
    until = words.day_of(about.get("until"))
    fitted = str(about.get("kind", "")).startswith("posterior")
    members = data.sizes["member"]
    among = everyone(members) if fitted else plausible(rows, members, data["week"].values[0])
    found = met(data, among, listed)
    calendar = calendar_of(data)
    timed = [one for one in found if one.pattern.in_time and one.applicable]
    specs = {_key(one): charts.pair(one, calendar) | {"width": "container"} for one in timed}
    told = [words.headline(found), *(out_of_sample(found, ledger, until) if until else [])]
    return {
        "filtered": words.filtered(among),
        "sure": [said for said, _ in words.sure(among, about.get("worth")) if said],
        "headline": " ".join(told),
        "key": words.KEY,
        "samples": words.samples(until) if until else "",
        "width": WIDTH,
        "half": _across(0.5),
        "levels": [
            (words.LEVELS[level], [_row(one, calendar, ledger, until) for one in found if one.part.level == level])
            for level in LEVELS
        ],
        "timed": [_figure(one, specs[_key(one)]) for one in timed],
        "specs": specs,
    }


def _row(one: Met, calendar: Calendar, ledger: Ledger, until: date | None) -> dict[str, Any]:
    pattern, part = one.pattern, one.part
    mark = words.SAMPLES[sample(pattern, part, ledger, until)] if until else None
    return {
        "name": part.name,
        "title": part.title,
        "of": pattern.title if len(pattern.parts) > 1 else "",
        "criterion": part.criterion,
        "why": pattern.why,
        "beyond": pattern.beyond,
        "source": pattern.source_of(part),
        "share": words.share(one),
        "interval": words.interval(one),
        "members": one.applicable or "–",
        "counted": words.counted(one),
        "middle": _middle(one, calendar),
        "picture": _picture(one),
        "sample": str(mark) if mark else "",
        **_verdict(one),
        "reason": "" if one.applicable else words.counted(one),
    }


def _verdict(one: Met) -> dict[str, str]:
    found = words.VERDICTS[one.verdict]
    return {"sign": found.sign, "word": found.word, "style": STYLES.get(one.verdict, "not-compared")}


def _picture(one: Met) -> dict[str, Any] | None:
    """Where the share and its interval lie, in pixels; None where nothing could be tested."""
    if not one.applicable:
        return None
    low, high = _across(one.low), _across(one.high)
    return {
        "low": low,
        "length": round(max(high - low, 1), 1),
        "middle": _across(one.share),
        "shape": SHAPES[one.verdict],
    }


def _across(share: float) -> float:
    return round(EDGE + (WIDTH - 2 * EDGE) * share, 1)


def _middle(one: Met, calendar: Calendar) -> str:
    """The medians of the two numbers compared, in words."""
    if not one.applicable:
        return ""
    told = [
        f"{name} {_median(values, one.part.unit, calendar)}"
        for name, values in zip(one.part.compares, (one.first, one.second), strict=True)
    ]
    unit = words.UNITS[one.part.unit]
    return f"Medians: {'; '.join(told)}" + (f" ({unit})." if unit else ".")


def _median(values: Floats, unit: str, calendar: Calendar) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "never"
    middle = float(np.median(finite))
    if unit == "week":
        return formatting.day(calendar.first + timedelta(days=round(7 * middle)))
    return f"{middle:,.0f}" if abs(middle) >= 100 else f"{middle:.3g}"


def _figure(one: Met, spec: Mapping[str, Any]) -> dict[str, Any]:
    said = {"name": one.part.name, "title": one.part.title, "counted": words.counted(one)}
    return {**said, **_verdict(one), "key": _key(one), "alt": spec["description"]}


def _key(one: Met) -> str:
    return f"pattern-{one.part.name}"
