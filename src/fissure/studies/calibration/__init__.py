"""Learning from evidence: from a prior ensemble and published figures to a posterior, with checks of the inference."""

from fissure.studies.calibration.fit import Calibration, Setting, calibrate
from fissure.studies.calibration.posterior import (
    Posterior,
    chosen,
    packaged,
    path_of,
    read_posterior,
    require_fresh,
    with_digest,
)

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
