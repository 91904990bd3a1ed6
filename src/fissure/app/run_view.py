"""The view of a run in History: made once in the background, kept as JSON, shown in milliseconds."""

import base64
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
from pydantic import BaseModel, Field

from fissure import api
from fissure.api import RunResult
from fissure.api.stored import Stored
from fissure.app.derived import Kind, Lookup
from fissure.app.desk import Desk, newest_of
from fissure.app.schemas import ResultSchema, schema_of
from fissure.constants import INTERVAL
from fissure.errors import FissureError
from fissure.present import formatting
from fissure.present.charts import maps, timeline
from fissure.present.charts.panels import CONDITIONAL
from fissure.present.charts.theme import Mode
from fissure.present.charts.timeline import Lane, Operation, Year
from fissure.present.document import Block, Figure, Fold, Paragraph, Section, Span, figures_of
from fissure.present.render.html import as_json, fragment, specs_of
from fissure.present.sections import comparison, endings, histories
from fissure.present.sections import runs as words
from fissure.present.sections.runs import RunDescription
from fissure.studies.compare import Compared, Counts, count
from fissure.studies.effective import ENOUGH, EffectiveSample, quantile_error
from fissure.studies.observation_operator import Calendar, calendar_of

WEEKLY = ("ground", "residents", "fighters")
"""The figures whose numbers stand beside the map."""
MOST_EVENTS = 5
"""Kinds of events that are named beside the map, the most common of the quarter."""


class EffectiveSize(ResultSchema):
    """The worth of the histories as independent draws."""

    histories: int
    pasts: int = Field(description="distinct pasts from which they go on")
    independent: float = Field(description="independent draws that they are worth (Kish)")


@schema_of(Counts)
class Verdicts(ResultSchema):
    """Counts of published figures by class; drivers check what the case imposes and are in none."""

    of: dict[str, int]
    compared: int


class Quantiles(ResultSchema):
    """Of the model's counterpart of a published figure, over members."""

    q05: float
    median: float
    q95: float
    q05_error: float | None = Field(description="standard error of q05, as the histories are worth; null for one")
    median_error: float | None
    q95_error: float | None


class ObservationRow(ResultSchema):
    """A published figure beside the model; None for an open end, and for what is not compared."""

    id: str
    variable: str
    title: str
    unit: str
    output: str | None
    when: str
    source: str
    rivals: tuple[str, ...] = Field(description="ids of figures that disagree with it")
    bound: str
    published: tuple[float | None, float | None]
    band: tuple[float | None, float | None] = Field(description="90% once the doubt of the publisher is carried")
    model: Quantiles | None
    verdict: str
    too: str | None
    behind_prior: bool = Field(description="a prior was argued from it, so it is no independent check")
    reason: str | None


class Week(BaseModel):
    """The words beside the map in a week: its numbers in words, operations that begin, the number of its quarter."""

    iso: str
    day: str
    facts: tuple[str, ...]
    starts: tuple[str, ...]
    quarter: int | None


class Quarter(BaseModel):
    """The most common events of a quarter, in words."""

    label: str
    events: tuple[str, ...]


class Player(BaseModel):
    """The data of the script that plays through the weeks.

    `shares` has the median and the ends of the 90% interval of the share of each district held, in per cent, as bytes
    in base64, week after week, in the order of `district`; `ramp` the colour of each per cent.
    """

    facts: tuple[str, ...]
    weekly: tuple[Week, ...]
    quarters: tuple[Quarter, ...]
    shares: dict[str, str]
    names: tuple[str, ...]
    district: tuple[str, ...]
    ramp: dict[Mode, tuple[str, ...]]

    def held(self, week: int) -> list[tuple[int, str]]:
        """The median share of each district that is held in a week, in per cent, and its 90% interval."""
        many = len(self.names)
        own = {name: base64.b64decode(text)[week * many : (week + 1) * many] for name, text in self.shares.items()}
        rows = zip(own["median"], own["low"], own["high"], strict=True)
        return [(median, f"{low}% to {high}%") for median, low, high in rows]


class RunView(BaseModel):
    """The view of a run; `html` are pieces of the page, `charts` its charts by key as JSON that may stand in a page."""

    run: RunDescription
    lead: str
    few: str
    effective_size: EffectiveSize | None
    headline: str
    counts: Verdicts
    observations: tuple[ObservationRow, ...]
    html: dict[str, str]
    navigation: tuple[tuple[str, str], ...]
    """Anchors of the sections, and their titles."""
    conditional: str
    operations: tuple[Operation, ...]
    lanes: tuple[Lane, ...]
    years: tuple[Year, ...]
    drawing: maps.Drawing
    player: Player
    charts: str


HISTORY = Kind("history", __name__, lambda view: view.model_dump_json().encode(), RunView.model_validate_json)


def prepared(desk: Desk, run: Stored) -> Lookup[RunView]:
    """The view of `run` if it is there; else it is made in the background, from its histories."""
    return desk.derived.get(
        HISTORY, desk.source_of(run), lambda: view_of(api.opened(run.folder, desk.context), desk.worker.go_on)
    )


def prepare_newest(desk: Desk) -> None:
    """Make the view of the newest run, so that the first page finds it."""
    with suppress(FissureError, OSError):
        found = newest_of(desk.runs().values())
        if found is not None and found.state != "being written":
            prepared(desk, found)


def view_of(result: RunResult, between: Callable[[], None] = lambda: None) -> RunView:
    """The view of `result`; `between` is called between steps that take seconds each, and may raise to end it."""
    data, ledger, rows, run = result.data, result.ledger, result.compared, result.about()
    calendar, counts = calendar_of(data), count(rows)
    between()
    parts = histories.parts(data, ledger, rows)
    between()
    ended = endings.section(data)
    between()
    events = histories.events(result.events, data)
    between()
    titles = {str(name): str(array.attrs.get("long_name", name)) for name, array in data.data_vars.items()}
    figures = comparison.section(rows, ledger, titles, result.worth)
    lanes = timeline.lanes(timeline.timelines(result.events, calendar), calendar)
    operations = timeline.operations(result.case, calendar)
    bands = Section(
        "bands",
        "The histories and what was published",
        (Paragraph(f"{histories.LEGEND} The upright line is the week of the map."), *parts),
    )
    shown = [bands, *([ended] if ended else []), events]
    sign = formatting.BEHIND if counts.behind_prior else ""
    return RunView(
        run=run,
        lead=words.lead(run, formatting.day(calendar.first)),
        few=run.few,
        effective_size=result.worth and result.worth.as_json(),
        headline=formatting.headline(counts, run.members) if counts.compared else "",
        counts=Verdicts.build(counts),
        observations=tuple(_observation(row, result.worth) for row in rows),
        html={
            "notices": fragment(words.notices(run, sign)),
            "wrong": fragment([_wrong(rows, run, ended)]),
            "bands": fragment([bands]),
            "endings": fragment([ended] if ended else []),
            "events": fragment([events]),
            "observations": fragment([replace(figures, heading="Published figures beside the model")]),
            "operations": fragment([histories.operations(operations)]),
        },
        navigation=(
            ("wrong", "Right and wrong"),
            ("weeks", "Week by week"),
            *((one.key, one.title) for one in (*parts, *shown[1:])),
            ("observations", "Published figures"),
            ("made", "The run"),
        ),
        conditional=CONDITIONAL,
        operations=operations,
        lanes=lanes,
        years=timeline.years(calendar),
        drawing=maps.drawing(result.case),
        player=_player(result, calendar, bands, operations, lanes),
        charts=str(as_json(specs_of(shown))),
    )


def _wrong(rows: Sequence[Compared], run: RunDescription, ended: Section | None) -> Section:
    blocks: list[Block] = [*comparison.verdicts(rows, run.members, run.worth)]
    if ended and isinstance(ended.blocks[0], Paragraph):
        more = Span("More on how it came apart", href="#apart")
        blocks.append(Paragraph((*ended.blocks[0].line, " ", more, ".")))
    if run.members >= ENOUGH:
        inside = comparison.mistakes(rows)
        blocks.append(Fold("Where it is wrong, and where it says next to nothing", inside))
    return Section("wrong", "Right and wrong", tuple(blocks), heading="What it gets right and wrong")


def _player(
    result: RunResult, calendar: Calendar, bands: Section, operations: Sequence[Operation], lanes: Sequence[Lane]
) -> Player:
    shares = maps.shares(result.data)
    keyed = {figure.key: figure for figure in figures_of(bands)}
    shown = [keyed[key] for key in WEEKLY if key in keyed]
    quarters = list(zip(*(lane.cells for lane in lanes), strict=True))
    quarter_of = {
        week: n for n, (cell, *_) in enumerate(quarters) for week in range(cell.first, cell.first + cell.weeks)
    }
    weekly = []
    for week in range(calendar.weeks):
        day = calendar.first + timedelta(weeks=week)
        facts = [_fact(figure, week, result.stored.members) for figure in shown]
        facts.append(f"{shares.most[week]} of {shares.median.shape[1]}")
        starts = tuple(f"{one.title} ({one.when}, {one.by})" for one in operations if one.week == week)
        said = formatting.day(day)
        weekly.append(
            Week(iso=day.isoformat(), day=said, facts=tuple(facts), starts=starts, quarter=quarter_of.get(week))
        )
    places = {one.id: f"{one.name}, {one.country}" for one in result.case.districts}
    names = tuple(str(name) for name in result.data["district"].values)
    return Player(
        facts=(*(figure.title for figure in shown), "Districts held by half or more"),
        weekly=tuple(weekly),
        quarters=tuple(_quarter(cells, lanes) for cells in quarters),
        shares=shares.packed(),
        names=names,
        district=tuple(places[name] for name in names),
        ramp={"light": maps.ramp("light"), "dark": maps.ramp("dark")},
    )


def _quarter(cells: Sequence[timeline.LaneCell], lanes: Sequence[Lane]) -> Quarter:
    seen = [(lane.title, cell.share) for lane, cell in zip(lanes, cells, strict=True) if cell.share > 0]
    most = sorted(seen, key=lambda one: -one[1])[:MOST_EVENTS]
    return Quarter(label=cells[0].label, events=tuple(f"{title}: {share:.0%} of histories" for title, share in most))


def _fact(figure: Figure, week: int, members: int) -> str:
    row: Mapping[str, Any] = figure.spec["datasets"]["bands"][week]
    if row["median"] is None:
        return "–"
    middle = formatting.number(row["median"], figure.unit)
    spread = formatting.interval(row["q05"], row["q95"], figure.unit) if members > 1 else formatting.UNKNOWN
    return f"{middle} {figure.unit} (90%: {spread})"


def _observation(row: Compared, worth: EffectiveSample | None) -> ObservationRow:
    """A published figure beside the model, as numbers; None for what there is not, an open end among it."""
    o = row.observation
    ends: Sequence[float] = (*o.ends, *o.band, row.low, row.median, row.high)
    low, high, least, most, q05, median, q95 = (float(x) if np.isfinite(x) else None for x in ends)
    return ObservationRow.build(
        row, o, row.variable, variable=o.variable, unit=row.variable.unit, when=formatting.when(o),
        rivals=o.rival_of, published=(low, high), band=(least, most), reason=row.reason or None,
        model=Quantiles(q05=q05, median=median, q95=q95, **_errors(row, worth)) if row.compared else None,
        too=row.too if row.compared and row.verdict in ("near", "outside") else None,
    )  # fmt: skip


def _errors(row: Compared, worth: EffectiveSample | None) -> dict[str, float | None]:
    """The standard errors of the quantiles of `row`; None where there are too few histories to tell them."""
    found: dict[str, float | None] = dict.fromkeys(("q05_error", "median_error", "q95_error"))
    if row.model is None or row.histories < 2:
        return found
    values = row.model[np.isfinite(row.model)]
    part = 1.0 if worth is None else worth.independent / worth.histories
    errors = (quantile_error(values, q, independent=part * len(values)).error for q in INTERVAL)
    return dict(zip(found, (float(x) if np.isfinite(x) else None for x in errors), strict=True))
