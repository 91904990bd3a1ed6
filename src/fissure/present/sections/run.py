"""The report of a run: what it gets wrong first, then everything that it holds."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.entries import Mechanism
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present import document as doc
from fissure.present import formatting
from fissure.present.charts.maps import geography
from fissure.present.sections import (
    answers,
    attribution,
    causal_matrix,
    comparison,
    effects,
    endings,
    hindcast,
    histories,
    learned,
    patterns,
)
from fissure.present.sections import parts as publishers  # fmt: skip
from fissure.present.sections import runs as words
from fissure.present.sections.runs import RunDescription
from fissure.studies import answers as kept_answers
from fissure.studies import attribution_file, kept_results
from fissure.studies import hindcast as kept_hindcast
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.compare import Compared
from fissure.studies.effective import ENOUGH
from fissure.studies.effects import kept_effects
from fissure.studies.kept_results import place
from fissure.studies.patterns.met import patterns_of

if TYPE_CHECKING:
    import pandas as pd

PAGE: frozenset[doc.Medium] = frozenset(("page", "json"))
TRACE = (
    "Every number here can be followed back to the claims (in our words, with source and line) and figures that it "
    "rests on, rivals included. In a terminal:"
)
USE = (
    "This is an aggregate, historical account of districts and groups. It holds no persons and no sites, and proposes "
    "no course of action. It was made to ask which explanations of a past collapse are consistent with what was "
    "published; it must not be used to select targets, to judge individuals, or to advise any armed group."
)
QUOTE = (
    "The published figures come from parties to a war and from observers who could not see everything. Counts of the "
    "dead and the executed are of people. Quote a number from this page only with its interval and with the words “{}”."
)


def document(
    run: RunDescription,
    data: xr.Dataset,
    case: Case,
    ledger: Ledger,
    rows: Sequence[Compared],
    *,
    missing: Sequence[Mechanism] = (),
    limits: Sequence[str] = (),
    events: "pd.DataFrame | None" = None,
    posterior: Posterior | None = None,
    shown: doc.Document | None = None,
) -> doc.Document:
    """The report.

    Args:
        run: how the run was made.
        data: its records.
        case: what was simulated.
        ledger: the evidence.
        rows: what `compare` found.
        missing: mechanisms of the ledger that the model does not have yet.
        limits: what the structure of the model cannot show, one sentence each.
        events: the table of `Run.events`.
        posterior: what members were drawn from, if not the prior.
        shown: the `summary` of the same, where it was made already.
    """
    studies, hidden = _studies(run, case, ledger)
    met = patterns.of_run(data, patterns_of(case, ledger), ledger, rows, run)
    shown = shown or summary(run, data, case, ledger, rows)
    ended, compared = shown.sections if len(shown.sections) > 1 else (None, *shown.sections)
    sections = (
        wrong(rows, run, missing, limits, len(ledger.mechanisms)),
        *studies,
        _learned(posterior, case, ledger, data, run),
        histories.section(data, ledger, rows),
        ended,
        None if events is None else histories.events(events, data),
        histories.maps(data),
        met,
        compared,
        _effects(ledger, run),
        causal_matrix.section(ledger),
        publishers.evidence(ledger, case.leanings),
        _trace(rows),
        doc.Section("use", "Responsible use", (doc.Paragraph(USE), doc.Paragraph(QUOTE.format(run.kind)))),
        _made(run, case, hidden),
    )
    own = {one.key for one in shown.sections}
    there = tuple(one if one.key in own else replace(one, on=PAGE) for one in sections if one is not None)
    return replace(shown, sections=there, geography=geography(case))


def summary(
    run: RunDescription, data: xr.Dataset, case: Case, ledger: Ledger, rows: Sequence[Compared]
) -> doc.Document:
    """Of the report what a terminal shows: how the histories came apart, and every figure beside the model."""
    titles = {str(name): str(array.attrs.get("long_name", name)) for name, array in data.data_vars.items()}
    sign = formatting.BEHIND if any(row.behind_prior for row in rows) else ""
    sections = (endings.section(data), comparison.section(rows, ledger, titles, run.worth))
    return doc.Document(
        subject=case.title,
        title=run.kind,
        heading=case.title,
        lead=words.lead(run, f"{case.start.day} {case.start:%B %Y}"),
        notices=words.notices(run, sign),
        sections=tuple(one for one in sections if one is not None),
        version=run.version,
        key="run",
    )


def _studies(run: RunDescription, case: Case, ledger: Ledger) -> tuple[list[doc.Section], list[str]]:
    """Sections of the studies that were kept with the case; and what is kept, but of another model or other draws."""
    drawn_from = run.posterior or ""
    replies, cause, past = (
        kept_answers.kept(case, drawn_from), attribution_file.kept(case, drawn_from), kept_hindcast.kept(case)
    )  # fmt: skip
    found = {
        "the answers": None if replies is None else answers.section(replies, ledger, _caution(replies.plugins, run)),
        "the attribution": None
        if cause is None
        else attribution.section(cause, _caution(cause.found.plan.plugins, run)),
        "the forecasts from the past": None
        if past is None
        else hindcast.section(past, called(case.folder), ledger, _caution(past.plugins, run)),
    }
    places = (place(case, kept_answers.KEPT), place(case, attribution_file.KEPT), place(case, kept_hindcast.KEPT))
    hidden = [what for (what, one), at in zip(found.items(), places, strict=True) if one is None and at.is_file()]
    return [one for one in found.values() if one is not None], hidden


def _caution(made: Sequence[str], run: RunDescription) -> str:
    """A caution: numbers made with the packages `made` do not cover all of the run."""
    return kept_results.caution(made, run.plugins, run.off)


def _learned(
    posterior: Posterior | None, case: Case, ledger: Ledger, data: xr.Dataset, run: RunDescription
) -> doc.Section | None:
    if posterior is None:
        return None
    lacks = kept_results.of_posterior(posterior.plugins, parameters_of(case), run.plugins, run.off)
    return learned.section(posterior, case, learned.fitted_to(posterior, case, ledger, data), lacks)


def _effects(ledger: Ledger, run: RunDescription) -> doc.Section:
    """The verdicts kept of the last full check."""
    kept = kept_effects()
    return effects.section(
        kept.effects, ledger, case=kept.case, members=kept.members, stale=kept.stale,
        caution=_caution((), run),
    )  # fmt: skip


def wrong(
    rows: Sequence[Compared], run: RunDescription, missing: Sequence[Mechanism], limits: Sequence[str], mechanisms: int
) -> doc.Section:
    """The errors of the model: the figures outside, what it does not say, what it lacks."""
    blocks: list[doc.Block] = [*comparison.verdicts(rows, run.members, run.worth)]
    if any(row.compared and row.kind == "outcome" for row in rows):
        blocks.append(comparison.explained(rows))
    blocks += comparison.mistakes(rows) if run.members >= ENOUGH else ()
    if missing:
        blocks.append(_missing(missing, mechanisms))
    if limits:
        blocks.append(doc.Section("limits", "What its structure cannot show", (doc.Items.of(limits),)))
    heading = "What this model gets wrong"
    return doc.Section("wrong", "What it gets wrong", tuple(blocks), heading=heading)


def _missing(missing: Sequence[Mechanism], mechanisms: int) -> doc.Section:
    said = (
        f"The sources assert {mechanisms} mechanisms; {len(missing)} of them are not in the model yet, so whatever "
        "they do is either missing here or wrongly put down to others."
    )
    groups = []
    for group, title in formatting.MECHANISM_GROUPS.items():
        own = [(f"{one.title} ", doc.Span(one.name, code=True)) for one in missing if one.group == group]
        groups += [doc.Section(f"missing-{group}", title, (doc.Items.of(own),))] if own else []
    folded = doc.Fold(f"The {len(missing)} mechanisms", (doc.Grid(tuple(groups)),))
    return doc.Section("missing", "What is not in the model yet", (doc.Paragraph(said), folded))


def _trace(rows: Sequence[Compared]) -> doc.Section:
    lines = {
        "territory_km2": "an output of the model: its mechanisms, figures and rivals",
        "pay-gap": "a mechanism: the claims that it takes up",
    }
    if rows:
        lines[rows[0].observation.source] = "a publisher: all that it says, and its leaning"
    typed = "\n".join(f"fissure trace {name.ljust(20)} # {said}" for name, said in lines.items())
    return doc.Section("trace", "Trace a number", (doc.Paragraph(TRACE), doc.Command(typed)))


def _made(run: RunDescription, case: Case, hidden: Sequence[str]) -> doc.Section:
    blocks: list[doc.Block] = [doc.Paragraph(case.summary), doc.Facts(run.how())]
    if hidden:
        blocks.append(
            doc.Paragraph(
                "Kept with the case but not shown here, because made with another model, other draws or other "
                f"mechanisms: {', '.join(hidden)}."
            )
        )
    if run.command:
        blocks += [doc.Paragraph("The same command makes the same numbers again:"), doc.Command(run.command)]
    return doc.Section("made", "How it was made", tuple(blocks))
