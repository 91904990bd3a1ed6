"""What was learned from the evidence: parameters and publishers before and after a fit."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.constants import INTERVAL, Z90
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.present import formatting
from fissure.present.document import (
    IN_JSON,
    NOT_IN_JSON,
    NOT_IN_TERMINAL,
    NOT_ON_PAGE,
    ON_PAGE,
    Block,
    Cell,
    Column,
    Fold,
    IntervalPicture,
    Notice,
    Paragraph,
    Row,
    Section,
    Span,
    Table,
    Tone,
    not_in_terminal,
)
from fissure.studies.calibration import Calibration, Posterior
from fissure.studies.calibration.checks import PredictiveCheck
from fissure.studies.calibration.regression_abc import MAIN
from fissure.studies.effective import Effective
from fissure.studies.measurement import Datum, comparable
from fissure.studies.measurement import data as figures_of
from fissure.studies.observation_operator import Floats, calendar_of

BIAS = "bias:"
"""What the name of a publisher's bias term begins with among the targets."""
NORMAL = np.array([-Z90, 0.0, Z90])
"""`INTERVAL` of every prior, as standard normals."""
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


class Interval(NamedTuple):
    """5%, 50% and 95% quantiles."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class ParameterUpdate:
    """A parameter before and after, in its unit.

    `normals` is the posterior on the scale on which the prior is a standard normal, `shift` its mean, `contraction`
    the part of the prior variance that the observations took there (below zero where they made it wider).
    """

    name: str
    meaning: str
    unit: str
    prior: Interval
    posterior: Interval
    normals: Interval
    shift: float
    contraction: float


@dataclass(frozen=True)
class PublisherBias:
    """What a publisher reports relative to the truth, for its typical figure on one family of variables.

    Factors where `scale` is ``factor``, differences where it is ``points``. `normals` is the posterior on the scale on
    which the prior is a standard normal.
    """

    bias: str
    publisher: str
    family: str
    scale: Literal["factor", "points"]
    figures: int
    prior: Interval
    posterior: Interval
    normals: Interval
    contraction: float

    @property
    def verdict(self) -> str:
        """Which way it is biased, where the 90% interval excludes that it is not."""
        unbiased = 1.0 if self.scale == "factor" else 0.0
        if self.posterior.low > unbiased:
            return "reports high"
        return "reports low" if self.posterior.high < unbiased else "no bias shown"

    @property
    def said(self) -> str:
        """In one sentence."""
        middle, ends = bias(self.posterior.middle, self.scale), bias_interval(self.posterior, self.scale)
        relation = f"{middle} the truth" if self.scale == "factor" else f"{middle} beside the truth"
        return f"{self.publisher} on {self.family}: {relation} ({ends})"


def parameter_updates(posterior: Posterior, case: Case) -> list[ParameterUpdate]:
    """One for each learned parameter that `case` has, those with the largest contraction first."""
    declared = {one.name: one for one in parameters_of(case)}
    out = []
    for at, name in enumerate(posterior.learned):
        if name not in declared:
            continue
        one, z = declared[name], posterior.draws[:, at]
        prior, normals = one.prior.prior, np.quantile(z, INTERVAL)
        before, after = (_interval(quantile(prior, at_normals)) for at_normals in (NORMAL, normals))
        shift, contraction = float(z.mean()), float(1.0 - z.var())
        out.append(ParameterUpdate(name, one.meaning, one.unit, before, after, _interval(normals), shift, contraction))
    return sorted(out, key=lambda update: -update.contraction)


def publisher_biases(posterior: Posterior, items: Iterable[Datum], ledger: Ledger) -> list[PublisherBias]:
    """One for each bias term (and scale) of the figures `items` that was learned, the largest contraction first."""
    of_term: dict[tuple[str, Literal["factor", "points"]], list[Datum]] = {}
    for item in items:
        of_term.setdefault((item.bias, item.scale), []).append(item)
    learned = {name: at for at, name in enumerate(posterior.learned)}
    out = []
    for (name, scale), own in of_term.items():
        if (at := learned.get(BIAS + name)) is None:
            continue
        z = posterior.draws[:, at]
        normals = np.quantile(z, INTERVAL)
        middle, spread = (float(np.mean([getattr(item, key) for item in own])) for key in ("lean", "spread"))
        before, after = (_plain(middle + spread * at_normals, scale) for at_normals in (NORMAL, normals))
        publisher, family = (
            formatting.short(own[0].observation, ledger.sources),
            formatting.family(own[0].variable.of_family),
        )
        contraction = float(1.0 - z.var())
        out.append(
            PublisherBias(name, publisher, family, scale, len(own), before, after, _interval(normals), contraction)
        )
    return sorted(out, key=lambda one: -one.contraction)


def fitted(found: Calibration) -> str:
    """To what it was fitted, and from what."""
    members = found.posterior.made.get("members")
    source = "simulated histories" if members is None else f"{members:,} simulated histories"
    return (
        f"Fitted to {formatting.figures(len(found.items))} of days up to {formatting.day(found.posterior.until)}, from "
        f"{source} of the prior."
    )


def learned_in_words(found: Calibration) -> str:
    """How many parameters were learned, and how many stay at their prior."""
    rows, every = learned_parameters(found.posterior), len(found.screened)
    variance = dict(zip(found.posterior.learned, found.posterior.draws.var(axis=0), strict=True))
    narrowed = sum(variance[name] <= 1.0 - MAIN for name in rows)
    terms = len(found.posterior.learned) - len(rows)
    return (
        f"{len(rows)} of {every} parameters were learned, and {terms} bias term{'' if terms == 1 else 's'} of "
        f"publishers; {every - len(rows)} stay at their prior. Of those learned, {narrowed} "
        f"{'loses' if narrowed == 1 else 'lose'} at least {MAIN:.0%} of the prior variance."
    )


def headline(posterior: Posterior, learned: Sequence[ParameterUpdate], figures: int | None) -> str:
    """What a posterior was fitted to (`figures`, where known), how much of it was learned, and what draws are worth."""
    terms = len(posterior.learned) - len(learned_parameters(posterior))
    narrowed = sum(update.contraction >= MAIN for update in learned)
    known = "" if figures is None else f", {formatting.figures(figures)} in all"
    said = (
        f"Fitted to what was published of days up to {formatting.day(posterior.until)}{known}; nothing that speaks of "
        f"a later day was looked at. {len(learned)} parameters and {terms} bias terms of publishers were learned. Of "
        f"these parameters {narrowed} lost at least {MAIN:.0%} of their prior variance; every other parameter keeps "
        "its prior."
    )
    if posterior.lived is None:
        return said
    of = Effective.of(posterior.lived.members)
    return (
        f"{said} The {of.histories:,} draws go on from {of.pasts:,} simulated pasts and have an effective sample size "
        f"of {of.independent:,.0f}, on which these intervals rest."
    )


def learned_parameters(posterior: Posterior) -> list[str]:
    """Names of the learned parameters, without the bias terms."""
    return [name for name in posterior.learned if not name.startswith(BIAS)]


def titles(found: Calibration, case: Case, ledger: Ledger) -> dict[str, str]:
    """Every target in words."""
    out = {one.name: one.meaning.rstrip(".") for one in parameters_of(case)}
    for item in found.items:
        publisher, family = formatting.short(item.observation, ledger.sources), item.variable.of_family
        out[BIAS + item.bias] = f"Bias of {publisher} on {formatting.family(family)}"
    return {name: out.get(name, name) for name in found.posterior.learned}


def observation(item: Datum | None, ledger: Ledger) -> str:
    """What an observation is of: variable, time, publisher; empty for none."""
    if item is None:
        return ""
    publisher = formatting.short(item.observation, ledger.sources)
    return f"{item.variable.title}, {formatting.when(item.observation)} ({publisher})"


def missed(item: Datum, check: PredictiveCheck, ledger: Ledger) -> str:
    """An observation outside its predictive interval, in one sentence."""
    own = item.observation
    unit = "" if own.unit == "share" else f" {formatting.unit(own.unit)}"
    ends = between(own_unit(check.low, item), own_unit(check.high, item), own.unit)
    return (
        f"{observation(item, ledger)}: published {formatting.published(own)}{unit}, predicted {ends}; "
        f"{gap(item, check)} the interval."
    )


def quantiles(z: Floats) -> Interval:
    """Of the draws `z` (draws,)."""
    return _interval(np.quantile(z, INTERVAL))


def value(x: float, unit: str = "") -> str:
    """`x` to three significant digits; a share in per cent, a very small number as a power of ten."""
    shown, sign = (100 * x, "%") if unit == "share" else (x, "")
    if 0 < abs(shown) < 5e-4:
        digits, power = f"{shown:.2e}".split("e")
        return f"{float(digits):g} × 10{str(int(power)).translate(SUPERSCRIPT)}{sign}".replace("-", "−")
    return formatting.number(x, unit)


def between(low: float, high: float, unit: str = "") -> str:
    """`low` to `high`, as `value` writes them."""
    ends = value(low, unit), value(high, unit)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def median_and_interval(at: Interval, unit: str = "") -> str:
    """Such as `3 (1 to 5)`."""
    return f"{value(at.middle, unit)} ({between(at.low, at.high, unit)})"


def bias(x: float, scale: Literal["factor", "points"]) -> str:
    """Such as `× 1.3` or `+4 points`."""
    return f"× {value(x)}" if scale == "factor" else f"{100 * x:+.0f} points".replace("-", "−")


def bias_interval(at: Interval, scale: Literal["factor", "points"]) -> str:
    """From the 5% to the 95% quantile."""
    if scale == "factor":
        return f"× {between(at.low, at.high)}"
    return f"{100 * at.low:+.0f} to {100 * at.high:+.0f} points".replace("-", "−")


def own_unit(x: float, item: Datum) -> float:
    """`x`, on the scale of `item`, in the unit of the figure."""
    return math.exp(x) if item.scale == "factor" else x


def gap(item: Datum, check: PredictiveCheck) -> str:
    """How far a figure lies outside of its interval, and on which side; empty inside."""
    if check.inside:
        return ""
    above = check.published > check.high
    off = check.published - check.high if above else check.low - check.published
    far = f"a factor of {value(math.exp(off))}" if item.scale == "factor" else f"{100 * off:.0f} points"
    return f"{far} {'above' if above else 'below'}"


def inside(item: Datum, check: PredictiveCheck) -> str:
    """Whether a figure lies inside its predictive interval, with a sign."""
    return "✓ inside" if check.inside else f"{'▲' if check.published > check.high else '▼'} {gap(item, check)}"


def probability(p: float) -> str:
    """A p value to two digits."""
    return value(float(f"{p:.2g}"))


def spread(mean: float, deviation: float) -> str:
    """Such as `+0.30 ± 0.92`."""
    return f"{mean:+.2f} ± {deviation:.2f}".replace("-", "−")


def _plain(on_scale: Floats, scale: str) -> Interval:
    return _interval(np.exp(on_scale) if scale == "factor" else on_scale)


def _interval(three: Floats) -> Interval:
    low, middle, high = (float(x) for x in three)
    return Interval(low, middle, high)


IN_REPORT = 12
"""Parameters in the report of a run, and in the open table of the page's tab."""
REACH = 3.2
"""Standard deviations of the prior from the middle of a picture to its end."""
PICTURES = (
    "The broad bar is the prior's 90% interval, the thin one the posterior's, the dot its median; all pictures share "
    "one scale, on which every prior is the same."
)
CONTRACTION = "Contraction is the part of the prior variance that the figures took"
BIAS_IS = (
    "Each publisher shares one bias over its figures on one family of quantities. What is published is the truth of "
    "the model times this factor (or, for shares and multipliers, plus these points), apart from each figure's own "
    "error."
)
BIAS_AND_MODEL = (
    "A bias is learned together with the model: a publisher that “reports low” here may be right, and the model high. "
    "Only where publishers of the same quantity disagree can the two be separated."
)


def section(
    posterior: Posterior, case: Case, figures: int | None = None, caution: str = "", everything: bool = False
) -> Section | None:
    """What was learned, for the report of a run: the parameters that moved most. None where none was learned.

    `figures` is how many it was fitted to, where known; `caution` what the posterior does not cover of a run; with
    `everything`, for the page, the other parameters stand folded below.
    """
    updates = sorted(parameter_updates(posterior, case), key=lambda update: -abs(update.shift))
    if not updates:
        return None
    first, others = updates[:IN_REPORT], updates[IN_REPORT:]
    said = "The parameters whose means moved furthest from their priors, in standard deviations of the prior. "
    more: list[Block] = []
    if others and everything:
        more = [Fold(f"{len(others)} more moved less", (updates_table(others, "Parameters that moved less"),))]
    elif others:
        digest = Span(posterior.digest[:12], code=True)
        more = [Paragraph((f"{len(others)} more moved less. Digest of the posterior: ", digest, "."), "small soft")]
    command = Span(f"fissure calibrate {called(case.folder)} --until {posterior.until}", code=True)
    page = " makes the page with all of them, the publishers' biases and the checks of the inference."
    return Section(
        "learned",
        "What was learned",
        (
            Paragraph(headline(posterior, updates, figures)),
            *([Notice((caution,))] if caution else []),
            Paragraph((f"{said}{PICTURES} {CONTRACTION}. ", *(() if everything else (command, page))), "small"),
            updates_table(first, "Parameters that moved most"),
            *more,
        ),
        heading="What was learned from the evidence",
    )


def fitted_to(posterior: Posterior, case: Case, ledger: Ledger, run: xr.Dataset) -> int | None:
    """How many figures of `ledger` the posterior was fitted to; None where `run` ends before the cut-off."""
    if calendar_of(run).last < posterior.until:
        return None
    return len(comparable(run, figures_of(ledger, case.leanings, until=posterior.until)))


def publishers(biases: Sequence[PublisherBias], said: str = BIAS_IS) -> Section:
    """How publishers' figures relate to the truth of the model, before and after the fit."""
    shown: Block = biases_table(biases) if biases else Paragraph("No bias was learned.")
    blocks = (Paragraph(said), Paragraph(BIAS_AND_MODEL, "small"), shown)
    return Section("publishers", "Publishers", (not_in_terminal(*blocks),), heading="How publishers lean")


def updates_table(updates: Iterable[ParameterUpdate], label: str, explains: Mapping[str, Cell] | None = None) -> Table:
    """A row a parameter, before and after; `explains` says of which observation each explains most."""
    ends = ("prior_low", "prior_high", "posterior_low", "posterior_high")
    columns = (
        Column("Parameter", on=ON_PAGE),
        Column("parameter", on=NOT_ON_PAGE, wrap=True, least=18),
        Column("meaning", on=IN_JSON),
        Column("Prior and posterior", on=ON_PAGE),
        Column("Prior, 90%", "right", on=NOT_IN_JSON, wrap=True, least=12),
        Column("Posterior, median and 90%", "right", on=NOT_IN_JSON, wrap=True, least=18),
        Column("posterior_median", on=IN_JSON),
        *(Column(end, on=IN_JSON) for end in ends),
        Column("unit", on=NOT_ON_PAGE, wrap=True, least=10),
        Column("Moved by", "right"),
        Column("Contraction", "right"),
        *([Column("Explains most of", on=NOT_IN_TERMINAL)] if explains is not None else []),
    )
    rows = []
    for one in updates:
        unit = "" if one.unit == "share" else formatting.unit(one.unit)
        prior, posterior = between(*one.prior[::2], one.unit), median_and_interval(one.posterior, one.unit)
        name = Span(one.name, code=True)
        cells = [
            Cell((f"{one.meaning} ", name), note=unit),
            Cell((name,)),
            Cell(one.meaning),
            Cell(picture=update_picture(one.normals, f"prior {prior}, posterior {posterior} {unit}".strip())),
            Cell((Span(prior, soft=True),)),
            Cell(posterior),
            *(Cell(value=x) for x in (one.posterior.middle, *one.prior[::2], *one.posterior[::2])),
            Cell(unit),
            Cell(f"{one.shift:+.1f}".replace("-", "−"), one.shift),
            Cell(formatting.percent(one.contraction), one.contraction),
        ]
        rows.append(Row((*cells, explains.get(one.name, Cell())) if explains is not None else tuple(cells)))
    return Table.of(columns, tuple(rows), label, "effects moves")


def biases_table(biases: Iterable[PublisherBias]) -> Table:
    """A row a publisher and family, its bias before and after."""
    rows = []
    for one in biases:
        prior = f"{bias(one.prior.middle, one.scale)} ({bias_interval(one.prior, one.scale)})"
        ends = bias_interval(one.posterior, one.scale)
        rows.append(
            Row.of(
                Cell((f"{one.publisher} on {one.family} ", Span(one.bias, code=True))),
                Cell(picture=update_picture(one.normals, f"prior {prior}, posterior {ends}")),
                Cell((Span(prior, soft=True),)),
                Cell(bias(one.posterior.middle, one.scale), one.posterior.middle),
                Cell(ends),
                Cell(formatting.percent(one.contraction), one.contraction),
                Cell(str(one.figures), one.figures),
                Cell(one.verdict, tone=bias_tone(one)),
            )
        )
    numbers = tuple(Column(title, "right") for title in ("Prior", "Posterior", "90%", "Contraction", "Figures"))
    columns = (Column("Publisher"), Column("Prior and posterior", on=ON_PAGE), *numbers, Column("In words"))
    return Table.of(columns, tuple(rows), "Biases of publishers", "effects moves")


def bias_tone(one: PublisherBias) -> Tone:
    """How the verdict on a bias is coloured."""
    return "not-compared" if one.verdict == "no bias shown" else "near"


def update_picture(posterior: Interval, label: str) -> IntervalPicture:
    """The posterior as standard normals of the prior, over the prior's interval, which is the same in all pictures."""
    low, middle, high = (max(-REACH, min(REACH, z)) for z in posterior)
    least, _, most = map(float, NORMAL)
    return IntervalPicture(low, middle, high, least, most, REACH, label=label)
