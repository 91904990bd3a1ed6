"""A few figures that are watched: each over a reference that hangs on the machine alone, measured in the same minute.

    model    nanoseconds of a fighter-week of the full model, over those of a fixed loop of adds, products, shifts and
             exponentials for one number; of processors, so that other work counts little
    compile  processor seconds to trace and compile the full program, over those of a fixed program of JAX
    report   processor seconds to write the report of a small run, over those of fixed work in plain Python
    first    seconds from the start of the process to the first result, over those of a process that imports NumPy,
             SciPy and pandas and sorts a while

No reference uses anything of Fissure. Figure and reference take turns, round after round, so that what disturbs the
machine disturbs both. `ratio` is the middle one of the rounds, with the least and the most. `make bench-check` measures
them anew and says what has become slower.
"""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import jax
import jax.numpy as jnp

from bench import first
from bench.measurements import Asked
from bench.program import Block, block, together
from bench.table import Heading, Table, cores

BUDGET = 150.0
"""Seconds within which another round is begun only if it will end in them."""
FEWEST, MOST = 3, 8
"""Rounds, whatever they take, and if there is time."""
TIMES_A_ROUND = {"model": 3}
"""Figures that are measured more than once in a round, as they are short."""
REFERENCES = "references 1"
"""To be raised when a reference, or how a figure is measured, is changed: what was kept is then not compared with."""
NUMBERS, TURNS = 1 << 16, 400
WEEKS = 26


@dataclass(frozen=True)
class Guard:
    """A figure and its reference, each of which measures itself once."""

    name: str
    unit: str
    figure: Callable[[], float]
    reference: Callable[[], float]


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is a small world and fewest rounds."""
    heads: list[Heading] = ["figure", "unit", "of the figure", "of the reference"]
    raw = Table.begun("rounds", "Each round", heads, shown=False)
    raw.note = REFERENCES
    began = time.perf_counter()
    with guards(asked.quick) as each:
        for n in range(FEWEST if asked.quick else MOST):
            start = time.perf_counter()
            for guard in each:
                for _ in range(TIMES_A_ROUND.get(guard.name, 1)):
                    reference = guard.reference()  # first, so that it also warms up what both need
                    raw.row(guard.name, guard.unit, guard.figure(), reference)
            now = time.perf_counter()
            if n + 1 >= FEWEST and now - began + (now - start) > BUDGET:
                break
    return [summary(raw), raw]


def summary(raw: Table) -> Table:
    """A row for each figure, from all rounds."""
    heads: list[Heading] = ["", "unit", "of the figure", "of the reference", "ratio", "least", "most", "repetitions"]
    table = Table.begun("guards", "Guarded figures", heads, 12, late=True)
    for name, ratios in ratios_of(raw).items():
        own = [row for row in raw.rows if row[0] == name]
        both = (median(float(str(row[at])) for row in own) for at in (2, 3))
        table.row(name, own[0][1], *both, median(ratios), min(ratios), max(ratios), len(ratios))
    return table


def ratios_of(raw: Table) -> dict[str, list[float]]:
    """By name, the figure over its reference in each round."""
    found: dict[str, list[float]] = {}
    for name, _, figure, reference in raw.rows:
        found.setdefault(str(name), []).append(float(str(figure)) / float(str(reference)))
    return found


@contextmanager
def guards(quick: bool) -> Iterator[list[Guard]]:
    """All of them, ready to be measured: what they need was compiled, imported and run once."""
    size: dict[str, Any] = {"units": 48, "slots": 56} if quick else {}
    options = ["--weeks", str(WEEKS), "--no-report"]
    with tempfile.TemporaryDirectory(prefix="fissure-bench-") as name:
        base = Path(name)
        first.run(base, "stored", options)  # fills the cache of compiled programs
        made, report, loop = block(weeks=60, **size), reporter(base / "stored", base / "report.html"), fixed_loop()
        runs = iter(range(10_000))
        yield [
            Guard("model", "ns", lambda: model_ns(made), loop),
            Guard("compile", "s", lambda: compiled(made), lambda: busy(compile_fixed)),
            Guard("report", "s", lambda: busy(report), lambda: busy(plain_work)),
            Guard("first", "s", lambda: first.run(base, f"run-{next(runs)}", options)[2], other_process),
        ]


def model_ns(made: Block) -> float:
    """Processor nanoseconds of a fighter-week, on all cores at once."""
    calls = 2 * cores()
    return made.ns(made.taken(calls).busy, calls)


def fixed_loop() -> Callable[[], float]:
    """A function that gives the processor nanoseconds of a fixed loop for each number, on all cores at once."""

    def turn(_: Any, pair: Any) -> Any:
        x, word = pair
        for shift in (13, 17, 5):
            word = (word ^ (word << shift)) + (word >> (32 - shift))
            x = jnp.maximum(x * 0.999 + 0.001, 0.25)
        return jnp.where(word >> 31 == 1, jnp.exp(-x), x / (x + 0.5)), word

    start = jnp.linspace(0.5, 1.5, NUMBERS, dtype=jnp.float32), jnp.arange(NUMBERS, dtype=jnp.uint32)
    program = jax.jit(lambda pair: jax.lax.fori_loop(0, TURNS, turn, pair)).lower(start).compile()

    def measured() -> float:
        took = together(lambda _: jax.block_until_ready(program(start)), cores()).busy
        return took * 1e9 / (NUMBERS * TURNS)

    measured()
    return measured


def compiled(made: Block) -> float:
    """Processor seconds to trace and compile the program of `made` again."""
    jax.clear_caches()
    return busy(lambda: made.compile_again())


def compile_fixed() -> None:
    """Trace and compile a program that is always the same."""
    jax.clear_caches()

    def step(x: Any, n: Any) -> Any:
        for i in range(36):
            y = jnp.tanh(x * (1 + i)) + jnp.roll(x, i + 1, axis=1) * n
            x = jnp.where(y.sum(axis=1, keepdims=True) > i, y, x - y.max(axis=0))
        return x, x.sum()

    jax.jit(lambda x: jax.lax.scan(step, x, jnp.arange(5.0))).lower(jnp.ones((24, 16))).compile()


def reporter(folder: Path, page: Path) -> Callable[[], object]:
    """What writes the report of the run in `folder`; it has written it once."""
    import fissure

    def write() -> object:
        return fissure.read_run(folder).report(page)

    write()
    return write


def plain_work() -> None:
    """Work of a second or so in plain Python: dictionaries, text, JSON, sorting."""
    rows = [{"n": i, "name": f"row {i * 7919 % 10_007}", "x": [i / 3, i / 7]} for i in range(20_000)]
    for _ in range(6):
        text = json.dumps(sorted(rows, key=lambda row: str(row["name"])))
        rows = json.loads(text)
        "".join(f"<td>{row['name']}</td><td>{row['n']:.3f}</td>" for row in rows).replace("td", "th")


def other_process() -> float:
    """Seconds of a process that uses nothing of Fissure."""
    work = (
        "import numpy, scipy.stats, pandas\nfor n in range(12): sorted(range(100_000), key=lambda i: i * 7919 % 10_007)"
    )
    return first.least(["-c", work], 1, spare=0)


def busy(work: Callable[[], object]) -> float:
    """Processor seconds of this process for `work`."""
    began = time.process_time()
    work()
    return time.process_time() - began
