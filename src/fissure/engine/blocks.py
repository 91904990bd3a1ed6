"""A block of members as one file: a zarr group in a zip, closed by a SHA-256 of all that stands before it.

The bytes of a block depend on its arrays alone (no clock, no host), so equal results are equal files. Each array is one
chunk: reading a variable reads nothing of the others, once the block was seen to be whole.
"""

import io
import re
import zipfile
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing
from zarr.codecs import ZstdCodec
from zarr.storage import MemoryStore, ZipStore

from fissure.engine import checksums
from fissure.errors import RunError
from fissure.files import write_whole

_NAME = re.compile(r"(\d{7})-(\d{7})\.zarr\.zip")
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
        """Whether the file is there and its bytes are those that were written."""
        return checksums.is_whole(self.path)

    def read(self, name: str) -> NDArray[Any]:
        """The array `name`, members first. Raises `FissureError` where the file is missing or damaged.

        The bytes are held against their checksum the first time that this process reads of them.
        """
        if not checksums.known_whole(self.path):
            told = "its checksum does not hold" if self.path.is_file() else "there is no such file"
            raise RunError(f"{self.path}: this block is damaged ({told}), ask for the run again to make it anew")
        try:
            with ZipStore(self.path, mode="r") as store:
                return np.asarray(zarr.open_array(store, path=name, mode="r", zarr_format=3)[...])
        except (OSError, LookupError, ValueError, RuntimeError, AttributeError, zipfile.BadZipFile) as error:
            raise RunError(
                f"{self.path}: this block is damaged ({error}), ask for the run again to make it anew"
            ) from None

    def write(self, arrays: Mapping[str, tuple[tuple[str, ...], NDArray[Any], Mapping[str, str]]]) -> None:
        """Write (dims, values, attributes) by name; the file is there whole or not at all.

        Raises `OSError` when the disk is full or refuses.
        """
        write_whole(self.path, encode(arrays))


def blocks_in(folder: Path) -> list[Block]:
    """The blocks in `folder` by first member, unverified; one that overlaps an earlier one is left out."""
    found = []
    for path in folder.glob("*.zarr.zip"):
        if match := _NAME.fullmatch(path.name):
            found.append(Block(path, int(match[1]), int(match[2])))
    out: list[Block] = []
    for block in sorted(found, key=lambda b: (b.start, b.stop)):
        if block.start < block.stop and (not out or block.start >= out[-1].stop):
            out.append(block)
    return out


def missing(blocks: Iterable[Block], members: int, size: int, but: Collection[int] = ()) -> list[tuple[int, int]]:
    """Ranges, cut at multiples of `size`, of the first `members` that `blocks` lack and that are not in `but`."""
    gaps, at = [], 0
    there = [(block.start, block.stop) for block in blocks] + [(member, member + 1) for member in but]
    for start, stop in sorted(there):
        gaps.append((at, min(start, members)))
        at = max(at, stop)
    gaps.append((at, members))
    out = []
    for start, stop in gaps:
        while start < stop:
            end = min(stop, (start // size + 1) * size)
            out.append((start, end))
            start = end
    return out


def encode(arrays: Mapping[str, tuple[tuple[str, ...], NDArray[Any], Mapping[str, str]]]) -> bytes:
    """The bytes of a block."""
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
        archive.comment = bytes(checksums.LENGTH)
    return checksums.sealed(out.getvalue()[: -checksums.LENGTH])


class Stored(BackendArray):
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
