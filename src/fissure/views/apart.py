"""How coming apart is put in words, the same in the terminal and in the report."""

from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.constants import INTERVAL
from fissure.present import formatting
from fissure.studies.counterpart import Floats
from fissure.studies.endings import ENDINGS, NONE
from fissure.studies.patterns.met import wilson

TITLES = {one.name: one.title for one in ENDINGS}


def headline(found: xr.Dataset) -> str:
    """In what share of histories it came apart, and when; `found` is what `apart` gives."""
    weeks = found["came_apart"].values
    count, of = int(np.isfinite(weeks).sum()), weeks.size
    if not count:
        return f"It came apart in none of the {histories(of)}{_by(found)}."
    said = f"It came apart in {count} of {histories(of)} ({interval(count, of)}){_by(found)}"
    return f"{said}, in the median one of them in the week of {dates(weeks, found)}."


def order(found: xr.Dataset) -> str:
    """Which went first where both went, the ranks or the ground, and by how many weeks; empty where none has both."""
    ground, ranks = (found["weeks"].sel(ending=name).values for name in ("territorial-collapse", "hollowing-out"))
    gap = (ground - ranks)[np.isfinite(ground - ranks)]
    if not gap.size:
        return ""
    first = int((gap > 0).sum())
    low, middle, high = np.quantile(gap, INTERVAL, method="inverted_cdf")
    spread = f"{_number(low)} to {_number(high)}" if gap.size > 1 else formatting.UNKNOWN
    return (
        f"In {first} of the {histories(gap.size)} with both ({interval(first, gap.size)}) the ranks were hollow before "
        f"the ground was lost, over all of these by a median of {_number(middle)} weeks (90%: {spread}"
        f"{'; below 0 it was after' if low < 0 else ''})."
    )


def came_first(found: xr.Dataset) -> str:
    """How often each ending came first in the histories that came apart; empty where none did."""
    modes = found["mode"].values[found["mode"].values != NONE]
    if not modes.size:
        return ""
    counts = {title: int((modes == name).sum()) for name, title in TITLES.items()}
    told = sorted(((n, title) for title, n in counts.items() if n), key=lambda one: -one[0])
    listed = ", ".join(f"{title.lower()} in {n} ({n / modes.size:.0%})" for n, title in told)
    return f"Of the {histories(modes.size)} that came apart, the first of the five up to then was {listed}."


def told(found: xr.Dataset) -> str:
    """Headline and order, for the terminal."""
    return " ".join(part for part in (headline(found), order(found)) if part)


def histories(count: int) -> str:
    """Such as `24 histories`."""
    return f"{count:,} histor{'y' if count == 1 else 'ies'}"


def interval(count: int, of: int) -> str:
    """A share and its 95% interval, such as `83%, 95%: 64% to 93%`."""
    low, high = wilson(count, of)
    return f"{count / of:.0%}, 95%: {low:.0%} to {high:.0%}"


def dates(weeks: Floats, found: xr.Dataset) -> str:
    """Median and 90% interval in one; a dash where it never happened."""
    middle, span = middle_and_span(weeks, found)
    return middle if span in ("–", formatting.UNKNOWN) else f"{middle} (90%: {span})"


def middle_and_span(weeks: Floats, found: xr.Dataset) -> tuple[str, str]:
    """Median and 90% interval over the members in which it happened, as days; dashes for what there is not."""
    finite = weeks[np.isfinite(weeks)]
    if not finite.size:
        return "–", "–"
    low, middle, high = (formatting.day(day_of(w, found)) for w in np.quantile(finite, INTERVAL, method="inverted_cdf"))
    return middle, formatting.UNKNOWN if finite.size == 1 else f"{low} to {high}"


def day_of(week: float, found: xr.Dataset) -> date:
    """The first day of a week of the run."""
    return date.fromisoformat(found.attrs["start"]) + timedelta(weeks=round(week))


def _number(gap: float) -> str:
    return f"{'−' if gap < 0 else ''}{abs(gap):.0f}"


def _by(found: xr.Dataset) -> str:
    last = day_of(found.attrs["run"], found) - timedelta(days=1)
    return f" by {formatting.day(last)}"
