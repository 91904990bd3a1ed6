"""After a defeat it seeks a victory elsewhere, and fails where the prize is well guarded.

Theory: gambling for resurrection after defeat (Downs and Rocke 1994; Goemans 2000).

    prize     v = oil capacity + residents, each as a share of all, of ground not held next to ground held     in [0, 2]
    urgent    operations planned at rate urge m v / sum of v                              per week
    m: share of ruled residents lost, as remembered; the prize is chosen, the garrison is not looked at

Reads: districts.control, districts.residents, organisation.setback. Writes: operation.
Source: S4:5.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class CompensatingAttack(Mechanism):
    """After setbacks it attacks rich prizes in haste."""

    title: ClassVar[str] = "A victory elsewhere"
    claims: ClassVar[tuple[str, ...]] = (
        "S4-05b",
        "S4-05c",
        "S4-05d",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("operations launched in the weeks after ground was lost", after("lost_km2", "operations"), LOWER),
        Check("urgent operations", total("compensating"), LOWER),
        Check(
            "killed or captured on the ground in the weeks of urgent operations, per fighter",
            ratio(
                after("compensating", "killed", "ground", since=0, within=0),
                after("compensating", "fighters", since=0, within=0),
            ),
            LOWER,
        ),
    )

    urge: Scalar = parameter(
        "operations per week", "Rate of urgent operations when all ruled residents were lost of late."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d, world = sensed.districts, sensed.world
        reach = jnp.maximum(d.control, (world.adjacent * d.control).max(axis=1))
        people = d.residents / jnp.maximum(d.residents.sum(), 1)
        prize = (world.oil / jnp.maximum(world.oil.sum(), 1.0) + people) * reach * (1.0 - d.control)
        return Effects(operation=self.urge * sensed.organisation.setback * prize / jnp.maximum(prize.sum(), 1e-9))
