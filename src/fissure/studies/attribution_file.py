"""A finished attribution on disk: all its numbers, how it was made, and whether it still speaks of the model.

One that is kept with a case, `kept/explain.json`, is shown by the reports of its runs as long as it was made with
the model, the priors, the world and the draws that they are made with.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.plan import Plan, case_digest, priors_digest
from fissure.engine.provenance import digest_with
from fissure.errors import ArgumentError
from fissure.files import disk_errors, write_whole
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of
from fissure.reading import read_json
from fissure.studies import coverage, shapley
from fissure.studies.attribution import ALL, INSIDE_ALONE, NONE, WAR_ALONE, Attribution, Blocks, Explained, Pairs, Size
from fissure.studies.bounds import AtBounds, bounds_of, derived
from fissure.studies.effective import Effective, effective_of_kept
from fissure.studies.kept import place, places
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import Outcome
from fissure.studies.shapley import Interval

FORMAT = 1
KEPT = "kept/explain.json"


@dataclass(frozen=True, eq=False)
class Saved:
    """An attribution, the command that makes it again, and the last day that its draws were told of, if any."""

    found: Explained
    command: str
    until: date | None = None

    def write(self, path: str | Path) -> Path:
        """Write all of it as JSON to `path`, whole or not at all. Raises `FissureError` where that cannot be done."""
        path = Path(path)
        with disk_errors(path.parent, 1 << 20):
            path.parent.mkdir(parents=True, exist_ok=True)
            write_whole(path, (json.dumps(_told(self), indent=1, allow_nan=False) + "\n").encode())
        return path


def read_explained(path: str | Path) -> Saved:
    """The attribution that `Saved.write` wrote to `path`; its outcomes have names and units but measure nothing.

    Args:
        path: of the file.

    Returns the attribution, with the command that made it.

    Raises `FissureError` for anything else.

    Example:

        >>> import fissure
        >>> kept = fissure.load_case("islamic_state").folder / "kept" / "explain.json"
        >>> fissure.read_explained(kept).found.plan.weeks
        247
    """
    path = Path(path)
    told = read_json(path, "a saved attribution")
    try:
        if told["format"] != FORMAT:
            raise ValueError(f"its format is {told['format']!r}, not {FORMAT}")
        return _read(told, path.parent)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ArgumentError(f"{path}: cannot be read as a saved attribution ({error})") from None


def kept(case: Case, draws: str = "") -> Saved | None:
    """The attribution that lies with `case`, if one does and it speaks of the model as it is now.

    It may have been made with fewer packages that bring mechanisms than there are now: see `coverage`. `draws` is
    the digest of what members are drawn from, empty for the prior: with other draws it is of another model.
    """
    for path in places(case, KEPT):
        saved = read_explained(path)
        if _fresh(saved.found.plan, case, draws):
            return _weighed(saved, case)
    return None


def _weighed(saved: Saved, case: Case) -> Saved:
    """`saved` with what its members are worth, also where that was not written with it."""
    found = saved.found
    if found.worth:
        return saved
    sizes = {found.groups.members, found.every.members, found.pairs.members if found.pairs else 0} - {0}
    known = {n: effective_of_kept(case, found.plan.draws, found.plan.seed, n) for n in sizes}
    worth = {n: one for n, one in known.items() if one is not None}
    return replace(saved, found=replace(found, worth=worth))


def kept_at(case: Case) -> Path:
    """Where an attribution of `case` lies, if one was kept."""
    return place(case, KEPT)


def _fresh(plan: Plan, case: Case, draws: str) -> bool:
    unknown = coverage.mechanisms(coverage.uncovered(plan.plugins))
    return (
        coverage.serves(plan.plugins)
        and (plan.model_digest, plan.draws) == (digest_with(plan.plugins), draws)
        and plan.priors_digest == priors_digest([p for p in parameters_of(case) if p.owner not in unknown])
        and plan.case_digest == case_digest(case, world_of(case, plan.units, plan.slots))
    )


def _told(saved: Saved) -> dict[str, Any]:
    found = saved.found
    return {
        "format": FORMAT,
        "command": saved.command,
        "until": None if saved.until is None else saved.until.isoformat(),
        "plan": found.plan.described(),
        "size": asdict(found.size),
        "outcomes": [{name: getattr(o, name) for name in ("name", "title", "unit", "more")} for o in found.outcomes],
        "with_all": _of_interval(found.with_all),
        "without_any": _of_interval(found.without_any),
        "effect": _of_interval(found.effect),
        "groups": _of_attribution(found.groups),
        "blocks": {name: _of_interval(getattr(found.blocks, name)) for name in ("inside", "outside", "interaction")},
        "every": _of_attribution(found.every),
        "reached": _plain(found.reached),
        "strongest": None if found.strongest is None else _of_attribution(found.strongest),
        "pairs": None if found.pairs is None else _of_pairs(found.pairs),
        "paired": _plain(found.paired),
        "at_bound": [one.as_json() for one in found.at_bound] or None,
        "few_histories": found.few_histories or None,
        "effective_size": [one.as_json() for one in found.worth.values()] or None,
    }


def _read(told: Mapping[str, Any], folder: Path) -> Saved:
    outcomes = tuple(Outcome(**one, measure=_unmeasured) for one in told["outcomes"])
    many = len(outcomes)
    found = Explained(
        outcomes=outcomes,
        plan=Plan.of(told["plan"]),
        size=Size(**told["size"]),
        folder=folder,
        with_all=_interval(told["with_all"], many),
        without_any=_interval(told["without_any"], many),
        effect=_interval(told["effect"], many),
        groups=_attribution(told["groups"], many),
        blocks=Blocks(**{name: _interval(one, many) for name, one in told["blocks"].items()}),
        every=_attribution(told["every"], many),
        reached=_numbers(told["reached"], many),
        strongest=None if told["strongest"] is None else _attribution(told["strongest"], many),
        pairs=None if told["pairs"] is None else _pairs(told["pairs"], many),
        paired=_numbers(told["paired"], many),
        worth={one.histories: one for one in map(Effective.read, told.get("effective_size") or ()) if one},
    )
    kept = told.get("at_bound")
    ends = _derived(found) if kept is None else tuple(AtBounds.read(one) for one in kept)
    found = replace(found, at_bound=ends)
    until = told["until"]
    return Saved(found, str(told["command"]), None if until is None else date.fromisoformat(until))


def _derived(found: Explained) -> tuple[AtBounds, ...]:
    """What the means and intervals of an attribution made before say of the ends at which its members are."""
    blocks, members = found.blocks, found.groups.members
    factor = float(shapley.half_width(members))
    out = []
    for at, one in enumerate(found.outcomes):
        bounds = bounds_of(one.name, found.plan.weeks, found.plan.units * found.plan.slots)
        levels = {ALL: found.with_all, NONE: found.without_any}
        ends = [
            end
            for world, level in levels.items()
            for end in derived(bounds, world, *_level(level, at), factor=factor, members=members)
        ]
        none = float(found.without_any.mean[at])
        for world, block in ((INSIDE_ALONE, blocks.inside), (WAR_ALONE, blocks.outside)):
            mean = none + float(block.mean[at])
            ends += derived(bounds, world, mean, math.nan, factor=factor, members=members)
        out.append(AtBounds(tuple(ends), recorded=False))
    return tuple(out)


def _level(found: Interval, at: int) -> tuple[float, float]:
    """Mean and half of the interval of one outcome."""
    return float(found.mean[at]), float(found.high[at] - found.low[at]) / 2


def _unmeasured(data: xr.Dataset) -> Floats:
    raise ArgumentError("this outcome was read back with its attribution and measures nothing")


def _of_interval(found: Interval) -> dict[str, Any]:
    return {name: _plain(part) for name, part in found._asdict().items()}


def _interval(told: Mapping[str, Any], *shape: int) -> Interval:
    return Interval(*(_numbers(told[name], *shape) for name in Interval._fields))


def _of_attribution(found: Attribution) -> dict[str, Any]:
    numbers = {name: _plain(getattr(found, name)) for name in ("value", "low", "high")}
    return {"players": list(found.players), "members": found.members, **numbers}


def _attribution(told: Mapping[str, Any], many: int) -> Attribution:
    players = tuple(map(str, told["players"]))
    value, low, high = (_numbers(told[name], len(players), many) for name in ("value", "low", "high"))
    return Attribution(players, value, low, high, int(told["members"]))


def _of_pairs(found: Pairs) -> dict[str, Any]:
    return {
        "players": list(found.players),
        "members": found.members,
        "interaction": _of_interval(found.interaction),
    }


def _pairs(told: Mapping[str, Any], many: int) -> Pairs:
    players = tuple(map(str, told["players"]))
    return Pairs(players, _interval(told["interaction"], len(players), len(players), many), int(told["members"]))


def _plain(x: Floats) -> Any:
    """Numbers in nested lists; what is not finite by its name, which JSON has no number for."""
    if x.ndim:
        return [_plain(np.asarray(part)) for part in x]
    return float(x) if math.isfinite(x) else str(float(x))


def _numbers(told: Any, *shape: int) -> Floats:
    found = np.array(told, dtype=object).astype(np.float64)
    if found.shape != shape:
        raise ValueError(f"found numbers of shape {found.shape}, expected {shape}")
    return found
