"""What History shows of a run, as plain values: made once, kept as JSON, rendered in milliseconds."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

import numpy as np

from fissure import api
from fissure.api import Result
from fissure.api.shelf import Stored
from fissure.app.derived import Found, Kind
from fissure.app.desk import Desk, newest_of
from fissure.constants import INTERVAL
from fissure.errors import FissureError
from fissure.present import certainty, formatting
from fissure.present.charts import marks, play
from fissure.present.charts.panels import CONDITIONAL
from fissure.present.charts.timeline import timelines
from fissure.present.render.html import as_json
from fissure.studies.compare import ABSURD_FACTOR, ABSURD_POINTS, CLASSES, Compared, count
from fissure.studies.counterpart import Calendar, calendar_of
from fissure.studies.effective import Effective, few_histories
from fissure.studies.quantiles import quantile_error
from fissure.views.report import apart, page, wrong
from fissure.views.report.events import happened
from fissure.views.report.page import Figure, Section
from fissure.views.report.write import how_made

WEEKLY = ("ground", "residents", "fighters")
"""The figures whose numbers stand beside the map."""
MOST_EVENTS = 5
"""Kinds of events that are named beside the map, the most common of the quarter."""


@dataclass(frozen=True)
class Prepared:
    """The view of a run: what the page says, and its charts by key as JSON that may stand in a page."""

    say: dict[str, Any]
    charts: str


def _bytes_of(view: Prepared) -> bytes:
    text = json.dumps(view.say, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return f"{text}\n{view.charts}".encode()


def _read(body: bytes) -> Prepared:
    say, charts = body.decode().split("\n", 1)
    return Prepared(json.loads(say), charts)


HISTORY = Kind("history", __name__, _bytes_of, _read)


def prepared(desk: Desk, run: Stored) -> Found[Prepared]:
    """The view of `run` if it is there; else it is made in the background, from its histories."""

    def make() -> Prepared:
        say, charts = told(api.opened(run.folder, desk.context), desk.worker.go_on)
        return Prepared(say, str(as_json(charts)))

    return desk.derived.get(HISTORY, desk.source_of(run), make)


def prepare_newest(desk: Desk) -> None:
    """Make the view of the newest run, so that the first page finds it."""
    with suppress(FissureError, OSError):
        found = newest_of(desk.runs().values())
        if found is not None and found.state != "being written":
            prepared(desk, found)


def told(result: Result, between: Callable[[], None] = lambda: None) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the page says of `result`, and its charts by key; both hold nothing but what JSON has.

    `between` is called between steps that take seconds each, and may raise to end it.
    """
    data, ledger, rows, about = result.data, result.ledger, result.compared, result.about()
    members, worth = result.stored.members, result.worth
    calendar, counts = calendar_of(data), count(rows)
    between()
    sections = page.sections(data, ledger, rows)
    between()
    ended = apart.section(data)
    between()
    log = happened(result.events, data)
    between()
    lanes = marks.lanes(timelines(result.events, calendar), calendar)
    operations = marks.operations(result.case, calendar)
    shares = play.shares(data)
    weekly = _weekly(calendar, sections, shares, operations, members)
    titles = {str(name): str(array.attrs.get("long_name", name)) for name, array in data.data_vars.items()}
    figures = [*(f for one in sections for f in one.figures), *(ended["figures"] if ended else ()), *log.figures]
    say = {
        "members": members,
        "few": few_histories(members),
        "effective_size": worth.told() if worth else None,
        "rests": certainty.rests_on(worth, members) if worth else "",
        "least_sure": certainty.least_sure(rows, worth),
        "weeks": calendar.weeks,
        "first": calendar.first.isoformat(),
        "about": {name: about[name] for name in ("kind", "until", "off", "posterior", "digest", "seed", "command")},
        "how": how_made({name: value for name, value in about.items() if name != "timing"}),
        "counts": asdict(counts) | {"compared": counts.compared},
        "headline": formatting.headline(counts, members) if counts.compared else "",
        "behind": formatting.behind(counts, members),
        "classes": [(name, page.style(name), *formatting.VERDICTS[name]) for name in CLASSES],
        "misses": [_said(miss, "title", "outside", "compared", "sentence") for miss in wrong.misses(rows)],
        "imposed": [_said(miss, "title", "outside", "compared", "sentence") for miss in wrong.imposed(rows)],
        "wide": [_said(one, "title", "said") for one in wrong.too_wide(rows)],
        "absurd_factor": f"{ABSURD_FACTOR:.0f}",
        "absurd_points": f"{100 * ABSURD_POINTS:.0f}",
        "conditional": CONDITIONAL,
        "apart": None if ended is None else {**ended, "figures": [plain(figure) for figure in ended["figures"]]},
        "sections": [
            {"key": one.key, "title": one.title, "text": one.text, "figures": [plain(f) for f in one.figures]}
            for one in sections
        ],
        "events": {**asdict(log), "figures": [plain(figure) for figure in log.figures]},
        "subjects": page.table(rows, ledger, titles),
        "without": page.without_counterpart(rows, ledger),
        "observations": [_observation(row, worth) for row in rows],
        "operations": operations,
        "lanes": lanes,
        "years": marks.years(calendar),
        "facts": [*(figure.title for figure in _facts(sections)), "Districts held by half or more"],
        "weekly": weekly,
        "quarters": _quarters(lanes, weekly),
        "shares": shares.packed(),
        "drawing": asdict(play.drawing(result.case)),
        "names": [str(name) for name in data["district"].values],
    }
    return say, {figure.key: dict(figure.spec) for figure in figures}


def plain(figure: Figure) -> dict[str, Any]:
    """A figure without its chart."""
    return {name: value for name, value in vars(figure).items() if name != "spec"}


def beside(say: Mapping[str, Any], week: int) -> dict[str, Any]:
    """What stands beside the map in a week: numbers, operations that begin, and the quarter's events."""
    own = say["weekly"][week]
    return {
        "iso": own["iso"],
        "day": own["day"],
        "facts": list(zip(say["facts"], own["facts"], strict=True)),
        "starts": own["starts"],
        "quarter": say["quarters"][own["quarter"]] if say["quarters"] else None,
    }


def held(say: Mapping[str, Any], unpacked: Mapping[str, bytes], week: int) -> list[tuple[str, str]]:
    """Median and 90% interval of the share of each district that is held in a week, as text."""
    many = len(say["names"])
    rows = (unpacked[name][week * many : (week + 1) * many] for name in ("median", "low", "high"))
    return [(f"{median}%", f"{low}% to {high}%") for median, low, high in zip(*rows, strict=True)]


def _weekly(
    calendar: Calendar,
    sections: Iterable[Section],
    shares: play.Shares,
    operations: Sequence[Mapping[str, Any]],
    members: int,
) -> list[dict[str, Any]]:
    """Of each week its day, the numbers of `_facts` in words, and the operations that begin."""
    figures = _facts(sections)
    out = []
    for week in range(calendar.weeks):
        day = calendar.first + timedelta(weeks=week)
        facts = [_fact(figure.spec["datasets"]["bands"][week], figure.unit, members) for figure in figures]
        facts.append(f"{shares.most[week]} of {shares.median.shape[1]}")
        starts = [f"{one['title']} ({one['when']}, {one['by']})" for one in operations if one["week"] == week]
        out.append({"iso": day.isoformat(), "day": formatting.day(day), "facts": facts, "starts": starts})
    return out


def _facts(sections: Iterable[Section]) -> list[Figure]:
    shown = {figure.key: figure for one in sections for figure in one.figures}
    return [shown[key] for key in WEEKLY if key in shown]


def _quarters(lanes: Sequence[Mapping[str, Any]], weekly: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Of each quarter its most common events, in words; each of `weekly` is told the number of its quarter."""
    out = []
    for n, cells in enumerate(zip(*(lane["cells"] for lane in lanes), strict=True)):
        for week in range(cells[0]["first"], cells[0]["first"] + cells[0]["weeks"]):
            weekly[week]["quarter"] = n
        seen = [(lane["title"], cell["share"]) for lane, cell in zip(lanes, cells, strict=True) if cell["share"] > 0]
        most = sorted(seen, key=lambda one: -one[1])[:MOST_EVENTS]
        events = [f"{title}: {share:.0%} of histories" for title, share in most]
        out.append({"label": cells[0]["label"], "events": events})
    return out


def _fact(row: Mapping[str, Any], unit: str, members: int) -> str:
    if row["median"] is None:
        return "–"
    middle = formatting.number(row["median"], unit)
    spread = formatting.interval(row["q05"], row["q95"], unit) if members > 1 else formatting.UNKNOWN
    return f"{middle} {unit} (90%: {spread})"


def _said(one: object, *names: str) -> dict[str, Any]:
    return {name: getattr(one, name) for name in names}


def _errors(row: Compared, worth: Effective | None) -> dict[str, float | None]:
    """The standard errors of the quantiles of `row`; None where there are too few histories to tell them."""
    found = dict.fromkeys(("q05_error", "median_error", "q95_error"))
    if row.model is None or row.histories < 2:
        return found
    values = row.model[np.isfinite(row.model)]
    part = 1.0 if worth is None else worth.independent / worth.histories
    errors = (quantile_error(values, q, independent=part * len(values)).error for q in INTERVAL)
    return dict(zip(found, (float(x) if np.isfinite(x) else None for x in errors), strict=True))


def _observation(row: Compared, worth: Effective | None) -> dict[str, Any]:
    """A published figure beside the model, as numbers; None for what there is not, an open end among it."""
    o = row.observation
    ends: Sequence[float] = (*o.ends, *o.band, row.low, row.median, row.high)
    low, high, *rest = (float(x) if np.isfinite(x) else None for x in ends)
    return {
        "id": o.id, "variable": row.variable.id, "title": row.variable.title, "unit": row.variable.unit,
        "output": row.variable.output, "when": formatting.when(o), "source": o.source, "rivals": list(o.rival_of),
        "bound": o.bound or None, "published": [low, high], "band": rest[:2],
        "model": {"q05": rest[2], "median": rest[3], "q95": rest[4], **_errors(row, worth)} if row.compared else None,
        "verdict": row.verdict, "too": row.too if row.compared and row.verdict in ("near", "outside") else None,
        "behind_prior": row.behind_prior, "reason": row.reason or None,
    }  # fmt: skip
