"""What this machine can do at best, measured with small programs of the same compiler, on all cores at once.

    triad           a = b + s a over arrays of a size: bytes moved a nanosecond
    multiply-add    x = x a + b, two operations each; few in a row, so that a core can do several numbers at once
    simple          adds, maxima, compares and selects in turn
    integer         Threefry-4x32, the model's own generator: adds, exclusive ors and shifts
    division        x = a / (x + b): the addition is not counted
    function        exp and expm1 in turn, as a week has them for every fighter

Each is the best of several tries, by the time that the cores were busy with it. XLA uses vectors of 256 bits on
processors that have 512: the peaks are measured with both, in a process of its own for each, as it is the machine that
is asked.
"""

import json
import os
import sys
from collections.abc import Callable
from typing import Any

from bench.one import apart

BITS = (256, 512)
NEAR = 1 << 16
"""Numbers of an array that lies in the second cache (256 kB): each is read once for many operations."""


def measured(triads: dict[str, int], quick: bool = False) -> dict[int, dict[str, float]]:
    """Peaks by name for each width of vectors in bits; `triads` names sizes of working sets, in bytes on a core."""
    found = {}
    for bits in BITS:
        flags = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_prefer_vector_width={bits}"
        options = json.dumps({"triads": triads, "quick": quick})
        found[bits] = apart("bench.peaks", options, env={"XLA_FLAGS": flags.strip()})
    return found


def here(triads: dict[str, int], quick: bool) -> dict[str, float]:
    """Peaks with the settings of this process."""
    tries, seconds = (3, 0.05) if quick else (7, 0.25)
    peaks = {name: triad(size, tries, seconds) for name, size in triads.items()}
    loops = {"multiply-add": _multiply_add, "simple": _simple, "division": _division, "function": _function}
    for name, loop in loops.items():
        peaks[name] = _rate(loop, _reals(), tries, seconds, _count(loop) * NEAR)
    peaks["integer"] = generator(tries, seconds)
    return peaks


def triad(size: int, tries: int, seconds: float) -> float:
    """Bytes a nanosecond of a = b + s a over two arrays of `size` bytes together, on each core at once."""
    import jax.numpy as jnp

    numbers = max(size // 8, 16)
    start = (jnp.ones(numbers), jnp.full(numbers, 0.5))

    def once(pair: Any) -> Any:
        a, b = pair
        return b + jnp.float32(0.5) * a, b

    return _rate(once, start, tries, seconds, 12.0 * numbers)


def generator(tries: int, seconds: float) -> float:
    """Operations of the generator a nanosecond: the four words of a block, put together, are the next one's counter.

    Put together, as XLA would make the whole block anew for each of four results.
    """
    import jax.numpy as jnp

    from bench.operations import operations
    from fissure.engine.random import threefry4x32

    key = tuple(jnp.uint32(n) for n in (1, 2, 3, 0))
    lanes = jnp.arange(NEAR, dtype=jnp.uint32)

    def block(at: Any) -> Any:
        a, b, c, d = threefry4x32(key, (at, jnp.uint32(1), jnp.uint32(2), jnp.uint32(3)))
        return (a ^ b) ^ (c ^ d)

    work = sum(sum(kinds.values()) for kinds in operations(block, lanes).values())
    return _rate(block, lanes, tries, seconds, work)


def _multiply_add(x: Any) -> Any:
    for _ in range(24):
        x = x * 0.999 + 0.001
    return x


def _simple(x: Any) -> Any:
    import jax.numpy as jnp

    for _ in range(8):
        y = jnp.maximum(x + 0.25, 0.5)
        x = jnp.where(y < 1.5, y, x)
    return x


def _division(x: Any) -> Any:
    for n in range(8):
        x = (1.5 + n) / (x + 0.5)
    return x


def _function(x: Any) -> Any:
    import jax.numpy as jnp

    for _ in range(2):
        x = -jnp.expm1(-jnp.exp(-x))
    return x


def _reals() -> Any:
    import jax.numpy as jnp

    return jnp.linspace(0.5, 1.5, NEAR, dtype=jnp.float32)


def _count(loop: Callable[[Any], Any]) -> float:
    """Operations for each number; signs that go with a function are free."""
    counts: dict[Callable[[Any], Any], float]
    counts = {_multiply_add: 48.0, _simple: 32.0, _division: 8.0, _function: 4.0}
    return counts[loop]


def _rate(once: Callable[[Any], Any], start: Any, tries: int, seconds: float, work: float) -> float:
    """`work` of one turn a nanosecond, over all cores: turns are repeated inside of a compiled program."""
    import jax

    from bench.program import together
    from bench.table import cores

    def many(x: Any, turns: Any) -> Any:
        return jax.lax.fori_loop(0, turns, lambda _, x: once(x), x)

    program = jax.jit(many).lower(start, 1).compile()

    def call(turns: int) -> float:
        return together(lambda _: jax.block_until_ready(program(start, turns)), cores()).busy

    turns = 1
    while (took := call(turns)) < seconds / 4:
        turns = max(2 * turns, int(turns * seconds / 2 / max(took, 1e-6)))
    turns = max(1, int(turns * seconds / took))
    return work * turns * cores() / (min(call(turns) for _ in range(tries)) * 1e9)


if __name__ == "__main__":
    print(json.dumps(here(**json.loads(sys.argv[1]))))
