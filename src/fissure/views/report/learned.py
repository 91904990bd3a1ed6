"""What a run's members have learned from the evidence: the section of the report of posterior runs."""

from typing import Any

import xarray as xr

from fissure.cases.loader import Case
from fissure.cases.naming import called
from fissure.evidence.ledger import Ledger
from fissure.model.catalogue import parameters_of
from fissure.present import formatting
from fissure.present.words import calibration as words
from fissure.studies.calibrate import Posterior
from fissure.studies.calibrate.simple import MAIN
from fissure.studies.counterpart import calendar_of
from fissure.studies.coverage import of_posterior
from fissure.studies.effective import Effective
from fissure.studies.measurement import comparable
from fissure.studies.measurement import data as figures_of
from fissure.views.report import moves

SHOWN = 12
"""Parameters in the table."""


def section(posterior: Posterior, case: Case, figures: int | None = None) -> dict[str, Any] | None:
    """What the report says of `posterior`: the parameters that moved most, in standard deviations of their priors.

    `figures` is how many it was fitted to, where that is known. None where no parameter was learned.
    """
    found = words.moves(posterior, case)
    if not found:
        return None
    found.sort(key=lambda move: -abs(move.shift))
    terms = len(posterior.learned) - len(words.parameters(posterior))
    narrowed = sum(move.contraction >= MAIN for move in found)
    day, known = formatting.day(posterior.until), "" if figures is None else f", {formatting.figures(figures)} in all"
    return {
        "headline": (
            f"Fitted to what was published of days up to {day}{known}; nothing that speaks of a later day was looked "
            f"at. {len(found)} parameters and {terms} bias terms of publishers were learned. Of these parameters "
            f"{narrowed} lost at least {MAIN:.0%} of their prior variance; every other parameter keeps its prior."
            f"{_worth(posterior)}"
        ),
        "rows": moves.rows(found[:SHOWN]),
        "left": len(found) - len(found[:SHOWN]),
        "width": moves.WIDTH,
        "command": f"fissure calibrate {called(case.folder)} --until {posterior.until}",
        "digest": posterior.digest,
        "lacks": of_posterior(posterior.plugins, parameters_of(case)),
    }


def _worth(posterior: Posterior) -> str:
    """What the draws are worth as independent ones; empty where none goes on from a simulated past."""
    if posterior.lived is None:
        return ""
    found = Effective.of(posterior.lived.members)
    return (
        f" The {found.histories:,} draws go on from {found.pasts:,} simulated pasts and are worth "
        f"{found.independent:,.0f} independent ones, which is what these intervals rest on."
    )


def fitted_to(posterior: Posterior, case: Case, ledger: Ledger, run: xr.Dataset) -> int | None:
    """How many figures of `ledger` the posterior was fitted to; None where `run` ends before the cut-off."""
    if calendar_of(run).last < posterior.until:
        return None
    return len(comparable(run, figures_of(ledger, case.leanings, until=posterior.until)))
