"""Ground: who takes land from whom, and what the fighting costs."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.engagement import engaged, fallen
from fissure.model.mechanism import Draws, Luck
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.campaigns import Mustered
from fissure.model.state import LOST, NO_PLAN, ROUTINE, URGENT
from fissure.model.world import Week

Scalar = Float[Array, ""]
PerDistrict = Float[Array, " districts"]
ByOpponent = Float[Array, "opponents districts"]
Count = Int[Array, " districts"]


class Fought(eqx.Module):
    """The outcome of a week of fighting, by district."""

    control: PerDistrict  # share held after the week
    lost: PerDistrict  # share of the district lost
    gained: PerDistrict
    attackers: ByOpponent  # opponents' fighters who attacked
    met: ByOpponent  # opponents' garrisons met by operations of the group
    armed: PerDistrict  # armed residents who attacked
    engaged: PerDistrict  # fighters of the group who fought
    killed: ByOpponent  # opponents' fighters, of assaults
    killed_garrisons: ByOpponent  # opponents' fighters, of garrisons
    killed_armed: PerDistrict  # armed residents, and those of them who are allied with opponents
    killed_allied: PerDistrict
    killed_splinter: PerDistrict  # of those who left with splinters
    power: PerDistrict  # the group's effective fighters
    encircled: PerDistrict  # share of ways in and out that are closed
    stores: PerDistrict  # what is left of the supplies of a place that is cut off
    threat: PerDistrict  # opponents to be met there, fighters
    hazard: PerDistrict  # of fighters posted there being killed or captured
    prospect: PerDistrict  # chance of success of an operation of its own
    plan: Count  # operations planned for the week to come
    launched: Count
    cancelled: Count
    defeats: PerDistrict  # symbolic weight of districts whose larger part was lost


class Fight(eqx.Module):
    """Two forces that met, by district: fighters of the group, of its enemies, and who of each fell."""

    own_engaged: PerDistrict
    own_fallen: PerDistrict
    enemy_fallen: PerDistrict


class Ground(eqx.Module):
    """Contest success after Tullock, losses by one law of engagement (see `fissure.model.engagement`).

        q = worth exp(growth (1 - exp(-t / rebuilding)))  an opponent's worth as its army is rebuilt; t: weeks
        n                                        fighters of the group in a district where it holds ground
        P = power exp(power_log) stores          their effective number
        A = sum over opponents of q (assaults + probing garrisons) + m (armed resisters c + allied)    effective
        s = A^k / (A^k + (dug_in (1 - z) P)^k)   their chance (Hirshleifer 1989); 1 where none of n stands; z: dispersed
        M = P + largest P next door              what the group can bring to bear: its strongest base launches
        O = (sum of q garrisons + w splinter) (1 + hostility (1 - constituency))   w: power per fighter of its own
        g = M^k / (M^k + (dug_in O)^k)           the group's chance in an operation
        dc = stride g r (1 - c) - pace s c / (1 + town / city)      c: share held; town: residents of held towns

    m: an armed resident's worth, that of a newcomer. Where it holds no ground P is of those who hide there. Neither
    those who hide next door nor opponents at a place where it holds nothing take part.

    r is the largest share held here or next door, or where nothing is held the share of its rule that fighters in
    hiding there can enforce, times support: from where people shelter them they can come back.

    The first term only where an operation is launched: one is planned at rate initiative x leading posts filled x
    r (1 - c) x its chance on paper, as g with dug_in and hostility left out, and launched a week later unless called
    off; an urgent one is not called off. Without one effective fighter at hand (M < 1) nothing is launched.

    In an attack on the group n meets the attackers, in an operation of its own those there and the strongest base next
    door meet the garrison, in hiding a share `raids` of those hidden meets it; both sides lose by one law, at
    `lethality` x worth of an enemy engaged (hostility included). Who defends against an attack or an operation is
    covered by dug_in, who is raided is not. Of n the dispersed z do not fall in an attack and give up their part of the
    ground. What the group kills is larger by exp(ambush_log).

    A ring of opponents closes the share x = R^k / (R^k + P^k) of a place's ways; its supplies fall to what is left,
    1 - x, over `supplies` weeks. A share 1 - (1 - cut_off) (1 - x) of those on ground that is lost does not get out.
    Who hides is found at rate hunt (1 - support) G / (G + E), G: garrisons there, E: fighters of the group with whom
    half of its rule there would be enforced (Kress and Szechtman 2009: without the people's word a hunter strikes in
    the dark). A splinter takes the ground on which its share of fighters stood.
    """

    title: ClassVar[str] = "Fighting for ground"
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("districts",), count=2), Luck(("districts",), 1))

    sharpness: Scalar = parameter("exponent", "How decisive superiority in fighting power is.")
    dug_in: Scalar = parameter("ratio", "Factor by which a dug-in defender's power counts for more.")
    pace: Scalar = parameter("per week", "Rate at which held ground is lost to an attack that is sure to win.")
    city: Scalar = parameter("residents of towns", "Residents of held towns at whom ground is lost half as fast.")
    initiative: Scalar = parameter(
        "per week and district", "Rate at which operations are planned where all ground lies open to a sure win."
    )
    stride: Scalar = parameter("per operation", "Pull towards full control of an operation that is sure to win.")
    hostility: Scalar = parameter(
        "ratio", "By how many times ground is harder to take where all the people are hostile."
    )
    armed: Scalar = parameter("fighters per organised resister", "Armed fighters among organised resisters.")
    lethality: Scalar = parameter(
        "killed or captured per effective opponent and week",
        "Fighters killed or captured by an effective opponent engaged in a week of fighting.",
    )
    odds: Scalar = parameter("fighters per enemy", "The most fighters who can fight one enemy at once.")
    front: Scalar = parameter("fighters", "The most fighters of a side who find room to fight in one district.")
    cut_off: Scalar = parameter("share", "Share of a lost place's defenders who do not get out.")
    supplies: Scalar = parameter("weeks", "Time in which a place that is cut off uses up its supplies.")
    rebuilding: Scalar = parameter("weeks", "Time over which opponents' armies are rebuilt.")
    hunt: Scalar = parameter(
        "per week",
        "Rate at which those in hiding are found where garrisons are thick and nobody helps.",
    )
    raids: Scalar = parameter("share", "Share of fighters in hiding who take part in a raid in a week.")

    def __call__(self, sensed: Sensed, sums: Effects, week: Week, mustered: Mustered, draw: Draws) -> Fought:
        """Fight for a week."""
        d, world, given = sensed.districts, sensed.world, sensed.given
        c, near, ground = d.control, world.adjacent, sensed.exposed_ground
        worth = self._worth(sensed, week)
        power = sensed.power * jnp.exp(sums.power_log)
        own = power * d.stores
        above = own * ground  # who stands in the open
        stand = 1.0 - jnp.minimum(sums.dispersed, 1.0)

        # attacks on the group
        garrisons = sensed.garrisons
        assaults, probing = mustered.assaults * ground, garrisons * sums.probing * ground
        attackers = assaults + probing
        rising = (self.armed * d.resistance * d.residents * c + sums.rising) * ground
        attack = worth @ attackers + given.newcomer_worth * rising
        against_it = attackers.sum(axis=0) + rising
        falls = jnp.where(sensed.exposed > 0, self._chance(attack, self.dug_in * stand * above), 1.0)
        town = jnp.where(
            sensed.exposed > 0, jnp.floor(world.urban * sensed.held), 0.0
        )  # streets do not defend themselves
        pace = self.pace / (1.0 + town / self.city)
        defence = self._fight(
            sensed.exposed, against_it, above / _some(sensed.exposed), attack / _some(against_it), sums,
            own_cover=self.dug_in, enemy_cover=1.0,
        )  # fmt: skip
        ring = worth @ mustered.rings
        encircled = jnp.where(ring > 0, self._chance(ring, above), 0.0)

        # operations of the group
        brought, bodies = own + (near * above).max(axis=1), sensed.posted + (near * sensed.exposed).max(axis=1)
        garrison = garrisons.sum(axis=0)
        like_own = sensed.power.sum() / jnp.maximum(sensed.total, 1.0)  # as those who split were
        hostile = 1.0 + self.hostility * (1.0 - world.constituency)
        facing = worth @ garrisons + like_own * d.splinter
        against = facing * hostile
        wins = self._chance(brought, self.dug_in * against)
        reach = jnp.maximum(jnp.maximum(c, (near * c).max(axis=1)), sensed.sheltered)
        planned = self._planned(sensed, sums, reach * (1.0 - c), self._chance(brought, facing), draw)
        cancelled = (d.plan == ROUTINE) & (draw.uniform(c.shape, 1) < -jnp.expm1(-sums.cancel))
        launched = jnp.where(cancelled | (brought < 1.0), NO_PLAN, d.plan)
        under_way = (launched > 0).astype(jnp.float32)
        met = garrison + d.splinter
        operation = self._fight(
            bodies * under_way, met * under_way, brought / _some(bodies), against / _some(met), sums,
            own_cover=1.0, enemy_cover=self.dug_in,
        )  # fmt: skip

        # in hiding
        hidden = sensed.posted - sensed.exposed
        raid = self._fight(
            self.raids * hidden, garrison, own / _some(sensed.posted), worth @ garrisons / _some(garrison), sums,
            own_cover=1.0, enemy_cover=1.0,
        )  # fmt: skip
        found = self.hunt * (1.0 - d.support) * garrison / (garrison + sensed.enough + 1e-6)

        stays = 1.0 - _left(sensed, sums)
        fought = _held(settled(c, self.stride * wins * reach * under_way, pace * falls))
        after = _held(fought * stays)
        lost = jnp.maximum(c - after, 0.0)
        trapped = 1.0 - (1.0 - self.cut_off) * (1.0 - encircled)
        hazard = (
            defence.own_fallen * stand / _some(sensed.exposed)
            + _borne(operation.own_fallen, sensed)
            + raid.own_fallen / _some(hidden)
            + trapped * stand * jnp.maximum(c - fought, 0.0) / jnp.maximum(c, 1e-6) * ground
            + found * (1.0 - ground)
        )
        share = jnp.minimum(defence.enemy_fallen + sums.toll, against_it) / _some(against_it)  # of attackers, who fell
        in_operation, in_raid = operation.enemy_fallen / _some(met), raid.enemy_fallen / _some(garrison)
        return Fought(
            control=after,
            lost=lost,
            gained=jnp.maximum(after - c, 0.0),
            attackers=attackers,
            met=garrisons * under_way,
            armed=rising,
            engaged=defence.own_engaged,
            killed=assaults * share,
            killed_garrisons=jnp.minimum(probing * share + garrisons * (in_operation + in_raid), garrisons),
            killed_armed=rising * share,
            killed_allied=sums.rising * ground * share,
            killed_splinter=d.splinter * in_operation,
            power=power,
            encircled=encircled,
            stores=settled(d.stores, (1.0 - encircled) / self.supplies, encircled / self.supplies),
            threat=against_it * c + garrison * reach * wins * (1.0 - c),
            hazard=hazard,
            prospect=wins,
            plan=planned,
            launched=launched,
            cancelled=cancelled.astype(jnp.int32),
            defeats=jnp.where((c >= 0.5) & (after < 0.5), world.symbolic, 0.0),
        )

    def _worth(self, sensed: Sensed, week: Week) -> Float[Array, " opponents"]:
        """What a fighter of each opponent is worth this week, in committed skilled fighters."""
        rebuilt = -jnp.expm1(-(week.index + 1.0) / self.rebuilding)
        return sensed.given.opponent_worth * jnp.exp(sensed.given.opponent_growth * rebuilt)

    def _fight(
        self,
        own: PerDistrict,
        enemy: PerDistrict,
        own_worth: PerDistrict,
        enemy_worth: PerDistrict,
        sums: Effects,
        *,
        own_cover: Scalar | float,
        enemy_cover: Scalar | float,
    ) -> Fight:
        """The week's losses of two forces that meet, each fighter with the mean worth of his side."""
        fight, foe = engaged(own, enemy, self.odds, self.front), engaged(enemy, own, self.odds, self.front)
        return Fight(
            own_engaged=fight,
            own_fallen=fallen(fight, foe, self.lethality * enemy_worth / own_cover),
            enemy_fallen=fallen(foe, fight, self.lethality * own_worth * jnp.exp(sums.ambush_log) / enemy_cover),
        )

    def _planned(
        self, sensed: Sensed, sums: Effects, open_ground: PerDistrict, on_paper: PerDistrict, draw: Draws
    ) -> Count:
        """Operations planned this week for the next."""
        u, v = draw.uniforms(open_ground.shape, 0, count=2)
        rate = self.initiative * sensed.led * open_ground * on_paper
        routine = jnp.where(u < -jnp.expm1(-rate), ROUTINE, NO_PLAN)
        return jnp.where(v < -jnp.expm1(-sums.operation), URGENT, routine).astype(jnp.int32)

    def _chance(self, attacker: PerDistrict, defender: PerDistrict) -> PerDistrict:
        """Attacker's chance of success in [0, 1]; one effective fighter is added to the defence, against 0 / 0."""
        ratio = (defender + 1.0) / jnp.maximum(attacker, 1e-3)
        return 1.0 / (1.0 + ratio**self.sharpness)


def _some(x: Array) -> Array:
    return jnp.maximum(x, 1.0)


def _left(sensed: Sensed, sums: Effects) -> PerDistrict:
    """Share of the fighters posted in a district who leave with splinters this week."""
    leave = (sums.split * sensed.strength) @ sensed.post
    return leave / jnp.maximum(sensed.posted, 1.0)


def _held(control: PerDistrict) -> PerDistrict:
    """Shares held; a few villages are no ground that is held."""
    return jnp.where(control < LOST, 0.0, control)


def _borne(fallen: PerDistrict, sensed: Sensed) -> PerDistrict:
    """Hazard of those who fell in operations: shared by all who stand there, and in the open next door."""
    near = sensed.world.adjacent
    of_all = fallen / _some(sensed.posted + near @ sensed.exposed)
    return of_all + sensed.exposed_ground * (of_all @ near)
