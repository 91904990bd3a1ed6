"""An attribution in words, in the terminal, on its page, and in the report of a run."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from itertools import pairwise

import numpy as np
import pytest
from attributions import changed, made_up
from reports import rendered
from test_report_in_browser import opened
from tests import vega_lite
from tests.chart_pages import faults
from tests.paper import on_paper

from fissure.api.attributions import AttributionResult, _command, size_of
from fissure.context import context_of
from fissure.errors import FissureError
from fissure.present.render import html, terminal
from fissure.present.sections import attribution_charts as charts
from fissure.present.sections import attribution_words as words
from fissure.present.sections.attribution import document
from fissure.studies.attribution import FULL, QUICK
from fissure.studies.attribution_file import KEPT, SavedAttribution
from fissure.studies.kept_results import place

COMMAND = "fissure explain islamic_state --seed 1 --weeks 247 --prior"


@pytest.fixture(scope="module")
def found():
    return made_up()


@pytest.fixture(scope="module")
def saved(found):
    return SavedAttribution(found, COMMAND)


def printed(saved, width=150):
    return "\n".join(terminal.lines(document(saved, "A case"), width))


def test_the_whole_effect_is_told_with_its_direction(found):
    said = words.whole(found, 0)
    assert said.startswith("With everything on it is 146 weeks (90%: 14")
    assert "with everything off 247 weeks: the mechanisms together take away 101 weeks (90%: 99" in said
    more = words.whole(changed(found, "effect", 0, 12.0, 10.0, 14.0), 0)
    assert more.endswith("the mechanisms together add 12 weeks (90%: 10 to 14).") or "little beside" in more


def test_a_direction_turns_its_interval():
    assert words.amount(-20.0, -30.0, -10.0, "weeks") == "20 weeks (90%: 10 to 30)"
    assert words.amount(20.0, 10.0, 30.0, "km2") == "20 km² (90%: 10 to 30)"
    assert words.amount(-5.0, -5.0, -5.0, "weeks") == "5 weeks"


def test_who_adds_and_who_takes_away():
    assert (words.verb(1, "the war"), words.verb(-1, "the war")) == ("adds", "takes away")
    assert (words.verb(1, "the ranks"), words.verb(-1, "the ranks")) == ("add", "take away")


def test_groups_are_told_strongest_first_and_what_is_unclear_is_not(found):
    said = words.by_group(found, 0)
    assert said.startswith("Shared among the groups: the war takes away 63 weeks (90%: 62.")
    assert "62% of the whole; the ranks take away 30 weeks" in said
    assert said.endswith("What the factions do cannot be distinguished from zero.")


def test_of_a_whole_effect_that_is_unclear_no_shares_are_told(found):
    unclear = changed(found, "effect", 0, -3.0, -9.0, 3.0)
    said = words.whole(unclear, 0)
    assert said.endswith(
        "the whole effect, −3 (90%: −9 to +3), cannot be distinguished from zero, so no shares of it are given."
    )
    assert "of the whole" not in words.by_group(unclear, 0) and words.share(1.0, unclear, 0) == "–"


def test_of_a_whole_effect_that_is_small_beside_its_parts_no_shares_are_told(found):
    small = changed(found, "effect", 0, -3.0, -4.0, -2.0)
    assert "little beside what they do in both directions" in words.whole(small, 0)
    assert words.share(-63.0, small, 0) == "–"
    assert words.share(-50.5, changed(found, "effect", 0, -101.0, -110.0, -90.0), 0) == "50%"


def test_nothing_is_told_as_nothing(found):
    still = changed(found, "effect", 0, 0.0, 0.0, 0.0)
    assert words.whole(still, 0).endswith("the mechanisms change nothing.")
    assert words.mark(0.0, 0.0) == "" and words.mark(-1.0, 1.0) == "?" and words.mark(np.nan, np.nan) == "?"
    both = changed(found, "interaction", 0, 0.0, 0.0, 0.0)
    assert words.inside_outside(both, 0).endswith("Nothing comes only of both together: the two add up.")
    none = changed(found, "outside", 0, 0.0, 0.0, 0.0)
    assert words.inside_outside(none, 0).startswith("The war alone does nothing; the inside alone takes away 35 weeks")


@pytest.mark.parametrize(
    ("inside", "both", "said"),
    [
        ((-35, -36, -34), (-6, -7, -5), "take away another 6 weeks (90%: 5 to 7): they reinforce each other."),
        (
            (-35, -36, -34),
            (6, 5, 7),
            "Together they take away less than the two alone in sum, by 6 weeks (90%: 5 to 7)",
        ),
        ((35, 34, 36), (6, 5, 7), "Only both together add another 6 weeks (90%: 5 to 7)."),
        (
            (-1, -3, 1),
            (-6, -7, -5),
            "what the inside alone does, −1 (90%: −3 to +1), cannot be distinguished from zero. Only both",
        ),
        (
            (-35, -36, -34),
            (1, -2, 4),
            "What comes only of both together, +1 (90%: −2 to +4), cannot be distinguished from zero.",
        ),
    ],
)
def test_inside_and_outside_reinforce_overlap_or_neither(found, inside, both, said):
    own = changed(changed(found, "inside", 0, *inside), "interaction", 0, *both)
    sentence = words.inside_outside(own, 0)
    assert said in sentence and sentence.startswith("The war alone takes away 60 weeks")


def test_mechanisms_that_can_be_told_from_nothing_are_counted_and_named(found):
    said = words.mechanisms(found, 0)
    sure = sum((found.every.low[:, 0] > 0) | (found.every.high[:, 0] < 0))
    assert said.startswith(f"Of 54 mechanisms {sure} can be distinguished from zero over 8 members; strongest: “")
    assert said.count("“") == words.NAMED
    every = replace(found.every, low=found.every.value - 99e3, high=found.every.value + 99e3)
    assert words.mechanisms(replace(found, every=every), 0) == (
        "Of 54 mechanisms none can be distinguished from zero over 8 members."
    )


def test_pairs_are_ranked_with_the_clear_ones_first(found):
    order = words.ranked(found, 0)
    assert len(order) == 6 and order[0] == (1, 0)
    mean, low, high = (part[..., 0] for part in found.pairs.interaction)
    clear = [bool(low[i, j] > 0 or high[i, j] < 0) for i, j in order]
    assert clear == sorted(clear, reverse=True)
    sizes = [abs(mean[i, j]) for (i, j), sure in zip(order, clear, strict=True) if sure]
    assert sizes == sorted(sizes, reverse=True)


def test_a_pair_that_goes_the_way_of_both_reinforces_and_else_overlaps(found):
    names = list(found.pairs.players)
    value = found.strongest.value[:, 0]
    assert value[0] < 0 and value[1] < 0 < value[2] and found.pairs.interaction.mean[1, 0, 0] < 0
    assert words.pair(found, 1, 0, 0) == "reinforce" and words.pair(found, 2, 0, 0) == "opposed"
    turned = replace(found.pairs, interaction=type(found.pairs.interaction)(*(-x for x in found.pairs.interaction)))
    turned = replace(turned, interaction=turned.interaction._replace(
        low=turned.interaction.high, high=turned.interaction.low))  # fmt: skip
    assert words.pair(replace(found, pairs=turned), 1, 0, 0) == "overlap"
    first, second = (words.title(names[at]) for at in (1, 0))
    assert f"“{first}” and “{second}” reinforce each other (−5 weeks)" in words.pairs(found, 0)


def test_how_sure_it_is(found):
    assert "±8% of the whole effect on “time until the ground collapses”; asked for was ±10%, which was reached." in (
        words.sampling(found)
    )
    wide = replace(found, reached=np.array([0.2, 0.2]))
    assert words.sampling(wide).endswith("which so few members do not reach.")
    none = replace(found, reached=np.array([np.nan, 0.2]))
    assert "has no whole effect to measure its error by" in words.sampling(none)
    assert words.pairing(found).endswith("collapse 14, deserted 3.")
    assert "could not be measured" in words.pairing(replace(found, paired=np.array([np.nan, np.inf])))


def test_the_sum_is_told_where_it_misses(found):
    assert words.sums(found.groups.value, found.groups.value.sum(axis=0)) < 1e-12
    assert words.sums(found.groups.value, found.groups.value.sum(axis=0) * 1.01) == pytest.approx(0.01, rel=0.1)
    assert words.sums(np.zeros((5, 2)), np.zeros(2)) == 0


def test_the_terminal_holds_sentences_and_tables(saved):
    text = re.sub(r"\s+", " ", printed(saved))
    for said in (*words.sentences(saved.found, 0), *words.sentences(saved.found, 1), words.sampling(saved.found)):
        assert said in text
    assert (
        "drawn from the prior (247 weeks, seed 1)" in text
        and "+: more desert" in text
        and "reinforce each other" in text
    )
    assert "posterior of evidence up to 2015-12-31" in printed(replace(saved, until=date(2015, 12, 31)))
    assert all(len(row) <= 100 for row in printed(saved, 100).splitlines())


def test_without_the_strongest_nothing_is_said_of_them(saved, case):
    quick = replace(saved, found=replace(saved.found, strongest=None, pairs=None))
    assert "strongest pairs" not in printed(quick).lower() and "Exactly" not in printed(quick)
    assert charts.interactions(quick.found, 0) is None
    assert 'data-chart="collapse-pairs"' not in html.render(document(quick, case.title))


def test_a_waterfall_goes_from_off_to_on(found):
    spec = charts.by_group(found, 0)
    vega_lite.check(spec)
    steps = spec["datasets"]["steps"]
    assert [s["what"] for s in steps] == [
        "Everything off", "The ranks", "The factions", "Its rule", "The governed", "The war", "Everything on"
    ]  # fmt: skip
    for before, after in pairwise(steps[:-1]):
        assert after["from"] == before["to"]
    assert steps[-2]["to"] == pytest.approx(steps[-1]["to"], rel=1e-5)
    assert steps[1]["told"].startswith("−30 (−30.") and steps[2]["told"].endswith("?") and steps[0]["told"] == "247"
    assert [s["way"] for s in steps[1:3]] == [charts.DOWN, charts.UP]
    blocks = charts.inside_outside(found, 0)["datasets"]["steps"]
    assert blocks[-2]["to"] == pytest.approx(blocks[-1]["to"], rel=1e-5)


def test_a_heat_map_tells_signs_and_doubt_in_its_cells(found):
    spec = charts.interactions(found, 0)
    vega_lite.check(spec)
    cells = spec["datasets"]["pairs"]
    assert len(cells) == 4 * 5 // 2
    assert sum(cell["own"] for cell in cells) == 4
    for cell in cells:
        assert cell["said"].strip("()")[0] in "+−" and cell["said"].startswith("(") == cell["told"].endswith("?")


def test_mechanisms_stand_with_both_values(found):
    spec = charts.mechanisms(found, 0)
    vega_lite.check(spec)
    rows = spec["datasets"]["mechanisms"]
    assert len([r for r in rows if r["game"] == charts.SAMPLED]) == charts.MOST
    assert len([r for r in rows if r["game"] == charts.EXACT]) == 4


@pytest.mark.parametrize(
    ("x", "said"),
    [(1234, "+1.2k"), (-0.0314, "−0.03"), (45.2, "+45"), (0, "0"), (-2.5e6, "−2.5M"), (999.9, "+1k"), (np.nan, "–")],
)
def test_short_numbers(x, said):
    assert charts.short(x) == said


def test_the_page_holds_every_number_and_its_charts(saved, case):
    page = html.render(document(saved, case.title))
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', page, re.S).group(1).replace("\\u003c", "<"))
    keys = {
        f"{name}-{what}" for name in ("collapse", "deserted") for what in ("groups", "blocks", "mechanisms", "pairs")
    }
    assert set(shared["specs"]) == set(re.findall(r'data-chart="([^"]+)"', page)) == keys
    assert page.count("<code>desertion</code>") >= 2 and COMMAND in page and "not the world" in page
    assert all(said.split("“")[0] in page for said in words.WRONG)
    assert "http://" not in page.replace("http://www.w3.org", "").partition("<script>")[0]


@pytest.mark.thorough
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (390, "dark")])
def test_the_page_draws_without_a_network(browser, saved, case, tmp_path, width, scheme):
    path = AttributionResult(context_of(case), saved).report(tmp_path / "explain.html")
    page, said, asked = opened(browser, path, width, scheme)
    assert said == [] and asked == [path.as_uri()]
    drawn = page.evaluate("[...document.querySelectorAll('[data-chart]')].map(e => e.querySelectorAll('svg').length)")
    assert drawn and set(drawn) == {1}
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert not faults(page)
    assert not on_paper(page)[0]
    page.context.close()


@pytest.mark.thorough
def test_the_report_shows_one_that_is_kept(saved, case, data, ledger, rows, tmp_path):
    for name in ("boundaries.geojson", "context.geojson"):
        shutil.copy(case.folder / name, tmp_path)
    own = replace(case, folder=tmp_path)
    assert '<section id="attribution">' not in rendered(data, own, ledger, rows)
    AttributionResult(context_of(own), saved).keep()
    page = rendered(data, own, ledger, rows)
    assert (
        '<section id="attribution">' in page
        and words.by_group(saved.found, 0) in page
        and "a page that also tells of 1 other outcome." in page
    )
    assert 'data-chart="collapse-groups"' in page and '"collapse-groups"' in page
    assert '<section id="attribution">' not in rendered(data, own, ledger, rows, posterior_digest="another")


def test_a_part_of_the_weeks_is_not_kept(saved, case, tmp_path):
    part = replace(saved, found=replace(saved.found, plan=replace(saved.found.plan, weeks=12)))
    own = replace(case, folder=tmp_path)
    with pytest.raises(FissureError, match="found 12 weeks to keep, expected all 247"):
        AttributionResult(context_of(own), part).keep()
    assert not place(own, KEPT).exists()


def test_the_command_says_what_is_not_by_default(found, case):
    def command(size, quick=False, asked=()):
        return _command(context_of(case), replace(found, size=size), asked, quick, prior=True)

    tail = f"--seed 1 --weeks {found.plan.weeks} --prior"
    assert command(FULL) == f"fissure explain islamic_state {tail}"
    assert command(QUICK, True, ("deserted",)) == f"fissure explain islamic_state --of deserted --quick {tail}"
    size = size_of(members=2, sampled=3, pairs=0, error=0.2)
    assert command(size) == f"fissure explain islamic_state --members 2 --sampled 3 --pairs 0 --error 0.2 {tail}"
    assert size.least == 3
