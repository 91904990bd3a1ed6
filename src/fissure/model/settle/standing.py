"""Standing: fame, leaders, and what members and the public remember."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from fissure.model.effects import Effects, settled
from fissure.model.mechanism import Draws, Luck
from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.settle.ground import Fought

Scalar = Float[Array, ""]
FEWEST = 1e5  # ruled residents; where fewer are ruled, shares are of so many, so that the last village is no world


class Stood(eqx.Module):
    """The organisation's standing after a week, but for its money."""

    prestige: Scalar
    leaders: Int[Array, ""]
    leaders_lost: Int[Array, ""]
    corruption: Scalar
    strain: Scalar
    rift: Scalar
    setback: Scalar
    condemned: Scalar
    plots: Int[Array, "blocs flanks"]
    begun: Int[Array, "blocs flanks"]
    exposed: Int[Array, "blocs flanks"]


class Standing(eqx.Module):
    """Standing of the group, as said and remembered; G and L are shares of ruled residents gained or lost on balance.

        prestige:   rise = news G + S / renown, fall = news L + (1 - S) / renown
        setback:    rise = L, fall = 1 / memory
        corruption, strain:  fall = 1 / memory                 what raises them are mechanisms
        condemned:  m' = (m + weight of the week) / (1 + 1 / memory)        so is the rift
        leaders:    n' = n - lost + (posts - n) / succession   whole persons, by chance
        plots:      p' = p + begun - exposed, each exposed with probability 1 - exp(-exposure)

    Of G and L one is zero in a week: news is the balance, since ground changes hands every week on some front. Shares
    are of ruled residents, or of 100,000 where fewer are ruled. Without news fame goes to what there is to see: S is
    residents ruled over those ruled on the first day, at most 1 (a state that stands keeps its name; reputation as
    belief about strength that is updated by what is seen, Castillo 2014). Contributions of mechanisms add to each.
    """

    title: ClassVar[str] = "Fame, leaders and memory"
    luck: ClassVar[tuple[Luck, ...]] = (Luck((2,)), Luck(("blocs", "flanks"), 1, count=2))

    news: Scalar = parameter(
        "per share of ruled residents", "Rise or fall of prestige when all ruled residents are gained or lost."
    )
    renown: Scalar = parameter("weeks", "Time over which fame goes to what the group still holds.")
    memory: Scalar = parameter("weeks", "Time for which setbacks, quarrels and condemnations are remembered.")
    succession: Scalar = parameter("weeks", "Time in which a leading post that fell vacant is filled.")

    def __call__(self, sensed: Sensed, sums: Effects, fought: Fought, condemnation: Scalar, draw: Draws) -> Stood:
        """Standing after the week, given the weight of scholars' statements in it."""
        org, residents = sensed.organisation, sensed.districts.residents
        ruled = jnp.maximum(sensed.held_residents, FEWEST)
        balance = (jnp.floor(fought.gained * residents).sum() - jnp.floor(fought.lost * residents).sum()) / ruled
        gained, lost = jnp.maximum(balance, 0.0), jnp.maximum(-balance, 0.0)
        stands = jnp.minimum(sensed.held_residents / jnp.maximum(sensed.given.held_residents, 1.0), 1.0)
        fade = 1.0 / self.memory
        fall, rise = draw.uniform((2,), 0)
        fallen = jnp.minimum(jnp.floor(sums.leaders_lost + fall).astype(jnp.int32), org.leaders)
        vacant = jnp.maximum(sensed.given.leaders - org.leaders, 0.0)
        risen = jnp.floor(vacant / jnp.maximum(self.succession, 1.0) + rise).astype(jnp.int32)
        u, v = draw.uniforms(org.plots.shape, 1, count=2)
        begun = jnp.floor(sums.plots * jnp.exp(jnp.minimum(sums.plots_log, 6.0)) + u).astype(jnp.int32)
        exposed = jnp.floor(org.plots * -jnp.expm1(-sums.exposure) + v).astype(jnp.int32)
        exposed = jnp.minimum(exposed, org.plots)
        return Stood(
            prestige=settled(
                org.prestige,
                sums.prestige_rise + self.news * gained + stands / self.renown,
                sums.prestige_fall + self.news * lost + (1.0 - stands) / self.renown,
            ),
            leaders=org.leaders - fallen + risen,
            leaders_lost=fallen,
            corruption=settled(org.corruption, sums.corruption_rise, fade),
            strain=settled(org.strain, sums.strain_rise, fade),
            rift=(org.rift + sums.rift_rise) / (1.0 + fade),
            setback=settled(org.setback, lost, fade),
            condemned=(org.condemned + condemnation) / (1.0 + fade),
            plots=org.plots + begun - exposed,
            begun=begun,
            exposed=exposed,
        )
