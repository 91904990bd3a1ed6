"""Where a member starts: parameters of the initial state, and what is drawn once for the whole run."""

from typing import ClassVar

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from fissure.constants import Z90
from fissure.model.mechanism import Draws, Luck
from fissure.model.member_inputs import MemberInputs, between
from fissure.model.parameters import parameter
from fissure.model.settle.posting import post
from fissure.model.state import (
    FLANKS,
    INCOME,
    LOST,
    SPENDING,
    Cause,
    Districts,
    Fighters,
    Flows,
    Opponents,
    Organisation,
    State,
    Units,
)
from fissure.model.world import World
from fissure.model.xla import materialise

Scalar = Float[Array, ""]


class Start(eqx.Module):
    """The initial state, and how the group's ground is measured on maps."""

    title: ClassVar[str] = "Where the group starts"
    luck: ClassVar[tuple[Luck, ...]] = (
        *(Luck(("districts",), 1), Luck(("districts",), 2), Luck(("countries",), 3)),  # control, garrisons, strikes
        *(Luck(("offensives",), 4), Luck(("offensives",), 5)),  # when they begin, and how strong
        Luck(("forces",), 7),  # strikes that nobody counted
        Luck(("opponents",), 6, count=4),  # how many and how good opponents are, what becomes of it, who accepts them
        *(Luck(("units",), 20), Luck(("units",), 21)),  # where units stand
    )

    fighters: Scalar = parameter("fighters", "Fighters of the group on the first day.")
    foreign_share: Scalar = parameter(
        "share", "Share of fighters on the first day who came from abroad, in a group that has both origins."
    )
    treasury: Scalar = parameter("thousand USD", "Money in hand on the first day.")
    leaders: Scalar = parameter("persons", "Leading posts of the group, all filled on the first day.")
    prestige: Scalar = parameter("index 0 to 1", "Fame of the group on the first day.")
    commitment: Scalar = parameter("index 0 to 1", "Mean will to fight of members on the first day, and of newcomers.")
    grievance: Scalar = parameter("index 0 to 1", "Mean felt unfairness among members on the first day.")
    doubt: Scalar = parameter("index 0 to 1", "Mean doubt of the leadership among members on the first day.")
    skill: Scalar = parameter("index 0 to 1", "Mean fighting skill of members on the first day.")
    newcomer_skill: Scalar = parameter("index 0 to 1", "Fighting skill of a newcomer.")
    spread: Scalar = parameter("index", "Half-width of the spread of commitment among members.")
    served: Scalar = parameter("weeks", "Mean service of members on the first day.")
    support: Scalar = parameter(
        "share of the constituency",
        "Share of the constituency that accepts the group's rule on the first day.",
    )
    dread: Scalar = parameter("index 0 to 1", "Residents' fear of the group's violence on the first day.")
    services: Scalar = parameter("index 0 to 1", "Level of public services on the first day.")
    professionals: Scalar = parameter(
        "share of those needed", "Share of the trained people it takes to run things who were there on the first day."
    )
    resistance: Scalar = parameter("share of residents", "Share of residents in organised resistance on the first day.")
    tax_rate: Scalar = parameter(
        "share of household surplus", "Share of households' surplus taken in tax on the first day."
    )
    garrison: Scalar = parameter("ratio", "Common factor on all opponents' strengths at the start.")
    residents: Scalar = parameter("ratio", "Common factor on the residents of all districts.")
    oil: Scalar = parameter("ratio", "Common factor on what all oil fields could give.")
    mapped_density: Scalar = parameter(
        "residents per km2", "Residents per area above which a map-maker counts ground as held."
    )


def _normals(uniforms: list[Array], some: Int[Array, ""]) -> list[Array]:
    """Standard normals of uniform numbers, arrays of one axis. All at once: each call is a long piece of program."""
    u = jnp.concatenate(uniforms)
    z = materialise(jax.scipy.special.ndtri(jnp.clip(u, 1e-6, 1 - 1e-6)), some)
    return jnp.split(z, np.cumsum([len(one) for one in uniforms])[:-1])


def _log(x: Array) -> Array:
    """Logarithms of numbers that a scenario may have set to 0."""
    return jnp.log(jnp.maximum(x, 1e-9))


def _within(ends: Array, z: Array) -> Array:
    """Normal values at standard normals `z`, of which `ends` holds the 5% and 95% points along its first axis."""
    low, high = ends
    return 0.5 * (low + high) + 0.5 * (high - low) / Z90 * z


def _from_abroad(start: Start, world: World) -> Scalar:
    """Share of the fighters of the first day who came from abroad: none or all where the case has one origin."""
    share = jnp.where(world.foreign.any(), start.foreign_share, 0.0)
    return jnp.where(world.foreign.all(), 1.0, share)


def member_inputs(start: Start, world: World, draw: Draws) -> MemberInputs:
    """Draw what stays fixed for one member."""
    density = world.residents / world.area
    mapped = world.area * (1.0 - jnp.exp(-density / start.mapped_density))
    control = _control(world, draw)
    residents = jnp.floor(start.residents * world.residents).astype(jnp.int32)
    garrisons, strikes, when, strong, uncounted, many, good, later, accepted = _normals(
        [
            draw.uniform(density.shape, 2),
            draw.uniform(world.strikes.shape[2:], 3),
            draw.uniform(world.offensive_start.shape, 4),
            draw.uniform(world.offensive_start.shape, 5),
            draw.uniform(world.uncounted_since.shape, 7),
            *draw.uniforms(world.regime.shape, 6, count=4),
        ],
        world.bloc[0],
    )
    garrison = start.garrison * between(world.garrison, garrisons)
    middle = 0.5 * _log(world.offensive_strength).sum(0)
    from_abroad = _from_abroad(start, world)
    half = 0.5 * jnp.diff(_log(world.offensive_strength), axis=0)[0] / Z90
    shift = jnp.clip(when, -2, 2) * world.offensive_doubt / Z90
    return MemberInputs(
        mapped_area=mapped,
        garrison=garrison * world.faces,
        opponent_numbers=start.garrison * between(world.numbers, many),
        opponent_worth=jnp.exp(_within(_log(world.worth), good)),
        opponent_growth=_within(_log(world.growth), later),
        acceptable=jnp.clip(_within(world.acceptable, accepted), 0.0, 1.0),
        newcomer_worth=start.newcomer_skill * start.commitment,
        residents=residents,
        oil=start.oil * world.oil,
        strikes_z=strikes,
        uncounted=jnp.exp(_within(_log(world.uncounted), uncounted)),
        offensive_start=world.offensive_start + shift,
        offensive_strength=jnp.exp(middle + half * strong),
        held_residents=jnp.floor(control * residents).sum(),
        held_border=(world.border * control * world.residents).sum(),
        services=start.services,
        tax_rate=start.tax_rate,
        leaders=jnp.floor(start.leaders),
        fighters=start.fighters,
        mixed=(from_abroad > 0) & (from_abroad < 1),
    )


def _control(world: World, draw: Draws) -> Array:
    """Share held at the start, between the case's low and high (piecewise linear in a uniform draw), or nothing."""
    low, best, high = world.control
    u = draw.uniform(low.shape, 1)
    control = jnp.where(u < 0.5, low + (best - low) * 2 * u, best + (high - best) * (2 * u - 1))
    return jnp.where(control < LOST, 0.0, control)


def initial_state(start: Start, given: MemberInputs, world: World, draw: Draws) -> State:
    """The state on the first day."""
    units, slots = world.bloc.shape[0], world.slots
    shape = (units, slots)
    foreign = world.foreign
    room = slots * jnp.where(foreign, foreign.sum(), (~foreign).sum())
    from_abroad = _from_abroad(start, world)
    people = start.fighters * jnp.where(foreign, from_abroad, 1 - from_abroad)
    whether, u, v, will, service, grudge, qualm = materialise(draw.uniform((7, *shape), 10), world.bloc[0])
    present = whether < jnp.minimum(people / room, 1.0)[:, None]
    ones = jnp.ones(shape, jnp.float32)
    doctrine = world.bloc_doctrine[world.bloc][:, None] + (world.bloc_spread[world.bloc][:, None] * triangular(u, v))
    fighters = Fighters(
        present=present,
        commitment=jnp.clip(start.commitment + start.spread * (2 * will - 1), 0, 1),
        grievance=jnp.minimum(start.grievance * (0.5 + grudge), 1.0),
        fear=0.0 * ones,
        doubt=jnp.minimum(start.doubt * (0.5 + qualm), 1.0),
        doctrine=jnp.clip(doctrine, -1, 1),
        skill=start.skill * ones,
        served=start.served * 2 * service,
    )
    control = _control(world, draw)
    n = control.shape[0]
    held = jnp.ones(n, jnp.float32)
    districts = Districts(
        control=control,
        residents=given.residents,
        support=start.support * world.constituency,
        dread=start.dread * held,
        services=start.services * held,
        resistance=jnp.minimum(start.resistance, 1.0) * held,
        wells=held,
        professionals=start.professionals * held,
        ruled=0.0 * held,
        plan=jnp.zeros(n, jnp.int32),
        stores=held,
        allied=jnp.zeros(n, jnp.int32),
        splinter=jnp.zeros(n, jnp.int32),
    )
    weights = control * world.residents
    blocs = world.bloc_doctrine.shape[0]
    nothing = jnp.float32(0.0)
    no_one = jnp.zeros((world.offensive_kind.shape[1], *world.faces.shape), jnp.float32)
    everywhere = jnp.zeros(units, jnp.int32)
    district, rural = post(
        everywhere, everywhere > 0, jnp.ones(units, bool), weights, world.urban, jnp.zeros(units), draw, 20
    )
    return State(
        fighters=fighters,
        units=Units(district=district, rural=rural, departures=jnp.zeros(units, jnp.float32)),
        districts=districts,
        opponents=Opponents(
            force=no_one,
            age=no_one,
            over=no_one,
            stayed=no_one[0],
            bled=no_one[0],
            fallen=no_one[0, :, 0],
        ),
        organisation=Organisation(
            treasury=jnp.floor(start.treasury).astype(jnp.int32),
            needs=jnp.float32(0.0),
            pay_scale=jnp.float32(1.0),
            paid_share=jnp.float32(1.0),
            tax_rate=start.tax_rate,
            prestige=start.prestige,
            leaders=given.leaders.astype(jnp.int32),
            corruption=nothing,
            strain=nothing,
            rift=nothing,
            setback=nothing,
            condemned=nothing,
            plots=jnp.zeros((blocs, len(FLANKS)), jnp.int32),
        ),
        flows=no_flows(units, world),
    )


def triangular(u: Array, v: Array) -> Array:
    """A symmetric triangular deviate of mean 0 and variance 1 from two independent uniforms."""
    return (u + v - 1.0) * jnp.sqrt(6.0)


def no_flows(units: int, world: World) -> Flows:
    """Flows of a week in which nothing moved."""
    kinds, (opponents, districts) = world.offensive_kind.shape[1], world.faces.shape
    unknown = jnp.zeros((world.bloc_doctrine.shape[0], len(FLANKS)), jnp.int32)
    none, nowhere = jnp.zeros(districts, jnp.int32), jnp.zeros(districts, jnp.float32)
    nobody = jnp.zeros((kinds, opponents, districts), jnp.float32)
    return Flows(
        by_cause=jnp.zeros((units, len(Cause)), jnp.int32),
        recruits=jnp.zeros(units, jnp.int32),
        fled=none,
        executed_residents=none,
        joined=none,
        allied=none,
        income=jnp.zeros(len(INCOME), jnp.int32),
        spending=jnp.zeros(len(SPENDING), jnp.int32),
        lost=nowhere,
        gained=nowhere,
        attacked=nowhere,
        attacked_by=nobody[0],
        met=nobody[0],
        engaged=nowhere,
        opponents_killed=nowhere,
        begun=nobody,
        ended=nobody,
        encircled=nowhere,
        power=nowhere,
        launched=none,
        cancelled=none,
        prospect=nowhere,
        defeats=nowhere,
        clashes=none,
        revolts=none,
        plots=unknown,
        exposed=unknown,
        splits=unknown[:, 0],
        atrocities=jnp.int32(0),
        leaders_lost=jnp.int32(0),
    )
