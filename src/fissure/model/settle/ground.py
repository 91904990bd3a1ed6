"""Ground: who takes land from whom, and what the fighting costs."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.model.effects import Effects, settled
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.world import Week

Scalar = Float[Array, ""]
PerDistrict = Float[Array, " districts"]


class Fought(eqx.Module):
    """What a week of fighting did, by district."""

    control: PerDistrict  # share held after the week
    lost: PerDistrict  # share of the district lost
    gained: PerDistrict
    attackers: PerDistrict  # opponents' fighters who attacked
    threat: PerDistrict  # opponents to be met there, fighters
    hazard: PerDistrict  # of fighters posted there being killed or captured


class Ground(eqx.Module):
    """Contest success after Tullock, losses after Lanchester's square law.

        q = rebuilt + (quality - rebuilt) exp(-t / rebuilding)   an opponent's worth as armies are rebuilt; t: weeks
        P = power exp(power_log)                 the group's effective fighters in a district
        A = q (attack + armed resisters x c)     opponents attacking, effective
        s = A^k / (A^k + (dug_in P)^k)           their chance (Hirshleifer 1989); 1 where no fighter stands
        M = P + largest P next door              what the group can bring to bear: its strongest base launches
        O = q garrison (1 + hostility (1 - constituency))
        g = M^k / (M^k + (dug_in O)^k)           the group's chance where it attacks
        dc/dt = advance g r (1 - c) - pace s c   c: share held; r: largest share held here or next door

    A fighter posted where E effective opponents are engaged is killed or captured at hazard lethality E / posted,
    E = A + O g r (1 - c); besides, a share `cut_off` of those on ground that is lost does not get out.
    """

    title: ClassVar[str] = "Fighting for ground"

    sharpness: Scalar = parameter("exponent", "How decisive superiority in fighting power is.")
    dug_in: Scalar = parameter("ratio", "Factor by which a dug-in defender's power counts for more.")
    quality: Scalar = parameter(
        "committed skilled fighters per opponent",
        "Worth of one opponent at the start, in committed and skilled fighters.",
    )
    pace: Scalar = parameter("per week", "Rate at which held ground is lost to an attack that is sure to win.")
    advance: Scalar = parameter("per week", "Rate at which the group takes ground from a garrison it is sure to beat.")
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

    def __call__(self, sensed: Sensed, sums: Effects, week: Week) -> Fought:
        """Fight for a week."""
        c = sensed.districts.control
        broken = jnp.exp(-(week.index + 1.0) / self.rebuilding)
        quality = self.rebuilt + (self.quality - self.rebuilt) * broken
        garrison = sensed.given.garrison + sums.garrison
        resisters = sensed.districts.resistance * sensed.districts.residents
        attackers = sums.attack + self.armed * resisters * c
        own = sensed.power * jnp.exp(sums.power_log)
        near = sensed.world.adjacent
        brought = own + (near * own).max(axis=1)
        reach = jnp.maximum(c, (near * c).max(axis=1))
        against = quality * garrison * (1.0 + self.hostility * (1.0 - sensed.world.constituency))
        falls = jnp.where(sensed.posted > 0, self._chance(quality * attackers, self.dug_in * own), 1.0)
        wins = self._chance(brought, self.dug_in * against)
        lost_rate = self.pace * falls + sums.ground_lost
        gained_rate = (self.advance * wins + sums.ground_gained) * reach
        after = settled(c, gained_rate, lost_rate)
        pressed = reach * wins * (1.0 - c)
        engaged = quality * attackers + against * pressed
        hazard = self.lethality * engaged / jnp.maximum(sensed.posted, 1.0)
        lost = jnp.maximum(c - after, 0.0)
        hazard = hazard + self.cut_off * lost / jnp.maximum(c, 1e-6)
        return Fought(
            control=after,
            lost=lost,
            gained=jnp.maximum(after - c, 0.0),
            attackers=attackers,
            threat=attackers * c + garrison * pressed,
            hazard=hazard,
        )

    def _chance(self, attacker: PerDistrict, defender: PerDistrict) -> PerDistrict:
        """Attacker's chance of success in [0, 1]; one effective fighter is added to the defence, against 0 / 0."""
        ratio = (defender + 1.0) / jnp.maximum(attacker, 1e-3)
        return 1.0 / (1.0 + ratio**self.sharpness)
