"""Studies on a cluster: the same numbers as threads here make, also where workers come, go and are killed."""

import json
import os
import random
import signal
from contextlib import ExitStack

import numpy as np
import pytest
from tests.clusters import joining, scheduling
from tests.own_case import written

import fissure
from fissure import api
from fissure.engine.cluster import Cluster
from fissure.engine.parameter_source import Prior
from fissure.engine.plan import plan_of
from fissure.engine.progress import Silent
from fissure.engine.runner import Threads
from fissure.model.catalogue import parameters_of
from fissure.present.render import json as in_json
from fissure.studies.effects import CheckTask, effects_of
from fissure.studies.outcomes import SERIES, outcomes_of
from fissure.studies.paired_runs import PairedRuns
from fissure.studies.scenario import AS_IT_IS, scenario_of
from fissure.studies.sensitivity.study import figure_outcomes

SIZE = {"weeks": 30, "units": 24, "slots": 20}


class Kills(Silent):
    """After every few runs one of the workers is killed; it is started anew."""

    def __init__(self, cluster):
        self.cluster, self.killed, self.chance = cluster, [], random.Random(1)

    def advance(self, done, total, seconds, ns):
        if done < total and done // 8 > len(self.killed):
            pids = [*self.cluster._client.run(os.getpid, on_error="ignore").values()]
            self.killed.append(self.chance.choice(sorted({*pids} - {*self.killed})))
            os.kill(self.killed[-1], signal.SIGKILL)


def runs_of(context, folder, workers, progress=None):
    case = context.case
    known = [item for item in context.data if item.observation.id][:3]
    asked = (*outcomes_of(["deserted", "territory@2014-12-31"], case, SIZE["weeks"]), *figure_outcomes(known))
    weekly = {name: one.read for name, one in SERIES.items()}
    return PairedRuns.of(case, asked, folder, weekly=weekly, workers=workers, progress=progress, **SIZE)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::fissure.engine.cluster.ClusterWarning")  # both may be gone at a time
def test_a_killed_worker_changes_no_number(tmp_path):
    context = api.context_of("islamic_state")
    scenarios = [
        AS_IT_IS,
        scenario_of(["desertion"], parameters=context.parameters),
        scenario_of([], ["forcing.strikes=x2"], parameters=context.parameters),
    ]
    jobs = [(scenario, member) for scenario in scenarios for member in range(10)]
    here = runs_of(context, tmp_path / "here", Threads(2))
    here.measure(jobs)
    with Cluster("local:2") as pair:
        kills = Kills(pair)
        there = runs_of(context, tmp_path / "there", pair, kills)
        there.measure(jobs)
        assert len(kills.killed) >= 2
    assert there.plan == here.plan and not there.kept.failed
    for scenario in scenarios:
        np.testing.assert_array_equal(there.values(scenario, range(10)), here.values(scenario, range(10)))
        for name, series in here.series(scenario, range(10)).items():
            np.testing.assert_array_equal(there.series(scenario, range(10))[name], series)


@pytest.mark.slow
def test_checks_find_the_same_on_a_cluster(tmp_path):
    case = api.context_of("islamic_state").case
    plan = plan_of(case, parameters_of(case), seed=7, weeks=12, units=16, slots=8)
    names, found = ["desertion", "pay-gap"], []
    with Cluster("local:1") as one:
        for workers in (Threads(2), one):
            runs = PairedRuns(CheckTask(case, plan, Prior()), tmp_path / str(len(found)), (), workers, Silent())
            found.append(effects_of(runs, names, 8))
    assert found[0] == found[1]


STUDIES = {
    "check": lambda case, **to: fissure.check(["desertion", "ground-offensives"], case=case, members=48, **to),
    "explain": lambda case, **to: fissure.explain(case, "deserted", quick=True, members=3, sampled=6, **to),
    "whatif": lambda case, **to: fissure.whatif("no-strikes", case=case, of="deserted", members=60, **to),
    "sensitivity": lambda case, **to: fissure.sensitivity("deserted", case=case, members=400, **to),
    "calibrate": lambda case, **to: fissure.calibrate(case, until="2001-06-30", members=300, **to),
    "hindcast": lambda case, **to: fissure.hindcast(case, ["2001-06-30"], members=40, **to),
}


class ComeAndGo(Silent):
    """A worker joins; whenever a few more runs are there it is killed, and another joins, up to three times.

    Work that five workers in turn were lost with is given up, see `cluster.py`.
    """

    def __init__(self, scheduler):
        self.scheduler, self.others, self.killed = scheduler, ExitStack(), 0
        self.one, self.calls = self.others.enter_context(joining(scheduler)), 0

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.others.close()

    def advance(self, done, total, seconds, ns):
        self.calls += 1
        if self.calls % 4 == 0 and done < total and self.killed < 3:
            self.one.kill()
            self.killed += 1
            self.one = self.others.enter_context(joining(self.scheduler))


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::fissure.engine.cluster.ClusterWarning")
@pytest.mark.parametrize("name", STUDIES)
def test_every_study_finds_the_same_whoever_works_at_it(name, tmp_path):
    case = written(tmp_path / "case", weeks=40)

    def told(where, **how):
        found = STUDIES[name](case, out=tmp_path / where, **how)
        return json.dumps(in_json.render(found.document()), sort_keys=True).replace(str(tmp_path / where), "OUT")

    here = told("here")
    with scheduling(tmp_path) as scheduler, joining(scheduler), ComeAndGo(scheduler) as watch:
        assert told("there", cluster=scheduler, progress=watch) == here
        assert watch.killed, "nobody was killed"
