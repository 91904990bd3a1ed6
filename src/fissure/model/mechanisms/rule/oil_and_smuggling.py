"""Oil and smuggling income weakens with strikes on it, lost fields and falling prices.

Theory: lootable resources and rebel finance (Ross 2004; Le Billon 2012); output of oil fields under a rebel
ruler as satellites saw it (Do et al. 2018).

    output    q = sum over districts of share held x capacity x wells x (1 - encircled)     barrels per day
    income    7 q price discount                                            dollars per week
    wells     fall = damage x aimed x strikes in the country / 100          per week
              rise = mending                                                per week

Reads: districts.control, districts.wells, flows.encircled, week.oil_price, week.strikes. Writes: oil_income,
wells_fall, wells_rise.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class OilAndSmuggling(Mechanism):
    """Oil earns by price and by wells held; strikes wear the wells down."""

    title: ClassVar[str] = "Oil and smuggling"
    claims: ClassVar[tuple[str, ...]] = ("S3-03d",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check("oil income", total("income_musd", "oil"), LOWER),
        Check(
            "oil income", total("income_musd", "oil"), LOWER, {"world.strikes": 2.0}, "twice as many strikes"
        ),
        Check(
            "oil income", total("income_musd", "oil"), LOWER,
            {"world.offensive_strength": 2.0}, "offensives twice as strong take its fields",
        ),
    )  # fmt: skip

    discount: Scalar = parameter("share of the oil price", "Price at the well as a share of the world price.")
    aimed: Scalar = parameter("share of strikes", "Share of strikes aimed at oil.")
    damage: Scalar = parameter("per 100 strikes on oil", "Wear on wells by 100 strikes on oil in a country.")
    mending: Scalar = parameter("per week", "Rate of repair of wells.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d = sensed.districts
        barrels = (d.control * (1.0 - sensed.flows.encircled) * sensed.given.oil * d.wells).sum()
        strikes = sensed.world.country @ week.strikes
        return Effects(
            oil_income=7.0 * barrels * week.oil_price * self.discount / 1000.0,
            wells_fall=self.damage * self.aimed * strikes / 100.0,
            wells_rise=self.mending * jnp.ones_like(strikes),
        )
