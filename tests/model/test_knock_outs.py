"""Each mechanism moves what its checks say: paired runs at full scale, few members, two years.

A reduced form of `fissure check`, without intervals: parameters stay near the middle of their priors, and what is rare
by its prior is made frequent enough to be seen. Every pair shares parameters and luck. What the full check does not
show either, so few histories need not.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.parameter_source import Prior
from fissure.engine.plan import plan_of
from fissure.engine.random import prior_normals
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies.effects import CheckTask, effect_of, kept_effects, require_known, scenario_of_check

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


def faults(records, name, at, check):
    """What is wrong with the effect of one check."""
    scenario = scenario_of_check(name, at)
    run, paired = records[scenario], records[scenario.base]
    effect = effect_of(name, check, check.measure(run, paired), check.measure(paired, paired))
    if effect.members < MEMBERS - 2 or np.sign(effect.difference) != check.sign or effect.share < 0.5:
        yield f"{name}: {check.observable}: {effect}"  # a member in whom nothing moved counts as not


@pytest.mark.slow
def test_each_moves_what_its_checks_say(records):
    shown = {(one.mechanism, one.observable, one.kind) for one in kept_effects().effects if one.holds}
    asked = [
        (name, at, check)
        for name, at, check in CHECKS
        if (name, check.observable, check.driven or "without it") in shown
    ]
    assert len(asked) >= len(CHECKS) - 3  # and hardly any is left out
    found = [fault for name, at, check in asked for fault in faults(records, name, at, check)]
    assert not found, "\n".join(found)
