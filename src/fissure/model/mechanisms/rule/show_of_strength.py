"""It attacks abroad and seeks affiliates to look a threat.

Theory: violence as a signal of strength to recruits and rivals (Kydd and Walter 2006); terrorism in response to
territorial loss (Hinkkainen Elliott 2023; Siebert, von Winterfeldt and John 2016).

    effort      e = setback min(1, N / N0)             setback: share of ruled residents lost, as remembered;
                                                       N, N0: fighters now and on the first day
    prestige    rise = gloss e                         per week
    money       outlay e                               thousand dollars per week, wanted like other needs
    sent        hazard = exodus e, of foreigners       per week: members sent abroad

Reads: organisation.setback, total. Writes: abroad, prestige_rise, sent.
Source: S3:4 S3:14.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ShowOfStrength(Mechanism):
    """After setbacks it spends money and members abroad to look strong."""

    title: ClassVar[str] = "A show of strength abroad"
    claims: ClassVar[tuple[str, ...]] = (
        "S3-04a",
        "S3-04b",
        "S3-14b",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("prestige in the weeks after ground was lost", after("lost_km2", "prestige"), LOWER),
        Check("money spent abroad", total("spending_musd", "abroad"), LOWER),
        Check("fighters sent abroad", total("sent_abroad"), LOWER),
    )

    gloss: Scalar = parameter("per week", "Rise of prestige from attacks and affiliates abroad at full effort.")
    outlay: Scalar = parameter("thousand USD per week", "Money spent abroad at full effort.")
    exodus: Scalar = parameter("per week", "Rate at which foreigners are sent abroad at full effort.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        effort = sensed.organisation.setback * jnp.minimum(sensed.total / sensed.given.fighters, 1.0)
        return Effects(
            prestige_rise=self.gloss * effort,
            abroad=self.outlay * effort,
            sent=self.exodus * effort * sensed.world.foreign,
        )
