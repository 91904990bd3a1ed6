"""Fissure: how an armed proto-state comes apart, simulated from evidence.

    import fissure
    result = fissure.run("islamic_state", members=100)
    result.data          # xarray Dataset: member, week, origin, cause, district ...
    result.report("report.html")

Heavy libraries load when they are first needed.
"""

from typing import Any

import fissure.engine.begin  # noqa: F401  (notices from the start that the process is forked)
from fissure.version import __version__

__all__ = [
    "AnswersResult",
    "AttributionResult",
    "CaseChanged",
    "EffectsResult",
    "FissureError",
    "FitResult",
    "HindcastResult",
    "RunResult",
    "SensitivityResult",
    "Stored",
    "WhatIfResult",
    "__version__",
    "answers",
    "calibrate",
    "check",
    "delete_runs",
    "explain",
    "export_run",
    "hindcast",
    "ledger",
    "load_case",
    "named_studies",
    "quantile_error",
    "read_explained",
    "read_run",
    "run",
    "sensitivity",
    "stored_run",
    "stored_runs",
    "trace",
    "whatif",
]


def __getattr__(name: str) -> Any:
    if name == "FissureError":
        from fissure.errors import FissureError

        return FissureError
    if name == "load_case":
        from fissure.cases.loader import load_case

        return load_case
    if name in __all__:
        from fissure.engine.begin import loading

        with loading():
            from fissure import api

        return getattr(api, name)
    raise AttributeError(f"module 'fissure' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
