"""A finished attribution on disk: read back to the last bit, and shown only while it speaks of the model."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from attributions import made_up

from fissure.errors import FissureError
from fissure.studies.attribution_file import KEPT, SavedAttribution, kept, read_explained
from fissure.studies.calibration.posterior import packaged
from fissure.studies.kept_results import place


@pytest.fixture(scope="module")
def found():
    own = made_up()
    return replace(own, reached=np.array([np.nan, 0.3]), paired=np.array([np.inf, 2.0]))


def test_all_numbers_are_read_back(found, tmp_path):
    saved = SavedAttribution(found, "fissure explain islamic_state", date(2015, 12, 31))
    again = read_explained(saved.write(tmp_path / "new" / "explain.json"))
    assert (again.command, again.until) == (saved.command, saved.until)
    assert again.found.plan == found.plan and again.found.size == found.size
    outcomes = [(o.name, o.title, o.unit, o.more) for o in found.outcomes]
    assert [(o.name, o.title, o.unit, o.more) for o in again.found.outcomes] == outcomes
    for name in ("with_all", "without_any", "effect", "reached", "paired"):
        assert np.array_equal(getattr(again.found, name), getattr(found, name), equal_nan=True), name
    for name in ("groups", "every", "strongest"):
        one, other = getattr(again.found, name), getattr(found, name)
        assert (one.players, one.members) == (other.players, other.members)
        assert all((getattr(one, part) == getattr(other, part)).all() for part in ("value", "low", "high"))
    assert np.array_equal(again.found.pairs.interaction, found.pairs.interaction)
    assert np.array_equal(again.found.blocks.interaction, found.blocks.interaction)
    assert "made-up" not in (tmp_path / "new" / "explain.json").read_text()  # no path of the machine


def test_without_the_strongest(found, tmp_path):
    saved = SavedAttribution(replace(found, strongest=None, pairs=None), "fissure explain --quick")
    again = read_explained(saved.write(tmp_path / "explain.json")).found
    assert again.strongest is None and again.pairs is None


def test_what_was_read_back_measures_nothing(found, tmp_path, data):
    again = read_explained(SavedAttribution(found, "").write(tmp_path / "explain.json")).found
    with pytest.raises(FissureError, match="measures nothing"):
        again.outcomes[0](data)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda document: document.update(format=2), "its format is 2, not 1"),
        (lambda document: document.pop("groups"), "'groups'"),
        (lambda document: document["effect"].update(mean=[1.0]), r"shape \(1,\), expected \(2,\)"),
        (lambda document: document["every"]["players"].pop(), r"expected \(53, 2\)"),
    ],
)
def test_what_is_no_attribution_is_told(found, tmp_path, change, words):
    path = SavedAttribution(found, "").write(tmp_path / "explain.json")
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))
    with pytest.raises(FissureError, match=words):
        read_explained(path)


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(FissureError, match="expected a saved attribution"):
        read_explained(tmp_path / "none.json")


def test_one_is_kept_as_long_as_it_speaks_of_the_model(found, case, tmp_path):
    own = replace(case, folder=tmp_path)
    assert kept(own) is None
    path = place(own, KEPT)
    SavedAttribution(found, "").write(path)
    assert kept(own).found.plan == found.plan
    assert kept(own, "of a posterior") is None
    for name in ("model_digest", "priors_digest", "case_digest"):
        SavedAttribution(replace(found, plan=replace(found.plan, **{name: "another"})), "").write(path)
        assert kept(own) is None, name


def test_it_is_no_posterior(found, case, tmp_path):
    own = replace(case, folder=tmp_path)
    SavedAttribution(found, "").write(place(own, KEPT))
    assert packaged(own) == []
