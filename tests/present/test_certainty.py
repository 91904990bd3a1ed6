"""How sure numbers are, in words: few histories, shared pasts, ends of an outcome; in table, report and files."""

import json
from dataclasses import replace

import numpy as np
import pytest
from attributions import made_up
from reports import lines, rendered
from synthetic import run

from fissure.present import certainty
from fissure.present.render import terminal
from fissure.present.sections import attribution, whatif
from fissure.present.sections import attribution_words as explain
from fissure.present.sections import whatif as whatif_words
from fissure.present.sections.attribution_charts import inside_outside
from fissure.studies.attribution import ALL, INSIDE_ALONE, NONE, WAR_ALONE
from fissure.studies.attribution_file import SavedAttribution, read_explained
from fissure.studies.compare import compare
from fissure.studies.effective import EffectiveSample
from fissure.studies.outcomes import AtBound, AtBounds, at_bounds, bounds_of, outcome
from fissure.studies.scenario import Scenario
from fissure.studies.whatif import AS_IT_WAS, CHANGED, Answer, WhatIf, difference_of

SHARED = EffectiveSample(24, 10, 8.2)


@pytest.fixture(scope="module", params=[1, 4, 19, 20])
def few(request, case, ledger):
    """Members, and the run of so many beside what was published."""
    data = run(case, members=request.param)
    return request.param, data, compare(data, ledger)


def test_the_table_says_at_its_top_that_histories_are_too_few(few, case, ledger):
    members, data, rows = few
    joined = " ".join(" ".join(lines(data, case, ledger, rows, 120)).split())
    head = joined[: joined.index("────")]
    assert ("Too few: the ends of a 90% interval cannot be estimated from" in head) == (members < 20)
    assert ("at least 20 are needed" in head) == (members < 20)
    assert ("lie inside a 90% interval that says something" in joined) == (members >= 20)
    assert ("By variable" in joined) == (members >= 20)
    assert ("The least sure is the" in joined) == (members >= 20)


def test_of_one_history_there_is_no_interval_and_no_verdict(few, case, ledger):
    members, data, rows = few
    joined = " ".join(lines(data, case, ledger, rows, 120))
    assert ("not judged" in joined) == (members == 1)
    assert members > 1 or "not known" in joined


@pytest.mark.thorough
def test_the_report_says_at_its_top_that_histories_are_too_few(few, case, ledger):
    members, data, rows = few
    page = rendered(data, case, ledger, rows)
    page = page[: page.index("<script")]
    assert ("Too few: the ends of a 90% interval" in page[: page.index("<main")]) == (members < 20)
    assert ('class="tally" role="img" aria-label="' in page[: page.index('id="history"')]) == (members >= 20)
    assert ("Where published figures lie outside" in page) == (members >= 20)
    assert ('data-label="model 90%">not known<' in page) == (members == 1)


@pytest.mark.thorough
def test_what_members_are_worth_stands_in_table_and_report(data, rows, case, ledger):
    said = "24 histories, worth 8 independent draws (10 distinct pasts)"
    assert said in " ".join(" ".join(lines(data, case, ledger, rows, 120, worth=SHARED)).split())
    assert said in rendered(data, case, ledger, rows, worth=SHARED)
    assert "at least 20 independent ones are needed" in certainty.rests_on(SHARED, 24)
    assert "(not recorded)" in certainty.worth(None, 24)
    assert certainty.worth(EffectiveSample(5, 5, 5.0), 5) == "5 histories, none of which share a past"


def test_ends_are_less_sure_with_shared_pasts(rows):
    def share(said):
        return int(said.split("a median of ", 1)[1].split("%")[0])

    assert share(certainty.least_sure(rows, SHARED)) > share(certainty.least_sure(rows))


CEILING = AtBounds(
    (AtBound(NONE, "upper", 247.0, 31, 32), AtBound(INSIDE_ALONE, "upper", 247.0, 32, 32)), recorded=True
)


@pytest.fixture
def capped():
    """An attribution whose first outcome is at the end of the run where the war is off."""
    return replace(made_up(), at_bound=(CEILING, AtBounds()), worth={8: EffectiveSample(8, 6, 4.0)})


def test_an_attribution_at_the_end_of_the_run_cannot_be_read_from_the_inside(capped):
    said = " ".join(explain.sentences(capped, 0))
    assert "31 of 32 histories with everything off, all 32 histories with the inside alone" in said
    assert "what the inside alone does cannot be read from this outcome" in said
    assert "the inside alone takes away" not in said and "the inside alone adds" not in said
    assert "is no sign that the two act on each other" in said
    assert "restricted to the run's 247 weeks" in explain.note(capped, 0)
    assert "cannot be read" not in " ".join(explain.sentences(capped, 1))
    steps = inside_outside(capped, 0)["datasets"]["steps"]
    (inside,) = [row for row in steps if row["what"].startswith("The inside alone")]
    assert inside["what"].endswith("⊣") and inside["told"].endswith("cannot be read")
    assert inside["low"] == inside["high"] == inside["to"]


def test_what_is_known_of_ends_and_worth_is_read_back_with_the_attribution(capped, tmp_path):
    path = SavedAttribution(capped, "fissure explain").write(tmp_path / "explain.json")
    again = read_explained(path).found
    assert again.at_bound == capped.at_bound and again.worth == capped.worth and again.clustered
    document = json.loads(path.read_text())
    assert document["few_histories"].startswith("Too few") and document["at_bound"][0][0]["count"] == 31
    del document["at_bound"], document["effective_size"], document["few_histories"]  # as it was written before
    path.write_text(json.dumps(document))
    before = read_explained(path).found
    assert not before.clustered and before.worth == {}
    assert before.bounds_at(0).of(NONE) == () and not before.bounds_at(0).recorded
    assert "not recorded" in explain.rests_on(before)[0]


def test_the_table_of_an_attribution_warns_and_tells_recruitment_apart(capped):
    lines = list(terminal.lines(attribution.document(SavedAttribution(capped, "fissure explain"), "A case"), 160))
    assert any(line.startswith("Too few") for line in lines[:6])
    assert "8 histories, worth 4 independent draws (6 distinct pasts)" in " ".join(lines)
    sides = capped.sides(0)
    assert sides.war + sides.recruitment + sides.rest == pytest.approx(capped.every.value[:, 0].sum())
    assert f"the other {sides.of_rest} inside" in " ".join(" ".join(lines).split())


def difference(case, name, changed, as_it_is):
    bounds = bounds_of(name, case.weeks, case.units * case.slots)
    return difference_of(outcome(name, case), np.array(changed), np.array(as_it_is), bounds=bounds)


def test_a_difference_from_the_end_of_the_run_is_marked_and_counted(case):
    one = difference(case, "collapse", [200.0, 247, 247, 190], [247.0, 240, 247, 200])
    assert whatif_words.interval(one).endswith("⊣") and not one.unreadable
    answer = Answer("own", Scenario(), (one,), ())
    said = " ".join((*whatif_words.sentences(answer), *whatif_words.ends(answer)))
    assert "2 of 4 histories as it is, 2 of 4 histories with the change" in said and "restricted to the weeks" in said


def test_a_difference_between_two_worlds_at_one_end_cannot_be_read_and_supports_nothing(case):
    one = difference(case, "territory@2016-12-31", [0.0, 0, 0, 12], [0.0, 0, 0, 10])
    assert one.unreadable and one.expected == "open"
    assert whatif_words.way(one) == "cannot be read ⊣"
    assert "Cannot be read" in " ".join(whatif_words.sentences(Answer("own", Scenario(), (one,), ())))


@pytest.mark.parametrize("members", [4, 19, 20])
def test_what_ifs_of_few_pairs_warn(case, ledger, members):
    random = np.random.default_rng(1)
    values = random.uniform(10, 200, size=(2, members))
    one = difference(case, "collapse", *values)
    plan = made_up().plan
    found = WhatIf(
        (Answer("own", Scenario(), (one,), ()),), plan, case.start, members, None, EffectiveSample(members, 3, 2.5)
    )
    lines = list(terminal.lines(whatif.document(found, "A case", ledger, {}, {}, "fissure whatif")))
    assert any(line.startswith("Too few") for line in lines[:6]) == (members < 20)
    assert f"{members} histories, worth 2 independent draws (3 distinct pasts)" in " ".join(" ".join(lines).split())


def test_the_worlds_have_names_of_their_own():
    assert len({ALL, NONE, INSIDE_ALONE, WAR_ALONE, AS_IT_WAS, CHANGED}) == 6
    assert at_bounds(bounds_of("collapse", 3, 0), {NONE: np.array([3.0])}).of(NONE)
