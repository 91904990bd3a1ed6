"""The influence of a published figure on what is believed, as far as what is kept can say.

Whether the fit saw it; whether the fitted histories would have led the publisher to say it, or, of a later day, whether
they foresaw it; how its publisher's bias moved; and which learned parameters go with it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from fissure.context import Context
from fissure.evidence.entries import Observation
from fissure.present import formatting
from fissure.present.document import Block, Cell, Paragraph, Row, Section, Span, Table, Tone
from fissure.present.sections import learned as words
from fissure.present.sections.comparison import TONES
from fissure.present.sections.learned import ParameterUpdate, bias_tone, parameter_updates, updates_table
from fissure.studies.calibration.checks import PredictiveCheck
from fissure.studies.compare import FORCED, Verdict
from fissure.studies.hindcast import Hindcast
from fissure.studies.measurement import Datum
from fissure.studies.score import ForecastScore

FORECASTS = (
    "Medians and 90% intervals of what this publisher would say, of forecasts made before the day that the figure "
    "speaks of, with the war as it came."
)


@dataclass(frozen=True)
class FigureInRun:
    """A figure in a stored run.

    `word` is its verdict as it is shown, `model` the run's median and interval. `predicted` is what members of the
    posterior would have led the publisher to say: low, median, high on the figure's scale, and the share below what
    was published; None where the fit did not see it. `goes_with` are learned parameters and the share of the variance
    (by ranks) that each goes with over the members, where chance is ruled out.
    """

    verdict: Verdict
    word: str
    model: str
    reason: str = ""
    predicted: tuple[float, float, float, float] | None = None
    goes_with: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True)
class RunComparison:
    """A stored run beside all figures.

    `different` of its members have learned parameters of their own (the others share a draw with one of these);
    `fitted` says that they are drawn from the posterior at hand.
    """

    run: str
    members: int
    different: int
    fitted: bool
    figures: Mapping[str, FigureInRun]


@lru_cache(maxsize=8)
def updates_of(context: Context) -> Mapping[str, ParameterUpdate]:
    """The learned parameters before and after, by name, those with the largest contraction first."""
    return (
        {}
        if context.posterior is None
        else {one.name: one for one in parameter_updates(context.posterior, context.case)}
    )


def section(
    one: Observation, context: Context, past: Hindcast | None, run: RunComparison | None, no_run: str = ""
) -> Section:
    """The section on a figure; a part that nothing is kept of is left out, and `no_run` says why there is no run."""
    item = context.comparable.get(one.id)
    of_run = None if run is None else run.figures.get(one.id)
    blocks: list[Block] = [Paragraph(fit(one, context))]
    if run is not None and of_run is not None:
        if item is not None and of_run.predicted is not None:
            blocks.append(_predicted(item, of_run.predicted, run, context))
        blocks.append(_in_run(of_run, run))
    elif no_run:
        blocks.append(Paragraph(no_run, "small soft"))
    if item is not None and past is not None and (rows := tuple(_forecasts(item, past))):
        columns = ("Forecast from", "Fitted up to then", "The prior", "Verdict")
        blocks += [Table.of(columns, rows, "Forecasts of this figure"), Paragraph(FORECASTS, "small soft")]
    if item is not None:
        blocks += _bias(item, context)
    if run is not None and of_run is not None:
        blocks += _goes_with(of_run, run, context)
    return Section("influence", "What it did to what is believed", tuple(blocks))


def fit(one: Observation, context: Context) -> str:
    """The use that the fit made of it, in one sentence."""
    variable = context.ledger.variables[one.variable]
    if context.until is None:
        return context.no_posterior
    day = formatting.day(context.until)
    if one.id in context.fitted:
        return (
            f"Used: it is one of the {formatting.figures(len(context.fitted))} of days up to {day} that the model has "
            "a counterpart of, to which the posterior was fitted."
        )
    if one.id in context.comparable:
        return f"Never looked at: it speaks of a day after the cut-off, {day}, so it can only be foreseen or missed."
    if variable.output in FORCED:
        return "Not to be learned from: the case imposes this on the model, so agreement with it only checks the input."
    if variable.output is not None:
        return "Not to be learned from: it speaks of a time that no run holds whole."
    return f"Not to be learned from: the model has no counterpart of it. {variable.reason or ''}".strip()


def _predicted(
    item: Datum, quantiles: tuple[float, float, float, float], run: RunComparison, context: Context
) -> Paragraph:
    """The posterior predictive check of one figure."""
    low, median, high, below = quantiles
    found = PredictiveCheck(item.observation.id, item.published, low, median, high, below)
    unit = item.observation.unit
    middle, *ends = (words.own_unit(x, item) for x in (median, low, high))
    said = f"{words.value(middle, unit)}{'' if unit == 'share' else f' {formatting.unit(unit)}'}"
    publisher = formatting.publisher(item.observation, context.ledger.sources)
    return Paragraph(
        (
            Span(words.inside(item, found), tone="inside" if found.inside else "outside"),
            f" Posterior predictive check: with what was learned, {publisher} would have reported {said} (90%: "
            f"{words.between(ends[0], ends[1], unit)}); {formatting.percent(below)} of the reports lie below what was "
            "published. ",
            Span(
                f"{run.members} histories of the stored run {run.run}, each with the publisher's bias that was drawn "
                "with it.",
                soft=True,
            ),
        )
    )


def _in_run(of_run: FigureInRun, run: RunComparison) -> Paragraph:
    said = f"The model itself says {of_run.model}" if of_run.model else of_run.reason
    drawn = "this posterior" if run.fitted else "another posterior or the prior"
    return Paragraph(
        (
            Span(of_run.word, tone=TONES[of_run.verdict]),
            f" {said.rstrip('.')}. ",
            Span(
                f"{run.members} histories of the stored run {run.run}, drawn from {drawn}, as its report says.",
                soft=True,
            ),
        )
    )


def _forecasts(item: Datum, past: Hindcast) -> Iterator[Row]:
    """The forecasts of it from each date before it, with and without what was learned up to then."""
    for one in past.dates:
        if item.observation.when <= one.date:
            continue
        fitted, prior = (
            next((row for row in one.scored.get(kind, ()) if row.observation == item.observation.id), None)
            for kind in ("known", "prior")
        )
        if fitted is not None:
            word, tone = _verdict(fitted)
            yield Row(
                (
                    Cell(formatting.day(one.date)),
                    Cell(_interval(fitted, item)),
                    Cell("–" if prior is None else _interval(prior, item)),
                    Cell(str(word), tone=tone),
                )
            )


def _interval(row: ForecastScore, item: Datum) -> str:
    if row.one_sided:
        return f"{formatting.percent(row.beyond)} of histories break the bound"
    unit = item.observation.unit
    low, median, high = (words.own_unit(x, item) for x in (row.low, row.median, row.high))
    return f"{words.value(median, unit)} ({words.between(low, high, unit)})"


def _verdict(row: ForecastScore) -> tuple[formatting.Words, Tone]:
    """In words, and how it is coloured."""
    if not row.covered and not row.one_sided:
        too = "high" if row.low > row.target else "low"
        return formatting.Words("▲" if too == "high" else "▼", f"too {too}"), "outside"
    verdict: Verdict = "inside, too wide" if row.too_wide else "inside"
    if row.one_sided:
        verdict = "bound kept" if row.covered else "outside"
    return formatting.VERDICTS[verdict], TONES[verdict]


def _bias(item: Datum, context: Context) -> Iterator[Section]:
    """The bias of its publisher before and after."""
    if context.posterior is None:
        return
    others = [one for one in context.comparable.values() if one.bias == item.bias]
    count = sum(one.observation.id in context.fitted for one in others)
    for one in words.publisher_biases(context.posterior, [item], context.ledger)[:1]:
        before = f"{words.bias(one.prior.middle, one.scale)} ({words.bias_interval(one.prior, one.scale)})"
        said = (
            f"{one.said}; before the fit {before}. Contraction {formatting.percent(one.contraction)}, from {count} "
            f"figure{'' if count == 1 else 's'} of this publisher on {one.family} together, not from this one alone. "
        )
        yield Section(
            "bias", "How far the publisher leans", (Paragraph((said, Span(one.verdict, tone=bias_tone(one)))),)
        )


def _goes_with(of_run: FigureInRun, run: RunComparison, context: Context) -> Iterator[Block]:
    """The learned parameters that go with it."""
    known = updates_of(context)
    named = [(known[name], share) for name, share in of_run.goes_with if name in known]
    if not named:
        if of_run.model and run.different:
            yield Paragraph(
                f"No learned parameter goes with it more than by chance, over the {run.different} histories of "
                "the run that have parameters of their own; what it taught of any one of them cannot be separated "
                "from what the other figures did.",
                "small soft",
            )
        return
    shares = [
        part
        for one, share in named
        for part in (", ", Span(one.name, code=True), f" {formatting.percent(share)} of the variance")
    ][1:]
    said = (
        f"Over the {run.different} histories with parameters of their own, where the model says more or less in place "
        "of this figure, these parameters differ too (by rank correlation; chance is ruled out at a false discovery "
        "rate of 1%): "
    )
    title = "Learned parameters that go with it"
    yield Section(
        "goes-with",
        title,
        (
            Paragraph((said, *shares, ". Their posterior comes from all figures together."), "small soft"),
            updates_table([one for one, _ in named], title),
        ),
    )
