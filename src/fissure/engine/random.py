"""Threefry-4x32 with 13 rounds, for arrays of JAX or NumPy: random numbers addressed, not consumed.

Each number is a pure function of a key (case seed, member) and a counter (lane, week, stream, draw), so what one
mechanism draws never moves another's luck, and a member's luck does not depend on who is simulated beside it.

Source: Salmon, Moraes, Dror and Shaw (2011), "Parallel random numbers: as easy as 1, 2, 3", SC'11,
doi:10.1145/2063384.2063405, who find that 12 rounds pass BigCrush, and give 13 and 20. The known answers of Random123
for both are in the tests; there too are a test of avalanche, which 8 rounds fail, and one of neighbouring addresses.
"""

import zlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from math import prod
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int, UInt32
from numpy.typing import NDArray
from scipy.special import ndtri

from fissure.model.xla import materialise

_ROTATIONS = ((10, 26), (11, 21), (13, 27), (23, 5), (6, 20), (17, 11), (25, 10), (18, 20))
_PARITY = 0x1BD11BDA
ROUNDS = 13

Word = Any
"""A `uint32` array of JAX, or of NumPy."""
Words = tuple[Word, Word, Word, Word]


def _rotate(x: Word, by: int) -> Word:
    return (x << by) | (x >> (32 - by))


def threefry4x32(key: Words, counter: Words, rounds: int = ROUNDS) -> Words:
    """Four random words for each counter; `key` and `counter` are four broadcastable `uint32` arrays each.

    Whole-number arithmetic modulo 2^32, so that NumPy and JAX give the same.
    """
    k = [*key, key[0] ^ key[1] ^ key[2] ^ key[3] ^ _PARITY]
    x = [counter[i] + k[i] for i in range(4)]
    for r in range(rounds):
        a, b = _ROTATIONS[r % 8]
        p, q = (1, 3) if r % 2 == 0 else (3, 1)
        x[0] = x[0] + x[p]
        x[p] = _rotate(x[p], a) ^ x[0]
        x[2] = x[2] + x[q]
        x[q] = _rotate(x[q], b) ^ x[2]
        if r % 4 == 3:
            turn = r // 4 + 1
            for i in range(4):
                x[i] = x[i] + k[(turn + i) % 5]
            x[3] = x[3] + turn
    return x[0], x[1], x[2], x[3]


@cache
def stream_id(name: str) -> int:
    """The stable 32-bit number of a stream's name; a new mechanism moves nobody else's luck."""
    return zlib.crc32(name.encode())


def unit_interval(words: UInt32[Array, "..."]) -> Float[Array, "..."]:
    """Uniform numbers in [0, 1) from the upper 24 bits, so that each is exact in `float32`."""
    return (words >> jnp.uint32(8)).astype(jnp.float32) * jnp.float32(2.0**-24)


@dataclass(frozen=True, eq=False)
class Draw:
    """The random numbers of one stream in one week of one member.

    `key` holds (seed low, seed high, member, 0). Each method may be called with several values of `index` to
    get independent numbers; the same call always gives the same numbers, `made` beforehand or not.
    """

    key: Words
    week: Int[Array, ""]
    stream: int
    made: "Made" = field(default_factory=dict)
    """Words that are there already, see `made_beforehand`."""

    def block(self, shape: tuple[int, ...] = (), index: int = 0) -> Words:
        """Four independent arrays of random 32-bit words of `shape`: one Threefry block for each lane.

        On a CPU, XLA computes the words where they are needed, which is faster than sharing a block between four
        lanes through memory (measured: 1.6 against 2.9 ns a number with 2 cores; without a barrier, 600).
        """
        lanes = jnp.arange(prod(shape), dtype=jnp.uint32).reshape(shape)
        week = jnp.asarray(self.week, jnp.uint32)
        return threefry4x32(self.key, (lanes, week, jnp.uint32(self.stream), jnp.uint32(index)))

    def words(self, shape: tuple[int, ...] = (), index: int = 0, count: int = 1) -> tuple[UInt32[Array, "*shape"], ...]:
        """The first `count` of the block's words of `shape`."""
        made = self.made.get((shape, index), ())
        return made[:count] if count <= len(made) else self.block(shape, index)[:count]

    def uniform(self, shape: tuple[int, ...] = (), index: int = 0) -> Float[Array, "*shape"]:
        """Uniform numbers in [0, 1) of `shape`."""
        return self.uniforms(shape, index, 1)[0]

    def uniforms(
        self, shape: tuple[int, ...] = (), index: int = 0, count: int = 4
    ) -> tuple[Float[Array, "*shape"], ...]:
        """Up to four independent arrays of uniform numbers in [0, 1) of `shape`, for the price of one."""
        return tuple(unit_interval(word) for word in self.words(shape, index, count))


Made = Mapping[tuple[tuple[int, ...], int], tuple[Word, ...]]
"""Words of a stream by shape and index."""
Wanted = tuple[str, tuple[int, ...], int, int]
"""A stream, a shape, an index, and how many words of the block."""


def made_beforehand(wanted: Sequence[Wanted], key: Words, week: Int[Array, ""]) -> dict[str, Made]:
    """The words of all that is `wanted`, by stream: the very words that each stream would give.

    All are made in one pass and kept for whoever reads them. The generator is a long chain of small steps: where each
    reader makes its own, two thirds of a compiled program are copies of it.
    """
    each = [(stream_id(name), prod(shape), index, word) for name, shape, index, n in wanted for word in range(n)]
    if not each:
        return {}
    lanes = np.concatenate([np.arange(size) for _, size, _, _ in each])
    streams, indexes, word = (np.repeat([e[at] for e in each], [e[1] for e in each]) for at in (0, 2, 3))
    at_lane, at_week, at_stream, at_index = (jnp.asarray(x, jnp.uint32) for x in (lanes, week, streams, indexes))
    block = threefry4x32(key, (at_lane, at_week, at_stream, at_index))
    flat = materialise(jnp.select([word == n for n in range(3)], block[:3], block[3]), (key[0] & 1).astype(jnp.int32))
    found: dict[str, dict[tuple[tuple[int, ...], int], tuple[Word, ...]]] = defaultdict(dict)
    at = 0
    for name, shape, index, n in wanted:
        size = prod(shape)
        found[name][shape, index] = tuple(flat[at + k * size : at + (k + 1) * size].reshape(shape) for k in range(n))
        at += n * size
    return dict(found)


Seed = tuple[UInt32[Array, ""], UInt32[Array, ""]]
"""The low and the high half of a 64-bit seed; data, so that one compiled program serves every seed."""


def seed_words(seed: int) -> Seed:
    """`seed`, from 0 to 2^64 - 1, as two words."""
    return jnp.uint32(seed & 0xFFFFFFFF), jnp.uint32((seed >> 32) & 0xFFFFFFFF)


def member_key(seed: Seed, member: Int[Array, ""] | int) -> Words:
    """The key of one member: the seed and the member's own number."""
    return *seed, jnp.asarray(member, jnp.uint32), jnp.uint32(0)


def prior_normals(seed: int, members: Sequence[int], names: Sequence[str]) -> NDArray[np.float64]:
    """Standard normals of shape (members, names), each a function of seed, member and name alone.

    The word w of Threefry with key (seed, member) and the name's own stream gives the normal quantile of
    (w + 1/2) / 2^32, so a member's value of a parameter is the same whoever and whatever else is drawn. NumPy makes
    it: for so few numbers a compiler takes longer than the work.
    """
    streams = np.array([stream_id(f"prior.{name}") for name in names], np.uint32)[None, :]
    member = np.asarray(members, np.uint32)[:, None]
    low, high, zero = np.uint32(seed & 0xFFFFFFFF), np.uint32(seed >> 32), np.uint32(0)
    with np.errstate(over="ignore"):
        word = threefry4x32((low, high, member, zero), (zero, zero, streams, zero))[0]
    return np.asarray(ndtri((word.astype(np.float64) + 0.5) / 2.0**32), np.float64)
