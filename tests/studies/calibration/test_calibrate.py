"""A fit from end to end at tiny scale: nothing later leaks in, what was stopped goes on, what was made is read back."""

from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType

import numpy as np
import pytest
from toy_problems import TINY, UNTIL

from fissure.engine.ensemble import open_run
from fissure.engine.ensemble import run as ensemble_run
from fissure.engine.progress import Silent
from fissure.errors import FissureError, StoppedError
from fissure.files import DamagedBlock
from fissure.model.catalogue import parameters_of
from fissure.studies.calibration import fit
from fissure.studies.calibration.fit import Setting, calibrate, outputs_of, weeks_until
from fissure.studies.calibration.importance_resampling import state_observations


def with_observations(ledger, change):
    """`ledger` with each observation as `change` gives it back; those for which it gives None are left out."""
    changed = ((id_, change(o)) for id_, o in ledger.observations.items())
    return replace(ledger, observations=MappingProxyType({id_: o for id_, o in changed if o is not None}))


def refit(case, ledger, bank, out, setting=TINY):
    return calibrate(case, ledger, UNTIL, setting=setting, bank=bank, out=out)


def test_a_fit_says_what_was_learned_and_what_its_checks_found(case, known, fitted, bank):
    found, out = fitted
    names = [p.name for p in parameters_of(case)]
    assert [one.parameter for one in found.screened] == names
    learned = [one.parameter for one in found.screened if one.learned]
    biased = list(dict.fromkeys(f"bias:{item.bias}" for item in found.items))
    assert list(found.posterior.learned) == learned + biased and learned
    assert found.items and all(item in known for item in found.items)
    assert found.posterior.draws.shape == (50, len(learned) + len(biased))
    assert found.posterior.made["training"]["epochs"] == 2 and len(found.losses) == 2
    # bias terms that only figures of the state have are not for the flow
    assert found.state and set(found.state) < {item.observation.id for item in found.items}
    flowed = {f"bias:{item.bias}" for item in found.items if item.observation.id not in found.state}
    assert [one.target for one in found.recovery.targets] == learned + [name for name in biased if name in flowed]
    assert [one.target for one in found.agreements] == [one.target for one in found.recovery.targets]
    assert [one.observation for one in found.predictive] == [item.observation.id for item in found.items]
    assert found.recovery.sets == 12
    prior = open_run(bank)
    assert prior.members == 64 and prior.plan.draws == "" and set(prior.data) == set(prior.plan.outputs)
    (folder,) = (out / "histories").iterdir()
    histories = open_run(folder)
    assert histories.members == 40 and histories.data.attrs["until"] == "2015-03-31"
    assert 1.0 <= found.effective_size <= 40.0
    lived = found.posterior.lived
    assert lived.seed == TINY.seed + 1 and lived.weeks == 40 and set(lived.members) <= set(range(40))


@pytest.mark.slow
def test_members_live_through_a_history_again_and_then_go_their_own_way(case, fitted):
    """Up to the cut-off a member has the very numbers of the history it goes on from; after it, luck of its own."""
    (found, out) = fitted
    (folder,) = (out / "histories").iterdir()
    was = open_run(folder).data["fighters"].values
    run = ensemble_run(
        case, members=12, weeks=60, units=24, slots=20, seed=9, draws=found.posterior, outputs=["fighters"],
        out=out / "again",
    )  # fmt: skip
    now, lived = run.data["fighters"].values, found.posterior.lived
    sources = lived.members[found.posterior.rows(9, range(12))]
    np.testing.assert_array_equal(now[:, : was.shape[1]], was[sources])
    same = [(a, b) for a in range(12) for b in range(a) if sources[a] == sources[b]]
    assert same and all((now[a, lived.weeks + 1 :] != now[b, lived.weeks + 1 :]).any() for a, b in same)


@pytest.mark.slow
def test_no_later_figure_changes_a_byte(case, ledger, bank, fitted, tmp_path):
    rng = np.random.default_rng(8)

    def noise(o):
        if o.when <= UNTIL:
            return o
        if rng.random() < 0.2:
            return None
        numbers = {key: abs(x) * rng.lognormal(0.0, 3.0) for key in ("low", "value", "high") if (x := getattr(o, key))}
        days = timedelta(int(rng.integers(1, 900)))
        return o.model_copy(
            update={**numbers, "doubt_factor": 5.0, "doubt_abs": None, "period": None, "date": UNTIL + days}
        )

    other = with_observations(ledger, noise)
    changed = sum(other.observations.get(id_) != o for id_, o in ledger.observations.items())
    assert changed > 100
    found = refit(case, other, bank, tmp_path)
    assert (tmp_path / "posterior.json").read_bytes() == (fitted[1] / "posterior.json").read_bytes()
    assert (tmp_path / "calibration.json").read_bytes() == (fitted[1] / "calibration.json").read_bytes()
    assert found.items == fitted[0].items


@pytest.mark.slow
def test_an_earlier_figure_changes_the_posterior(case, ledger, bank, fitted, tmp_path):
    was, items = fitted[0].posterior, fitted[0].items
    flows = (item for at, item in enumerate(items) if at not in state_observations(items, UNTIL))
    item = next(i for i in flows if i.observation.bound == "exact" and i.scale == "factor")
    name, value = item.observation.id, item.observation.value
    other = with_observations(ledger, lambda o: o.model_copy(update={"value": value * 1.5}) if o.id == name else o)
    found = refit(case, other, bank, tmp_path).posterior
    assert (found.draws != was.draws).any()
    assert {key for key in was.fitted_to if was.fitted_to[key] != found.fitted_to[key]} == {"evidence"}


def test_made_once_it_is_read_back_without_training(case, ledger, bank, fitted, monkeypatch):
    def never(*_, **__):
        raise AssertionError("nothing is left to do")

    for name in ("train", "flow_available"):
        monkeypatch.setattr(fit, name, never)
    monkeypatch.setattr(fit.ensemble, "run", never)
    found, made = refit(case, ledger, bank, fitted[1]), fitted[0]
    assert found.posterior.digest == made.posterior.digest and (found.posterior.draws == made.posterior.draws).all()
    for name in ("items", "screened", "losses", "recovery", "agreements", "predictive"):
        assert getattr(found, name) == getattr(made, name), name
    assert (
        b"simple_mean" in (fitted[1] / "calibration.json").read_bytes()
    )  # as older versions name it, whose fits are read as well


@pytest.mark.parametrize(
    "change", [{"seed": 2}, {"draws": 51}, {"training": replace(TINY.training, epochs=3)}], ids=str
)
def test_another_setting_is_not_read_back(fitted, known, case, change):
    assert fit._read_fit(fitted[1], fitted[0].posterior.fitted_to, TINY, known) is not None
    assert fit._read_fit(fitted[1], fitted[0].posterior.fitted_to, replace(TINY, **change), known) is None
    assert fit._read_fit(fitted[1], {**fitted[0].posterior.fitted_to, "model": "0"}, TINY, known) is None


class Stops(Silent):
    """Interrupts once `members` are simulated."""

    def advance(self, done, total, seconds, ns):
        if done >= 16:
            raise KeyboardInterrupt


@pytest.mark.slow
def test_stopped_in_the_simulation_it_goes_on(case, ledger, bank, fitted, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "BLOCK", 8)
    with pytest.raises(StoppedError, match="stopped with 16 of 64 members kept"):
        calibrate(case, ledger, UNTIL, setting=TINY, out=tmp_path, progress=Stops())
    assert open_run(tmp_path / "bank").members == 16 and not (tmp_path / "posterior.json").exists()
    calibrate(case, ledger, UNTIL, setting=TINY, out=tmp_path)
    assert (tmp_path / "posterior.json").read_bytes() == (fitted[1] / "posterior.json").read_bytes()


@pytest.mark.slow
@pytest.mark.parametrize(
    "where", ["train", "compare_methods", "resample_histories", "posterior_predictive", "_write_fit"]
)
def test_stopped_later_it_goes_on_without_simulating_the_prior(
    case, ledger, bank, fitted, tmp_path, monkeypatch, where
):
    def stop(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(fit, where, stop)
        refit(case, ledger, bank, tmp_path)
    assert not (tmp_path / "posterior.json").exists()
    times = {path: path.stat().st_mtime_ns for path in (bank / "blocks").iterdir()}
    refit(case, ledger, bank, tmp_path)
    assert {path: path.stat().st_mtime_ns for path in (bank / "blocks").iterdir()} == times
    assert (tmp_path / "posterior.json").read_bytes() == (fitted[1] / "posterior.json").read_bytes()


@pytest.mark.slow
def test_a_posterior_that_was_damaged_is_made_anew(case, ledger, bank, fitted, tmp_path):
    good = (fitted[1] / "posterior.json").read_bytes()
    (tmp_path / "posterior.json").write_bytes(good[:-20])
    with pytest.warns(DamagedBlock, match=r"posterior\.json: this posterior is damaged and is made again"):
        refit(case, ledger, bank, tmp_path)
    assert (tmp_path / "posterior.json").read_bytes() == good
    before = (tmp_path / "calibration.json").read_bytes()
    (tmp_path / "calibration.json").write_bytes(before.replace(b"0", b"1", 1))
    with pytest.warns(DamagedBlock, match=r"calibration\.json: this calibration is damaged and is made again"):
        refit(case, ledger, bank, tmp_path)
    assert (tmp_path / "calibration.json").read_bytes() == before


@pytest.mark.slow
def test_where_nothing_can_be_learned_it_says_so(case, ledger, bank, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "screen", lambda *_: [])
    with pytest.raises(FissureError, match="nothing can be learned from what was published up to 2015"):
        refit(case, ledger, bank, tmp_path)


class Nothing:
    """A flow that training ruined."""

    losses = np.zeros((0, 2))

    def sample(self, reports, count, seed):
        return np.full((len(reports), count, 99), np.nan)


@pytest.mark.slow
def test_draws_that_are_no_numbers_are_never_kept(case, ledger, bank, tmp_path, monkeypatch):
    monkeypatch.setattr(fit, "train", lambda *_: Nothing())
    monkeypatch.setattr(fit, "recover", lambda *_: None)
    monkeypatch.setattr(fit, "compare_methods", lambda *_: [])
    with pytest.raises(FissureError, match="training came to nothing"):
        refit(case, ledger, bank, tmp_path)
    assert not (tmp_path / "posterior.json").exists()


@pytest.mark.parametrize(
    ("until", "change", "refusal"),
    [
        (date(2014, 6, 29), {}, "found the cut-off 2014-06-29, expected a day of the case, from 2014-06-30"),
        (date(2030, 1, 1), {}, "found the cut-off 2030-01-01, expected a day of the case"),
        (UNTIL, {"members": 39}, "expected a whole number from 40"),
        (UNTIL, {"draws": 0}, "expected a whole number from 1"),
        (UNTIL, {"checked": 1}, "expected a whole number from 2"),
    ],
    ids=str,
)
def test_what_cannot_be_fitted_is_refused_before_anything_is_simulated(case, ledger, tmp_path, until, change, refusal):
    with pytest.raises(FissureError, match=refusal):
        calibrate(case, ledger, until, setting=Setting(**change), out=tmp_path / "fit")
    assert not (tmp_path / "fit").exists()


def test_before_anything_was_published_it_says_so_before_simulating(case, ledger, tmp_path):
    with pytest.raises(FissureError, match="nothing that the model says was published of 'islamic_state' by then"):
        calibrate(case, replace(ledger, observations={}), UNTIL, setting=TINY, out=tmp_path / "fit")
    assert not (tmp_path / "fit").exists()


def test_without_bayesflow_it_says_how_to_get_it_before_simulating(case, ledger, tmp_path, monkeypatch):
    monkeypatch.setattr("fissure.studies.calibration.flow.find_spec", lambda _: None)
    with pytest.raises(FissureError, match=r"BayesFlow, which is not installed: pip install 'fissure\[calibrate\]'"):
        calibrate(case, ledger, UNTIL, setting=TINY, out=tmp_path / "fit")
    assert not (tmp_path / "fit").exists()


def test_weeks_until_count_the_week_that_holds_the_day(case):
    days = (case.start, case.start + timedelta(6), case.start + timedelta(7), case.end - timedelta(1))
    assert [weeks_until(case, day) for day in days] == [1, 1, 2, case.weeks]
    with pytest.raises(FissureError, match="expected a day of the case"):
        weeks_until(case, case.end)


def test_what_is_kept_of_members_follows_from_variables_alone(ledger):
    assert outputs_of(ledger) == outputs_of(replace(ledger, observations={}))
    assert "fighters" in outputs_of(ledger)
