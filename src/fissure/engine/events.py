"""Events as a table: dense arrays of a week become rows, rows become columns of a block and a data frame."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from fissure.engine.blocks import Block, missing
from fissure.errors import FissureError
from fissure.model.events import KINDS, PREFIX

if TYPE_CHECKING:
    import pandas as pd

Columns = dict[str, NDArray[Any]]
STORED = {
    "event_member": ("int32", "member", "Member"),
    "event_week": ("int16", "week", "Week, from 0"),
    "event_kind": ("int8", "kind", "Kind, as run.json lists them"),
    "event_district": ("int16", "district", "District, -1 where the kind has none"),
    "event_bloc": ("int16", "bloc", "Bloc, -1 where the kind has none"),
    "event_size": ("int32", "see run.json", "Size"),
}
"""The columns of a block, each along `event`: type, unit, long name."""


def kinds_told() -> dict[str, dict[str, Any]]:
    """The kinds of events by name, in the order of their numbers: `dims`, `units` of the size, `long_name`."""
    return {k.name: {"dims": list(k.dims), "units": k.unit, "long_name": k.long_name} for k in KINDS}


def sparse(records: Mapping[str, NDArray[Any]], members: Sequence[int]) -> Columns:
    """The records of `members`, with a row for each event in place of its dense arrays (members, weeks, ...)."""
    out = {name: array for name, array in records.items() if not name.startswith(PREFIX)}
    return out | rows([(kind.dims, records[PREFIX + kind.name]) for kind in KINDS], members)


def rows(planes: Sequence[tuple[Sequence[str], NDArray[Any]]], members: Sequence[int]) -> Columns:
    """The columns of `STORED`: a row wherever one of `planes` is not 0, by member, week, kind, bloc, district.

    Each of `planes`, one a kind, is its dimensions after (member, week) and its sizes.
    """
    found = [np.zeros((6, 0), np.int64)]
    for kind, (dims, sizes) in enumerate(planes):
        at = np.nonzero(sizes)
        none = np.full(len(at[0]), -1)
        places = dict(zip(dims, at[2:], strict=True))
        number = np.full(len(at[0]), kind)
        place = [places.get(dim, none) for dim in ("district", "bloc")]
        found.append(np.stack([np.asarray(members)[at[0]], at[1], number, *place, sizes[at]]))
    table = np.concatenate(found, axis=1)
    member, week, kinds, district, bloc, _ = table
    order = np.lexsort((district, bloc, kinds, week, member))
    return {name: table[n, order].astype(dtype) for n, (name, (dtype, *_)) in enumerate(STORED.items())}


def arrays(records: Mapping[str, NDArray[Any]]) -> dict[str, tuple[tuple[str, ...], NDArray[Any], dict[str, str]]]:
    """The columns as a block keeps them: dimensions, values, attributes."""
    return {
        name: (("event",), records[name], {"units": units, "long_name": said})
        for name, (_, units, said) in STORED.items()
    }


def table(blocks: Sequence[Block], description: Mapping[str, Any], members: int) -> "pd.DataFrame":
    """The events of the first `members` members, ordered by member, week, kind, bloc, district.

    Columns: `member`; `week`, the Monday on which it began; `kind`; `district` and `bloc`, empty where the kind has
    none; `size`. A member without events has no row. `attrs` has `members`, how many members there are, and
    `kinds`: of each kind by name the `dims` beyond member and week, the `units` of its size, and its `long_name`.

    Raises `FissureError` where a block is missing or damaged.
    """
    import pandas as pd

    if gaps := missing(blocks, members, members):
        raise FissureError(f"members {gaps[0][0]} to {gaps[0][1] - 1} of this run are missing, ask for it again")
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in STORED}
    for block in (b for b in blocks if b.start < members):
        member = block.read("event_member")
        for name in STORED:
            column = member if name == "event_member" else block.read(name)
            parts[name].append(column[member < members])
    member, week, kind, district, bloc, size = (np.concatenate(part) for part in parts.values())
    told, kinds = description["coordinates"], description["events"]
    frame = pd.DataFrame(
        {
            "member": member,
            "week": np.array(told["week"], "datetime64[ns]")[week],
            "kind": pd.Categorical.from_codes(kind, list(kinds)),
            "district": pd.Categorical.from_codes(district + 1, ["", *told["district"]]),
            "bloc": pd.Categorical.from_codes(bloc + 1, ["", *told["bloc"]]),
            "size": size,
        }
    )
    frame.attrs = {"members": members, "kinds": dict(kinds)}
    return frame
