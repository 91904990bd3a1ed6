"""Records as a labelled data set: every variable with dimensions, coordinates, `units` and `long_name`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.model.record import COORDINATES, OUTPUTS


def coordinates_of(case: Case, weeks: int) -> dict[str, list[str]]:
    """The labels of every dimension but the member, as text; `week` as the day on which it begins."""
    return {
        "week": [(case.start + timedelta(weeks=w)).isoformat() for w in range(weeks)],
        "country": list(case.countries),
        "district": [d.id for d in case.districts],
        "bloc": [b.name for b in case.blocs],
        **{name: list(labels) for name, labels in COORDINATES.items()},
    }


def variables_of(outputs: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """What is recorded, by name: `dims` (member and week first), `dtype`, `units`, `long_name`.

    Of `outputs` alone where any are named.
    """
    return {
        o.name: {
            "dims": ["member", "week", *o.dims],
            "dtype": "int32" if o.whole_number else "float32",
            "units": o.unit,
            "long_name": o.long_name,
        }
        for o in OUTPUTS
        if not outputs or o.name in outputs
    }


def dataset_of(records: Mapping[str, NDArray], members: Sequence[int], case: Case) -> xr.Dataset:
    """The records of `members`, each array of shape (members, weeks, ...), as a data set with units.

    `week` is the Monday on which a stock was taken and from which a flow ran.
    """
    told = coordinates_of(case, next(iter(records.values())).shape[1])
    coordinates: dict[str, Any] = {"member": np.asarray(members, np.int64), **told}
    coordinates["week"] = np.array(told["week"], "datetime64[ns]")
    variables = {
        name: (v["dims"], np.asarray(records[name]), {"units": v["units"], "long_name": v["long_name"]})
        for name, v in variables_of().items()
    }
    return xr.Dataset(variables, coordinates, {"case": case.name, "title": case.title})
