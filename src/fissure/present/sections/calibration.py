"""A calibration: whether the inference can be trusted, and what was learned of parameters and publishers."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.sections import inference_checks as inference
from fissure.present.sections import learned as words
from fissure.present.sections import parts
from fissure.present.sections.learned import BIAS_IS, PICTURES, publishers, updates_table
from fissure.studies.calibration.checks import MAIN, Agreement, PredictiveCheck, TargetRecovery
from fissure.studies.calibration.fit import Calibration
from fissure.studies.calibration.posterior import WHAT
from fissure.studies.calibration.problem import ScreenedParameter
from fissure.studies.measurement import Datum

FIRST = 20
"""Parameters that stand in the open table of the page."""
IN_TERMINAL = 10
"""Parameters, and observations outside their predictive intervals, that a terminal lists."""
TONES: Mapping[bool | None, doc.Tone] = {True: "inside", False: "outside", None: "not-compared"}
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


def document(found: Calibration, case: Case, ledger: Ledger, command: str, version: str) -> doc.Document:
    """The whole result of `fissure calibrate`; `command` makes the fit again, `version` is that of Fissure."""
    day = formatting.day(found.posterior.until)
    names = titles(found, case, ledger)
    verdict = (doc.strong(inference.verdict(found)), NOT_THE_MODEL)
    return doc.Document(
        subject=case.title,
        title=f"what was learned up to {day}",
        heading=f"What do the figures up to {day} teach?",
        lead=fitted(found),
        notices=(doc.Notice((verdict, OF_THIS_MODEL), "What kind of numbers these are"),),
        sections=(
            _checks(found, ledger),
            _learned(found, case, ledger),
            publishers(words.publisher_biases(found.posterior, found.items, ledger), BIAS_IS + TYPICAL),
            _kept(found, case, ledger),
            _recovery(found, names),
            _second_method(found, names),
            _predictive(found, ledger),
            _training(found),
            _made(found, command),
        ),
        version=version,
        key="calibration",
    )


def fitted(found: Calibration) -> str:
    """The figures that it was fitted to, and from what."""
    members = found.posterior.made.get("members")
    source = "simulated histories" if members is None else f"{members:,} simulated histories"
    until = formatting.day(found.posterior.until)
    return f"Fitted to {formatting.figures(len(found.items))} of days up to {until}, from {source} of the prior."


def learned(found: Calibration) -> str:
    """The number of parameters that were learned, and that stay at their prior."""
    rows, every = words.learned_parameters(found.posterior), len(found.screened)
    variance = dict(zip(found.posterior.learned, found.posterior.draws.var(axis=0), strict=True))
    narrowed = sum(variance[name] <= 1.0 - MAIN for name in rows)
    terms = formatting.many(len(found.posterior.learned) - len(rows), "bias term")
    return (
        f"{len(rows)} of {every} parameters were learned, and {terms} of publishers; {every - len(rows)} stay at their "
        f"prior. Of those learned, {narrowed} {'loses' if narrowed == 1 else 'lose'} at least {MAIN:.0%} of the prior "
        "variance."
    )


def titles(found: Calibration, case: Case, ledger: Ledger) -> dict[str, str]:
    """Every target in words."""
    out = {one.name: one.meaning.rstrip(".") for one in parameters_of(case)}
    for item in found.items:
        publisher, family = formatting.short(item.observation, ledger.sources), item.variable.of_family
        out[words.BIAS + item.bias] = f"Bias of {publisher} on {formatting.family(family)}"
    return {name: out.get(name, name) for name in found.posterior.learned}


def _checks(found: Calibration, ledger: Ledger) -> doc.Section:
    items = tuple(
        doc.Item((doc.strong(f"{formatting.sentence_case(one.name)}."), f" {one.said}"), one.sign, TONES[one.holds])
        for one in inference.checks(found)
    )
    missed = []
    for item, check in inference.outside(found):
        low, high = (words.own_unit(x, item) for x in (check.low, check.high))
        missed.append(
            f"{words.observation(item, ledger)}: published {formatting.figure(item.observation)}, predicted "
            f"{words.between(low, high, item.observation.unit)}; {words.gap(item, check)} the interval."
        )
    more = len(missed) - IN_TERMINAL
    few = [doc.Paragraph(f"and {more} more", "soft")] if more > 0 else []
    shown = (
        doc.only("terminal", doc.Items.of(missed[:IN_TERMINAL]), *few),
        doc.not_in_terminal(doc.Items.of(missed, "missed")),
    )
    outside = [doc.Section("outside", "Observations outside their predictive intervals", shown)] if missed else []
    return doc.Section(
        "checks",
        "Checks",
        (doc.Items(items, "checks"), doc.not_in_terminal(doc.Paragraph(inference.KEY, "small")), *outside),
        heading="Can the inference be trusted?",
    )


def _learned(found: Calibration, case: Case, ledger: Ledger) -> doc.Section:
    updates, said = words.parameter_updates(found.posterior, case), doc.Paragraph(learned(found))
    if not updates:
        return doc.Section("learned", "What was learned", (said, doc.Paragraph("No parameter was learned.")))
    how = (
        f"{PICTURES} ",
        doc.strong("Moved by"),
        ": the posterior mean, in standard deviations of the prior. ",
        doc.strong("Contraction"),
        ": the part of the prior variance that the figures took; below zero the posterior is wider. ",
        doc.strong("Explains most of"),
        ": the observation that the parameter alone explains most of over the prior, and the share of its variance "
        "(by ranks).",
    )
    explains = {name: doc.Cell(f"{what}: {share}") for name, (what, share) in _explained(found, ledger).items()}
    first, more = updates[:FIRST], updates[FIRST:]
    folded = updates_table(more, "More learned parameters", explains)
    left = len(updates) - IN_TERMINAL
    return doc.Section(
        "learned",
        "What was learned",
        (
            said,
            doc.only(
                "terminal",
                doc.Paragraph("Those with the largest contraction (90% intervals; moved by, in prior deviations):"),
                updates_table(updates[:IN_TERMINAL], "Learned parameters"),
                *([doc.Paragraph(f"{left} more were learned; the page lists them.", "soft")] if left > 0 else []),
            ),
            doc.not_in_terminal(
                doc.Paragraph(how, "small"),
                updates_table(first, "Learned parameters", explains),
                *([doc.Fold(f"{len(more)} more, with less contraction", (folded,))] if more else []),
            ),
        ),
    )


def _explained(found: Calibration, ledger: Ledger) -> dict[str, tuple[str, str]]:
    """The observation that each parameter explains most of, and how much of it."""
    of = {item.observation.id: words.observation(item, ledger) for item in found.items}
    return {one.parameter: (of.get(one.of, one.of), formatting.percent(one.explains)) for one in found.screened}


def _kept(found: Calibration, case: Case, ledger: Ledger) -> doc.Section:
    """Parameters that keep their prior, those that explain most first."""
    heading = "What stays at its prior, and why"
    kept = sorted((one for one in found.screened if not one.learned), key=lambda one: -one.explains)
    if not kept:
        none = doc.not_in_terminal(doc.Paragraph("None: every parameter was learned."))
        return doc.Section("kept", "What stays at its prior", (none,), heading=heading)
    meanings = {one.name: one.meaning for one in parameters_of(case)}
    explained = _explained(found, ledger)
    fields: tuple[doc.Field[ScreenedParameter], ...] = (
        ("Parameter", lambda one: doc.named(meanings.get(one.parameter, ""), one.parameter)),
        (doc.Column("Explains at most", "right"), lambda one: doc.Cell(explained[one.parameter][1], one.explains)),
        ("Of the observation", lambda one: explained[one.parameter][0]),
        (doc.Column("By chance (p)", "right"), lambda one: doc.Cell(_probability(one.p), one.p)),
    )
    title = f"{len(kept)} parameters that stay at their prior"
    table = doc.Table.by(kept, fields, "Parameters that stay at their prior", "publishers")
    why = (
        "Screening tests which parameters move any of the figures over the prior. "
        f"{len(kept)} explain too little of every one of them, alone, for anything published to move them: their "
        "posterior is their prior."
    )
    blocks = doc.not_in_terminal(doc.Paragraph(why), doc.Fold(title, (table,)))
    return doc.Section("kept", "What stays at its prior", (blocks,), heading=heading)


def _probability(p: float) -> str:
    return words.value(float(f"{p:.2g}"))


def _targets(
    key: str, title: str, own: Sequence[tuple[str, str]], names: Mapping[str, str], nothing: str, more: int = 0
) -> doc.Block:
    """Targets that do not do well, each with what is said of it; `more` stand in the table alone."""
    if not own:
        return doc.Paragraph(nothing)
    lines = [(f"{names.get(name, name)} ", doc.code(name), f": {said}") for name, said in own]
    left = [doc.Paragraph(f"{more} more in the table.", "small soft")] if more > 0 else []
    return doc.Section(key, title, (doc.Items.of(lines), *left))


def _recovery(found: Calibration, titles: Mapping[str, str]) -> doc.Section:
    low, high = inference.band(found.recovery.sets)
    said = (
        f"From {found.recovery.sets:,} histories that the training never saw, publishers' reports were simulated, and "
        "their parameters inferred as if they were not known. An honest 90% interval holds the truth nine times in "
        f"ten; over that many sets chance gives {low:.0%} to {high:.0%}. The rank of the truth among the draws should "
        "be any with the same probability (simulation-based calibration)."
    )
    fields: tuple[doc.Field[TargetRecovery], ...] = (
        ("Target", lambda one: (doc.code(one.target),)),
        (doc.Column("Coverage", "right"), lambda one: doc.Cell(formatting.percent(one.covered), one.covered)),
        (doc.Column("Ranks uniform (p)", "right"), lambda one: doc.Cell(_probability(one.rank_p), one.rank_p)),
        (
            doc.Column("Contraction", "right"),
            lambda one: doc.Cell(formatting.percent(one.contraction), one.contraction),
        ),
        (
            doc.Column("Correlation", "right"),
            lambda one: doc.Cell(f"{one.correlation:.2f}".replace("-", "−").replace("nan", "–"), one.correlation),
        ),
    )
    figure = parts.figure(
        "coverage", "Coverage of each target", inference.coverage_chart(found.recovery, titles),
        "The shaded field is what chance gives, the broken line nine in ten. Point at a target for its numbers.",
        doc.Table.by(found.recovery.targets, fields, "Numbers of recovery"),
    )  # fmt: skip
    uncovered = _targets(
        "uncovered", "Coverage outside what chance gives",
        [(one.target, formatting.percent(one.covered)) for one in inference.uncovered(found)],
        titles, "No target's coverage lies outside what chance gives.",
    )  # fmt: skip
    uneven = _targets(
        "uneven", "Ranks that are not uniform",
        [(one.target, f"p = {_probability(one.rank_p)}") for one in inference.uneven(found)],
        titles, "The ranks of every target pass for uniform.",
    )  # fmt: skip
    return doc.Section(
        "recovery",
        "Parameter recovery",
        (doc.not_in_terminal(doc.Paragraph(said), figure, uncovered, uneven),),
        heading="Parameter recovery: are known parameters recovered from simulated data?",
    )


def _second_method(found: Calibration, titles: Mapping[str, str]) -> doc.Section:
    said = (
        "Approximate Bayesian computation with regression shares nothing with the flow but the simulations. It is "
        "coarser, so it is compared where the figures say something: on the main margins, which lose at least "
        f"{MAIN:.0%} of their prior variance by either method."
    )
    main, spread = inference.main_margins(found), inference.spread
    fields: tuple[doc.Field[Agreement], ...] = (
        ("Target", lambda one: (doc.code(one.target),)),
        ("By the flow", lambda one: doc.Cell(spread(one.mean, one.spread), one.mean)),
        ("By regression ABC", lambda one: doc.Cell(spread(one.abc_mean, one.abc_spread), one.abc_mean)),
        ("Apart (standard deviations)", lambda one: doc.Cell(f"{one.apart:.2g}", one.apart)),
    )
    figure = parts.figure(
        "agreement", "Two means of each target", inference.agreement_chart(found.agreements, titles),
        "In standard deviations of the prior, with one standard deviation of the posterior each way. On the broken "
        "line both are the same.",
        doc.Table.by(main, fields, "Numbers of both methods") if main else None, "one square",
    )  # fmt: skip
    apart = [
        (one.target, f"{spread(one.mean, one.spread)} against {spread(one.abc_mean, one.abc_spread)}, {one.apart:.2g} "
                     "standard deviations apart")
        for one in inference.apart(found)
    ]  # fmt: skip
    none = "On no main margin are they a standard deviation apart." if main else "There is no main margin to compare."
    furthest = _targets("apart", "Furthest apart", apart[:10], titles, none, len(apart) - 10)
    return doc.Section(
        "second",
        "Second method",
        (doc.not_in_terminal(doc.Paragraph(said), figure, furthest),),
        heading="Second method: does regression ABC find the same?",
    )


def _predictive(found: Calibration, ledger: Ledger) -> doc.Section:
    """Observations by variable; variables with most outside first, and in each the observations outside first."""
    pairs = sorted(zip(found.items, found.predictive, strict=True), key=lambda pair: pair[0].variable.id)
    groups = []
    for _, own in groupby(pairs, key=lambda pair: pair[0].variable.id):
        rows = sorted(own, key=lambda pair: (pair[1].inside, pair[0].observation.when))
        variable, outside = rows[0][0].variable, sum(not check.inside for _, check in rows)
        unit = "" if variable.unit == "share" else formatting.unit(variable.unit)
        count = f"{outside} of {len(rows)} outside" if outside else ""
        title = (
            f"{variable.title} ",
            doc.Span(f"{unit} " if unit else "", kind="unit"),
            doc.Span(count, tone="outside"),
        )
        group = doc.RowGroup(tuple(_predicted(item, check, ledger) for item, check in rows), title)
        groups.append((-outside / len(rows), variable.title, group))
    columns = (
        doc.Column("When, by whom", key="observation"),
        doc.Column("Where it lies", on=doc.ON_PAGE),
        doc.Column("Published", "right"),
        doc.Column("Model, median", "right"),
        doc.Column("Model, 90%", "right"),
        doc.Column("Below", "right"),
        doc.Column("Verdict"),
    )
    ordered = tuple(group for *_, group in sorted(groups, key=lambda one: one[:2]))
    table = doc.Table(columns, ordered, "Posterior predictive check", "effects moves predictive")
    shown = table if groups else doc.Paragraph("There are none.")
    return doc.Section(
        "predictive",
        "Posterior predictive check",
        (doc.not_in_terminal(doc.Paragraph(PREDICTIVE), doc.Paragraph(PREDICTIVE_PICTURES, "small"), shown),),
        heading="Posterior predictive check: does the fitted model reproduce the observations?",
    )


def _predicted(item: Datum, check: PredictiveCheck, ledger: Ledger) -> doc.Row:
    own, unit = item.observation, item.observation.unit
    low, median, high = (words.own_unit(x, item) for x in (check.low, check.median, check.high))
    published, interval = formatting.published(own), words.between(low, high, unit)
    return doc.Row.of(
        doc.Cell(formatting.when(own), note=formatting.publisher(own, ledger.sources)),
        doc.Cell(picture=inference.predictive_picture(check, f"{published}, model {interval}")),
        doc.Cell(published, words.own_unit(check.published, item)),
        doc.Cell(words.value(median, unit), median),
        interval,
        doc.Cell(formatting.percent(check.below), check.below),
        doc.Cell(words.inside(item, check), tone=TONES[check.inside]),
        key=f"check-{own.id}",
    )


def _training(found: Calibration) -> doc.Section:
    fields: tuple[doc.Field[tuple[int, tuple[float, float]]], ...] = (
        ("Epoch", lambda one: doc.Cell(str(one[0]), one[0])),
        ("Training loss", lambda one: doc.Cell(f"{one[1][0]:.4g}", one[1][0])),
        ("Validation loss", lambda one: doc.Cell(f"{one[1][1]:.4g}", one[1][1])),
    )
    figure = parts.figure(
        "losses", "Loss by epoch", inference.losses_chart(found.losses),
        "Training stops when the validation loss, of histories that it never sees, falls no further. Training and "
        "validation loss that diverge are a sign of too few histories.",
        doc.Table.by(enumerate(found.losses, start=1), fields, "Numbers of training"), "one low",
    )  # fmt: skip
    return doc.Section("training", "Training", (doc.not_in_terminal(figure),), listed=False)


def _made(found: Calibration, command: str) -> doc.Section:
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
