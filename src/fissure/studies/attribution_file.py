"""A finished attribution on disk: all its numbers, how it was made, and whether it still speaks of the model.

One that is kept with a case, `kept/explain.json`, is shown by the reports of its runs as long as it was made with
the model, the priors, the world and the draws that they are made with.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from fissure.cases.loader import Case
from fissure.engine.plan import Plan, case_digest, priors_digest
from fissure.engine.provenance import digest_with
from fissure.errors import ArgumentError
from fissure.files import JsonObject
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of
from fissure.reading import read_json
from fissure.studies import kept_results
from fissure.studies.attribution import Attribution, Blocks, Explanation, Pairs, Size
from fissure.studies.effective import EffectiveSample
from fissure.studies.observation_operator import Floats
from fissure.studies.outcomes import AtBound, AtBounds, Outcome
from fissure.studies.shapley import Interval

FORMAT = 1
KEPT = "kept/explain.json"


@dataclass(frozen=True, eq=False)
class SavedAttribution:
    """An attribution, the command that makes it again, and the last day of the evidence behind its draws, if any."""

    found: Explanation
    command: str
    until: date | None = None

    def write(self, path: str | Path) -> Path:
        """Write all of it as JSON to `path`, whole or not at all. Raises `FissureError` where that cannot be done."""
        return kept_results.write(Path(path), json.dumps(_document(self), indent=1, allow_nan=False).encode())


def read_explained(path: str | Path) -> SavedAttribution:
    """The attribution that `SavedAttribution.write` wrote; its outcomes have names and units but measure nothing.

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
    document = read_json(path, "a saved attribution")
    try:
        if document["format"] != FORMAT:
            raise ValueError(f"its format is {document['format']!r}, not {FORMAT}")
        return _read(document, path.parent)
    except (ValueError, LookupError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ArgumentError(f"{path}: cannot be read as a saved attribution ({error})") from None


def kept(case: Case, draws: str = "") -> SavedAttribution | None:
    """The attribution that lies with `case`, if one does and it speaks of the model as it is now.

    It may have been made with fewer packages that bring mechanisms than there are now: see `kept_results`. `draws` is
    the digest of what members are drawn from, empty for the prior: with other draws it is of another model.
    """
    return kept_results.first(case, KEPT, read_explained, lambda saved: _fresh(saved.found.plan, case, draws))


def _fresh(plan: Plan, case: Case, draws: str) -> bool:
    unknown = kept_results.mechanisms(kept_results.uncovered(plan.plugins))
    return (
        kept_results.serves(plan.plugins)
        and (plan.model_digest, plan.draws) == (digest_with(plan.plugins), draws)
        and plan.priors_digest == priors_digest([p for p in parameters_of(case) if p.owner not in unknown])
        and plan.case_digest == case_digest(case, world_of(case, plan.units, plan.slots))
    )


_NUMBERS = (
    "with_all", "without_any", "effect", "groups", "blocks", "every", "reached", "strongest", "pairs", "paired",
)  # fmt: skip


def _document(saved: SavedAttribution) -> JsonObject:
    found = saved.found
    return {
        "format": FORMAT,
        "command": saved.command,
        "until": None if saved.until is None else saved.until.isoformat(),
        "plan": found.plan.described(),
        "size": asdict(found.size),
        "outcomes": [{name: getattr(o, name) for name in ("name", "title", "unit", "more")} for o in found.outcomes],
        **{name: _plain(getattr(found, name)) for name in _NUMBERS},
        "at_bound": [[asdict(one) for one in ends.found] for ends in found.at_bound] or None,
        "at_bound_recorded": all(ends.recorded for ends in found.at_bound),
        "few_histories": found.few_histories or None,
        "effective_size": [one.as_json() for one in found.worth.values()] or None,
    }


def _plain(value: Any) -> Any:
    """Numbers in nested lists, results by the names of their parts; what is not finite by its name."""
    if isinstance(value, np.ndarray):
        return _plain(value.tolist())
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Interval):
        return _plain(value._asdict())
    if isinstance(value, Attribution | Blocks | Pairs):
        return _plain(vars(value))
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def _read(document: Mapping[str, Any], folder: Path) -> SavedAttribution:
    many, recorded, until = len(document["outcomes"]), document.get("at_bound_recorded", True), document["until"]
    found = Explanation(
        outcomes=tuple(Outcome(**one, measure=_unmeasured) for one in document["outcomes"]),
        plan=Plan.of(document["plan"]),
        size=Size(**document["size"]),
        folder=folder,
        with_all=_interval(document["with_all"], many),
        without_any=_interval(document["without_any"], many),
        effect=_interval(document["effect"], many),
        groups=_attribution(document["groups"], many),
        blocks=Blocks(**{name: _interval(one, many) for name, one in document["blocks"].items()}),
        every=_attribution(document["every"], many),
        reached=_numbers(document["reached"], many),
        strongest=None if document["strongest"] is None else _attribution(document["strongest"], many),
        pairs=None if document["pairs"] is None else _pairs(document["pairs"], many),
        paired=_numbers(document["paired"], many),
        at_bound=tuple(
            AtBounds(tuple(AtBound(**one) for one in ends), recorded) for ends in document.get("at_bound") or ()
        ),
        worth={one["histories"]: EffectiveSample(**one) for one in document.get("effective_size") or ()},
    )
    return SavedAttribution(found, str(document["command"]), None if until is None else date.fromisoformat(until))


def _unmeasured(data: xr.Dataset) -> Floats:
    raise ArgumentError("this outcome was read back with its attribution and measures nothing")


def _interval(document: Mapping[str, Any], *shape: int) -> Interval:
    return Interval(*(_numbers(document[name], *shape) for name in Interval._fields))


def _attribution(document: Mapping[str, Any], many: int) -> Attribution:
    players = tuple(map(str, document["players"]))
    value, low, high = (_numbers(document[name], len(players), many) for name in ("value", "low", "high"))
    return Attribution(players, int(document["members"]), value, low, high)


def _pairs(document: Mapping[str, Any], many: int) -> Pairs:
    players = tuple(map(str, document["players"]))
    return Pairs(
        players, int(document["members"]), _interval(document["interaction"], len(players), len(players), many)
    )


def _numbers(numbers: Any, *shape: int) -> Floats:
    found = np.array(numbers, dtype=object).astype(np.float64)
    if found.shape != shape:
        raise ValueError(f"found numbers of shape {found.shape}, expected {shape}")
    return found
