"""Residents flee, and the taxes they paid go with them.

Theory: exit, voice and loyalty (Hirschman 1970); displacement from rebel rule (Steele 2017; Revkin 2021).

    quiet     q = base exp(push dread + hardship (1 - services) - stay support)       per week
    battle    b = battle x attackers per 100 residents, at most 10                    per week
    flight    hazard = q, which others make easier or harder, and b                   per week

Reads: districts.dread, districts.residents, districts.services, districts.support, flows.attacked. Writes: flight,
flight_from_battle.
Source: S3:6 S3:7 S3:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class FlightOfResidents(Mechanism):
    """Residents of held ground flee from fear, failing services and battle."""

    title: ClassVar[str] = "Residents flee"
    claims: ClassVar[tuple[str, ...]] = ("S3-06b", "S3-07b", "S3-08a")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("residents late in the run", mean("residents", weeks="late"), HIGHER),
        Check("tax income", total("income_musd", "tax"), HIGHER),
    )

    base: Scalar = parameter("per week", "Rate of flight with no dread, full services and no support.")
    push: Scalar = parameter("log ratio per unit of dread", "How strongly dread drives residents out.")
    hardship: Scalar = parameter(
        "log ratio per unit of services lost", "How strongly failed services drive residents out."
    )
    stay: Scalar = parameter("log ratio per unit of support", "How strongly acceptance of its rule keeps residents.")
    battle: Scalar = parameter(
        "per week at one attacker in 100 residents", "Rate of flight at one attacker in 100 residents."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        reasons = self.push * d.dread + self.hardship * (1.0 - d.services) - self.stay * d.support
        thick = 100.0 * sensed.flows.attacked / jnp.maximum(d.residents, 1000)
        return Effects(
            flight=self.base * jnp.exp(reasons),
            flight_from_battle=self.battle * jnp.minimum(thick, 10.0),
        )
