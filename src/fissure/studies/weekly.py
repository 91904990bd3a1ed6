"""What a study follows week by week: one number a member and week, defined also where all is lost."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import xarray as xr

from fissure.constants import QUARTER, WEEKS_A_MONTH
from fissure.studies.counterpart import Floats
from fissure.studies.outcomes import summed


@dataclass(frozen=True)
class Series:
    """`read` gives (members, weeks) numbers in `unit`."""

    title: str
    unit: str
    read: Callable[[xr.Dataset], Floats]


def _income(data: xr.Dataset) -> Floats:
    """Million dollars a month, mean of the quarter that ends with the week; of fewer weeks at the start."""
    sums = np.cumsum(summed(data, "income_musd"), axis=1)
    before = np.zeros_like(sums)
    before[:, QUARTER:] = sums[:, :-QUARTER]
    return np.asarray((sums - before) / np.minimum(np.arange(1, sums.shape[1] + 1), QUARTER) * WEEKS_A_MONTH)


SERIES = {
    "territory": Series("Ground held", "km2", lambda data: summed(data, "territory_km2")),
    "fighters": Series("Fighters", "persons", lambda data: summed(data, "fighters")),
    "loyal": Series(
        "Fighters who wish to stay", "persons", lambda data: summed(data, "fighters") - summed(data, "wanting_out")
    ),
    "deserted": Series(
        "Fighters lost by desertion, so far", "persons", lambda data: np.cumsum(summed(data, "deserted"), axis=1)
    ),
    "income": Series("Income", "million USD/month", _income),
    "residents": Series("Residents on held ground", "persons", lambda data: summed(data, "residents_under_control")),
    "support": Series(
        "Residents on held ground who support it",
        "persons",
        lambda data: summed(data, "support") * summed(data, "residents_under_control"),
    ),
    "resisters": Series("Residents in organised resistance", "persons", lambda data: summed(data, "resisters")),
}
"""What is followed; fighters who wish to stay count each by the part of it that does not wish to leave."""
