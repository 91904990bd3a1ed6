"""The exponential function as fighters need it: for each of them, in each week, thousands of times a second.

XLA's own serves any argument to the last bit and is the dearest thing in a week. This one is a polynomial in the
fraction of the exponent, which a processor's vectors do in a dozen steps. It makes no number of the model less exact
than it was: hazards become chances, and chances meet luck in steps of 2^-24.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

_LOG2E = 1.4426950408889634
_OF_TWO = (1.0, 0.693146977, 0.240222421, 0.0555073374, 0.00967151264, 0.00132647272)
"""2^f = sum of these times f^k for f in [-1/2, 1/2]: least greatest relative error (Remez) with 2^0 = 1, 9.1e-8."""


def exp(x: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
    """e^x in `float32`: exactly 1 at 0, else with a relative error below 7e-7 within 10 of 0 and 5e-6 elsewhere.

    2^n 2^f, where n + f = x / log 2 and n is whole. Below -87.3 it is 1.2e-38, above 88 it is 1.7e38.
    """
    y = jnp.clip(x * jnp.float32(_LOG2E), -126.0, 127.0)
    n = jnp.round(y)
    f = y - n
    power = jnp.float32(_OF_TWO[-1])
    for c in reversed(_OF_TWO[:-1]):
        power = power * f + jnp.float32(c)
    scale = jax.lax.bitcast_convert_type((n.astype(jnp.int32) + 127) << 23, jnp.float32)
    return power * scale
