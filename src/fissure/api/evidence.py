"""What there is to start from: the ledger of a case, and what a name rests on."""

from pathlib import Path

from fissure.api.arguments import plain_arguments
from fissure.context import CaseLike, context_of
from fissure.evidence import Ledger, Trace
from fissure.studies.calibrate import Posterior
from fissure.studies.named import Study


@plain_arguments
def ledger(case: CaseLike = "islamic_state") -> Ledger:
    """All claims, those of other packages among them, and the observations of `case`, if it brings a ledger."""
    return context_of(case).ledger


@plain_arguments
def trace(name: str, case: CaseLike = "islamic_state") -> Trace:
    """What a mechanism, parameter, output, source, claim or observation rests on, rival claims side by side."""
    return context_of(case).trace(name)


@plain_arguments
def named_studies(case: CaseLike = "islamic_state") -> dict[str, Study]:
    """The named studies of a case, in order; none where it brings none."""
    return dict(context_of(case).studies)


@plain_arguments
def draws_of(
    case: CaseLike = "islamic_state", *, prior: bool = False, posterior: str | Path | None = None
) -> Posterior | None:
    """The posterior that members of `case` are drawn from; None for the prior.

    Raises `FissureError` where both are asked for, and for a posterior that cannot be read or is stale.
    """
    return context_of(case).draws(prior=prior, posterior=posterior)
