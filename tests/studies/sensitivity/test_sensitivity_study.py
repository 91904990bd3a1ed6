"""The whole study in tiny worlds: it is made of what it says, goes on where it was, and its design is Saltelli's."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from fissure.engine.parameter_source import Prior
from fissure.engine.progress import Silent
from fissure.engine.random import prior_normals
from fissure.errors import FissureError, StoppedError
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile
from fissure.studies.measurement import data
from fissure.studies.outcomes import outcomes_of
from fissure.studies.scenario import FORCING, moved_values
from fissure.studies.sensitivity.design import APART, Margins, SeparateLuck, inputs_of
from fissure.studies.sensitivity.result import BLOCK, Sizes
from fissure.studies.sensitivity.study import design, sensitivity

WEEKS = 30
SIZE = {"units": 24, "slots": 20, "weeks": WEEKS, "runs": 160}
ASKED = ("deserted", "territory@2014-12-22")


@pytest.fixture(scope="module")
def inputs(case):
    return inputs_of(parameters_of(case))


def made(case, ledger, folder, progress=None):
    figures = data(ledger, case.leanings)[:40]
    return sensitivity(case, outcomes_of(ASKED, case, WEEKS), figures, folder, progress=progress, **SIZE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("study")


@pytest.fixture(scope="module")
def found(case, ledger, folder):
    return made(case, ledger, folder)


def test_it_holds_what_was_asked_for(found):
    assert [one.outcome for one in found.of] == list(ASKED)
    assert 0 < found.runs <= 160
    assert found.strong == found.screened.kept[: len(found.strong)]
    for one in found.of:
        assert one.low <= one.mean <= one.high or one.spread > 0
        assert len(one.indices) == (len(found.strong) + 2 if found.strong else 0)
    parameters = [one for one in found.inputs if one.kind == "parameter"]
    assert len(found.of_outcome("deserted", "parameter")) == len(parameters)
    assert found.of_outcome("deserted", "figure")
    assert not found.learned


def test_something_is_strong_in_these_worlds(found):
    """How fast ground is lost moves how much of it is held."""
    assert "ground.pace" in found.screened.kept


def test_it_is_told_as_json(found, tmp_path):
    found.save(tmp_path / "sensitivity.json")
    document = json.loads((tmp_path / "sensitivity.json").read_text())
    assert document["runs"] == found.runs
    assert [one["outcome"] for one in document["outcomes"]] == list(ASKED)


class Counts(Silent):
    """How many runs were made."""

    runs = 0

    def advance(self, done, total, seconds, ns):
        self.runs = done


def test_asked_again_nothing_is_run_and_the_numbers_are_the_same(case, ledger, folder, found):
    counts = Counts()
    again = made(case, ledger, folder, counts)
    assert counts.runs == 0
    assert json.dumps(again.described()) == json.dumps(found.described())


class Stops(Silent):
    """The user presses Ctrl-C as soon as a call has ended."""

    def advance(self, done, total, seconds, ns):
        raise KeyboardInterrupt


@pytest.mark.thorough
def test_what_was_stopped_goes_on(case, ledger, tmp_path, found):
    with pytest.raises(StoppedError, match="ask for it again to go on"):
        made(case, ledger, tmp_path, Stops())
    assert json.dumps(made(case, ledger, tmp_path).described()) == json.dumps(found.described())


@pytest.mark.parametrize("runs", [0, 79, 2.5])
def test_too_few_runs_are_refused(case, ledger, tmp_path, runs):
    with pytest.raises(FissureError, match="expected a whole number from 80"):
        sensitivity(case, outcomes_of(ASKED, case, WEEKS), (), tmp_path, **SIZE | {"runs": runs})


def test_runs_are_shared_out():
    for strong in (1, 8):
        sizes = Sizes.of(3200, strong, True)
        assert 3000 < sizes.plain + sizes.forced + sizes.prior + sizes.rows * (strong + 4) <= 3200
        assert all(many % BLOCK == 0 for many in (sizes.plain, sizes.forced, sizes.prior, sizes.rows))
    assert Sizes.of(3200, 8, False).prior == 0


def test_the_design_is_saltellis(inputs):
    strong = [inputs[0], inputs[-1], inputs[5]]
    (a, first), (b, second), *mixed = design(strong, 40, 3)
    assert not set(first) & set(second)
    for at, (u, members) in enumerate(mixed[:3]):
        others = [i for i in range(3) if i != at]
        assert members == first
        assert (u[:, at] == b[:, at]).all()
        assert (u[:, others] == a[:, others]).all()
    rest, luck = mixed[3:]
    assert (rest[0] == a).all() and rest[1] == second
    assert (luck[0] == a).all() and luck[1] == [member + APART for member in first]
    assert strong[1].kind == "forcing"
    for u in (a, b):
        assert (np.ptp(u.reshape(10, BLOCK, 3), axis=1)[:, 1] == 0).all()  # runs side by side share their forcings
        assert len(np.unique(u[:, 0])) == 40
        assert np.abs(np.sort(u[:, 2]) - (np.arange(40) + 0.5) / 40).max() <= 0.5 / 40


def test_an_input_gets_its_own_distribution(case, inputs):
    parameters = parameters_of(case)
    strong = [inputs[3], inputs[-1]]
    margins = Margins.of(strong, parameters, Prior(), 1)
    prior = next(p for p in parameters if p.name == strong[0].name)
    for u in (0.1, 0.5, 0.9):
        moves = {move.name: move for move in margins.scenario(np.array([u, u])).moves}
        z = np.quantile(prior_normals(1, range(4096), [prior.name]), u)
        expected = float(quantile(prior.prior.prior, np.array([z]))[0])
        assert moves[prior.name].value == pytest.approx(expected, rel=0.01)
        assert moves[strong[1].name].value == pytest.approx(2 ** (2 * u - 1))
    values = moved_values(np.zeros((1, len(parameters))), margins.scenario(np.array([0.5, 0.5])).moves, parameters)
    assert (values != 0).sum() == 1


def test_every_free_parameter_and_every_forcing_is_an_input(case, inputs):
    free = [p.name for p in parameters_of(case) if p.prior.prior.kind != "fixed"]
    assert [one.name for one in inputs] == [*free, *FORCING]


def test_luck_varies_alone():
    draws, names = SeparateLuck(Prior()), ["desertion.base", "pay-gap.resentment"]
    z = draws.normals(1, [3, 3 + APART, 4], names)
    assert (z[0] == z[1]).all()
    assert (z[0] != z[2]).any()
    assert (z[[0, 2]] == Prior().normals(1, [3, 4], names)).all()
    assert draws.digest != Prior().digest


def test_an_outcome_that_cannot_move_has_no_share(case, ledger, tmp_path, found):
    """One number in every history: nothing is screened in, and no run is spent on a design."""
    still = replace(outcomes_of(["deserted"], case, WEEKS)[0], measure=lambda d: np.ones(d.sizes["member"]))
    one = sensitivity(case, [still], (), tmp_path, **SIZE | {"runs": 80})
    assert not one.strong
    assert not one.of[0].indices
    assert one.runs == one.sizes.plain + one.sizes.forced


class Narrow(Prior):
    """A posterior that knows one parameter four times as well as the prior."""

    digest = "narrow"
    until = date(2014, 8, 31)

    def normals(self, seed, members, names):
        z = super().normals(seed, members, names)
        z[:, [name == "desertion.base" for name in names]] *= 0.25
        return z


def test_what_was_learned_is_told_beside_the_prior(case, ledger, tmp_path):
    figures = data(ledger, case.leanings)[:20]
    asked = outcomes_of(["deserted"], case, WEEKS)
    one = sensitivity(case, asked, figures, tmp_path, draws=Narrow(), **SIZE | {"runs": 80})
    learned = {one.name: one for one in one.learned}
    assert one.until == "2014-08-31" and one.sizes.prior > 0
    assert learned["desertion.base"].share == pytest.approx(1 - 0.25**2, abs=0.001)
    assert learned["pay-gap.resentment"].share == 0
    assert "deserted" in learned
    kinds = one.of_outcome("deserted", "kind")
    assert all(kind.first > Narrow.until for kind in kinds)
