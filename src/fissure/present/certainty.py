"""Words for the certainty of numbers, the same everywhere: few histories, shared pasts, ends of an outcome."""

from collections.abc import Iterable

import numpy as np

from fissure.present import formatting
from fissure.studies.compare import Compared
from fissure.studies.effective import ENOUGH, EffectiveSample, quantile_error
from fissure.studies.outcomes import TIMES, AtBound, AtBounds, bounds_of

AT_END = "⊣"
"""The sign of a number some of whose histories are at an end of the outcome's range."""
KEY = (
    f"{AT_END}: histories of it are at an end of the outcome's range, so a difference from or to them is a lower bound."
)
RESTRICTED = (
    "The mean of a time is restricted to the weeks of the run (restricted mean survival time): a history in which it "
    "does not happen counts with all of them."
)
LOWER_BOUND = "No difference can go beyond that end, so one from or to there is a lower bound."


def worth(one: EffectiveSample | None, histories: int) -> str:
    """The number of histories and their worth, such as `48 histories, worth 27 independent draws`."""
    many = f"{histories:,} histor{'y' if histories == 1 else 'ies'}"
    if one is None:
        return f"{many}, worth an unknown number of independent draws (not recorded)"
    if one.pasts == one.histories:
        return f"{many}, none of which share a past" if histories > 1 else many
    pasts = f"{one.pasts:,} distinct past{'' if one.pasts == 1 else 's'}"
    return f"{many}, worth {one.independent:,.0f} independent draws ({pasts})"


def rests_on(one: EffectiveSample | None, histories: int, *, allowed: bool | None = None) -> str:
    """Sentences on what intervals rest on; `allowed` says whether those of means allow for shared pasts."""
    said = [f"Intervals rest on {worth(one, histories)}."]
    if one is not None and one.pasts < one.histories:
        said += [shared_pasts(allowed)]
        if histories >= ENOUGH > one.independent:
            said += [f"For the ends of a 90% interval at least {ENOUGH} independent ones are needed."]
    return " ".join(said)


def shared_pasts(allowed: bool | None = None) -> str:
    """Explain fewer independent draws; `allowed` says whether intervals of means allow for that."""
    said = "Histories of one past share its parameters, and its luck up to the cut-off."
    if allowed is None:
        return said
    if allowed:
        return f"{said} Intervals of means allow for that."
    return f"{said} The intervals of means kept here take all histories as independent and are too narrow for that."


def restricted(outcome: str, weeks: int) -> str:
    """The meaning of the mean of a time; empty for what is none."""
    return restricted_to(weeks) if outcome.partition("@")[0] in TIMES else ""


def restricted_to(weeks: int) -> str:
    """The meaning of the mean of a time within so many weeks."""
    return RESTRICTED.replace("the weeks of the run", f"the run's {weeks} weeks")


def at_ends(ends: AtBounds, unit: str) -> list[str]:
    """The number of histories at each end of an outcome, by world, and what follows; nothing where none are."""
    sentences = []
    for end, bound in dict.fromkeys((one.end, one.bound) for one in ends.found):
        own = [one for one in ends.found if (one.end, one.bound) == (end, bound)]
        sentences.append(
            f"{AT_END} At the {end} end of this outcome, {_end(own[0], unit)}: {', '.join(map(_many, own))}."
        )
    if sentences:
        derived = "" if ends.recorded else " (Worked out from the means that were kept.)"
        sentences[-1] += f" {LOWER_BOUND}{derived}"
    return sentences


def not_recorded(ends: AtBounds, outcome: str) -> str:
    """A note that nobody looked for histories at an end, of an outcome that has one."""
    bounds = bounds_of(outcome, 1, 1)
    if ends.recorded or ends.found or (bounds.low is None and bounds.high is None):
        return ""
    return "How many histories are at an end of this outcome's range was not recorded with these numbers."


def marked(ends: AtBounds, *worlds: str) -> str:
    """The sign after a number of these worlds, where any of their histories is at an end."""
    return f" {AT_END}" if any(ends.of(world) for world in worlds) else ""


def _many(one: AtBound) -> str:
    many = "all" if one.count == one.of else f"{'at least ' if one.least else ''}{one.count} of"
    return f"{many} {one.of} histories {one.world}"


def _end(one: AtBound, unit: str) -> str:
    said = f"{formatting.number(one.bound, unit)}{'' if unit == 'share' else f' {formatting.unit(unit)}'}"
    if one.end == "upper" and unit == "weeks":
        return f"{said} (it has not happened when the run ends)"
    if one.end == "upper" and unit == "persons":
        return f"nine tenths or more of the {said} whom the model has room for"
    return said


def least_sure(rows: Iterable[Compared], worth: EffectiveSample | None = None) -> str:
    """The least sure end of all the model's 90% intervals, by its standard error; empty where none is known.

    Ends are weighed by the width of their intervals.
    """
    found = [(error / (row.high - row.low), error, q, row) for row in rows for q, error in _errors(row, worth)]
    if not found:
        return ""
    share, error, q, row = max(found, key=lambda one: one[0])
    end, at = ("lower", row.low) if q < 0.5 else ("upper", row.high)
    unit = row.variable.unit
    return (
        "The ends of these intervals have a sampling error too, a median of "
        f"{np.median([one[0] for one in found]):.0%} of their widths (standard error). The least sure is the {end} end "
        f"of “{row.variable.title}”, {formatting.when(row.observation)}: {formatting.number(at, unit)} ± "
        f"{formatting.number(error, unit)}, {share:.0%} of its width."
    )


def _errors(row: Compared, worth: EffectiveSample | None) -> list[tuple[float, float]]:
    """The standard errors of both ends of the interval of `row`; none where there is no interval."""
    if row.histories < ENOUGH or row.model is None or not row.high > row.low:
        return []
    values = row.model[np.isfinite(row.model)]
    part = 1.0 if worth is None else worth.independent / worth.histories
    return [(q, float(quantile_error(values, q, independent=part * len(values)).error)) for q in (0.05, 0.95)]
