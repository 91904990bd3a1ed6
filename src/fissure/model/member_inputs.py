"""The fixed inputs of one member: the ground as mapped, and the war as this member meets it."""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from fissure.constants import Z90
from fissure.model.world import Week, World

Scalar = Float[Array, ""]


class MemberInputs(eqx.Module):
    """The fixed inputs of one member: measured ground and the war as this member meets it."""

    mapped_area: Float[Array, " districts"]  # km2 that a map-maker would count
    garrison: Float[Array, "opponents districts"]  # opponents' garrisons at the start, fighters
    opponent_numbers: Float[Array, " opponents"]  # fighters beside their garrisons
    opponent_worth: Float[Array, " opponents"]  # of a fighter at the start, in committed skilled fighters
    opponent_growth: Float[Array, " opponents"]  # log of the ratio of that worth once armies are rebuilt
    acceptable: Float[Array, " opponents"]  # share of the constituency that would accept an opponent's rule
    newcomer_worth: Scalar  # of an armed resident, in committed skilled fighters: as of a newcomer
    residents: Int[Array, " districts"]  # at the start
    oil: Float[Array, " districts"]  # barrels a day that whole wells would give
    strikes_z: Float[Array, " countries"]  # where in their ranges the strike counts lie, standard normal
    uncounted: Float[Array, " forces"]  # strikes a week of air forces whose strikes nobody counted
    offensive_start: Float[Array, " offensives"]  # week
    offensive_strength: Float[Array, " offensives"]  # attacking fighters
    # At the start, for comparison
    held_residents: Scalar
    held_border: Scalar  # share held of border districts, weighted by their residents
    services: Scalar
    tax_rate: Scalar
    leaders: Scalar  # leading posts
    fighters: Scalar
    mixed: Bool[Array, ""]  # whether there were both locals and foreigners


def between(quantiles: Array, z: Array) -> Array:
    """Values at standard normals `z`: `quantiles` holds low, best, high along its first axis, at 5%, 50% and 95%.

    Log-linear in each half.
    """
    low, best, high = quantiles
    tiny = 1e-6
    up = jnp.log((high + tiny) / (best + tiny)) / Z90
    down = jnp.log((best + tiny) / (low + tiny)) / Z90
    return best * jnp.exp(jnp.where(z > 0, up, down) * z)


def week_of(index: Array, world: World, given: MemberInputs) -> Week:
    """The forcing of week `index` as this member meets it."""
    return Week(
        index=index,
        strikes=between(world.strikes[index], given.strikes_z),
        uncounted=(given.uncounted * (index >= world.uncounted_since)) @ world.uncounted_in,
        oil_price=world.oil_price[index],
        exchange=world.exchange[index],
        condemnation=world.condemnation[index],
        offensive_age=index - given.offensive_start,
        offensive_strength=given.offensive_strength,
    )
