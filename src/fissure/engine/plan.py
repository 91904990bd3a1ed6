"""The plan of a run: all that determines it.

Members go side by side on a GPU as many as it has work and memory for, found without asking the user. The width of a
call is part of the plan, as another width is another program whose last bits may differ. So it is found from what is
the same whenever a run is asked for again: the kind of device, its memory as JAX may use it, and the sizes of the case.
What is free at the moment decides nothing; where it does not suffice, that is said (`check_fits`) rather than another
width taken in silence.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from fissure.cases.loader import Case
from fissure.engine.provenance import MadeWith, made_with, model_digest
from fissure.engine.records import coordinates_of, event_kinds, variables_of
from fissure.errors import ArgumentError
from fissure.files import JsonObject
from fissure.model.catalogue import known_mechanism
from fissure.model.parameters import Declared
from fissure.model.plugins import made_of
from fissure.model.record import known_output
from fissure.model.start import Start, initial_state, member_inputs
from fissure.model.world import World, world_of
from fissure.version import __version__

UNKNOWN_WIDTH = 64
"""The width where a device does not tell its memory."""
WIDEST = 256
"""The widest call that is chosen. A week is some 420 short kernels, whose launches all members of a call share, so that
more is better up to here (bench/kernels.py); but a call that is not filled up is work for nothing, and the records of
so many members already take half a gigabyte of the host."""
MEMORY_SHARE = 0.5
"""Of the device's memory, what calls may take; the rest is for the compiler's trials and for fragments."""
STATE_COPIES = 8
"""Arrays as large as the state that live at once in a week: the state before and after, and what lies between.
The compiled program for a CPU holds 3.5 (`memory_analysis`, 48 units, width 2); a GPU fuses less."""


class Device(Protocol):
    """The part of a device of JAX that is used here."""

    def memory_stats(self) -> Mapping[str, int] | None:
        """Bytes by name, `bytes_limit` and `bytes_in_use` among them; None where it does not tell."""


class CompiledProgram(Protocol):
    """The part of a compiled program that is used here."""

    def memory_analysis(self) -> Any:
        """Bytes of its arguments, outputs and temporaries; None where the compiler does not tell."""


def width_on(device: Device, member_bytes: int) -> int:
    """Members side by side on `device`, a power of two: the same for each device of a kind.

    The largest of which, at `member_bytes` each, `MEMORY_SHARE` of the memory holds, but at most `WIDEST`; memory is
    taken as the power of two at or below what JAX may use, so that a few megabytes more or less change nothing.
    `UNKNOWN_WIDTH` where the device does not tell its memory.
    """
    limit = int((device.memory_stats() or {}).get("bytes_limit", 0))
    if limit <= 0:
        return UNKNOWN_WIDTH
    return _power_of_two(min(WIDEST, int(MEMORY_SHARE * _power_of_two(limit)) // max(int(member_bytes), 1)))


def member_bytes(case: Case, *, weeks: int | None = None, units: int | None = None, slots: int | None = None) -> int:
    """About how many bytes of a device one member needs: `STATE_COPIES` of its state, and its record."""
    return STATE_COPIES * _state_bytes(case, units, slots) + _record_bytes(case, case.weeks if weeks is None else weeks)


def width_for(
    case: Case,
    *,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    device: Device | None = None,
) -> int:
    """Members side by side for a run of `case` of these sizes on `device`, JAX's first where none is given."""
    return width_on(device or jax.devices()[0], member_bytes(case, weeks=weeks, units=units, slots=slots))


def check_fits(program: CompiledProgram, device: Device, width: int) -> None:
    """Raise `FissureError` where a call of `program` needs more memory than is free on `device` now.

    Says nothing where either does not tell its memory.
    """
    stats, need = device.memory_stats() or {}, program.memory_analysis()
    if need is None or "bytes_limit" not in stats:
        return
    free = int(stats["bytes_limit"]) - int(stats.get("bytes_in_use", 0))
    parts = ("argument_size_in_bytes", "output_size_in_bytes", "temp_size_in_bytes")
    wanted = sum(int(getattr(need, part, 0)) for part in parts) - int(getattr(need, "alias_size_in_bytes", 0))
    if wanted <= free:
        return
    fitting = width * max(free, 0) // wanted
    cure = f"run with width={_power_of_two(fitting)} (a run of its own)" if fitting else "free some"
    raise ArgumentError(
        f"{width} members side by side need {wanted / 1e9:.1f} GB of the device's memory, of which "
        f"{max(free, 0) / 1e9:.1f} GB are free: end what else uses it, or {cure}"
    )


def _power_of_two(x: int) -> int:
    """The largest power of two at or below `x`, 1 at least."""
    return 1 << max(int(x).bit_length() - 1, 0)


def _state_bytes(case: Case, units: int | None, slots: int | None) -> int:
    world = world_of(case, units, slots)
    scalars: dict[str, Any] = {f.name: jax.ShapeDtypeStruct((), jnp.float32) for f in fields(Start)}
    state = jax.eval_shape(
        lambda own: initial_state(own, member_inputs(own, world, _NoLuck()), world, _NoLuck()),  # shapes alone, no luck
        Start(**scalars),
    )
    return sum(_bytes(x.shape, x.dtype) for x in jax.tree.leaves(state))


def _record_bytes(case: Case, weeks: int) -> int:
    """Of what a call hands back, whatever is kept of it: every output, and events as dense arrays of 32 bits."""
    size = {name: len(labels) for name, labels in coordinates_of(case, weeks).items()}
    arrays = [(v["dims"][1:], v["dtype"]) for v in variables_of().values()]
    arrays += [(["week", *kind["dims"]], "int32") for kind in event_kinds().values()]
    return sum(_bytes(tuple(size[d] for d in dims), dtype) for dims, dtype in arrays)


def _bytes(shape: tuple[int, ...], dtype: Any) -> int:
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize


class _NoLuck:
    """Draws of the right shape, all zero."""

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> jax.Array:
        return jnp.zeros(shape)

    def uniforms(self, shape: tuple[int, ...] = (), index: int = 0, count: int = 4) -> tuple[jax.Array, ...]:
        return (jnp.zeros(shape),) * count


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
    """Names of the outputs that are kept of each member, sorted; everything where empty."""
    war: str = "recorded"
    """Whether opponents attack as the record says or as a rule decides."""
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

    def described(self) -> JsonObject:
        """The plan as plain values for a JSON file."""
        document = {**asdict(self), "off": list(self.off)}
        del document["made_with"]
        for name in ("plugins", "draws", "outputs"):  # left out where empty, as in runs before there could be any
            value = document.pop(name)
            if value:
                document[name] = value if isinstance(value, str) else list(value)
        if self.war == "recorded":  # as in runs from before there was another
            del document["war"]
        return {**document, "made with": self.made_with.described()}

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Plan":
        """The plan that `described` gave. Raises `FissureError` for anything else."""
        own = {name: value for name, value in document.items() if name != "made with"}
        try:
            own |= {name: tuple(document.get(name, ())) for name in ("off", "plugins", "outputs")}
            return cls(**{**own, "made_with": MadeWith.of(document["made with"])})
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
        war=case.war,
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
    priors = [[p.name, p.unit, p.prior.prior.model_dump(mode="json")] for p in parameters]
    return hashlib.sha256(json.dumps(priors, sort_keys=True).encode()).hexdigest()
