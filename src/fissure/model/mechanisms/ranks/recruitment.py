"""Recruits surged after the summer of 2014; the flow follows success and in time no longer covers losses.

Theory: joining follows expected success and benefit (Weinstein 2007; Hegghammer 2013 on foreign fighters).

    foreign    inflow = foreign prestige^pull open                      persons per month; open: share of the
                                                                    outer border's start still held
    local      inflow = local held residents support / 1,000           persons per month

Reads: prestige, held border districts, held residents, support. Writes: foreign_recruits, local_recruits.
Source: S1:7 S1:14 S3:5.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.model.effects import Effects, Scalar
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week
from fissure.model.units_of_measure import WEEKS_A_MONTH


class Recruitment(Mechanism):
    """Recruits come as long as it wins, while they can reach it."""

    title: ClassVar[str] = "Recruits follow success"
    claims: ClassVar[tuple[str, ...]] = ()

    foreign: Scalar = parameter(
        "lognormal", 700, 2_500, "persons per month",
        "From 12,000 arrivals in all groups by June 2014 to 27,000-31,000 by December 2015: 830-1,060 a month; "
        "officials spoke of 1,500-2,000.",
        ("foreign-fighter-inflow-per-month-2015-04-cjtf-oir",),
    )  # fmt: skip
    local: Scalar = parameter(
        "lognormal", 0.05, 0.6, "persons per 1,000 willing residents and month",
        "SOHR told of some 6,000 recruits in Syria in July 2014; later the stock held against losses of 1,000 to "
        "1,800 a month.",
    )  # fmt: skip
    pull: Scalar = parameter(
        "lognormal", 0.7, 3.0, "exponent", "From nearly proportional to steeply following success."
    )  # fmt: skip

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        d, world = sensed.districts, sensed.world
        open_share = (world.border * d.control * d.residents).sum() / jnp.maximum(
            (world.border * world.control[1] * world.residents).sum(), 1.0
        )
        fame = jnp.maximum(sensed.organisation.prestige, 1e-3)
        willing = (sensed.held * d.support).sum() / 1000.0
        return Effects(
            foreign_recruits=self.foreign / WEEKS_A_MONTH * fame**self.pull * jnp.clip(open_share, 0.0, 1.0),
            local_recruits=self.local / WEEKS_A_MONTH * willing,
        )
