"""Foreigners pay residents to be taken over the border; what that costs decides how many can go.

Theory: smuggling as a market whose price follows enforcement (Gathmann 2008); exit costs of foreign fighters
(Hegghammer 2013).

    cost            C = price (1 + tightening (1 - open))           dollars
    can pay         a = w / (w + C)                                 w: pay of a foreigner, dollars per month
    log attempts    + ln a, of foreigners                           per week
    open: share held of border districts, relative to the start, in [0, 1]

Reads: border, pay. Writes: attempt_log.
Source: S1:9.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import log, mean, total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class EscapeMarket(Mechanism):
    """Foreigners leave as far as they can pay for a passage."""

    title: ClassVar[str] = "A market for escape"
    claims: ClassVar[tuple[str, ...]] = ("S1-09c",)
    checks: ClassVar[tuple[Check, ...]] = (
        Check(
            "foreigners who got away",
            total("deserted", "foreign"),
            LOWER,
            driver={"escape-market.price": 3.0},
            driven="a passage costs three times as much",
        ),
        Check(
            "foreigners who want out (log)",
            log(mean("wanting_out", "foreign")),
            HIGHER,
            driver={"escape-market.price": 3.0},
            driven="a passage costs three times as much",
        ),
        Check(
            "foreigners who got away",
            total("deserted", "foreign"),
            LOWER,
            driver={"escape-market.tightening": 3.0},
            driven="the border tightens three times as much",
        ),
    )

    price: Scalar = parameter("USD", "Price of a passage over an open border.")
    tightening: Scalar = parameter(
        "ratio", "By how many times the price rises when no border district is held any more."
    )

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        cost = self.price * (1.0 + self.tightening * (1.0 - sensed.border))
        pay = sensed.pay[1]
        can_pay = (pay + 1.0) / (pay + cost + 1.0)
        return Effects(attempt_log=jnp.where(sensed.world.foreign, jnp.log(can_pay), 0.0)[:, None])
