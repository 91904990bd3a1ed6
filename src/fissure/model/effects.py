"""Contributions of mechanisms in a week: pushes, hazards, flows and changes, added up without regard to order.

A channel is one field of `Effects`. Contributions to a channel are summed over mechanisms; the settle step then
reads the sums. Three kinds of channel exist:

- `*_rise`, `*_fall` (per week): pull a state variable in [0, 1] towards 1 or 0. With sums r and l over the week,
  x' = (x + r) / (1 + r + l), the implicit Euler step of dx/dt = r (1 - x) - l x: inside [0, 1] for any r, l >= 0.
- hazards and flows (per week): rates of leaving, dying, fleeing, earning, spending, gaining and losing ground.
- `*_log`: logarithm of a factor on a rate named in the field's comment; zero leaves the rate alone.
"""

import math
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

import equinox as eqx
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

Fighter = Float[Array, "#units #slots"]  # broadcast over fighters: (), (units, 1) or (units, slots)
Unit = Float[Array, "#units"]
District = Float[Array, "#districts"]
Campaign = Float[Array, "#kinds #opponents #districts"]
Bloc = Float[Array, "#blocs"]
Plots = Float[Array, "#blocs #flanks"]
Scalar = Float[Array, ""]
ZERO: Any = np.float32(0.0)  # what a channel holds that a mechanism leaves out


class Effects(eqx.Module):
    """Contributions of one mechanism, or their sum. A channel left out contributes nothing."""

    # Fighters' minds, per week
    commitment_fall: Fighter = ZERO
    grievance_rise: Fighter = ZERO
    fear_rise: Fighter = ZERO
    doubt_rise: Fighter = ZERO
    skill_fall: Fighter = ZERO

    # Fighters' hazards, per week
    attempt: Fighter = ZERO  # of trying to leave
    attempt_log: Fighter = ZERO
    purge: Fighter = ZERO  # of being killed by the leadership over doctrine
    accused: Unit = ZERO  # of being killed by comrades over doctrine
    strike: Unit = ZERO  # of being killed from the air
    strike_log: Unit = ZERO
    clash: Unit = ZERO  # of being killed by fighters of another bloc
    assassinated: Unit = ZERO  # of being killed by residents who resist
    mission: Unit = ZERO  # of dying on a suicide mission
    sent: Unit = ZERO  # of being sent abroad
    split: Unit = ZERO  # 1 where the whole unit leaves with a splinter this week

    # What becomes of those who try to leave
    caught_logit: Unit = ZERO  # log odds of being caught
    execution_logit: Scalar = ZERO  # log odds that the caught are executed rather than jailed and returned

    # Posts
    rural_logit: Unit = ZERO  # log odds of a rural post

    # Fighting, by district
    power_log: District = ZERO  # the group's fighting power
    ambush_log: District = ZERO  # opponents killed
    offensive: Campaign = ZERO  # opponents' fighters asked for on campaign
    probing: District = ZERO  # share of opponents' garrisons that attack
    rising: District = ZERO  # residents under arms who attack, persons
    dispersed: District = ZERO  # share of fighters who give ground and strike from ambush
    hide: District = ZERO  # share of units that go into hiding where their ground is lost, rather than retreat
    toll: District = ZERO  # opponents killed by suicide missions, per week
    operation: District = ZERO  # urgent operations of its own planned, per week
    cancel: District = ZERO  # hazard that a planned operation is called off

    # Residents, by district
    support_fall: District = ZERO
    services_fall: District = ZERO
    repair_log: District = ZERO  # on the repair of services
    professionals_fall: District = ZERO
    resistance_rise: District = ZERO
    resistance_fall: District = ZERO
    resistance_log: District = ZERO  # on resistance_rise
    flight: District = ZERO  # residents' hazard of fleeing, per week
    flight_log: District = ZERO  # on flight
    flight_from_battle: District = ZERO  # residents' hazard of fleeing from fighting, per week
    residents_executed: District = ZERO  # residents' hazard of being executed, per week
    allied: District = ZERO  # residents who join an outside force, persons per week
    wells_rise: District = ZERO
    wells_fall: District = ZERO

    # Recruits, persons per week
    foreign_recruits: Scalar = ZERO
    foreign_recruits_log: Scalar = ZERO
    local_recruits: Scalar = ZERO
    local_recruits_log: Scalar = ZERO

    # Money, thousand dollars per week
    oil_income: Scalar = ZERO
    abroad: Scalar = ZERO  # wanted for attacks and affiliates abroad
    services_cost_log: Scalar = ZERO  # on the money wanted for services

    # Organisation
    pay_scale_rise: Scalar = ZERO
    pay_scale_fall: Scalar = ZERO
    tax_rate_rise: Scalar = ZERO
    tax_rate_fall: Scalar = ZERO
    prestige_rise: Scalar = ZERO
    prestige_fall: Scalar = ZERO
    corruption_rise: Scalar = ZERO
    strain_rise: Scalar = ZERO
    rift_rise: Scalar = ZERO  # by how much a quarrel over doctrine stretches positions
    leaders_lost: Scalar = ZERO  # expected number, per week
    plots: Plots = ZERO  # plots begun, per week, by bloc and flank
    plots_log: Plots = ZERO
    exposure: Scalar = ZERO  # hazard that a plot is found out, per week

    # Events of the week, drawn by the mechanism that makes them
    clashes: District = ZERO  # 1 where blocs shot at each other
    revolts: District = ZERO  # 1 where residents rose
    splits: Bloc = ZERO  # 1 where a bloc broke away
    atrocities: Scalar = ZERO  # notorious acts


def switched(effects: Effects, on: Scalar) -> Effects:
    """`effects` times the switch `on` in {0, 1}: off, every channel contributes exactly zero."""
    channels = {f.name: getattr(effects, f.name) for f in fields(Effects)}
    return Effects(**{name: x if x is ZERO else x * on for name, x in channels.items()})


def total(contributions: Sequence[Effects]) -> Effects:
    """The sum of `contributions`, channel by channel, in the order given; channels that nobody moves are zero.

    Within a channel the small arrays (scalars, one value a unit) are added before the large ones, so that a
    fighter's sum costs one addition for all of them.
    """
    sums = {}
    for f in fields(Effects):
        found = [x for e in contributions if (x := getattr(e, f.name)) is not ZERO]
        found = [jnp.asarray(x, jnp.float32) for x in found]
        small = [x for x in found if not _per_fighter(x)]
        large = [x for x in found if _per_fighter(x)]
        sums[f.name] = sum(large, sum(small, jnp.float32(0.0)))
    return Effects(**sums)


def _per_fighter(x: Array) -> bool:
    return x.ndim == 2 and math.prod(x.shape) > x.shape[0]


def settled(x: Array, rise: Array, fall: Array) -> Array:
    """x in [0, 1] after a week of pulls `rise` towards 1 and `fall` towards 0 (implicit Euler)."""
    return (x + rise) / (1.0 + rise + fall)
