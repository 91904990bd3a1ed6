"""A hindcast: what would have been forecast from past days, what was right and what was wrong."""

from collections.abc import Mapping, Sequence

from fissure.evidence.ledger import Ledger
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.sections import hindcast_charts as charts
from fissure.present.sections import hindcast_words as words
from fissure.studies import kept_results
from fissure.studies.effective import few_histories
from fissure.studies.endings import What
from fissure.studies.hindcast import FORECASTS, FromDate, Hindcast
from fissure.studies.score import ForecastScore

CHANCES: Mapping[What, str] = {
    "territory": "The ground: the mapped area stays below a tenth of its highest",
    "fighters": "The ranks: fighters stay below a tenth of their highest",
}
CHANCE = "How probable collapse was: the mapped area stays below a tenth of its highest"
KINDS_OF_FORECAST = doc.Notice(
    (
        (
            doc.Span("Two kinds of forecast.", strong=True),
            " “The war as it came”: offensives, strikes and prices after the date are given, so only the group is "
            "forecast. “Only what was known”: these too go on as could have been expected, with their own spread. Only "
            "the second is what somebody could have said on that day.",
        ),
        "All forecasts are of what would be published: the same doubt and leaning of publishers is laid on the model "
        "and on its naive rivals.",
    ),
    "What kind of numbers these are",
)
COLLAPSE = (
    "The share of simulated histories that have collapsed by each week: below a tenth of the highest so far, and there "
    "to the end of the run. Upright lines are the dates of the forecasts; the dotted one is the day that the case is "
    "asked about. Broken lines know only what was known of the war."
)
BESIDE = (
    "The upright mark is what was published, the shaded field adds our judgement of its publisher's doubt (90%). A "
    "line is a 90% interval, the dot its median: full lines and circles with the war as it came, broken lines and "
    "squares with only what was known, grey the prior; colours are the dates of the charts above. Variables that cost "
    "most stand first. Point at anything for its numbers; every one stands in the tables below, and one-sided bounds "
    "only there."
)
RIVALS = (
    "The naive rivals see the two-sided figures of the same variable up to the date, and nothing else. Persistence "
    "repeats the last; the linear trend adds the least-squares slope in plain numbers, exponential decay that of the "
    "logarithms where it falls; a cumulative count goes on at its rate. Each adds a random walk estimated from the "
    "same figures."
)
NO_MISS = "No figure lies outside its interval, and no naive rival is nearer."
NO_HIT = "Nothing: no variable has all its figures within an informative interval, with no naive rival nearer."


def document(hindcast: Hindcast, ledger: Ledger, command: str) -> doc.Document:
    """The whole result of `fissure hindcast`; `command` makes the same numbers again."""
    dates = [_date(hindcast, one, ledger) for one in hindcast.dates]
    chances = (_chance(hindcast, what) for what in CHANCES)
    sections = (
        *dates,
        doc.Section(
            "collapse",
            "Collapse",
            (doc.Paragraph(COLLAPSE), doc.Grid(tuple(chances), "forecasts chances")),
            heading="How probable was collapse?",
        ),
        doc.Section(
            "forecasts",
            "Forecasts",
            (doc.Paragraph(BESIDE), doc.Grid(tuple(_variables(hindcast, ledger)), "forecasts")),
            heading="Forecasts beside what was published",
        ),
        doc.Section("figures", "Every figure", tuple(_every_figure(hindcast, ledger))),
        doc.Section("made", "How it was made", (doc.only("page", *_made(hindcast, command)),)),
    )
    histories = f"{hindcast.members} histories each, {hindcast.futures} futures of the war, seed {hindcast.seed}"
    lead = (
        "Fitted to what was published up to a date, forecast to the end of the run, and scored on every figure that "
        f"was published of later days: {len(dates)} date{'' if len(dates) == 1 else 's'}, {histories}."
    )
    few = few_histories(hindcast.members)
    return doc.Document(
        subject=hindcast.title,
        title="forecasts from the past",
        heading="What would it have said, and was it right?",
        lead=lead,
        notices=(KINDS_OF_FORECAST, *([doc.Notice((few,), kind="few")] if few else [])),
        sections=(_wars(hindcast), *sections),
        version=hindcast.version,
        key="hindcast",
    )


def section(hindcast: Hindcast, case_name: str, ledger: Ledger, caution: str = "") -> doc.Section:
    """The section of a run's report on forecasts from the past.

    `caution` says what the run has that they lack; where not given, what the installed packages have.
    """
    caution = caution or kept_results.caution(hindcast.plugins)
    command = command_of(hindcast, case_name)
    few = few_histories(hindcast.members)
    return doc.Section(
        "forecasts-from-the-past",
        "Forecasts from the past",
        (
            doc.Paragraph(
                (
                    "Fitted to what was published up to a date, run to the end "
                    f"({hindcast.members} histories each), and scored on every figure that was published of later "
                    "days, beside naive rivals and the prior. These scores were kept with the case; ",
                    doc.Span(command, code=True),
                    " computes them again, with a page of every forecast.",
                )
            ),
            *([doc.Notice((few,), kind="few")] if few else []),
            doc.Paragraph((doc.Span(words.wars(hindcast), strong=True),)),
            *([doc.Notice((caution,))] if caution else []),
            *(_date(hindcast, one, ledger, folded=True) for one in hindcast.dates),
            _chance(hindcast, "territory", CHANCE),
            doc.Paragraph(words.KEY, "small"),
        ),
        heading="What it would have said in the past",
    )


def command_of(hindcast: Hindcast, case_name: str) -> str:
    """The command that makes the same forecasts again."""
    dates = "".join(f" --from {one.date}" for one in hindcast.dates)
    return f"fissure hindcast {case_name}{dates} --members {hindcast.members} --seed {hindcast.seed}"


def _wars(hindcast: Hindcast) -> doc.Section:
    said = doc.Paragraph((doc.Span(words.wars(hindcast), strong=True),))
    return doc.Section(
        "wars", "The war", (said, doc.Paragraph(words.KEY, "small soft")), heading="Does it help to know the war?"
    )


def _date(hindcast: Hindcast, one: FromDate, ledger: Ledger, folded: bool = False) -> doc.Section:
    """Scores of one date, what was wrong and what was right."""
    failed, other = words.headline(one)
    judged = _judged(one, ledger)
    return doc.Section(
        f"from-{one.date.isoformat()}",
        f"From {formatting.day(one.date)}",
        (
            doc.Paragraph((doc.Span(failed, strong=True), " " if failed else "", other)),
            scores(one),
            doc.Paragraph(words.rests_on(one, hindcast.members), "small soft"),
            *([] if folded else [doc.Paragraph(words.without_rival(one), "small soft")]),
            doc.Paragraph(words.collapse(hindcast, one)),
            *([doc.Fold("What it got wrong and right", judged)] if folded else judged),
        ),
    )


def scores(one: FromDate) -> doc.Table:
    """A row for each forecast of a date: its scores, and the fitted model against it."""
    numbers = (
        doc.Column("figures", "right"),
        doc.Column("CRPS, sum", "right", key="crps"),
        doc.Column("by variable", "right", key="crps_by_variable"),
        doc.Column("interval score, sum", "right", key="interval_score"),
        doc.Column("by variable", "right", key="interval_score_by_variable"),
        doc.Column("coverage", wrap=True, least=16),
        doc.Column("bounds kept", "right"),
        doc.Column("skill of the model"),
        doc.Column("model nearer", "right"),
    )
    rows = []
    for line in words.lines(one):
        t = line.total
        values = (float(t.figures), t.crps, t.crps_mean, t.interval, t.interval_mean, t.coverage, None, None, None)
        cells = (doc.Cell(text, value if t.figures else None) for text, value in zip(line.cells, values, strict=True))
        rows.append(doc.Row((doc.Cell(line.title), *cells), strong=line.name == "known"))
    return doc.Table.of(
        (doc.Column("forecast", wrap=True, least=14), *numbers),
        tuple(rows),
        f"Scores from {formatting.day(one.date)}",
        "scores",
    )


def _judged(one: FromDate, ledger: Ledger) -> tuple[doc.Block, ...]:
    """The errors, and what was right."""
    parts: list[doc.Block] = []
    for title, own, sign, tone, nothing in (
        ("What it got wrong", words.wrong(one, ledger), "✗", "outside", NO_MISS),
        ("What it got right", words.right(one, ledger), "✓", "inside", NO_HIT),
    ):
        items = doc.Items(tuple(doc.Item(said, sign, tone) for said in own), "judged")  # type: ignore[arg-type]
        parts += [doc.Paragraph((doc.Span(f"{title}:", strong=True),)), items if own else doc.Paragraph(nothing)]
    if wide := words.nothing_said(one, ledger):
        parts.append(doc.Items((doc.Item(wide, "↕", "inside-too-wide"),), "judged"))
    return tuple(parts)


def _chance(hindcast: Hindcast, what: What, title: str = "") -> doc.Figure:
    spec = charts.chances(hindcast, what)
    return doc.Figure(
        f"chance-{what}", title or CHANCES[what], spec, alt=spec["description"], after=spec["description"]
    )


def _variables(hindcast: Hindcast, ledger: Ledger) -> list[doc.Figure]:
    figures = []
    for name in charts.variables(hindcast):
        spec, variable = charts.forecasts(name, hindcast, ledger), ledger.variables[name]
        unit = "share" if variable.unit == "share" else formatting.unit(variable.unit)
        figures.append(doc.Figure(f"variable-{name}", variable.title, spec, unit, spec["description"], kind="low"))
    return figures


def _every_figure(hindcast: Hindcast, ledger: Ledger) -> list[doc.Block]:
    said = (
        "Median, 90% interval and CRPS of each forecast; ✓ the figure lies within the interval (a bound is kept by the "
        "median), ✗ it does not."
    )
    folds = [
        doc.Fold(
            f"From {formatting.day(one.date)}: {len(one.scored['known'])} figures",
            (doc.Table.of(_FIGURE_COLUMNS, tuple(_figures(one, ledger)), f"Figures from {one.date}", "every"),),
        )
        for one in hindcast.dates
    ]
    return [doc.only("page", doc.Paragraph(said, "small")), *folds]


_FIGURE_COLUMNS = (
    doc.Column("figure", wrap=True),
    doc.Column("published"),
    *(doc.Column(words.NAMES[name]) for name in FORECASTS),
)


def _figures(one: FromDate, ledger: Ledger) -> list[doc.Row]:
    """Every figure with its forecasts and their CRPS, in the order of time."""
    of = {name: {row.observation: row for row in rows} for name, rows in one.scored.items()}
    rows = []
    for id_ in sorted(of["known"], key=lambda name: (ledger.observations[name].when, name)):
        observation = ledger.observations[id_]
        variable = ledger.variables[observation.variable]
        unit = "" if variable.unit == "share" else formatting.unit(variable.unit)
        publisher = formatting.short(observation, ledger.sources)
        title = doc.Cell(f"{formatting.when(observation)}: {variable.title}", note=publisher, below=True)
        published = doc.Cell(formatting.published(observation), observation.published, note=unit)
        rows.append(doc.Row((title, published, *(_forecast(of[name].get(id_), ledger) for name in FORECASTS))))
    return rows


def _forecast(row: ForecastScore | None, ledger: Ledger) -> doc.Cell:
    if row is None:
        return doc.Cell("–")
    return doc.Cell(
        words.target_and_forecast(row, ledger.variables[row.variable])[1],
        words.plain(row.median, row.scale),
        note=f"CRPS {row.crps:.2g}",
        below=True,
        sign="✓" if row.covered else "✗",
        tone="inside" if row.covered else "outside",
    )


def _made(hindcast: Hindcast, command: str) -> Sequence[doc.Block]:
    facts = {
        "version": hindcast.version,
        "members": str(hindcast.members),
        "futures of the war": str(hindcast.futures),
        "seed": str(hindcast.seed),
        "weeks": str(hindcast.weeks),
    }
    return (
        doc.Paragraph(RIVALS),
        doc.Facts(tuple(facts.items())),
        doc.Paragraph("The same command makes the same numbers again:"),
        doc.Command(command),
    )
