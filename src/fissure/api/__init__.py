"""The Python face of Fissure: what `fissure.run`, `fissure.calibrate`, `fissure.check` and the others are."""

from fissure.api.attributions import AttributionResult, explain, read_explained
from fissure.api.effects import EffectsResult, SensitivityResult, check, sensitivity
from fissure.api.evidence import FitResult, HindcastResult, calibrate, draws_of, hindcast, ledger, named_studies, trace
from fissure.api.questions import AnswersResult, answers
from fissure.api.runs import RunResult, export_run, opened, read_run, run
from fissure.api.stored import CaseChanged, Stored, delete_runs, is_changed, is_of, recorded, stored_run, stored_runs
from fissure.api.whatifs import WhatIfResult, whatif
from fissure.context import Context, context_of
from fissure.studies.effective import quantile_error

__all__ = [
    "AnswersResult",
    "AttributionResult",
    "CaseChanged",
    "Context",
    "EffectsResult",
    "FitResult",
    "HindcastResult",
    "RunResult",
    "SensitivityResult",
    "Stored",
    "WhatIfResult",
    "answers",
    "calibrate",
    "check",
    "context_of",
    "delete_runs",
    "draws_of",
    "explain",
    "export_run",
    "hindcast",
    "is_changed",
    "is_of",
    "ledger",
    "named_studies",
    "opened",
    "quantile_error",
    "read_explained",
    "read_run",
    "recorded",
    "run",
    "sensitivity",
    "stored_run",
    "stored_runs",
    "trace",
    "whatif",
]
