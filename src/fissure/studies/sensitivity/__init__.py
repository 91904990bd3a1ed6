"""What an answer depends on, how sure that is, and which evidence would narrow it most.

Three questions of the same simulated histories, each with its own module: which inputs move an outcome at all
(`screening`), how much of its variance is due to each of the strong ones, alone and with all interactions (`indices`),
and by how much knowing a parameter or a published figure would narrow it (`information_value`).
"""

from fissure.studies.sensitivity.indices import Index, available
from fissure.studies.sensitivity.information_value import InformationValue, Narrowing
from fissure.studies.sensitivity.result import OutcomeSensitivity, Sensitivity
from fissure.studies.sensitivity.screening import ScreenedInput, Screening
from fissure.studies.sensitivity.study import FEWEST, QUICK, RUNS, planned, sensitivity

__all__ = [
    "FEWEST",
    "QUICK",
    "RUNS",
    "Index",
    "InformationValue",
    "Narrowing",
    "OutcomeSensitivity",
    "ScreenedInput",
    "Screening",
    "Sensitivity",
    "available",
    "planned",
    "sensitivity",
]
