"""Learning from evidence: from a prior ensemble and published figures to a posterior, with checks of the inference."""

from fissure.studies.calibration.chosen import chosen, with_digest
from fissure.studies.calibration.fit import Calibration, Setting, calibrate
from fissure.studies.calibration.posterior import Posterior, packaged, path_of, read_posterior, require_fresh

__all__ = [
    "Calibration",
    "Posterior",
    "Setting",
    "calibrate",
    "chosen",
    "packaged",
    "path_of",
    "read_posterior",
    "require_fresh",
    "with_digest",
]
