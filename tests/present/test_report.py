"""The report as a file: whole, self-contained, escaped, in order."""

import errno
import json
import re
import tempfile
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import numpy as np
import pytest
from reports import described, rendered, report_of
from synthetic import run
from tests import vega_lite

from fissure.engine.ensemble import Timing
from fissure.errors import FissureError
from fissure.present.render import html
from fissure.present.sections import comparison
from fissure.studies.compare import compare, count, judge

ABOUT = {
    "seed": 7,
    "off": ("pay-gap",),
    "digest": "abc123",
    "command": "fissure run islamic_state --members 8 --seed 7 --off pay-gap",
    "timing": Timing(3, 4, 5, 8),
}
VOID = {"meta", "link", "br", "input", "img", "hr"}


class Page(HTMLParser):
    """Elements with their attributes and text; fails on a tag that closes nothing."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.open, self.texts = [], [], {}
        self.feed(text)
        assert not self.open, self.open

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append((tag, len(self.elements) - 1))

    def handle_endtag(self, tag):
        assert self.open and self.open[-1][0] == tag, (tag, self.open[-3:], self.getpos())
        self.open.pop()

    def handle_data(self, data):
        for _, at in self.open:
            self.texts[at] = self.texts.get(at, "") + data

    def all(self, *tags):
        return [
            (tag, attributes, " ".join(self.texts.get(n, "").split()))
            for n, (tag, attributes) in enumerate(self.elements)
            if tag in tags
        ]


@pytest.fixture(scope="module")
def text(data, case, ledger, rows):
    missing = [m for m in ledger.mechanisms.values() if m.group == "war"]
    return rendered(data, case, ledger, rows, **ABOUT, missing=missing, limits=["Districts are whole <b>."])


@pytest.fixture(scope="module")
def page(text):
    return Page(text)


def test_sections_stand_in_order(page):
    assert [said for _, _, said in page.all("h2")] == [
        "What this model gets wrong", "What it would have said in the past", "History", "How it came apart", "Maps",
        "Patterns", "All observations", "What each mechanism was seen to do", "Who moves whom", "Evidence",
        "Trace a number", "Responsible use", "How it was made",
    ]  # fmt: skip


def test_headings_skip_no_level(page):
    levels = [int(tag[1]) for tag, *_ in page.all("h1", "h2", "h3", "h4", "h5")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


def test_says_first_that_nothing_was_fitted(page):
    asides = page.all("aside")
    assert "These are prior predictions. Nothing has been fitted." in asides[0][2]
    assert "Switched off in this run: pay-gap" in asides[0][2]


@pytest.mark.thorough
def test_says_where_the_priors_come_from(page, data, case, ledger, rows):
    notice = page.all("aside")[0][2]
    assert "argued from general literature and, where a figure is marked ◆, from that figure itself" in notice
    marked = [a for _, a, _ in page.all("span") if a.get("class") == "behind" and a.get("title")]
    assert len(marked) == sum(row.behind_prior for row in rows if row.variable.output)
    bare = Page(rendered(data, case, ledger, compare(data, ledger), **ABOUT))
    assert "◆" not in bare.all("aside")[0][2]


def test_says_that_ground_is_conditional_on_the_attacks(page):
    said = "conditional on where and when opponents attacked, which the case takes from the record"
    maps = next(text for _, a, text in page.all("section") if a.get("id") == "maps")
    ground = next(text for _, a, text in page.all("section") if a.get("id") == "ground-and-people")
    assert said in maps and said in ground


def test_wide_intervals_are_counted_one_by_one(rows):
    row = next(row for row in rows if row.observation.id == "fighters-total-2016-08-cjtf-oir")
    spread = np.concatenate([np.zeros(10), np.geomspace(100, 40_000, 90)])
    odd = judge(row.observation, row.variable, spread)
    assert odd.verdict == "inside, too wide"
    others = [one for one in rows if one.variable.id == row.variable.id and one is not row]
    (wide,) = comparison.too_wide([odd, *(replace(one, width=2.0) for one in others)])
    assert comparison.widest(wide).startswith("1 of 6 intervals too wide, × ")


def test_what_is_wrong_is_computed(page, rows, ledger):
    section = next(said for _, attributes, said in page.all("section") if attributes.get("id") == "wrong")
    n = count(rows)
    assert f"Of {n.compared} published figures" in section
    bar = next(a["aria-label"] for _, a, _ in page.all("div") if a.get("class") == "tally")
    assert bar == "; ".join(f"{number} {verdict}" for verdict, number in n.of.items() if number)
    for verdict, number in n.of.items():
        if number:
            assert any(said.startswith(f"{number} ") and said.endswith(verdict) for _, _, said in page.all("span"))
    assert f"Of these, {n.behind_prior} stand behind a prior (◆) and are no independent check" in section
    for miss in [*comparison.misses(rows), *comparison.imposed(rows)]:
        assert miss.title in section and miss.sentence in section
    for wide in comparison.too_wide(rows):
        assert f"{wide.variable.title}: {comparison.widest(wide)}" in section
    for mechanism in ledger.mechanisms.values():
        assert (mechanism.title in section) == (mechanism.group == "war")
    assert "Districts are whole <b>." in section


def test_misses_agree_with_the_rows(rows):
    misses = comparison.misses(rows)
    outside = [row for row in rows if row.verdict == "outside"]
    outcomes = [row for row in outside if row.kind == "outcome"]
    assert {m.variable for m in misses} == {row.variable.id for row in outcomes}
    assert sum(m.outside for m in misses) == len(outcomes) == count(rows).of["outside"]  # as the tally says
    assert [m.severity for m in misses] == sorted((m.severity for m in misses), reverse=True)
    assert sum(m.outside for m in comparison.imposed(rows)) == len(outside) - len(outcomes)


def test_one_bundle_and_nothing_from_elsewhere(text, page):
    assert text.count("window.vegaEmbed=") == 1
    assert not [a for tag, a, _ in page.all("script", "img", "iframe", "source") if "src" in a]
    assert [a["href"].partition(",")[0] for _, a, _ in page.all("link")] == ["data:image/svg+xml"]
    style = "".join(re.findall(r"<style>(.*?)</style>", text, re.S))
    assert "url(" not in style and "@import" not in style
    assert len(text.encode()) < 6_000_000


def test_every_chart_has_a_spec_and_words(text, page):
    shared = json.loads(re.search(r'<script type="application/json" id="shared">(.*?)</script>', text, re.S)[1])
    charts = [attributes for _, attributes, _ in page.all("div") if "data-chart" in attributes]
    assert {chart["data-chart"] for chart in charts} == set(shared["specs"])
    assert len(charts) > 30
    for chart in charts:
        assert chart["role"] == "img" and len(chart["aria-label"]) > 40
    assert set(shared["config"]) == {"light", "dark"}
    assert {spec["width"] for spec in shared["specs"].values()} == {"container"}
    assert len([key for key in shared["specs"] if key.startswith("map-")]) == 4


def test_tables_have_headers(page):
    assert page.all("table")
    for _, attributes, said in page.all("th"):
        assert attributes.get("scope"), said


def test_every_observation_of_the_model_has_a_row(page, rows):
    listed = [attributes for _, attributes, _ in page.all("tr") if attributes.get("class") == "row"]
    assert len(listed) == sum(row.variable.output is not None for row in rows)
    assert {one["data-verdict"] for one in listed} == {row.verdict for row in rows if row.variable.output}


def test_publishers_stand_with_their_leaning(page, ledger):
    section = next(said for _, attributes, said in page.all("section") if attributes.get("id") == "evidence")
    for source in ledger.sources.values():
        assert source.publisher in section and " ".join(source.leaning.split()) in section


def test_says_how_it_was_made(page):
    section = next(said for _, attributes, said in page.all("section") if attributes.get("id") == "made")
    assert (
        ABOUT["command"] in section
        and ABOUT["digest"] in section
        and "8 members in 4.0 s after 3.0 s of compiling" in section
    )


@pytest.mark.thorough
def test_what_the_ledger_says_is_escaped(data, case, ledger):
    evil = "</script><script>alert(1)</script><img src=x onerror=alert(2)>"
    observation = ledger.observations["territory-2015-01-ihs"]
    source = ledger.sources["ihs"].model_copy(update={"publisher": evil, "leaning": evil})
    odd = replace(
        ledger,
        observations={
            **ledger.observations,
            observation.id: observation.model_copy(
                update={"doubt": evil, "address": "javascript:alert(3)", "scope": evil}
            ),
        },
        sources={**ledger.sources, "ihs": source},
    )
    text = rendered(data, case, odd, compare(data, odd), **ABOUT | {"command": evil, "changed": evil}, limits=[evil])
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    page = Page(text)
    assert len(page.all("script")) == 3
    assert not any((a.get("href") or "").startswith("javascript") for _, a, _ in page.all("a"))


@pytest.fixture(scope="module")
def small(case, ledger):
    data = run(case, members=1, weeks=2)
    return report_of(described(data), data, case, ledger, [])


@pytest.mark.thorough
def test_writes_whole_or_not_at_all(tmp_path, small, monkeypatch):
    path = tmp_path / "report.html"
    assert html.write(small, path) == path
    before = path.read_bytes()
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]

    def full(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr("pathlib.Path.replace", full)
    with pytest.raises(FissureError, match=r"report\.html: the disk is full, the report was not written$"):
        html.write(small, path)
    assert [p.name for p in tmp_path.iterdir()] == ["report.html"]
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("there", "there: is a folder, expected the name of a file for the report"),
        ("none/report.html", "the folder .*none does not exist"),
        ("file/report.html", "file is not a folder"),
        ("n" * 300, "the report cannot be written .File name too long"),
        ("closed/report.html", "the report cannot be written .Permission denied"),
    ],
)
def test_what_the_disk_refuses_is_one_sentence(tmp_path, small, monkeypatch, name, said):
    (tmp_path / "there").mkdir()
    (tmp_path / "closed").mkdir()
    (tmp_path / "file").touch()
    before = sorted(tmp_path.rglob("*"))
    make = tempfile.mkstemp

    def refused(dir, **keys):
        if dir.name == "closed":  # a superuser may write everywhere, so the refusal is played
            raise PermissionError(errno.EACCES, "Permission denied")
        return make(dir=dir, **keys)

    monkeypatch.setattr(tempfile, "mkstemp", refused)
    with pytest.raises(FissureError, match=said) as raised:
        html.write(small, tmp_path / name)
    assert "\n" not in str(raised.value)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.thorough
def test_a_short_run_of_one_member_still_makes_a_page(case, ledger):
    data = run(case, members=1, weeks=2)
    page = Page(rendered(data, case, ledger, compare(data, ledger)))
    wrong_section = next(said for _, a, said in page.all("section") if a.get("id") == "wrong")
    assert "nothing was compared" in wrong_section


def test_names_no_place_of_the_machine_that_made_it(text):
    assert not re.search(r"/(home|tmp|root|Users)/", text)


@pytest.mark.thorough
def test_says_in_words_how_long_it_took(data, case, ledger, rows):
    took = {timing.members: dict(described(data, timing=timing).how())["Time it took"]
            for timing in (Timing(), Timing(7.1, 19.9, 16.1, 100))}  # fmt: skip
    assert took[0] == "read back from an earlier run"
    assert took[100] == "100 members in 19.9 s after 7.1 s of compiling, 16.1 ns per fighter-week"
    assert took[100] in rendered(data, case, ledger, rows, timing=Timing(7.1, 19.9, 16.1, 100))


@pytest.mark.thorough
def test_every_chart_is_what_vega_lite_takes(report):
    text = report.read_text(encoding="utf-8")
    specs, _ = json.JSONDecoder().raw_decode(text, text.index('"specs":') + len('"specs":'))
    assert len(specs) > 50
    for spec in specs.values():
        vega_lite.check(spec)
