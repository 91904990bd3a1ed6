"""The weekly numbers of one output of a stored run, read when they are asked for."""

import json
import zlib
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

import xarray as xr

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.desk import Desk
from fissure.context import Context
from fissure.errors import FissureError, nearest
from fissure.present.charts.panels import panels
from fissure.present.charts.series import QUANTILES, Series, quantiles, standard_errors
from fissure.studies.effective import few_histories

MOST_BY = 3
"""Dimensions that a series can be told apart by at once."""
SUMMED = ("persons", "km2", "million USD", "strikes", "events", "barrels", "districts")
"""How units begin of what can be summed over places, origins and causes."""


def names_of(run: Stored, context: Context) -> list[dict[str, Any]]:
    """The outputs of `run`: name, title, unit, what each can be told apart by, whether it may be summed."""
    data = api.opened(run.folder, context).data
    return [
        {
            "name": str(name),
            "title": str(array.attrs["long_name"]),
            "unit": str(array.attrs["units"]),
            "by": _dims(array),
            "summed": _summed(array),
        }
        for name, array in data.data_vars.items()
    ]


def weekly(desk: Desk, run: Stored, output: str, by: Sequence[str], errors: bool = False) -> dict[str, Any]:
    """Quantiles over members of `output`, week by week, told apart by the dimensions `by`; `errors` with theirs.

    They are made by what makes the bands of the charts. Raises `FissureError` for an output or a dimension that is not
    there, and where what is left would have to be summed and cannot be.
    """
    key = json.dumps(desk.source_of(run), sort_keys=True, default=str)
    packed = _packed(key, run.folder, desk.context, output, tuple(dict.fromkeys(by)), errors)
    found: dict[str, Any] = json.loads(zlib.decompress(packed))
    return found


@lru_cache(maxsize=16)
def _packed(key: str, folder: Path, context: Context, output: str, by: tuple[str, ...], errors: bool) -> bytes:
    """Remembered as packed JSON: by district it is thousands of numbers, which as objects take forty times as much."""
    return zlib.compress(json.dumps(_weekly(folder, context, output, by, errors), default=float).encode(), 1)


def _weekly(folder: Path, context: Context, output: str, by: tuple[str, ...], errors: bool) -> dict[str, Any]:
    result = api.opened(folder, context)
    data = result.data
    if output not in data:
        raise FissureError(f"there is no output '{output}'{nearest(output, map(str, data.data_vars))}")
    array = data[output]
    dims = _dims(array)
    for name in by:
        if name not in dims:
            known = f"expected one of {', '.join(dims)}" if dims else "it is not told apart by anything"
            raise FissureError(f"found by '{name}' for '{output}', {known}")
    left = [name for name in dims if name not in by]
    if left and not _summed(array):
        raise FissureError(f"'{output}' cannot be summed over {' and '.join(left)}, expected by={'&by='.join(dims)}")
    over = {one.output: one.over for panel in panels(data, result.ledger) for one in panel.series}
    read = data[[name for name in {output, over.get(output, "")} if name in data]].compute()
    bands, weeks = [], []
    for names in product(*(map(str, array[name].values) for name in by)):
        select = dict(zip(by, names, strict=True))
        one = Series(", ".join(names) or output, output, dict(select), over=over.get(output, ""))
        rows = quantiles(one, read)
        weeks = [row["week"][:10] for row in rows]
        told: dict[str, Any] = {name: [row[name] for row in rows] for name in QUANTILES}
        told |= {"errors": standard_errors(one, read, result.worth)} if errors else {}
        bands.append({"select": select, **told})
    return {
        "output": output,
        "title": str(array.attrs["long_name"]),
        "unit": str(array.attrs["units"]),
        "histories": result.stored.members,
        "effective_size": result.worth.as_json() if result.worth else None,
        "few_histories": few_histories(result.stored.members) or None,
        "weeks": weeks,
        "series": bands,
    }


def _dims(array: xr.DataArray) -> list[str]:
    return [str(name) for name in array.dims if name not in ("member", "week")]


def _summed(array: xr.DataArray) -> bool:
    return str(array.attrs["units"]).startswith(SUMMED)
