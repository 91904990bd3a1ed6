"""Functions whose answer is known."""

import numpy as np


def ishigami(u, a=7.0, b=0.1):
    """Of three inputs in (0, 1): the third acts through the first alone."""
    x = np.pi * (2 * u - 1)
    return np.sin(x[:, 0]) + a * np.sin(x[:, 1]) ** 2 + b * x[:, 2] ** 4 * np.sin(x[:, 0])


ISHIGAMI = 13.8446  # its variance
FIRST = {"x1": 0.3139, "x2": 0.4424, "x3": 0.0}
TOTAL = {"x1": 0.5576, "x2": 0.4424, "x3": 0.2437}


def g(u, a):
    """Sobol's g function: the smaller its number, the stronger an input."""
    return np.prod((np.abs(4 * u[:, : len(a)] - 2) + a) / (1 + a), axis=1)


def g_indices(a):
    """First-order and total indices of `g`."""
    own = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + own) - 1
    return own / whole, own * np.prod(1 + own) / (1 + own) / whole
