"""Records of many outputs as two arrays, one for each type of number, while they are made; and back by name.

An output of a few numbers costs a compiled program as much as one of many: a kernel to store it in each week and one
to hand it over at the end. Side by side in one array they take one of each (bench/kernels.py), and the host cuts the
array up for nothing.
"""

from collections.abc import Collection, Iterator, Mapping
from math import prod
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array
from numpy.typing import NDArray

from fissure.model.events import KINDS, PREFIX
from fissure.model.record import COORDINATES, OUTPUTS
from fissure.model.world import World

Packed = dict[str, Array]
"""`float32` and `int32`: all outputs of that type, flat and side by side along the last axis, in order of `layout`."""


def layout(world: World, outputs: Collection[str] = ()) -> Iterator[tuple[str, str, tuple[int, ...]]]:
    """Name, type and shape in a week of what is recorded: of `outputs` alone, without events, where any is named."""
    sizes = {
        "country": world.country.shape[1],
        "district": world.area.shape[0],
        "bloc": world.bloc_doctrine.shape[0],
        **{name: len(labels) for name, labels in COORDINATES.items()},
    }
    for output in OUTPUTS:
        if not outputs or output.name in outputs:
            yield output.name, "int32" if output.whole_number else "float32", tuple(sizes[d] for d in output.dims)
    for kind in () if outputs else KINDS:
        yield PREFIX + kind.name, "int32", tuple(sizes[d] for d in kind.dims)


def pack(record: Mapping[str, Array], world: World, outputs: Collection[str] = ()) -> Packed:
    """The record of one week of one member. Raises `ValueError` where an output has another shape than its `dims`."""
    flat: dict[str, list[Array]] = {"float32": [], "int32": []}
    for name, dtype, shape in layout(world, outputs):
        if record[name].shape != shape:
            raise ValueError(f"the output {name} has the shape {record[name].shape}, expected {shape}")
        flat[dtype].append(jnp.asarray(record[name], dtype).reshape(-1))
    return {dtype: jnp.concatenate(parts) if parts else jnp.zeros(0, dtype) for dtype, parts in flat.items()}


def unpack(packed: Mapping[str, Any], world: World, outputs: Collection[str] = ()) -> dict[str, NDArray[Any]]:
    """The records by name, each of the leading axes of `packed` and its own; views, nothing is copied."""
    arrays = {dtype: np.asarray(array) for dtype, array in packed.items()}
    at = dict.fromkeys(arrays, 0)
    found = {}
    for name, dtype, shape in layout(world, outputs):
        first, array = at[dtype], arrays[dtype]
        at[dtype] = first + prod(shape)
        found[name] = array[..., first : at[dtype]].reshape(*array.shape[:-1], *shape)
    return found
