"""Patterns in the terminal and in the report."""

import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from histories import PATTERNS
from reports import described, rendered
from synthetic import run
from tests import vega_lite

from fissure.errors import FissureError
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.document import Table, figures_of, plain
from fissure.present.render import json as in_json
from fissure.present.render import terminal
from fissure.present.sections import patterns as charts
from fissure.present.sections import patterns as section
from fissure.present.sections import patterns as words
from fissure.studies.compare import compare
from fissure.studies.observation_operator import calendar_of
from fissure.studies.patterns.met import everyone, met, plausible, sample


@pytest.fixture(scope="module")
def history(case):
    """Members of which the ground halves after the services, and that lie near what was published."""
    data = run(case, members=30).load().drop_vars("plots", errors="ignore")
    data["territory_km2"][:] = 45_000.0
    data["territory_km2"][:, 150:] = 5_000.0
    data["residents_under_control"][:] = 8_000_000
    data["fighters"][:] = 12_000
    data["services"][:] = 0.8
    data["services"][:20, 60:] = 0.2
    data["services"][20:27, 160:] = 0.2
    return data


@pytest.fixture(scope="module")
def found(history, ledger):
    among = plausible(compare(history, ledger), 30, history["week"].values[0])
    assert among.count == 30
    return {one.part.name: one for one in met(history, among, PATTERNS)}, among


def printed(found, among, history, ledger, width, until=None, **own):
    run = described(history, **own)
    made = section.document(found, among, run, "A case", history, ledger, until)
    return " ".join(" ".join(terminal.lines(made, width)).split())


def test_the_table_says_share_interval_members_and_verdict(found, history, ledger):
    parts, among = found
    said = printed(list(parts.values()), among, history, ledger, 160)
    assert said.startswith("A case: 30 simulated histories")
    assert "30 of 30 members are plausible" in said and "78,000 to 243,000" in said
    one = parts["a1"]
    assert (one.meet, one.applicable, one.verdict) == (20, 30, "mixed")
    assert "67% 49% to 81% 30 ~ mixed" in said
    assert "g1 Plots go before offensives. The run does not hold plots." in said and "– not recorded" in said
    assert words.headline(list(parts.values())) in said
    assert "→ tests" not in said


def test_a_cut_off_marks_what_a_fit_could_have_known(found, history, ledger):
    parts, among = found
    said = printed(list(parts.values()), among, history, ledger, 130, date(2015, 12, 31))
    assert "67% 49% to 81% 30 • fits ~ mixed" in said
    tests = [p for p in parts.values() if sample(p.pattern, p.part, ledger, date(2015, 12, 31)) == "tests"]
    assert said.count("→ tests ") == len(tests) + 1  # and in the key
    assert f"Out of sample, {len(tests)}: " in said and "days up to 31 Dec 2015" in said


def test_of_a_posterior_all_members_count(history, ledger):
    assert words.filtered(everyone(30)).startswith("All 30 members count")
    shown = section.of_run(history, PATTERNS, ledger, [], described(history, until="2015-12-31"))
    said = json.dumps(in_json.block(shown), ensure_ascii=False)
    assert "All 30 members count" in said
    (table,) = (block for block in shown.blocks if isinstance(block, Table))
    at = [column.title for column in table.columns].index("Sample")
    assert {row.cells[at].text for row in table.rows} == {"• fits", "→ tests"}


def test_a_day_that_is_none_is_refused():
    with pytest.raises(FissureError, match="until is '2015-13-40', expected a day such as 2015-12-31"):
        formatting.day_of("2015-13-40")
    assert formatting.day_of("2015-12-31") == formatting.day_of(date(2015, 12, 31)) == date(2015, 12, 31)


def test_says_how_often_the_first_never_comes(found):
    assert words.counted(found[0]["a1"]).endswith("(95%: 49% to 81%). In 3 of them the first never comes.")


def test_a_case_without_the_sources_has_no_patterns(found, history):
    assert "nothing to test" in printed([], found[1], history, Ledger(), 110)
    assert section.of_run(history, (), Ledger(), [], described(history)) is None


def test_charts_hold_quantiles_that_vega_lite_takes(found, history):
    parts = [one for one in found[0].values() if one.applicable]
    for one in parts:
        vega_lite.check(charts.pair_chart(one, calendar_of(history)))
    both = charts.pair_chart(found[0]["a1"], calendar_of(history))["datasets"]["pair"]
    assert [row["what"] for row in both] == ["services a fifth down", "ground a fifth down"]
    assert both[1]["median"][:7] == str(history["week"].values[152])[:7]
    assert all(row["q05"] <= row["q25"] <= row["median"] <= row["q75"] <= row["q95"] for row in both)


def test_what_is_infinite_is_not_drawn(found, history):
    one = replace(found[0]["e1"], first=np.full(30, np.inf))
    assert [row["what"] for row in charts.pair_chart(one, calendar_of(history))["datasets"]["pair"]] == ["limit"]


def test_pictures_of_shares_differ_by_shape_and_lie_within(history, ledger):
    made = section.of_run(history, PATTERNS, ledger, compare(history, ledger), described(history))
    (table,) = (block for block in made.blocks if isinstance(block, Table))
    rows = list(table.rows)
    assert len(rows) == sum(len(p.parts) for p in PATTERNS)
    at = {column.title: n for n, column in enumerate(table.columns)}
    shapes = set()
    for row in rows:
        name, title, picture = row.cells[:3]
        if picture.picture:
            svg = picture.picture.svg
            shape = "diamond" if "rotate" in svg else "circle" if "<circle" in svg else "square"
            shapes.add((row.cells[at["Verdict"]].text, shape))
            low, length = (float(x) for x in re.search(r'x="([0-9.]+)" y="8" width="([0-9.]+)"', svg).groups())
            assert 0 < low < low + length < section.WIDTH, name.text
            assert " Medians: " in plain(title.more[1])
        else:
            assert title.note and plain(row.cells[at["Met in"]].text) == "–"
    assert shapes == {("✓ met", "circle"), ("~ mixed", "square"), ("✗ not met", "diamond")}
    ground = next(plain(row.cells[1].more[1]) for row in rows if row.cells[0].text == "a1")
    assert "Medians: services a fifth down " in ground and "2017." in ground


@pytest.mark.thorough
def test_the_report_has_a_section_with_charts_of_those_in_time(history, case, ledger):
    rows = compare(history, ledger)
    text = rendered(history, case, ledger, rows)
    shared = json.loads(re.search(r'id="shared">(.*?)</script>', text, re.S)[1])
    drawn = {key for key in shared["specs"] if key.startswith("pattern")}
    assert "pattern-a1" in drawn and not drawn & {"pattern-g1", "pattern-s1"}
    assert drawn == set(re.findall(r'data-chart="(pattern[^"]*)"', text))
    assert 'href="#patterns"' in text and "The run does not hold plots." in text
    assert text.count("<strong>Criterion.</strong>") == sum(len(p.parts) for p in PATTERNS)
    assert "→ tests" not in text
    assert "→ tests" in rendered(history, case, ledger, rows, until="2015-12-31")


def test_nothing_is_drawn_of_a_run_too_short_to_tell(case, ledger):
    data = run(case, members=2, weeks=3)
    made = section.of_run(data, PATTERNS, ledger, compare(data, ledger), described(data))
    assert made is not None and not list(figures_of(made))
    assert "nothing to test" in json.dumps(in_json.block(made), ensure_ascii=False)


def test_the_page_of_the_docs_names_every_pattern():
    page = (Path(__file__).parents[2] / "docs" / "explanation" / "patterns.md").read_text(encoding="utf-8")
    assert f"gives {len(PATTERNS)}." in page
    rows = {line[2]: line for line in page.splitlines() if re.match(r"\| [a-z]\. ", line)}
    assert list(rows) == [pattern.letter for pattern in PATTERNS]
    for pattern in PATTERNS:
        assert all(part.name in rows[pattern.letter] for part in pattern.parts), pattern.letter
    for pattern in PATTERNS[8:]:
        assert pattern.title.rstrip(".") in rows[pattern.letter]
        assert all(part.level in rows[pattern.letter] for part in pattern.parts), pattern.letter
