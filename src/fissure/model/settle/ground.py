"""Ground: who takes land from whom, and what the fighting costs."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.mechanism import Draws, Luck
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import NO_PLAN, ROUTINE, URGENT
from fissure.model.world import Week

Scalar = Float[Array, ""]
PerDistrict = Float[Array, " districts"]
Count = Int[Array, " districts"]
MOST = 0.25  # no more of those present are killed in a week


class Fought(eqx.Module):
    """The outcome of a week of fighting, by district."""

    control: PerDistrict  # share held after the week
    lost: PerDistrict  # share of the district lost
    gained: PerDistrict
    attackers: PerDistrict  # opponents' fighters who attacked
    killed: PerDistrict  # opponents' fighters
    power: PerDistrict  # the group's effective fighters
    bled: PerDistrict  # opponents' dead not yet replaced
    threat: PerDistrict  # opponents to be met there, fighters
    hazard: PerDistrict  # of fighters posted there being killed or captured
    prospect: PerDistrict  # chance of success of an operation of its own
    plan: Count  # operations planned for the week to come
    launched: Count
    cancelled: Count
    defeats: PerDistrict  # symbolic weight of districts whose larger part was lost


class Ground(eqx.Module):
    """Contest success after Tullock, losses after Lanchester's square law.

        q = rebuilt + (quality - rebuilt) exp(-t / rebuilding)   an opponent's worth as armies are rebuilt; t: weeks
        f = N / (N + dead not yet replaced)      what losses leave of N = garrison + attack
        P = power exp(power_log)                 the group's effective fighters in a district
        A = q f (attack + armed resisters x c)   opponents attacking, effective
        s = A^k / (A^k + (dug_in P)^k)           their chance (Hirshleifer 1989); 1 where no fighter stands
        M = P + largest P next door              what the group can bring to bear: its strongest base launches
        O = f (q garrison + w splinter) (1 + hostility (1 - constituency))   w: power per fighter of its own
        g = M^k / (M^k + (dug_in O)^k)           the group's chance in an operation
        dc = stride g r (1 - c) - pace s c       c: share held; r: largest share held here or next door

    The first term only where an operation is launched: one is planned at rate initiative x leading posts filled x
    r (1 - c) x its chance on paper, M^k / (M^k + (q garrison)^k), and launched a week later unless called off;
    an urgent one is not called off. Without one effective fighter at hand (M < 1) nothing is launched.

    An effective fighter kills `lethality` a week of those he meets: in a defence the group's dead are lethality x A, in
    an operation lethality x O, but no more than a quarter of M, borne by the bases that launch it. Opponents' dead are
    lethality x exp(ambush_log) (P A / (P + A) + M O / (M + O)), replaced over `replaced` weeks. A share `cut_off` of
    those on ground that is lost does not get out; a splinter takes the ground on which its share of fighters stood.
    """

    title: ClassVar[str] = "Fighting for ground"
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("districts",), count=2), Luck(("districts",), 1))

    sharpness: Scalar = parameter("exponent", "How decisive superiority in fighting power is.")
    dug_in: Scalar = parameter("ratio", "Factor by which a dug-in defender's power counts for more.")
    quality: Scalar = parameter(
        "committed skilled fighters per opponent",
        "Worth of one opponent at the start, in committed and skilled fighters.",
    )
    pace: Scalar = parameter("per week", "Rate at which held ground is lost to an attack that is sure to win.")
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
        "Fighters killed or captured by an effective opponent in a week of fighting.",
    )
    cut_off: Scalar = parameter("share", "Share of a lost place's defenders who do not get out.")
    rebuilt: Scalar = parameter(
        "committed skilled fighters per opponent", "Worth of one opponent once armies are rebuilt."
    )
    rebuilding: Scalar = parameter("weeks", "Time over which opponents' armies are rebuilt.")
    replaced: Scalar = parameter("weeks", "Time in which opponents replace their dead.")

    def __call__(self, sensed: Sensed, sums: Effects, week: Week, draw: Draws) -> Fought:
        """Fight for a week."""
        d, world = sensed.districts, sensed.world
        c, near = d.control, world.adjacent
        broken = jnp.exp(-(week.index + 1.0) / self.rebuilding)
        quality = self.rebuilt + (self.quality - self.rebuilt) * broken
        standing = sensed.given.garrison + sums.garrison
        fresh = _share(standing + d.splinter + sums.attack + 1.0, d.bled)
        garrison = standing * fresh
        attackers = (sums.attack + self.armed * d.resistance * d.residents * c) * fresh
        own = sensed.power * jnp.exp(sums.power_log)
        brought = own + (near * own).max(axis=1)
        reach = jnp.maximum(c, (near * c).max(axis=1))
        worth = sensed.power.sum() / jnp.maximum(sensed.total, 1.0)  # of its own fighters, as those who split were
        hostile = 1.0 + self.hostility * (1.0 - world.constituency)
        against = (quality * garrison + worth * d.splinter * fresh) * hostile
        attack = quality * attackers
        falls = jnp.where(sensed.posted > 0, self._chance(attack, self.dug_in * own), 1.0)
        wins = self._chance(brought, self.dug_in * against)
        planned = self._planned(sensed, sums, reach * (1.0 - c), self._chance(brought, quality * garrison), draw)
        cancelled = (d.plan == ROUTINE) & (draw.uniform(c.shape, 1) < -jnp.expm1(-sums.cancel))
        launched = jnp.where(cancelled | (brought < 1.0), NO_PLAN, d.plan)
        under_way = (launched > 0).astype(jnp.float32)
        stays = 1.0 - _left(sensed, sums)
        fought = settled(c, self.stride * wins * reach * under_way, self.pace * falls)
        after = fought * stays
        pressed = under_way * jnp.minimum(against, MOST * brought / self.lethality)
        lost = jnp.maximum(c - after, 0.0)
        hazard = self.lethality * (attack + _borne(pressed, own, near)) / jnp.maximum(sensed.posted, 1.0)
        met = _engaged(own, attack) + under_way * _engaged(brought, against)
        killed = self.lethality * met * jnp.exp(sums.ambush_log)
        killed = jnp.minimum(killed, MOST * (attackers + garrison))
        return Fought(
            control=after,
            lost=lost,
            gained=jnp.maximum(after - c, 0.0),
            attackers=attackers,
            killed=killed,
            power=own,
            bled=(d.bled + killed) / (1.0 + 1.0 / self.replaced),
            threat=attackers * c + garrison * reach * wins * (1.0 - c),
            hazard=hazard + self.cut_off * jnp.maximum(c - fought, 0.0) / jnp.maximum(c, 1e-6),
            prospect=wins,
            plan=planned,
            launched=launched,
            cancelled=cancelled.astype(jnp.int32),
            defeats=jnp.where((c >= 0.5) & (after < 0.5), world.symbolic, 0.0),
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


def _engaged(a: PerDistrict, b: PerDistrict) -> PerDistrict:
    return a * b / (a + b + 1.0)


def _share(whole: PerDistrict, less: PerDistrict) -> PerDistrict:
    return whole / (whole + less)


def _left(sensed: Sensed, sums: Effects) -> PerDistrict:
    """Share of the fighters posted in a district who leave with splinters this week."""
    leave = (sums.split * sensed.strength) @ sensed.post
    return leave / jnp.maximum(sensed.posted, 1.0)


def _borne(pressed: PerDistrict, own: PerDistrict, near: Array) -> PerDistrict:
    """Opponents met by operations, spread over the bases here and next door that they fall on, by power."""
    bases = (near + jnp.eye(near.shape[0])) * own
    return (pressed / jnp.maximum(bases.sum(axis=1), 1e-6)) @ bases
