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
from fissure.studies.effects import Checked, Effect
from fissure.views.report.effect_rows import WIDTH, picture
from fissure.views.report.effects import render_effects, write_effects
from fissure.views.text_effects import lines

HELD = Effect(
    "pay-gap", "ranks", "grievance of locals", "without it", -1, -0.08, -0.11, -0.05, -57.1, 1.0, 16, "holds", 2.0
)
SHOWN = replace(HELD, kind="money <falls>", sign=1, low=-0.1, high=0.3, difference=0.1, verdict="not shown")
NAN = replace(
    HELD, mechanism="air-strikes", group="war", difference=np.nan, low=np.nan, high=np.nan,
    relative=np.nan, share=np.nan, members=0, verdict="not shown", seconds=0.0,
)  # fmt: skip
ABOUT = {"version": "0.1.0", "seed": 7, "command": "fissure check --seed 7"}
TITLES = {"pay-gap": "Locals are paid less", "air-strikes": "Strikes"}


@pytest.fixture(scope="module")
def checked(case):
    plan = plan_of(case, parameters_of(case), seed=7, units=16, slots=8)
    return Checked((HELD, SHOWN, NAN), plan, 48, Path("nowhere"))


@pytest.fixture(scope="module")
def page(checked, case, ledger):
    return render_effects(checked, case, ledger, about=ABOUT, titles=TITLES)


def test_what_the_effects_amount_to(checked):
    assert checked.summary == "0 of 2 mechanisms hold (1 of 3 checks)."
    assert not checked.holds
    assert replace(checked, effects=(HELD,)).summary == "1 of 1 mechanism holds (1 of 1 checks)."


@pytest.mark.parametrize("width", [80, 140])
def test_the_table_says_everything(checked, width):
    told = " ".join(" ".join(lines(checked, width)).split())
    for word in ("pay-gap", "grievance", "lower", "−0.08", "−0.11 to −0.05", "✓ holds", "16", "2 s", "kept", "0 of 2"):
        assert word in told, word
    assert max(map(len, lines(checked, width))) <= width


def test_a_quick_look_says_so(checked, case, ledger):
    quick = replace(checked, quick=True)
    assert "half the units" in " ".join(lines(quick))
    assert "half the units" in render_effects(quick, case, ledger, about=ABOUT, titles=TITLES)


@pytest.mark.parametrize(
    ("x", "said"), [(0.0, "0"), (-0.00012345, "−0.000123"), (1934.6, "+1,930"), (-45.31, "−45.3"), (np.nan, "–")]
)
def test_numbers_have_a_sign(x, said):
    assert signed(x) == said


def test_the_picture_shows_zero_the_interval_and_the_expected_side():
    shown = picture(SHOWN)
    assert shown["zero"] == WIDTH / 2 == shown["shaded"]
    assert 0 < shown["low"] < shown["zero"] < shown["middle"] < shown["high"] < WIDTH
    held = picture(HELD)
    assert held["shaded"] == 0 and held["high"] < held["zero"]
    assert picture(NAN) is None
    assert picture(replace(HELD, difference=0.0, low=0.0, high=0.0)) is None


def test_the_page_is_whole_and_names_its_claims(page, ledger):
    HTMLParser().feed(page)
    assert "&lt;falls&gt;" in page and "<falls>" not in page
    assert page.count("<svg") == 2
    for claim in ledger.claims_of("pay-gap"):
        assert f'href="#{claim.id}"' in page and f'id="{claim.id}"' in page
    anchors = set(re.findall(r'href="#([^"]+)"', page))
    assert anchors <= set(re.findall(r'id="([^"]+)"', page))
    assert not re.search(r'(src|href)="https?://', re.sub(r'<a href="[^"]*"', "", page))


def test_the_page_is_written_whole_or_not_at_all(checked, case, ledger, tmp_path):
    path = write_effects(checked, case, ledger, tmp_path / "effects.html", about=ABOUT, titles=TITLES)
    assert path.read_text().endswith("</html>")
    assert [p.name for p in tmp_path.iterdir()] == ["effects.html"]
    with pytest.raises(FissureError, match="does not exist"):
        write_effects(checked, case, ledger, tmp_path / "no" / "effects.html", about=ABOUT, titles=TITLES)
