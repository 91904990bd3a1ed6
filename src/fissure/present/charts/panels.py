"""The charts of a history: which outputs stand together, under which title, with which sentence."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.constants import WEEKS_A_MONTH
from fissure.evidence.entries import Variable
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import Row
from fissure.present.charts.shared import finite, midnight
from fissure.studies.effective import EffectiveSample, quantile_error
from fissure.studies.observation_operator import Floats, calendar_of, joined

Shape = Literal["level", "month", "cumulative", "share-of-peak-lost"]

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}
SMOOTHED = 5  # weeks that a monthly rate is taken over


@dataclass(frozen=True)
class Series:
    """One band of a chart: an output, what is picked of it, and the shape in which it is shown.

    ``level`` as it is, ``month`` a weekly flow as a rate a month over five weeks, ``cumulative`` its running
    sum from `since` on, ``share-of-peak-lost`` 1 - value / highest value so far.
    """

    label: str
    output: str
    select: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)
    shape: Shape = "level"
    combine: Literal["sum", "mean"] = "sum"
    scale: float = 1.0
    offset: float = 0.0
    since: date | None = None
    over: str = ""
    """The output that this is a mean of, or ends with: where a member has none of it left it has no value."""

    def values(self, data: xr.Dataset) -> Floats:
        """(members, weeks) of what is shown; NaN where a member has none of `over`."""
        picked = joined(data[self.output], self.select, self.combine, self.label)
        shown = self.offset + self.scale * _SHAPES[self.shape](self, picked, data)
        return np.where(self._left(data) > 0, shown, np.nan) if self.over in data else shown

    def _left(self, data: xr.Dataset) -> Floats:
        array = data[self.over]
        own = {dimension: names for dimension, names in self.select.items() if dimension in array.dims}
        return joined(array, own, "sum", self.label)

    def matches(self, variable: Variable) -> bool:
        """True where what was published of `variable` can be put beside this band."""
        if variable.output != self.output or variable.how not in _HOWS[self.shape]:
            return False
        if dict(variable.select or {}) != dict(self.select):
            return False
        if (variable.offset, variable.scale) != (self.offset, self.scale):
            return False
        if self.shape == "cumulative":
            return variable.since == self.since
        return variable.combine == self.combine or bool(variable.select)


def series_of(variable: Variable, shape: Shape) -> Series:
    """The band that shows how the counterpart of `variable` runs over time."""
    return Series(
        variable.title,
        variable.output or "",
        dict(variable.select or {}),
        shape,
        variable.combine,
        variable.scale,
        variable.offset,
        variable.since,
    )


def quantiles(series: Series, data: xr.Dataset) -> list[Row]:
    """One row a week: the week's Monday, the series, its quantiles rounded to four digits.

    The quantiles are over the members that have a value; None in a week in which less than half of them have.
    """
    values = series.values(data)
    enough = np.isfinite(values).mean(axis=0) >= 0.5
    over_members = np.full((len(QUANTILES), values.shape[1]), np.nan)
    over_members[:, enough] = nan_quantiles(values[:, enough], list(QUANTILES.values()))
    calendar = calendar_of(data)
    return [
        {
            "week": midnight(calendar.first + timedelta(weeks=week)),
            "series": series.label,
            **{name: finite(q, 4) for name, q in zip(QUANTILES, of_week, strict=True)},
        }
        for week, of_week in enumerate(over_members.T.tolist())
    ]


def nan_quantiles(values: Floats, q: Sequence[float]) -> Floats:
    """As `np.nanquantile` over the first axis of two, columns with equally many values at once: it goes one by one."""
    ordered, counts = np.sort(values, axis=0), (~np.isnan(values)).sum(axis=0)  # what is no number comes last
    out = np.full((len(q), values.shape[1]), np.nan)
    for count in np.unique(counts[counts > 0]):
        columns = counts == count
        out[:, columns] = np.quantile(ordered[:count, columns], q, axis=0)
    return out


def standard_errors(series: Series, data: xr.Dataset, worth: EffectiveSample | None) -> dict[str, list[float | None]]:
    """The standard error of each of `QUANTILES`, week by week; None in a week in which less than half have a value."""
    values = series.values(data)
    part = 1.0 if worth is None else worth.independent / worth.histories
    out: dict[str, list[float | None]] = {name: [] for name in QUANTILES}
    for week in values.T:
        finite = week[np.isfinite(week)]
        known = len(finite) > 1 and 2 * len(finite) >= len(week)
        for name, q in QUANTILES.items():
            error = float(quantile_error(finite, q, independent=part * len(finite)).error) if known else np.nan
            out[name].append(float(f"{error:.3g}") if np.isfinite(error) else None)
    return out


def _level(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    return values


def _month(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    """Mean of the weeks around each, fewer at the two ends, times the weeks in a month."""
    kernel: NDArray[np.float64] = np.ones(min(SMOOTHED, values.shape[1]))
    held = np.convolve(np.ones(values.shape[1]), kernel, "same")
    sums = np.apply_along_axis(np.convolve, 1, values, kernel, "same")
    return sums / held * WEEKS_A_MONTH


def _cumulative(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    calendar = calendar_of(data)
    return np.cumsum(values * calendar.shares((series.since or calendar.first, calendar.last), 0.0), axis=1)


def _lost(series: Series, values: Floats, data: xr.Dataset) -> Floats:
    peak = np.maximum.accumulate(values, axis=1)
    return 1.0 - np.divide(values, peak, out=np.ones_like(values), where=peak > 0)


_SHAPES = {"level": _level, "month": _month, "cumulative": _cumulative, "share-of-peak-lost": _lost}
_HOWS: Mapping[Shape, tuple[str, ...]] = {
    "level": ("at", "constant"),
    "month": ("month-sum", "year-sum", "period-sum"),
    "cumulative": ("cumulative",),
    "share-of-peak-lost": ("share-of-peak-lost",),
}


@dataclass(frozen=True)
class Panel:
    """One chart: `unit` names its axis, `sentence` says what to look for, `top` fixes its upper end."""

    key: str
    section: str
    title: str
    unit: str
    sentence: str
    series: tuple[Series, ...]
    top: float | None = None


GROUND = "Ground and people"
RANKS = "The ranks"
MINDS = "What fighters feel"
MONEY = "Money"
GOVERNED = "The governed"
OUTSIDE = "From outside"
CONDITIONAL = (
    "After the first months this is conditional on where and when opponents attacked, which the case takes from the "
    "record: that ground is lost, and where first, is in good part given and not found."
)
SECTIONS = {
    GROUND: f"How much ground and how many people the group holds. {CONDITIONAL}",
    RANKS: "How many fight for it, who joins, and in which ways they leave.",
    MINDS: "Inner states of fighters. Nobody measured them, so no published figure stands beside these bands. "
    "They end when fewer than half of the histories have any fighters left.",
    MONEY: "What comes in, what goes out, and what a fighter is paid. Spending and pay end when fewer than half of "
    "the histories have any fighters left.",
    GOVERNED: "How those who live under it bear it.",
    OUTSIDE: "What the case imposes on the group. These bands show the input and its doubt, not an outcome.",
}


@dataclass(frozen=True)
class _Plan:
    """A panel before the coordinates are known: each part is a label, an output and a dimension to split by."""

    key: str
    section: str
    title: str
    unit: str
    sentence: str
    parts: tuple[tuple[str, str], ...]
    by: str = ""
    shape: Shape = "level"
    top: float | None = None
    combine: Literal["sum", "mean"] = "sum"
    over: str = ""  # what the outputs are means of, or end with
    split: bool = False  # one panel for each coordinate


_PLANS = (
    _Plan("ground", GROUND, "Ground held", "km²", "Ground held in all countries, by week.",
          (("Ground held", "territory_km2"),)),
    _Plan("ground-by-country", GROUND, "Ground held, by country", "km²", "Where the ground is lost first.",
          (("", "territory_km2"),), by="country"),
    _Plan("ground-with-desert", GROUND, "Ground held with empty desert, by country", "km²",
          "The same ground with the empty land around it, as some outlines draw it.", (("", "polygon_km2"),),
          by="country"),
    _Plan("residents", GROUND, "Residents under control", "persons",
          "People who still live on held ground; those who fled are not counted.",
          (("Residents", "residents_under_control"),)),
    _Plan("fighters", RANKS, "Fighters", "persons", "Everyone in the ranks.", (("Fighters", "fighters"),)),
    _Plan("fighters-by-origin", RANKS, "Fighters, by origin", "persons", "Locals and foreigners in the ranks.",
          (("", "fighters"),), by="origin"),
    _Plan("flows", RANKS, "Recruits against losses", "persons a month",
          "When the losses outrun the recruits the ranks shrink.",
          (("Recruited", "recruits"), ("Killed or captured", "killed"), ("Deserted", "deserted"),
           ("Executed", "executed_members")), shape="month"),
    _Plan("recruits", RANKS, "Recruits, by origin", "persons a month", "Who still comes.", (("", "recruits"),),
          by="origin", shape="month"),
    _Plan("desertions", RANKS, "Desertions, by origin", "persons a month", "Fighters who got away.",
          (("", "deserted"),), by="origin", shape="month"),
    _Plan("executions", RANKS, "Executions of members, by country", "persons a month",
          "Fighters executed by their own leadership, for trying to leave or over doctrine.", (("", "executed_own"),),
          by="country", shape="month"),
    _Plan("killed-from-the-air", RANKS, "Killed from the air, by country", "persons a month",
          "Fighters killed by strikes, where they stood.", (("", "killed_by_strikes"),), by="country", shape="month"),
    _Plan("killed-by-country", RANKS, "Killed or captured, by country", "persons a month",
          "Losses on the ground, from the air and in hiding, where they stood.", (("", "killed_in"),), by="country",
          shape="month"),
    _Plan("leaders", RANKS, "Leading posts filled", "persons", "Leaders who are there.", (("Leaders", "leaders"),)),
    _Plan("remembered", MINDS, "Strain, corruption and setbacks", "share or index, 0 to 1",
          "Strain between locals and foreigners, takings that members keep, ruled residents lost of late.",
          (("Strain", "strain"), ("Corruption", "corruption"), ("Setback", "setback")), top=1.0),
    _Plan("commitment", MINDS, "Commitment", "index, 0 to 1", "The will to fight for the group.", (("", "commitment"),),
          by="origin", top=1.0, over="fighters"),
    _Plan("grievance", MINDS, "Grievance", "index, 0 to 1", "Felt unfairness of treatment.", (("", "grievance"),),
          by="origin", top=1.0, over="fighters"),
    _Plan("doubt", MINDS, "Doubt", "index, 0 to 1", "Doubt of the leadership's right and power.", (("", "doubt"),),
          by="origin", top=1.0, over="fighters"),
    _Plan("wish", MINDS, "Wish to leave", "index, 0 to 1", "How strongly fighters would leave if leaving were free.",
          (("", "wish_to_leave"),), by="origin", top=1.0, over="fighters"),
    _Plan("income", MONEY, "Income", "million USD a month", "All that comes in.", (("Income", "income_musd"),),
          shape="month"),
    _Plan("income-by-kind", MONEY, "Income, by kind", "million USD a month", "Where the money comes from.",
          (("", "income_musd"),), by="income", shape="month"),
    _Plan("spending", MONEY, "Spending, by kind", "million USD a month",
          "Where it goes. “Projects” is money beyond the wanted reserve, spent with no effect in the model.",
          (("", "spending_musd"),), by="spending", shape="month", over="fighters"),
    _Plan("oil", MONEY, "Oil output", "barrels a day", "Crude from all fields held.", (("Oil", "oil_bpd"),)),
    _Plan("pay", MONEY, "Pay, {}", "USD a month", "Base pay that is set to be paid.", (("", "pay_usd_month"),),
          by="origin", split=True, over="fighters"),
    _Plan("pay-mean", MONEY, "Pay, mean of the origins", "USD a month",
          "Beside figures that do not say whose pay they mean.", (("Mean pay", "pay_usd_month"),), combine="mean",
          over="fighters"),
    _Plan("support", GOVERNED, "Support, dread and services", "share or index, 0 to 1",
          "Means over people on held ground; they end when fewer than half of the histories hold any.",
          (("Support", "support"), ("Dread", "dread"), ("Services", "services")), top=1.0,
          over="residents_under_control"),
    _Plan("resisters", GOVERNED, "Organised resistance", "persons",
          "Residents of held ground who resist in an organised way.", (("Resisters", "resisters"),)),
    _Plan("fled", GOVERNED, "Flight", "persons a month", "Residents who leave held ground.", (("Fled", "fled"),),
          shape="month"),
    _Plan("executed-residents", GOVERNED, "Executions of residents, by country", "persons a month",
          "Where residents are executed.", (("", "executed_residents"),), by="country", shape="month"),
    _Plan("strikes", OUTSIDE, "Air strikes, by country", "strikes a month",
          "As the case gives them, with the doubt on their count.", (("", "strikes"),), by="country", shape="month"),
)  # fmt: skip


def panels(data: xr.Dataset, ledger: Ledger) -> list[Panel]:
    """The charts of `data` in reading order: the plans, then in each section what `ledger` sums or relates."""
    planned = [panel for plan in _PLANS for panel in _of_plan(plan, data)]
    section_of = {one.output: panel.section for panel in planned for one in panel.series}
    last = calendar_of(data).last
    derived = [p for p in _derived(ledger, section_of) if (p.series[0].since or last) <= last]
    return [p for section in SECTIONS for p in (*planned, *derived) if p.section == section]


def _of_plan(plan: _Plan, data: xr.Dataset) -> Iterator[Panel]:
    series = tuple(
        Series(label, output, {}, plan.shape, plan.combine, over=plan.over)
        for label, output in plan.parts
        if output in data
    )
    if not series:
        return
    if plan.by:
        series = tuple(
            replace(one, label=_spoken(name), select={plan.by: name})
            for one in series
            for name in map(str, data[plan.by].values)
        )
    common = (plan.section, plan.unit, plan.sentence)
    if plan.split:
        for one in series:
            title = plan.title.format(one.label.lower())
            yield Panel(f"{plan.key}-{one.label.lower()}", common[0], title, *common[1:], (one,), plan.top)
    else:
        yield Panel(plan.key, common[0], plan.title, *common[1:], series, plan.top)


def _derived(ledger: Ledger, section_of: dict[str, str]) -> Iterator[Panel]:
    """A panel for each variable that is a part of the peak or a running total, and has observations."""
    observed = {observation.variable for observation in ledger.observations.values()}
    shapes: tuple[Shape, ...] = ("share-of-peak-lost", "cumulative")
    for shape in shapes:
        for variable in ledger.variables.values():
            section = section_of.get(variable.output or "")
            if variable.how == shape and variable.id in observed and section is not None:
                top = 1.0 if shape == "share-of-peak-lost" else None
                series = (series_of(variable, shape),)
                unit = formatting.unit(variable.unit)
                yield Panel(variable.id, section, variable.title, unit, variable.note, series, top)


def _spoken(name: str) -> str:
    return name.replace("_", " ").capitalize() if name.islower() else name
