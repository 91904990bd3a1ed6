"""Records as a labelled data set: every variable with dimensions, coordinates, `units` and `long_name`."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.model.record import COORDINATES, OUTPUTS


def dataset_of(records: Mapping[str, NDArray], members: Sequence[int], case: Case) -> xr.Dataset:
    """The records of `members`, each array of shape (members, weeks, ...), as a data set with units.

    `week` is the Monday on which a stock was taken and from which a flow ran.
    """
    weeks = next(iter(records.values())).shape[1]
    coordinates = {
        "member": np.asarray(members, np.int64),
        "week": np.array([case.start + timedelta(weeks=w) for w in range(weeks)], "datetime64[ns]"),
        "country": list(case.countries),
        "district": [d.id for d in case.districts],
        **COORDINATES,
    }
    variables = {
        o.name: (("member", "week", *o.dims), np.asarray(records[o.name]), {"units": o.unit, "long_name": o.long_name})
        for o in OUTPUTS
    }
    return xr.Dataset(variables, coordinates, {"case": case.name, "title": case.title})
