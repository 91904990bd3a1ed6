"""The ways in which histories came apart: which endings, when, in what order, and how the cohesion of the ranks ran."""

from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.constants import INTERVAL
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import Row as ChartRow
from fissure.present.charts import Spec
from fissure.present.charts.panels import Panel, Series
from fissure.present.charts.shared import (
    finished,
    layer,
    mark,
    midnight,
    nominal,
    of_series,
    quantitative,
    scale,
    temporal,
    years,
)
from fissure.present.charts.theme import DASHES, SERIES
from fissure.present.document import Cell, Column, Figure, Grid, Paragraph, Row, Section, Span, Table, only
from fissure.present.sections.histories import half_years, of_panel
from fissure.studies.endings import COHESION_READS, ENDINGS, NONE, PARTS, READS, apart, by_week, cohesion
from fissure.studies.observation_operator import Floats
from fissure.studies.patterns.met import wilson

HEIGHT = 230
UNIT = "share of histories"
INDEX = "index, 0 to 1"
PANELS = (
    Panel(
        "cohesion", "", "Cohesion of the ranks", INDEX,
        "Geometric mean of its four parts: no part makes up fully for another. It speaks of those who are left.",
        (Series("Cohesion", "cohesion"),), 1.0,
    ),
    *(
        Panel(f"cohesion-{name}", "", title.partition(":")[0], INDEX, f"{title.partition(': ')[2].capitalize()}.",
              (Series(title.partition(":")[0], name),), 1.0)
        for name, title in PARTS.items()
    ),
)  # fmt: skip
"""Of the dataset that `cohesion` gives: the index, then its parts on the same axis."""


def chart(found: xr.Dataset) -> Spec:
    """The Vega-Lite spec of the share of members in which each ending has happened by each week: a step line each.

    `found` is what `apart` gives.
    """
    rows = shares(found)
    names = [one.title for one in ENDINGS]
    legend = {"orient": "top", "title": None, "columns": 2, "symbolType": "stroke", "symbolSize": 300, "offset": 2}
    weeks = int(found.attrs["run"])
    x = temporal("week", title=None, axis=years(weeks))
    y = quantitative("share", title=UNIT, scale={"domain": [0, 1]}, axis={"format": ".0%", "tickCount": 5})
    line = layer(
        "endings", mark("line", strokeWidth=2, interpolate="step-after"), x=x, y=y,
        stroke=nominal("ending", scale=scale(names, SERIES), legend=legend),
        strokeDash=nominal("ending", scale=scale(names, DASHES), legend=legend),
    )  # fmt: skip
    hover = of_series("endings", x, "ending", "format(datum.share, '.0%')", {name: name for name in names}, weeks)
    return finished([line, hover], HEIGHT, describe(found), {"endings": rows})


def shares(found: xr.Dataset) -> list[ChartRow]:
    """A row for each ending and week: the share of members in which it has happened by then."""
    start, run = date.fromisoformat(found.attrs["start"]), int(found.attrs["run"])
    return [
        {"week": midnight(start + timedelta(weeks=week)), "ending": one.title, "share": round(float(share), 4)}
        for one in ENDINGS
        for week, share in enumerate(by_week(found["weeks"].sel(ending=one.name).values, run))
    ]


def describe(found: xr.Dataset) -> str:
    """The chart in words, for who cannot see it."""
    last = [f"{one.title} {np.isfinite(found['weeks'].sel(ending=one.name).values).mean():.0%}" for one in ENDINGS]
    return f"Share of histories in which each ending has happened, by week. By the end: {', '.join(last)}."


INTRO = (
    "Seven endings are distinguished. A history has come apart when its ground is lost or its ranks are hollow, for "
    "good; insolvency, split and revolt are blows that it may survive; gone underground and extinct say what is left "
    "of it. Effective fighters are a product of number and "
    "power, and a product falls to a tenth sooner than what it is made of: of the lead of the ranks over the ground a "
    "part is arithmetic. Dates are those of the histories in which the ending happened, the median and the interval "
    "that holds 90% of them."
)
COHESION = (
    "Cohesion is the fourth root of the product of stay, unity, candour and obedience, each an index from 0 to 1. "
    "Nobody measured it, so nothing published stands beside it. It ends where fewer than half of the histories have "
    "fighters left, and speaks of those who stayed: those who leave take their wish along."
)
RISES = "A line rises by one history in each week in which its ending first happens; it need not reach all."


def section(data: xr.Dataset) -> Section | None:
    """The section of `data`, a run's records; None for a run that lacks an output which it is measured from."""
    if any(name not in data for name in (*COHESION_READS, *READS)):
        return None
    found, index = apart(data), cohesion(data)
    figures = (_of_endings(found), *(of_panel(panel, index, Ledger(), ()) for panel in PANELS))
    dates = Section(
        "endings-by-date",
        "Endings by date, and the cohesion of the ranks",
        (Paragraph(f"{said_of_cohesion(index, found)} {COHESION}"), Grid(figures)),
        on=frozenset(("page", "json")),
    )
    return Section(
        "apart",
        "How it came apart",
        (
            Paragraph((Span(sentences(found), strong=True), f" {came_first(found)}")),
            only("page", Paragraph(INTRO)),
            table(found),
            dates,
        ),
    )


def table(found: xr.Dataset) -> Table:
    """One row for each ending, then one for coming apart at all; `found` is what `apart` gives."""
    columns = (
        Column("Ending", wrap=True, least=20),
        Column("Share of histories", "right"),
        Column("95% interval", "right"),
        Column("Histories", "right"),
        Column("Median date", "right"),
        Column("90% of them"),
        Column("Came first in", "right"),
    )
    modes = found["mode"].values
    apart_in = int((modes != NONE).sum())
    rows = []
    for one in ENDINGS:
        first = int((modes == one.name).sum())
        why = ((Span("Threshold:", strong=True), f" {one.threshold}. {one.reason}"),)
        title = Cell(one.title, more=(one.definition, *why))
        counts = apart_in and not one.remains
        came_first_in = Cell(f"{first} of {apart_in}" if counts else "–", first if counts else None)
        rows.append(Row((title, *_happened(found["weeks"].sel(ending=one.name).values, found), came_first_in)))
    whole = Cell("Came apart", more=("The first of territorial collapse and hollowing out.",))
    rows.append(Row((whole, *_happened(found["came_apart"].values, found), Cell("–"))))
    return Table.of(columns, tuple(rows), "Endings", "effects patterns endings")


def _happened(weeks: Floats, found: xr.Dataset) -> tuple[Cell, ...]:
    """In how many members it happened and when."""
    count, of = int(np.isfinite(weeks).sum()), weeks.size
    low, high = wilson(count, of)
    middle, span = middle_and_span(weeks, found)
    return (
        Cell(f"{count / of:.0%}", count / of),
        Cell(f"{low:.0%} to {high:.0%}"),
        Cell(f"{count} of {of}", count),
        Cell(middle),
        Cell(span),
    )


def _of_endings(found: xr.Dataset) -> Figure:
    spec = chart(found)
    by_week: dict[date, list[Cell]] = {}
    for row in spec["datasets"]["endings"]:
        day = date.fromisoformat(row["week"][:10])
        by_week.setdefault(day, []).append(Cell(f"{row['share']:.0%}", row["share"]))
    rows = (Row((Cell(formatting.day(day)), *by_week[day])) for day in half_years(by_week))
    title = "What has happened by when"
    numbers = Table.of(("Week of", *(one.title for one in ENDINGS)), tuple(rows), f"Numbers of {title}")
    return Figure("endings", title, spec, UNIT, spec["description"], RISES, numbers=numbers)


# In words


def sentences(found: xr.Dataset) -> str:
    """In what share of histories it came apart and when, and which went first, the ranks or the ground."""
    return " ".join(part for part in (_headline(found), _order(found)) if part)


def came_first(found: xr.Dataset) -> str:
    """The share in which each ending came first in the histories that came apart; empty where none did."""
    modes = found["mode"].values[found["mode"].values != NONE]
    if not modes.size:
        return ""
    counts = [(int((modes == one.name).sum()), one.title) for one in ENDINGS]
    ordered = sorted(((n, title) for n, title in counts if n), key=lambda one: -one[0])
    listed = ", ".join(f"{title.lower()} in {n} ({n / modes.size:.0%})" for n, title in ordered)
    return f"Of the {_histories(modes.size)} that came apart, the first ending was {listed}."


def said_of_cohesion(index: xr.Dataset, found: xr.Dataset) -> str:
    """Cohesion at first and in the week before it came apart, and which part was then the lowest."""
    first = index.isel(week=0)
    said = f"Cohesion is {_middle(first['cohesion'].values)} in the first week"
    weeks = found["came_apart"].values
    fell = np.flatnonzero(weeks > 0)
    if not fell.size:
        return f"{said}."
    week = xr.DataArray(weeks[fell].astype(int) - 1, dims="member")
    before = index.isel(member=xr.DataArray(fell, dims="member"), week=week)
    medians = {name: float(np.nanmedian(before[name].values)) for name in PARTS}
    lowest = min(medians, key=lambda name: medians[name])
    return (
        f"{said}, and {_middle(before['cohesion'].values)} in the week before it came apart, in the histories in which "
        f"it did. The lowest of its parts was then {lowest}, {_middle(before[lowest].values)}."
    )


def middle_and_span(weeks: Floats, found: xr.Dataset) -> tuple[str, str]:
    """Median and 90% interval over the members in which it happened, as days; dashes for what there is not."""
    finite = weeks[np.isfinite(weeks)]
    if not finite.size:
        return "–", "–"
    days = (formatting.day(_day_of(week, found)) for week in np.quantile(finite, INTERVAL, method="inverted_cdf"))
    low, middle, high = days
    return middle, formatting.UNKNOWN if finite.size == 1 else f"{low} to {high}"


def _headline(found: xr.Dataset) -> str:
    weeks = found["came_apart"].values
    count, of = int(np.isfinite(weeks).sum()), weeks.size
    by = f" by {formatting.day(_day_of(found.attrs['run'], found) - timedelta(days=1))}"
    if not count:
        return f"It came apart in none of the {_histories(of)}{by}."
    middle, span = middle_and_span(weeks, found)
    when = middle if span == formatting.UNKNOWN else f"{middle} (90%: {span})"
    said = f"It came apart in {count} of {_histories(of)} ({_share(count, of)}){by}"
    return f"{said}, in the median one of them in the week of {when}."


def _order(found: xr.Dataset) -> str:
    """The first to go where both went, the ranks or the ground, and by how many weeks; empty where none has both."""
    ground, ranks = (found["weeks"].sel(ending=name).values for name in ("territorial-collapse", "hollowing-out"))
    gap = (ground - ranks)[np.isfinite(ground - ranks)]
    if not gap.size:
        return ""
    first = int((gap > 0).sum())
    low, middle, high = np.quantile(gap, INTERVAL, method="inverted_cdf")
    spread = f"{_whole(low)} to {_whole(high)}" if gap.size > 1 else formatting.UNKNOWN
    return (
        f"In {first} of the {_histories(gap.size)} with both ({_share(first, gap.size)}) the ranks were hollow before "
        f"the ground was lost, over all of these by a median of {_whole(middle)} weeks (90%: {spread}"
        f"{'; below 0 it was after' if low < 0 else ''})."
    )


def _middle(values: Floats) -> str:
    finite = values[np.isfinite(values)]
    if not finite.size:
        return "not known"
    low, middle, high = np.quantile(finite, INTERVAL)
    spread = f"{low:.2f} to {high:.2f}" if finite.size > 1 else formatting.UNKNOWN
    return f"{middle:.2f} (90%: {spread})"


def _histories(count: int) -> str:
    return f"{count:,} histor{'y' if count == 1 else 'ies'}"


def _share(count: int, of: int) -> str:
    low, high = wilson(count, of)
    return f"{count / of:.0%}, 95%: {low:.0%} to {high:.0%}"


def _day_of(week: float, found: xr.Dataset) -> date:
    return date.fromisoformat(found.attrs["start"]) + timedelta(weeks=round(week))


def _whole(gap: float) -> str:
    return f"{'−' if gap < 0 else ''}{abs(gap):.0f}"
