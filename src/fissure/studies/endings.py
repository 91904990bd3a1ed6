"""Seven endings of an armed proto-state, when each happens to a history, and the cohesion of the ranks.

The literature keeps them apart because they need not come together: a state can lose its ground with its ranks whole,
hold ground with ranks that no longer fight, stop paying, break in two, or lose the people whom it rules (Staniland 2014
on cohesion of insurgents; Woldemariam 2018 on fragmentation; Kalyvas 2006 on control and the ruled). The first two are
states that last, from which it did not come back: *it came apart* in the first week of either. The other three are
blows that it may survive; `mode` in `apart` says which of the five struck first.

Two more say what is left: a group without ground can live on underground for years, or be gone. They tell nothing about
what broke it, so `mode` leaves them out.

Weeks are counted from the start of the run, 0 is its first. An ending that is a lasting state is dated by the week in
which that state began, although only later weeks show that it lasted. A remnant can neither go broke, nor split, nor
have a revolt on its hands: these three count only while `LEFT` of the highest so far of fighters (of residents, for a
revolt) is there.

Territorial collapse: the area that a map-maker would count falls below 10% of its highest so far and stays there to the
end of the run. Collapse of the ranks: the same of fighters. Both ask for the end of the run, so a member that falls and
rises again has not collapsed; one that fell in the last weeks counts as collapsed.

*Cohesion*: how far the ranks still hold together, an index from 0 to 1, and the four parts that it is made of.

    stay       1 - wish to leave                     of the mean fighter, if leaving were free
    unity      1 - spread of doctrine between blocs  standard deviation of blocs' means on an axis from -1 to 1
    candour    1 - quiet dissent                     quiet dissent: the mean of wish to leave times fear
    obedience  (1 - a / p)^26                        a: attempts to leave among p fighters hard pressed, 26 weeks
    cohesion   (stay unity candour obedience)^(1/4)

Students of armies part the wish to stay together from the sharing of a purpose (MacCoun, Kier and Belkin 2006), and
look for cohesion where it is tested, under loss (Shils and Janowitz 1948). `candour` stands for what Kuran (1995) calls
preference falsification: a body that fear keeps quiet looks whole until it breaks, so dissent that is kept quiet counts
against it beyond the wish itself.

The mean is geometric, as that of the Human Development Index has been since 2010: no part makes up fully for another,
and where one is gone so is the whole (OECD and JRC 2008, Handbook on Constructing Composite Indicators, step 6). Its
logarithm is the mean of the logarithms of the parts, so a fall can be shared out among them without a rest. The four
weigh the same because nothing in the evidence says otherwise.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from fissure.constants import HALF_YEAR
from fissure.errors import ArgumentError
from fissure.studies.observation_operator import Floats, calendar_of, joined

What = Literal["territory", "fighters"]
COLLAPSES: dict[What, str] = {"territory": "territory_km2", "fighters": "fighters"}
LEFT = 0.1
"""Part of the highest so far below which it has collapsed."""


def collapse_weeks(data: xr.Dataset, what: What) -> Floats:
    """(members,) the first week from which `what` stays below a tenth of its highest so far; NaN for never."""
    return fell_for_good(joined(data[COLLAPSES[what]].compute(), None, "sum", f"collapse of {what}"))


def fell_for_good(values: Floats) -> Floats:
    """(members,) the first week from which `values`, (members, weeks), stay below a tenth of their highest so far."""
    return for_good(values < LEFT * np.maximum.accumulate(values, axis=1))


def by_week(weeks: Floats, run: int) -> Floats:
    """(run,) the share of members that have collapsed by each week of a run of `run` weeks."""
    collapsed: NDArray[np.bool_] = weeks[:, None] <= np.arange(run)  # NaN is never
    return np.asarray(collapsed.mean(axis=0), np.float64)


MET = 0.5
"""Share of the spending wanted below which a week counts as unpaid."""
UNPAID = 13
"""Such weeks on end that make it insolvent: a quarter of a year."""
LEAVES = 0.1
"""Part of the ranks that makes a departure a split, within half a year."""
RISEN = 0.035
"""Share of residents in organised resistance that makes a revolt."""
NONE = "none"
"""The `mode` of a history that held."""
READS = (
    "territory_km2", "fighters", "effectiveness", "paid_share", "left_with_splinters", "resisters",
    "residents_under_control",
)  # fmt: skip
"""Outputs that the endings are read from."""
HIDDEN = "in_hiding"
"""One more, which runs from before fighters could hide lack: nobody hid in them."""
GONE = 0.01
"""Part of the highest number of fighters so far below which a group is gone."""


@dataclass(frozen=True)
class Ending:
    """A way of coming apart: what it is in one sentence, its threshold, and why the threshold stands there."""

    name: str
    title: str
    definition: str
    threshold: str
    reason: str
    weeks: Callable[[xr.Dataset], Floats]
    """(members,) the first week of it in each member of a run; NaN for never."""
    final: bool = False
    """True where the history has come apart with it."""
    remains: bool = False
    """True where it says what is left, and not what came apart."""


def _hollow(data: xr.Dataset) -> Floats:
    """Fighting power per fighter times fighters is the fighting power of all: the effective fighters."""
    return fell_for_good(_of(data, "fighters") * _of(data, "effectiveness"))


def _insolvent(data: xr.Dataset) -> Floats:
    """Dated by the first week of the first spell that is long enough."""
    unpaid = np.asarray(_of(data, "paid_share") < MET) & _still_there(_of(data, "fighters"))
    if unpaid.shape[1] < UNPAID:
        return np.full(unpaid.shape[0], np.nan)
    spells = np.lib.stride_tricks.sliding_window_view(unpaid, UNPAID, axis=1)
    return first_week(np.asarray(spells.all(axis=2)))


def _split(data: xr.Dataset) -> Floats:
    """Dated by the departure with which those who left within half a year make a tenth of the ranks at its start."""
    ranks, left = _of(data, "fighters"), _of(data, "left_with_splinters")
    start = np.maximum(np.arange(ranks.shape[1]) - HALF_YEAR + 1, 0)
    gone = window_sum(left, HALF_YEAR)
    enough = (left > 0) & (ratio(gone, ranks[:, start], 0.0) >= LEAVES)  # never because the window moved to fewer ranks
    return first_week(_still_there(ranks)[:, start] & np.asarray(enough))


def _revolt(data: xr.Dataset) -> Floats:
    ruled, risen = _of(data, "residents_under_control"), _of(data, "resisters")
    return first_week(_still_there(ruled) & np.asarray(ratio(risen, ruled, 0.0) >= RISEN))


def _underground(data: xr.Dataset) -> Floats:
    """Dated by the first week from which most fighters hide to the end, of a group that is not gone."""
    ranks, hidden = _of(data, "fighters"), _of(data, HIDDEN) if HIDDEN in data else np.zeros_like(_of(data, "fighters"))
    there = ranks >= GONE * np.maximum.accumulate(ranks, axis=1)
    return for_good(np.asarray(there & (hidden > 0.5 * ranks)))


def _extinct(data: xr.Dataset) -> Floats:
    ranks = _of(data, "fighters")
    return for_good(np.asarray(ranks < GONE * np.maximum.accumulate(ranks, axis=1)))


ENDINGS: tuple[Ending, ...] = (
    Ending(
        "territorial-collapse", "Territorial collapse",
        "The ground held falls below a tenth of its highest so far and stays there to the end of the run.",
        "a tenth of the highest so far",
        "A judgement, and the rule that hindcasts are judged by. A half would count a retreat from empty desert; of a "
        "tenth is left a pocket to defend and no territory to rule.",
        lambda data: collapse_weeks(data, "territory"), True,
    ),
    Ending(
        "hollowing-out", "Hollowing out",
        "Effective fighters, that is fighters times fighting power per fighter, fall below a tenth of their highest "
        "so far and stay there to the end of the run.",
        "a tenth of the highest so far",
        "The same part as of ground, so that the two dates can be compared: which went first, the ranks or the map.",
        _hollow, True,
    ),
    Ending(
        "insolvency", "Insolvency",
        f"Less than half of the spending wanted is met for {UNPAID} weeks on end, dated by the first of them.",
        f"half, {UNPAID} weeks",
        "A group can halve its pay and go on, as one on record did: what is worse is more than a cut. The quarter of a "
        "year is a judgement: longer than one bad month of takings.",
        _insolvent,
    ),
    Ending(
        "split", "Split",
        f"A tenth of the ranks leaves with splinters within {HALF_YEAR} weeks.",
        f"a tenth, {HALF_YEAR} weeks",
        "A judgement: studies of fragmentation count any faction that leaves under a leader of its own (Woldemariam "
        "2018); a tenth asks for one that the rest must notice, half a year takes a rupture in steps as one.",
        _split,
    ),
    Ending(
        "revolt", "Revolt",
        f"{RISEN:.1%} of the residents on held ground are in organised resistance.",
        f"{RISEN:.1%} of residents",
        "In the data of Chenoweth and Stephan (2011) hardly a government outlasted active opposition by that share of "
        "its people. A rule of thumb of observed peaks, with exceptions, and mostly of unarmed movements (Chenoweth "
        "2020).",
        _revolt,
    ),
    Ending(
        "underground", "Gone underground",
        f"Most fighters are in hiding where no ground is held, to the end of the run, and {GONE:.0%} of the highest "
        "number so far is left.",
        "half in hiding",
        "A majority tells which way of fighting is the group's; with fewer than a hundredth there is no group to hide.",
        _underground, remains=True,
    ),
    Ending(
        "extinct", "Extinct",
        f"Fighters fall below {GONE:.0%} of their highest so far and stay there to the end of the run.",
        f"{GONE:.0%} of the highest so far",
        "A judgement: some hundreds of some ten thousands are a gang and no army.",
        _extinct, remains=True,
    ),
)  # fmt: skip
"""In the order in which they are shown; of two in one week the earlier here counts as first."""


def came_apart(data: xr.Dataset) -> Floats:
    """(members,) the first week of territorial collapse or of hollowing out; NaN for members that held."""
    return _came_apart(_all(data))


def apart(data: xr.Dataset) -> xr.Dataset:
    """The endings of each member of `data`, a run's records.

    Variables: `weeks` (member, ending), `came_apart` (member), both in weeks from the start of the run with NaN for
    never, and `mode` (member), the name of an ending or "none". The attributes `start` (a Monday, ISO) and `run`
    (weeks) tell the calendar. Raises `FissureError` for a run that lacks an output (see `READS`).
    """
    held(data, READS, "how it came apart")
    weeks, calendar = _all(data), calendar_of(data)
    since = "weeks from the start of the run"
    return xr.Dataset(
        {
            "weeks": (("member", "ending"), weeks, {"units": since, "long_name": "First week of each ending"}),
            "came_apart": (
                "member", _came_apart(weeks),
                {"units": since, "long_name": "Week in which it came apart: ground lost or ranks hollow"},
            ),
            "mode": ("member", _mode(weeks), {"units": "name", "long_name": "Ending that came first up to then"}),
        },
        coords={
            "member": data["member"].values,
            "ending": ("ending", [one.name for one in ENDINGS], {"units": "name", "long_name": "Way of coming apart"}),
        },
        attrs={"start": str(calendar.first), "run": calendar.weeks},
    )  # fmt: skip


def held(data: xr.Dataset, reads: tuple[str, ...], what: str) -> None:
    """Raise `FissureError` where `data` lacks one of the outputs `reads`, which `what` is measured from."""
    if absent := [name for name in reads if name not in data]:
        raise ArgumentError(
            f"the run does not hold {', '.join(absent)}, expected all of {', '.join(reads)}: {what} is measured from "
            "them. Run it again with this version"
        )


def _all(data: xr.Dataset) -> Floats:
    read = data[[*READS, *([HIDDEN] if HIDDEN in data else [])]].compute()
    return np.stack([one.weeks(read) for one in ENDINGS], axis=1)


def _came_apart(weeks: Floats) -> Floats:
    final = np.array([one.final for one in ENDINGS])
    first = np.where(np.isnan(weeks[:, final]), np.inf, weeks[:, final]).min(axis=1)
    return np.where(np.isinf(first), np.nan, first)


def _mode(weeks: Floats) -> NDArray[np.str_]:
    apart = _came_apart(weeks)
    names = np.array([one.name for one in ENDINGS if not one.remains])
    weeks = weeks[:, [not one.remains for one in ENDINGS]]
    first = names[np.where(np.isnan(weeks), np.inf, weeks).argmin(axis=1)]
    return np.where(np.isnan(apart), NONE, first)


def _of(data: xr.Dataset, output: str) -> Floats:
    """(members, weeks) of an output, over all that it is split by."""
    return joined(data[output], None, "sum", f"coming apart, {output}")


def _still_there(values: Floats) -> NDArray[np.bool_]:
    """True where enough is left to go broke, split or be risen against; nowhere where there is none."""
    return np.asarray(ratio(values, np.maximum.accumulate(values, axis=1), 0.0) >= LEFT)


def first_week(happens: NDArray[np.bool_]) -> Floats:
    """(members,) the first week in which it is true of (members, weeks); NaN where it never is."""
    return np.where(happens.any(axis=1), happens.argmax(axis=1), np.nan).astype(np.float64)


def for_good(happens: NDArray[np.bool_]) -> Floats:
    """(members,) the first week from which it is true of (members, weeks) to the end; NaN where it is not."""
    return first_week(np.logical_and.accumulate(happens[:, ::-1], axis=1)[:, ::-1])


def ratio(over: Floats, under: Floats, none: float = np.nan) -> Floats:
    """`over` / `under`, `none` where `under` is nothing. A quotient, so that a tenth of a whole number is just that."""
    return np.divide(over, under, out=np.full(np.shape(over), none), where=under > 0)


def window_sum(values: Floats, window: int) -> Floats:
    """(members, weeks) sum of each week and those before it, `window` in all or as far as the run goes back."""
    total = np.cumsum(values, axis=1)
    earlier = np.zeros_like(total)
    earlier[:, window:] = total[:, :-window]
    return np.asarray(total - earlier)


UNITS = "index, 0 to 1"
PARTS = {
    "stay": "Wish to stay: 1 less the wish to leave if leaving were free",
    "unity": "Unity: 1 less the spread of doctrine between blocs",
    "candour": "Candour: 1 less the dissent that fear keeps quiet",
    "obedience": "Obedience under loss: share of hard-pressed fighters who do not try to leave in half a year",
}
"""The parts and their long names."""
COHESION_READS = (
    "fighters", "wish_to_leave", "spread_between_blocs", "quiet_dissent", "hard_pressed", "attempts_hard_pressed",
)  # fmt: skip
"""Outputs that it is read from."""


def cohesion(data: xr.Dataset) -> xr.Dataset:
    """The index `cohesion` and its four parts, each (member, week), from a run's records.

    NaN where no fighters are left. Obedience that is not put to the test, because in the half-year up to then no unit
    was hard pressed, is taken as it was last seen; before the first test it is NaN and the index is the geometric mean
    of the other three. In the first half-year the window is as long as the run so far. Raises `FissureError` for a run
    that lacks an output (see `COHESION_READS`).
    """
    held(data, COHESION_READS, "cohesion")
    read = data[list(COHESION_READS)].compute()
    there = _sum(read["fighters"]) > 0
    parts = {
        "stay": 1.0 - _mean(read, "wish_to_leave"),
        "unity": 1.0 - _sum(read["spread_between_blocs"]),
        "candour": 1.0 - _mean(read, "quiet_dissent"),
        "obedience": _obedience(_sum(read["attempts_hard_pressed"]), _sum(read["hard_pressed"])),
    }
    parts = {name: np.where(there, np.clip(part, 0.0, 1.0), np.nan) for name, part in parts.items()}
    shown = parts | {"cohesion": _geometric(np.stack(list(parts.values())))}
    names = PARTS | {"cohesion": "Cohesion: geometric mean of its four parts"}
    return xr.Dataset(
        {name: (("member", "week"), shown[name], {"units": UNITS, "long_name": names[name]}) for name in names},
        coords={"member": data["member"], "week": data["week"]},
    )


def _obedience(tried: Floats, pressed: Floats) -> Floats:
    """(members, weeks) the share that half a year of hard pressing at the rate of the last half-year would leave."""
    rate = ratio(window_sum(tried, HALF_YEAR), window_sum(pressed, HALF_YEAR))
    return _last_known(np.asarray((1.0 - np.minimum(rate, 1.0)) ** HALF_YEAR))


def _last_known(values: Floats) -> Floats:
    """The last value that is no NaN, up to each week; NaN before the first."""
    known = np.where(np.isnan(values), 0, np.arange(values.shape[1]))
    return np.take_along_axis(values, np.maximum.accumulate(known, axis=1), axis=1)


def _geometric(parts: Floats) -> Floats:
    """Geometric mean over the first axis of what is known; NaN where nothing is."""
    known = np.isfinite(parts)
    with np.errstate(divide="ignore"):  # the logarithm of a part that is gone
        logs = np.log(np.where(known, parts, 1.0)).sum(axis=0)
    return np.exp(ratio(logs, known.sum(axis=0).astype(np.float64)))


def _mean(data: xr.Dataset, output: str) -> Floats:
    """Mean over the fighters of both origins; NaN where there are none."""
    fighters = data["fighters"]
    return ratio(_sum(data[output] * fighters), _sum(fighters))


def _sum(array: xr.DataArray) -> Floats:
    return joined(array, None, "sum", "cohesion")
