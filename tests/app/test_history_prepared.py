"""The page and the report of a run say the same, to the last digit."""

import json
import re

import numpy as np
import pytest
from small_run import RUN
from waiting import until

from fissure import api
from fissure.app.run_view import HISTORY, view_of
from fissure.present.charts import maps, theme, timeline
from fissure.studies.observation_operator import calendar_of

pytestmark = pytest.mark.thorough


@pytest.fixture(scope="module")
def result(shelf):
    return api.read_run(shelf / RUN)


@pytest.fixture(scope="module")
def made(result):
    """The view of the run."""
    return view_of(result)


@pytest.fixture(scope="module")
def report(result, tmp_path_factory):
    return result.report(tmp_path_factory.mktemp("report") / "report.html").read_text(encoding="utf-8")


def opened(client, address=f"/history?run={RUN}"):
    """The page once the run has been read."""
    return until(lambda: answer if "data-reading" not in (answer := client.get(address)).text else None)


@pytest.fixture(scope="module")
def text(client):
    return opened(client).text


def shared(text):
    return json.loads(re.search(r'<script type="application/json" id="shared">(.*?)</script>', text, re.S)[1])


def part(text, begin, end):
    return text[text.index(begin) : text.index(end, text.index(begin))]


def cells(table):
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", cell)).strip()
        for cell in re.findall(r"<t[hd].*?</t[hd]>", table, re.S)
    ]


def test_charts_are_those_of_the_report(text, report):
    here, there = shared(text)["specs"], shared(report)["specs"]
    assert {"ground", "fighters", "endings", "cohesion"} <= set(here)
    assert {key: there[key] for key in here} == here


def tables(text):
    """The cells of the table below each chart that has one, by the chart's key."""
    figures = re.findall(r"<figure.*?</figure>", text, re.S)
    keyed = {key[1]: figure for figure in figures if (key := re.search(r'data-chart="([^"]+)"', figure))}
    return {key: cells(figure) for key, figure in keyed.items() if "<table" in figure}


def test_tables_of_the_charts_say_the_same(text, report):
    here, there = tables(text), tables(report)
    assert len(here) > 30
    assert all(here.values())
    assert {key: there[key] for key in here} == here


def test_published_figures_and_endings_and_events_stand_as_in_the_report(text, report):
    for begin in ('<table class="observations">', '<table class="effects patterns endings">', '<table class="events">'):
        assert part(text, begin, "</table>") == part(report, begin, "</table>")


def test_of_too_few_histories_both_warn_and_list_nothing_as_wrong(text, report):
    for page in (text, report):
        assert (
            "Too few: the ends of a 90% interval cannot be estimated from 8 histories; at least 20 are needed." in page
        )
        assert ">Where published figures lie outside</h" not in page
        wrong = part(page, '<section id="wrong">', "</section>")
        assert 'class="tally"' not in wrong
    said = re.search(r"How many of \d+ published figures lie inside .*? fewer than 20\.", report)[0]
    assert said in text


def test_map_of_each_day_is_that_of_the_report(made, result, report):
    shares = maps.shares(result.data)
    for n, day in enumerate(maps.dates(result.data)):
        week = calendar_of(result.data).week_of(day)
        rows = shared(report)["specs"][f"map-{n}"]["datasets"]["held"]
        held = made.player.held(week)
        assert [row["id"] for row in rows] == list(made.player.names)
        assert [interval for _, interval in held] == [row["interval"] for row in rows]
        rounded = [float(median) for median, _ in held]
        assert np.abs(np.array(rounded) - [100 * row["median"] for row in rows]).max() <= 0.5 + 1e-9
        assert shares.most[week] == sum(row["median"] >= 0.5 for row in rows)


def test_words_beside_the_map_are_those_of_the_tables(made):
    first = tables(made.html["bands"])["ground"]
    now = made.player.weekly[0]
    facts = dict(zip(made.player.facts, now.facts, strict=True))
    assert facts["Ground held"] == f"{first[4]} km² (90%: {first[5]})"
    assert now.day == first[3]
    assert json.loads(made.charts)["ground"]["datasets"]["bands"][0]["week"] == f"{now.iso}T00:00"


def test_operations_are_causes_with_place_and_strength(result):
    found = timeline.operations(result.case, calendar_of(result.data))
    last = calendar_of(result.data).last
    assert len(found) == sum(one.start <= last for one in result.case.offensives)
    assert all(0 <= one.week < 60 and one.by and one.place and "fighters" in one.strength for one in found)
    assert [one.week for one in found] == sorted(one.week for one in found)


def test_quarters_cover_the_run_once(made):
    for lane in made.lanes:
        weeks = [week for cell in lane.cells for week in range(cell.first, cell.first + cell.weeks)]
        assert weeks == list(range(60))
    assert all(made.player.quarters[one.quarter].label for one in made.player.weekly)


def test_a_view_is_read_back_as_it_was_kept(made):
    assert HISTORY.read(HISTORY.bytes_of(made)) == made


def test_colours_begin_and_end_with_the_theme():
    for mode in ("light", "dark"):
        ramp = maps.ramp(mode)
        assert len(ramp) == 101
        assert [ramp[n] for n in (0, 20, 40, 60, 80, 100)] == list(theme.CONTROL[mode])


def test_outlines_lie_within_the_drawing(case):
    drawn = maps.drawing(case)
    assert [one.id for one in drawn.districts] == [one.id for one in case.districts]
    numbers = np.array([float(x) for one in drawn.districts for x in re.findall(r"-?\d+(?:\.\d+)?", one.path)])
    x, y = numbers.reshape(-1, 2).T
    assert 0 <= x.min() < x.max() <= drawn.width
    assert 0 <= y.min() < y.max() <= drawn.height
    assert all(0 <= one.x <= drawn.width and 0 <= one.y <= drawn.height for one in drawn.districts)


def test_a_week_that_is_none_is_told_with_the_nearest(client, text):
    answer = opened(client, f"/history?run={RUN}&week=2019-01-01")
    assert answer.status_code == 422
    assert "expected one from 2014-06-30 to 2015-08-17; the nearest is 2015-08-17" in answer.text


@pytest.mark.parametrize("asked", ["week=soon", "week=2013-01-01", "verdict=insid", "find=" + 300 * "x"])
def test_what_cannot_be_is_told_in_a_sentence(client, text, asked):
    answer = client.get(f"/history?run={RUN}&{asked}")
    assert answer.status_code == 422
    assert "Not this time" in answer.text


@pytest.mark.parametrize("name", ["smallrun", "../small-run", "/etc", "small-run/blocks", ".."])
def test_a_run_that_is_none_is_told_with_the_nearest(client, name):
    answer = client.get("/history", params={"run": name})
    assert answer.status_code == 422
    assert ("did you mean &#39;small-run&#39;" in answer.text) == ("small" in name)


def test_cites_how_it_was_made(text, result):
    cite = part(text, '<details class="cite"', "</details>")
    assert result.about().digest in cite
    assert "Seed" in cite
    assert "fissure run" not in cite  # no command makes a run of these small sizes
