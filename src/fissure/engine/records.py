"""Records with names: what is recorded, its dimensions, labels and units; events as rows of a table."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.model.events import KINDS, PREFIX
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
    """The recorded variables, by name: `dims` (member and week first), `dtype`, `units`, `long_name`.

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
    labels = coordinates_of(case, next(iter(records.values())).shape[1])
    coordinates: dict[str, Any] = {"member": np.asarray(members, np.int64), **labels}
    coordinates["week"] = np.array(labels["week"], "datetime64[ns]")
    variables = {
        name: (v["dims"], np.asarray(records[name]), {"units": v["units"], "long_name": v["long_name"]})
        for name, v in variables_of().items()
    }
    return xr.Dataset(variables, coordinates, {"case": case.name, "title": case.title})


Columns = dict[str, NDArray[Any]]
STORED = {
    "event_member": ("int32", "member", "Member"),
    "event_week": ("int16", "week", "Week, from 0"),
    "event_kind": ("int8", "kind", "Kind, as run.json lists them"),
    "event_district": ("int16", "district", "District, -1 where the kind has none"),
    "event_bloc": ("int16", "bloc", "Bloc, -1 where the kind has none"),
    "event_size": ("int32", "see run.json", "Size"),
}
"""The columns of a block, each along `event`: type, unit, long name."""


def event_kinds() -> dict[str, dict[str, Any]]:
    """The kinds of events by name, in the order of their numbers: `dims`, `units` of the size, `long_name`."""
    return {k.name: {"dims": list(k.dims), "units": k.unit, "long_name": k.long_name} for k in KINDS}


def sparse(records: Mapping[str, NDArray[Any]], members: Sequence[int]) -> Columns:
    """The records of `members`, with a row for each event in place of its dense arrays (members, weeks, ...).

    Records without events stay so.
    """
    out = {name: array for name, array in records.items() if not name.startswith(PREFIX)}
    if len(out) == len(records):
        return out
    return out | rows([(kind.dims, records[PREFIX + kind.name]) for kind in KINDS], members)


def rows(planes: Sequence[tuple[Sequence[str], NDArray[Any]]], members: Sequence[int]) -> Columns:
    """The columns of `STORED`: a row wherever one of `planes` is not 0, by member, week, kind, bloc, district.

    Each of `planes`, one a kind, is its dimensions after (member, week) and its sizes.
    """
    found = [np.zeros((6, 0), np.int64)]
    for kind, (dims, sizes) in enumerate(planes):
        at = np.nonzero(sizes)
        none = np.full(len(at[0]), -1)
        places = dict(zip(dims, at[2:], strict=True))
        number = np.full(len(at[0]), kind)
        place = [places.get(dim, none) for dim in ("district", "bloc")]
        found.append(np.stack([np.asarray(members)[at[0]], at[1], number, *place, sizes[at]]))
    table = np.concatenate(found, axis=1)
    member, week, kinds, district, bloc, _ = table
    order = np.lexsort((district, bloc, kinds, week, member))
    return {name: table[n, order].astype(dtype) for n, (name, (dtype, *_)) in enumerate(STORED.items())}


def event_arrays(
    records: Mapping[str, NDArray[Any]],
) -> dict[str, tuple[tuple[str, ...], NDArray[Any], dict[str, str]]]:
    """The columns as a block keeps them: dimensions, values, attributes. None where `records` are without events."""
    return {
        name: (("event",), records[name], {"units": units, "long_name": said})
        for name, (_, units, said) in STORED.items()
        if name in records
    }
