"""The Python face of Fissure: what `fissure.run`, `fissure.calibrate`, `fissure.check` and the others are."""

from fissure.api.checks import Effects, check
from fissure.api.evidence import check_evidence, ledger, missing_mechanisms, subjects, trace
from fissure.api.fits import Fit, calibrate, hindcast
from fissure.api.runs import Result, draws_of, read_run, run

__all__ = [
    "Effects",
    "Fit",
    "Result",
    "calibrate",
    "check",
    "check_evidence",
    "draws_of",
    "hindcast",
    "ledger",
    "missing_mechanisms",
    "read_run",
    "run",
    "subjects",
    "trace",
]
