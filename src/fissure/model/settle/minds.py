"""Minds: how fighters forget, and how will follows the group's fortune."""

from typing import ClassVar

import equinox as eqx
from jaxtyping import Array, Bool, Float

from fissure.model.effects import Effects, settled
from fissure.model.parameters import parameter
from fissure.model.state import Fighters

Scalar = Float[Array, ""]


class Minds(eqx.Module):
    """Each field of mind x follows dx/dt = rise (1 - x) - fall x, where contributions, times `impression`, add to

        grievance, doubt: fall = 1 / memory        fear: fall = 1 / calm
        commitment:       towards T at rate 1 / memory,  T = 1 - fortune (1 - prestige)
        skill:            rise = 1 / training   fall: contributions alone

    Without any mechanism a fighter thus forgets grievances and shares the group's fortune as far as bonds and belief
    let it go (devoted actors: Atran, Sheikh and Gomez 2014; endurance: Castillo 2014).
    """

    title: ClassVar[str] = "Forgetting, morale and experience"

    memory: Scalar = parameter("weeks", "Time over which grievance and doubt fade and commitment follows prestige.")
    impression: Scalar = parameter("ratio", "Common factor on all that moves minds, as single causes overlap.")
    fortune: Scalar = parameter("share", "How far commitment falls with the group's prestige.")
    calm: Scalar = parameter("weeks", "Time over which fear of the leadership fades.")
    training: Scalar = parameter("weeks", "Time over which a fighter in service becomes skilled.")

    def __call__(
        self, fighters: Fighters, present: Bool[Array, "units slots"], sums: Effects, prestige: Scalar
    ) -> Fighters:
        """Minds after the week, for fighters still `present`."""
        rate = 1.0 / self.memory
        target = 1.0 - self.fortune * (1.0 - prestige)
        return Fighters(
            present=present,
            commitment=settled(
                fighters.commitment,
                rate * target,
                self.impression * sums.commitment_fall + rate * (1.0 - target),
            ),
            grievance=settled(fighters.grievance, self.impression * sums.grievance_rise, rate),
            fear=settled(fighters.fear, self.impression * sums.fear_rise, 1.0 / self.calm),
            doubt=settled(fighters.doubt, self.impression * sums.doubt_rise, rate),
            doctrine=fighters.doctrine,
            skill=settled(fighters.skill, 1.0 / self.training, sums.skill_fall),
            served=fighters.served + 1.0,
        )
