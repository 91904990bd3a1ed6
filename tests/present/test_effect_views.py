"""Effects as a table and as a page."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from fissure.engine.plan import plan_of
from fissure.errors import FissureError
from fissure.model.catalogue import parameters_of
from fissure.present.formatting import signed
from fissure.present.render import html, json, terminal
from fissure.present.sections.effects import document, section, table
from fissure.studies.effects import Effect, EffectStudy

HELD = Effect(
    "pay-gap", "ranks", "grievance of locals", "without it", -1, -0.08, -0.11, -0.05, -57.1, 1.0, 16, "holds", 2.0
)
SHOWN = replace(HELD, kind="money <falls>", sign=1, low=-0.1, high=0.3, difference=0.1, verdict="not shown")
NAN = replace(
    HELD, mechanism="air-strikes", group="war", difference=np.nan, low=np.nan, high=np.nan,
    relative=np.nan, share=np.nan, members=0, verdict="not shown", seconds=0.0,
)  # fmt: skip
COMMAND = "fissure check --seed 7"


@pytest.fixture(scope="module")
def checked(case):
    plan = plan_of(case, parameters_of(case), seed=7, units=16, slots=8)
    return EffectStudy((HELD, SHOWN, NAN), plan, 48, Path("nowhere"))


@pytest.fixture(scope="module")
def shown(checked, ledger):
    return document(checked, "A <case>", ledger, COMMAND)


@pytest.fixture(scope="module")
def page(shown):
    return html.render(shown)


def test_what_the_effects_amount_to(checked):
    assert checked.summary == "0 of 2 mechanisms hold (1 of 3 checks)."
    assert not checked.holds
    assert replace(checked, effects=(HELD,)).summary == "1 of 1 mechanism holds (1 of 1 checks)."


@pytest.mark.parametrize("width", [80, 100, 140])
def test_the_table_says_everything(shown, width):
    lines = list(terminal.lines(shown, width))
    text = " ".join(" ".join(lines).split())
    for word in ("pay-gap", "grievance", "lower", "−0.08", "−0.11 to −0.05", "✓ holds", "16", "2 s", "kept", "0 of 2",
                 "<falls>"):  # fmt: skip
        assert word in text, word
    assert max(map(len, lines)) <= width


def test_json_has_the_numbers(shown):
    effects = json.render(shown)["sections"][0]["blocks"]
    (rows,) = (one["rows"] for block in effects if block.get("title") == "In the ranks" for one in block["blocks"])
    first = rows[0]
    assert (first["mechanism"], first["mean"], first["low"], first["high"]) == ("pay-gap", -0.08, -0.11, -0.05)
    assert first["changed"] == "without it" and first["members"] == 16 and first["verdict"] == "✓ holds"


def test_a_quick_look_says_so(checked, ledger):
    quick = document(replace(checked, quick=True), "A case", ledger, COMMAND)
    assert "half the units" in " ".join(terminal.lines(quick)) and "half the units" in html.render(quick)


@pytest.mark.parametrize(
    ("x", "said"), [(0.0, "0"), (-0.00012345, "−0.000123"), (1934.6, "+1,930"), (-45.31, "−45.3"), (np.nan, "–")]
)
def test_numbers_have_a_sign(x, said):
    assert signed(x) == said


def test_the_picture_shows_zero_the_interval_and_the_expected_side():
    held, shown, nan, still = (
        next(cell.picture for cell in row.cells if cell.picture or cell.text == "–")
        for row in table([HELD, SHOWN, NAN, replace(HELD, difference=0.0, low=0.0, high=0.0)]).rows
    )
    assert nan is None and still is None
    assert (held.side, shown.side) == (-1, 1)
    at = html.pixels(shown)
    assert at["zero"] == html.WIDTH / 2 and 0 < at["low"] < at["zero"] < at["middle"] < at["high"] < html.WIDTH
    assert html.pixels(held)["high"] < at["zero"]


def test_the_page_is_whole_and_names_its_claims(page, ledger):
    HTMLParser().feed(page)
    assert "&lt;falls&gt;" in page and "<falls>" not in page
    assert page.count('class="side"') == 2
    for claim in ledger.claims_of("pay-gap"):
        assert f'href="#{claim.id}"' in page and f'id="{claim.id}"' in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r'(src|href)="https?://', re.sub(r'<a href="[^"]*"', "", page))


def test_the_page_is_written_whole_or_not_at_all(shown, tmp_path):
    path = html.write(shown, tmp_path / "effects.html")
    assert path.read_text().endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["effects.html"]
    with pytest.raises(FissureError, match="does not exist"):
        html.write(shown, tmp_path / "no" / "effects.html")


def test_the_report_tells_what_was_not_checked(ledger):
    page = html.fragment([section([HELD], ledger, case="own", members=9, stale=True, caution="Not of these.")])
    assert "with a model that has changed since" in page and "Not of these." in page and "1 checks of 1" in page
    assert "<code>desertion</code>" in page and "checks what is left" in page
