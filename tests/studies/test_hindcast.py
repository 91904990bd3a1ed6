"""Hindcasts of made-up histories: what is asked for, scored, kept and read back; and one of the real model, small."""

from datetime import date, timedelta

import numpy as np
import pytest
import xarray as xr
from synthetic import run as made_up

from fissure.engine import ensemble
from fissure.engine.random import prior_normals
from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger
from fissure.studies.hindcast import FORECASTS, KINDS, Hindcast, hindcast, read_hindcast
from fissure.studies.score import total

DATES = (date(2015, 3, 15), date(2015, 12, 31))


class Fitted:
    """Draws as a fit gives them, told apart by their date."""

    def __init__(self, until: date):
        self.digest = str(until)

    def normals(self, seed, members, names):
        return prior_normals(seed + 1000, members, names)

    def pasts(self, seed, members):
        return np.arange(len(members)) // 2


class Simulated:
    """Stands for `ensemble.run`: made-up histories, different for each seed and draws; keeps what it was asked."""

    def __init__(self):
        self.asked = []

    def __call__(self, case, members, draws, *, seed, out) -> xr.Dataset:
        self.asked.append((case, members, getattr(draws, "digest", ""), seed, out))
        return made_up(case, members, seed=seed + 100 * bool(draws))


@pytest.fixture(scope="module")
def simulated():
    return Simulated()


@pytest.fixture(scope="module")
def found(case, ledger, simulated, tmp_path_factory) -> Hindcast:
    return hindcast(
        case, ledger, DATES, fit=Fitted, members=20, count=3, out=tmp_path_factory.mktemp("out"), simulate=simulated
    )


def test_each_date_has_every_forecast_scored_on_later_figures_only(found, ledger):
    assert [one.date for one in found.dates] == list(DATES)
    for one in found.dates:
        assert tuple(one.scored) == FORECASTS
        for rows in one.scored.values():
            assert rows and all(ledger.observations[row.observation].when > one.date for row in rows)
        assert len(one.scored["known"]) == one.later - one.beyond > 0
        naive = {row.observation for row in one.scored["persistence"]}
        assert naive | set(one.silent) == {row.observation for row in one.scored["known"]}
        assert not naive & set(one.silent)
    assert found.dates[0].later > found.dates[1].later and found.dates[0].known < found.dates[1].known


def test_runs_are_asked_for_in_folders_of_their_own(found, simulated, case):
    asked = [(out.name, out.parent.name, members, draws) for _, members, draws, _, out in simulated.asked]
    first = str(DATES[0])
    assert ("known", first, 20, first) in asked
    assert [(name, n) for name, parent, n, _ in asked if parent == "extrapolated"] == [
        ("0", 7), ("1", 7), ("2", 6), ("0", 7), ("1", 7), ("2", 6)
    ]  # fmt: skip
    assert {draws for name, _, _, draws in asked if name == "prior"} == {""}
    for war, _, _, seed, out in simulated.asked:
        assert (war is case) == (out.parent.name != "extrapolated")
        assert seed == 1 or out.parent.name == "extrapolated"


@pytest.mark.thorough
def test_probabilities_of_collapse_rise_to_a_share_of_the_members(found):
    for one in found.dates:
        assert {(c.kind, c.what) for c in one.collapse} == {(k, w) for k in KINDS for w in ("territory", "fighters")}
        for collapse in one.collapse:
            share = np.array(collapse.share)
            assert collapse.members == 20 and len(share) == found.weeks
            assert (np.diff(share) >= 0).all() and share[0] >= 0 and share[-1] <= 1
    collapse = found.dates[0].chance("known")
    assert collapse.by(found.start - timedelta(days=1), found.start) == 0.0
    assert collapse.by(date(2100, 1, 1), found.start) == collapse.share[-1]
    assert collapse.by(found.start + timedelta(days=7 * 10 - 1), found.start) == collapse.share[9]


def test_it_is_read_back_as_it_was(found, tmp_path):
    path = found.save(tmp_path / "hindcast.json")
    assert read_hindcast(path) == found
    path.write_text('{"case": "x"}')
    with pytest.raises(FissureError, match=r"hindcast\.json: at title: .* expected a saved hindcast"):
        read_hindcast(path)
    with pytest.raises(FissureError, match="expected a saved hindcast"):
        read_hindcast(tmp_path / "none.json")


def test_no_forecast_sees_anything_after_the_date(case, ledger, found):
    """Later figures replaced by noise: the forecasts stay, only the targets move."""
    random, day = np.random.default_rng(1), DATES[0]
    noisy = {
        name: o if o.when <= day or o.bound != "exact" or (o.low, o.high) != (None, None) or o.doubt_abs is not None
        else o.model_copy(update={"value": float(o.value * random.uniform(0.8, 1.25))})
        for name, o in ledger.observations.items()
    }  # fmt: skip
    other = Ledger(**{**vars(ledger), "observations": noisy})
    changed = hindcast(case, other, [day], fit=Fitted, members=20, count=3, simulate=Simulated()).dates[0]
    moved = 0
    for name in FORECASTS:
        for a, b in zip(found.dates[0].scored[name], changed.scored[name], strict=True):
            if a.bound in ("exact", "range"):
                assert (a.low, a.median, a.high) == (b.low, b.median, b.high)
                moved += a.target != b.target
    assert moved > 10


def test_a_model_that_knows_the_figures_beats_every_rival(case, ledger, monkeypatch):
    """Truths at what was published: covered, and nearer than the naive rivals."""
    from fissure.studies import hindcast as module

    def all_knowing(run, items):
        off = 0.0 if run.attrs["fitted"] else 2.0
        return np.tile([item.published - item.lean + off for item in items], (run.sizes["member"], 1))

    def simulate(case, members, draws, *, seed, out):
        return made_up(case, members).assign_attrs(fitted=bool(draws))

    monkeypatch.setattr(module, "truths", all_knowing)
    one = hindcast(case, ledger, DATES[:1], fit=Fitted, members=200, count=2, simulate=simulate).dates[0]
    assert total(one.scored["known"]).coverage > 0.9
    for name in FORECASTS[2:]:
        ours = [r for r in one.scored["known"] if r.observation in {x.observation for x in one.scored[name]}]
        assert total(ours).crps < total(one.scored[name]).crps, name


@pytest.mark.parametrize("day", [date(2014, 8, 1), date(2019, 9, 30)])
def test_a_date_too_early_or_too_late_is_refused_before_anything_is_fitted(case, ledger, day):
    with pytest.raises(FissureError, match=f"found the date {day} to forecast from, expected"):
        hindcast(case, ledger, [day], fit=lambda _: pytest.fail("fitted"), members=4, count=1)


def test_fewer_members_than_two_a_future_are_refused(case, ledger):
    with pytest.raises(FissureError, match=r"expected a whole number from 6"):
        hindcast(case, ledger, DATES, fit=Fitted, members=4, count=3)


@pytest.mark.slow
def test_the_real_model_goes_through_and_is_not_made_twice(case, ledger, tmp_path, monkeypatch):
    """Few small members of the prior in the place of a posterior; a second time nothing is simulated."""
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path / "cache"))
    simulated = []

    def simulate(war, members, draws, *, seed, out):
        run = ensemble.run(war, members=members, seed=seed, units=8, slots=4, out=out)
        simulated.append(run.timing.members)
        return run.data

    first = hindcast(case, ledger, DATES[1:], fit=Fitted, members=8, count=2, out=tmp_path, simulate=simulate)
    assert simulated == [8, 8, 4, 4]
    second = hindcast(case, ledger, DATES[1:], fit=Fitted, members=8, count=2, out=tmp_path, simulate=simulate)
    assert simulated[4:] == [0, 0, 0, 0]
    assert second == first and len(first.dates[0].scored["extrapolated"]) > 30
