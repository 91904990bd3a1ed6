"""Who makes the blocks of a run: threads of this process (`Threads`) or the workers of a cluster (`cluster.Cluster`).

No byte of a block depends on who makes it, as long as versions, settings and the kind of processor are those of
the plan.
"""

import os
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import jax
import numpy as np

from fissure.cases.loader import Case
from fissure.engine import events
from fissure.engine.blocks import encode
from fissure.engine.cache import enable_compile_cache
from fissure.engine.dataset import variables_of
from fissure.engine.forks import require_own_jax
from fissure.engine.kernel import Kernel, Records, records_of
from fissure.engine.made_with import MadeWith
from fissure.engine.parameter_source import Draws
from fissure.engine.plan import Plan, whole
from fissure.engine.programs import program_for
from fissure.model.catalogue import parameters_of
from fissure.model.world import world_of

MOST_THREADS = 16

Span = tuple[int, int]
"""Members from the first to the second number, the second exclusive."""
Part = Callable[[list[int]], Records]
"""Makes the records of up to `plan.width` members, whichever they are."""
Made = Generator[tuple[Span, bytes]]
"""Blocks as they are finished: their members, the bytes of their file."""

_compiling = threading.Lock()


@dataclass(frozen=True, eq=False)
class Work:
    """All that a block of a run is made from. It can be pickled: whoever gets it makes the same bytes."""

    case: Case
    plan: Plan
    draws: Draws

    @cached_property
    def _part(self) -> Part:
        require_own_jax()
        plan, world = self.plan, world_of(self.case, self.plan.units, self.plan.slots)
        kernel = Kernel(parameters_of(self.case), world, plan.seed, plan.width, self.draws, plan.off)
        enable_compile_cache()
        program = program_for(plan, kernel.arguments([0])[0])

        def part(members: list[int]) -> Records:
            given, values = kernel.arguments(members)
            return records_of(program(*given), values, members)

        return part

    @property
    def part(self) -> Part:
        """Makes the records of up to `plan.width` members; compiled when first asked for."""
        with _compiling:
            return self._part

    @cached_property
    def variables(self) -> dict[str, dict[str, Any]]:
        """What is recorded, by name: `dims`, `dtype`, `units`, `long_name`."""
        own = {"dims": ["member", "parameter"], "dtype": "float64", "units": "see unit", "long_name": "Parameters"}
        return {**variables_of(self.plan.outputs), "parameters": own}

    def calls(self, span: Span) -> list[list[int]]:
        """The members of each call of `part` that a block takes."""
        return [list(range(a, min(a + self.plan.width, span[1]))) for a in range(*span, self.plan.width)]

    def encoded(self, parts: Sequence[Records]) -> bytes:
        """The file of a block from the records of its `calls`."""
        records = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        arrays = {
            name: (tuple(v["dims"]), records[name], {"units": v["units"], "long_name": v["long_name"]})
            for name, v in self.variables.items()
        }
        return encode(arrays | events.arrays(records))

    def block(self, span: Span) -> bytes:
        """The file of the block of these members, made here and now."""
        return self.encoded([self.part(call) for call in self.calls(span)])

    def __getstate__(self) -> dict[str, Any]:
        """The fields alone: what was compiled stays where it is."""
        return {"case": self.case, "plan": self.plan, "draws": self.draws}


class Workers(Protocol):
    """Makes blocks of members. Raises `FissureError` for what it cannot make."""

    def settle(self, plan: Plan, begun: MadeWith | None) -> Plan:
        """`plan` as it will be made here, on which kind of machine; `begun` is what its folder was begun with."""

    def prepare(self, work: Work) -> None:
        """Get ready: compile."""

    def blocks(self, work: Work, spans: Sequence[Span]) -> Made:
        """The blocks `spans`, in any order, each as soon as it is finished; only a few are ever held at a time."""


@dataclass(frozen=True)
class Threads:
    """Makes blocks in this process, `count` calls at a time."""

    count: int

    def settle(self, plan: Plan, begun: MadeWith | None) -> Plan:
        """`plan`: it is this process that it was made for."""
        return plan

    def prepare(self, work: Work) -> None:
        """Compile."""
        work.part  # noqa: B018

    def blocks(self, work: Work, spans: Sequence[Span]) -> Made:
        """The blocks in turn; only a few are ever ahead, so memory does not grow with members."""
        part = work.part
        ahead = self.count + self.count * work.plan.width // max(spans[0][1] - spans[0][0], 1)
        with ThreadPoolExecutor(self.count) as pool:
            waiting: deque[tuple[Span, list[Future[Records]]]] = deque()
            try:
                for span in spans:
                    waiting.append((span, [pool.submit(part, call) for call in work.calls(span)]))
                    if len(waiting) > ahead:
                        yield _joined(work, *waiting.popleft())
                while waiting:
                    yield _joined(work, *waiting.popleft())
            finally:
                pool.shutdown(wait=True, cancel_futures=True)


def _joined(work: Work, span: Span, calls: list[Future[Records]]) -> tuple[Span, bytes]:
    return span, work.encoded([call.result() for call in calls])


def threads_for(asked: int | None) -> int:
    """Calls at a time: on a CPU one for each core, on a GPU one.

    On 2 cores (full scale, width 4) two calls at a time took 0.8 times as long as one after another with XLA spreading
    each over both cores. The results are the same bytes.
    """
    if asked is not None:
        whole("threads", asked, 1, 1024)
        return asked
    return min(cores(), MOST_THREADS) if jax.default_backend() == "cpu" else 1


def cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
