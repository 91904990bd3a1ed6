"""The report of a run, with the sections of studies that are not documents yet."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import xarray as xr
from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.entries import Mechanism
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present.document import Document, Drawing, Figure, Only, Section
from fissure.present.render.html import environment
from fissure.present.sections import causal, effects, hindcast, learned
from fissure.present.sections import run as report
from fissure.present.words.run import RunDescription
from fissure.studies import answers as replies_to
from fissure.studies import coverage, verdicts
from fissure.studies.attribution_file import kept as kept_explained
from fissure.studies.attribution_file import kept_at as explained_at
from fissure.studies.calibration import Posterior
from fissure.studies.compare import Compared
from fissure.studies.hindcast import kept
from fissure.studies.hindcast import kept_at as hindcast_at
from fissure.views.report import answers, why

if TYPE_CHECKING:
    import pandas as pd


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
) -> Document:
    """The report; see `fissure.present.sections.run`. `posterior` is what members were drawn from, if not the prior."""

    def lacks(made: Sequence[str]) -> str:
        return coverage.caution(made, run.plugins, run.off)

    drawn_from = run.posterior or ""
    replies, past = replies_to.kept(case, drawn_from), kept(case)
    cause = kept_explained(case, drawn_from)
    found = {
        "the answers": None
        if replies is None
        else _old(
            "answers", "Questions and answers", answers.section(replies, ledger) | {"lacks": lacks(replies.plugins)}
        ),
        "the attribution": None
        if cause is None
        else _old("why", "What made it come apart", why.section(cause) | {"lacks": lacks(cause.found.plan.plugins)}),
        "the forecasts from the past": None
        if past is None
        else hindcast.section(past, called(case.folder), ledger, lacks(past.plugins)),
    }
    kept_at = {
        "the attribution": explained_at,
        "the answers": replies_to.kept_at,
        "the forecasts from the past": hindcast_at,
    }
    studies = [*found.values(), _learned(posterior, case, ledger, data, run)]
    told = verdicts.kept()
    return report.document(
        run,
        data,
        case,
        ledger,
        rows,
        missing=missing,
        limits=limits,
        events=events,
        studies=[one for one in studies if one is not None],
        model=[
            effects.section(
                verdicts.effects(told),
                ledger,
                case=told["case"],
                members=told["members"],
                stale=verdicts.stale(told),
                caution=lacks(()),
            ),
            causal.section(ledger),
        ],
        hidden=[what for what, at in kept_at.items() if found[what] is None and at(case).is_file()],
    )


def _old(key: str, title: str, given: Mapping[str, Any]) -> Section:
    """A section of which there is a template only."""
    template = {"answers": "answers_section", "why": "why"}
    text = environment().get_template(f"{template[key]}.html.j2").render({key: given})
    found = re.search(r"<section[^>]*>\s*<h2>(.*?)</h2>(.*)</section>", text, re.DOTALL)
    assert found is not None
    figures = tuple(Figure(one, "", spec) for one, spec in given.get("specs", {}).items())
    return Section(key, title, (Drawing(Markup(found[2])), Only(frozenset(), figures)), heading=found[1])


def _learned(
    posterior: Posterior | None, case: Case, ledger: Ledger, data: xr.Dataset, run: RunDescription
) -> Section | None:
    if posterior is None:
        return None
    lacks = coverage.of_posterior(posterior.plugins, parameters_of(case), run.plugins, run.off)
    return learned.section(posterior, case, learned.fitted_to(posterior, case, ledger, data), lacks)
