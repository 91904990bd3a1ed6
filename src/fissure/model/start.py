"""Where a member starts: parameters of the initial state, and what is drawn once for the whole run."""

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.model.givens import Givens, between
from fissure.model.mechanism import Draws
from fissure.model.parameters import Z90, parameter
from fissure.model.settle.posting import post
from fissure.model.state import Cause, Districts, Fighters, Flows, Organisation, State, Units
from fissure.model.world import World

Scalar = Float[Array, ""]


class Start(eqx.Module):
    """The initial state, and how the group's ground is measured on maps."""

    title: ClassVar[str] = "Where the group starts"

    fighters: Scalar = parameter(
        "lognormal", 14_000, 30_000, "fighters",
        "Official estimates run from 10,000 in mid 2014 to 20,000-31,500 in September 2014.",
        ("fighters-total-2014-09-cia", "S1-07b"),
    )  # fmt: skip
    foreign_share: Scalar = parameter(
        "logitnormal", 0.25, 0.6, "share",
        "Arrivals to all groups by mid 2014 were about 12,000; S1's two thirds counts arrivals to all groups.",
        ("foreign-fighters-cumulative-2014-06-soufan", "S1-07b"),
    )  # fmt: skip
    treasury: Scalar = parameter(
        "lognormal", 300_000, 1_500_000, "thousand USD",
        "Press accounts of mid 2014 put assets between about 400 million and 2 billion dollars after Mosul.",
    )  # fmt: skip
    prestige: Scalar = parameter(
        "logitnormal", 0.7, 0.95, "index 0 to 1", "The summer of 2014 was the height of its fame.", ("S1-07a",)
    )  # fmt: skip
    commitment: Scalar = parameter(
        "logitnormal", 0.6, 0.9, "index 0 to 1",
        "Members of the summer of 2014 had joined a winning group; the index has no unit of its own.",
    )  # fmt: skip
    grievance: Scalar = parameter(
        "logitnormal", 0.03, 0.2, "index 0 to 1", "Low at the start: the complaints are of later months.", ("S0-08a",)
    )  # fmt: skip
    doubt: Scalar = parameter(
        "logitnormal", 0.03, 0.2, "index 0 to 1", "Low at the start: doubt is told of later months."
    )  # fmt: skip
    skill: Scalar = parameter(
        "logitnormal", 0.4, 0.7, "index 0 to 1", "A core of veterans among many new recruits.", ("S4-09a",)
    )  # fmt: skip
    newcomer_skill: Scalar = parameter(
        "logitnormal", 0.2, 0.45, "index 0 to 1", "Recruits after two to eight weeks of camp, against the veterans' 0.4-0.7."
    )  # fmt: skip
    spread: Scalar = parameter(
        "uniform", 0.1, 0.4, "index", "Half-width of the spread of commitment among members; people differ."
    )  # fmt: skip
    served: Scalar = parameter(
        "lognormal", 10, 60, "weeks", "Mean service at the start; most had joined within the year before.", ("S1-07a",)
    )  # fmt: skip
    support: Scalar = parameter(
        "logitnormal", 0.3, 0.75, "share of the constituency",
        "Three quarters of Mosul's residents stayed eight months after its capture (Revkin 2021): passive acceptance.",
    )  # fmt: skip
    dread: Scalar = parameter(
        "logitnormal", 0.2, 0.6, "index 0 to 1", "Residents' fear on arrival; its violence was widely known."
    )  # fmt: skip
    services: Scalar = parameter(
        "logitnormal", 0.4, 0.75, "index 0 to 1", "War-worn but working services, whose staff stayed at first."
    )  # fmt: skip
    resistance: Scalar = parameter(
        "lognormal", 0.0005, 0.01, "share of residents", "Small cells from the start in most held towns.", ("S1-12c",)
    )  # fmt: skip
    tax_rate: Scalar = parameter(
        "logitnormal", 0.1, 0.35, "share of household surplus", "Alms tax and fees of the first year."
    )  # fmt: skip
    garrison: Scalar = parameter(
        "lognormal", 0.6, 1.7, "ratio",
        "Common error of the opponents' strengths in the case, which are orders of magnitude.",
    )  # fmt: skip
    mapped_density: Scalar = parameter(
        "lognormal", 4, 40, "residents per km2",
        "Map-makers leave out empty desert: IHS gives 90,800 km2 for both countries, the UNHCR polygon 117,290 in "
        "Iraq alone. Ground counts as held in so far as people live on it.",
        ("territory-km2-2015-01-ihs", "territory-km2-armed-group-iraq-2014-09-unhcr"),
    )  # fmt: skip


def _normal(draw: Draws, shape: tuple[int, ...], index: int) -> Array:
    return jax.scipy.special.ndtri(jnp.clip(draw.uniform(shape, index), 1e-6, 1 - 1e-6))


def givens(start: Start, world: World, draw: Draws) -> Givens:
    """Draw what stays fixed for one member."""
    density = world.residents / world.area
    mapped = world.area * (1.0 - jnp.exp(-density / start.mapped_density))
    control = _control(world, draw)
    n_countries, n_offensives = world.strikes.shape[2], world.offensive_start.shape[0]
    middle = 0.5 * jnp.log(world.offensive_strength).sum(0)
    half = 0.5 * jnp.diff(jnp.log(world.offensive_strength), axis=0)[0] / Z90
    shift = jnp.clip(_normal(draw, (n_offensives,), 4), -2, 2) * world.offensive_doubt / Z90
    return Givens(
        mapped_area=mapped,
        garrison=start.garrison * between(*world.garrison, z=_normal(draw, (len(density),), 2)),
        strikes_z=_normal(draw, (n_countries,), 3),
        offensive_start=world.offensive_start + shift,
        offensive_strength=jnp.exp(middle + half * _normal(draw, (n_offensives,), 5)),
        held_residents=jnp.floor(control * world.residents).sum(),
        held_area=jnp.floor(control * mapped).sum(),
        services=start.services,
        tax_rate=start.tax_rate,
    )


def _control(world: World, draw: Draws) -> Array:
    """Share held at the start, between the case's low and high (piecewise linear in a uniform draw)."""
    low, best, high = world.control
    u = draw.uniform(low.shape, 1)
    return jnp.where(u < 0.5, low + (best - low) * 2 * u, best + (high - best) * (2 * u - 1))


def initial_state(start: Start, given: Givens, world: World, draw: Draws) -> State:
    """The state on the first day."""
    units, slots = world.bloc.shape[0], world.slots
    shape = (units, slots)
    foreign = world.foreign
    room = slots * jnp.where(foreign, foreign.sum(), (~foreign).sum())
    people = start.fighters * jnp.where(foreign, start.foreign_share, 1 - start.foreign_share)
    present = draw.uniform(shape, 10) < jnp.minimum(people / room, 1.0)[:, None]
    noise = [draw.uniform(shape, i) - 0.5 for i in (11, 12, 13, 14)]
    ones = jnp.ones(shape, jnp.float32)
    doctrine = world.bloc_doctrine[world.bloc][:, None] + (
        world.bloc_spread[world.bloc][:, None] * triangular(noise[0] + 0.5, noise[1] + 0.5)
    )
    fighters = Fighters(
        present=present,
        commitment=jnp.clip(start.commitment + 2 * start.spread * noise[2], 0, 1),
        grievance=start.grievance * (1 + noise[3]),
        fear=0.0 * ones,
        doubt=start.doubt * (1 - noise[3]),
        doctrine=jnp.clip(doctrine, -1, 1),
        skill=start.skill * ones,
        served=start.served * (1 + 2 * noise[2]),
    )
    control = _control(world, draw)
    n = control.shape[0]
    held = jnp.ones(n, jnp.float32)
    districts = Districts(
        control=control,
        residents=world.residents,
        support=start.support * world.constituency,
        dread=start.dread * held,
        services=start.services * held,
        resistance=jnp.minimum(start.resistance, 1.0) * held,
        wells=held,
        ruled=0.0 * held,
    )
    weights = control * world.residents
    everywhere = jnp.zeros(units, jnp.int32)
    district, rural = post(
        everywhere, everywhere > 0, jnp.ones(units, bool), weights, world.urban, jnp.zeros(units), draw, 20
    )
    return State(
        fighters=fighters,
        units=Units(district=district, rural=rural, departures=jnp.zeros(units, jnp.float32)),
        districts=districts,
        organisation=Organisation(
            treasury=jnp.floor(start.treasury).astype(jnp.int32),
            needs=jnp.float32(0.0),
            pay_scale=jnp.float32(1.0),
            paid_share=jnp.float32(1.0),
            tax_rate=start.tax_rate,
            prestige=start.prestige,
        ),
        flows=no_flows(units, n),
    )


def triangular(u: Array, v: Array) -> Array:
    """A symmetric triangular deviate of mean 0 and variance 1 from two independent uniforms."""
    return (u + v - 1.0) * jnp.sqrt(6.0)


def no_flows(units: int, districts: int) -> Flows:
    """Flows of a week in which nothing moved."""
    none, nowhere = jnp.zeros(districts, jnp.int32), jnp.zeros(districts, jnp.float32)
    return Flows(
        by_cause=jnp.zeros((units, len(Cause)), jnp.int32),
        recruits=jnp.zeros(units, jnp.int32),
        fled=none,
        executed_residents=none,
        joined=none,
        income=jnp.zeros(4, jnp.int32),
        spending=jnp.zeros(4, jnp.int32),
        lost=nowhere,
        gained=nowhere,
        attacked=nowhere,
        clashes=jnp.int32(0),
    )
