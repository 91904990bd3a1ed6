"""The report of a run: what was kept of studies of its case, beside the sections of the run itself."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.entries import Mechanism
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present.document import Document, Section
from fissure.present.sections import answers, attribution, causal, effects, hindcast, learned
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
        "the answers": None if replies is None else answers.section(replies, ledger, lacks(replies.plugins)),
        "the attribution": None if cause is None else attribution.section(cause, lacks(cause.found.plan.plugins)),
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


def _learned(
    posterior: Posterior | None, case: Case, ledger: Ledger, data: xr.Dataset, run: RunDescription
) -> Section | None:
    if posterior is None:
        return None
    lacks = coverage.of_posterior(posterior.plugins, parameters_of(case), run.plugins, run.off)
    return learned.section(posterior, case, learned.fitted_to(posterior, case, ledger, data), lacks)
