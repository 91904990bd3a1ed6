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
PerDistrict = Float[Array, "districts"]


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

        q = quality (1 + rebuilt (1 - exp(-t / rebuilding)))     worth of an opponent, growing as armies are rebuilt
        P = power exp(power_log)                 the group's effective fighters in a district
        A = q (attack + armed residents)         opponents attacking, effective
        s = A^k / (A^k + (dug_in P)^k)           their chance of success (Hirshleifer 1989)
        M = P + largest P next door              what the group can bring to bear: its strongest base launches
        O = q garrison (1 + hostility (1 - constituency))
        g = M^k / (M^k + (dug_in O)^k)           the group's chance where it attacks
        dc/dt = advance g r (1 - c) - pace s c   c: share held; r: largest share held here or next door

    A fighter posted where E effective opponents are engaged is killed or captured at hazard lethality E / posted,
    E = A + O g r (1 - c), plus `cut_off` for the share of ground lost last week.
    """

    title: ClassVar[str] = "Fighting for ground"

    sharpness: Scalar = parameter(
        "uniform", 1.5, 4.0, "exponent",
        "How decisive superiority is: at three to one the stronger side wins between 5 and 80 times as often, as "
        "the soldiers' rule has it.",
    )
    dug_in: Scalar = parameter(
        "lognormal", 1.3, 4.0, "ratio", "Advantage of the defender: the soldier's rule of three to one, with doubt."
    )
    quality: Scalar = parameter(
        "lognormal", 0.01, 0.2, "committed skilled fighters per opponent",
        "In June 2014 some 1,500 fighters put garrisons of nominally 20,000 and more to flight at Mosul, which takes "
        "about 0.01; where fronts held at a few to one, 0.1 to 0.3.", ("S0-03b",),
    )  # fmt: skip
    pace: Scalar = parameter(
        "lognormal", 0.05, 0.3, "per week",
        "Overwhelming attacks on held districts of this war took from a few weeks to some five months.",
    )  # fmt: skip
    advance: Scalar = parameter(
        "lognormal", 0.02, 0.2, "per week", "Pace of the group's own advance against an overmatched garrison."
    )
    hostility: Scalar = parameter(
        "lognormal", 1.0, 8.0, "ratio",
        "How much harder ground is to take where the people are hostile.", ("S4-05c",),
    )  # fmt: skip
    armed: Scalar = parameter(
        "lognormal", 0.002, 0.03, "fighters per organised resister", "Few in underground groups carry arms at once."
    )
    lethality: Scalar = parameter(
        "lognormal", 0.005, 0.05, "killed or captured per effective opponent and week",
        "About 1,100 dead in some 20 weeks at Kobani against a few thousand defenders: 0.01 to 0.03 each.",
        ("killed-in-battle-2015-01-sohr",),
    )  # fmt: skip
    cut_off: Scalar = parameter(
        "logitnormal", 0.05, 0.4, "share", "Share of a lost place's defenders who do not get out."
    )
    rebuilt: Scalar = parameter(
        "lognormal", 1.5, 15.0, "ratio",
        "Armies that broke in June 2014 were trained, armed and joined by militias, up to the worth of those that held.",
    )  # fmt: skip
    rebuilding: Scalar = parameter("lognormal", 40, 150, "weeks", "Time that rebuilding took: one to three years.")

    def __call__(self, sensed: Sensed, sums: Effects, week: Week) -> Fought:
        """Fight for a week."""
        c = sensed.districts.control
        quality = self.quality * (1.0 + self.rebuilt * (1.0 - jnp.exp(-(week.index + 1.0) / self.rebuilding)))
        garrison = sensed.given.garrison + sums.garrison
        resisters = sensed.districts.resistance * sensed.districts.residents
        attackers = sums.attack + self.armed * resisters * c
        own = sensed.power * jnp.exp(sums.power_log)
        near = sensed.world.adjacent
        brought = own + (near * own).max(axis=1)
        reach = jnp.maximum(c, (near * c).max(axis=1))
        against = quality * garrison * (1.0 + self.hostility * (1.0 - sensed.world.constituency))
        falls = self._chance(quality * attackers, self.dug_in * own)
        wins = self._chance(brought, self.dug_in * against)
        lost_rate = self.pace * falls + sums.ground_lost
        gained_rate = (self.advance * wins + sums.ground_gained) * reach
        after = settled(c, gained_rate, lost_rate)
        pressed = reach * wins * (1.0 - c)
        engaged = quality * attackers + against * pressed
        hazard = self.lethality * engaged / jnp.maximum(sensed.posted, 1.0)
        hazard = hazard + self.cut_off * sensed.flows.lost / jnp.maximum(c, 0.05)
        return Fought(
            control=after,
            lost=jnp.maximum(c - after, 0.0),
            gained=jnp.maximum(after - c, 0.0),
            attackers=attackers,
            threat=attackers * c + garrison * pressed,
            hazard=hazard,
        )

    def _chance(self, attacker: PerDistrict, defender: PerDistrict) -> PerDistrict:
        """Attacker's chance of success in [0, 1]; zero without attackers."""
        ratio = (defender + 1.0) / jnp.maximum(attacker, 1e-3)
        return 1.0 / (1.0 + ratio**self.sharpness)
