"""A run on disk: a folder with `run.json`, which says what it is, and `blocks/`, its members.

    run.json                          the plan, the dimensions, the variables and the kinds of events, sealed
    case.json                         where the case lay that it is of, see `origin`
    run.lock                          held by the process that writes, see `locks`
    failed.json                       the members that could not be made, with why, sealed; where there are any
    blocks/0000000-0000008.zarr.zip   members 0 to 7

Every file appears whole or not at all: a run that is killed at any moment goes on from what was finished.
"""

import warnings
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from xarray.core import indexing

from fissure.engine import records
from fissure.engine.blocks import Block, Stored, blocks_in, missing
from fissure.engine.checksums import KEY, DamagedBlock, check_json, sealed_json, unsealed_json
from fissure.engine.locks import LOCK, held
from fissure.errors import RunError
from fissure.files import UNFINISHED, disk_errors, write_whole
from fissure.reading import read_json, stands

if TYPE_CHECKING:
    import pandas as pd

FORMAT = 4
UNSEALED = 3
"""The last format whose description had no seal."""
DESCRIPTION = "run.json"
FAILED = "failed.json"


@dataclass(frozen=True)
class Store:
    """The folder of one run. `description` is what `run.json` holds: `plan`, `coordinates`, `variables`, `events`."""

    folder: Path
    description: Mapping[str, Any]

    @property
    def blocks_folder(self) -> Path:
        """Where the blocks lie."""
        return self.folder / "blocks"

    def blocks(self) -> list[Block]:
        """The blocks that are there, by their first member, unverified."""
        return blocks_in(self.blocks_folder)

    def sound_blocks(self, repair: bool = False) -> list[Block]:
        """The blocks whose checksums hold; a damaged one is named in a `DamagedBlock` warning and left out.

        `repair` removes what is damaged.
        """
        out = []
        for block in self.blocks():
            if block.is_whole():
                out.append(block)
            else:
                message = f"{block.path}: members {block.start} to {block.stop - 1} are damaged and are made again"
                warnings.warn(message, DamagedBlock, stacklevel=2)
                if repair:
                    block.path.unlink(missing_ok=True)
        return out

    def failed(self) -> dict[int, str]:
        """Why members could not be made, by number. Raises `FissureError` where that is damaged."""
        path = self.folder / FAILED
        return {int(member): why for member, why in unsealed_json(path)["failed"].items()} if path.exists() else {}

    def keep_failed(self, failed: Mapping[int, str]) -> None:
        """Say which members could not be made; `FissureError` if the disk refuses."""
        path = self.folder / FAILED
        with disk_errors(self.folder, 1 << 12):
            if failed:
                write_whole(path, sealed_json({"format": 1, "failed": {str(m): failed[m] for m in sorted(failed)}}))
            else:
                path.unlink(missing_ok=True)

    def members(self) -> int:
        """How many members there are from the first on without a gap; those that failed count as there.

        Raises `FissureError` where a block is damaged.
        """
        at, failed = 0, self.failed()
        for block in self.blocks():
            while at in failed:
                at += 1
            if block.start != at:
                break
            if not block.is_whole():
                raise RunError(
                    f"{block.path}: members {block.start} to {block.stop - 1} are damaged, "
                    "ask for the run again to make them anew"
                )
            at = block.stop
        while at in failed:
            at += 1
        return at

    def write(self, block: Block, data: bytes) -> None:
        """Keep the bytes of a block, see `ensemble.EnsembleTask.block`; `FissureError` if the disk refuses."""
        with disk_errors(self.folder, len(data)):
            write_whole(block.path, data)

    def variable(self, name: str, numbers: NDArray[np.int64]) -> xr.Variable:
        """A variable over the members of these numbers, unread."""
        spec = self.description["variables"][name]
        coordinates = self.description["coordinates"]
        shape = (len(numbers), *(len(coordinates[d]) for d in spec["dims"][1:]))
        stored = Stored(self.blocks(), name, numbers, shape, np.dtype(spec["dtype"]))
        attributes = {"units": spec["units"], "long_name": spec["long_name"]}
        return xr.Variable(spec["dims"], indexing.LazilyIndexedArray(stored), attributes)

    def events(self, members: int) -> "pd.DataFrame":
        """The events of the first `members` members, see `event_table`."""
        return event_table(self.blocks(), self.description, members, self.failed())

    def coordinates(self, dims: tuple[str, ...]) -> dict[str, np.ndarray]:
        """The labels of `dims` that have any."""
        told = self.description["coordinates"]
        return {d: np.array(told[d], "datetime64[ns]" if d == "week" else None) for d in dims if d in told}


def open_store(folder: Path) -> Store:
    """The run in `folder`. Raises `FissureError` if there is none, or one of a later format."""
    path = folder / DESCRIPTION
    if not stands(path):
        raise RunError(f"{folder}: there is no run in this folder (no {DESCRIPTION})")
    described = read_json(path, "the description of a run")
    parts = ("plan", "coordinates", "variables", "events", "attributes")
    known = isinstance(described, dict) and described.get("format") in (FORMAT, UNSEALED)
    if not known or not all(isinstance(described.get(part), dict) for part in parts):
        raise RunError(f"{path}: is not the description of a run that this version of Fissure can read")
    if described["format"] != UNSEALED and not check_json(described):
        raise RunError(
            f"{path}: is damaged (its checksum does not hold), remove the folder or put the file back; without it "
            "nothing says what the blocks are of"
        )
    described.pop(KEY, None)
    return Store(folder, described)


def check_folder(folder: Path, description: Mapping[str, Any]) -> None:
    """Raise `FissureError`, touching nothing, if the folder holds something else or a run of another plan."""
    if not folder.exists():
        return
    if not folder.is_dir():
        raise RunError(f"{folder}: is a file, expected a folder for the run")
    if (folder / DESCRIPTION).exists():
        there = open_store(folder).description
        if differs := differences(there["plan"], description["plan"]):
            raise RunError(f"{folder}: holds another run ({differs}), choose another folder")
        return
    foreign = sorted(p.name for p in folder.iterdir() if p.name != LOCK and not p.name.startswith(UNFINISHED))
    if foreign:
        raise RunError(f"{folder}: holds something else than a run ('{foreign[0]}'), choose another folder")


def differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """What differs between two plans, in words; empty when nothing does."""
    out = []
    for name in {**asked, **there}:
        old, new = there.get(name), asked.get(name)
        if old == new or (name == "case_digest" and there.get("units") != asked.get("units")):
            continue  # the case gives the model a bloc for each unit: with their number its digest changes
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            out.append(differences(old, new))
            continue
        if name == "draws":
            whose = ["of a posterior" if draws else "of the prior" for draws in (old, new)]
            whose[1] = "of another posterior" if old and new else whose[1]
            out.append(f"members {whose[0]} there, {whose[1]} asked")
        elif name.endswith("_digest"):
            out.append(f"the {name.removesuffix('_digest')} has changed since")
        else:
            out.append(f"{name} {_shown(old)} there, {_shown(new)} asked")
    return "; ".join(out)


def _shown(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "nothing"
    return "nothing" if value is None or value == "" else str(value)


@contextmanager
def writing(folder: Path, description: Mapping[str, Any]) -> Iterator[Store]:
    """The store in `folder`, made if it is not there, held by this process alone.

    Leftovers of a run that was killed are removed. Raises `FissureError` if the folder holds something else,
    a run of another plan, or if another process is writing to it.
    """
    check_folder(folder, description)
    with disk_errors(folder, 1 << 16):
        folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as while_writing:
        with disk_errors(folder, 1 << 16):
            while_writing.enter_context(held(folder))
        check_folder(folder, description)
        blocks = folder / "blocks"
        with disk_errors(folder, 1 << 16):
            for leftover in [*folder.glob(f"{UNFINISHED}*"), *blocks.glob(f"{UNFINISHED}*")]:
                leftover.unlink(missing_ok=True)
            if not (folder / DESCRIPTION).exists():
                write_whole(folder / DESCRIPTION, sealed_json({"format": FORMAT, **description}))
            blocks.mkdir(exist_ok=True)  # last: without a description it would be something else than a run
        yield open_store(folder)


def event_table(
    blocks: Sequence[Block], description: Mapping[str, Any], members: int, failed: Collection[int] = ()
) -> "pd.DataFrame":
    """The events of the first `members` members but those that `failed`, ordered by member, week, kind, bloc, district.

    Columns: `member`; `week`, the Monday on which it began; `kind`; `district` and `bloc`, empty where the kind has
    none; `size`. A member without events has no row. `attrs` has `members`, how many members there are, and
    `kinds`: of each kind by name the `dims` beyond member and week, the `units` of its size, and its `long_name`.

    Raises `FissureError` where a block is missing or damaged.
    """
    import pandas as pd

    if gaps := missing(blocks, members, members, failed):
        raise RunError(f"members {gaps[0][0]} to {gaps[0][1] - 1} of this run are missing, ask for it again")
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in records.STORED}
    for block in (b for b in blocks if b.start < members):
        member = block.read("event_member")
        for name in records.STORED:
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
    frame.attrs = {"members": members - sum(member < members for member in failed), "kinds": dict(kinds)}
    return frame
