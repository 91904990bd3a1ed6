"""How the checks of a calibration are put in words: five checks, and what fails each."""

from collections.abc import Sequence
from dataclasses import dataclass

from scipy.stats import binom

from fissure.present import formatting
from fissure.studies.calibration.checks import LEVEL, MAIN, Agreement, PredictiveCheck, TargetRecovery
from fissure.studies.calibration.fit import Calibration
from fissure.studies.measurement import Datum

COVERAGE_ERROR = 0.05
"""How far the coverage over all targets may be from nine in ten."""
AGREEMENT = 0.9
"""Part of the main margins on which the two methods should be less than one standard deviation apart."""
EFFECTIVE = 50
"""Effective sample size that the weights of the histories that go on should have."""
REPRODUCED = 0.8
"""Part of the observations that should lie inside their 90% predictive intervals."""
KEY = (
    "Parameter recovery and rank statistics hold where no more targets fail than chance lets fail: of each target the "
    "coverage should lie in the range that holds 99% of what chance gives an honest 90% interval, and the ranks should "
    f"pass for uniform at {LEVEL:.0%}. The coverage over all targets should be within {100 * COVERAGE_ERROR:.0f} "
    f"points of 90%. The second method agrees where the means of at least {AGREEMENT:.0%} of the main margins, those "
    f"that lose at least {MAIN:.0%} of their prior variance by either method, are less than one standard deviation "
    f"apart. The posterior predictive check holds where at least {REPRODUCED:.0%} of the observations lie inside "
    "their 90% predictive intervals. The weights of the histories that go on should have an effective sample size of "
    f"at least {EFFECTIVE}."
)


@dataclass(frozen=True)
class InferenceCheck:
    """One check of the inference; `holds` is None where there was nothing to check."""

    name: str
    holds: bool | None
    said: str

    @property
    def sign(self) -> str:
        """Its result in words, so that it does not depend on colour."""
        return {True: "✓ holds", False: "✗ fails", None: "– nothing to check"}[self.holds]


def checks(found: Calibration) -> list[InferenceCheck]:
    """The five checks, those that fail first."""
    every = [_recovery(found), _ranks(found), _second_method(found), _predictive(found), _effective(found)]
    return sorted(every, key=lambda check: (check.holds is not False, check.holds is True))


def verdict(found: Calibration) -> str:
    """How many of the checks fail, and which."""
    every = checks(found)
    failed = [check.name for check in every if check.holds is False]
    if not failed:
        return f"None of the {len(every)} checks of the inference fails."
    return f"{len(failed)} of {len(every)} checks of the inference {_s(failed, 'fails', 'fail')}: {', '.join(failed)}."


def band(sets: int) -> tuple[float, float]:
    """The coverage that chance gives an honest 90% interval over `sets` data sets, with 99% probability."""
    low, high = binom.ppf([0.005, 0.995], sets, 0.9) / sets
    return float(low), float(high)


def uncovered(found: Calibration) -> list[TargetRecovery]:
    """Targets whose coverage lies outside `band`, those covered least first."""
    low, high = band(found.recovery.sets)
    out = [one for one in found.recovery.targets if not low - 1e-9 <= one.covered <= high + 1e-9]
    return sorted(out, key=lambda one: one.covered)


def uneven(found: Calibration) -> list[TargetRecovery]:
    """Targets whose ranks are not uniform, the worst first."""
    return sorted((one for one in found.recovery.targets if not one.rank_p > LEVEL), key=lambda one: one.rank_p)


def main_margins(found: Calibration) -> list[Agreement]:
    """Margins on which the two methods are compared, the furthest apart first."""
    return sorted((one for one in found.agreements if one.main), key=lambda one: -one.apart)


def apart(found: Calibration) -> list[Agreement]:
    """Main margins on which the two methods are a standard deviation or more apart, the furthest first."""
    return [one for one in main_margins(found) if not one.apart < 1]


def outside(found: Calibration) -> list[tuple[Datum, PredictiveCheck]]:
    """Observations outside their predictive intervals, the furthest out first.

    How far is counted in widths of the interval, so that a figure with much doubt needs to be further off.
    """

    def far(pair: tuple[Datum, PredictiveCheck]) -> float:
        one = pair[1]
        return max(one.published - one.high, one.low - one.published) / max(one.high - one.low, 1e-9)

    pairs = zip(found.items, found.predictive, strict=True)
    return sorted((pair for pair in pairs if not pair[1].inside), key=far, reverse=True)


def _recovery(found: Calibration) -> InferenceCheck:
    one, wrong = found.recovery, uncovered(found)
    low, high = band(one.sets)
    said = (
        f"The 90% intervals hold {one.covered:.0%} of the true values over {one.sets:,} synthetic data sets; of "
        f"{len(one.targets)} targets {len(wrong)} {_s(wrong, 'lies', 'lie')} outside what chance gives an honest "
        f"interval ({low:.0%} to {high:.0%})."
    )
    near = not one.targets or abs(one.covered - 0.9) <= COVERAGE_ERROR + 1e-9
    return InferenceCheck("parameter recovery", _by_chance(wrong, one.targets) if near else False, said)


def _ranks(found: Calibration) -> InferenceCheck:
    targets, wrong = found.recovery.targets, uneven(found)
    said = (
        "The ranks of the true values among the draws pass for uniform for "
        f"{found.recovery.uniform:.0%} of the targets ({len(targets) - len(wrong)} of {len(targets)}); where "
        f"all is well about {1 - LEVEL:.0%} do."
    )
    return InferenceCheck("rank statistics", _by_chance(wrong, targets), said)


def _second_method(found: Calibration) -> InferenceCheck:
    main = main_margins(found)
    if not main:
        said = (
            f"No target loses {MAIN:.0%} of its prior variance by either method, so there is no main margin to compare."
        )
        return InferenceCheck("second method", None, said)
    near = len(main) - len(apart(found))
    said = (
        f"Regression ABC agrees with the flow on {near} of {len(main)} main margins ({near / len(main):.0%}): the two "
        "means are less than one standard deviation apart."
    )
    return InferenceCheck("second method", near / len(main) >= AGREEMENT, said)


def _predictive(found: Calibration) -> InferenceCheck:
    every = len(found.predictive)
    if not every:
        return InferenceCheck("posterior predictive check", None, "There is no observation to predict.")
    within = every - len(outside(found))
    said = (
        f"{within} of {formatting.figures(every)} ({within / every:.0%}) lie inside the 90% interval of what their "
        "publishers would have reported of histories from the posterior."
    )
    return InferenceCheck("posterior predictive check", within / every >= REPRODUCED, said)


def _effective(found: Calibration) -> InferenceCheck:
    if not found.state:
        said = "No observation is of the state at the cut-off, so every history goes on."
        return InferenceCheck("effective sample size", None, said)
    of = found.posterior.made["histories"]
    said = (
        f"{of:,} simulated histories were weighted by {formatting.figures(len(found.state))} of the state at the "
        f"cut-off; the weights have an effective sample size of {found.effective_size:.0f}."
    )
    return InferenceCheck("effective sample size", found.effective_size >= EFFECTIVE, said)


def _by_chance(wrong: Sequence[TargetRecovery], targets: Sequence[TargetRecovery]) -> bool | None:
    """Whether no more fail than would by chance, at 1%, if each fails with a probability of 1%."""
    return bool(len(wrong) <= binom.ppf(0.99, len(targets), 0.01)) if targets else None


def _s(listed: Sequence[object], one: str, many: str) -> str:
    return one if len(listed) == 1 else many
