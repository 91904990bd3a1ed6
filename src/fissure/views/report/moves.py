"""Parameters before and after as rows for a page, each with both 90% intervals as a picture."""

from collections.abc import Iterable
from typing import Any

from fissure.present import formatting
from fissure.present.words import calibration as words
from fissure.present.words.calibration import Interval, Move

WIDTH, EDGE, REACH = 150, 6, 3.2
"""Pixels of a picture and of the room at its two ends; standard deviations of the prior from its middle to an end."""
PRIOR = Interval(*map(float, words.NORMAL))


def rows(moves: Iterable[Move], most: dict[str, dict[str, str]] | None = None) -> list[dict[str, Any]]:
    """One row a parameter; `most` says of which figure each explains most."""
    return [_row(move, (most or {}).get(move.name)) for move in moves]


def picture(posterior: Interval, prior: Interval = PRIOR) -> dict[str, float]:
    """Where both intervals lie, in pixels; all pictures share the scale, on which every prior is the same normal."""
    before, after = [[_across(x) for x in at] for at in (prior, posterior)]
    return {
        "low": after[0],
        "length": max(round(after[2] - after[0], 1), 1.0),
        "middle": after[1],
        "prior_low": before[0],
        "prior_length": round(before[2] - before[0], 1),
        "prior_middle": before[1],
    }


def _row(move: Move, most: dict[str, str] | None) -> dict[str, Any]:
    return {
        "name": move.name,
        "meaning": move.meaning,
        "unit": "" if move.unit == "share" else formatting.unit(move.unit),
        "prior_middle": words.value(move.prior.middle, move.unit),
        "prior": words.between(move.prior.low, move.prior.high, move.unit),
        "middle": words.value(move.posterior.middle, move.unit),
        "posterior": words.between(move.posterior.low, move.posterior.high, move.unit),
        "shift": f"{move.shift:+.1f}".replace("-", "−"),
        "contraction": words.percent(move.contraction),
        "picture": picture(move.normals),
        "most": most,
    }


def _across(z: float) -> float:
    inside = max(-REACH, min(REACH, z))
    return round(WIDTH / 2 + (WIDTH / 2 - EDGE) * inside / REACH, 1)
