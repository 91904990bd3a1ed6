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
Count = Int[Array, "districts"]


class Residents(eqx.Module):
    """Residents of held ground leave at hazards; opinions relax.

        support: towards services x constituency, over `opinion` weeks (people judge rule as they live it, Revkin 2021)
        dread:   rise = alarm x residents executed per 100,000 and week, fall = 1 / calm
        services: rise = repair x share of needs paid
        resistance: rise = organising (1 - support) exp(resistance_log), fall = suppression x fighters per 100 residents

    Executions of residents run at `coercion` a week. Contributions of mechanisms add to each of these.
    """

    title: ClassVar[str] = "Residents' lives and opinions"

    opinion: Scalar = parameter("lognormal", 20, 100, "weeks", "Opinion of a ruler turns over one to two years.")
    coercion: Scalar = parameter(
        "lognormal", 3e-6, 3e-5, "executed per resident and week",
        "SOHR documented 1,878 executed in Syria in the first half year among some 2.5 million ruled: 3e-5 a week, "
        "prisoners of war among them.",
        ("executed-total-cumulative-2014-12-sohr",),
    )  # fmt: skip
    alarm: Scalar = parameter(
        "lognormal", 0.01, 0.1, "per week at one executed in 100,000", "Public killings are meant to be seen.", ("S4-14a",)
    )  # fmt: skip
    calm: Scalar = parameter("lognormal", 10, 60, "weeks", "Fear of a ruler outlasts his last public killing by months.")
    repair: Scalar = parameter("lognormal", 0.005, 0.03, "per week", "Upkeep when paid for in full.", ("S3-03b",))
    organising: Scalar = parameter(
        "lognormal", 2e-4, 2e-3, "per week", "Networks of the unwilling take months to form."
    )
    suppression: Scalar = parameter(
        "lognormal", 0.02, 0.15, "per week at one fighter in 100 residents",
        "Cells were found and broken within months where fighters stood thick.", ("S1-13c",),
    )  # fmt: skip

    def __call__(
        self, sensed: Sensed, sums: Effects, fought: Fought, joined: Count, paid: Scalar, draw: Draws
    ) -> tuple[Districts, Count, Count]:
        """Districts after the week, residents who fled, residents executed."""
        d, n = sensed.districts, sensed.districts.control.shape[0]
        rate = sums.residents_executed + self.coercion * (0.5 + d.dread)
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
            dread=settled(d.dread, sums.dread_rise + self.alarm * per_100k * d.control, sums.dread_fall + 1 / self.calm),
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


def _persons(of: Count, probability: Float[Array, "districts"], u: Float[Array, "districts"]) -> Count:
    """Whole persons among `of`: the expected number, rounded up or down by chance `u`."""
    return jnp.floor(of * probability + u).astype(jnp.int32)
