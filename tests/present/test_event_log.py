"""The section on events: its numbers are those of the table, its charts those of its quarters."""

import json

import pytest
import vl_convert
from reports import rendered
from synthetic import events, run
from tests import vega_lite

from fissure.present.charts import timeline
from fissure.present.document import Paragraph, Table, figures_of, plain
from fissure.present.sections import histories
from fissure.studies.compare import compare
from fissure.studies.observation_operator import calendar_of

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def lines(data):
    return {line.kind: line for line in timeline.timelines(events(), calendar_of(data))}


def test_a_week_is_in_the_quarter_of_most_of_its_days(lines):
    raid = lines["raid"]
    assert [q.label for q in raid.quarters][:3] == ["Q3 2014", "Q4 2014", "Q1 2015"]
    assert [q.label for q in raid.quarters][-1] == "Q1 2019" and len(raid.quarters) == 19
    assert raid.counts[:3, 0].tolist() == [2, 1, 0] and raid.sizes[:3, 0].tolist() == [7, 250, 0]
    assert raid.counts[0, 1] == 1 and raid.sizes[2, -1] == 1
    assert raid.counts.sum() == 5 and raid.sizes.sum() == 263
    assert str(raid.quarters[0].first) == "2014-06-30" and str(raid.quarters[0].last) == "2014-09-28"


def test_the_table_is_of_all_members_and_all_kinds(data):
    section = histories.events(events(), data)
    (table,) = (block for block in section.blocks if isinstance(block, Table))
    raid, quarrel, eclipse = ([plain(cell.text) for cell in row.cells] for row in table.rows)
    assert raid[2:7] == ["38%", "0", "0 to 3", "0", "0 to 250"]
    assert quarrel[2:5] == ["100%", "1", "1"]
    assert eclipse[2] == "0%"
    assert section.blocks[-1] == Paragraph("In no history of this run: Eclipses <of the sun>.", "small")
    assert [row[1] for row in (raid, quarrel, eclipse)] == [
        "a week of a bloc in a district", "a week", "a week in a district",
    ]  # fmt: skip
    figures = list(figures_of(section))
    assert [figure.key for figure in figures] == ["event-raid", "event-quarrel"]
    numbers = [[plain(cell.text) for cell in row.cells] for row in figures[0].numbers.rows]
    assert len(numbers) == 19 and numbers[0][:3] == ["Q3 2014", "25%", "0"]
    assert len(figures[0].numbers.columns) == len(numbers[0])


def test_bars_stack_to_the_share_of_histories(lines):
    for line in lines.values():
        bars = timeline.spec(line)["datasets"]["bars"]
        for n, quarter in enumerate(line.quarters):
            own = [bar for bar in bars if bar["start"] == f"{quarter.first}T00:00"]
            top = max((bar["high"] for bar in own), default=0.0)
            assert top == pytest.approx((line.counts[:, n] > 0).mean())
            assert sum(bar["high"] - bar["low"] for bar in own) == pytest.approx(top)
    first = [bar for bar in timeline.spec(lines["raid"])["datasets"]["bars"] if bar["start"] == "2014-06-30T00:00"]
    assert [(bar["class"], bar["low"], bar["high"]) for bar in first] == [
        ("100 or more", 0.0, 0.125), ("1 to 9", 0.125, 0.25),
    ]  # fmt: skip


def test_vega_lite_takes_the_charts(lines, capfd):
    for line in lines.values():
        spec = timeline.spec(line)
        assert "background" not in spec
        vega_lite.check(spec)
        assert vl_convert.vegalite_to_svg(json.dumps(spec, allow_nan=False)).count("<path") > len(line.quarters)
    shares = timeline.spec(lines["raid"])["layer"][0]["encoding"]["opacity"]["scale"]
    assert shares["domain"] == ["1 to 9", "100 or more"]  # nobody had 10 to 99 in a quarter
    assert capfd.readouterr().err == ""


def test_large_sizes_are_joined_below(data):
    rows = [(0, "2015-01-05", "raid", 10**n) for n in range(7)]
    (raid, *_) = timeline.timelines(events(rows), calendar_of(data))
    names = timeline.spec(raid)["layer"][0]["encoding"]["opacity"]["scale"]["domain"]
    assert names == ["1,000,000 or more"]
    rows = [(n, "2015-01-05", "raid", 10**n) for n in range(7)]
    (raid, *_) = timeline.timelines(events(rows), calendar_of(data))
    names = timeline.spec(raid)["layer"][0]["encoding"]["opacity"]["scale"]["domain"]
    assert names == ["under 10,000", "10,000 to 99,999", "100,000 to 999,999", "1,000,000 or more"]


def test_an_empty_table_and_a_short_run(case, ledger):
    data = run(case, members=1, weeks=2)
    section = histories.events(events([], members=1), data)
    assert not list(figures_of(section))
    text = rendered(data, case, ledger, compare(data, ledger), events=events([], members=1))
    assert "In no history of this run: Raids; Quarrels; Eclipses &lt;of the sun&gt;" in text
    (raid, *_) = timeline.timelines(events([(0, "2014-07-07", "raid", 2)], members=1), calendar_of(data))
    assert raid.counts.tolist() == [[1]]
    assert "<path" in vl_convert.vegalite_to_svg(json.dumps(timeline.spec(raid)))


def test_stands_in_the_report_between_history_and_maps(data, case, ledger, rows):
    text = rendered(data, case, ledger, rows, events=events())
    at = [text.index(f'<section id="{name}"') for name in ("history", "events", "maps")]
    assert at == sorted(at) and 'href="#events"' in text
    assert 'data-chart="event-raid"' in text and '"event-raid":' in text
    assert "Eclipses <of" not in text
    without = rendered(data, case, ledger, rows)
    assert 'id="events"' not in without and "#events" not in without
