"""What the report of a posterior run says of what was learned."""

from dataclasses import replace

import numpy as np
import pytest
from calibrations import posterior_of
from reports import rendered

from fissure.present.document import plain
from fissure.present.render.html import fragment
from fissure.present.sections import learned as words
from fissure.present.sections.learned import IN_REPORT, fitted_to, section
from fissure.studies.calibration.posterior import PastHistories, Posterior
from fissure.studies.measurement import comparable
from fissure.studies.measurement import data as figures_of


@pytest.fixture(scope="module")
def posterior(case, ledger):
    return posterior_of(case, ledger)


def headline(section):
    return plain(section.blocks[0].line)


def names(table):
    return [plain(row.cells[1].text) for row in table.rows]


def test_the_biggest_moves_come_first(posterior, case):
    found = section(posterior, case)
    far = {one.name: abs(one.shift) for one in words.parameter_updates(posterior, case)}
    assert names(found.blocks[2]) == sorted(far, key=lambda name: -far[name])[:IN_REPORT]
    assert plain(found.blocks[3].line).startswith(f"{30 - IN_REPORT} more moved less")
    assert "31 Dec 2015" in headline(found) and "30 parameters" in headline(found)
    assert "published figures" not in headline(found)
    assert "59 published figures in all" in headline(section(posterior, case, 59))


def test_the_page_has_every_parameter(posterior, case):
    table, fold = section(posterior, case, everything=True).blocks[2:]
    assert sorted(names(table) + names(fold.blocks[0])) == sorted(
        one.name for one in words.parameter_updates(posterior, case)
    )


def test_it_says_what_draws_are_worth_that_go_on_from_the_same_pasts(posterior, case):
    assert "effective sample size" not in headline(section(replace(posterior, lived=None), case))
    count = len(posterior.draws)
    lived = PastHistories(np.arange(count) // 2, 1, 10)
    said = headline(section(replace(posterior, lived=lived), case))
    assert f"{count:,} draws go on from {count // 2:,} simulated pasts and have an effective sample size of" in said


def test_none_where_no_parameter_was_learned(posterior, case):
    only = Posterior(case.name, posterior.until, ("bias:ihs.area",), np.zeros((5, 1)), {})
    assert section(only, case) is None


def test_figures_are_counted_as_the_fit_counts_them(posterior, case, ledger, data):
    count = fitted_to(posterior, case, ledger, data)
    known = figures_of(ledger, case.leanings, until=posterior.until)
    assert count == len(comparable(data, known)) > 0
    assert fitted_to(posterior, case, ledger, data.isel(week=slice(0, 20))) is None


@pytest.mark.thorough
def test_the_report_shows_it_only_with_a_posterior(posterior, case, ledger, data, rows):
    page = rendered(data, case, ledger, rows, until="2015-12-31", posterior=posterior)
    assert '<section id="learned">' in page and 'href="#learned"' in page and ".moves" in page
    assert (
        page.index('<section id="wrong">') < page.index('<section id="learned">') < page.index('<section id="history">')
    )
    assert fragment([section(posterior, case, fitted_to(posterior, case, ledger, data))]) in page
    assert 'id="learned"' not in rendered(data, case, ledger, rows)
