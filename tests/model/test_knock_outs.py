"""Each mechanism moves something the way its source says: paired runs, with and without it, at full scale.

A first, reduced form. For `contagion`, `overextension` and `pay-cuts` it looks at an easier observable (all desertions,
late territory, grievance) than their rows of effects name (clustering, ground lost per operation, desertion).

Every pair shares parameters and luck, so the difference is what the mechanism did. The full form, with more members
and an interval for every row, is a command of its own.
"""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.random import seed_words
from fissure.engine.simulate import simulate_block
from fissure.model.catalogue import build, mechanism_classes, parameters_of, prior_values
from fissure.model.world import world_of

MEMBERS, WEEKS = 6, 110
LOCAL, FOREIGN = 0, 1


def total(name, *index):
    return lambda r: r[name][(slice(None), slice(None), *index)].reshape(MEMBERS, -1).sum(1)


def mean(name, *index, late=False):
    weeks = slice(WEEKS // 2, None) if late else slice(None)
    return lambda r: r[name][(slice(None), weeks, *index)].reshape(MEMBERS, -1).mean(1)


def attempts(r):
    return (r["deserted"] + r["jailed"]).sum(axis=(1, 2)) + r["executed_members"].sum(axis=(1, 2))


def deaths_ratio(r):
    """Deaths of locals to those of foreigners, per fighter, in strikes and ground fighting."""
    dead = r["killed"][:, :, :2].sum(axis=(1, 2))
    return (
        (dead[:, LOCAL] + 1) / (dead[:, FOREIGN] + 1) * (r["fighters"][:, :, 1].sum(1) / r["fighters"][:, :, 0].sum(1))
    )


def strike_deaths_ratio(r):
    """Deaths from the air at rural posts to those in town, per fighter posted."""
    rural = (r["rural_share"] * r["fighters"]).sum(axis=(1, 2))
    urban = r["fighters"].sum(axis=(1, 2)) - rural
    dead = r["killed_by_strikes_post"].sum(1)
    return (dead[:, 0] + 1) / (dead[:, 1] + 1) * urban / rural


LOWER, HIGHER = -1, 1
CHECKS = [  # mechanism, what it moves, and which way that moves without it
    ("pay-gap", mean("grievance", LOCAL), LOWER),
    ("pay-gap", total("deserted", LOCAL), LOWER),
    ("unequal-posting", deaths_ratio, LOWER),
    ("unequal-posting", mean("grievance", LOCAL), LOWER),
    ("strikes-spare-cities", strike_deaths_ratio, LOWER),
    ("disillusion", total("deserted", FOREIGN), LOWER),
    ("desertion", attempts, LOWER),
    ("deterrence", attempts, HIGHER),
    ("punishment-backfire", mean("wish_to_leave"), LOWER),
    ("contagion", total("deserted"), LOWER),
    ("recruitment", total("recruits"), LOWER),
    ("overextension", mean("territory_km2", late=True), HIGHER),
    ("doctrinal-line", mean("doubt"), LOWER),
    ("purge-of-doubters", mean("fear"), LOWER),
    ("purge-of-doubters", total("killed", 2), LOWER),
    ("bloc-clash", total("killed", 3), LOWER),
    ("oil-and-smuggling", total("income_musd", 0), LOWER),
    ("pay-cuts", mean("grievance", late=True), LOWER),
    ("tax-rises", mean("tax_rate", late=True), LOWER),
    ("tax-rises", mean("support", late=True), HIGHER),
    ("flight-of-residents", mean("residents", late=True), HIGHER),
    ("service-decay", mean("services"), HIGHER),
    ("service-decay", mean("support"), HIGHER),
    ("statehood-promise", total("recruits"), HIGHER),
    ("unmasking", mean("support", late=True), HIGHER),
    ("fear-without-alternative", mean("resisters"), HIGHER),
    ("repression-recruits", mean("resisters"), LOWER),
    ("air-strikes", total("killed_by_strikes"), LOWER),
    ("ground-offensives", mean("territory_km2", late=True), HIGHER),
    ("broken-myth", mean("doubt"), LOWER),
]


@pytest.fixture(scope="module")
def runs():
    """The record of the same members with all mechanisms, and with each one off."""
    case = load_case("islamic_state")
    parameters = parameters_of(case)
    names = [p.name for p in parameters]
    z = 0.5 * np.random.default_rng(5).standard_normal((MEMBERS, len(parameters)))
    z[:, names.index("bloc-clash.rate")] = 3.0  # rare by its prior: make it seen in two years
    z[:, names.index("start.treasury")] = -2.0  # and money short enough for pay cuts and tax rises
    z[:, names.index("treasury.war")] = 2.0
    z[:, names.index("treasury.cushion")] = 1.0
    values = prior_values(parameters, z)
    coalitions = [(), *[(name,) for name in mechanism_classes()]]
    models = [build(parameters, values, off) for off in coalitions]
    stacked = jax.tree.map(lambda *x: jnp.concatenate(x), *models)
    members = jnp.tile(jnp.arange(MEMBERS), len(coalitions))
    record = simulate_block(stacked, members, world_of(case), seed_words(3), weeks=WEEKS, width=4)
    arrays = {k: np.asarray(v, float) for k, v in record.items()}
    return {off: {k: v[i * MEMBERS : (i + 1) * MEMBERS] for k, v in arrays.items()} for i, off in enumerate(coalitions)}


def test_every_mechanism_has_a_check():
    assert {name for name, _, _ in CHECKS} == set(mechanism_classes())


@pytest.mark.parametrize(("name", "observable", "sign"), CHECKS)
def test_knock_out(runs, name, observable, sign):
    difference = sign * (observable(runs[(name,)]) - observable(runs[()]))
    assert difference.mean() > 0
    assert (difference > 0).mean() >= 0.8, difference
