"""Each mechanism moves what its checks say: paired runs at full scale, few members, two years.

A reduced form of `fissure check`: parameters stay near the middle of their priors, and what is rare
by its prior is made frequent enough to be seen. Every pair shares parameters and luck.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.parameter_source import Prior
from fissure.engine.plan import plan_of
from fissure.engine.random import prior_normals
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies.effects import CheckTask, effect_of, require_known, scenario_of_check

MEMBERS, WEEKS, SEED = 16, 110, 3
SEEN = {  # standard-normal positions
    "bloc-clash.rate": 3.0,  # rare by their priors: clashes, splits, risings, urgent operations
    "splinter.rate": 2.5,
    "tribal-revolt.temper": 2.5,
    "compensating-attack.urge": 2.0,
    "start.treasury": -2.0,  # money is short enough for tax rises
    "treasury.war": 2.0,
    "treasury.cushion": 1.0,
}
CHECKS = [(name, at, check) for name, kind in mechanism_classes().items() for at, check in enumerate(kind.checks)]


class Seen(Prior):
    """The prior at half its width, where what is rare is seen."""

    def normals(self, seed, members, names):
        z = 0.5 * prior_normals(seed, members, names)
        for name, position in SEEN.items():
            z[:, names.index(name)] = position
        return z


@pytest.fixture(scope="module")
def records():
    """What every run that a check needs records, by its scenario."""
    case = load_case("islamic_state")
    parameters = parameters_of(case)
    plan = plan_of(case, parameters, seed=SEED, weeks=WEEKS, width=MEMBERS)
    task = CheckTask(case, plan, Seen())
    changed = {scenario_of_check(name, at) for name, at, _ in CHECKS}
    scenarios = sorted(changed | {scenario.base for scenario in changed}, key=str)
    for scenario in scenarios:
        require_known(scenario, task)
    task.prepare()
    calls = [[(scenario, member) for member in range(MEMBERS)] for scenario in scenarios]
    with ThreadPoolExecutor(2) as pool:
        return dict(zip(scenarios, pool.map(task.records, calls), strict=True))


def test_every_mechanism_has_a_check():
    assert [name for name, kind in mechanism_classes().items() if not kind.checks] == []


@pytest.fixture(scope="module")
def effects(records):
    """The effect of each check."""

    def effect(name, at, check):
        scenario = scenario_of_check(name, at)
        run, paired = records[scenario], records[scenario.base]
        return effect_of(name, check, check.measure(run, paired), check.measure(paired, paired))

    return [(effect(name, at, check), check.sign) for name, at, check in CHECKS]


@pytest.mark.slow
def test_nothing_moves_against_what_its_checks_say(effects):
    against = [f"{one.mechanism}: {one}" for one, sign in effects if (one.high < 0 if sign > 0 else one.low > 0)]
    assert not against, "\n".join(against)


@pytest.mark.slow
def test_nearly_all_move_as_their_checks_say(effects):
    """In half of the histories at least; a few effects are too weak for so few histories."""
    lacking = [
        f"{one.mechanism}: {one}"
        for one, sign in effects
        if one.members < MEMBERS // 2 or np.sign(one.difference) != sign or one.share < 0.5
    ]
    assert len(lacking) <= len(effects) // 20, "\n".join(lacking)
