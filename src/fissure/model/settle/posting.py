"""Posting: where units stand, and whether in town or country."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from fissure.model.mechanism import Draws, Luck
from fissure.model.parameters import parameter
from fissure.model.settle.ground import Fought
from fissure.model.state import LOST

Scalar = Float[Array, ""]


class Posting(eqx.Module):
    """Units are posted by need: w_d = (1 - p) held_d / sum held + p threat_d / sum threat.

    held_d: residents on held ground; threat_d: opponents who press held ground, and opponents' garrisons where the
    group itself presses, both times the share of a place's ways that are open. A unit moves at rate 1 / `weeks` a week,
    where no ring holds it, and at once when its district is lost, unless it goes into hiding there, as it does where
    there is nowhere to go; who hides stays. It is then rural with odds (1 - urban share) / urban share, times what
    mechanisms contribute.

    Presence n / (n + reach x ruled residents / 1,000), n fighters posted, scales taxes, executions and local recruits.
    """

    title: ClassVar[str] = "Posting of units"
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("units",)), Luck(("units",), 1), Luck(("units",), 2))

    weeks: Scalar = parameter("weeks", "Mean time of a unit at a post.")
    front: Scalar = parameter("share of units", "Share of units posted by threat rather than by population.")
    reach: Scalar = parameter(
        "fighters per 1,000 residents", "Fighters among ruled residents with whom half of its rule is enforced."
    )

    def __call__(
        self,
        district: Int[Array, " units"],
        rural: Bool[Array, " units"],
        held: Float[Array, " districts"],
        fought: Fought,
        before: Float[Array, " districts"],
        hide: Float[Array, " districts"],
        urban: Float[Array, " districts"],
        rural_logit: Float[Array, " units"],
        draw: Draws,
    ) -> tuple[Int[Array, " units"], Bool[Array, " units"]]:
        """Districts and posts after the week's moves."""
        open_ways = 1.0 - fought.encircled
        weights = ((1 - self.front) * _shares(held) + self.front * _shares(fought.threat)) * open_ways
        weights = weights * (fought.control >= LOST)
        retreats = jnp.where(before < LOST, 0.0, 1.0 - hide)
        rotates = open_ways / jnp.maximum(self.weeks, 1.0)
        leave = jnp.where(fought.control < LOST, retreats, rotates)
        moves = draw.uniform(district.shape, 0) < leave[district]
        return post(district, rural, moves, weights, urban, rural_logit, draw, 1)


def _shares(x: Array) -> Array:
    """Shares of a sum taken over whole numbers, so that it is the same in any order."""
    grains = jnp.floor(x)
    return grains / jnp.maximum(grains.sum(), 1.0)


def post(
    district: Int[Array, " units"],
    rural: Bool[Array, " units"],
    moves: Bool[Array, " units"],
    weights: Float[Array, " districts"],
    urban: Float[Array, " districts"],
    rural_logit: Float[Array, " units"],
    draw: Draws,
    index: int,
) -> tuple[Int[Array, " units"], Bool[Array, " units"]]:
    """Give units that move a district in proportion to `weights`, and a rural or urban post.

    Where no weight is left, nobody moves. Uses draws `index` and `index + 1`.
    """
    grains = jnp.floor(weights / jnp.maximum(weights.max(), 1e-9) * 100_000).astype(jnp.int32)
    upto = jnp.cumsum(grains)
    ticket = draw.uniform(district.shape, index) * upto[-1].astype(jnp.float32)
    chosen = (ticket[:, None] >= upto.astype(jnp.float32)[None, :]).sum(axis=1).astype(jnp.int32)
    chosen = jnp.minimum(chosen, weights.shape[0] - 1)
    moves = moves & (weights.max() > 0)
    new = jnp.where(moves, chosen, district)
    there = jnp.clip(urban[new], 0.02, 0.98)
    odds = jnp.log1p(-there) - jnp.log(there) + rural_logit
    is_rural = draw.uniform(district.shape, index + 1) < 1.0 / (1.0 + jnp.exp(-odds))
    return new, jnp.where(moves, is_rural, rural)
