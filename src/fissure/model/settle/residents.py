"""Residents: who flees, who is killed, and what they come to think."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.mechanism import Draws
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.ground import Fought
from fissure.model.state import Districts

Scalar = Float[Array, ""]
Count = Int[Array, " districts"]


class Residents(eqx.Module):
    """Residents of held ground leave at hazards; opinions relax.

        support: towards services x constituency, over `opinion` weeks (people judge rule as they live it, Revkin 2021)
        dread:   rise = alarm x residents executed per 100,000 and week x share held, fall = 1 / calm
        services: rise = repair x share of needs paid
        resistance: rise = organising (1 - support) exp(resistance_log), fall = suppression x fighters per 100 residents

    Executions of residents run at coercion (1/2 + dread) presence a week. Contributions of mechanisms add to each.
    """

    title: ClassVar[str] = "Residents' lives and opinions"

    opinion: Scalar = parameter("weeks", "Time over which residents' acceptance follows the services they get.")
    coercion: Scalar = parameter(
        "executed per resident and week", "Rate of executions of residents at a dread of one half."
    )
    alarm: Scalar = parameter(
        "per week at one executed in 100,000",
        "Rise of dread at one execution among 100,000 residents in a week.",
    )
    calm: Scalar = parameter("weeks", "Time over which dread fades.")
    repair: Scalar = parameter("per week", "Rate of repair of services when their upkeep is paid in full.")
    organising: Scalar = parameter("per week", "Rate at which residents who do not accept its rule organise.")
    suppression: Scalar = parameter(
        "per week at one fighter in 100 residents",
        "Rate at which resistance is broken at one fighter in 100 residents.",
    )

    def __call__(
        self, sensed: Sensed, sums: Effects, fought: Fought, joined: Count, paid: Scalar, draw: Draws
    ) -> tuple[Districts, Count, Count]:
        """Districts after the week, residents who fled, residents executed."""
        d, n = sensed.districts, sensed.districts.control.shape[0]
        rate = sums.residents_executed + self.coercion * (0.5 + d.dread) * sensed.presence
        executed = _persons(sensed.held, 1.0 - jnp.exp(-rate), draw.uniform((n,), 0))
        flight = sums.flight * jnp.exp(jnp.minimum(sums.flight_log, 6.0))
        fled = _persons(sensed.held, 1.0 - jnp.exp(-flight), draw.uniform((n,), 1))
        left = d.residents - joined
        executed = jnp.minimum(executed, left)
        fled = jnp.minimum(fled, left - executed)
        target = d.services * sensed.world.constituency
        turn = 1.0 / self.opinion
        thick = 100.0 * sensed.posted / jnp.maximum(d.residents, 1000)
        per_100k = 1e5 * rate
        after = Districts(
            control=fought.control,
            residents=left - executed - fled,
            support=settled(d.support, sums.support_rise + turn * target, sums.support_fall + turn * (1 - target)),
            dread=settled(
                d.dread, sums.dread_rise + self.alarm * per_100k * d.control, sums.dread_fall + 1 / self.calm
            ),
            services=settled(d.services, sums.services_rise + self.repair * paid, sums.services_fall),
            resistance=settled(
                d.resistance,
                (sums.resistance_rise + self.organising * (1 - d.support)) * jnp.exp(sums.resistance_log),
                sums.resistance_fall + self.suppression * thick,
            ),
            wells=settled(d.wells, sums.wells_rise, sums.wells_fall),
            ruled=d.ruled + d.control,
        )
        return after, fled, executed


def _persons(of: Count, probability: Float[Array, " districts"], u: Float[Array, " districts"]) -> Count:
    """Whole persons among `of`: the expected number, rounded up or down by chance `u`."""
    return jnp.floor(of * probability + u).astype(jnp.int32)
