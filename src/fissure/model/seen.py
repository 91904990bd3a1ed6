"""What members see of what their leadership does."""

import jax.numpy as jnp
from jaxtyping import Array, Float

from fissure.model.sense import Sensed
from fissure.model.state import Cause


def executions_seen(sensed: Sensed) -> Float[Array, " units"]:
    """Members executed for leaving last week, per 1,000 fighters in the country where each unit stands."""
    executed = sensed.flows.by_cause[:, Cause.EXECUTED].astype(jnp.float32)
    country = sensed.world.country
    killed = (executed @ sensed.post) @ country
    fighters = sensed.posted @ country
    return sensed.post @ (country @ (1000.0 * killed / jnp.maximum(fighters, 1000.0)))
