"""When a simulated history ends in collapse, and how probable that is by each week.

Territorial collapse: the area that a map-maker would count falls below 10% of its highest so far and stays there to the
end of the run. Collapse of the ranks: the same of fighters. Both ask for the end of the run, so a member that falls and
rises again has not collapsed; one that fell in the last weeks counts as collapsed.
"""

from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.studies.counterpart import Floats, joined

What = Literal["territory", "fighters"]
OUTPUTS: dict[What, str] = {"territory": "territory_km2", "fighters": "fighters"}
LEFT = 0.1
"""Part of the highest so far below which it has collapsed."""


def collapse_weeks(data: xr.Dataset, what: What) -> Floats:
    """(members,) the first week from which `what` stays below a tenth of its highest so far; NaN for never."""
    return fell_for_good(joined(data[OUTPUTS[what]].compute(), None, "sum", f"collapse of {what}"))


def fell_for_good(values: Floats) -> Floats:
    """(members,) the first week from which `values`, (members, weeks), stay below a tenth of their highest so far."""
    down = values < LEFT * np.maximum.accumulate(values, axis=1)
    stays = np.logical_and.accumulate(down[:, ::-1], axis=1)[:, ::-1]
    return np.where(stays.any(axis=1), stays.argmax(axis=1), np.nan).astype(np.float64)


def by_week(weeks: Floats, run: int) -> Floats:
    """(run,) the share of members that have collapsed by each week of a run of `run` weeks."""
    collapsed: NDArray[np.bool_] = weeks[:, None] <= np.arange(run)  # NaN is never
    return np.asarray(collapsed.mean(axis=0), np.float64)
