"""Residents flee, and the taxes they paid go with them.

Theory: exit, voice and loyalty (Hirschman 1970); displacement from rebel rule (Steele 2017; Revkin 2021).

    flight   h = base exp(push dread + hardship (1 - services) - stay support) + battle x attackers per 100 residents

Reads: dread, services, support, attackers. Writes: flight.
Source: S3:6 S3:7 S3:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class FlightOfResidents(Mechanism):
    """Residents of held ground flee from fear, failing services and battle."""

    title: ClassVar[str] = "Residents flee"
    claims: ClassVar[tuple[str, ...]] = ()

    base: Scalar = parameter(
        "lognormal", 0.0006, 0.006, "per week",
        "A quarter of Mosul's residents had left after eight months (Revkin 2021): 0.8% a week, much of it at once.",
    )  # fmt: skip
    push: Scalar = parameter("lognormal", 0.3, 1.5, "log ratio per unit of dread", "Fear drives out, and also holds in place.")
    hardship: Scalar = parameter("lognormal", 0.3, 1.5, "log ratio per unit of services lost", "People leave where nothing works.")
    stay: Scalar = parameter("lognormal", 0.3, 1.5, "log ratio per unit of support", "Those who accept its rule stay.")
    battle: Scalar = parameter(
        "lognormal", 0.002, 0.02, "per week at one attacker in 100 residents", "Battles for towns emptied them in months."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        reasons = self.push * d.dread + self.hardship * (1.0 - d.services) - self.stay * d.support
        thick = 100.0 * sensed.flows.attacked / jnp.maximum(d.residents, 1000)
        return Effects(flight=self.base * jnp.exp(reasons) + self.battle * jnp.minimum(thick, 10.0))
