"""Members drawn from elsewhere than the prior, and runs that keep chosen outputs only."""

import json
from datetime import date

import numpy as np
import pytest

from fissure.engine.ensemble import open_run
from fissure.engine.plan import Plan
from fissure.engine.random import prior_normals
from fissure.engine.store import blocks_in
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.model.parameters import quantile

CHOSEN = ["fighters", "territory_km2"]


class Shifted:
    """Draws whose first parameter is a constant."""

    digest = "d" * 64
    until = date(2015, 12, 31)

    def normals(self, seed, members, names):
        z = prior_normals(seed, members, names)
        z[:, 0] = 1.5
        return z

    def past(self, seed, members):
        return None


@pytest.fixture(scope="module")
def drawn(make, tmp_path_factory):
    return make(tmp_path_factory.mktemp("drawn") / "run", 6, draws=Shifted())


def test_members_take_what_is_drawn(case, drawn, whole_run):
    first = parameters_of(case)[0]
    assert (drawn.parameters[:, 0] == quantile(first.prior.prior, np.array([1.5]))[0]).all()
    assert (drawn.parameters[:, 1:] == whole_run.parameters[:6, 1:]).all()
    assert any((drawn.data[name].values != whole_run.data[name].values[:6]).any() for name in drawn.data)


def test_the_plan_names_the_draws_and_the_run_tells_what_they_have_seen(drawn, whole_run):
    assert drawn.plan.draws == "d" * 64 and whole_run.plan.draws == ""
    assert Plan.of(drawn.plan.described()) == drawn.plan
    assert "draws" not in whole_run.plan.described()  # as in runs before there could be any
    assert drawn.plan.key != whole_run.plan.key
    assert open_run(drawn.folder).plan == drawn.plan
    assert drawn.data.attrs["until"] == "2015-12-31" and "until" not in whole_run.data.attrs
    about = json.loads((drawn.folder / "run.json").read_text())["about"]
    assert "posterior ensemble" in about


def test_a_run_of_a_posterior_can_be_extended(make, drawn, tmp_path):
    make(tmp_path / "run", 2, draws=Shifted())
    longer = make(tmp_path / "run", 6, draws=Shifted())
    for name in drawn.data:
        assert (longer.data[name].values == drawn.data[name].values).all(), name


@pytest.mark.parametrize(
    ("there", "asked", "reason"),
    [
        ({}, {"draws": Shifted()}, "members of the prior there, of a posterior asked"),
        ({"draws": Shifted()}, {}, "members of a posterior there, of the prior asked"),
        ({"draws": Shifted()}, {"draws": type("Other", (Shifted,), {"digest": "e" * 64})()},
         "members of a posterior there, of another posterior asked"),
    ],
    ids=["prior", "posterior", "another"],
)  # fmt: skip
def test_a_folder_does_not_mix_members(make, tmp_path, there, asked, reason):
    make(tmp_path / "run", 1, outputs=CHOSEN, **there)
    before = [path.read_bytes() for path in sorted((tmp_path / "run" / "blocks").iterdir())]
    with pytest.raises(FissureError, match=rf"run: holds another run \({reason}\), choose another folder"):
        make(tmp_path / "run", 2, outputs=CHOSEN, **asked)
    assert [path.read_bytes() for path in sorted((tmp_path / "run" / "blocks").iterdir())] == before


@pytest.fixture(scope="module")
def narrow(make, tmp_path_factory):
    return make(tmp_path_factory.mktemp("narrow") / "run", 10, outputs=["territory_km2", *CHOSEN], block=4)


def test_only_chosen_outputs_are_kept_and_they_are_the_same_bytes(narrow, whole_run):
    assert set(narrow.data) == set(CHOSEN) and narrow.plan.outputs == ("fighters", "territory_km2")
    for name in CHOSEN:
        ours, theirs = narrow.data[name], whole_run.data[name]
        assert ours.values.tobytes() == theirs.values.tobytes() and ours.attrs == theirs.attrs
        assert ours.dims == theirs.dims and ours.dtype == theirs.dtype
    assert narrow.parameters.equals(whole_run.parameters)
    size = [sum(block.path.stat().st_size for block in blocks_in(run.folder / "blocks")) for run in (narrow, whole_run)]
    assert size[0] < size[1] / 2


def test_the_chosen_outputs_are_part_of_the_plan(make, narrow, whole_run):
    assert Plan.of(narrow.plan.described()) == narrow.plan and narrow.plan.key != whole_run.plan.key
    with pytest.raises(FissureError, match=r"outputs fighters, territory_km2 there, nothing asked"):
        make(narrow.folder, 10)
    with pytest.raises(FissureError, match="fighters"):
        make(narrow.folder, 10, outputs=["fihgters"])
