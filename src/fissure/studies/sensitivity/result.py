"""The result of a sensitivity study, how many runs it took, and its file."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from fissure.engine.plan import Plan
from fissure.files import JsonObject
from fissure.studies import kept_results
from fissure.studies.effective import EffectiveSample, few_histories
from fissure.studies.outcomes import NOT_RECORDED, AtBounds
from fissure.studies.sensitivity.design import FACTOR, LUCK, REST, Index, Input
from fissure.studies.sensitivity.information_value import InformationValue, Narrowing
from fissure.studies.sensitivity.screening import Screening

BLOCK = 4
"""Runs under the same forcings."""


@dataclass(frozen=True)
class Sizes:
    """Numbers of runs of each kind; `rows` of the design, each of which takes a run in every sample."""

    plain: int
    forced: int
    prior: int
    rows: int

    @classmethod
    def of(cls, runs: int, strong: int, learned: bool) -> "Sizes":
        """`runs` shared out, with `strong` inputs in the design; prior runs only where draws are `learned`."""
        plain, moved = _whole(0.25 * runs), _whole(0.10 * runs)
        prior = _whole(0.06 * runs) if learned else 0
        return cls(plain, moved, prior, _whole((runs - plain - moved - prior) / (strong + 4)))


@dataclass(frozen=True)
class OutcomeSensitivity:
    """Sensitivity of one outcome.

    `mean` and `spread` (standard deviation), `low` and `high` (5% and 95%) over the plain members. `design_spread` is
    the standard deviation over the design, where inputs are independent and strong forcings move. `converging` are
    its indices, from a quarter of the rows to all.
    """

    outcome: str
    title: str
    unit: str
    mean: float
    spread: float
    low: float
    high: float
    design_spread: float
    converging: tuple[tuple[Index, ...], ...]

    @property
    def indices(self) -> tuple[Index, ...]:
        """Those from all rows; the strongest input first, then the rest and luck."""
        last = self.converging[-1] if self.converging else ()
        chance = {REST: 1, LUCK: 2}
        return tuple(sorted(last, key=lambda one: (chance.get(one.input, 0), -one.total)))

    @property
    def converged(self) -> int:
        """Number of indices that have converged."""
        return sum(one.converged for one in self.indices)


@dataclass(frozen=True, eq=False)
class Sensitivity:
    """A finished study; `asked` is how many runs were asked for, `quick` a first look with half the units."""

    plan: Plan
    asked: int
    sizes: Sizes
    inputs: tuple[Input, ...]
    strong: tuple[str, ...]
    screened: Screening
    of: tuple[OutcomeSensitivity, ...]
    worth: tuple[InformationValue, ...]
    learned: tuple[Narrowing, ...]
    until: str | None
    folder: Path
    quick: bool = False
    worth_of: EffectiveSample | None = None
    """Independent draws that the plain members are worth; None where it is not known."""
    at_bound: tuple[AtBounds, ...] = ()
    """Of each outcome the ends of its range at which plain members are."""

    def bounds_at(self, outcome: str) -> AtBounds:
        """Those of an outcome."""
        names = [one.outcome for one in self.of]
        return self.at_bound[names.index(outcome)] if self.at_bound else NOT_RECORDED

    @property
    def few_histories(self) -> str:
        """A warning where there are too few runs for an interval; empty where there are enough."""
        return few_histories(self.sizes.plain)

    @property
    def runs(self) -> int:
        """Runs that were simulated."""
        own = self.sizes
        return own.plain + own.forced + own.prior + own.rows * (len(self.strong) + 4 if own.rows else 0)

    @cached_property
    def titles(self) -> Mapping[str, str]:
        """Meaning of each input, in words."""
        return {one.name: one.meaning for one in self.inputs}

    def of_outcome(self, outcome: str, of: str) -> tuple[InformationValue, ...]:
        """Evidence worth knowing (`parameter`, `figure`, `kind`) for an outcome, the most first."""
        own = (one for one in self.worth if one.outcome == outcome and one.of == of)
        return tuple(sorted(own, key=lambda one: -one.share))

    def narrowing(self, of: str) -> tuple[tuple[str, str, float], ...]:
        """Name, title and mean share over all outcomes of what would narrow them; of the same thing it is left out."""
        shares: dict[tuple[str, str], list[float]] = {}
        for one in self.worth:
            if one.of == of and not one.learned and not one.itself:
                shares.setdefault((one.name, one.title), []).append(max(one.share, 0.0) if one.beyond_chance else 0.0)
        means = [(name, title, float(np.mean(own))) for (name, title), own in shares.items()]
        return tuple(sorted((one for one in means if one[2] > 0), key=lambda one: -one[2]))

    def described(self) -> JsonObject:
        """All of it as plain values for a JSON file."""
        return {
            "case": self.plan.case,
            "plan": self.plan.described(),
            "runs": self.runs,
            "sizes": asdict(self.sizes),
            "quick": self.quick,
            "posterior until": self.until,
            "effective_size": self.worth_of.as_json() if self.worth_of else None,
            "few_histories": self.few_histories or None,
            "forcing range": [1 / FACTOR, FACTOR],
            "strong": list(self.strong),
            "screening": _plain(asdict(self.screened)),
            "outcomes": [{**_plain(asdict(one)), "at_bound": self.bounds_at(one.outcome).as_json()} for one in self.of],
            "worth": [_plain(asdict(one)) for one in self.worth],
            "learned": [_plain(asdict(one)) for one in self.learned],
        }

    def save(self, path: Path) -> None:
        """Write `described`, whole or not at all."""
        text = json.dumps(self.described(), indent=1, ensure_ascii=False, allow_nan=False)
        kept_results.write(path, text.encode())


def _whole(runs: float) -> int:
    """A multiple of `BLOCK`, at least two blocks."""
    return max(int(runs) // BLOCK, 2) * BLOCK


def _plain(value: Any) -> Any:
    """`value` with what JSON does not know: days as text, no number as nothing."""
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.6g}") if np.isfinite(value) else None
    return value.isoformat() if hasattr(value, "isoformat") else value
