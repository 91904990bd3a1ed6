"""What there is to start from: the ledger of a case, and what a name rests on."""

from pathlib import Path

from fissure.api.arguments import plain_arguments
from fissure.cases.naming import REFERENCE
from fissure.context import CaseLike, context_of
from fissure.evidence import Ledger, Trace
from fissure.studies.calibration.posterior import Posterior
from fissure.studies.questions import Study


@plain_arguments
def ledger(case: CaseLike = REFERENCE) -> Ledger:
    """All claims, those of other packages among them, and the observations of `case`, if it brings a ledger.

    Args:
        case: the name of a packaged case, the path of a case folder, a loaded case or a context.

    Returns the ledger: sources, claims, observations, variables and mechanisms by id.

    Raises `FissureError` for a case or a ledger that cannot be read.

    Example:

        >>> import fissure
        >>> fissure.ledger().observations["fighters-total-2014-09-cia"].ends
        (20000.0, 31500.0)
    """
    return context_of(case).ledger


@plain_arguments
def trace(name: str, case: CaseLike = REFERENCE) -> Trace:
    """What a mechanism, parameter, output, source, claim or observation rests on, rival claims side by side.

    Args:
        name: as the ledger or the model has it, such as ``pay-gap``, ``pay-gap.exposure`` or ``fighters``.
        case: the case whose evidence to use.

    Returns the trace: claims with source and line, observations, parameters, rivals.

    Raises `FissureError` for a name that there is not, with the nearest one.

    Example:

        >>> import fissure
        >>> [claim.id for claim in fissure.trace("pay-gap").claims][:1]
        ['S0-05b']
    """
    return context_of(case).trace(name)


@plain_arguments
def named_studies(case: CaseLike = REFERENCE) -> dict[str, Study]:
    """The named studies of a case, in order; none where it brings none.

    Args:
        case: the name of a packaged case, the path of a case folder, or a loaded case.

    Returns the studies by name, for `whatif`.

    Raises `FissureError` for a case that cannot be read.

    Example:

        >>> import fissure
        >>> fissure.named_studies()["hundred-strikes"].off
        ()
    """
    return dict(context_of(case).studies)


@plain_arguments
def draws_of(
    case: CaseLike = REFERENCE, *, prior: bool = False, posterior: str | Path | None = None
) -> Posterior | None:
    """The posterior that members of `case` are drawn from; None for the prior.

    Raises `FissureError` where both are asked for, and for a posterior that cannot be read or is stale.
    """
    return context_of(case).draws(prior=prior, posterior=posterior)
