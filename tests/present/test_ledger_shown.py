"""What `fissure trace` prints and the page shows of a name: the same sections."""

from dataclasses import replace

import pytest

from fissure.context import context_of
from fissure.evidence.trace import Subject
from fissure.present.document import Section, Table
from fissure.present.render import json as in_json
from fissure.present.render.html import fragment
from fissure.present.render.terminal import lines
from fissure.present.sections import ledger


@pytest.fixture(scope="module")
def context():
    return context_of("islamic_state")


def printed(context, name, width=100):
    return "\n".join(lines(ledger.document(context.trace(name), context), width))


def test_everything_fits_its_width(context):
    known = context.ledger
    names = [*known.mechanisms, *known.variables, *list(known.claims)[::20], *list(known.observations)[::20]]
    for name in names:
        for width in (80, 100, 140):
            assert max(map(len, printed(context, name, width).splitlines())) <= width, name


def test_an_output_with_its_figures_rivals_claims_and_sources(context):
    page = printed(context, "fighters")
    assert page.startswith("output fighters: ")
    for said in ("S1-07c", "S1, line 7", "20,000 to 31,500", "16,000 to 39,400", "Central Intelligence Agency"):
        assert said in page
    assert "http://www.dailyalert.org/rss/Mainissues.php?id=54679" in page
    assert "…" not in page


def test_numbers_stand_in_json(context):
    document = in_json.render(ledger.document(context.trace("fighters"), context))
    (figures,) = (one for one in document["sections"] if one["key"] == "figures")
    row = next(one for one in figures["blocks"][0]["rows"] if one["id"] == "fighters-total-2014-09-cia")
    assert (row["low"], row["high"], row["unit"]) == (20_000, 31_500, "persons")
    (claims,) = (one for one in document["sections"] if one["key"] == "claims")
    assert {"id", "source", "line", "text", "direction", "effect", "mechanism", "figure"} <= set(
        claims["blocks"][0]["rows"][0]
    )


def test_rivals_stand_side_by_side(context):
    blocks = ledger.entry(context.trace("observation:territory-2014-10-s1"), context)
    (rivals,) = (one for one in blocks if isinstance(one, Section) and one.key == "rivals")
    tables = [one for one in rivals.blocks if isinstance(one, Table)]
    columns = [column.name for one in tables for column in one.columns[1:]]
    assert columns[:2] == ["territory-iraq-2014-09-unhcr", "territory-2014-10-s1"]
    assert "(this one)" in fragment(blocks, linked=True)


def test_what_nothing_speaks_of_says_so(context):
    silent = context_of(context.case)
    vars(silent)["ledger"] = replace(context.ledger, claims={}, observations={})
    context = silent
    assert "Nothing in the ledger speaks of this." in printed(context, "pay-gap")


def test_brackets_are_no_markup(context):
    subject = Subject("process", "x", "A [bold]title[/bold]", "b[0] = [red]")
    found = replace(context.trace("pay-gap"), subject=subject)
    page = "\n".join(lines(ledger.document(found, context), 100))
    assert "A [bold]title[/bold]" in page
    assert "b[0] = [red]" in page
