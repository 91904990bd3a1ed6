"""The ledger that ships: nothing is missing, every link holds, every number is plausible."""

import math
import re
from collections import Counter
from datetime import date

from gaps import problems

from fissure.cases.loader import load_case
from fissure.evidence.ledger import package_ledger
from fissure.model import record
from fissure.model.record import COORDINATES
from fissure.present.sections.parts import how_many_are_carried_out

GROUPS = {"ranks": 18, "factions": 10, "rule": 11, "governed": 8, "war": 7}
LABELS = {**COORDINATES, "country": load_case("islamic_state").countries}
OUTPUTS = {o.name: {dim: set(LABELS[dim]) for dim in o.dims if dim in LABELS} for o in record.OUTPUTS}
PUBLISHED = {
    "coalition_weapons_released_month": 17,
    "coalition_strikes_cumulative": 8,
    "executed_total_cumulative": 8,
    "foreign_fighters_cumulative": 6,
    "oil_production_bpd": 6,
    "territory_km2": 6,
    "foreign_fighters_by_country": 5,
    "territory_lost_share_of_peak": 5,
    "fighters_total": 4,
    "coalition_weapons_released_year": 3,
    "coalition_weapons_released_ytd": 3,
    "foreign_fighter_inflow_per_month": 3,
    "own_members_executed_cumulative": 3,
    "revenue_musd_per_month": 3,
    "annual_revenue_musd": 2,
    "fighter_pay_foreign_usd_per_month": 2,
    "fighter_pay_local_usd_per_month": 2,
    "fighter_pay_usd_per_month": 2,
    "fighters_killed_by_coalition_strikes_syria": 2,
    "population_under_control": 2,
    "coalition_strikes_period": 1,
    "coup_plots_exposed": 1,
    "dez_expenditure_share_security": 1,
    "dez_province_revenue_musd": 1,
    "dez_revenue_share_confiscation": 1,
    "dez_revenue_share_oil_gas": 1,
    "dez_revenue_share_taxes": 1,
    "fighters_killed_cumulative": 1,
    "fighters_killed_in_syria_cumulative": 1,
    "foreign_fighter_returnees": 1,
    "killed_in_battle": 1,
    "oil_revenue_change_share": 1,
    "oil_share_of_revenue": 1,
    "own_members_executed_month": 1,
    "pay_cut_factor": 1,
    "permitted_exits": 1,
    "personnel_records_entry_forms": 1,
    "public_defectors_cumulative": 1,
    "tax_confiscation_revenue_change_share": 1,
    "territory_km2_armed_group_iraq": 1,
    "territory_lost_share_of_peak_iraq": 1,
    "territory_lost_share_of_peak_syria": 1,
    "tribe_members_killed": 1,
}
ARTICLES = {"S0": 17, "S1": 14, "S2": 22, "S3": 15, "S4": 18}
ASSERTIONS = {  # the lines of each article that assert something
    "S0": {1, 3, 4, 5, 6, 8, 9, 10, 11, 13, 14, 15, 16},
    "S1": set(range(5, 15)),
    "S2": {2, 3, 5, 6, 7, 9, 10, 11, *range(13, 20)},
    "S3": set(range(2, 15)),
    "S4": {3, *range(5, 18)},
}


def test_it_has_no_problem(ledger):
    assert problems(ledger, ledger.mechanisms, OUTPUTS) == []


def test_all_mechanisms_are_there_and_rest_on_claims(ledger):
    assert Counter(m.group for m in ledger.mechanisms.values()) == GROUPS
    for name in ledger.mechanisms:
        assert ledger.claims_of(name), name


def test_every_line_that_asserts_is_cited_and_no_line_is_beyond_the_end(ledger):
    assert {s.id: s.lines for s in ledger.sources.values() if s.lines} == ARTICLES
    for source, lines in ASSERTIONS.items():
        assert {c.line for c in ledger.claims.values() if c.source == source} == lines
    assert all(c.line <= ARTICLES[c.source] for c in ledger.claims.values())


def test_claims_are_short_and_named_after_their_line(ledger):
    for claim in ledger.claims.values():
        assert len(claim.paraphrase.split()) <= 60
        assert re.fullmatch(rf"{claim.source}-{claim.line:02d}[a-z]", claim.id)
        assert claim.mechanism or len(claim.reason) > 20


def test_what_is_not_carried_out_says_what_is_missing_and_is_counted(ledger):
    left_out = [one for one in ledger.claims.values() if one.lacks]
    assert {one.executes for one in left_out} == {"partly", "no"}
    assert all(len(one.lacks.split()) >= 5 and one.lacks.endswith(".") for one in left_out)
    said = how_many_are_carried_out(ledger.claims.values())
    counts = Counter(one.carried_out for one in ledger.claims.values())
    assert f"{counts['yes']} whole, {counts['partly']} in part and {counts['no']} not yet" in said
    assert counts.total() == 170 and sum(counts[name] for name in ("partly", "no")) == len(left_out)


def test_two_causes_of_one_event_name_each_other(ledger):
    pairs = {frozenset((one.id, other)) for one in ledger.claims.values() for other in one.rival_of}
    assert pairs == {frozenset(("S2-09a", "S2-11a")), frozenset(("S4-06a", "S4-07d")), frozenset(("S0-10a", "S4-15d"))}


def test_all_published_rows_are_there(ledger):
    rows = Counter(o.variable for o in ledger.observations.values() if o.source not in ARTICLES and "." not in o.id)
    assert rows == PUBLISHED
    assert rows.total() == 115


def test_the_series_are_there_and_none_speaks_of_a_day_after_2015(ledger):
    points = Counter(o.id.partition(".")[0] for o in ledger.observations.values() if "." in o.id)
    assert points == {
        "ucdp-deaths-iraq": 6,
        "ucdp-deaths-syria": 2,
        "ucdp-civilians-iraq": 6,
        "ucdp-opponents-iraq": 6,
        "iom-displaced-iraq": 5,
        "strikes-coalition": 4,
        "strikes-airwars": 4,
    }
    assert all(o.when <= date(2015, 12, 31) for o in ledger.observations.values() if "." in o.id)
    first = ledger.observations["ucdp-deaths-iraq.2014-q3"]
    assert first.period == (date(2014, 7, 1), date(2014, 9, 30))
    assert first.low < first.value < first.high
    assert ledger.rivals("strikes-coalition.2015-q2") == (ledger.observations["strikes-airwars.2015-06-25"],)


def test_the_figures_of_the_articles_are_tied_to_their_claims(ledger):
    figures = {o.id for o in ledger.observations.values() if o.source in ARTICLES}
    tied = [c.figure for c in ledger.claims.values() if c.figure]
    assert len(figures) == 14
    assert sorted(tied) == sorted(figures)
    assert all(ledger.observations[c.figure].source == c.source for c in ledger.claims.values() if c.figure)


def test_rivals_are_symmetric_and_of_another_voice_or_moment(ledger):
    for observation in ledger.observations.values():
        for rival in ledger.rivals(observation.id):
            assert observation.id in rival.rival_of
            assert (rival.source, rival.when) != (observation.source, observation.when) or (
                rival.ends != observation.ends
            )


def test_the_known_contradictions_stand_side_by_side(ledger):
    for one, other in [
        ("fighters-total-2014-09-cia", "fighters-total-2015-03-s1"),
        ("territory-2015-12-ihs", "territory-lost-2016-01-cjtf-oir"),
        ("killed-2016-08-cjtf-oir", "killed-by-strikes-syria-2017-01-sohr"),
        ("foreign-arrived-2015-12-soufan", "foreign-arrived-2016-04-us-official-reuters"),
        ("oil-2015-12-world-bank", "oil-2015-06-ihs"),
        ("revenue-year-2014-icsr-ey", "revenue-month-2015-06-ihs"),
        ("territory-2015-01-ihs", "territory-iraq-2014-09-unhcr"),
        ("tribe-killed-2014-08-sohr", "tribe-killed-2014-08-s1"),
        ("own-executed-2014-12-sohr", "own-executed-2014-12-s2"),
    ]:
        assert other in ledger.observations[one].rival_of


def test_every_selection_exists_in_its_output(ledger):
    for variable in ledger.variables.values():
        for dimension, picked in (variable.select or {}).items():
            known = OUTPUTS[variable.output][dimension]
            assert {picked} <= known if isinstance(picked, str) else set(picked) <= known


def test_numbers_dates_units_and_addresses_are_plausible(ledger):
    for observation in ledger.observations.values():
        assert date(2013, 1, 1) <= observation.when <= date(2019, 12, 31)
        assert observation.unit == ledger.variables[observation.variable].unit
        low, high = observation.band
        assert low < high
        assert not math.isnan(low)
        if observation.unit == "share":
            assert observation.doubt_abs is not None
            assert all(abs(end) <= 1 for end in observation.ends)
        if observation.address is not None:
            assert re.match(r"https?://\S+$", observation.address)


def test_one_id_says_what_when_and_who(ledger):
    for observation in ledger.observations.values():
        name, dot, time = observation.id.partition(".")
        assert re.fullmatch(r"[a-z0-9-]+", name)
        if dot:  # a point of a series
            assert name in ledger.series
            assert re.fullmatch(r"20\d\d(-q[1-4]|-\d\d(-\d\d)?)?", time)
        else:
            assert re.search(r"-20\d\d(-\d\d)?-", name)


def test_files_begin_by_saying_what_they_are():
    for path in package_ledger().glob("*.yaml"):
        assert path.read_text(encoding="utf-8").startswith("# ")
