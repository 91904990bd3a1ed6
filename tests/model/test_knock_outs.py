"""Each mechanism moves what its checks say: paired runs at full scale, few members, two years.

A reduced form of `fissure check`, without intervals: parameters stay near the middle of their priors, and what is rare
by its prior is made frequent enough to be seen. Every pair shares parameters and luck.
"""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.plan import plan_of
from fissure.engine.random import prior_normals
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies.effects import effect_of
from fissure.studies.paired import Paired, variant_of

MEMBERS, WEEKS, SEED = 6, 110, 3
SEEN = {  # standard-normal positions
    "bloc-clash.rate": 3.0,  # rare by their priors: clashes, splits, risings, urgent operations
    "splinter.rate": 2.5,
    "tribal-revolt.temper": 2.5,
    "compensating-attack.urge": 2.0,
    "start.treasury": -2.0,  # money is short enough for tax rises
    "treasury.war": 2.0,
    "treasury.cushion": 1.0,
}
CHECKS = [(name, check) for name, kind in mechanism_classes().items() for check in kind.checks]


def normals(names, members):
    z = 0.5 * prior_normals(SEED, members, names)
    for name, position in SEEN.items():
        z[:, names.index(name)] = position
    return z


@pytest.fixture(scope="module")
def records():
    """What every run that a check needs records, by its variant."""
    case = load_case("islamic_state")
    parameters = parameters_of(case)
    plan = plan_of(case, parameters, seed=SEED, weeks=WEEKS, width=MEMBERS)
    paired = Paired(case, plan, partial(normals, [p.name for p in parameters]))
    changed = {variant_of(name, check) for name, check in CHECKS}
    variants = sorted(changed | {variant.base for variant in changed})
    for variant in variants:
        paired.require(variant)
    paired.compile()
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(variants, pool.map(lambda v: paired.record(v, range(MEMBERS)), variants), strict=True))


def test_every_mechanism_has_a_check():
    assert [name for name, kind in mechanism_classes().items() if not kind.checks] == []


def faults(records, name, check):
    """What is wrong with the effect of one check."""
    variant = variant_of(name, check)
    run, paired = records[variant], records[variant.base]
    effect = effect_of(name, check, check.measure(run, paired), check.measure(paired, paired))
    if effect.members < MEMBERS - 2 or np.sign(effect.difference) != check.sign or effect.share < 0.5:
        yield f"{name}: {check.observable}: {effect}"  # a member in whom nothing moved counts as not


@pytest.mark.slow
def test_each_moves_what_its_checks_say(records):
    found = [fault for name, check in CHECKS for fault in faults(records, name, check)]
    assert not found, "\n".join(found)
