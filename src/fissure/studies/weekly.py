"""What a study follows week by week: one number a member and week, defined also where all is lost."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from fissure.studies.counterpart import Floats, joined

MONTH = 365.25 / 12 / 7
"""Weeks in a month."""
QUARTER = 13
"""Weeks over which income is taken, those before included."""


@dataclass(frozen=True)
class Series:
    """`read` gives (members, weeks) numbers in `unit`."""

    title: str
    unit: str
    read: Callable[[xr.Dataset], Floats]


def _sum(data: xr.Dataset, output: str) -> Floats:
    """(members, weeks) of an output, summed over its other dimensions."""
    return joined(data[output], None, "sum", output)


def _income(data: xr.Dataset) -> Floats:
    """Million dollars a month, mean of the quarter that ends with the week; of fewer weeks at the start."""
    sums = np.cumsum(_sum(data, "income_musd"), axis=1)
    before = np.zeros_like(sums)
    before[:, QUARTER:] = sums[:, :-QUARTER]
    return np.asarray((sums - before) / np.minimum(np.arange(1, sums.shape[1] + 1), QUARTER) * MONTH)


SERIES = {
    "territory": Series("Ground held", "km2", lambda data: _sum(data, "territory_km2")),
    "fighters": Series("Fighters", "persons", lambda data: _sum(data, "fighters")),
    "loyal": Series(
        "Fighters who wish to stay", "persons", lambda data: _sum(data, "fighters") - _sum(data, "wanting_out")
    ),
    "deserted": Series(
        "Fighters lost by desertion, so far", "persons", lambda data: np.cumsum(_sum(data, "deserted"), axis=1)
    ),
    "income": Series("Income", "million USD/month", _income),
    "residents": Series("Residents on held ground", "persons", lambda data: _sum(data, "residents_under_control")),
    "support": Series(
        "Residents on held ground who support it",
        "persons",
        lambda data: _sum(data, "support") * _sum(data, "residents_under_control"),
    ),
    "resisters": Series("Residents in organised resistance", "persons", lambda data: _sum(data, "resisters")),
}
"""What is followed; fighters who wish to stay count each by the part of it that does not wish to leave."""
