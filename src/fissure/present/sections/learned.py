"""Learning from the evidence: parameters and publishers before and after a fit."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.constants import INTERVAL, Z90
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.present import document as doc
from fissure.present import formatting
from fissure.studies.calibration.checks import MAIN, PredictiveCheck
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.effective import EffectiveSample
from fissure.studies.measurement import Datum, comparable
from fissure.studies.measurement import data as figures_of
from fissure.studies.observation_operator import Floats, calendar_of

BIAS = "bias:"
"""The prefix of a publisher's bias term among the targets."""
NORMAL = np.array([-Z90, 0.0, Z90])
"""`INTERVAL` of every prior, as standard normals."""
SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
Scale: TypeAlias = Literal["factor", "points"]


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
    """The report of a publisher relative to the truth, for its typical figure on one family of variables.

    Factors where `scale` is ``factor``, differences where it is ``points``. `normals` is the posterior on the scale on
    which the prior is a standard normal.
    """

    bias: str
    publisher: str
    family: str
    scale: Scale
    figures: int
    prior: Interval
    posterior: Interval
    normals: Interval
    contraction: float

    @property
    def verdict(self) -> str:
        """The direction of the bias, where the 90% interval excludes that there is none."""
        unbiased = 1.0 if self.scale == "factor" else 0.0
        if self.posterior.low > unbiased:
            return "reports high"
        return "reports low" if self.posterior.high < unbiased else "no bias shown"

    @property
    def before(self) -> str:
        """Its median and interval before the fit."""
        return f"{bias(self.prior.middle, self.scale)} ({bias_interval(self.prior, self.scale)})"

    @property
    def said(self) -> str:
        """In one sentence."""
        middle, ends = bias(self.posterior.middle, self.scale), bias_interval(self.posterior, self.scale)
        beside = "" if self.scale == "factor" else "beside "
        return f"{self.publisher} on {self.family}: {middle} {beside}the truth ({ends})"


def parameter_updates(posterior: Posterior, case: Case) -> list[ParameterUpdate]:
    """One for each learned parameter that `case` has, those with the largest contraction first."""
    declared = {one.name: one for one in parameters_of(case)}
    out = []
    for at, name in enumerate(posterior.learned):
        if name in declared:
            one, z = declared[name], posterior.draws[:, at]
            normals = np.quantile(z, INTERVAL)
            before, after = (_interval(quantile(one.prior.prior, at_normals)) for at_normals in (NORMAL, normals))
            moved = (_interval(normals), float(z.mean()), float(1.0 - z.var()))
            out.append(ParameterUpdate(name, one.meaning, one.unit, before, after, *moved))
    return sorted(out, key=lambda update: -update.contraction)


def publisher_biases(posterior: Posterior, items: Iterable[Datum], ledger: Ledger) -> list[PublisherBias]:
    """One for each bias term (and scale) of the figures `items` that was learned, the largest contraction first."""
    of_term: dict[tuple[str, Scale], list[Datum]] = {}
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
        ends = (middle + spread * at_normals for at_normals in (NORMAL, normals))
        before, after = (_interval(np.exp(x) if scale == "factor" else x) for x in ends)
        publisher = formatting.short(own[0].observation, ledger.sources)
        of = (name, publisher, formatting.family(own[0].variable.of_family), scale, len(own))
        out.append(PublisherBias(*of, before, after, _interval(normals), float(1.0 - z.var())))
    return sorted(out, key=lambda one: -one.contraction)


def headline(posterior: Posterior, learned: Sequence[ParameterUpdate], figures: int | None) -> str:
    """A posterior in short: fitted to how many `figures`, where known, how much was learned, what draws are worth."""
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
    of = EffectiveSample.of(posterior.lived.members)
    return (
        f"{said} The {of.histories:,} draws go on from {of.pasts:,} simulated pasts and have an effective sample size "
        f"of {of.independent:,.0f}, on which these intervals rest."
    )


def learned_parameters(posterior: Posterior) -> list[str]:
    """Names of the learned parameters, without the bias terms."""
    return [name for name in posterior.learned if not name.startswith(BIAS)]


def observation(item: Datum | None, ledger: Ledger) -> str:
    """An observation in words: variable, time, publisher; empty for none."""
    if item is None:
        return ""
    publisher = formatting.short(item.observation, ledger.sources)
    return f"{item.variable.title}, {formatting.when(item.observation)} ({publisher})"


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


def bias(x: float, scale: Scale) -> str:
    """Such as `× 1.3` or `+4 points`."""
    return f"× {value(x)}" if scale == "factor" else f"{100 * x:+.0f} points".replace("-", "−")


def bias_interval(at: Interval, scale: Scale) -> str:
    """From the 5% to the 95% quantile."""
    if scale == "factor":
        return f"× {between(at.low, at.high)}"
    return f"{100 * at.low:+.0f} to {100 * at.high:+.0f} points".replace("-", "−")


def own_unit(x: float, item: Datum) -> float:
    """`x`, on the scale of `item`, in the unit of the figure."""
    return math.exp(x) if item.scale == "factor" else x


def gap(item: Datum, check: PredictiveCheck) -> str:
    """The distance of a figure from its interval, and on which side; empty inside."""
    if check.inside:
        return ""
    above = check.published > check.high
    off = check.published - check.high if above else check.low - check.published
    far = f"a factor of {value(math.exp(off))}" if item.scale == "factor" else f"{100 * off:.0f} points"
    return f"{far} {'above' if above else 'below'}"


def inside(item: Datum, check: PredictiveCheck) -> str:
    """A figure inside its predictive interval or not, with a sign."""
    return "✓ inside" if check.inside else f"{'▲' if check.published > check.high else '▼'} {gap(item, check)}"


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
) -> doc.Section | None:
    """The section of a run's report on what was learned: the parameters that moved most. None where none was learned.

    `figures` is how many it was fitted to, where known; `caution` what the posterior does not cover of a run; with
    `everything`, for the page, the other parameters stand folded below.
    """
    updates = sorted(parameter_updates(posterior, case), key=lambda update: -abs(update.shift))
    if not updates:
        return None
    first, others = updates[:IN_REPORT], updates[IN_REPORT:]
    said = "The parameters whose means moved furthest from their priors, in standard deviations of the prior. "
    more: list[doc.Block] = []
    if others and everything:
        more = [doc.Fold(f"{len(others)} more moved less", (updates_table(others, "Parameters that moved less"),))]
    elif others:
        digest = (f"{len(others)} more moved less. Digest of the posterior: ", doc.code(posterior.digest[:12]), ".")
        more = [doc.Paragraph(digest, "small soft")]
    command = doc.code(f"fissure calibrate {called(case.folder)} --until {posterior.until}")
    page = " makes the page with all of them, the publishers' biases and the checks of the inference."
    return doc.Section(
        "learned",
        "What was learned",
        (
            doc.Paragraph(headline(posterior, updates, figures)),
            *doc.notice(caution),
            doc.Paragraph((f"{said}{PICTURES} {CONTRACTION}. ", *(() if everything else (command, page))), "small"),
            updates_table(first, "Parameters that moved most"),
            *more,
        ),
        heading="What was learned from the evidence",
    )


def fitted_to(posterior: Posterior, case: Case, ledger: Ledger, run: xr.Dataset) -> int | None:
    """The number of figures that the posterior was fitted to; None where `run` ends before the cut-off."""
    if calendar_of(run).last < posterior.until:
        return None
    return len(comparable(run, figures_of(ledger, case.leanings, until=posterior.until)))


def publishers(biases: Sequence[PublisherBias], said: str = BIAS_IS) -> doc.Section:
    """The relation of publishers' figures to the truth of the model, before and after the fit."""
    shown: doc.Block = biases_table(biases) if biases else doc.Paragraph("No bias was learned.")
    blocks = (doc.Paragraph(said), doc.Paragraph(BIAS_AND_MODEL, "small"), shown)
    return doc.Section("publishers", "Publishers", (doc.not_in_terminal(*blocks),), heading="How publishers lean")


def updates_table(
    updates: Iterable[ParameterUpdate], label: str, explains: Mapping[str, doc.Cell] | None = None
) -> doc.Table:
    """A row a parameter, before and after; `explains` says of which observation each explains most."""

    def unit(one: ParameterUpdate) -> str:
        return "" if one.unit == "share" else formatting.unit(one.unit)

    def prior(one: ParameterUpdate) -> str:
        return between(one.prior.low, one.prior.high, one.unit)

    def posterior(one: ParameterUpdate) -> str:
        return median_and_interval(one.posterior, one.unit)

    def picture(one: ParameterUpdate) -> doc.Cell:
        label = f"prior {prior(one)}, posterior {posterior(one)} {unit(one)}".strip()
        return doc.Cell(picture=update_picture(one.normals, label))

    fields: list[doc.Field[ParameterUpdate]] = [
        (doc.Column("Parameter", on=doc.ON_PAGE), lambda one: doc.named(one.meaning, one.name, unit(one))),
        (doc.Column("parameter", on=doc.NOT_ON_PAGE, wrap=True, least=18), lambda one: (doc.code(one.name),)),
        (doc.Column("meaning", on=doc.IN_JSON), lambda one: one.meaning),
        (doc.Column("Prior and posterior", on=doc.ON_PAGE), picture),
        (
            doc.Column("Prior, 90%", "right", on=doc.NOT_IN_JSON, wrap=True, least=12),
            lambda one: (doc.Span(prior(one), soft=True),),
        ),
        (doc.Column("Posterior, median and 90%", "right", on=doc.NOT_IN_JSON, wrap=True, least=18), posterior),
        (doc.Column("posterior_median", on=doc.IN_JSON), lambda one: doc.Cell(value=one.posterior.middle)),
        (doc.Column("prior_low", on=doc.IN_JSON), lambda one: doc.Cell(value=one.prior.low)),
        (doc.Column("prior_high", on=doc.IN_JSON), lambda one: doc.Cell(value=one.prior.high)),
        (doc.Column("posterior_low", on=doc.IN_JSON), lambda one: doc.Cell(value=one.posterior.low)),
        (doc.Column("posterior_high", on=doc.IN_JSON), lambda one: doc.Cell(value=one.posterior.high)),
        (doc.Column("unit", on=doc.NOT_ON_PAGE, wrap=True, least=10), unit),
        (doc.Column("Moved by", "right"), lambda one: doc.Cell(f"{one.shift:+.1f}".replace("-", "−"), one.shift)),
        (
            doc.Column("Contraction", "right"),
            lambda one: doc.Cell(formatting.percent(one.contraction), one.contraction),
        ),
    ]
    if explains is not None:
        fields.append(
            (doc.Column("Explains most of", on=doc.NOT_IN_TERMINAL), lambda one: explains.get(one.name, doc.Cell()))
        )
    return doc.Table.by(updates, fields, label, "effects moves")


def biases_table(biases: Iterable[PublisherBias]) -> doc.Table:
    """A row a publisher and family, its bias before and after."""

    def picture(one: PublisherBias) -> doc.Cell:
        label = f"prior {one.before}, posterior {bias_interval(one.posterior, one.scale)}"
        return doc.Cell(picture=update_picture(one.normals, label))

    fields: tuple[doc.Field[PublisherBias], ...] = (
        ("Publisher", lambda one: doc.named(f"{one.publisher} on {one.family}", one.bias)),
        (doc.Column("Prior and posterior", on=doc.ON_PAGE), picture),
        (doc.Column("Prior", "right"), lambda one: (doc.Span(one.before, soft=True),)),
        (
            doc.Column("Posterior", "right"),
            lambda one: doc.Cell(bias(one.posterior.middle, one.scale), one.posterior.middle),
        ),
        (doc.Column("90%", "right"), lambda one: bias_interval(one.posterior, one.scale)),
        (
            doc.Column("Contraction", "right"),
            lambda one: doc.Cell(formatting.percent(one.contraction), one.contraction),
        ),
        (doc.Column("Figures", "right"), lambda one: doc.Cell(str(one.figures), one.figures)),
        ("In words", lambda one: doc.Cell(one.verdict, tone=bias_tone(one))),
    )
    return doc.Table.by(biases, fields, "Biases of publishers", "effects moves")


def bias_tone(one: PublisherBias) -> doc.Tone:
    """The colour of the verdict on a bias."""
    return "not-compared" if one.verdict == "no bias shown" else "near"


def update_picture(posterior: Interval, label: str) -> doc.IntervalPicture:
    """The posterior as standard normals of the prior, over the prior's interval, which is the same in all pictures."""
    low, middle, high = (max(-REACH, min(REACH, z)) for z in posterior)
    least, _, most = map(float, NORMAL)
    return doc.IntervalPicture(low, middle, high, least, most, REACH, label=label)
