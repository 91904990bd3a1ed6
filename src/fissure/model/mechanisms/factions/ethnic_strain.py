"""A mix of peoples turns from strength to weakness as differences between locals and foreigners grow.

Theory: diversity brings skills and contacts but strains trust (Lyall 2020 on inequality in armies; Alesina and La
Ferrara 2005).

    strain       rise = friction max(0, grievance of locals - grievance of foreigners)       per week; 0 in a group
                                                                                             of one origin
    diversity    D = 1 - sum of squared shares of blocs among fighters in a district          in [0, 1)
    log power    + D (benefit - cost strain)                                                  per district

Reads: fighters_of, grievance, mixed, organisation.strain, post, posted, strength. Writes: power_log, strain_rise.
Source: S0:8 S4:11 S4:12.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import mean, ratio, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed, grains
from fissure.model.world import Week

MANY = {"bloc-clash.rate": 2.0}  # clashes are rare by their prior


class EthnicStrain(Mechanism):
    """Strain between locals and foreigners turns their mix into a weakness."""

    title: ClassVar[str] = "Ethnic strain"
    claims: ClassVar[tuple[str, ...]] = (
        "S0-08a",
        "S4-11a",
        "S4-11b",
        "S4-12a",
    )
    checks: ClassVar[tuple[Check, ...]] = (
        Check("clashes between blocs after the first year", total("clashes", weeks=slice(52, None)), LOWER, fix=MANY),
        Check("fighting power per fighter in the first half year", mean("effectiveness", weeks=slice(0, 26)), LOWER),
        Check(
            "fighting power per fighter half a year to one and a half years in, over that of the first half year",
            ratio(mean("effectiveness", weeks=slice(26, 78)), mean("effectiveness", weeks=slice(0, 26))),
            HIGHER,
        ),
    )

    friction: Scalar = parameter(
        "per week at a difference of 1",
        "Rise of strain at a difference of 1 between the grievances of locals and foreigners.",
    )
    benefit: Scalar = parameter(
        "log ratio at full diversity",
        "Log of the factor on fighting power where all are of different blocs and at ease.",
    )
    cost: Scalar = parameter(
        "log ratio at full diversity", "Log of the factor by which full strain lowers the power of a fully mixed force."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        world = sensed.world
        people = grains(sensed.strength * sensed.grievance)
        of_local = jnp.where(world.foreign, 0.0, people).sum() / jnp.maximum(sensed.fighters_of[0], 1.0)
        of_foreign = jnp.where(world.foreign, people, 0.0).sum() / jnp.maximum(sensed.fighters_of[1], 1.0)
        blocs = world.of_bloc
        share = ((sensed.post * sensed.strength[:, None]).T @ blocs) / jnp.maximum(sensed.posted, 1.0)[:, None]
        diversity = jnp.where(sensed.posted > 0, 1.0 - (share * share).sum(axis=1), 0.0)
        return Effects(
            strain_rise=self.friction * jnp.where(sensed.mixed, jnp.maximum(of_local - of_foreign, 0.0), 0.0),
            power_log=diversity * (self.benefit - self.cost * sensed.organisation.strain),
        )
