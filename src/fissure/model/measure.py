"""Measures, of which checks are made: one number a member, from what its run recorded."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fissure.errors import nearest
from fissure.model.check import Floats, Measure, Record
from fissure.model.record import COORDINATES, OUTPUTS

Weeks = slice | str | None
"""Which weeks: a slice, ``early`` (the first 52), ``late`` (the second half), or all."""

YEAR, EVENT = 52, "event:"
TINY = 1e-9
_AVERAGED = ("index", "share", "ratio", "position", "correlation", "USD/month")
"""Beginnings of the units of what is averaged over places and people; the rest is added up."""


def mean(name: str, *labels: str, weeks: Weeks = None, **of: str | int) -> Measure:
    """Mean over `weeks` of the recorded variable `name`.

    `labels` (or `of`, by dimension) pick coordinates: ``mean("killed", "strike", "ground", "local")``. Those of one
    dimension are taken together: counts and amounts are added up, indices and shares are averaged. A country or
    district is picked by its number: ``country=0``. Raises `ValueError` for an unknown name or label.
    """
    weekly = _weekly(name, labels, of)
    within = _weeks(weeks)
    return lambda run, paired: _mean(weekly(run)[:, within(weekly(run).shape[1])])


def total(name: str, *labels: str, weeks: Weeks = None, **of: str | int) -> Measure:
    """Sum over `weeks` of the recorded variable `name`; see `mean`."""
    weekly = _weekly(name, labels, of)
    within = _weeks(weeks)
    return lambda run, paired: weekly(run)[:, within(weekly(run).shape[1])].sum(axis=1)


def falls(name: str, *labels: str, weeks: Weeks = None, **of: str | int) -> Measure:
    """Sum of all falls of `name` from one week to the next; see `mean`."""
    weekly = _weekly(name, labels, of)
    within = _weeks(weeks)

    def measure(run: Record, paired: Record) -> Floats:
        steps = np.diff(weekly(run)[:, within(weekly(run).shape[1])], axis=1)
        return np.maximum(-steps, 0.0).sum(axis=1)

    return measure


def peak_week(name: str, *labels: str, **of: str | int) -> Measure:
    """When a flow happens: the mean week, weighted by the flow; NaN for a member in which there is none."""
    weekly = _weekly(name, labels, of)

    def measure(run: Record, paired: Record) -> Floats:
        flow = weekly(run)
        whole = flow.sum(axis=1)
        when = (flow * np.arange(flow.shape[1])).sum(axis=1)
        return np.where(whole > 0, when / np.where(whole > 0, whole, 1.0), np.nan)

    return measure


def after(
    event_name: str, measure_name: str, *labels: str, since: int = 1, within: int = 8, **of: str | int
) -> Measure:
    """Mean of `measure_name` over the `since` to `within` weeks that follow the weeks of most of `event_name`.

    Those are the weeks in which `event_name`, in the paired run and over all its places and people, is above its own
    90% quantile and above zero, so they are the same weeks in both runs; `since` 0 takes in those weeks themselves.
    NaN for a member that has none.
    """
    event, weekly = _weekly(event_name, (), {}), _weekly(measure_name, labels, of)

    def measure(run: Record, paired: Record) -> Floats:
        happens = event(paired)
        strong = (happens > np.quantile(happens, 0.9, axis=1, keepdims=True)) & (happens > 0)
        return _mean(np.where(_follows(strong, since, within), weekly(run), np.nan))

    return measure


def there_after(event_name: str, name: str, *, within: int = 8) -> Measure:
    """Mean of `name` over the district-weeks that follow `event_name` there within `within` weeks, in the paired run.

    Both must have a value for each district, as `event:revolt` and `resistance` do. NaN for a member without events.
    """

    def measure(run: Record, paired: Record) -> Floats:
        follows = _follows(np.asarray(paired[event_name]) > 0, 1, within)
        values = np.where(follows, run[name], np.nan)
        return _mean(values.reshape(len(values), -1))

    return measure


def log(of: Measure, least: float = 1.0) -> Measure:
    """Natural logarithm of a measure, or of `least` where that is more: for what differs by factors."""
    return lambda run, paired: np.log(np.maximum(of(run, paired), least))


def at_peak(name: str, *labels: str, of: str = "territory_km2", **by: str | int) -> Measure:
    """Mean of `name` over the 26 weeks around the highest `of` of the paired run; see `mean`."""
    weekly, height = _weekly(name, labels, by), _weekly(of, (), {})

    def measure(run: Record, paired: Record) -> Floats:
        peak = height(paired).argmax(axis=1)[:, None]
        week = np.arange(height(paired).shape[1])
        return _mean(np.where((week >= peak - 13) & (week < peak + 13), weekly(run), np.nan))

    return measure


def ratio(a: Measure, b: Measure) -> Measure:
    """One measure over another."""
    return lambda run, paired: (a(run, paired) + TINY) / (b(run, paired) + TINY)


def difference(a: Measure, b: Measure) -> Measure:
    """One measure less another."""
    return lambda run, paired: a(run, paired) - b(run, paired)


def added(*measures: Measure) -> Measure:
    """The sum of several measures."""
    return lambda run, paired: np.sum([measure(run, paired) for measure in measures], axis=0)


def _follows(happens: NDArray[np.bool_], since: int, within: int) -> NDArray[np.bool_]:
    """Whether something happened `since` to `within` weeks before; weeks along the second axis."""
    follows = np.zeros_like(happens)
    for lag in range(since, within + 1):
        follows[:, lag:] |= happens[:, : happens.shape[1] - lag]
    return follows


def _mean(values: Floats) -> Floats:
    """Means of the rows of `values` over what is not NaN; NaN for a row without any."""
    there = ~np.isnan(values)
    count = there.sum(axis=1)
    return np.where(count > 0, np.where(there, values, 0.0).sum(axis=1) / np.maximum(count, 1), np.nan)


def _weeks(weeks: Weeks) -> Callable[[int], slice]:
    """The slice of `weeks` in a run of a given length."""
    if isinstance(weeks, str) and weeks not in ("early", "late"):
        raise ValueError(f"weeks is '{weeks}', expected a slice, 'early' or 'late'")
    if weeks == "early":
        return lambda n: slice(0, YEAR)
    if weeks == "late":
        return lambda n: slice(n // 2, None)
    chosen = weeks if isinstance(weeks, slice) else slice(None)
    return lambda n: chosen


def _weekly(name: str, labels: tuple[str, ...], of: Mapping[str, str | int]) -> Callable[[Record], Floats]:
    """(members, weeks) of the variable `name`: coordinates picked, the rest of its dimensions joined."""
    if name.startswith(EVENT):
        if labels or of:
            raise ValueError(f"'{name}' has no labels to pick, found {[*labels, *of]}")
        return lambda run: _joined(run[name], np.sum)
    known = {o.name: o for o in OUTPUTS}
    if name not in known:
        raise ValueError(f"there is no recorded variable '{name}'{nearest(name, known)}")
    dims = known[name].dims
    picked = _picked(name, dims, labels, of)
    join = np.mean if known[name].unit.startswith(_AVERAGED) else np.sum

    def read(run: Record) -> Floats:
        values = run[name]
        for axis, dim in enumerate(dims, start=2):
            if dim in picked:
                values = values.take(picked[dim], axis=axis)
        return _joined(values, join)

    return read


def _joined(values: NDArray[Any], join: Callable[..., Any]) -> Floats:
    values = np.asarray(values, np.float64)
    return np.asarray(join(values, axis=tuple(range(2, values.ndim))))


def _picked(name: str, dims: tuple[str, ...], labels: tuple[str, ...], of: Mapping[str, str | int]) -> dict[str, Any]:
    """Positions along each dimension that is picked from."""
    known = {label: dim for dim in dims for label in COORDINATES.get(dim, ())}
    picked: dict[str, list[int]] = {}
    for label in labels:
        if label not in known:
            listed = f"expected one of {', '.join(known)}" if known else "expected none"
            raise ValueError(f"'{name}' has no label '{label}', {listed}{nearest(label, known)}")
        picked.setdefault(known[label], []).append(COORDINATES[known[label]].index(label))
    for dim, one in of.items():
        if dim not in dims:
            raise ValueError(f"'{name}' has no dimension '{dim}', expected one of {', '.join(dims) or 'none'}")
        own = list(COORDINATES.get(dim, ()))
        if isinstance(one, str) and one not in own:
            raise ValueError(
                f"'{name}' has no {dim} '{one}', expected {', '.join(own) or 'its number'}{nearest(one, own)}"
            )
        picked.setdefault(dim, []).append(own.index(one) if isinstance(one, str) else int(one))
    return picked
