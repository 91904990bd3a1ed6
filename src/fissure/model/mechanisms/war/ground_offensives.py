"""Opponents take ground.

Theory: who wins, when and at what cost depends on the force that is met (Hirshleifer 1989; Biddle 2004), and is settled
by `settle/ground.py` and `settle/campaigns.py`. In the recorded war the case gives each campaign a start, a place, an
opponent, a kind and a strength. In the policy war opponents decide: they attack what is worth most and least defended
(Beardsley, Gleditsch and Lo 2015 on where rebels and states fight; Fearon 1995 on attack as a wager on strength).

    recorded   strength x strength of the campaign, in the week in which it begins                fighters
    policy     an opponent begins one at rate tempo f / numbers, with commit f                    per week, fighters
               against a district with odds v (F / (F + n))^caution                               F: commit f
               as an assault with probability F / (F + n), else as a ring
    probing    share of garrisons = probing G / (G + n + 1)                                       by district

f: its free fighters, none before it enters the war; v: the district's share of the ruled residents + its share of
symbolic weight, of districts that its garrisons face, of those next to them in its country, or, for an opponent without
a garrison, of its country's districts on an open border; n, G: fighters posted where the group holds ground, opponents'
garrisons.

Reads: districts.control, exposed, exposed_ground, free, garrisons, held, held_residents, week.index,
week.offensive_age, week.offensive_strength. Writes: offensive, probing.
Source: S0:3 S1:13 S4:5 S4:6.
"""

from typing import ClassVar

import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class GroundOffensives(Mechanism):
    """Opponents attack when and where the record says they began to, or where they decide to."""

    title: ClassVar[str] = "Ground offensives"
    claims: ClassVar[tuple[str, ...]] = ("S0-03b", "S1-13f", "S4-05a", "S4-06a")
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("opponents",), count=3),)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("territory late in the run", mean("territory_km2", weeks="late"), HIGHER),
    )

    strength: Scalar = parameter("ratio", "Common factor on the strengths of all recorded campaigns.")
    probing: Scalar = parameter("share of garrisons", "Share of garrisons that attack where they far outnumber it.")
    tempo: Scalar = parameter(
        "per week", "Rate at which an opponent whose fighters are all free begins campaigns of its own."
    )
    commit: Scalar = parameter("share", "Share of its free fighters whom an opponent sends on a campaign.")
    caution: Scalar = parameter("exponent", "How much opponents prefer places where they outnumber the group.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        garrison = sensed.garrisons.sum(axis=0)
        return Effects(
            offensive=jnp.where(world.policy > 0, self._decided(sensed, week, draw), self._recorded(sensed, week)),
            probing=self.probing * garrison / (garrison + sensed.exposed + 1.0),
        )

    def _recorded(self, sensed: Sensed, week: Week) -> Float[Array, "kinds opponents districts"]:
        """Fighters of the campaigns that begin this week."""
        world, age = sensed.world, week.offensive_age
        begins = (age >= 0) & ((age < 1) | (week.index == 0))
        force = jnp.where(begins, self.strength * week.offensive_strength, 0.0)
        by_kind = (world.offensive_kind.T * force)[:, :, None] * world.offensive_opponent
        return jnp.stack([of_kind.T @ world.offensive_district for of_kind in by_kind])

    def _decided(self, sensed: Sensed, week: Week, draw: Draws) -> Float[Array, "kinds opponents districts"]:
        """Fighters of the campaigns that opponents decide to begin this week."""
        world, given = sensed.world, sensed.given
        whether, where, how = draw.uniforms(given.opponent_numbers.shape, 0, count=3)
        free = sensed.free * (week.index >= world.enters)
        begins = whether < -jnp.expm1(-self.tempo * free / jnp.maximum(given.opponent_numbers, 1.0))
        sent = self.commit * free
        chance = sent[:, None] / (sent[:, None] + sensed.exposed + 1.0)
        stands = ((sensed.garrisons > 0) | (world.faces > 0)).astype(jnp.float32)
        near = jnp.maximum(stands, ((stands @ world.adjacent) > 0) * world.in_country)
        reach = jnp.where(stands.any(axis=1, keepdims=True), near, world.border * world.in_country)
        symbolic = world.symbolic * sensed.districts.control
        prize = sensed.held / jnp.maximum(sensed.held_residents, 1.0) + symbolic / jnp.maximum(symbolic.sum(), 1e-6)
        odds = jnp.floor(1e5 * reach * prize * sensed.exposed_ground * chance**self.caution)
        upto = odds @ jnp.triu(jnp.ones_like(world.adjacent))  # running sums, of whole numbers
        ticket = where * upto[:, -1]
        chosen = (upto > ticket[:, None]) & (upto - odds <= ticket[:, None]) & (odds > 0)
        force = chosen * (begins * sent)[:, None]
        assaults = how[:, None] < chance
        return jnp.stack([force * assaults, force * ~assaults])
