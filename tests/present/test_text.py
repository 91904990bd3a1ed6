"""The tables of the terminal."""

import re
from dataclasses import replace

import pytest
from reports import described, lines
from synthetic import run

from fissure.present import formatting
from fissure.present.sections import comparison
from fissure.present.sections import runs as words
from fissure.present.sections.comparison import grouped
from fissure.studies.compare import compare, count, summary


@pytest.fixture(scope="module")
def page(data, case, ledger, rows):
    return lines(data, case, ledger, rows, 120)


@pytest.mark.parametrize("width", [100, 120])
def test_fits_its_width_without_colour(data, case, rows, ledger, width):
    said = lines(data, case, ledger, rows, width)
    assert max(map(len, said)) <= width
    assert not any("\x1b" in line for line in said)


@pytest.mark.parametrize("width", [100, 120])
def test_no_number_is_cut_off(data, case, rows, ledger, width):
    said = lines(data, case, ledger, rows, width)
    for line in said:
        head = line[:88]
        assert "…" not in head, line


@pytest.mark.parametrize("width", [60, 80, 99])
def test_nothing_is_lost_where_there_is_little_room(data, case, rows, ledger, width):
    said = lines(data, case, ledger, rows, width)
    assert max(map(len, said)) <= width
    joined = " ".join(" ".join(said).split())
    assert "…" not in joined
    for row in rows:
        if row.compared:
            assert formatting.published(row.observation) in joined
            assert formatting.model_interval(row) in joined
            assert ledger.sources[row.observation.source].publisher in joined


def test_first_line_says_which_run_it_is(data, case, rows, ledger):
    said = " ".join(lines(data, case, ledger, rows, 400, members=1200, seed=7, off=("pay-gap",))[0].split())
    assert said.startswith(f"{case.title}: 1,200 simulated histories of 247 weeks from 30 June 2014, beside what was")
    assert said.endswith("published. Seed 7; switched off: pay-gap; prior predictions.")
    assert "nothing switched off" in words.lead(described(data), "")


def test_what_is_not_compared_is_only_counted(page, rows):
    left = sum(not row.compared for row in rows)
    assert left and any(f"{left} published figures are not compared" in line for line in page)
    assert not any(line.endswith("not compared") for line in page)


def test_a_run_beside_nothing_says_so_in_a_sentence(case, ledger):
    rows = compare(run(case, members=2, weeks=1), ledger)
    assert not any(row.compared for row in rows)
    said = lines(run(case, members=2, weeks=1), case, ledger, rows, 110)
    assert said[-1] == f"The run holds the time of none of {len(rows)} published figures, so nothing was compared."


def test_shows_what_was_published_beside_the_model(page, rows):
    row = next(row for row in rows if row.observation.id == "territory-2015-01-ihs")
    line = next(line for line in page if "1 Jan 2015" in line and "90,800" in line)
    assert "ihs IHS Conflict Monitor" in line
    assert re.search(r"\d", line.split("90,800")[1])
    assert any(word in line for word in ("inside", "near", "too")), row.verdict


def test_rivals_stand_under_each_other(page):
    top = next(n for n, line in enumerate(page) if line.startswith("┌") and "11 Sep 2014" in line)
    assert page[top + 1].startswith("│")
    assert "15 Feb 2015" in page[top + 1]
    assert page[top + 2].startswith("└")


def test_a_rival_under_another_heading_has_a_mark(page):
    assert any(line.startswith("⇄") and "14 Dec 2015" in line for line in page)


def test_grouped_by_output_with_all_rows_once(rows):
    placed = [row.observation.id for own in grouped(rows).values() for row, _ in own]
    with_output = [row.observation.id for row in rows if row.variable.output is not None]
    assert sorted(placed) == sorted(with_output)
    outputs = dict.fromkeys(row.variable.output for row in rows if row.variable.output is not None)
    assert list(grouped(rows)) == list(outputs)


def test_heading_names_the_output(page):
    assert any("Ground held, as mapped" in line for line in page)


def test_summary_has_a_line_for_each_variable_compared(data, case, rows, ledger):
    page = lines(data, case, ledger, rows, 150)
    start = next(n for n, line in enumerate(page) if "By variable" in line)
    below = "\n".join(page[start:])
    for one in summary(rows):
        assert (one.variable.title in below) == bool(one.compared)
    assert "imposed" in below


def test_closing_line_adds_up(rows):
    said = comparison.closing(rows)
    found = re.search(
        r"Of (\d+) .* of, (\d+) .* says something; (\d+) .* anything; (\d+) .* keeps; (\d+) are near and (\d+) outside",
        said,
    )
    n, *of = map(int, found.groups())
    assert n == sum(of)
    assert of == list(count(rows).of.values())
    behind = count(rows).behind_prior
    assert behind and f"Of these, {behind} stand behind a prior (◆) and are no independent check" in said
    assert "are not counted" in said


def test_a_figure_behind_a_prior_has_a_sign(page):
    found = [line for line in page if "90,800" in line and "1 Jan 2015" in line]
    assert "90,800 ◆" in found[0]
    assert not any("72,800 ◆" in line for line in page)


def test_says_how_many_intervals_of_a_variable_are_too_wide(rows):
    one = summary(rows)[0]
    (row,) = comparison.by_variable([replace(one, too_wide=2)]).rows
    assert row.cells[-1].text == f"2 of {one.compared}"


def test_nothing_to_compare_is_said(rows):
    assert "nothing was compared" in comparison.closing([row for row in rows if not row.compared])


def test_markup_in_the_ledger_is_not_interpreted(data, case, ledger):
    observation = ledger.observations["territory-2015-01-ihs"]
    source = ledger.sources["ihs"].model_copy(update={"publisher": "[bold red]x[/nope]"})
    alone = observation.model_copy(update={"rival_of": ()})
    odd = replace(ledger, observations={observation.id: alone}, sources={**ledger.sources, "ihs": source})
    assert "[bold red]x[/nope]" in "\n".join(lines(data, case, odd, compare(data, odd), 120))
