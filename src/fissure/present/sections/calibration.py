"""A calibration: whether the inference can be trusted, and what was learned of parameters and publishers."""

from collections.abc import Mapping
from itertools import groupby

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present import formatting
from fissure.present.document import (
    ON_PAGE,
    Cell,
    Column,
    Document,
    Fold,
    Item,
    Items,
    Notice,
    Paragraph,
    Row,
    RowGroup,
    Section,
    Span,
    Table,
    Tone,
    not_in_terminal,
    only,
)
from fissure.present.sections import inference_checks as charts
from fissure.present.sections import inference_checks as inference
from fissure.present.sections import learned as words
from fissure.present.sections import parts
from fissure.present.sections.learned import BIAS_IS, PICTURES, publishers, updates_table
from fissure.studies.calibration import Calibration
from fissure.studies.calibration.checks import PredictiveCheck
from fissure.studies.calibration.posterior import WHAT
from fissure.studies.calibration.regression_abc import MAIN
from fissure.studies.measurement import Datum

FIRST = 20
"""Parameters that stand in the open table of the page."""
IN_TERMINAL = 10
"""Parameters, and observations outside their predictive intervals, that a terminal lists."""
TONES: Mapping[bool | None, Tone] = {True: "inside", False: "outside", None: "not-compared"}
NOT_THE_MODEL = (
    " The checks are of the inference: whether the posterior is what the model, its priors and the figures imply. They "
    "do not say that the model is right."
)
OF_THIS_MODEL = "Each parameter has a 90% interval. It belongs to this model; outside of it the number has no meaning."
TYPICAL = " Where its doubt differs from figure to figure, that of the typical one is shown."
PREDICTIVE = (
    "What each publisher would have reported of histories from the posterior, with biases and errors drawn again, "
    "beside what it did report. An observation that was learned from should mostly lie inside; one that does not is at "
    "odds with the model, its priors or what is believed of its publisher. Variables with most observations outside "
    "stand first."
)
PREDICTIVE_PICTURES = (
    "The bar is the 90% predictive interval, the upright line its median, ● an observation inside, ◆ one outside. "
    "Every bar has a scale of its own. Below: the part of the simulated reports that lies below what was published."
)
METHOD = (
    "Prior ensemble, measurement model, neural posterior estimation with a conditional normalizing flow, importance "
    "resampling of histories at the cut-off. The posterior can be used only with the model, the case, the priors, the "
    "evidence and the measurement model whose digests stand here."
)


def document(found: Calibration, case: Case, ledger: Ledger, command: str, version: str) -> Document:
    """The whole result of `fissure calibrate`; `command` makes the fit again, `version` is that of Fissure."""
    day = formatting.day(found.posterior.until)
    titles = words.titles(found, case, ledger)
    verdict = (Span(inference.verdict(found), strong=True), NOT_THE_MODEL)
    return Document(
        subject=case.title,
        title=f"what was learned up to {day}",
        heading=f"What do the figures up to {day} teach?",
        lead=words.fitted(found),
        notices=(Notice((verdict, OF_THIS_MODEL), "What kind of numbers these are"),),
        sections=(
            _checks(found, ledger),
            _learned(found, case, ledger),
            publishers(words.publisher_biases(found.posterior, found.items, ledger), BIAS_IS + TYPICAL),
            _kept(found, case, ledger),
            _recovery(found, titles),
            _second_method(found, titles),
            _predictive(found, ledger),
            _training(found),
            _made(found, command),
        ),
        version=version,
        key="calibration",
    )


def _checks(found: Calibration, ledger: Ledger) -> Section:
    items = tuple(
        Item((Span(f"{one.name[:1].upper()}{one.name[1:]}.", strong=True), f" {one.said}"), one.sign, TONES[one.holds])
        for one in inference.checks(found)
    )
    missed = [Item(words.missed(item, check, ledger)) for item, check in inference.outside(found)]
    more = len(missed) - IN_TERMINAL
    outside = Section(
        "outside",
        "Observations outside their predictive intervals",
        (
            only(
                "terminal",
                Items(tuple(missed[:IN_TERMINAL])),
                *([Paragraph(f"and {more} more", "soft")] if more > 0 else []),
            ),
            not_in_terminal(Items(tuple(missed), "missed")),
        ),
    )
    return Section(
        "checks",
        "Checks",
        (Items(items, "checks"), not_in_terminal(Paragraph(inference.KEY, "small")), *([outside] if missed else [])),
        heading="Can the inference be trusted?",
    )


def _learned(found: Calibration, case: Case, ledger: Ledger) -> Section:
    updates = words.parameter_updates(found.posterior, case)
    said = Paragraph(words.learned_in_words(found))
    if not updates:
        return Section("learned", "What was learned", (said, Paragraph("No parameter was learned.")))
    how = (
        f"{PICTURES} ",
        Span("Moved by", strong=True),
        ": the posterior mean, in standard deviations of the prior. ",
        Span("Contraction", strong=True),
        ": the part of the prior variance that the figures took; below zero the posterior is wider. ",
        Span("Explains most of", strong=True),
        ": the observation that the parameter alone explains most of over the prior, and the share of its variance "
        "(by ranks).",
    )
    explains = {name: Cell(f"{what}: {share}") for name, what, share in _explained(found, ledger)}
    first, more = updates[:FIRST], updates[FIRST:]
    folded = updates_table(more, "More learned parameters", explains)
    left = len(updates) - IN_TERMINAL
    return Section(
        "learned",
        "What was learned",
        (
            said,
            only(
                "terminal",
                Paragraph("Those with the largest contraction (90% intervals; moved by, in prior deviations):"),
                updates_table(updates[:IN_TERMINAL], "Learned parameters"),
                *([Paragraph(f"{left} more were learned; the page lists them.", "soft")] if left > 0 else []),
            ),
            not_in_terminal(
                Paragraph(how, "small"),
                updates_table(first, "Learned parameters", explains),
                *([Fold(f"{len(more)} more, with less contraction", (folded,))] if more else []),
            ),
        ),
    )


def _explained(found: Calibration, ledger: Ledger) -> list[tuple[str, str, str]]:
    """Each parameter, the observation that it explains most of, and how much of it."""
    named = {item.observation.id: item for item in found.items}
    return [
        (one.parameter, words.observation(named.get(one.of), ledger) or one.of, formatting.percent(one.explains))
        for one in found.screened
    ]


def _kept(found: Calibration, case: Case, ledger: Ledger) -> Section:
    """Parameters that keep their prior, those that explain most first."""
    meanings = {one.name: one.meaning for one in parameters_of(case)}
    explained = {name: (what, share) for name, what, share in _explained(found, ledger)}
    kept = sorted((one for one in found.screened if not one.learned), key=lambda one: -one.explains)
    rows = tuple(
        Row.of(
            parts.named(meanings.get(one.parameter, ""), one.parameter),
            Cell(explained[one.parameter][1], one.explains),
            Cell(explained[one.parameter][0]),
            Cell(words.probability(one.p), one.p),
        )
        for one in kept
    )
    columns = ("Parameter", Column("Explains at most", "right"), "Of the observation", Column("By chance (p)", "right"))
    table = Table.of(columns, rows, "Parameters that stay at their prior", "publishers")
    why = (
        "Screening tests which parameters move any of the figures over the prior. "
        f"{len(kept)} explain too little of every one of them, alone, for anything published to move them: their "
        "posterior is their prior."
    )
    fold = Fold(f"{len(kept)} parameters that stay at their prior", (table,))
    blocks = (
        not_in_terminal(Paragraph(why), fold)
        if kept
        else not_in_terminal(Paragraph("None: every parameter was learned."))
    )
    return Section("kept", "What stays at its prior", (blocks,), heading="What stays at its prior, and why")


def _target(name: str, titles: Mapping[str, str], said: str) -> Item:
    return Item((f"{titles.get(name, name)} ", Span(name, code=True), f": {said}"))


def _recovery(found: Calibration, titles: Mapping[str, str]) -> Section:
    low, high = inference.band(found.recovery.sets)
    said = (
        f"From {found.recovery.sets:,} histories that the training never saw, publishers' reports were simulated, and "
        "their parameters inferred as if they were not known. An honest 90% interval holds the truth nine times in "
        f"ten; over that many sets chance gives {low:.0%} to {high:.0%}. The rank of the truth among the draws should "
        "be any with the same probability (simulation-based calibration)."
    )
    right = tuple(Column(title, "right") for title in ("Coverage", "Ranks uniform (p)", "Contraction", "Correlation"))
    rows = tuple(
        Row.of(
            parts.code(one.target),
            Cell(formatting.percent(one.covered), one.covered),
            Cell(words.probability(one.rank_p), one.rank_p),
            Cell(formatting.percent(one.contraction), one.contraction),
            Cell(f"{one.correlation:.2f}".replace("-", "−").replace("nan", "–"), one.correlation),
        )
        for one in found.recovery.targets
    )
    figure = parts.figure(
        "coverage", "Coverage of each target", charts.coverage_chart(found.recovery, titles),
        "The shaded field is what chance gives, the broken line nine in ten. Point at a target for its numbers.",
        Table.of(("Target", *right), rows, "Numbers of recovery"),
    )  # fmt: skip
    uncovered = [_target(one.target, titles, formatting.percent(one.covered)) for one in inference.uncovered(found)]
    uneven = [_target(one.target, titles, f"p = {words.probability(one.rank_p)}") for one in inference.uneven(found)]
    return Section(
        "recovery",
        "Parameter recovery",
        (
            not_in_terminal(
                Paragraph(said),
                figure,
                Section("uncovered", "Coverage outside what chance gives", (Items(tuple(uncovered)),))
                if uncovered
                else Paragraph("No target's coverage lies outside what chance gives."),
                Section("uneven", "Ranks that are not uniform", (Items(tuple(uneven)),))
                if uneven
                else Paragraph("The ranks of every target pass for uniform."),
            ),
        ),
        heading="Parameter recovery: are known parameters recovered from simulated data?",
    )


def _second_method(found: Calibration, titles: Mapping[str, str]) -> Section:
    said = (
        "Approximate Bayesian computation with regression shares nothing with the flow but the simulations. It is "
        "coarser, so it is compared where the figures say something: on the main margins, which lose at least "
        f"{MAIN:.0%} of their prior variance by either method."
    )
    main = inference.main_margins(found)
    both = {
        one.target: (words.spread(one.mean, one.spread), words.spread(one.abc_mean, one.abc_spread)) for one in main
    }
    rows = tuple(
        Row.of(
            parts.code(one.target),
            Cell(both[one.target][0], one.mean),
            Cell(both[one.target][1], one.abc_mean),
            Cell(f"{one.apart:.2g}", one.apart),
        )
        for one in main
    )
    columns = ("Target", "By the flow", "By regression ABC", "Apart (standard deviations)")
    figure = parts.figure(
        "agreement", "Two means of each target", charts.agreement_chart(found.agreements, titles),
        "In standard deviations of the prior, with one standard deviation of the posterior each way. On the broken "
        "line both are the same.",
        Table.of(columns, rows, "Numbers of both methods") if main else None, "one square",
    )  # fmt: skip
    apart = [
        _target(one.target, titles, f"{' against '.join(both[one.target])}, {one.apart:.2g} standard deviations apart")
        for one in inference.apart(found)
    ]
    none = "On no main margin are they a standard deviation apart." if main else "There is no main margin to compare."
    more = [Paragraph(f"{len(apart) - 10} more in the table.", "small soft")] if len(apart) > 10 else []
    furthest = Section("apart", "Furthest apart", (Items(tuple(apart[:10])), *more))
    return Section(
        "second",
        "Second method",
        (not_in_terminal(Paragraph(said), figure, furthest if apart else Paragraph(none)),),
        heading="Second method: does regression ABC find the same?",
    )


def _predictive(found: Calibration, ledger: Ledger) -> Section:
    """Observations by variable; variables with most outside first, and in each the observations outside first."""
    pairs = sorted(zip(found.items, found.predictive, strict=True), key=lambda pair: pair[0].variable.id)
    groups = []
    for _, own in groupby(pairs, key=lambda pair: pair[0].variable.id):
        rows = sorted(own, key=lambda pair: (pair[1].inside, pair[0].observation.when))
        variable, outside = rows[0][0].variable, sum(not check.inside for _, check in rows)
        unit = "" if variable.unit == "share" else formatting.unit(variable.unit)
        count = f"{outside} of {len(rows)} outside" if outside else ""
        title = (f"{variable.title} ", Span(f"{unit} " if unit else "", kind="unit"), Span(count, tone="outside"))
        group = RowGroup(tuple(_predicted(item, check, ledger) for item, check in rows), title)
        groups.append((-outside / len(rows), variable.title, group))
    columns = (
        Column("When, by whom", key="observation"),
        Column("Where it lies", on=ON_PAGE),
        Column("Published", "right"),
        Column("Model, median", "right"),
        Column("Model, 90%", "right"),
        Column("Below", "right"),
        Column("Verdict"),
    )
    ordered = tuple(group for *_, group in sorted(groups, key=lambda one: one[:2]))
    table = Table(columns, ordered, "Posterior predictive check", "effects moves predictive")
    shown = table if groups else Paragraph("There are none.")
    return Section(
        "predictive",
        "Posterior predictive check",
        (not_in_terminal(Paragraph(PREDICTIVE), Paragraph(PREDICTIVE_PICTURES, "small"), shown),),
        heading="Posterior predictive check: does the fitted model reproduce the observations?",
    )


def _predicted(item: Datum, check: PredictiveCheck, ledger: Ledger) -> Row:
    own, unit = item.observation, item.observation.unit
    low, median, high = (words.own_unit(x, item) for x in (check.low, check.median, check.high))
    published, interval = formatting.published(own), words.between(low, high, unit)
    return Row.of(
        Cell(formatting.when(own), note=formatting.publisher(own, ledger.sources)),
        Cell(picture=charts.predictive_picture(check, f"{published}, model {interval}")),
        Cell(published, words.own_unit(check.published, item)),
        Cell(words.value(median, unit), median),
        Cell(interval),
        Cell(formatting.percent(check.below), check.below),
        Cell(words.inside(item, check), tone=TONES[check.inside]),
        key=f"check-{own.id}",
    )


def _training(found: Calibration) -> Section:
    rows = tuple(
        Row.of(Cell(str(epoch), epoch), Cell(f"{training:.4g}", training), Cell(f"{validation:.4g}", validation))
        for epoch, (training, validation) in enumerate(found.losses, start=1)
    )
    figure = parts.figure(
        "losses", "Loss by epoch", charts.losses_chart(found.losses),
        "Training stops when the validation loss, of histories that it never sees, falls no further. Training and "
        "validation loss that diverge are a sign of too few histories.",
        Table.of(("Epoch", "Training loss", "Validation loss"), rows, "Numbers of training"), "one low",
    )  # fmt: skip
    return Section("training", "Training", (not_in_terminal(figure),), listed=False)


def _made(found: Calibration, command: str) -> Section:
    posterior, made = found.posterior, found.posterior.made
    labels = {
        "members": "Simulated histories of the prior",
        "draws": "Draws of the posterior kept",
        "checked": "Histories kept for the checks, at most",
        "seed": "Seed",
        "units": "Units, where not the case's own",
        "slots": "Fighter slots a unit, where not the case's own",
    }
    training = made.get("training")
    facts = (
        ("Case", posterior.case),
        ("Cut-off", formatting.day(posterior.until)),
        ("Version of Fissure at the fit", str(made.get("fissure", "–"))),
        *((label, f"{made[key]:,}") for key, label in labels.items() if made.get(key) is not None),
        ("Synthetic data sets", f"{found.recovery.sets:,}"),
        *([("Training of the flow", ", ".join(f"{k} {v}" for k, v in training.items()))] if training else []),
        *([("Mechanisms from other packages", ", ".join(posterior.plugins))] if posterior.plugins else []),
        ("Digest of the posterior (SHA-256)", posterior.digest),
        *((f"Digest of {WHAT.get(key, key)}", digest) for key, digest in posterior.fitted_to.items()),
    )
    return parts.made(dict(facts), command, METHOD)
