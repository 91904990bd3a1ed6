"""What was learned from the evidence: parameters and publishers before and after a fit."""

from collections.abc import Iterable, Mapping, Sequence

import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.ledger import Ledger
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
from fissure.present.words import calibration as words
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.measurement import comparable
from fissure.studies.measurement import data as figures_of
from fissure.studies.observation_operator import calendar_of

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
    updates = sorted(words.updates(posterior, case), key=lambda update: -abs(update.shift))
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
            Paragraph(words.headline(posterior, updates, figures)),
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


def publishers(biases: Sequence[words.PublisherBias], said: str = BIAS_IS) -> Section:
    """How publishers' figures relate to the truth of the model, before and after the fit."""
    shown: Block = biases_table(biases) if biases else Paragraph("No bias was learned.")
    blocks = (Paragraph(said), Paragraph(BIAS_AND_MODEL, "small"), shown)
    return Section("publishers", "Publishers", (not_in_terminal(*blocks),), heading="How publishers lean")


def updates_table(
    updates: Iterable[words.ParameterUpdate], label: str, explains: Mapping[str, Cell] | None = None
) -> Table:
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
        prior, posterior = words.between(*one.prior[::2], one.unit), words.median_and_interval(one.posterior, one.unit)
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


def biases_table(biases: Iterable[words.PublisherBias]) -> Table:
    """A row a publisher and family, its bias before and after."""
    rows = []
    for one in biases:
        prior = f"{words.bias(one.prior.middle, one.scale)} ({words.bias_interval(one.prior, one.scale)})"
        ends = words.bias_interval(one.posterior, one.scale)
        rows.append(
            Row.of(
                Cell((f"{one.publisher} on {one.family} ", Span(one.bias, code=True))),
                Cell(picture=update_picture(one.normals, f"prior {prior}, posterior {ends}")),
                Cell((Span(prior, soft=True),)),
                Cell(words.bias(one.posterior.middle, one.scale), one.posterior.middle),
                Cell(ends),
                Cell(formatting.percent(one.contraction), one.contraction),
                Cell(str(one.figures), one.figures),
                Cell(one.verdict, tone=bias_tone(one)),
            )
        )
    numbers = tuple(Column(title, "right") for title in ("Prior", "Posterior", "90%", "Contraction", "Figures"))
    columns = (Column("Publisher"), Column("Prior and posterior", on=ON_PAGE), *numbers, Column("In words"))
    return Table.of(columns, tuple(rows), "Biases of publishers", "effects moves")


def bias_tone(one: words.PublisherBias) -> Tone:
    """How the verdict on a bias is coloured."""
    return "not-compared" if one.verdict == "no bias shown" else "near"


def update_picture(posterior: words.Interval, label: str) -> IntervalPicture:
    """The posterior as standard normals of the prior, over the prior's interval, which is the same in all pictures."""
    low, middle, high = (max(-REACH, min(REACH, z)) for z in posterior)
    least, _, most = map(float, words.NORMAL)
    return IntervalPicture(low, middle, high, least, most, REACH, label=label)
