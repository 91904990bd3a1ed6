"""Fighters take bribes to let residents leave.

Theory: corruption as a tax on exit that officials sell (Shleifer and Vishny 1993); exit from a closed territory
(Hirschman 1970).

    log flight    + ln(1 + ease corruption)                          per week
    corruption    rise = greed x share of ruled residents who fled last week      per week

Reads: flows.fled, held_residents, organisation.corruption. Writes: corruption_rise, flight_log.
Source: S3:7.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ExitBribes(Mechanism):
    """Corrupt members sell a way out, and selling it corrupts them."""

    title: ClassVar[str] = "Bribes for a way out"
    claims: ClassVar[tuple[str, ...]] = ("S3-07a",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("residents who fled in the first year", total("fled", weeks="early"), LOWER),
        Check("corruption", mean("corruption"), LOWER),
    )

    ease: Scalar = parameter("ratio", "By how many times flight rises where all members can be bribed.")
    greed: Scalar = parameter(
        "per share of residents fled", "Rise of corruption for each share of ruled residents who fled."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        fled = sensed.flows.fled.sum() / jnp.maximum(sensed.held_residents, 1e5)
        return Effects(
            flight_log=jnp.log1p(self.ease * sensed.organisation.corruption) * jnp.ones_like(sensed.posted),
            corruption_rise=self.greed * fled,
        )
