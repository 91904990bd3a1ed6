"""What the report's template is given: plain values, in reading order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import xarray as xr

from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import bands, maps
from fissure.present.charts.panels import SECTIONS, Panel, panels
from fissure.present.grouping import grouped
from fissure.studies.compare import Compared, summary
from fissure.views.report import wrong


@dataclass(frozen=True)
class Figure:
    """A chart with its words: what it shows, what it says in short, and its numbers as a table."""

    key: str
    title: str
    unit: str
    sentence: str
    said: str
    alt: str
    header: tuple[str, ...]
    numbers: tuple[tuple[str, ...], ...]
    spec: Mapping[str, Any]


@dataclass(frozen=True)
class Section:
    """Charts that stand together."""

    key: str
    title: str
    text: str
    figures: tuple[Figure, ...]


def sections(data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> list[Section]:
    """The history, section by section; a section without a chart is left out."""
    shown = panels(data, ledger)
    read = data[sorted({one.output for panel in shown for one in panel.series})].compute()
    drawn = [(panel, figure_of(panel, read, ledger, rows)) for panel in shown]
    out = []
    for title, text in SECTIONS.items():
        figures = tuple(figure for panel, figure in drawn if panel.section == title)
        if figures:
            out.append(Section(_slug(title), title, text, figures))
    return out


def map_figures(data: xr.Dataset) -> list[Figure]:
    """The maps, one for each date."""
    out = []
    for number, day in enumerate(maps.dates(data)):
        spec = _responsive(maps.spec(data, day))
        title = formatting.day(day)
        out.append(Figure(f"map-{number}", title, "share of the district", "", "", spec["description"], (), (), spec))
    return out


def table(rows: Sequence[Compared], ledger: Ledger, titles: Mapping[str, str]) -> list[dict[str, Any]]:
    """The comparison for the page: subjects, each with its rows as text."""
    return [
        {
            "title": titles.get(subject.output, subject.output),
            "output": subject.output,
            "rows": [_row(placed.row, placed.mark, ledger) for placed in subject.placed],
        }
        for subject in grouped(rows)
    ]


def without_counterpart(rows: Sequence[Compared], ledger: Ledger) -> list[dict[str, Any]]:
    """The published figures that the model produces nothing like, with the reason, one line a variable."""
    out = []
    for one in wrong.unspoken(summary(row for row in rows if row.variable.output is None)):
        own = [row for row in rows if row.variable.id == one.variable.id]
        publishers = dict.fromkeys(ledger.sources[row.observation.source].publisher for row in own)
        out.append(
            {
                "title": one.variable.title,
                "figures": len(own),
                "publishers": ", ".join(publishers),
                "reason": one.variable.reason or "",
            }
        )
    return out


def evidence(ledger: Ledger) -> list[dict[str, Any]]:
    """Who published: kind, leaning, how many figures and claims rest on each."""
    return [
        {
            "id": source.id,
            "publisher": source.publisher,
            "title": source.title,
            "kind": source.kind.replace("-", " "),
            "leaning": source.leaning,
            "address": web(source.address),
            "figures": sum(o.source == source.id for o in ledger.observations.values()),
            "claims": sum(claim.source == source.id for claim in ledger.claims.values()),
        }
        for source in ledger.sources.values()
    ]


def style(verdict: str) -> str:
    """The name of a verdict's class in the style sheet."""
    return verdict.replace(",", "").replace(" ", "-")


def web(address: str | None) -> str:
    """`address` if it may stand in a link, else nothing: only http and https."""
    return address if address and address.startswith(("https://", "http://")) else ""


def figure_of(panel: Panel, data: xr.Dataset, ledger: Ledger, rows: Sequence[Compared]) -> Figure:
    """The chart of `panel` with its words and numbers, and beside its bands those of `rows` that belong there."""
    spec = _responsive(bands.spec(panel, data, rows, ledger.sources))
    values = spec["datasets"]["bands"]
    return Figure(
        panel.key,
        panel.title,
        panel.unit,
        panel.sentence,
        _said(panel, data, rows),
        spec["description"],
        ("Week of", *(f"{one.label}: {what}" for one in panel.series for what in ("median", "90% interval"))),
        _numbers(panel, values, data),
        spec,
    )


def _responsive(spec: dict[str, Any]) -> dict[str, Any]:
    return spec | {"width": "container"}


def _numbers(panel: Panel, values: Sequence[Mapping[str, Any]], data: xr.Dataset) -> tuple[tuple[str, ...], ...]:
    """First, last and the weeks in which a year or its second half begins."""
    by_week: dict[str, list[Mapping[str, Any]]] = {}
    for row in values:
        by_week.setdefault(row["week"], []).append(row)
    days = {datetime.fromisoformat(week).date(): own for week, own in by_week.items()}
    ends = min(days), max(days)
    return tuple(
        (
            formatting.day(day),
            *(cell for row in own for cell in _cells(row, panel.unit, data.sizes["member"])),
        )
        for day, own in days.items()
        if day in ends or (day.month in (1, 7) and day.day <= 7)
    )


def _cells(row: Mapping[str, Any], unit: str, members: int) -> tuple[str, str]:
    if row["median"] is None:
        return "–", "–"
    if members < 2:
        return formatting.number(row["median"], unit), formatting.UNKNOWN
    return formatting.number(row["median"], unit), formatting.interval(row["q05"], row["q95"], unit)


def _said(panel: Panel, data: xr.Dataset, rows: Sequence[Compared]) -> str:
    """How many of the published figures beside the chart are in each class."""
    beside = bands.beside(panel, data, rows)
    verdicts = [row.verdict for row in beside]
    words = {verdict: one.word for verdict, one in formatting.VERDICTS.items()}
    if any(row.kind == "driver" for row in beside):
        words["inside"] = "agreeing with this input"
    said = "; ".join(f"{verdicts.count(v)} {word}" for v, word in words.items() if v in verdicts)
    marked = sum(row.behind_prior for row in beside)
    of_them = f" ({marked} {formatting.BEHIND} behind a prior)" if marked else ""
    return f"Published figures beside it: {said}{of_them}." if said else ""


def _row(row: Compared, mark: str, ledger: Ledger) -> dict[str, Any]:
    o, source = row.observation, ledger.sources[row.observation.source]
    words = formatting.verdict(row)
    return {
        "id": o.id,
        "title": formatting.quantity(row),
        "mark": mark,
        "when": formatting.when(o),
        "published": formatting.published(o),
        "band": formatting.interval(*o.band, o.unit),
        "median": formatting.median(row),
        "interval": formatting.model_interval(row),
        "verdict": row.verdict,
        "style": style("driver" if row.kind == "driver" and row.verdict == "inside" else row.verdict),
        "behind": formatting.BEHIND if row.behind_prior else "",
        "kind": row.kind,
        "sign": words.sign,
        "word": words.word,
        "reason": row.reason,
        "publisher": formatting.publisher(o, ledger.sources),
        "source": source.id,
        "address": web(o.address),
        "doubt": o.doubt,
        "scope": o.scope,
        "rivals": [formatting.publisher(ledger.observations[r], ledger.sources) for r in o.rival_of],
    }


def _slug(text: str) -> str:
    return "-".join(text.lower().split())
