"""The weekly numbers of one output of a stored run, read when they are asked for."""

import json
import zlib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import product
from pathlib import Path

import xarray as xr
from pydantic import BaseModel, Field

from fissure import api
from fissure.api.shelf import Stored
from fissure.app.desk import Desk
from fissure.app.history.prepared import EffectiveSize
from fissure.context import Context
from fissure.errors import ArgumentError, nearest
from fissure.present.charts.panels import QUANTILES, Series, panels, quantiles, standard_errors
from fissure.studies.effective import few_histories

MOST_BY = 3
"""Dimensions that a series can be told apart by at once."""
SUMMED = ("persons", "km2", "million USD", "strikes", "events", "barrels", "districts")
"""How units begin of what can be summed over places, origins and causes."""


class OutputRow(BaseModel):
    """What can be asked for as a series."""

    name: str
    title: str
    unit: str
    by: list[str] = Field(description="what it can be split by")
    summed: bool = Field(description="whether it may be summed over what it is not split by")


class Band(BaseModel):
    """Quantiles over members, one a week; None where less than half of them have a value."""

    select: dict[str, str]
    q05: list[float | None]
    q25: list[float | None]
    median: list[float | None]
    q75: list[float | None]
    q95: list[float | None]
    errors: dict[str, list[float | None]] | None = Field(
        None, description="standard error of each quantile, where they were asked for"
    )


class OutputSeries(BaseModel):
    """An output week by week; each date is the Monday of its week."""

    run: str
    output: str
    title: str
    unit: str
    histories: int
    effective_size: EffectiveSize | None
    few_histories: str | None = Field(description="a warning where there are too few for an interval; else null")
    weeks: list[date]
    series: list[Band]


def names_of(run: Stored, context: Context) -> list[OutputRow]:
    """The outputs of `run`."""
    data = api.opened(run.folder, context).data
    return [
        OutputRow(
            name=str(name),
            title=str(array.attrs["long_name"]),
            unit=str(array.attrs["units"]),
            by=_dims(array),
            summed=_summed(array),
        )
        for name, array in data.data_vars.items()
    ]


def weekly(desk: Desk, run: Stored, output: str, by: Sequence[str], errors: bool = False) -> OutputSeries:
    """Quantiles over members of `output`, week by week, told apart by the dimensions `by`; `errors` with theirs.

    They are made by what makes the bands of the charts. Raises `FissureError` for an output or a dimension that is not
    there, and where what is left would have to be summed and cannot be.
    """
    key = json.dumps(desk.source_of(run), sort_keys=True, default=str)
    packed = _packed(key, run.name, run.folder, desk.context, output, tuple(dict.fromkeys(by)), errors)
    return OutputSeries.model_validate_json(zlib.decompress(packed))


@lru_cache(maxsize=16)
def _packed(
    key: str, name: str, folder: Path, context: Context, output: str, by: tuple[str, ...], errors: bool
) -> bytes:
    """Remembered as packed JSON: by district it is thousands of numbers, which as objects take forty times as much."""
    found = _weekly(name, folder, context, output, by, errors)
    return zlib.compress(found.model_dump_json().encode(), 1)


def _weekly(run: str, folder: Path, context: Context, output: str, by: tuple[str, ...], errors: bool) -> OutputSeries:
    result = api.opened(folder, context)
    data = result.data
    if output not in data:
        raise ArgumentError(f"there is no output '{output}'{nearest(output, map(str, data.data_vars))}")
    array = data[output]
    dims = _dims(array)
    for name in by:
        if name not in dims:
            known = f"expected one of {', '.join(dims)}" if dims else "it is not split by anything"
            raise ArgumentError(f"found by '{name}' for '{output}', {known}")
    left = [name for name in dims if name not in by]
    if left and not _summed(array):
        raise ArgumentError(f"'{output}' cannot be summed over {' and '.join(left)}, expected by={'&by='.join(dims)}")
    over = {one.output: one.over for panel in panels(data, result.ledger) for one in panel.series}
    read = data[[name for name in {output, over.get(output, "")} if name in data]].compute()
    bands: list[Band] = []
    weeks: list[date] = []
    for names in product(*(map(str, array[name].values) for name in by)):
        select = dict(zip(by, names, strict=True))
        one = Series(", ".join(names) or output, output, dict(select), over=over.get(output, ""))
        rows = quantiles(one, read)
        weeks = [date.fromisoformat(row["week"][:10]) for row in rows]
        bands.append(
            Band(
                select=select,
                **{q: [row[q] for row in rows] for q in QUANTILES},
                errors=standard_errors(one, read, result.worth) if errors else None,
            )
        )
    return OutputSeries(
        run=run,
        output=output,
        title=str(array.attrs["long_name"]),
        unit=str(array.attrs["units"]),
        histories=result.stored.members,
        effective_size=EffectiveSize.of(result.worth),
        few_histories=few_histories(result.stored.members) or None,
        weeks=weeks,
        series=bands,
    )


def _dims(array: xr.DataArray) -> list[str]:
    return [str(name) for name in array.dims if name not in ("member", "week")]


def _summed(array: xr.DataArray) -> bool:
    return str(array.attrs["units"]).startswith(SUMMED)
