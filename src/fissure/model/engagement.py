"""Engagement: how many of two forces that meet fight in a week, and how many of them fall. One law for both sides.

Not all of a force fights at once: only so many find an enemy to fight, and a front has room for only so many. Of `own`
who meet `enemy`,

    engaged    e = 1 / (1 / own + 1 / (odds enemy) + 1 / front)                    fighters
    fallen     e (1 - exp(-lethality worth e' / (cover e)))                        fighters a week

e': engaged enemies; worth: of one of them, in committed skilled fighters; cover: by how much those who are hit are
protected, 1 in the open. Each engaged enemy hits `lethality x worth / cover` a week, aimed at those who are engaged
(Lanchester 1916, the square law), and no one can be hit twice: shots at targets that grow fewer are spread over them
(the exponential is the law of targets hit at least once by shots that fall at random; Helmbold 1966). Where one side is
much the stronger, the weaker sets how many can fight: then its own losses are in proportion to its own numbers, as in
the guerrilla laws of Deitchman (1962) and of Kress, Caulkins, Feichtinger, Grass and Seidl (2018), and the hazard of
its last fighter stays finite. `front` is the room that ground gives (Biddle 2004 on force-to-space ratios).

So of any two forces: no more fall than are engaged, and no more are engaged than there are; losses vanish with one's
own numbers and with the enemy's; more enemies never kill fewer; who is joined by comrades is never left with fewer.
"""

import jax.numpy as jnp
from jaxtyping import Array, Float

Fighters = Float[Array, "*places"]
Scalar = Float[Array, ""]


def engaged(own: Fighters, enemy: Fighters, odds: Scalar, front: Scalar) -> Fighters:
    """How many of `own` fight the `enemy`, in fighters; none where either is none.

    Args:
        own: fighters of one side, by place.
        enemy: fighters of the other.
        odds: the most fighters who can fight one enemy at once.
        front: the most fighters of a side who find room to fight at one place.

    Returns:
        Fighters by place, less than each of `own`, `odds` x `enemy` and `front`.

    >>> round(float(engaged(jnp.float32(300.0), jnp.float32(100.0), jnp.float32(3.0), jnp.float32(1e9))), 2)
    150.0
    """
    most = jnp.maximum(odds * enemy, _TINY)
    return own * (enemy > 0) / (1.0 + own / most + own / front)


def fallen(hit: Fighters, hitting: Fighters, rate: Fighters) -> Fighters:
    """How many of those engaged fall within a week, in fighters.

    Args:
        hit: engaged fighters of the side that is hit, by place.
        hitting: engaged fighters of the other side.
        rate: whom one of `hitting` would hit in a week if targets never ran short: lethality x worth / cover.

    Returns:
        Fighters by place, at most `hit`, and at most `rate` x `hitting`.

    >>> round(float(fallen(jnp.float32(100.0), jnp.float32(200.0), jnp.float32(0.05))), 2)
    9.52
    """
    return hit * -jnp.expm1(-rate * hitting / jnp.maximum(hit, _TINY))


_TINY = 1e-6
"""Fighters; stands for none where one divides."""
