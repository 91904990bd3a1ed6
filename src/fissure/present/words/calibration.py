"""How a calibration is put in words: parameters before and after, publishers' biases, observations."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from fissure.cases.loader import Case
from fissure.constants import INTERVAL, Z90
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.present import formatting
from fissure.studies.calibration.checks import MAIN, PredictiveCheck
from fissure.studies.calibration.fit import Calibration
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.effective import EffectiveSample
from fissure.studies.measurement import Datum
from fissure.studies.observation_operator import Floats

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


def updates(posterior: Posterior, case: Case) -> list[ParameterUpdate]:
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


def learned(found: Calibration) -> str:
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
    of = EffectiveSample.of(posterior.lived.members)
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
