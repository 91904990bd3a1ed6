"""What the report of a posterior run says of what was learned."""

from dataclasses import replace

import numpy as np
import pytest
from calibrations import posterior_of

from fissure.present.words import calibration as words
from fissure.studies.calibrate import Posterior
from fissure.studies.calibrate.posterior import Lived
from fissure.studies.measurement import comparable
from fissure.studies.measurement import data as figures_of
from fissure.views.report.learned import SHOWN, fitted_to, section
from fissure.views.report.write import render_report


@pytest.fixture(scope="module")
def posterior(case, ledger):
    return posterior_of(case, ledger)


def test_the_biggest_moves_come_first(posterior, case):
    found = section(posterior, case)
    names = [row["name"] for row in found["rows"]]
    far = {move.name: abs(move.shift) for move in words.moves(posterior, case)}
    assert names == sorted(far, key=lambda name: -far[name])[:SHOWN]
    assert found["left"] == 30 - SHOWN
    assert "31 Dec 2015" in found["headline"] and "30 parameters" in found["headline"]
    assert "published figures" not in found["headline"]
    assert "59 published figures in all" in section(posterior, case, 59)["headline"]


def test_it_says_what_draws_are_worth_that_go_on_from_the_same_pasts(posterior, case):
    assert "independent ones" not in section(replace(posterior, lived=None), case)["headline"]
    count = len(posterior.draws)
    lived = Lived(np.arange(count) // 2, 1, 10)
    said = section(replace(posterior, lived=lived), case)["headline"]
    assert f"The {count:,} draws go on from {count // 2:,} simulated pasts and are worth {count // 2:,} " in said


def test_none_where_no_parameter_was_learned(posterior, case):
    only = Posterior(case.name, posterior.until, ("bias:ihs.area",), np.zeros((5, 1)), {})
    assert section(only, case) is None


def test_figures_are_counted_as_the_fit_counts_them(posterior, case, ledger, data):
    count = fitted_to(posterior, case, ledger, data)
    known = figures_of(ledger, case.leanings, until=posterior.until)
    assert count == len(comparable(data, known)) > 0
    assert fitted_to(posterior, case, ledger, data.isel(week=slice(0, 20))) is None


def test_the_report_shows_it_only_with_a_posterior(posterior, case, ledger, data, rows):
    about = {"version": "0.1.0", "kind": "posterior predictions", "until": "2015-12-31"}
    page = render_report(data, case, ledger, rows, about=about, posterior=posterior)
    assert '<section id="learned">' in page and 'href="#learned"' in page and ".moves" in page
    assert (
        page.index('<section id="wrong">') < page.index('<section id="learned">') < page.index('<section id="history">')
    )
    for row in section(posterior, case)["rows"]:
        assert row["posterior"] in page
    assert 'id="learned"' not in render_report(data, case, ledger, rows, about={"version": "0.1.0"})
