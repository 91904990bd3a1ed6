"""A made-up run with the real outputs, dimensions and units, in which numbers are easy to check by hand."""

from datetime import date, timedelta

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.dataset import dataset_of
from fissure.model.record import COORDINATES, OUTPUTS


def run(case: Case, members: int = 8, weeks: int | None = None, seed: int = 1) -> xr.Dataset:
    """Every output of the model, smooth and positive, different in each member."""
    weeks = weeks or case.weeks
    sizes = {name: len(values) for name, values in COORDINATES.items()}
    sizes |= {"country": len(case.countries), "district": len(case.districts)}
    random = np.random.default_rng(seed)
    fall = np.linspace(1.0, 0.1, weeks)
    records = {}
    for output in OUTPUTS:
        shape = (members, weeks, *(sizes[d] for d in output.dims))
        scale = 1.0 if output.unit.startswith(("share", "index")) else 10_000.0
        spread = random.uniform(0.3, 0.9, (members, 1, *shape[2:]))
        values = scale * spread * fall.reshape(1, weeks, *[1] * len(output.dims))
        records[output.name] = values.astype(np.int32 if output.whole_number else np.float32)
    return dataset_of(records, range(members), case)


def weekly(values: list[list[float]], start: date = date(2015, 1, 5), **dims: list[str]) -> xr.DataArray:
    """A (member, week, ...) output called `out`; `start` is a Monday."""
    array = np.asarray(values, float)
    weeks = [np.datetime64(start + timedelta(weeks=w), "ns") for w in range(array.shape[1])]
    return xr.DataArray(
        array,
        dims=("member", "week", *dims),
        coords={"member": range(array.shape[0]), "week": weeks, **dims},
        name="out",
    )
