"""The records of members: what goes into the compiled program, the program, and what comes out of it.

Here is all of a run that decides about the bytes of a member and that is not the model, its random numbers or its plan
(`cache.model_digest` covers them together). Who makes which members, when and where is no part of it.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from numpy.typing import NDArray

from fissure.cases.loader import Case
from fissure.engine.batches import check_fits
from fissure.engine.cache import enable_compile_cache
from fissure.engine.draws import Draws
from fissure.engine.events import sparse
from fissure.engine.forks import require_own_jax
from fissure.engine.plan import Plan
from fissure.engine.programs import program_of
from fissure.engine.random import seed_words
from fissure.engine.simulate import simulate_block
from fissure.model.catalogue import build, prior_values
from fissure.model.parameters import Declared
from fissure.model.world import world_of

Records = dict[str, NDArray[Any]]
"""Arrays by name, members first; events as columns, see `events.sparse`."""
Part = Callable[[list[int]], Records]
"""Makes the records of up to `plan.width` members, whichever they are."""


def part_of(case: Case, parameters: list[Declared], plan: Plan, draws: Draws) -> Part:
    """The records of up to `width` members, by one program, compiled here; fewer are filled up with the last."""
    require_own_jax()
    names = [p.name for p in parameters]
    world, seed = world_of(case, plan.units, plan.slots), seed_words(plan.seed)

    def inputs(members: list[int]) -> tuple[tuple[Any, ...], NDArray[np.float64]]:
        filled = members + members[-1:] * (plan.width - len(members))
        values = prior_values(parameters, draws.normals(plan.seed, filled, names))
        models = build(parameters, values, plan.off)
        past = draws.past(plan.seed, filled)
        return (models, jnp.asarray(filled, jnp.int32), world, seed, past), values

    enable_compile_cache()
    program = program_for(plan, inputs([0])[0])

    def part(members: list[int]) -> Records:
        given, values = inputs(members)
        found: Mapping[str, Any] = {**program(*given), "parameters": values}
        return sparse({name: np.asarray(array)[: len(members)] for name, array in found.items()}, members)

    return part


def program_for(plan: Plan, example: tuple[Any, ...]) -> Callable[..., Any]:
    """The program for arguments like those of `example`, compiled here or kept from before, see `programs`."""
    return program_of(
        (plan.weeks, plan.width, plan.made_with, plan.model_digest),
        example,
        lower=lambda: simulate_block.lower(*example, weeks=plan.weeks, width=plan.width),
        check=lambda program: check_fits(program, jax.devices()[0], plan.width),
    )
