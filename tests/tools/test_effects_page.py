"""The page of effect checks is that of the verdicts kept, and those are of the checks that the code declares."""

from pathlib import Path

import pytest
from tools.docs import effects as effects_page

from fissure.errors import FissureError
from fissure.model.catalogue import mechanism_classes
from fissure.studies.effects import kept_effects, verdicts_of

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_up_to_date():
    assert (DOCS / effects_page.PAGE).read_text(encoding="utf-8") == effects_page.page(), "run `make docs`"


def test_verdicts_are_of_the_checks_in_the_code():
    kept = {(e.mechanism, e.observable, e.kind, e.sign) for e in kept_effects().effects}
    declared = {
        (name, check.observable, check.driven or "without it", check.sign)
        for name, kind in mechanism_classes().items()
        for check in kind.checks
    }
    assert kept == declared, "run `fissure check`, then `python -m tools.docs.effects FOLDER docs`"


def test_every_mechanism_was_seen_to_do_what_its_sources_say():
    found = verdicts_of(kept_effects().effects)
    assert set(found) == set(mechanism_classes())
    assert {name for name, own in found.items() if any(v.verdict != "holds" for v in own)} == set()


def test_the_page_holds_every_row():
    text = effects_page.page()
    for name in mechanism_classes():
        assert f"| `{name}` |" in text


def test_a_folder_without_a_check_is_refused(tmp_path):
    with pytest.raises(FissureError, match="expected the folder of a finished fissure check"):
        effects_page.main([str(tmp_path), str(tmp_path)])
