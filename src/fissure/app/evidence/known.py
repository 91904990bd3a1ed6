"""How far the posterior moved each parameter of a case."""

from collections.abc import Mapping
from functools import lru_cache

from fissure.context import Context
from fissure.present.words.calibration import Move, moves


@lru_cache(maxsize=8)
def moves_of(context: Context) -> Mapping[str, Move]:
    """The learned parameters before and after, by name, those that the figures take most of first."""
    return {} if context.posterior is None else {one.name: one for one in moves(context.posterior, context.case)}
