"""Too few doctors, engineers and technicians; outsiders must be paid to do the work.

Theory: state capacity rests on trained staff, who have most to gain from leaving (Docquier and Rapoport 2012 on
brain drain; Mampilly 2011 on rebel services).

    professionals    fall = (drain - 1) x share of held residents who fled last week   per week
    missing          m = 1 - professionals                                             in [0, 1]
    log repair of services     - dependence m                                          per week
    log cost of services       + ln(1 + premium m), m: mean over ruled residents

Reads: districts.professionals, flows.fled, held, held_residents. Writes: professionals_fall, repair_log,
services_cost_log.
Source: S3:9 S3:10 S3:11 S3:12.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class MissingProfessionals(Mechanism):
    """Where professionals are missing services are dear and go unrepaired."""

    title: ClassVar[str] = "Professionals are missing"
    claims: ClassVar[tuple[str, ...]] = (
        "S3-09a",
        "S3-10a",
        "S3-11a",
        "S3-12a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("services", mean("services"), HIGHER),
        Check(
            "spending on services for each ruled resident, in the first year",
            ratio(total("spending_musd", "services", weeks="early"), total("residents_under_control", weeks="early")),
            LOWER,
        ),
    )

    drain: Scalar = parameter("ratio", "By how many times the trained are likelier to flee than others.")
    dependence: Scalar = parameter(
        "log ratio", "Log of the factor by which repair of services slows without professionals."
    )
    premium: Scalar = parameter("ratio", "Further cost of services, as a ratio, where all the work is bought in.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        missing = 1.0 - sensed.districts.professionals
        everywhere = jnp.round(sensed.held * missing).sum() / jnp.maximum(sensed.held_residents, 1.0)
        return Effects(
            professionals_fall=jnp.maximum(self.drain - 1.0, 0.0) * sensed.flows.fled / jnp.maximum(sensed.held, 1000),
            repair_log=-self.dependence * missing,
            services_cost_log=jnp.log1p(self.premium * everywhere),
        )
