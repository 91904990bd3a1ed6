"""Thin forces turn to ambush and irregular fighting, give up ground and go into hiding where they have lost it.

Theory: irregular war as the way of the weak, who trade ground for survival (Mao 1937; Kalyvas and Balcells 2010);
losses from ambush follow a law that favours the few who hide (Deitchman 1962; Kress et al. 2018).

    thin                    t = A / (A + exposed + 1)      in [0, 1); A: opponents attacking last week
    dispersed               shift t                        share of fighters who do not stand for their ground
    log opponents killed    + ambush t
    hides                   shift                          share of units that stay in hiding where ground is lost

Who is dispersed holds no ground and does not fall in its defence; what then becomes of those who hide, and how they
come back, is settled by `settle/ground.py`.

Reads: exposed, flows.attacked. Writes: ambush_log, dispersed, hide.
Source: S4:8.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import log, mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class GuerrillaShift(Mechanism):
    """Where it is thin it gives ground, fights from ambush and hides."""

    title: ClassVar[str] = "A shift to ambush"
    claims: ClassVar[tuple[str, ...]] = ("S4-08c",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("opponents killed where it is thin (log)", log(total("opponents_killed", "thin")), LOWER),
        Check("fighters in hiding late in the run", mean("in_hiding", weeks="late"), LOWER),
    )

    shift: Scalar = parameter("share", "Share of fighters who turn to ambush and hiding where it is thinnest.")
    ambush: Scalar = parameter("log ratio", "Log of the factor on opponents killed where the group is thinnest.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        attacked = sensed.flows.attacked
        thin = attacked / (attacked + sensed.exposed + 1.0)
        return Effects(
            ambush_log=self.ambush * thin, dispersed=self.shift * thin, hide=self.shift * jnp.ones_like(thin)
        )
