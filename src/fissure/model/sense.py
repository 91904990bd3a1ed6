"""Sense: the sums that mechanisms read, taken once at the start of a week.

Sums over fighters are exact: minds are rounded to 1/256 and added as whole numbers below 2^24, so a sum is the same
in any order and a member's result does not depend on how members are batched.
"""

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int

from fissure.model.member_inputs import MemberInputs
from fissure.model.state import LOST, Cause, Districts, Fighters, Flows, Opponents, Organisation, State, Units
from fissure.model.world import World
from fissure.model.xla import summed

GRAIN = 256.0
FINE = 65536.0  # for products of small numbers; sums of up to 32,767 fighters fit 32 bits
FAR_OUT = 1 / 3  # distance from the middle beyond which a fighter stands on a flank


SAMPLE = 16  # slots of each unit from which what needs every fighter's mind is estimated


class Sample(eqx.Module):
    """Some fighters of each unit, apart: who reads all of the state once it is replaced keeps a copy of it alive."""

    present: Bool[Array, "units some"]
    doctrine: Float[Array, "units some"]
    wish: Float[Array, "units some"]
    doubt: Float[Array, "units some"]
    served: Float[Array, "units some"]


class Sensed(eqx.Module):
    """The state at the start of a week, with its sums. `flows` are those of the week before."""

    world: World
    given: MemberInputs
    fighters: Fighters
    units: Units
    districts: Districts
    opponents: Opponents
    organisation: Organisation
    flows: Flows

    wish: Float[Array, "units slots"]  # to leave if leaving were free, in [0, 1]
    doctrine: Float[Array, "units slots"]  # position as stretched by the rift

    sample: Sample  # fighters in the first slots of each unit

    # By unit: fighters present and means of their minds
    strength: Float[Array, " units"]
    commitment: Float[Array, " units"]
    grievance: Float[Array, " units"]
    fear: Float[Array, " units"]
    doubt: Float[Array, " units"]
    skill: Float[Array, " units"]
    position: Float[Array, " units"]  # doctrine
    square: Float[Array, " units"]  # doctrine squared
    dissent: Float[Array, " units"]  # wish to leave times fear
    wanting: Float[Array, " units"]  # to leave: fighters, not a mean, weighted by their wish
    far_soft: Int[Array, " units"]  # fighters far out on the soft flank
    far_hard: Int[Array, " units"]  # fighters far out on the hard flank
    soft: Float[Array, " units"]  # doubt times distance out on the soft flank
    hard: Float[Array, " units"]  # doubt times distance out on the hard flank
    post: Float[Array, "units districts"]  # one-hot of the district where posted

    # By district
    posted: Float[Array, " districts"]  # fighters
    exposed: Float[Array, " districts"]  # fighters where it holds ground; the others posted hide
    exposed_ground: Float[Array, " districts"]  # 1 where it holds ground
    garrisons: Float[Array, "opponents districts"]  # opponents' fighters who hold ground
    free: Float[Array, " opponents"]  # opponents' fighters who can be sent on campaign
    power: Float[Array, " districts"]  # fighters weighted by commitment and skill
    held: Int[Array, " districts"]  # residents on held ground
    presence: Float[Array, " districts"]  # share of its rule that it has the fighters to enforce, in [0, 1]
    enough: Float[Array, " districts"]  # fighters with whom half of its rule over all residents would be enforced
    reached: Float[Array, " districts"]  # share of all residents whom its fighters reach, held or not, in [0, 1]
    sheltered: Float[Array, " districts"]  # the same where it hides, times support; 0 where it holds ground

    # By origin, local and foreign
    fighters_of: Float[Array, "2"]
    pay: Float[Array, "2"]  # dollars a month set to be paid
    mixed: Bool[Array, ""]  # whether locals have foreigners to compare themselves with: from the start, or now
    border: Float[Array, ""]  # share held of border districts by their residents at the start, over that at the start
    led: Float[Array, ""]  # share of leading posts that are filled
    reserve: Float[Array, ""]  # treasury over the reserve that is wanted; 1 while needs are not yet known

    # The whole
    held_residents: Float[Array, ""]
    held_area: Float[Array, ""]  # mapped km2
    total: Float[Array, ""]  # fighters


def grains(x: Array) -> Array:
    """`x` rounded to 1/256, so that sums over all fighters are exact."""
    return jnp.round(x * GRAIN) / GRAIN


def _border(control: Array, given: MemberInputs, world: World) -> Float[Array, ""]:
    held = (world.border * control * world.residents).sum()
    return jnp.clip(held / jnp.maximum(given.held_border, 1.0), 0.0, 1.0)


def wish_to_leave(fighters: Fighters) -> Float[Array, "units slots"]:
    """(1 + grievance + doubt - commitment) / 3: how much a fighter would leave if leaving were free."""
    return (1.0 + fighters.grievance + fighters.doubt - fighters.commitment) * jnp.float32(1 / 3)


def sense(
    state: State,
    given: MemberInputs,
    world: World,
    *,
    promised: Float[Array, "2"],
    cushion: Float[Array, ""],
    reach: Float[Array, ""],
) -> Sensed:
    """Take the sums of the state.

    `promised` is pay by origin at full scale, dollars a month; `cushion` the reserve wanted, in weeks of needs;
    `reach` the fighters per 1,000 residents with whom half of its rule is enforced.
    """
    f, here, org = state.fighters, state.fighters.present, state.organisation
    wish, stretch = wish_to_leave(f), 1.0 + org.rift
    doctrine, doubters = f.doctrine * stretch, f.doctrine * f.doubt

    def of(x: Array, grain: float = GRAIN) -> Array:
        return jnp.where(here, jnp.round(x * grain), 0.0)

    count, *minds, wishes, square, dissent, soft, hard, far_soft, far_hard = summed(
        here, *map(of, (f.commitment, f.skill, f.grievance, f.fear, f.doubt, f.doctrine)), of(wish),
        of(f.doctrine * f.doctrine), of(wish * f.fear, FINE), of(jnp.maximum(-doubters, 0.0), FINE),
        of(jnp.maximum(doubters, 0.0), FINE), here & (doctrine < -FAR_OUT), here & (doctrine > FAR_OUT),
    )  # fmt: skip
    strength = count.astype(jnp.float32)
    some = jnp.maximum(strength, 1.0)
    commitment, skill, grievance, fear, doubt, position = (x / GRAIN for x in minds)
    post = (state.units.district[:, None] == jnp.arange(world.area.shape[0])).astype(jnp.float32)
    power = jnp.round(commitment * skill / some * GRAIN)
    posted = strength @ post
    held = jnp.floor(state.districts.control * state.districts.residents).astype(jnp.int32)
    people = strength @ world.of_origin
    foes = state.opponents
    enough = reach * state.districts.residents / 1000.0
    open_ground = (state.districts.control >= LOST).astype(jnp.float32)
    reached = posted / (posted + enough + 1e-6)
    return Sensed(
        world=world,
        given=given,
        fighters=f,
        units=state.units,
        districts=state.districts,
        opponents=state.opponents,
        organisation=state.organisation,
        flows=state.flows,
        wish=wish,
        doctrine=doctrine,
        sample=Sample(*(x[:, :SAMPLE] for x in (here, doctrine, wish, f.doubt, f.served))),
        strength=strength,
        commitment=commitment / some,
        grievance=grievance / some,
        fear=fear / some,
        doubt=doubt / some,
        skill=skill / some,
        position=stretch * position / some,
        square=stretch * stretch * (square / GRAIN) / some,
        dissent=dissent / FINE / some,
        wanting=wishes / GRAIN,
        far_soft=far_soft,
        far_hard=far_hard,
        soft=stretch * (soft / FINE) / some,
        hard=stretch * (hard / FINE) / some,
        post=post,
        posted=posted,
        exposed=posted * open_ground,
        exposed_ground=open_ground,
        garrisons=jnp.maximum(given.garrison + foes.stayed - foes.bled, 0.0),
        free=jnp.maximum(
            given.opponent_numbers - foes.force.sum(axis=(0, 2)) - foes.stayed.sum(axis=1) - foes.fallen, 0.0
        ),
        power=(power @ post) / GRAIN,
        held=held,
        presence=posted / (posted + reach * held / 1000.0 + 1e-6),
        enough=enough,
        reached=reached,
        sheltered=reached * state.districts.support * (1.0 - open_ground),
        fighters_of=people,
        pay=promised * state.organisation.pay_scale,
        mixed=given.mixed | (people > 0).all(),
        border=_border(state.districts.control, given, world),
        led=org.leaders / jnp.maximum(given.leaders, 1.0),
        reserve=jnp.where(org.needs > 0, org.treasury / jnp.maximum(cushion * org.needs, 1.0), 1.0),
        held_residents=held.sum().astype(jnp.float32),
        held_area=jnp.floor(state.districts.control * given.mapped_area).sum(),
        total=people.sum(),
    )


def executions_seen(sensed: Sensed) -> Float[Array, " units"]:
    """Members executed for leaving last week, per 1,000 fighters in the country where each unit stands."""
    executed = sensed.flows.by_cause[:, Cause.EXECUTED].astype(jnp.float32)
    country = sensed.world.country
    killed = (executed @ sensed.post) @ country
    fighters = sensed.posted @ country
    return sensed.post @ (country @ (1000.0 * killed / jnp.maximum(fighters, 1000.0)))
