"""Oil and smuggling income weakens with strikes on it, lost fields and falling prices.

Theory: lootable resources and rebel finance (Ross 2004; Le Billon 2012); the field's output as satellites saw it
(Do et al. 2018, World Bank WPS 8231).

    output    q = sum over districts of control capacity wells          barrels a day
    income    7 q price discount                                        dollars a week
    wells     fall = damage x oil strikes in the country / 100,  rise = mending

A share `aimed` of all strikes falls on oil.

Reads: control, wells, oil price, strikes. Writes: oil_income, wells.
Source: S3:3.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class OilAndSmuggling(Mechanism):
    """Oil earns by price and by wells held; strikes wear the wells down."""

    title: ClassVar[str] = "Oil and smuggling"
    claims: ClassVar[tuple[str, ...]] = ()

    discount: Scalar = parameter(
        "logitnormal", 0.2, 0.6, "share of the Brent price",
        "Sold at 20 to 45 dollars a barrel at the well when Brent stood near 100, before tolls on the way.",
        ("oil-production-2014-07-world-bank",),
    )  # fmt: skip
    aimed: Scalar = parameter(
        "logitnormal", 0.01, 0.1, "share of strikes", "Oil targets in the daily strike releases: a few in a hundred."
    )  # fmt: skip
    damage: Scalar = parameter(
        "lognormal", 0.3, 4.0, "per 100 strikes on oil", "From a pump or truck to a gathering station."
    )  # fmt: skip
    mending: Scalar = parameter("lognormal", 0.005, 0.05, "per week", "Improvised repair within half a year to years.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d, world = sensed.districts, sensed.world
        barrels = (d.control * world.oil * d.wells).sum()
        strikes = world.country @ week.strikes
        return Effects(
            oil_income=7.0 * barrels * week.oil_price * self.discount / 1000.0,
            wells_fall=self.damage * self.aimed * strikes / 100.0,
            wells_rise=self.mending * jnp.ones_like(strikes),
        )
