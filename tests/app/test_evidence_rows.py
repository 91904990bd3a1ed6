"""The ledger as rows: what matches, and what can be filtered by."""

import pytest

from fissure.app import ledger_rows
from fissure.app.desk import Desk
from fissure.app.ledger_rows import LedgerRow, Search
from fissure.errors import FissureError


@pytest.fixture(scope="module")
def at(settings):
    return Desk(settings).context


def ids(kind, at, find="", **chosen):
    rows = ledger_rows.rows(kind, at)
    search = ledger_rows.search_of(find, chosen, ledger_rows.filters(kind, at, rows), ledger_rows.KINDS[kind])
    return [row.id for row in rows if search.matches(row)]


def test_a_row_matches_every_word_and_every_tag():
    row = LedgerRow("x", "Pay was cut", "", tags=frozenset({"source:S1", "group:rule"}))
    assert Search("CUT pay", {"source": "S1"}).matches(row)
    assert not Search("pay rise", {"source": "S1"}).matches(row)
    assert not Search("pay", {"source": "S2"}).matches(row)


def test_every_entry_of_the_ledger_has_a_row(at):
    for kind, entries in ledger_rows.entries(at).items():
        assert sorted(ids(kind, at)) == sorted(entries)


def test_filters_select_what_they_say(at):
    ledger = at.ledger
    assert set(ids("claims", at, mechanism="pay-gap")) == {claim.id for claim in ledger.claims_of("pay-gap")}
    assert set(ids("observations", at, rivals="yes")) == {o.id for o in ledger.observations.values() if o.rival_of}
    assert set(ids("observations", at, output="fighters")) == {o.id for o in ledger.observations_of("fighters")}
    assert set(ids("observations", at, behind="yes")) == set(at.argued_from) & set(ledger.observations)
    later = ids("observations", at, fit="after")
    assert later and all(ledger.observations[name].when > at.until for name in later)
    assert len(ids("observations", at, fit="used")) == len(at.fitted)


def test_a_filter_that_is_not_there_is_refused_with_the_nearest_name(at):
    with pytest.raises(FissureError, match="mechanism 'pay-gaps'; did you mean 'pay-gap'"):
        ids("claims", at, mechanism="pay-gaps")
    with pytest.raises(FissureError, match="sources cannot be filtered by 'fit'"):
        ids("sources", at, fit="used")
