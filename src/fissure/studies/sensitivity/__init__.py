"""What an answer hangs on, how sure that is, and which evidence would narrow it most.

Three questions of the same simulated histories, each with its own module: which inputs move an outcome at all
(`screen`), how much of its variance is owed to each of the strong ones, alone and with all interactions (`indices`),
and by how much knowing a parameter or a published figure would narrow it (`worth`).
"""

from fissure.studies.sensitivity.indices import Index, available
from fissure.studies.sensitivity.information_value import Learned, Worth
from fissure.studies.sensitivity.result import Of, Sensitivity
from fissure.studies.sensitivity.screening import Found, Screened
from fissure.studies.sensitivity.study import FEWEST, QUICK, RUNS, planned, sensitivity

__all__ = [
    "FEWEST",
    "QUICK",
    "RUNS",
    "Found",
    "Index",
    "Learned",
    "Of",
    "Screened",
    "Sensitivity",
    "Worth",
    "available",
    "planned",
    "sensitivity",
]
