"""Without maintenance services fail, and with them acceptance of its rule.

Theory: rebel governance and the bargain of services for compliance (Arjona 2016; Mampilly 2011; Huang 2016).

    services    fall = wear                                                           per week
    support     fall = disappointment max(0, services at the start - services)        per week

Reads: districts.services. Writes: services_fall, support_fall.
Source: S3:3 S3:14.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class ServiceDecay(Mechanism):
    """Services wear out faster than they are mended, and residents notice."""

    title: ClassVar[str] = "Services fail"
    claims: ClassVar[tuple[str, ...]] = ("S3-03c", "S3-14a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("services", mean("services"), HIGHER),
        Check("support", mean("support"), HIGHER),
    )

    wear: Scalar = parameter("per week", "Rate at which services wear out without upkeep.")
    disappointment: Scalar = parameter("per week at full loss", "Fall of support where services are lost in full.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        worse = jnp.maximum(sensed.given.services - sensed.districts.services, 0.0)
        return Effects(
            services_fall=self.wear * jnp.ones_like(worse),
            support_fall=self.disappointment * worse,
        )
