"""Which posterior a run uses: one that is named, or the last that lies with the case."""

from pathlib import Path

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.studies.calibrate.posterior import (
    Posterior,
    dependencies,
    packaged,
    path_of,
    read_posterior,
    require_fresh,
)
from fissure.studies.measurement import data as figures_of


def chosen(case: Case, ledger: Ledger, path: Path | None = None) -> Posterior | None:
    """The posterior in `path`, or else the one with the last cut-off that lies with `case`; None where there is none.

    Raises `FissureError` where it cannot be read, is another case's, or was fitted to something else than there is now.
    """
    if path is None:
        cut_offs = packaged(case)
        if not cut_offs:
            return None
        path = path_of(case, cut_offs[-1])
    posterior = read_posterior(path)
    known = figures_of(ledger, case.leanings, until=posterior.until)
    require_fresh(path, posterior, case, dependencies(case, known, posterior.plugins))
    return posterior
