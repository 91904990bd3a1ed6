"""Recruits follow success; in time the flow no longer covers losses.

Theory: joining follows expected success and benefit (Weinstein 2007; Hegghammer 2013 on foreign fighters).

    foreign    inflow = foreign prestige^pull open                   persons per month
    local      inflow = local residents reached support / 1,000      persons per month
    reached: n / (n + enough); n: fighters in the district, in the open or hidden; enough: with whom half of its rule
    over all residents there would be enforced
    open: share held of border districts, weighted by their residents at the start, relative to the start, in [0, 1]

Both are contributed per week.

Reads: border, districts.residents, districts.support, organisation.prestige, reached. Writes: foreign_recruits,
local_recruits.
Source: S1:7 S1:14 S3:5.
"""

from typing import ClassVar

import jax.numpy as jnp

from fissure.constants import WEEKS_A_MONTH
from fissure.model.check import LOWER, Check
from fissure.model.effects import Effects, Scalar
from fissure.model.measure import total
from fissure.model.mechanism import Draws, Mechanism
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week


class Recruitment(Mechanism):
    """Recruits come as long as it wins, while they can reach it."""

    title: ClassVar[str] = "Recruits follow success"
    claims: ClassVar[tuple[str, ...]] = ("S1-07a", "S1-07b", "S1-07c", "S1-07d", "S1-14f", "S3-05c")
    checks: ClassVar[tuple[Check, ...]] = (
        Check("recruits", total("recruits"), LOWER),
        Check(
            "foreign recruits", total("recruits", "foreign"), LOWER,
            {"start.prestige": 0.5}, "it starts with half its fame",
        ),
    )  # fmt: skip

    foreign: Scalar = parameter("persons per month", "Arrivals of foreigners at full prestige with the border open.")
    local: Scalar = parameter(
        "persons per 1,000 willing residents and month",
        "Locals who join among willing residents whom its fighters reach.",
    )
    pull: Scalar = parameter("exponent", "How steeply foreign arrivals follow prestige.")

    def __call__(self, sensed: Sensed, week: Week, draw: Draws) -> Effects:
        """Contributions of this week."""
        fame = jnp.maximum(sensed.organisation.prestige, 1e-3)
        d = sensed.districts
        willing = (d.residents * sensed.reached * d.support).sum() / 1000.0
        return Effects(
            foreign_recruits=self.foreign / WEEKS_A_MONTH * fame**self.pull * sensed.border,
            local_recruits=self.local / WEEKS_A_MONTH * willing,
        )
