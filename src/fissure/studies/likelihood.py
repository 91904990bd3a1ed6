"""How likely the published figures are, given what is true in a member.

The measurement model says p(report | truth, bias). A figure has one bias term, so the likelihood of all figures
factors over bias terms, and each factor is an integral over one standard normal b, done by Gauss and Hermite::

    p(y | truth) = prod over biases of  integral N(b) prod over its figures p_i(y_i | m_i(b)) db
    m_i(b)       = floor(truth_i) + lean + spread b
    p_i          = normal density of (y - m) / error                            a number
                 = (Phi((y - m + half) / error) - Phi((y - m - half) / error)) / (2 half)    a range
                 = Phi((y - m) / error)        at most y;        Phi((m - y) / error)        at least y
"""

from collections.abc import Sequence

import numpy as np
from scipy.special import log_ndtr, logsumexp

from fissure.studies.counterpart import Floats
from fissure.studies.measurement import Datum, biases, floored

NODES = 41
SHARP = 1e-3
"""Least error of a figure, on its scale: a figure without an error of its own is not infinitely sharp."""


def log_likelihood(truth: Floats, items: Sequence[Datum]) -> Floats:
    """(members,) logarithm of the likelihood of all `items` given `truth` (members, items)."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(NODES)
    log_weights = np.log(weights) - 0.5 * np.log(2 * np.pi)
    known = floored(truth, items)
    out = np.zeros(len(truth))
    for name in biases(items):
        own = [(at, item) for at, item in enumerate(items) if item.bias == name]
        told = sum(_log_density(item, known[:, at, None] + item.lean + item.spread * nodes) for at, item in own)
        out += logsumexp(told + log_weights, axis=1)
    return out


def _log_density(item: Datum, mean: Floats) -> Floats:
    """Log density (or probability, of a bound) of the published figure given `mean`, of any shape."""
    error = max(item.error, SHARP)
    z = (item.published - mean) / error
    if item.observation.bound == "upper":
        return np.asarray(log_ndtr(z))
    if item.observation.bound == "lower":
        return np.asarray(log_ndtr(-z))
    if item.half > 0:
        h = item.half / error
        # the difference of two tail probabilities, taken in the tail where they are small
        near, far = -np.abs(z) + h, -np.abs(z) - h
        return np.asarray(_log_minus(log_ndtr(near), log_ndtr(far)) - np.log(2 * item.half))
    return np.asarray(-0.5 * z**2 - np.log(error) - 0.5 * np.log(2 * np.pi))


def _log_minus(more: Floats, less: Floats) -> Floats:
    """log(exp(more) - exp(less)) for more > less."""
    return more + np.log1p(-np.exp(np.minimum(less - more, -1e-12)))
