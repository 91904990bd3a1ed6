"""Residents: who flees, who is killed, and what they come to think."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.mechanism import Draws, Luck
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.ground import Fought
from fissure.model.state import Districts

Scalar = Float[Array, ""]
Count = Int[Array, " districts"]


class Lived(eqx.Module):
    """The residents after a week, and their losses in it."""

    districts: Districts
    fled: Count
    executed: Count
    allied: Count  # joined an outside force


class Residents(eqx.Module):
    """Residents of held ground leave at hazards; opinions relax.

        support: towards services x constituency, over `opinion` weeks (people judge rule as they live it, Revkin 2021)
        dread:   rise = alarm x residents executed per 100,000 and week x share held, fall = 1 / calm
        services: rise = repair x share of needs paid x exp(repair_log)
        resistance: rise = organising (1 - support) exp(resistance_log), fall = suppression x fighters per 100 residents

    Those who join an outside force leave with their arms. Contributions of mechanisms add to each.
    """

    title: ClassVar[str] = "Residents' lives and opinions"
    luck: ClassVar[tuple[Luck, ...]] = (Luck(("districts",), count=3),)

    opinion: Scalar = parameter("weeks", "Time over which residents' acceptance follows the services they get.")
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
        self, sensed: Sensed, sums: Effects, fought: Fought, joined: Count, split: Count, paid: Scalar, draw: Draws
    ) -> Lived:
        """Districts after the week, given those who `joined` the group, its fighters who `split`, the share `paid`."""
        d = sensed.districts
        luck = draw.uniforms(d.control.shape, 0, count=3)
        rate = sums.residents_executed + jnp.zeros_like(d.control)
        flight = sums.flight * jnp.exp(jnp.minimum(sums.flight_log, 6.0)) + sums.flight_from_battle
        left = d.residents - joined
        executed = jnp.minimum(_persons(sensed.held, -jnp.expm1(-rate), luck[0]), left)
        fled = jnp.minimum(_persons(sensed.held, -jnp.expm1(-flight), luck[1]), left - executed)
        allied = jnp.floor(sums.allied + luck[2]).astype(jnp.int32)
        allied = jnp.minimum(allied, left - executed - fled)
        target = d.services * sensed.world.constituency
        turn = 1.0 / self.opinion
        thick = 100.0 * sensed.posted / jnp.maximum(d.residents, 1000)
        after = Districts(
            control=fought.control,
            residents=left - executed - fled - allied,
            support=settled(d.support, turn * target, sums.support_fall + turn * (1 - target)),
            dread=settled(d.dread, self.alarm * 1e5 * rate * d.control, 1 / self.calm),
            services=settled(d.services, self.repair * paid * jnp.exp(sums.repair_log), sums.services_fall),
            resistance=settled(
                d.resistance,
                (sums.resistance_rise + self.organising * (1 - d.support)) * jnp.exp(sums.resistance_log),
                sums.resistance_fall + self.suppression * thick,
            ),
            wells=settled(d.wells, sums.wells_rise, sums.wells_fall),
            professionals=settled(d.professionals, jnp.float32(0.0), sums.professionals_fall + 0.0 * rate),
            ruled=d.ruled + d.control,
            plan=fought.plan,
            stores=fought.stores,
            allied=d.allied + allied - _whole(fought.killed_allied, d.allied),
            splinter=d.splinter + split - _whole(fought.killed_splinter, d.splinter),
        )
        return Lived(after, fled, executed, allied)


def _whole(killed: Float[Array, " districts"], of: Count) -> Count:
    """Whole persons who were killed, at most all."""
    return jnp.minimum(jnp.round(killed).astype(jnp.int32), of)


def _persons(of: Count, probability: Float[Array, " districts"], u: Float[Array, " districts"]) -> Count:
    """Whole persons among `of`: the expected number, rounded up or down by chance `u`."""
    return jnp.floor(of * probability + u).astype(jnp.int32)
