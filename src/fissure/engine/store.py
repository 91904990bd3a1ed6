"""A run on disk: a folder with `run.json`, which says what it is, and `blocks/`, its members.

    run.json                          the plan, the dimensions, the variables and the kinds of events, sealed
    case.json                         where the case lay that it is of, see `study_folder.Origin`
    run.lock                          held by the process that writes, see `files.held`
    failed.json                       the members that could not be made, with why, sealed; where there are any
    blocks/0000000-0000008.zarr.zip   members 0 to 7

Every file appears whole or not at all: a run that is killed at any moment goes on from what was finished.

A block is a zarr group in a zip, closed by a SHA-256 of all that stands before it. Its bytes depend on its arrays alone
(no clock, no host), so equal results are equal files. Each array is one chunk: reading a variable reads nothing of the
others, once the block was seen to be whole.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing
from zarr.codecs import ZstdCodec
from zarr.storage import MemoryStore, ZipStore

from fissure.engine import records
from fissure.errors import RunError
from fissure.files import (
    KEY,
    LENGTH,
    LOCK,
    UNFINISHED,
    DamagedBlock,
    check_json,
    disk_errors,
    held,
    is_whole,
    known_whole,
    sealed,
    sealed_json,
    unsealed_json,
    write_whole,
)
from fissure.reading import read_json, stands

if TYPE_CHECKING:
    import pandas as pd


BLOCK_NAME = re.compile(r"(\d{7})-(\d{7})\.zarr\.zip")
_EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True)
class Block:
    """Members `start` to `stop` (exclusive) of a run, in one file."""

    path: Path
    start: int
    stop: int

    @classmethod
    def at(cls, folder: Path, start: int, stop: int) -> "Block":
        """The block of these members in `folder`, whether it is there or not."""
        return cls(folder / f"{start:07d}-{stop:07d}.zarr.zip", start, stop)

    def is_whole(self) -> bool:
        """True where the file is there and its bytes are those that were written."""
        return is_whole(self.path)

    def read(self, name: str) -> NDArray[Any]:
        """The array `name`, members first. Raises `FissureError` where the file is missing or damaged.

        The bytes are held against their checksum the first time that this process reads of them.
        """
        if not known_whole(self.path):
            reason = "its checksum does not hold" if self.path.is_file() else "there is no such file"
            raise RunError(f"{self.path}: this block is damaged ({reason}), ask for the run again to make it again")
        try:
            with ZipStore(self.path, mode="r") as store:
                return np.asarray(zarr.open_array(store, path=name, mode="r", zarr_format=3)[...])
        except (OSError, LookupError, ValueError, RuntimeError, AttributeError, zipfile.BadZipFile) as error:
            raise RunError(
                f"{self.path}: this block is damaged ({error}), ask for the run again to make it again"
            ) from None


def blocks_in(folder: Path) -> list[Block]:
    """The blocks in `folder` by first member, unverified; one that overlaps an earlier one is left out."""
    found = []
    for path in folder.glob("*.zarr.zip"):
        if match := BLOCK_NAME.fullmatch(path.name):
            found.append(Block(path, int(match[1]), int(match[2])))
    out: list[Block] = []
    for block in sorted(found, key=lambda b: (b.start, b.stop)):
        if block.start < block.stop and (not out or block.start >= out[-1].stop):
            out.append(block)
    return out


def missing(blocks: Iterable[Block], members: int, size: int, but: Collection[int] = ()) -> list[tuple[int, int]]:
    """Ranges, cut at multiples of `size`, of the first `members` that `blocks` lack and that are not in `but`."""
    out, at = [], 0
    there = [(block.start, block.stop) for block in blocks] + [(member, member + 1) for member in but]
    for start, stop in [*sorted(there), (members, members)]:
        while at < min(start, members):
            end = min(start, members, (at // size + 1) * size)
            out.append((at, end))
            at = end
        at = max(at, stop)
    return out


def encode(arrays: Mapping[str, tuple[tuple[str, ...], NDArray[Any], Mapping[str, str]]]) -> bytes:
    """The bytes of a block: of each array by name its dimensions, values and attributes."""
    files: dict[str, Any] = {}
    group = zarr.open_group(MemoryStore(files), mode="w", zarr_format=3)
    for name, (dims, values, attributes) in arrays.items():
        group.create_array(
            name,
            data=np.ascontiguousarray(values),
            chunks=tuple(max(n, 1) for n in values.shape),
            compressors=ZstdCodec(level=1),
            dimension_names=dims,
            attributes=dict(attributes),
        )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(files):
            archive.writestr(zipfile.ZipInfo(path, _EPOCH), files[path].to_bytes())
        archive.comment = bytes(LENGTH)
    return sealed(out.getvalue()[:-LENGTH])


class BlocksArray(BackendArray):
    """A variable over the members of some `numbers`, read from the blocks when and where it is asked for."""

    def __init__(
        self,
        blocks: Sequence[Block],
        name: str,
        numbers: NDArray[np.int64],
        shape: tuple[int, ...],
        dtype: np.dtype[Any],
    ):
        self.blocks, self.name, self.numbers = tuple(blocks), name, numbers
        self.shape, self.dtype = shape, dtype

    def __getitem__(self, key: indexing.ExplicitIndexer) -> NDArray[Any]:
        return indexing.explicit_indexing_adapter(key, self.shape, indexing.IndexingSupport.OUTER, self._outer)

    def _outer(self, key: tuple[Any, ...]) -> NDArray[Any]:
        first, rest = key[0], key[1:]
        wanted = np.atleast_1d(self.numbers[first])
        out = np.empty((len(wanted), *_taken(np.empty((0, *self.shape[1:])), rest).shape[1:]), self.dtype)
        for block in self.blocks:
            here = (wanted >= block.start) & (wanted < block.stop)
            if here.any():
                out[here] = _taken(block.read(self.name), rest)[wanted[here] - block.start]
        return out[0] if isinstance(first, int | np.integer) else out


def _taken(rows: NDArray[Any], key: tuple[Any, ...]) -> NDArray[Any]:
    """`rows` with each of its axes but the first indexed by itself."""
    for axis in range(len(key), 0, -1):
        rows = rows[(slice(None),) * axis + (key[axis - 1],)]
    return rows


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
        """The folder of the blocks."""
        return self.folder / "blocks"

    def blocks(self) -> list[Block]:
        """The blocks that are there, by their first member, unverified."""
        return blocks_in(self.blocks_folder)

    def sound_blocks(self, repair: bool = False) -> list[Block]:
        """The blocks whose checksums hold; a damaged one is named in a `DamagedBlock` warning and left out.

        `repair` removes what is damaged.
        """
        blocks = self.blocks()
        damaged = [block for block in blocks if not block.is_whole()]
        for block in damaged:
            message = f"{block.path}: members {block.start} to {block.stop - 1} are damaged and are made again"
            warnings.warn(message, DamagedBlock, stacklevel=2)
            if repair:
                block.path.unlink(missing_ok=True)
        return [block for block in blocks if block not in damaged]

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
        """The number of members from the first on without a gap; those that failed count as there.

        Raises `FissureError` where a block is damaged.
        """
        at, failed, blocks = 0, self.failed(), {block.start: block for block in self.blocks()}
        while at in failed or at in blocks:
            if at in failed:
                at += 1
            elif (block := blocks[at]).is_whole():
                at = block.stop
            else:
                raise RunError(
                    f"{block.path}: members {block.start} to {block.stop - 1} are damaged, "
                    "ask for the run again to make them again"
                )
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
        stored = BlocksArray(self.blocks(), name, numbers, shape, np.dtype(spec["dtype"]))
        attributes = {"units": spec["units"], "long_name": spec["long_name"]}
        return xr.Variable(spec["dims"], indexing.LazilyIndexedArray(stored), attributes)

    def events(self, members: int) -> "pd.DataFrame":
        """The events of the first `members` members, see `event_table`."""
        return event_table(self.blocks(), self.description, members, self.failed())

    def coordinates(self, dims: tuple[str, ...]) -> dict[str, np.ndarray]:
        """The labels of `dims` that have any."""
        labels = self.description["coordinates"]
        return {d: np.array(labels[d], "datetime64[ns]" if d == "week" else None) for d in dims if d in labels}


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
        raise RunError(f"{folder}: is not empty and holds no run ('{foreign[0]}'), choose another folder")


def differences(there: Mapping[str, Any], asked: Mapping[str, Any]) -> str:
    """The differences between two plans, in words; empty when nothing does."""
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

    Raises `FissureError` where a block is missing or damaged, or the run keeps chosen outputs alone.
    """
    import pandas as pd

    if not description["events"]:
        raise RunError("this run keeps chosen outputs alone, without events")
    if gaps := missing(blocks, members, members, failed):
        raise RunError(f"members {gaps[0][0]} to {gaps[0][1] - 1} of this run are missing, ask for it again")
    parts: dict[str, list[NDArray[Any]]] = {name: [] for name in records.STORED}
    for block in (b for b in blocks if b.start < members):
        member = block.read("event_member")
        for name in records.STORED:
            column = member if name == "event_member" else block.read(name)
            parts[name].append(column[member < members])
    member, week, kind, district, bloc, size = (np.concatenate(part) for part in parts.values())
    labels, kinds = description["coordinates"], description["events"]
    frame = pd.DataFrame(
        {
            "member": member,
            "week": np.array(labels["week"], "datetime64[ns]")[week],
            "kind": pd.Categorical.from_codes(kind, list(kinds)),
            "district": pd.Categorical.from_codes(district + 1, ["", *labels["district"]]),
            "bloc": pd.Categorical.from_codes(bloc + 1, ["", *labels["bloc"]]),
            "size": size,
        }
    )
    frame.attrs = {"members": members - sum(member < members for member in failed), "kinds": dict(kinds)}
    return frame
