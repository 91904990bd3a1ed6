"""Campaigns: opponents' forces that set out, fight, hold what they took and go home."""

from typing import ClassVar

import equinox as eqx
import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.model.parameters import parameter
from fissure.model.sense import Sensed
from fissure.model.state import ASSAULT, LOST, Opponents

Scalar = Float[Array, ""]
PerDistrict = Float[Array, " districts"]
ByOpponent = Float[Array, "opponents districts"]
ByKind = Float[Array, "kinds opponents districts"]
HOME = 4.0  # weeks in which a force whose campaign is over goes home


class Mustered(eqx.Module):
    """Who of the opponents stands where this week, and what for; fighters by opponent and district."""

    assaults: ByOpponent  # attacking on campaign
    rings: ByOpponent  # cutting off from the rest
    begun: ByKind  # sent out this week


class Campaigns(eqx.Module):
    """Each opponent has so many fighters beside its garrisons of the first day; what it sends out it draws from them.

        free     f = numbers - on campaign - those who stayed as garrisons - dead of campaigns not yet replaced
        sent     what is asked for, or f shared out in proportion where that is less                 whole fighters
        ends     when all of the ground there is taken, or after `duration` weeks without that
        joined   by those sent to a place where others of theirs fight or are on their way home, who turn back; it has
                 then gone on for the mean of all of them
        effort   1 while it goes on, then 3/4, 1/2, 1/4, 0 over the four weeks of the way home
        stays    of a force that assaulted `stay` x share of the ground not held by the group, as garrison; the rest,
                 and all of a ring, is free again
        dead     d' = (d + killed) / (1 + 1 / replaced)              of garrisons by place, of campaigns by opponent

    So attackers do not add up for ever: who fights at one place is missing at another, and the dead are missing
    everywhere until they are replaced (on armies as stocks that are drawn on and refilled: Biddle 2004; Lanchester with
    reinforcement: Taylor 1983).
    """

    title: ClassVar[str] = "Opponents' campaigns"

    duration: Scalar = parameter("weeks", "Time for which an opponent keeps up a campaign that does not succeed.")
    stay: Scalar = parameter("share", "Share of a force that stays as garrison where all ground was taken.")
    replaced: Scalar = parameter("weeks", "Time in which opponents replace their dead.")

    def muster(self, sensed: Sensed, asked: ByKind) -> tuple[Opponents, Mustered]:
        """Send out what is `asked` for, as far as it goes, and tell who stands where.

        None is sent where the group holds nothing.
        """
        opponents = sensed.opponents
        asked = asked * sensed.exposed_ground
        granted = jnp.minimum(sensed.free / jnp.maximum(asked.sum(axis=(0, 2)), 1.0), 1.0)
        begun = jnp.floor(asked * granted[:, None])
        new = begun > 0
        force = opponents.force + begun
        after = Opponents(
            force=force,
            age=jnp.where(new, opponents.age * opponents.force / jnp.maximum(force, 1.0), opponents.age),
            over=jnp.where(new, 0.0, opponents.over),
            stayed=opponents.stayed,
            bled=opponents.bled,
            fallen=opponents.fallen,
        )
        assaults, rings = after.force * jnp.maximum(1.0 - after.over / HOME, 0.0)
        return after, Mustered(
            assaults=assaults,
            rings=rings,
            begun=begun,
        )

    def after(
        self, opponents: Opponents, control: PerDistrict, dead: ByOpponent, dead_garrisons: ByOpponent
    ) -> tuple[Opponents, ByKind]:
        """Their forces once the week was fought, given who of assaults and of garrisons was killed.

        `control` is the share held by the group after the week. Also whose campaign ended in it, or was wiped out:
        fighters, as many as there were before the week.
        """
        left = jnp.maximum(opponents.force - jnp.stack([dead, jnp.zeros_like(dead)]), 0.0)
        age = opponents.age + 1.0
        ended = (opponents.over > 0) | (control < LOST) | (age >= self.duration)
        over = jnp.where(ended & (left > 0), opponents.over + 1.0, 0.0)
        home = over >= HOME
        stays = jnp.where(home[ASSAULT], self.stay * left[ASSAULT] * (1.0 - control), 0.0)
        fade = 1.0 + 1.0 / self.replaced
        forces = Opponents(
            force=jnp.where(home, 0.0, left),
            age=jnp.where(home | (left <= 0), 0.0, age),
            over=jnp.where(home, 0.0, over),
            stayed=opponents.stayed + stays,
            bled=(opponents.bled + dead_garrisons) / fade,
            fallen=(opponents.fallen + dead.sum(axis=1)) / fade,
        )
        over_now = (ended | (left <= 0)) & (opponents.over <= 0)
        return forces, jnp.where(over_now, opponents.force, 0.0)
