"""The forcing after a date as it could have been known then: cases whose war goes on as it had gone so far.

Up to the date a future is the case itself, byte for byte. After it, from what lies before it and nothing else:

- **Strikes** of a country: a random walk of the logarithm from the mean of the last 13 weeks, its step from changes of
  the means of four weeks since the first strike (single weeks hold luck that no level moves with), never more than four
  times the highest week so far; the doubt of a count stays that of the 13 weeks.
- **Offensives** begin at the rate at which they have begun, the rate itself being drawn (a gamma posterior under
  Jeffreys' prior). Each repeats an earlier one's attacker, strength and doubt, at a place that this attacker has
  attacked, or that it faces or borders on from there and that the group held some of at the start.
- **Prices**: random walks of the logarithms from the last known week; steps from changes over four weeks.
- **Condemnations**: weeks with any come at the rate seen, with a weight seen.

All futures of a date have arrays of one shape, so that one compiled program serves them: what a future does not use of
its offensives begins after the run ends. A future does not know more than the reader of the case's forcing did: an
attacker who had not come yet does not come, and no attack is larger than those seen.
"""

import hashlib
import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.cases.schema import Offensive, Opponent
from fissure.errors import ArgumentError

RECENT = 13
"""Weeks whose mean the strikes go on from."""
MOST = 4.0
"""Strikes of a week never exceed the highest so far by more than this factor."""
MONTH = 4
"""Weeks over which steps are measured: single weeks hold luck, and prices are published by the month."""
HELD = 0.05
"""Share of a district from which the group counts as having held some of it at the start."""
BEYOND = timedelta(days=3650)
"""Time from the end of the run to the offensives that are there only to keep the shape."""

Floats = NDArray[np.float64]


def futures(case: Case, after: date, count: int, seed: int = 1) -> list[Case]:
    """`count` cases that are `case` up to `after` and go on as could have been expected then.

    The number of offensives is the same in all. The same seed gives the same futures, and the first ones do not depend
    on `count`. A week that `after` lies within, but does not end, is not known yet. Raises `FissureError` where less
    than 13 weeks of the case, or nothing of it, lie before or after the date.
    """
    known = ((after - case.start).days + 1) // 7
    if not RECENT <= known < case.weeks:
        first, last = case.start + timedelta(days=7 * RECENT - 1), case.end - timedelta(days=2)
        raise ArgumentError(f"found the date {after}, expected one from {first} to {last} (the case's weeks)")
    return [_future(case, after, known, np.random.default_rng([seed, after.toordinal(), n]), n) for n in range(count)]


def _future(case: Case, after: date, known: int, random: np.random.Generator, number: int) -> Case:
    low, best, high = _strikes(case, known, random)
    made = replace(
        case,
        strikes=best,
        strikes_low=low,
        strikes_high=high,
        oil_price=_price(case.oil_price[:, None], known, random)[:, 0],
        exchange=_price(case.exchange, known, random),
        condemnations=_condemnations(case.condemnations, known, random),
        offensives=_offensives(case, after, random),
        opponents=[_as_known(one, after, case.end) for one in case.opponents],
        air_forces=[one for one in case.air_forces if one.since <= after],
        digest="",
    )
    for name in ("strikes", "strikes_low", "strikes_high", "oil_price", "exchange", "condemnations"):
        getattr(made, name).setflags(write=False)
    return replace(made, digest=_digest(made, after, number))


def _strikes(case: Case, known: int, random: np.random.Generator) -> tuple[Floats, Floats, Floats]:
    known_of = (case.strikes_low, case.strikes, case.strikes_high)
    out = [np.array(array) for array in known_of]
    steps = random.standard_normal((case.weeks - known, len(case.countries)))
    for country in range(len(case.countries)):
        seen = case.strikes[:known, country]
        level = seen[-RECENT:].mean()
        walk = np.minimum(level * np.exp(np.cumsum(_step(seen) * steps[:, country])), MOST * seen.max())
        for array, bound in zip(out, known_of, strict=True):
            doubt = bound[known - RECENT : known, country].mean() / level if level > 0 else 0.0
            array[known:, country] = walk * doubt
    return out[0], out[1], out[2]


def _as_known(opponent: Opponent, after: date, end: date) -> Opponent:
    """An opponent who had not entered the war by then never does."""
    unknown = opponent.enters is not None and opponent.enters > after
    return opponent.model_copy(update={"enters": end + BEYOND}) if unknown else opponent


def _step(seen: Floats) -> float:
    """Standard deviation of a week's step of the logarithm of the level, from the first strike on."""
    struck = np.flatnonzero(seen > 0)
    months = (len(seen) - struck[0]) // MONTH if struck.size else 0
    if months < 2:
        return 0.0
    means = seen[len(seen) - MONTH * months :].reshape(months, MONTH).mean(axis=1)
    return float(np.sqrt((np.diff(np.log1p(means)) ** 2).mean() / MONTH))


def _price(prices: Floats, known: int, random: np.random.Generator) -> Floats:
    """(weeks, columns) going on as random walks of the logarithm from the last known week."""
    out, logs = np.array(prices), np.log(prices[:known])
    steps = random.standard_normal((len(prices) - known, prices.shape[1]))
    sd = (logs[MONTH:] - logs[:-MONTH]).std(axis=0) / math.sqrt(MONTH)
    out[known:] = np.exp(logs[-1] + np.cumsum(sd * steps, axis=0))
    return out


def _condemnations(weights: Floats, known: int, random: np.random.Generator) -> Floats:
    out = np.array(weights)
    seen, left = weights[:known][weights[:known] > 0], len(weights) - known
    come, which = random.random(left) < len(seen) / known, random.random(left)
    out[known:] = np.where(come, seen[(which * len(seen)).astype(int)] if len(seen) else 0.0, 0.0)
    return out


def _offensives(case: Case, after: date, random: np.random.Generator) -> list[Offensive]:
    begun = [o for o in case.offensives if o.start <= after]
    so_far, left = (after - case.start).days + 1, (case.end - after).days - 1
    room = _room(len(begun), left / so_far)
    rate = random.gamma(len(begun) + 0.5) / so_far
    count = min(int(random.poisson(rate * left)), room) if begun else 0
    days = np.sort(random.integers(1, left + 1, room))
    which, where = random.random(room), random.random(room)
    places = _places(case, begun)
    drawn = set(random.permutation(room)[:count].tolist())
    added = []
    for n in range(room):
        like = begun[int(which[n] * len(begun))]
        options = places[like.opponent]
        changed = {
            "id": f"expected-{n + 1}",
            "title": f"Attack like '{like.title}'" if n in drawn else "Not begun",
            "district": options[int(where[n] * len(options))],
            "start": after + timedelta(days=int(days[n])) if n in drawn else case.end + BEYOND,
            "event": None,
            "basis": f"extrapolated from what had begun by {after}",
        }
        added.append(like.model_copy(update=changed))
    return begun + added


def _room(begun: int, ahead: float) -> int:
    """Offensives that are enough for all but one future in many: five standard deviations over their mean."""
    if not begun:
        return 0
    mean = (begun + 0.5) * ahead
    return math.ceil(mean + 5.0 * math.sqrt(mean * (1.0 + ahead)))


def _places(case: Case, begun: Sequence[Offensive]) -> dict[str, list[str]]:
    """The districts that each attacker may attack, in the order of the case."""
    at = {d.id: n for n, d in enumerate(case.districts)}
    held = np.array([d.start_control >= HELD for d in case.districts])
    out = {}
    for name in dict.fromkeys(o.opponent for o in begun):
        attacked = np.zeros(len(at), bool)
        attacked[[at[o.district] for o in begun if o.opponent == name]] = True
        facing = np.array([d.opponent == name for d in case.districts])
        near = case.neighbours[attacked].any(axis=0)
        open_ = attacked | (held & (facing | near))
        out[name] = [d.id for d, may in zip(case.districts, open_, strict=True) if may]
    return out


def _digest(case: Case, after: date, number: int) -> str:
    """Of what was made, which names no file: the forcing of this future."""
    sha = hashlib.sha256(f"{case.name} {after} {number}".encode())
    arrays = case.strikes_low, case.strikes, case.strikes_high, case.oil_price, case.exchange, case.condemnations
    for array in arrays:
        sha.update(np.ascontiguousarray(array).tobytes())
    rows = (*case.offensives, *case.opponents, *case.air_forces)
    sha.update("\n".join(one.model_dump_json() for one in rows).encode())
    return sha.hexdigest()
