"""Which posterior a run uses: one that is named, or the last that lies with the case."""

from datetime import date
from functools import lru_cache
from pathlib import Path

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.studies.calibration.posterior import (
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
    posterior = _read_once(path)
    known = figures_of(ledger, case.leanings, until=posterior.until)
    require_fresh(path, posterior, case, dependencies(case, known, posterior.plugins))
    return posterior


def with_digest(case: Case, digest: str) -> tuple[date, Posterior] | None:
    """The posterior with that digest among those that lie with `case`, and its cut-off; None where none has it."""
    found = ((day, _read_once(path_of(case, day))) for day in (packaged(case) if digest else ()))
    return next((one for one in found if one[1].digest == digest), None)


def _read_once(path: Path) -> Posterior:
    """The posterior in `path`, read again only when the file has changed."""
    try:
        now = path.stat()
    except OSError:
        return read_posterior(path)  # which says what is wrong
    return _read(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=8)
def _read(path: Path, written: int, size: int) -> Posterior:
    return read_posterior(path)
