"""From any name to what it rests on, and back."""

import pytest

from fissure.errors import FissureError
from fissure.evidence import Subject, trace

SUBJECTS = {
    "pay-gap": Subject("mechanism", "pay-gap", "Unequal pay", "push = s (1 - a/b)", ("S0-08b",), ("fighters",)),
    "pay-gap.sensitivity": Subject("parameter", "pay-gap.sensitivity", "How strongly", "LogNormal"),
    "fighters": Subject("output", "fighters", "Fighters", "Persons", related=("recruitment",)),
    "territory_km2": Subject("output", "territory_km2", "Area held", "km2"),
}


def test_a_mechanism(ledger):
    found = trace("pay-gap", ledger, SUBJECTS)
    assert found.subject is SUBJECTS["pay-gap"]
    assert {claim.mechanism for claim in found.claims} == {"pay-gap"}
    assert len(found.claims) == len(ledger.claims_of("pay-gap"))
    assert [(c.source, c.line) for c in found.claims] == sorted((c.source, c.line) for c in found.claims)
    assert set(found.sources) == {"S0", "S1"}
    assert found.related == ("fighters",)


def test_a_mechanism_not_yet_in_the_code(ledger):
    found = trace("desertion", ledger, {})
    assert found.subject.kind == "mechanism"
    assert [o.id for o in found.observations] == ["own-executed-2014-12-s2", "own-executed-2015-02-s1"]
    assert [[o.id for o in group] for group in found.rival_groups] == [
        ["own-executed-2014-12-s2", "own-executed-2014-12-sohr"],
        ["own-executed-2015-02-s1", "own-executed-2015-04-sohr"],
    ]
    assert "sohr" in found.sources
    assert "executed_own" in found.related


def test_a_parameter_rests_on_its_mechanism(ledger):
    found = trace("pay-gap.sensitivity", ledger, SUBJECTS)
    assert found.claims == trace("pay-gap", ledger, SUBJECTS).claims
    assert found.related == ("pay-gap",)


def test_an_output(ledger):
    found = trace("fighters", ledger, SUBJECTS)
    assert found.observations == ledger.observations_of("fighters")
    assert {claim.figure for claim in found.claims} == {
        "fighters-total-2015-03-s1",
        "foreign-in-ranks-2015-03-s1",
        "fighters-total-2015-02-s4",
    }
    first = {o.id for o in found.rival_groups[0]}
    assert first == {"fighters-total-2014-09-cia", "fighters-total-2015-03-s1", "fighters-total-2015-02-s4"}
    assert found.related[:3] == ("recruitment", "overextension", "fighters_total")


def test_a_variable_and_the_kind_before_a_shared_name(ledger):
    assert trace("territory_km2", ledger, SUBJECTS).subject.kind == "output"
    found = trace("variable:territory_km2", ledger, SUBJECTS)
    assert found.subject.kind == "variable"
    assert {o.variable for o in found.observations} == {"territory_km2"}
    assert trace("fighters_total", ledger, SUBJECTS).related == ("recruitment", "overextension", "fighters")


def test_a_source(ledger):
    found = trace("S2", ledger, SUBJECTS)
    assert {claim.source for claim in found.claims} == {"S2"}
    assert {o.source for o in found.observations} == {"S2"}
    assert found.subject.text == ledger.sources["S2"].leaning


def test_a_claim(ledger):
    found = trace("S1-13c", ledger, SUBJECTS)
    assert [claim.id for claim in found.claims] == ["S1-13c"]
    assert [o.id for o in found.observations] == ["tribe-killed-2014-08-s1"]
    assert {o.id for o in found.rival_groups[0]} == {"tribe-killed-2014-08-s1", "tribe-killed-2014-08-sohr"}
    assert found.related[0] == "tribal-revolt"
    assert trace("S1:13c", ledger, SUBJECTS) == found


def test_an_observation(ledger):
    found = trace("strikes-iraq-2015-03-s1", ledger, SUBJECTS)
    assert [claim.id for claim in found.claims] == ["S1-12a"]
    assert "strikes" in found.related
    assert "air-strikes" in found.related


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("pay-gapp", "there is no 'pay-gapp' to trace; did you mean 'pay-gap'?"),
        (
            "pay-gap.sensitivty",
            "there is no 'pay-gap.sensitivty' to trace; did you mean 'pay-gap.sensitivity'?",
        ),
        ("S1-13cc", "there is no 'S1-13cc' to trace; did you mean 'S1-13c'?"),
        ("output:pay-gap", "there is no output 'pay-gap' to trace"),
        ("", "there is no '' to trace"),
        ("@@@@", "there is no '@@@@' to trace"),
    ],
)
def test_an_unknown_name(ledger, name, message):
    with pytest.raises(FissureError) as caught:
        trace(name, ledger, SUBJECTS)
    assert str(caught.value).startswith(message)


def test_every_name_of_the_ledger_traces(ledger):
    names = [*ledger.mechanisms, *ledger.sources, *ledger.claims, *ledger.variables, *ledger.observations]
    for name in names:
        found = trace(name, ledger, {})
        for claim in found.claims:
            assert claim.source in found.sources
        for observation in (*found.observations, *(o for group in found.rival_groups for o in group)):
            assert observation.source in found.sources
            assert observation.variable in found.variables


def test_links_hold_both_ways(ledger):
    for claim in ledger.claims.values():
        assert claim in trace(claim.source, ledger, {}).claims
        if claim.mechanism:
            assert claim in trace(claim.mechanism, ledger, {}).claims
        if claim.figure:
            assert claim in trace(claim.figure, ledger, {}).claims
            assert claim.figure in {o.id for o in trace(claim.id, ledger, {}).observations}
