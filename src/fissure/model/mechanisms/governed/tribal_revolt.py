"""A tribe organises, is massacred by the hundred, falls silent, then joins an outside army.

Theory: communities able to act together rebel and side with whoever can protect them (Petersen 2001; Kalyvas 2006;
Arjona 2016 on collective resistance).

    revolt        hazard = temper resistance share held               per week and district
    then, in the week after:
    massacre      hazard = massacre                                    of residents being executed
    silence       resistance fall = crushing                           pull towards none, for a week
    exile         exile resistance residents                           persons who join an outside force
    from then on those allied attack with the opponents               fighters

Reads: districts.allied, districts.control, districts.residents, districts.resistance, flows.revolts. Writes:
allied, residents_executed, resistance_fall, revolts, rising.
Source: S1:13.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, there_after, total
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class TribalRevolt(Mechanism):
    """A rising is crushed, and its survivors join an outside force."""

    title: ClassVar[str] = "A tribe rises"
    claims: ClassVar[tuple[str, ...]] = (
        "S1-13c",
        "S1-13d",
        "S1-13e",
    )
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("districts",)),)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("revolts", total("revolts"), LOWER),
        Check("resistance where a tribe rose, in the weeks after", there_after("event:revolt", "resistance"), HIGHER),
        Check("residents who joined an outside force", total("allied"), LOWER),
        Check("opponents attacking in the weeks after revolts", after("revolts", "attackers", within=26), LOWER),
    )

    temper: Scalar = parameter(
        "per week at full resistance", "Rate of risings in a district where all residents are in resistance groups."
    )
    massacre: Scalar = parameter("share of residents", "Share of a district's residents who are killed after a rising.")
    crushing: Scalar = parameter("ratio", "By how many times a crushed resistance is smaller than before, less one.")
    exile: Scalar = parameter(
        "share of resisters", "Share of the resisters who fight with an outside force after a rising."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        chance = -jnp.expm1(-self.temper * d.resistance * d.control)
        rose = (sensed.flows.revolts > 0).astype(jnp.float32)
        allied = d.allied.astype(jnp.float32)
        return Effects(
            revolts=(draw.uniform(chance.shape) < chance).astype(jnp.float32),
            residents_executed=self.massacre * rose,
            resistance_fall=self.crushing * rose,
            allied=self.exile * d.resistance * d.residents * rose,
            rising=allied,
        )
