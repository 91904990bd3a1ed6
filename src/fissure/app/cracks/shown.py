"""How templates of Cracks put things: the words, numbers and pictures that the report has too."""

from typing import Any

from markupsafe import Markup

from fissure.app.cracks.told import CheckTold, ParameterTold
from fissure.present import formatting
from fissure.present.formatting import MECHANISM_GROUPS, mechanism_label
from fissure.present.render.html import picture
from fissure.present.sections.effects import VERDICTS
from fissure.present.sections.learned import update_picture
from fissure.present.words import attribution as explaining
from fissure.present.words import calibration as words
from fissure.present.words.causal import CLASSES, GLYPHS, IN_SHORT, MOVES, READS, label

DIRECTIONS = {"raises": "raises", "lowers": "lowers", "describes": "describes", "predicts": "expects"}


def prior(one: ParameterTold) -> str:
    """Median and 90% interval of the prior."""
    low, middle, high = one.prior.low, one.prior.middle, one.prior.high
    if one.prior_kind == "fixed":
        return words.value(middle, one.unit)
    return f"{words.value(middle, one.unit)} ({words.between(low, high, one.unit)})"


def posterior(one: ParameterTold) -> str:
    """Median and 90% interval of the posterior, where it was learned."""
    if one.posterior is None:
        return "not learned"
    low, middle, high = one.posterior.low, one.posterior.middle, one.posterior.high
    return f"{words.value(middle, one.unit)} ({words.between(low, high, one.unit)})"


def unit(one: ParameterTold) -> str:
    """The unit as it is read; none of a share, which is told in per cent."""
    return "" if one.unit == "share" else formatting.unit(one.unit)


def contraction(one: ParameterTold) -> str:
    """The share of the prior variance that the evidence took."""
    return "–" if one.contraction is None else words.percent(one.contraction)


def drawn(one: ParameterTold, known: Any) -> Markup:
    """Both intervals as a picture; empty where it was not learned."""
    if one.name not in known.normals:
        return Markup()
    label = f"prior {prior(one)}, posterior {posterior(one)} {unit(one)}".strip()
    return picture(update_picture(known.normals[one.name], label))


def style(check: CheckTold) -> str:
    """The style of a verdict."""
    return VERDICTS[check.verdict][1]  # type: ignore[index]


def mark(check: CheckTold) -> str:
    """The sign of a verdict."""
    return VERDICTS[check.verdict][0]  # type: ignore[index]


SHOWN: dict[str, Any] = {
    "prior_of": prior, "posterior_of": posterior, "unit_of": unit, "contraction_of": contraction,
    "picture_of": drawn, "style_of": style, "mark_of": mark, "label": label,
    "spoken": mechanism_label, "glyphs": GLYPHS, "sign_classes": CLASSES,
    "group_titles": MECHANISM_GROUPS,
    "directions": DIRECTIONS, "sign_words": IN_SHORT, "read_words": READS, "move_words": MOVES,
    "attribution_said": explaining.difference, "attribution_mark": explaining.mark,
}  # fmt: skip
"""What every template of the view is given."""
