"""Without maintenance services fail, and with them acceptance of its rule.

Theory: rebel governance and the bargain of services for compliance (Arjona 2016; Mampilly 2011; Huang 2016).

    services   fall = wear (1 + strikes in the country / 100)        per week
    support    fall = disappointment max(0, services at the start - services)

Reads: services, strikes. Writes: services, support.
Source: S3:3 S3:14.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ServiceDecay(Mechanism):
    """Services wear out faster than they are mended, and residents notice."""

    title: ClassVar[str] = "Services fail"
    claims: ClassVar[tuple[str, ...]] = ()

    wear: Scalar = parameter("lognormal", 0.004, 0.03, "per week", "Grids and waterworks fail within one to five years.")
    disappointment: Scalar = parameter("lognormal", 0.005, 0.05, "per week at full loss", "Opinion turns over months.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        strikes = sensed.world.country @ week.strikes
        worse = jnp.maximum(sensed.given.services - sensed.districts.services, 0.0)
        return Effects(
            services_fall=self.wear * (1.0 + strikes / 100.0),
            support_fall=self.disappointment * worse,
        )
