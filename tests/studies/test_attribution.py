"""Attribution: known worths are shared as they must be, and real runs give the same however they were stopped."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest

from fissure.cases.loader import load_case
from fissure.engine.plan import plan_of
from fissure.engine.progress import Silent
from fissure.errors import FissureError, StoppedError
from fissure.model.catalogue import mechanism_classes, parameters_of
from fissure.studies import attribution as study
from fissure.studies.attribution import Size, explain, most_runs
from fissure.studies.outcomes import outcomes_of

ASKED = ("deserted", "territory@2014-08-31")
NAMES = tuple(mechanism_classes())
GROUP = {name: kind.group() for name, kind in mechanism_classes().items()}
SMALL = Size(groups=3, sampled=6, least=2, strongest=3, pairs=2, error=0.9)
WEIGHTS = {name: 0.01 * (n + 1) for n, name in enumerate(NAMES)} | {
    "desertion": -7.0,
    "air-strikes": 5.0,
    "splinter": 3,
}
PAIR, WORTH = ("air-strikes", "splinter"), 2.0


@dataclass
class Known:
    """In place of simulations: the worth of what is on is a sum of weights, and more where two are on together."""

    plan: object
    asked: tuple
    folder: Path
    ran: list = field(default_factory=list)
    draws: object = None

    def measure(self, jobs, phase):
        self.ran = list(dict.fromkeys([*self.ran, *jobs]))

    def finished(self, scenarios, members):
        return list(members)

    def values(self, scenario, members):
        on = set(NAMES) - set(scenario.off)
        worth = 40 + sum(WEIGHTS[name] for name in sorted(on)) + (WORTH if on.issuperset(PAIR) else 0)
        return np.array([[worth * (1 + 0.1 * (member % 3)), 0.0] for member in members])

    @property
    def mean(self):
        """Of the factor of members, over the first three."""
        return 1.1


@pytest.fixture(scope="module")
def case():
    return load_case("islamic_state")


def played(case, monkeypatch, size=SMALL):
    """The attribution of the known worths, and who was asked for."""
    made = []

    def of(case, asked, folder, **_):
        plan = plan_of(case, parameters_of(case), seed=1, weeks=12)
        made.append(Known(plan, outcomes_of(asked_names(asked), case, 12), folder))
        return made[0]

    monkeypatch.setattr(study.PairedRuns, "of", of)
    return explain(case, of=ASKED, size=size, weeks=12), made[0]


def asked_names(asked):
    return [one.name for one in asked]


def test_groups_share_what_their_mechanisms_do(case, monkeypatch):
    found, known = played(case, monkeypatch)
    own = Counter()
    for name, weight in WEIGHTS.items():
        own[GROUP[name]] += weight * known.mean
    for name in PAIR:  # what two do together is shared evenly
        own[GROUP[name]] += WORTH / 2 * known.mean
    got = dict(zip(found.groups.players, found.groups.value[:, 0], strict=True))
    assert got == pytest.approx(dict(own), abs=1e-12)
    assert abs(found.groups.value[:, 0].sum() - found.effect.mean[0]) < 1e-13 * abs(found.effect.mean[0])


def test_an_outcome_that_nothing_moves_is_shared_as_exact_zeros(case, monkeypatch):
    found, _ = played(case, monkeypatch)
    for own in (found.groups, found.every, found.strongest):
        assert (own.value[:, 1] == 0).all() and (own.low[:, 1] == 0).all() and (own.high[:, 1] == 0).all()
    assert np.isnan(found.reached[1]) and np.isnan(found.paired[1])


def test_inside_outside_and_what_takes_both(case, monkeypatch):
    found, known = played(case, monkeypatch)
    war = sum(weight for name, weight in WEIGHTS.items() if GROUP[name] == "war")
    assert GROUP["air-strikes"] == "war" and GROUP["splinter"] != "war"
    assert found.blocks.outside.mean[0] == pytest.approx(war * known.mean)
    assert found.blocks.inside.mean[0] == pytest.approx((sum(WEIGHTS.values()) - war) * known.mean)
    assert found.blocks.interaction.mean[0] == pytest.approx(WORTH * known.mean)


def test_the_strongest_are_the_largest_either_way_and_are_played_in_pairs(case, monkeypatch):
    found, _ = played(case, monkeypatch)
    assert found.strongest.players == found.pairs.players == ("desertion", "air-strikes", "splinter")
    i, j = (found.pairs.players.index(name) for name in PAIR)
    mean = np.mean([1.0, 1.1])  # of the two members of that game
    together = found.pairs.interaction.mean[:, :, 0]
    assert together[i, j] == together[j, i] == pytest.approx(WORTH * mean)
    assert together[0, 0] == pytest.approx(-7.0 * mean) and together[0, j] == pytest.approx(0, abs=1e-12)
    halves = np.diag(together) + (together.sum(axis=1) - np.diag(together)) / 2
    assert halves == pytest.approx(found.strongest.value[:, 0])


def test_sampled_values_of_what_adds_up_are_exact_for_each_order(case, monkeypatch):
    found, known = played(case, monkeypatch, Size(groups=2, sampled=3, least=3, pairs=0))
    got = dict(zip(found.every.players, found.every.value[:, 0], strict=True))
    alone = [name for name in NAMES if name not in PAIR]
    assert {name: got[name] for name in alone} == pytest.approx({n: WEIGHTS[n] * known.mean for n in alone})
    assert found.every.value[:, 0].sum() == pytest.approx(found.effect.mean[0] / np.mean([1, 1.1]) * 1.1)
    assert found.strongest is None and found.pairs is None


def test_sampling_stops_where_the_error_is_reached_and_else_at_its_last_member(case, monkeypatch):
    assert played(case, monkeypatch)[0].every.members == 2
    exact = Size(groups=2, sampled=7, least=2, pairs=0, error=1e-9)
    assert played(case, monkeypatch, exact)[0].every.members == 7


@pytest.mark.parametrize(
    "size",
    [
        Size(groups=3, sampled=6, least=2, strongest=3, pairs=2, error=1e-9),
        Size(groups=2, sampled=3, least=2, pairs=0, error=1e-9),
        Size(groups=2, sampled=2, least=2, strongest=4, pairs=5, error=1e-9),
    ],
)
def test_it_says_how_many_runs_it_takes_at_most(case, monkeypatch, size):
    _, known = played(case, monkeypatch, size)
    assert most_runs(size) - 2 * size.pairs <= len(known.ran) <= most_runs(size)  # chains may share a coalition or two


def test_a_coalition_switches_off_just_the_others(case, monkeypatch):
    _, known = played(case, monkeypatch)
    groups = [set(one.off) for one, member in known.ran[:32] if member == 0]
    assert len({frozenset(off) for off in groups}) == 32
    for off in groups:
        of = {GROUP[name] for name in off}
        assert off == {name for name in NAMES if GROUP[name] in of}
    last = [set(one.off) for one, member in known.ran if member == 1][-7:]  # everything on was run before
    strongest = {"desertion", "air-strikes", "splinter"}
    assert all(off and off <= strongest for off in last)
    assert all(one.moves == () and one.since is None for one, _ in known.ran)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (Size(groups=1), "expected a whole number from 2"),
        (Size(sampled=1), "expected a whole number from 2"),
        (Size(sampled=4), "expected a whole number from 2 to 4"),
        (Size(strongest=13), "13, expected a whole number from 2 to 12"),
        (Size(pairs=1), "found one member for the strongest"),
        (Size(error=0.0), "found the error 0, expected a share between 0 and 1"),
    ],
)
def test_sizes_that_say_nothing_are_refused(case, size, words):
    with pytest.raises(FissureError, match=words):
        explain(case, size=size)


TINY = Size(groups=2, sampled=2, least=2, strongest=2, pairs=2)


def real(case, out, progress=None):
    return explain(case, of=ASKED, size=TINY, weeks=30, units=24, slots=20, out=out, progress=progress)


class Stops(Silent):
    """The user presses Ctrl-C in the middle of the sampling."""

    sampling = False

    def phase(self, name):
        self.sampling = name.startswith("mechanisms")

    def advance(self, done, total, seconds, ns):
        if self.sampling and done > total / 2:
            raise KeyboardInterrupt


FEW = ("desertion", "recruitment", "splinter", "tax-rises", "tribal-revolt", "air-strikes", "ground-offensives")


def test_what_was_stopped_goes_on_to_the_same_numbers(case, tmp_path, monkeypatch):
    few = {name: kind for name, kind in mechanism_classes().items() if name in FEW}  # the others stay on
    monkeypatch.setattr(study, "mechanism_classes", lambda: few)
    whole = real(case, tmp_path / "whole")
    with pytest.raises(StoppedError, match="ask for it again to go on"):
        real(case, tmp_path / "parts", Stops())
    again = real(case, tmp_path / "parts")
    for name in ("with_all", "without_any", "effect"):
        assert (np.array(getattr(whole, name)) == np.array(getattr(again, name))).all()
    for name in ("groups", "every", "strongest"):
        one, other = getattr(whole, name), getattr(again, name)
        assert one.players == other.players and (one.value == other.value).all()
    assert (whole.pairs.interaction.mean == again.pairs.interaction.mean).all()
    away = np.abs(whole.groups.value.sum(axis=0) - whole.effect.mean)
    assert (away <= 1e-13 * np.abs(whole.groups.value).sum(axis=0)).all()
    assert (whole.effect.mean != 0).any()
