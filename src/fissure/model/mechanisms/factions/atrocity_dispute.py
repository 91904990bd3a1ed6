"""A notorious act splits those bound by scripture from those drawn by violence.

Theory: outbidding and the limits that audiences set to violence (Bloom 2005; Kydd and Walter 2006; Ahmad 2019 on
disputes over permitted violence).

    acts     one with probability 1 - exp(-rate)       per week, while any fighter is left
    rift     rise = divide for each act                it stretches doctrine away from the middle: x -> x (1 + rift)

Reads: total. Writes: atrocities, rift_rise.
Source: S0:9 S0:10 S0:11.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import after, mean
from fissure.model.mechanism import Draws, Luck, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class AtrocityDispute(Mechanism):
    """Notorious acts drive the flanks apart."""

    title: ClassVar[str] = "Dispute over atrocities"
    claims: ClassVar[tuple[str, ...]] = (
        "S0-09b",
        "S0-09c",
        "S0-10a",
        "S0-10b",
        "S0-11a",
    )
    luck: ClassVar[tuple[Luck, ...]] = (Luck(),)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("spread between blocs in the weeks after such acts", after("atrocities", "spread_between_blocs"), LOWER),
        Check(
            "spread between blocs",
            mean("spread_between_blocs"),
            HIGHER,
            driver={"atrocity-dispute.rate": 3.0},
            driven="three times as many acts",
        ),
    )

    rate: Scalar = parameter("per week", "Rate of acts of violence that members themselves dispute.")
    divide: Scalar = parameter("ratio per act", "By how much one such act stretches doctrinal positions.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        act = ((draw.uniform() < -jnp.expm1(-self.rate)) & (sensed.total > 0)).astype(jnp.float32)
        return Effects(atrocities=act, rift_rise=self.divide * act)
