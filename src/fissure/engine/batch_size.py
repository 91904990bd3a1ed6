"""How many members go side by side on a GPU: as many as it has work and memory for, found without asking the user.

The width of a call is part of the plan, as another width is another program whose last bits may differ. So it is
found from what is the same whenever a run is asked for again: the kind of device, its memory as JAX may use it, and
the sizes of the case. What is free at the moment decides nothing; where it does not suffice, that is said
(`check_fits`) rather than another width taken in silence.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Protocol

import jax
import jax.numpy as jnp
import numpy as np

from fissure.cases.loader import Case
from fissure.engine.records import coordinates_of, kinds_told, variables_of
from fissure.errors import ArgumentError
from fissure.model.start import Start, initial_state, member_inputs
from fissure.model.world import world_of

UNKNOWN = 64
"""The width where a device does not tell its memory."""
MOST = 256
"""The widest call that is chosen. A week is some 700 short kernels, whose launches all members of a call share, so that
more is better up to here (bench/kernels.py); but a call that is not filled up is work for nothing, and the records of
so many members already take half a gigabyte of the host."""
SHARE = 0.5
"""Of the device's memory, what calls may take; the rest is for the compiler's trials and for fragments."""
COPIES = 8
"""Arrays as large as the state that live at once in a week: the state before and after, and what lies between.
The compiled program for a CPU holds 3.5 (`memory_analysis`, 48 units, width 2); a GPU fuses less."""


class Device(Protocol):
    """What is asked of a device of JAX."""

    def memory_stats(self) -> Mapping[str, int] | None:
        """Bytes by name, `bytes_limit` and `bytes_in_use` among them; None where it does not tell."""


class Compiled(Protocol):
    """What is asked of a compiled program."""

    def memory_analysis(self) -> Any:
        """Bytes of its arguments, outputs and temporaries; None where the compiler does not tell."""


def width_on(device: Device, member_bytes: int) -> int:
    """Members side by side on `device`, a power of two: the same for each device of a kind.

    The largest of which, at `member_bytes` each, `SHARE` of the memory holds, but at most `MOST`; memory is taken as
    the power of two at or below what JAX may use, so that a few megabytes more or less change nothing.
    `UNKNOWN` where the device does not tell its memory.
    """
    limit = int((device.memory_stats() or {}).get("bytes_limit", 0))
    if limit <= 0:
        return UNKNOWN
    return _power_of_two(min(MOST, int(SHARE * _power_of_two(limit)) // max(int(member_bytes), 1)))


def member_bytes(case: Case, *, weeks: int | None = None, units: int | None = None, slots: int | None = None) -> int:
    """About how many bytes of a device one member needs: `COPIES` of its state, and its record; from shapes alone."""
    weeks = case.weeks if weeks is None else weeks
    return COPIES * _state_bytes(case, units, slots) + _record_bytes(case, weeks)


def width_for(
    case: Case,
    *,
    weeks: int | None = None,
    units: int | None = None,
    slots: int | None = None,
    device: Device | None = None,
) -> int:
    """Members side by side for a run of `case` of these sizes on `device`, JAX's first where none is given."""
    found = jax.devices()[0] if device is None else device
    return width_on(found, member_bytes(case, weeks=weeks, units=units, slots=slots))


def check_fits(program: Compiled, device: Device, width: int) -> None:
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
    told = [(v["dims"][1:], v["dtype"]) for v in variables_of().values()]
    told += [(["week", *kind["dims"]], "int32") for kind in kinds_told().values()]
    return sum(_bytes(tuple(size[d] for d in dims), dtype) for dims, dtype in told)


def _bytes(shape: tuple[int, ...], dtype: Any) -> int:
    return int(np.prod(shape, dtype=np.int64)) * np.dtype(dtype).itemsize


class _NoLuck:
    """Draws of the right shape, all zero."""

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> jax.Array:
        return jnp.zeros(shape)

    def uniforms(self, shape: tuple[int, ...] = (), index: int = 0) -> tuple[jax.Array, ...]:
        return (jnp.zeros(shape),) * 4
