"""What a calibration learned, in words and rows: parameters before and after, and how publishers lean."""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np

from fissure.cases.loader import Case
from fissure.constants import INTERVAL, Z90
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.present import formatting
from fissure.studies.calibrate import Calibration, Posterior
from fissure.studies.calibrate.checks import Told
from fissure.studies.calibrate.simple import MAIN
from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum

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
class Move:
    """A parameter before and after, in its unit.

    `normals` is the posterior on the scale on which the prior is a standard normal, `shift` its mean, `contraction`
    the part of the prior variance that the figures took there (below zero where they made it wider).
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
class Lean:
    """What a publisher says over what is true, for its typical figure on one family of variables.

    Factors where `scale` is ``factor``, differences where it is ``points``.
    """

    bias: str
    publisher: str
    family: str
    scale: Literal["factor", "points"]
    figures: int
    prior: Interval
    posterior: Interval
    contraction: float

    @property
    def verdict(self) -> str:
        """Which way it leans, where the 90% interval excludes that it does not."""
        straight = 1.0 if self.scale == "factor" else 0.0
        if self.posterior.low > straight:
            return "says too much"
        return "says too little" if self.posterior.high < straight else "no lean shown"

    @property
    def said(self) -> str:
        """In one sentence."""
        middle, ends = lean(self.posterior.middle, self.scale), lean_interval(self.posterior, self.scale)
        relation = f"{middle} what is true" if self.scale == "factor" else f"{middle} beside what is true"
        return f"{self.publisher} on {self.family}: {relation} ({ends})"


def moves(posterior: Posterior, case: Case) -> list[Move]:
    """One for each learned parameter that `case` has, those that the figures take most of first."""
    declared = {one.name: one for one in parameters_of(case)}
    out = []
    for at, name in enumerate(posterior.learned):
        if name not in declared:
            continue
        one, z = declared[name], posterior.draws[:, at]
        prior, normals = one.prior.prior, np.quantile(z, INTERVAL)
        out.append(
            Move(
                name, one.meaning, one.unit, _interval(quantile(prior, NORMAL)), _interval(quantile(prior, normals)),
                _interval(normals), float(z.mean()), float(1.0 - z.var()),
            )
        )  # fmt: skip
    return sorted(out, key=lambda move: -move.contraction)


def leans(found: Calibration, ledger: Ledger) -> list[Lean]:
    """One for each bias term (and scale) that was learned, those that the figures take most of first."""
    return leans_of(found.posterior, found.items, ledger)


def leans_of(posterior: Posterior, items: Iterable[Datum], ledger: Ledger) -> list[Lean]:
    """Those of `posterior` for the figures `items`, see `leans`."""
    of_term: dict[tuple[str, Literal["factor", "points"]], list[Datum]] = {}
    for item in items:
        of_term.setdefault((item.bias, item.scale), []).append(item)
    learned = {name: at for at, name in enumerate(posterior.learned)}
    out = []
    for (bias, scale), own in of_term.items():
        if (at := learned.get(BIAS + bias)) is None:
            continue
        b = posterior.draws[:, at]
        middle, spread = (float(np.mean([getattr(item, key) for item in own])) for key in ("lean", "spread"))
        before, after = (_plain(middle + spread * z, scale) for z in (NORMAL, np.quantile(b, INTERVAL)))
        out.append(
            Lean(
                bias, formatting.short(own[0].observation, ledger.sources), _family(own[0]), scale, len(own),
                before, after, float(1.0 - b.var()),
            )
        )  # fmt: skip
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
    rows, every = parameters(found.posterior), len(found.screened)
    variance = dict(zip(found.posterior.learned, found.posterior.draws.var(axis=0), strict=True))
    moved = sum(variance[name] <= 1.0 - MAIN for name in rows)
    terms = len(found.posterior.learned) - len(rows)
    return (
        f"{len(rows)} of {every} parameters were learned, and {terms} bias term{'' if terms == 1 else 's'} of "
        f"publishers; {every - len(rows)} stay at their prior. Of those learned, {moved} "
        f"{'loses' if moved == 1 else 'lose'} at least {MAIN:.0%} of the prior variance."
    )


def parameters(posterior: Posterior) -> list[str]:
    """Names of the learned parameters, without the bias terms."""
    return [name for name in posterior.learned if not name.startswith(BIAS)]


def meanings(case: Case) -> dict[str, str]:
    """What each parameter of `case` stands for."""
    return {one.name: one.meaning for one in parameters_of(case)}


def quantiles(z: Floats) -> Interval:
    """Of the draws `z` (draws,)."""
    return _interval(np.quantile(z, INTERVAL))


def titles(found: Calibration, case: Case, ledger: Ledger) -> dict[str, str]:
    """Every target in words."""
    out = {name: meaning.rstrip(".") for name, meaning in meanings(case).items()}
    for item in found.items:
        out[BIAS + item.bias] = f"Bias of {formatting.short(item.observation, ledger.sources)} on {_family(item)}"
    return {name: out.get(name, name) for name in found.posterior.learned}


def value(x: float, unit: str = "") -> str:
    """`x` to three significant digits; a share in per cent, a very small number as a power of ten."""
    shown, sign = (100 * x, "%") if unit == "share" else (x, "")
    if 0 < abs(shown) < 5e-4:
        digits, power = f"{shown:.2e}".split("e")
        return f"{float(digits):g} × 10{str(int(power)).translate(SUPERSCRIPT)}{sign}".replace("-", "−")
    return formatting.number(x, unit)


def between(low: float, high: float, unit: str = "") -> str:
    """`low` to `high`, as `value` tells them."""
    ends = value(low, unit), value(high, unit)
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def lean(x: float, scale: Literal["factor", "points"]) -> str:
    """Such as `× 1.3` or `+4 points`."""
    return f"× {value(x)}" if scale == "factor" else f"{100 * x:+.0f} points".replace("-", "−")


def lean_interval(at: Interval, scale: Literal["factor", "points"]) -> str:
    """From the 5% to the 95% quantile."""
    if scale == "factor":
        return f"× {between(at.low, at.high)}"
    return f"{100 * at.low:+.0f} to {100 * at.high:+.0f} points".replace("-", "−")


def own_unit(x: float, item: Datum) -> float:
    """`x`, on the scale of `item`, in the unit of the figure."""
    return math.exp(x) if item.scale == "factor" else x


def gap(item: Datum, told: Told) -> str:
    """How far a figure lies outside of its interval, and on which side; empty inside."""
    if told.inside:
        return ""
    above = told.published > told.high
    off = told.published - told.high if above else told.low - told.published
    far = f"a factor of {value(math.exp(off))}" if item.scale == "factor" else f"{100 * off:.0f} points"
    return f"{far} {'above' if above else 'below'}"


def percent(x: float) -> str:
    """A share in whole per cent."""
    return f"{100 * x:.0f}%".replace("-0%", "0%").replace("-", "−") if math.isfinite(x) else "–"


def _family(item: Datum) -> str:
    return item.variable.of_family.replace("_", " ").replace("-", " ")


def _plain(on_scale: Floats, scale: str) -> Interval:
    return _interval(np.exp(on_scale) if scale == "factor" else on_scale)


def _interval(three: Floats) -> Interval:
    low, middle, high = (float(x) for x in three)
    return Interval(low, middle, high)
