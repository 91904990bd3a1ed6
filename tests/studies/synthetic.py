"""A made-up run with the real outputs, dimensions and units, in which numbers are easy to check by hand."""

from datetime import date, timedelta

import numpy as np
import pandas as pd
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.records import dataset_of
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


EVENT_KINDS = {
    "raid": {"dims": ["bloc", "district"], "units": "people hurt", "long_name": "Raids"},
    "quarrel": {"dims": [], "units": "quarrels", "long_name": "Quarrels"},
    "eclipse": {"dims": ["district"], "units": "eclipses", "long_name": "Eclipses <of the sun>"},
}
EVENTS = [  # member, week, kind, size
    (0, "2014-06-30", "raid", 3),
    (0, "2014-06-30", "raid", 4),
    (0, "2014-09-29", "raid", 5),  # its Thursday is in October
    (1, "2014-09-22", "raid", 250),
    (2, "2019-03-18", "raid", 1),
    *((member, "2016-01-04", "quarrel", 1) for member in range(8)),
]


def events(rows=EVENTS, members: int = 8) -> pd.DataFrame:
    """Made-up events as `Run.events` gives them."""
    member, week, kind, size = zip(*rows, strict=True) if rows else ((), (), (), ())
    frame = pd.DataFrame(
        {
            "member": np.array(member, np.int32),
            "week": np.array(week, "datetime64[ns]"),
            "kind": pd.Categorical(kind, list(EVENT_KINDS)),
            "district": pd.Categorical([""] * len(rows)),
            "bloc": pd.Categorical([""] * len(rows)),
            "size": np.array(size, np.int32),
        }
    )
    frame.attrs = {"members": members, "kinds": EVENT_KINDS}
    return frame
