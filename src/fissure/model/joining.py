"""Joining: which empty slots recruits fill, and with what mind they come."""

import jax.numpy as jnp
from jaxtyping import Array, Float, UInt32

from fissure.model.effects import Effects
from fissure.model.mechanism import FourUniforms
from fissure.model.sense import Sensed
from fissure.model.start import Start, triangular
from fissure.model.state import Fighters
from fissure.model.world import World

Newcomers = UInt32[Array, "units slots"]
"""Of each slot: 0 where nobody joins, else 1 in the lowest bit and the luck of the newcomer's mind in the others."""

_MIND = ((1, 10), (11, 10), (21, 11))
"""First bit and number of bits of three uniform numbers in `Newcomers`: a mind needs none finer than 1/1024."""


def joining(sensed: Sensed, sums: Effects, luck: FourUniforms) -> Newcomers:
    """The newcomer whom each slot takes if it is empty; the chance makes the expected number right.

    Locals join where their unit stands, and only where residents outnumber its district's empty places.
    """
    world = sensed.world
    room = world.slots - sensed.strength
    foreign = world.foreign.astype(jnp.float32)
    local_room = room * (1 - foreign)
    enough = sensed.post @ (sensed.districts.residents > (local_room @ sensed.post)).astype(jnp.float32)
    local_room = local_room * enough
    want_local = jnp.maximum(sums.local_recruits, 0.0) * jnp.exp(jnp.minimum(sums.local_recruits_log, 6.0))
    want_foreign = jnp.maximum(sums.foreign_recruits, 0.0) * jnp.exp(jnp.minimum(sums.foreign_recruits_log, 6.0))
    chance = jnp.where(
        world.foreign,
        want_foreign / jnp.maximum((room * foreign).sum(), 1.0),
        want_local / jnp.maximum(local_room.sum(), 1.0) * enough,
    )
    u, *mind = luck
    packed = jnp.uint32(1)
    for x, (first, bits) in zip(mind, _MIND, strict=True):
        packed = packed | ((x * 2.0**bits).astype(jnp.uint32) << first)
    return jnp.where(u < jnp.minimum(chance, 1.0)[:, None], packed, jnp.uint32(0))


def enlist(start: Start, world: World, fighters: Fighters, newcomers: Newcomers) -> Fighters:
    """Give those who just joined the mind of a newcomer."""
    new = newcomers > 0
    u, v, will = (_uniform(newcomers, first, bits) for first, bits in _MIND)
    doctrine = world.bloc_doctrine[world.bloc][:, None] + (world.bloc_spread[world.bloc][:, None] * triangular(u, v))
    commitment = start.commitment + start.spread * (2.0 * will - 1.0)
    return Fighters(
        present=fighters.present,
        commitment=jnp.where(new, jnp.clip(commitment, 0, 1), fighters.commitment),
        grievance=jnp.where(new, 0.0, fighters.grievance),
        fear=jnp.where(new, 0.0, fighters.fear),
        doubt=jnp.where(new, 0.0, fighters.doubt),
        doctrine=jnp.where(new, jnp.clip(doctrine, -1, 1), fighters.doctrine),
        skill=jnp.where(new, start.newcomer_skill, fighters.skill),
        served=jnp.where(new, 0.0, fighters.served),
    )


def _uniform(newcomers: Newcomers, first: int, bits: int) -> Float[Array, "units slots"]:
    """Uniform in (0, 1): the middle of the interval that these bits stand for."""
    code = (newcomers >> first) & ((1 << bits) - 1)
    return (code.astype(jnp.float32) + 0.5) * 2.0**-bits
