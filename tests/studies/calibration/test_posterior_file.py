"""A posterior on disk: read back to the byte, refused when changed, odd or stale, and what members draw from it."""

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
from toy_problems import UNTIL

from fissure.cases.loader import load_case
from fissure.errors import FissureError
from fissure.studies.calibration.posterior import (
    FARTHEST,
    Posterior,
    dependencies,
    packaged,
    path_of,
    read_posterior,
    require_fresh,
)
from fissure.studies.measurement import data as figures_of


@pytest.fixture
def path(posterior, tmp_path):
    posterior.write(tmp_path / "posterior" / "2015-03-31.json")
    return tmp_path / "posterior" / "2015-03-31.json"


def test_it_is_read_back_and_written_again_to_the_byte(posterior, path):
    found = read_posterior(path)
    found.write(path.with_name("again.json"))
    assert path.with_name("again.json").read_bytes() == path.read_bytes()
    assert (found.draws == posterior.draws).all() and found.digest == posterior.digest
    assert (found.case, found.until, found.learned) == ("islamic_state", UNTIL, posterior.learned)
    assert (found.fitted_to, found.made) == (posterior.fitted_to, posterior.made)
    lines = path.read_text().splitlines()
    assert sum(line.startswith("  [") and line.count(",") >= 2 for line in lines) == 20  # one draw a line


def test_a_zero_below_nothing_is_read_back(posterior, tmp_path):
    odd = replace(posterior, draws=np.array([[-0.0, -0.00004, FARTHEST]]))
    odd.write(tmp_path / "p.json")
    assert read_posterior(tmp_path / "p.json").digest == odd.digest


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("until", "2015-12-31"), ("case", "ruritania"), ("made", {"fissure": "9"}), ("made", {}),
        ("fitted_to", {"model": "0"}), ("learned", ["a", "b", "c"]), ("draws", [[0.0, 0.0, 0.0]]), ("digest", "0" * 64),
        ("digest", None),
    ],
    ids=str,
)  # fmt: skip
def test_what_was_changed_by_hand_is_refused(path, key, value):
    document = json.loads(path.read_text())
    path.write_text(json.dumps({**document, key: value}))
    with pytest.raises(FissureError, match=r"2015-03-31\.json: this posterior is damaged or was changed, calibrate"):
        read_posterior(path)


def test_one_digit_of_one_draw_is_seen(path):
    text = path.read_text()
    at = text.rindex(".") + 3
    path.write_text(text[:at] + str((int(text[at]) + 1) % 10) + text[at + 1 :])
    with pytest.raises(FissureError, match="is damaged or was changed"):
        read_posterior(path)


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "null", "7", '"text"', "{}", "[" * 100_000, "{" * 5, '{"format": ' + "9" * 5_000 + "}",
        b"\xff\xfe\x00".decode("latin-1"),
    ],
    ids=lambda text: text[:12] or "empty",
)  # fmt: skip
def test_what_is_no_posterior_is_one_sentence(tmp_path, text):
    (tmp_path / "p.json").write_text(text, encoding="latin-1")
    with pytest.raises(FissureError, match=r"p\.json(:\d+)?: ((cannot be read as|is) a posterior|begins as UTF-16)"):
        read_posterior(tmp_path / "p.json")


def test_a_file_that_is_not_there_is_one_sentence(tmp_path):
    with pytest.raises(FissureError, match=r"p\.json: there is no such file"):
        read_posterior(tmp_path / "p.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("format", "2"),
        ("until", '"yesterday"'), ("until", "20150331"), ("learned", '"abc"'), ("learned", "[1, 2, 3]"),
        ("learned", '["a", "a", "b"]'), ("learned", "{}"), ("learned", "[]"), ("fitted_to", "5"), ("made", "[1]"),
        ("draws", "[]"), ("draws", "[[]]"), ("draws", "[[1, 2]]"), ("draws", "[[1, 2, 3], [1, 2]]"), ("draws", "{}"),
        ("draws", "[[NaN, 0, 0]]"), ("draws", "[[Infinity, 0, 0]]"), ("draws", "[[1e999, 0, 0]]"),
        ("draws", "[[8.1, 0, 0]]"), ("draws", "[[" + "9" * 400 + ", 0, 0]]"), ("draws", '[["x", 0, 0]]'),
        ("draws", "[[null, 0, 0]]"), ("draws", "[[[1], [2], [3]]]"), ("draws", "5"),
    ],
    ids=lambda text: text[:30],
)  # fmt: skip
def test_odd_values_are_one_sentence_even_where_their_digest_is_right(path, monkeypatch, key, value):
    document = json.loads(path.read_text())
    document[key] = "HERE"
    path.write_text(json.dumps(document).replace('"HERE"', value))
    monkeypatch.setattr(Posterior, "digest", document["digest"])  # whoever wrote it knew how to make one
    with pytest.raises(FissureError, match=r"2015-03-31\.json: (cannot be read as|is) a posterior"):
        read_posterior(path)


def test_the_cut_offs_that_lie_with_a_case(case, path, posterior):
    posterior.write(path.with_name("2014-12-31.json"))
    here = replace(case, folder=path.parents[1])
    assert packaged(here) == [date(2014, 12, 31), UNTIL]
    assert path_of(here, UNTIL) == path
    path.with_name("march.json").touch()
    with pytest.raises(FissureError, match=r"posterior: found .*march, expected files named YYYY-MM-DD\.json"):
        packaged(here)


def test_learned_parameters_come_from_the_draws_and_the_others_from_the_prior(posterior, normals):
    members = list(range(200))
    prior, names = normals(5, members)
    z = posterior.normals(5, members, names)
    rows = posterior.rows(5, members)
    assert (z[:, :2] == posterior.draws[rows, :2]).all()  # both of one draw: what was learned jointly stays so
    assert (z[:, 2:] == prior[:, 2:]).all()
    assert rows.min() == 0 and rows.max() == 19 and np.bincount(rows).max() < 30


def test_the_draw_of_a_member_is_its_own(posterior, normals):
    _, names = normals(5, [0])
    whole = posterior.normals(5, range(40), names)
    assert (posterior.normals(5, [37, 3], names) == whole[[37, 3]]).all()
    assert (posterior.normals(5, range(10), names) == whole[:10]).all()  # a run can be extended
    assert (posterior.normals(6, range(40), names) != whole)[:, :2].any()
    turned = posterior.normals(5, range(40), names[::-1])
    assert (turned[:, ::-1] == whole).all()


def evidence(case, ledger, **changes):
    """Dependencies with observation `foreign-arrived...` or whichever `of` names changed."""
    (name, change), *_ = changes.items()
    old = ledger.observations[name]
    observations = {**ledger.observations, name: old.model_copy(update=change)}
    return dependencies(case, figures_of(replace(ledger, observations=observations), case.leanings, until=UNTIL))


def stale(path, posterior, case, now):
    with pytest.raises(FissureError) as caught:
        require_fresh(path, posterior, case, now)
    assert str(path) in str(caught.value) and "(fissure calibrate islamic_state --until 2015-03-31)" in str(
        caught.value
    )
    return str(caught.value).split(": this posterior is stale, as ")[1].split(" changed since it was fitted;")[0]


def test_it_is_fresh_where_nothing_changed(path, posterior, case, known):
    require_fresh(path, read_posterior(path), load_case("islamic_state"), dependencies(case, known))


def test_a_figure_up_to_the_cut_off_makes_it_stale_but_its_note_does_not(path, posterior, case, ledger, known):
    item = next(item for item in known if item.observation.value is not None)
    name, value = item.observation.id, item.observation.value
    for change in ({"value": value * 1.01}, {"doubt_factor": 9.0, "doubt_abs": None}, {"date": UNTIL, "period": None}):
        now = evidence(case, ledger, **{name: change})
        assert stale(path, posterior, case, now) == "the evidence up to the cut-off has"
    require_fresh(path, posterior, case, evidence(case, ledger, **{name: {"note": "another", "address": "elsewhere"}}))


def test_a_later_figure_does_not_make_it_stale(path, posterior, case, ledger):
    later = next(o for o in ledger.observations.values() if o.when > UNTIL and o.value is not None)
    require_fresh(path, posterior, case, evidence(case, ledger, **{later.id: {"value": later.value * 7}}))


def test_how_publishers_lean_is_part_of_the_evidence(path, posterior, case, ledger):
    leanings = [one.model_copy(update={"common": 0.9}) for one in case.leanings]
    now = dependencies(case, figures_of(ledger, leanings, until=UNTIL))
    assert stale(path, posterior, case, now) == "the evidence up to the cut-off has"


def test_a_prior_makes_it_stale(path, posterior, case, known):
    name, prior = next((n, p) for n, p in case.priors.items() if p.prior.kind == "lognormal")
    wider = prior.model_copy(update={"prior": prior.prior.model_copy(update={"high": prior.prior.high * 2})})
    changed = replace(case, priors={**case.priors, name: wider})
    assert stale(path, posterior, changed, dependencies(changed, known)) == "the priors have"
    reason = prior.model_copy(update={"reason": "Another."})
    require_fresh(path, posterior, case, dependencies(replace(case, priors={**case.priors, name: reason}), known))


def test_the_case_makes_it_stale(path, posterior, case, known):
    changed = replace(case, oil_price=case.oil_price * 1.1)
    assert stale(path, posterior, changed, dependencies(changed, known)) == "the case has"
    retitled = replace(case, title="Another", summary="Another")
    require_fresh(path, posterior, retitled, dependencies(retitled, known))


def test_the_model_makes_it_stale_and_all_that_changed_is_named(path, posterior, case, known, monkeypatch):
    monkeypatch.setattr("fissure.studies.calibration.posterior.own_digest", lambda: "another")
    assert stale(path, posterior, case, dependencies(case, known)) == "the model has"
    now = dependencies(replace(case, oil_price=case.oil_price * 1.1), known[1:])
    assert stale(path, posterior, case, now) == "the model, the case and the evidence up to the cut-off have"


def test_another_case_is_refused_with_its_name(path, posterior, case, known):
    other = replace(case, name="ruritania")
    with pytest.raises(FissureError, match="of the case 'islamic_state', expected 'ruritania'"):
        require_fresh(path, posterior, other, dependencies(case, known))


def test_a_parameter_that_is_no_longer_there_is_named(path, posterior, case, known):
    name = posterior.learned[1]
    odd = replace(posterior, learned=(posterior.learned[0], f"{name}s", "bias:nobody.at-all"))
    with pytest.raises(FissureError, match=rf"unknown parameter '{name}s'; did you mean '{name}'"):
        require_fresh(path, odd, case, dependencies(case, known))
