"""How far the posterior moved each parameter of a case."""

from collections.abc import Mapping
from functools import lru_cache

from fissure.context import Context
from fissure.present.words.calibration import ParameterUpdate, updates


@lru_cache(maxsize=8)
def moves_of(context: Context) -> Mapping[str, ParameterUpdate]:
    """The learned parameters before and after, by name, those with the largest contraction first."""
    return {} if context.posterior is None else {one.name: one for one in updates(context.posterior, context.case)}
