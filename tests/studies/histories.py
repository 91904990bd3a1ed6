"""Made-up histories in which nothing moves, and the means to move what a pattern speaks of."""

import numpy as np
import xarray as xr
from synthetic import run

from fissure.cases.loader import Case
from fissure.context import context_of

WEEKS = 247
PATTERNS = context_of("islamic_state").patterns
ORDERINGS = tuple(p for p in PATTERNS if p.in_time)
PARTS = {part.name: part for pattern in PATTERNS for part in pattern.parts}


def still(case: Case, members: int = 3) -> xr.Dataset:
    """Members in whom nothing moves: shares and indices are 0.5, all else 1,000."""
    data = run(case, members=members).drop_vars(["control", "residents", "posted", "plots"], errors="ignore")
    for name in data.data_vars:
        data[name] = data[name].astype(float)
        data[name][:] = 0.5 if data[name].attrs["units"].startswith(("share", "index")) else 1000.0
    return data


def step(*at, high=1000.0, low=100.0):
    """(members, weeks) that fall from `high` to `low` in the week given of each member; None never falls."""
    weeks = np.arange(WEEKS)
    return np.array([np.where(weeks < (WEEKS if a is None else a), high, low) for a in at])


def put(data, name, values, **select):
    """Write (members, weeks) to every coordinate of an output, or to those selected."""
    where = data[name].loc[select] if select else data[name]
    extra = [d for d in where.dims if d not in ("member", "week")]
    where[:] = np.asarray(values).reshape(*np.shape(values), *[1] * len(extra))


def answers(data, name):
    """True, False, or None where it does not apply, by member."""
    holds = PARTS[name].check.answer(data).holds
    return [
        None if hidden else bool(value) for value, hidden in zip(holds.data, np.ma.getmaskarray(holds), strict=True)
    ]
