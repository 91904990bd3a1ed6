"""How fast a week could be on this machine at best, and how near to that it comes.

The work of a week is counted in the source as JAX traced it (bench/operations.py): each value once, and only what a
week's record or the next week needs. The machine's rates are measured (bench/peaks.py) with vectors of 256 and of 512
bits; the better counts. From both follows the least time a fighter-week, in three ways:

    at its own rates   each kind of operation at the rate at which this machine does that kind. The model's bound.
    at the peak        every operation as if it were half a fused multiply-add: the textbook roofline
    memory             the state read once and written once in each week, at the rate of a triad over as many bytes as
                       a call holds

`reached` is what the compiled program takes of the cores, run as `fissure run` does; other work on the machine does not
count. The larger of arithmetic and memory is the bound. It is below what any compiler reaches: it leaves out
all recomputed values, numbers kept between one loop and the next, and the cost of starting each loop. `as compiled` are
XLA's own estimates for the compiled program (`cost_analysis`), in which values that several loops need are made anew in
each.
"""

from collections.abc import Mapping
from typing import Any

import jax

from bench.measurements import Asked
from bench.operations import DIVISION, FLOAT, FUNCTION, INTEGER, PRODUCT
from bench.peaks import BITS, measured
from bench.program import WIDTH, Block, block, case, models_of
from bench.table import Table, cores
from bench.work import operations_of_week, state_bytes, total
from fissure.engine.random import seed_words
from fissure.engine.simulate import draws
from fissure.model.start import initial_state, member_inputs
from fissure.model.world import world_of

RATE = {INTEGER: "integer", FLOAT: "simple", PRODUCT: "multiply-add", DIVISION: "division", FUNCTION: "function"}
"""The peak at which each kind of operation can go."""
SMALL: dict[str, Any] = {"units": 48, "slots": 56, "weeks": 20}


def tables(asked: Asked) -> list[Table]:
    """Measure; `quick` is rough peaks, and a small program."""
    size = {k: v for k, v in SMALL.items() if k != "weeks"} if asked.quick else {}
    state = state_bytes(**size)
    held = 2 * WIDTH * state  # before and after, of the members of a call
    best, first = peaks(held, asked.quick)
    fighters = world_of(case(), **size).bloc.shape[0] * world_of(case(), **size).slots
    counted = total(operations_of_week(**size))
    work = Table.begun(
        "roofline-work", "Work of a week, for each fighter slot", ["kind", "operations", ("least", "ns")]
    )
    for kind, rate in RATE.items():
        work.row(kind, counted[kind], counted[kind] / best[rate])
    work.row("all", sum(counted.values()), least(counted, best))
    work.row("bytes of the state, both ways", 2 * state / fighters, 2 * state / fighters / best["triad, a call"])
    made = block(**SMALL) if asked.quick else block(weeks=60)
    reached = min(made.ns(made.taken(4).busy, 4) for _ in range(5))
    return [first, work, bounds(counted, best, 2 * state / fighters, reached, made, fighters, size)]


def peaks(held: int, quick: bool) -> tuple[dict[str, float], Table]:
    """The better of each peak, and a table of both."""
    sizes = {"triad, second cache": 1 << 20, "triad, a call": held, "triad, main memory": 1 << (26 if quick else 29)}
    table = Table.begun(
        "roofline-peaks",
        f"This machine at best, {cores()} cores",
        ["a nanosecond", *((str(bits), "bits") for bits in BITS)],
    )
    found = measured(sizes, quick)
    names = [*sizes, *RATE.values()]
    for name in names:
        table.row(
            f"{name} ({'bytes' if 'triad' in name else 'operations'})", *(rates[name] for rates in found.values())
        )
    return {name: max(rates[name] for rates in found.values()) for name in names}, table


def least(counted: Mapping[str, float], best: Mapping[str, float]) -> float:
    """Nanoseconds for so many operations of each kind, one kind after the other."""
    return sum(counted[kind] / best[rate] for kind, rate in RATE.items())


def bounds(
    counted: Mapping[str, float],
    best: Mapping[str, float],
    moved: float,
    reached: float,
    made: Block,
    fighters: int,
    size: dict[str, int],
) -> Table:
    """Each bound beside what is reached."""
    table = Table.begun(
        "roofline", "The least time of a fighter-week, and what is reached", ["", ("time", "ns"), "reached over it"], 40
    )
    own, memory = least(counted, best), moved / best["triad, a call"]
    peak = sum(counted.values()) / best["multiply-add"]
    for name, ns in (
        ("arithmetic, at its own rates", own),
        ("arithmetic, at the peak", peak),
        ("memory, the state both ways", memory),
        ("bound: the larger of first and third", max(own, memory)),
    ):
        table.row(name, ns, reached / ns)
    table.row("reached", reached, 1.0)
    operations, moves = compiled(made, size)
    counts = f"{operations / fighters:.0f} operations and {moves / fighters:.0f} bytes"
    table.row(f"as compiled: {counts}", moves / fighters / best["triad, a call"])
    return table


def compiled(made: Block, size: dict[str, int]) -> tuple[float, float]:
    """XLA's estimate of operations and bytes of a week of one member in the compiled program.

    It counts a loop's body once, so that what comes before the weeks is to be taken off.
    """
    models, world = models_of(list(range(WIDTH))), world_of(case(), **size)

    def first(model, member):  # type: ignore[no-untyped-def]
        once = draws(seed_words(1), member, jax.numpy.int32(-1))("givens")
        return initial_state(model.start, member_inputs(model.start, world, once), world, once)

    start = jax.jit(jax.vmap(first)).lower(models, jax.numpy.arange(WIDTH)).compile().cost_analysis()
    whole = made.program.cost_analysis()  # type: ignore[attr-defined]
    per_member = [(float(whole[k]) - float((start or {})[k])) / WIDTH for k in ("flops", "bytes accessed")]
    return per_member[0], per_member[1]
