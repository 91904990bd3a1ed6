"""What mechanisms contribute in a week: pushes, hazards, flows and changes, added up without regard to order.

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

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

Fighter = Float[Array, "#units #slots"]  # broadcast over fighters: (), (units, 1) or (units, slots)
Unit = Float[Array, "#units"]
District = Float[Array, "#districts"]
Scalar = Float[Array, ""]


class Effects(eqx.Module):
    """Contributions of one mechanism, or their sum. A channel left out contributes nothing."""

    # Fighters' minds, per week
    commitment_rise: Fighter | None = None
    commitment_fall: Fighter | None = None
    grievance_rise: Fighter | None = None
    grievance_fall: Fighter | None = None
    fear_rise: Fighter | None = None
    fear_fall: Fighter | None = None
    doubt_rise: Fighter | None = None
    doubt_fall: Fighter | None = None

    # Fighters' hazards, per week
    attempt: Fighter | None = None  # of trying to leave
    attempt_log: Fighter | None = None
    purge: Fighter | None = None  # of being killed by one's own over doctrine
    strike: Unit | None = None  # of being killed from the air
    strike_log: Unit | None = None
    ground: Unit | None = None  # of being killed or captured in ground fighting
    clash: Unit | None = None  # of being killed by fighters of another bloc

    # What becomes of those who try to leave
    caught_logit: Unit | None = None  # log odds of being caught
    execution_logit: Scalar | None = None  # log odds that the caught are executed rather than jailed and returned

    # Posts
    rural_logit: Unit | None = None  # log odds of a rural post

    # Districts
    power_log: District | None = None  # the group's fighting power
    attack: District | None = None  # opponents attacking, fighters
    garrison: District | None = None  # opponents standing, fighters beyond those of the start
    ground_lost: District | None = None  # share of held ground lost, per week
    ground_gained: District | None = None  # share of ground not held gained, per week
    support_rise: District | None = None
    support_fall: District | None = None
    dread_rise: District | None = None
    dread_fall: District | None = None
    services_rise: District | None = None
    services_fall: District | None = None
    resistance_rise: District | None = None
    resistance_fall: District | None = None
    resistance_log: District | None = None  # on resistance_rise
    flight: District | None = None  # residents' hazard of fleeing, per week
    flight_log: District | None = None
    residents_executed: District | None = None  # residents' hazard of being executed, per week
    wells_rise: District | None = None
    wells_fall: District | None = None

    # Recruits, persons per week
    foreign_recruits: Scalar | None = None
    foreign_recruits_log: Scalar | None = None
    local_recruits: Scalar | None = None
    local_recruits_log: Scalar | None = None

    # Money, thousand dollars per week
    oil_income: Scalar | None = None
    tax_income: Scalar | None = None
    confiscation_income: Scalar | None = None
    other_income: Scalar | None = None

    # Organisation
    pay_scale_rise: Scalar | None = None
    pay_scale_fall: Scalar | None = None
    tax_rate_rise: Scalar | None = None
    tax_rate_fall: Scalar | None = None
    prestige_rise: Scalar | None = None
    prestige_fall: Scalar | None = None

    # Counted only
    clashes: Scalar | None = None  # clashes between blocs, this week


def switched(effects: Effects, on: Scalar) -> Effects:
    """`effects` times the switch `on` in {0, 1}: off, every channel contributes exactly zero."""
    return Effects(**{f.name: None if (x := getattr(effects, f.name)) is None else x * on for f in fields(Effects)})


def total(contributions: Sequence[Effects]) -> Effects:
    """The sum of `contributions`, channel by channel, in the order given; channels that nobody moves are zero.

    Within a channel the small arrays (scalars, one value a unit) are added before the large ones, so that a
    fighter's sum costs one addition for all of them.
    """
    sums = {}
    for f in fields(Effects):
        found = [x for e in contributions if (x := getattr(e, f.name)) is not None]
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
