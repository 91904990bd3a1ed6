"""The effect check: intervals and verdicts on known numbers, and a study of small runs that can be stopped."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from fissure.engine.parameter_source import Prior
from fissure.engine.plan import plan_of
from fissure.engine.progress import Silent
from fissure.engine.runner import Threads
from fissure.errors import FissureError, StoppedError
from fissure.files import DamagedBlock
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.measure import mean
from fissure.studies import effects
from fissure.studies.effects import CheckTask, effect_of, effects_of, scenario_of_check, stages
from fissure.studies.paired_runs import PairedRuns
from fissure.studies.scenario import Move, Scenario, moved_world

CHECK = Check("doubt", mean("doubt"), LOWER)
RNG = np.random.default_rng(1)


def found(differences, sign=LOWER, base=10.0):
    base = np.full(len(differences), base)
    return effect_of("pay-gap", replace(CHECK, sign=sign), base + differences, base)


def test_the_interval_is_students_t():
    d = RNG.normal(-1.0, 2.0, 12)
    expected = ttest_1samp(d, 0).confidence_interval(0.95)
    one = found(d)
    assert one.low == pytest.approx(expected.low) and one.high == pytest.approx(expected.high)
    assert one.difference == pytest.approx(d.mean())
    assert one.relative == pytest.approx(10 * d.mean())
    assert one.share == pytest.approx((d < 0).mean())
    assert one.group == "ranks" and one.kind == "without it"


@pytest.mark.parametrize(
    ("differences", "sign", "verdict"),
    [
        ([-1.0, -2.0, -3.0, -2.0], LOWER, "holds"),
        ([-1.0, -2.0, -3.0, -2.0], HIGHER, "contrary"),
        ([1.0, 2.0, 3.0, 2.0], HIGHER, "holds"),
        ([-1.0, 2.0, -3.0, 2.5], LOWER, "not shown"),
        ([-1.0, -1.0, -1.0, -1.0], LOWER, "holds"),
        ([0.0, 0.0, 0.0, 0.0], LOWER, "no effect"),
        ([np.nan, np.nan, np.nan, -2.0], LOWER, "not shown"),
        ([np.nan] * 4, LOWER, "not shown"),
    ],
)
def test_verdicts(differences, sign, verdict):
    one = found(np.array(differences), sign)
    assert one.verdict == verdict
    assert one.holds == (verdict == "holds")
    assert one.members == np.isfinite(differences).sum()


def test_members_without_a_number_are_left_out():
    d = np.array([-1.0, np.nan, -2.0, -1.5, np.inf])
    assert found(d) == found(d[[0, 2, 3]])


def test_members_are_doubled_up_to_the_most():
    assert stages(48) == [16, 32, 48]
    assert stages(100) == [16, 32, 64, 100]
    assert stages(16) == [16] and stages(5) == [5]


# --- A study whose runs are made up: (members, weeks) numbers that are known ---


class Known(CheckTask):
    """Runs that are made up: a changed run lowers doubt by what `shift` says; counts how often it was asked."""

    def __init__(self, plan, shift):
        super().__init__(None, plan, Prior())
        self.__dict__ |= {"shift": shift, "asked": []}

    def prepare(self):
        pass

    def records(self, call):
        scenario, members = call[0][0], [member for _, member in call]
        self.asked.append((scenario, tuple(members)))
        luck = np.array([np.random.default_rng(m).normal() for m in members])
        change = 0.0 if scenario == scenario.base else np.array([self.shift(scenario, m) for m in members])
        return {"doubt": np.repeat((5.0 + luck + change)[:, None, None], 3, 1).repeat(2, 2)}


def effects_in(folder, task, names, members, threads=1, progress=None):
    return effects_of(PairedRuns(task, folder, (), Threads(threads), progress or Silent()), names, members)


@pytest.fixture(autouse=True)
def all_known(monkeypatch):
    """Made-up runs have no world in which a driver could be looked for."""
    known = effects.require_known
    monkeypatch.setattr(effects, "require_known", lambda one, task: isinstance(task, Known) or known(one, task))


@pytest.fixture(scope="module")
def plan(case):
    return plan_of(case, parameters_of(case), seed=7, weeks=4, units=16, slots=8, width=4)


@pytest.fixture
def only(monkeypatch):
    """Give mechanisms the checks that a test wants, and all others none."""

    def only(**checks):
        for name, kind in mechanism_classes().items():
            monkeypatch.setattr(kind, "checks", tuple(checks.get(name.replace("-", "_"), ())))

    return only


def strong(variant, member):
    return -1.0


def noise(variant, member):
    return (-1.0) ** member


def test_a_check_that_holds_stops_and_one_that_does_not_goes_on(plan, only, tmp_path):
    only(pay_gap=[CHECK], contagion=[CHECK])
    known = Known(plan, lambda v, m: -1.0 if v.off == ("pay-gap",) else (-1.0) ** m)
    contagion, pay_gap = effects_in(tmp_path, known, ["pay-gap", "contagion"], 40)
    assert (pay_gap.verdict, pay_gap.members) == ("holds", 16)
    assert (contagion.verdict, contagion.members) == ("not shown", 40)
    runs = [(v.off, m) for v, m in known.asked]
    assert len(runs) == len(set(runs))
    assert sum(len(m) for off, m in runs if off == ("contagion",)) == 40
    assert sum(len(m) for off, m in runs if off == ()) == 40


def test_what_is_kept_is_not_made_again(plan, only, tmp_path):
    only(pay_gap=[CHECK])
    first = effects_in(tmp_path, Known(plan, noise), ["pay-gap"], 20)
    known = Known(plan, strong)
    assert effects_in(tmp_path, known, ["pay-gap"], 20) == first
    assert not known.asked


@pytest.mark.parametrize("spoil", [lambda data: data[:40], lambda data: data[:-1] + b"9"], ids=["cut", "9"])
def test_a_damaged_file_is_named_and_made_again(plan, only, tmp_path, spoil):
    only(pay_gap=[CHECK])
    first = effects_in(tmp_path, Known(plan, strong), ["pay-gap"], 8)
    one = sorted(tmp_path.rglob("*.npz"))[1]
    sound = one.read_bytes()
    one.write_bytes(spoil(sound))
    known = Known(plan, strong)
    with pytest.warns(DamagedBlock, match=rf"{one.name}: these runs are damaged and are simulated again"):
        assert effects_in(tmp_path, known, ["pay-gap"], 8) == first
    assert one.read_bytes() == sound
    assert len({m for _, m in known.asked}) == 1


class Impatient(Silent):
    """Presses Ctrl-C after a few runs."""

    def advance(self, done, total, seconds, ns):
        if done >= 12:
            raise KeyboardInterrupt


def test_a_stopped_study_goes_on_to_the_same_bytes(plan, only, tmp_path):
    only(pay_gap=[CHECK], contagion=[CHECK])
    whole = effects_in(tmp_path / "whole", Known(plan, noise), ["pay-gap", "contagion"], 24, threads=2)
    with pytest.raises(StoppedError, match="go on"):
        effects_in(tmp_path / "cut", Known(plan, noise), ["pay-gap", "contagion"], 24, progress=Impatient())
    kept = list((tmp_path / "cut").rglob("*.npz"))
    assert 0 < len(kept) < len(list((tmp_path / "whole").rglob("*.npz")))
    assert effects_in(tmp_path / "cut", Known(plan, noise), ["pay-gap", "contagion"], 24) == whole
    for path in (tmp_path / "whole").rglob("*.npz"):
        assert (tmp_path / "cut" / path.relative_to(tmp_path / "whole")).read_bytes() == path.read_bytes()


def test_checks_that_need_the_same_run_share_it(plan, only, tmp_path):
    driven = Check("doubt", mean("doubt"), LOWER, {"world.strikes": 2.0}, "twice as many strikes")
    only(pay_gap=[CHECK, replace(CHECK, observable="doubt again"), driven], contagion=[driven])
    known = Known(plan, strong)
    assert len(effects_in(tmp_path, known, mechanism_classes(), 4)) == 4
    assert len(known.asked) == 3  # as it is, without pay-gap, more strikes


def test_a_measure_must_give_one_number_a_member(plan, only, tmp_path):
    only(pay_gap=[Check("doubt", lambda run, paired: run["doubt"].mean(axis=0), LOWER)])
    with pytest.raises(FissureError, match=r"not one run could be made .*one for each member"):
        effects_in(tmp_path, Known(plan, strong), ["pay-gap"], 4)


# --- Drivers and settings ---


def test_a_driver_moves_what_it_names_and_nothing_else(case, plan):
    task = CheckTask(case, plan, Prior())
    names = [p.name for p in task.parameters]
    twice = Scenario(moves=(Move("treasury.war", "times", 2.0),))
    as_it_is, changed = (task.moved([(one, 3), (one, 5)]) for one in (Scenario(), twice))
    at = names.index("treasury.war")
    np.testing.assert_array_equal(changed[:, at], 2 * as_it_is[:, at])
    np.testing.assert_array_equal(np.delete(changed, at, 1), np.delete(as_it_is, at, 1))


def test_a_driver_moves_the_world(case, plan):
    world = CheckTask(case, plan, Prior()).world
    changed = moved_world(world, [Move("world.strikes", "times", 3.0)])
    np.testing.assert_array_equal(changed.strikes, 3 * world.strikes)
    np.testing.assert_array_equal(changed.exchange, world.exchange)


def test_a_setting_is_held_in_both_runs(case, plan, only):
    only(pay_gap=[Check("doubt", mean("doubt"), LOWER, fix={"treasury.war": 1.5})])
    task, scenario = CheckTask(case, plan, Prior()), scenario_of_check("pay-gap", 0)
    at = [p.name for p in task.parameters].index("treasury.war")
    for one in (scenario, scenario.base):
        values = task.moved([(one, member) for member in range(3)])
        assert len(set(values[:, at])) == 1 and len(set(values[:, at + 1])) == 3
    assert scenario.off == ("pay-gap",) and scenario.base.off == ()


def test_drivers_of_all_mechanisms_exist_and_leave_shares_shares(case, plan):
    task = CheckTask(case, plan, Prior())
    names = [p.name for p in task.parameters]
    for name, kind in mechanism_classes().items():
        for at, check in enumerate(kind.checks):
            scenario = scenario_of_check(name, at)
            effects.require_known(scenario, task)
            call = [(scenario, member) for member in range(48)]
            for driver, factor in check.driver.items():
                if driver in names:
                    n = names.index(driver)
                    np.testing.assert_array_equal(task.moved(call)[:, n], task.values(call)[:, n] * factor)


@pytest.mark.parametrize("name", ["world.strike", "world.residents", "treasury.warr", "pay-gap.on"])
def test_a_driver_that_does_not_exist_is_refused(case, plan, name):
    with pytest.raises(ValueError, match=name):
        effects.require_known(Scenario(moves=(Move(name, "times", 2.0),)), CheckTask(case, plan, Prior()))


def test_real_runs_share_their_luck_and_any_number_of_threads_gives_the_same(case, plan, only, tmp_path):
    only(desertion=[Check("deserters", mean("deserted"), LOWER)], bloc_clash=[Check("pay", mean("pay_scale"), LOWER)])
    small = CheckTask(case, replace(plan, weeks=12), Prior())
    one = effects_in(tmp_path / "one", small, ["desertion", "bloc-clash"], 6)
    two = effects_in(tmp_path / "two", small, ["desertion", "bloc-clash"], 6, threads=2)
    assert one == two
    assert [effect.verdict for effect in one][1] == "no effect"
    assert one[0].relative == pytest.approx(-100) and one[0].share > 0


# --- The whole ---


def test_bad_input_is_refused(case, tmp_path):
    for asked, words in (
        ({"mechanisms": ["pay-gapp"]}, "pay-gap'"),
        ({"members": 1}, "members"),
        ({"weeks": 999}, "weeks"),
    ):
        with pytest.raises(FissureError, match=words):
            effects.check(case, **{"out": tmp_path / "out", **asked})
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FissureError, match="is a file"):
        effects.check(case, out=tmp_path / "file")
    assert not (tmp_path / "out").exists()
