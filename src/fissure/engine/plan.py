"""What determines a run: its plan."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import jax
import numpy as np

from fissure.cases.loader import Case
from fissure.engine.batch_size import width_for
from fissure.engine.environment import MadeWith, made_with
from fissure.engine.provenance import model_digest
from fissure.errors import ArgumentError
from fissure.model.catalogue import known_mechanism
from fissure.model.parameters import Declared
from fissure.model.plugins import made_of
from fissure.model.record import known_output
from fissure.model.world import World, world_of
from fissure.version import __version__

MOST_MEMBERS = 1_000_000
MOST_SLOTS = 32_767
"""Sums over the slots of a unit are 32-bit whole numbers of 1/65,536, see `model.sense`."""


@dataclass(frozen=True)
class Plan:
    """All that determines the result of a run but the number of its members, by which it can be extended."""

    case: str
    seed: int
    weeks: int
    units: int
    slots: int
    off: tuple[str, ...]
    """Names of the mechanisms that are switched off, sorted."""
    width: int
    """Members side by side in one call: another width is another program, whose last bits may differ."""
    version: str
    case_digest: str
    """Of what the model is given of the case, see `case_digest`; not of the files it was read from."""
    model_digest: str
    priors_digest: str
    made_with: MadeWith
    draws: str = ""
    """Digest of the posterior that members are drawn from; empty for the prior."""
    outputs: tuple[str, ...] = ()
    """What is kept of each member, sorted; everything where empty."""
    plugins: tuple[str, ...] = ()
    """Packages that bring mechanisms of their own, each with version and digest."""

    @property
    def key(self) -> str:
        """A short name that only this plan has."""
        return hashlib.sha256(json.dumps(self.described(), sort_keys=True).encode()).hexdigest()[:20]

    @property
    def folder_name(self) -> str:
        """The name of the folder of this run where the user gives none."""
        return f"{self.case}-{self.key}"

    @property
    def fighter_weeks(self) -> int:
        """Fighter slots times weeks of one member."""
        return self.units * self.slots * self.weeks

    def described(self) -> dict[str, Any]:
        """The plan as plain values for a JSON file."""
        told = {**asdict(self), "off": list(self.off)}
        del told["made_with"]
        for name in ("plugins", "draws", "outputs"):  # left out where empty, as in runs before there could be any
            value = told.pop(name)
            if value:
                told[name] = value if isinstance(value, str) else list(value)
        return {**told, "made with": self.made_with.described()}

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> "Plan":
        """The plan that `described` told. Raises `FissureError` for anything else."""
        own = {name: value for name, value in told.items() if name != "made with"}
        try:
            own |= {name: tuple(told.get(name, ())) for name in ("off", "plugins", "outputs")}
            return cls(**{**own, "made_with": MadeWith.of(told["made with"])})
        except (LookupError, TypeError, AttributeError) as error:
            raise ArgumentError(f"the plan of the run cannot be read ({error!r})") from None


def plan_of(
    case: Case,
    parameters: Sequence[Declared],
    *,
    seed: int,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    off: Iterable[str] = (),
    width: int | None = None,
    draws: str = "",
    outputs: Iterable[str] = (),
) -> Plan:
    """The plan of a run; sizes not given are the case's. Raises `FissureError` for what cannot be run."""
    made = made_with()
    whole("seed", seed, 0, 2**64 - 1)
    weeks, units, slots = (
        getattr(case, name) if given is None else given
        for name, given in (("weeks", weeks), ("units", units), ("slots", slots))
    )
    whole("weeks", weeks, 1, case.weeks)
    whole("units", units, 1, 1_000_000)
    whole("slots", slots, 1, MOST_SLOTS)
    width = standard_width(case, weeks, units, slots) if width is None else width
    whole("width", width, 1, 4096)
    if isinstance(off, str):
        off = (off,)
    return Plan(
        case=case.name,
        seed=int(seed),
        weeks=int(weeks),
        units=int(units),
        slots=int(slots),
        off=tuple(sorted({known_mechanism(name) for name in off})),
        width=int(width),
        version=__version__,
        case_digest=case_digest(case, world_of(case, int(units), int(slots))),
        model_digest=model_digest(),
        priors_digest=priors_digest(parameters),
        made_with=made,
        draws=draws,
        outputs=tuple(sorted({known_output(name) for name in outputs})),
        plugins=made_of(),
    )


def standard_width(case: Case, weeks: int, units: int, slots: int) -> int:
    """Members side by side: few on a CPU, so that their state stays in cache; on a GPU as many as its memory holds.

    Every run uses one program of one width, filled up when fewer members are left: in a program of another
    shape the compiler joins products and sums (fused multiply-add) in other places, which changes last bits
    and, through a history of years, more than those. Without fused arithmetic it would not, at 1.65 times the
    time (measured with `--xla_cpu_max_isa=AVX`).
    """
    return 4 if jax.default_backend() == "cpu" else width_for(case, weeks=weeks, units=units, slots=slots)


def whole(name: str, value: int, low: int, high: int) -> None:
    """Raise `FissureError` unless `value` is a whole number from `low` to `high`."""
    if not isinstance(value, int | np.integer) or isinstance(value, bool) or not low <= value <= high:
        raise ArgumentError(f"{name} is {value!r}, expected a whole number from {low} to {high}")


def case_digest(case: Case, world: World) -> str:
    """SHA-256, in hex, of what the model is given: the arrays of `world`, the first day, the names in results."""
    places = [list(case.countries), [d.id for d in case.districts], [b.name for b in case.blocs]]
    sha = hashlib.sha256(json.dumps([case.start.isoformat(), places]).encode())
    for path, leaf in jax.tree_util.tree_leaves_with_path(world):
        array = np.asarray(leaf)
        sha.update(f"\0{jax.tree_util.keystr(path)} {array.dtype.str} {array.shape}\0".encode())
        sha.update(array.tobytes())
    return sha.hexdigest()


def priors_digest(parameters: Sequence[Declared]) -> str:
    """SHA-256, in hex, of names, units and priors of `parameters`."""
    told = [[p.name, p.unit, p.prior.prior.model_dump(mode="json")] for p in parameters]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
