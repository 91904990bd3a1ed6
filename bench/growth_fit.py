"""How a cost grows with a size: the exponent of a power law, with an interval."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.stats import linregress, t


class Growth(NamedTuple):
    """cost = constant x size^exponent; `low` and `high` bound 90% of where the exponent may lie."""

    exponent: float
    low: float
    high: float


def growth(sizes: Sequence[float], costs: Sequence[float]) -> Growth:
    """The exponent by least squares of log cost on log size; the interval is of a straight line's slope (Student's t).

    One size may come several times, once for each repetition. At least three pairs.
    """
    if len(sizes) < 3:
        raise ValueError(f"a growth needs three pairs or more, not {len(sizes)}")
    line = linregress(np.log(sizes), np.log(costs))
    half = float(t.ppf(0.95, len(sizes) - 2) * line.stderr)
    return Growth(float(line.slope), float(line.slope) - half, float(line.slope) + half)


def per_piece(sizes: Sequence[float], costs: Sequence[float]) -> tuple[float, float]:
    """What nothing costs, and what each piece more costs: a straight line through the pairs."""
    line = linregress(sizes, costs)
    return float(line.intercept), float(line.slope)
