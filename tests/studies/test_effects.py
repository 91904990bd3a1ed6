"""The effect check: intervals and verdicts on known numbers, and a study of small runs that can be stopped."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ttest_1samp

from fissure.engine.plan import plan_of
from fissure.engine.progress import Interrupted, Silent
from fissure.engine.seals import DamagedBlock
from fissure.errors import FissureError
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.model.check import HIGHER, LOWER, Check
from fissure.model.measure import mean
from fissure.studies import effects
from fissure.studies.effects import Study, effect_of, stages
from fissure.studies.paired import Paired, Variant, moved, variant_of

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


class Known:
    """Stands in for `Paired`: a changed run lowers doubt by what `shift` says, and counts how often it was asked."""

    def __init__(self, plan, shift):
        self.plan, self.shift, self.asked = plan, shift, []

    def compile(self):
        pass

    def require(self, variant):
        pass

    def record(self, variant, members):
        self.asked.append((variant, tuple(members)))
        luck = np.array([np.random.default_rng(m).normal() for m in members])
        change = 0.0 if variant == variant.base else np.array([self.shift(variant, m) for m in members])
        return {"doubt": np.repeat((5.0 + luck + change)[:, None, None], 3, 1).repeat(2, 2)}


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
    known = Known(plan, lambda v, m: -1.0 if v.off == "pay-gap" else (-1.0) ** m)
    contagion, pay_gap = Study(known, tmp_path).effects(["pay-gap", "contagion"], 40)
    assert (pay_gap.verdict, pay_gap.members) == ("holds", 16)
    assert (contagion.verdict, contagion.members) == ("not shown", 40)
    runs = [(v.off, m) for v, m in known.asked]
    assert len(runs) == len(set(runs))
    assert sum(len(m) for off, m in runs if off == "contagion") == 40
    assert sum(len(m) for off, m in runs if off == "") == 40


def test_what_is_kept_is_not_made_again(plan, only, tmp_path):
    only(pay_gap=[CHECK])
    first = Study(Known(plan, noise), tmp_path).effects(["pay-gap"], 20)
    known = Known(plan, strong)
    assert Study(known, tmp_path).effects(["pay-gap"], 20) == first
    assert not known.asked


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:40], lambda text: text.replace("[\n", "[\n  9,", 1)], ids=["cut", "9"]
)
def test_a_damaged_file_is_named_and_made_again(plan, only, tmp_path, spoil):
    only(pay_gap=[CHECK])
    first = Study(Known(plan, strong), tmp_path).effects(["pay-gap"], 8)
    one = sorted(tmp_path.rglob("*.json"))[1]
    sound = one.read_text()
    one.write_text(spoil(sound))
    known = Known(plan, strong)
    with pytest.warns(DamagedBlock, match=rf"{one.name}: members 4 to 7 are damaged and are measured again"):
        assert Study(known, tmp_path).effects(["pay-gap"], 8) == first
    assert one.read_text() == sound
    assert {m for _, m in known.asked} == {(4, 5, 6, 7)}


class Impatient(Silent):
    """Presses Ctrl-C after a few runs."""

    def advance(self, done, total, seconds, ns):
        if done >= 12:
            raise KeyboardInterrupt


def test_a_stopped_study_goes_on_to_the_same_bytes(plan, only, tmp_path):
    only(pay_gap=[CHECK], contagion=[CHECK])
    whole = Study(Known(plan, noise), tmp_path / "whole", threads=2).effects(["pay-gap", "contagion"], 24)
    with pytest.raises(Interrupted, match="go on"):
        Study(Known(plan, noise), tmp_path / "cut", progress=Impatient()).effects(["pay-gap", "contagion"], 24)
    kept = list((tmp_path / "cut").rglob("*.json"))
    assert 0 < len(kept) < len(list((tmp_path / "whole").rglob("*.json")))
    assert Study(Known(plan, noise), tmp_path / "cut").effects(["pay-gap", "contagion"], 24) == whole
    for path in (tmp_path / "whole").rglob("*.json"):
        assert (tmp_path / "cut" / path.relative_to(tmp_path / "whole")).read_bytes() == path.read_bytes()


def test_checks_that_need_the_same_run_share_it(plan, only, tmp_path):
    driven = Check("doubt", mean("doubt"), LOWER, {"world.strikes": 2.0}, "twice as many strikes")
    only(pay_gap=[CHECK, replace(CHECK, observable="doubt again"), driven], contagion=[driven])
    known = Known(plan, strong)
    assert len(Study(known, tmp_path).effects(mechanism_classes(), 4)) == 4
    assert len(known.asked) == 3  # as it is, without pay-gap, more strikes


def test_a_measure_must_give_one_number_a_member(plan, only, tmp_path):
    only(pay_gap=[Check("doubt", lambda run, paired: run["doubt"].mean(axis=0), LOWER)])
    with pytest.raises(ValueError, match="one for each member"):
        Study(Known(plan, strong), tmp_path).effects(["pay-gap"], 4)


# --- Drivers and settings ---


def test_a_driver_moves_what_it_names_and_nothing_else(case, plan):
    paired = Paired(case, plan)
    names = [p.name for p in paired.parameters]
    as_it_is, changed = (paired.values(v, [3, 5]) for v in (Variant(), Variant(driver=(("treasury.war", 2.0),))))
    at = names.index("treasury.war")
    np.testing.assert_array_equal(changed[:, at], 2 * as_it_is[:, at])
    np.testing.assert_array_equal(np.delete(changed, at, 1), np.delete(as_it_is, at, 1))


def test_a_driver_moves_the_world(case, plan):
    world = Paired(case, plan).world
    changed = moved(world, {"world.strikes": 3.0})
    np.testing.assert_array_equal(changed.strikes, 3 * world.strikes)
    np.testing.assert_array_equal(changed.exchange, world.exchange)


def test_a_setting_is_held_in_both_runs(case, plan):
    check = Check("doubt", mean("doubt"), LOWER, fix={"treasury.war": 1.5})
    paired, variant = Paired(case, plan), variant_of("pay-gap", check)
    at = [p.name for p in paired.parameters].index("treasury.war")
    for one in (variant, variant.base):
        values = paired.values(one, [0, 1, 2])
        assert len(set(values[:, at])) == 1 and len(set(values[:, at + 1])) == 3
    assert variant.off == "pay-gap" and variant.base.off == ""


def test_drivers_of_all_mechanisms_exist(case, plan):
    paired = Paired(case, plan)
    for name, kind in mechanism_classes().items():
        for check in kind.checks:
            paired.require(variant_of(name, check))


@pytest.mark.parametrize("name", ["world.strike", "world.residents", "treasury.warr", "pay-gap.on"])
def test_a_driver_that_does_not_exist_is_refused(case, plan, name):
    with pytest.raises(ValueError, match=name):
        Paired(case, plan).require(Variant(driver=((name, 2.0),)))


def test_real_runs_share_their_luck_and_any_number_of_threads_gives_the_same(case, plan, only, tmp_path):
    only(desertion=[Check("deserters", mean("deserted"), LOWER)], bloc_clash=[Check("pay", mean("pay_scale"), LOWER)])
    small = Paired(case, replace(plan, weeks=12))
    one = Study(small, tmp_path / "one").effects(["desertion", "bloc-clash"], 6)
    two = Study(small, tmp_path / "two", threads=2).effects(["desertion", "bloc-clash"], 6)
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
