"""A stored run in the formats that other tools open: NetCDF, Zarr, or a folder of CSV tables.

All three hold the weekly records, the parameters of each member and the events; none needs the case of the run. NetCDF
is version 3 (64-bit offset), which SciPy writes and everything reads.
"""

import json
import shutil
import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from fissure.engine.ensemble import Run
from fissure.errors import OutputError
from fissure.files import UNFINISHED, disk_errors


def export(run: Run, path: Path) -> Path:
    """Write `run` to `path`, whole or not at all, and return the path.

    The end of the name says what is written: ``.nc`` NetCDF, ``.zarr`` Zarr, nothing a folder of CSV tables. Raises
    `FissureError` for any other name, where something of that name is there, and where the disk refuses.
    """
    write = _WRITERS.get(path.suffix.lower())
    if write is None:
        raise OutputError(
            f"{path}: found a name that ends in '{path.suffix}', expected .nc (NetCDF), .zarr (Zarr), or no ending for "
            "a folder of CSV tables"
        )
    if path.exists() or path.is_symlink():
        raise OutputError(f"{path}: is there already, choose another name; nothing was written")
    if not path.parent.is_dir():
        raise OutputError(f"{path.parent}: there is no such folder, expected one to write {path.name} into")
    with disk_errors(path, run.data.nbytes):
        room = Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=path.parent))
        try:
            write(run, room / path.name)
            (room / path.name).replace(path)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return path


def dataset(run: Run) -> xr.Dataset:
    """Records, parameters and any events of `run` in one data set, with nothing but text and numbers as attributes."""
    parameters = run.parameters.rename(unit="parameter_unit").assign_attrs(units="see parameter_unit")
    whole = run.data.assign(parameters=parameters).assign_attrs(_about(run))
    whole["week"].attrs = {"standard_name": "time", "long_name": "Monday on which the week begins", "axis": "T"}
    whole["member"].attrs = {"long_name": "Simulated history"}
    if run.has_events:
        whole = _with_events(whole, run)
    for variable in whole.variables.values():
        if variable.dtype.kind in "OU":
            variable.encoding["dtype"] = object  # text of any length, which every format has a way to write
    return whole


def _with_events(whole: xr.Dataset, run: Run) -> xr.Dataset:
    events = run.events
    whole = whole.assign({f"event_{name}": ("event", _column(events[name])) for name in events.columns})
    whole["event_week"].attrs = {"long_name": "Monday on which the week begins"}
    whole["event_member"].attrs = {"long_name": "Simulated history, as in member"}
    whole["event_size"].attrs = {"long_name": "How many; of what, is in the attributes of event_kind"}
    whole["event_kind"].attrs = {name: f"{kind['long_name']}; {kind['units']}" for name, kind in _kinds(run).items()}
    return whole


def _column(column: pd.Series) -> np.ndarray:
    values = np.asarray(column)
    return values if values.dtype.kind in "iuM" else np.asarray(column.astype(object).fillna("")).astype(str)


def _kinds(run: Run) -> dict[str, dict[str, str]]:
    return dict(run.events.attrs["kinds"]) if run.has_events else {}


def _about(run: Run) -> dict[str, str]:
    plan = run.plan
    return {
        "source": f"Fissure {plan.version}",
        "comment": "Simulated histories, not observations: each member is one of them.",
        "seed": str(plan.seed),
        "mechanisms_off": ", ".join(plan.off) or "none",
        "drawn_from": f"posterior {plan.draws}" if plan.draws else "prior",
        "case_digest": plan.case_digest,
        "model_digest": plan.model_digest,
        "units_and_slots": f"{plan.units} units of {plan.slots} fighter slots",
    }


def _netcdf(run: Run, path: Path) -> None:
    dataset(run).to_netcdf(path, engine="scipy", format="NETCDF3_64BIT")


def _zarr(run: Run, path: Path) -> None:
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "Consolidated metadata is currently not part", UserWarning)
        dataset(run).to_zarr(path)


def _tables(run: Run, folder: Path) -> None:
    """`NAME.csv` of each output in long form, with `outputs.csv`, which explains them; parameters; any events."""
    folder.mkdir()
    lines = []
    for name, array in run.data.data_vars.items():
        array.to_dataframe(name=str(name))[str(name)].to_csv(folder / f"{name}.csv", lineterminator="\n")
        lines.append([str(name), array.attrs["long_name"], array.attrs["units"], " ".join(map(str, array.dims))])
    run.parameters.to_dataframe(name="value").to_csv(folder / "parameters.csv", lineterminator="\n")
    if run.has_events:
        run.events.to_csv(folder / "events.csv", index=False, lineterminator="\n")
    columns = ["output", "title", "unit", "dimensions"]
    pd.DataFrame(lines, columns=columns).to_csv(folder / "outputs.csv", index=False, lineterminator="\n")
    about = {**run.data.attrs, **_about(run), "kinds of events": _kinds(run)}
    (folder / "about.json").write_text(json.dumps(about, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


_WRITERS: dict[str, Callable[[Run, Path], None]] = {".nc": _netcdf, ".zarr": _zarr, "": _tables}
