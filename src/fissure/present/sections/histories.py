"""The simulated histories week by week: bands beside what was published, maps, and events."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.charts import bands, timeline
from fissure.present.charts import maps as map_charts
from fissure.present.charts.panels import CONDITIONAL, SECTIONS, Panel, panels
from fissure.present.charts.timeline import Operation, Timeline
from fissure.studies.compare import Compared
from fissure.studies.observation_operator import calendar_of

if TYPE_CHECKING:
    import pandas as pd

LEGEND = (
    "The line is the median of the simulated histories, the darker band holds the middle 50% of them in each week, "
    "the lighter 90%. Points are published figures: the thick line is the published range, the thin line adds our "
    "judgement of the publisher's doubt (90%), a dashed line is the period that a figure speaks of, ≥ and ≤ mark "
    "bounds. Point at anything for its numbers."
)
MAPS = (
    "The share of each district that the group holds, median of the simulated histories. Grey land is outside the "
    f"model. Point at a district for its 90% interval. {CONDITIONAL}"
)
EVENTS = (
    "What happens in a history, counted over the whole of it: the median of the simulated histories and the interval "
    "that holds 90% of them. What counts as one event is in the second column: where two blocs fight in one district "
    "for two weeks, that is four."
)
OPERATIONS = (
    "Causes that the case imposes: when and where opponents attacked, and with how many. How each ended is the model's "
    "to say. What the histories report is among the events below."
)
WHEN = (
    "The height of a bar is the share of histories with at least one event in that quarter, in a stronger shade where "
    "its events were larger in all. Point at a quarter for its numbers."
)


def section(data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> doc.Section:
    """The records, part by part; a part without a chart is left out."""
    return doc.Section("history", "History", (doc.Paragraph(LEGEND), *parts(data, ledger, rows)))


def parts(data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> tuple[doc.Section, ...]:
    """Charts that stand together, each part with its sentence."""
    shown = panels(data, ledger)
    read = data[sorted({one.output for panel in shown for one in panel.series})].compute()
    drawn = [(panel.section, of_panel(panel, read, ledger, rows)) for panel in shown]
    out = []
    for title, text in SECTIONS.items():
        figures = tuple(figure for name, figure in drawn if name == title)
        if figures:
            out.append(doc.Section("-".join(title.lower().split()), title, (doc.Paragraph(text), doc.Grid(figures))))
    return tuple(out)


def of_panel(panel: Panel, data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> doc.Figure:
    """The chart of `panel` with its words and numbers, and beside its bands those of `rows` that belong there."""
    spec = bands.spec(panel, data, rows, ledger.sources)
    beside = _beside(panel, data, rows)
    sentence: doc.Line = (panel.sentence, " ", doc.Span(beside, kind="said")) if beside else panel.sentence
    numbers = _numbers(panel, spec["datasets"]["bands"], data.sizes["member"])
    return doc.Figure(panel.key, panel.title, spec, panel.unit, spec["description"], sentence, numbers=numbers)


def half_years(days: Iterable[date]) -> list[date]:
    """The first and last of some days a week apart, and those in the weeks in which a half-year begins."""
    found = list(days)
    return [day for day in found if day in (found[0], found[-1]) or (day.month in (1, 7) and day.day <= 7)]


def _numbers(panel: Panel, values: Sequence[Mapping[str, Any]], members: int) -> doc.Table:
    by_week: dict[date, list[doc.Cell]] = {}
    for row in values:
        by_week.setdefault(date.fromisoformat(row["week"][:10]), []).extend(_cells(row, panel.unit, members))
    rows = (doc.Row((doc.Cell(formatting.day(day)), *by_week[day])) for day in half_years(by_week))
    names = (f"{one.label}: {what}" for one in panel.series for what in ("median", "90% interval"))
    return doc.Table.of(("Week of", *names), tuple(rows), f"Numbers of {panel.title}")


def _cells(row: Mapping[str, Any], unit: str, members: int) -> tuple[doc.Cell, doc.Cell]:
    if row["median"] is None:
        return doc.Cell("–"), doc.Cell("–")
    spread = formatting.UNKNOWN if members < 2 else formatting.interval(row["q05"], row["q95"], unit)
    return doc.Cell(formatting.number(row["median"], unit), row["median"]), doc.Cell(spread)


def _beside(panel: Panel, data: xr.Dataset, rows: Sequence[Compared]) -> str:
    """The number of published figures beside the chart in each class."""
    found = bands.beside(panel, data, rows)
    verdicts = [row.verdict for row in found]
    words = {verdict: one.word for verdict, one in formatting.VERDICTS.items()}
    if any(row.kind == "driver" for row in found):
        words["inside"] = "agreeing with this input"
    said = "; ".join(f"{verdicts.count(v)} {word}" for v, word in words.items() if v in verdicts)
    marked = sum(row.behind_prior for row in found)
    of_them = f" ({marked} {formatting.BEHIND} behind a prior)" if marked else ""
    return f"Published figures beside it: {said}{of_them}." if said else ""


def maps(data: xr.Dataset) -> doc.Section:
    """Maps of the share of each district held, one for each of a few dates."""
    figures = []
    for number, day in enumerate(map_charts.dates(data)):
        spec = map_charts.spec(data, day)
        figures.append(doc.Figure(f"map-{number}", formatting.day(day), spec, alt=spec["description"], kind="map"))
    return doc.Section("maps", "Maps", (doc.Paragraph(MAPS), doc.Grid(tuple(figures), "maps")))


def events(found: "pd.DataFrame", data: xr.Dataset) -> doc.Section:
    """Events, how often, how large and when: `found` is the table of `Run.events`, `data` the run's records."""
    lines = timeline.timelines(found, calendar_of(data))
    seen = [line for line in lines if line.counts.any()]
    never = "; ".join(line.title for line in lines if not line.counts.any())
    blocks: list[doc.Block] = [doc.Paragraph(EVENTS), _over_the_run(lines)]
    if seen:
        inside = (doc.Paragraph(WHEN), doc.Grid(tuple(map(_of_events, seen)), "events"))
        blocks.append(doc.Section("events-by-quarter", "When they happen", inside))
    if never:
        blocks.append(doc.Paragraph(f"In no history of this run: {never}.", "small"))
    return doc.Section("events", "Events", tuple(blocks))


def _over_the_run(lines: Sequence[Timeline]) -> doc.Table:
    columns = (
        doc.Column("Kind"),
        doc.Column("One event is"),
        doc.Column("Histories with any", "right"),
        doc.Column("Events, median", "right"),
        doc.Column("Events, 90%", "right"),
        doc.Column("Total size, median", "right"),
        doc.Column("Total size, 90%", "right"),
        doc.Column("Size counts"),
    )
    rows = []
    for line in lines:
        share = float(line.counts.any(axis=1).mean())
        by = "a week" + " of a bloc" * ("bloc" in line.dims) + " in a district" * ("district" in line.dims)
        title = doc.Cell((f"{line.title} ", doc.Span(line.kind, code=True)))
        middles = (timeline.middle(line.counts.sum(axis=1)), timeline.middle(line.sizes.sum(axis=1)))
        cells = (
            cell
            for one in middles
            for cell in (doc.Cell(one.text, one.median), doc.Cell((doc.Span(one.interval, soft=True),)))
        )
        rows.append(doc.Row((title, doc.Cell(by), doc.Cell(f"{share:.0%}", share), *cells, doc.Cell(line.unit))))
    return doc.Table.of(columns, tuple(rows), "Events over the whole run", "events")


def _of_events(line: Timeline) -> doc.Figure:
    spec = timeline.spec(line)
    unit = line.unit.capitalize()
    columns = (
        "Quarter",
        "Histories with any",
        "Events: median",
        "Events: 90% interval",
        f"{unit}: median",
        f"{unit}: 90% interval",
    )
    rows = []
    for n, quarter in enumerate(line.quarters):
        share = float((line.counts[:, n] > 0).mean())
        middles = (line.middle_counts[n], line.middle_sizes[n])
        cells = (cell for one in middles for cell in (doc.Cell(one.text, one.median), doc.Cell(one.interval)))
        rows.append(doc.Row((doc.Cell(quarter.label), doc.Cell(f"{share:.0%}", share), *cells)))
    numbers = doc.Table.of(columns, tuple(rows), f"Numbers of {line.title}")
    sentence = f"Shades: {line.unit} in the quarter."
    return doc.Figure(
        f"event-{line.kind}", line.title, spec, timeline.UNIT, spec["description"], sentence, numbers=numbers
    )  # fmt: skip


def operations(found: Sequence[Operation]) -> doc.Fold:
    """The ground operations that the case imposes."""
    rows = (
        doc.Row((doc.Cell(one.when, note=one.doubt), *map(doc.Cell, (one.title, one.place, one.by, one.strength))))
        for one in found
    )
    columns = ("Begins", "Operation", "District", "By", doc.Column("Strength", "right"))
    table = doc.Table.of(columns, tuple(rows), "Ground operations")
    return doc.Fold(f"The {len(found)} ground operations as a list", (doc.Paragraph(OPERATIONS), table))
