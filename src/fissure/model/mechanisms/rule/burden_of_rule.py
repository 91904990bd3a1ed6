"""To govern is to meet the problems of any government: corruption, and resentment over duties.

Theory: agency loss grows with size and span of control (Weinstein 2007; Gates 2002 on recruitment and control in
rebellion); corruption where monitoring is thin (Klitgaard 1988).

    burden        b = (N / N0 + R / R0) / 2, at most 2               N, N0: fighters now and on the first day
                                                                    R, R0: ruled residents, likewise
    corruption    rise = graft b                                    per week; the share of takings that members keep
    grievance     rise = resentment corruption                      per week, of all fighters

Reads: held_residents, organisation.corruption, total. Writes: corruption_rise, grievance_rise.
Source: S0:4 S0:5.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import at_peak
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class BurdenOfRule(Mechanism):
    """Wide rule breeds corruption, and corruption breeds resentment."""

    title: ClassVar[str] = "The burden of rule"
    claims: ClassVar[tuple[str, ...]] = (
        "S0-04a",
        "S0-04b",
        "S0-05a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("corruption while territory is largest", at_peak("corruption"), LOWER),
        Check("grievance while territory is largest", at_peak("grievance"), LOWER),
    )

    graft: Scalar = parameter("per week", "Rise of corruption at the ranks and the ruled population of the first day.")
    resentment: Scalar = parameter("per week", "Rise of grievance where all takings are kept by those who take them.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        ranks = sensed.total / sensed.given.fighters
        ruled = sensed.held_residents / jnp.maximum(sensed.given.held_residents, 1.0)
        return Effects(
            corruption_rise=self.graft * jnp.minimum(0.5 * (ranks + ruled), 2.0),
            grievance_rise=self.resentment * sensed.organisation.corruption,
        )
