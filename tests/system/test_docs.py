"""What README and the docs tell a reader to type works, and what they point to exists."""

import re
from pathlib import Path

import pytest

from fissure import api
from fissure.cases.loader import load_case
from fissure.present import formatting
from fissure.studies import attribution_file, hindcast
from fissure.studies.attribution import INSIDE_ALONE, NONE
from fissure.studies.effective import EffectiveSample, effective_size

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_lead_somewhere(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), target


def test_names_to_trace_exist():
    case = load_case("islamic_state")
    names = {n for page in PAGES for n in re.findall(r"^ {4}fissure trace (\S+)", page.read_text(), re.M)} - {"NAME"}
    assert len(names) >= 5
    for name in names:
        assert api.trace(name, case).subject.name


def test_mechanisms_to_switch_off_exist():
    from fissure.model.catalogue import known_mechanism

    names = {n for page in PAGES for n in re.findall(r"--off ([a-z][a-z-]+)", page.read_text())}
    assert names
    for name in names:
        known_mechanism(name)


def test_counts_in_the_readme_are_true():
    from fissure.model.catalogue import mechanism_classes, parameters_of

    case, text = load_case("islamic_state"), " ".join((ROOT / "README.md").read_text().split())
    ledger = api.ledger(case)
    assert set(mechanism_classes()) == set(ledger.mechanisms)
    for said in (
        f"All {len(mechanism_classes())} mechanisms that the sources assert",
        f"{len(ledger.mechanisms)} ways",
        f"{len(parameters_of(case))} parameters",
        f"{len(case.districts)} districts",
        f"{len(case.offensives)} ground operations",
        f"{len(ledger.claims)} claims and {len(ledger.observations)} published figures",
        f"{case.weeks} weeks",
    ):
        assert said in text, said


README = " ".join((ROOT / "README.md").read_text().split())


@pytest.fixture(scope="module")
def drawn():
    return api.draws_of(load_case("islamic_state"))


@pytest.fixture(scope="module")
def shared(drawn):
    return attribution_file.kept(load_case("islamic_state"), drawn.digest).found


def signed(x, million=False):
    return f"{'+' if x > 0 else '−'}{f'{abs(x) / 1e6:.3g} million' if million else formatting.number(abs(x))}"


def test_what_the_readme_says_of_mechanisms_is_what_was_kept(shared):
    at = {one.name: n for n, one in enumerate(shared.outcomes)}
    fighters, support = (shared.sides(at[f"{name}@2016-12-31"]) for name in ("fighters", "support"))
    assert f"the {fighters.of_war} of the war | recruitment | the other {fighters.of_rest} inside" in README
    for of, million in ((fighters, False), (support, True)):
        assert " | ".join(signed(x, million) for x in (of.war, of.recruitment, of.rest)) in README
    assert fighters.war < fighters.rest < 0 and support.rest < support.war < 0  # what its sentence says of them
    every = shared.worth[shared.every.members]
    assert f"means over {every.histories} histories, worth {every.independent:.0f} independent draws" in README


def test_the_readme_says_that_time_until_collapse_cannot_be_read_from_its_ceiling(shared):
    ends = shared.bounds_at([one.name for one in shared.outcomes].index("collapse"))
    assert ends.unreadable(NONE, INSIDE_ALONE)
    (off,), (inside,) = ends.of(NONE), ends.of(INSIDE_ALONE)
    assert f"end of the run, {off.bound:.0f} weeks, in {off.count} of {off.of} histories" in README
    assert f"with only the inside on in {inside.count} of {inside.of}" in README
    for gone in ("0.9 weeks", "139 weeks", "win back"):
        assert gone not in README


def test_the_readme_says_what_the_draws_are_worth(drawn):
    whole = EffectiveSample.of(drawn.lived.members)
    assert f"the {whole.histories:,} draws of the posterior go on from {whole.pasts} simulated pasts" in README
    assert f"worth {whole.independent:.0f} independent draws" in README
    assert f"the 100 histories of `make run` are worth {effective_size(drawn, 1, 100).independent:.0f}" in README


def test_the_readme_has_both_columns_of_the_hindcast():
    found = hindcast.kept(load_case("islamic_state"))
    columns = ("known", "extrapolated", "persistence", "exponential decay", "linear trend")
    worse = []
    for one in found.dates:
        common = one.in_common
        scores = [common[name].crps for name in columns]
        worse.append(scores[0] > scores[1])
        kinds = [hindcast.total(one.scored[name]) for name in ("known", "extrapolated")]
        day = f"{one.date.day} {one.date:%B %Y}"
        row = [day, common["known"].figures, *(f"{x:#.3g}" for x in scores)]
        row += [f"{t.covered} of {t.two_sided}" for t in kinds]
        assert f"| {' | '.join(map(str, row))} |" in README
    assert worse == [True, False, False]  # "worse from March 2015, and from the two later dates hardly better"
    for one in found.dates:  # "better than all naive rivals"
        scores = {name: one.in_common[name].crps for name in columns}
        assert max(scores[name] for name in columns[:2]) < min(scores[name] for name in columns[2:])
    worth = [f"{one.worth.independent:.0f}" for one in found.dates]
    said = f"{', '.join(worth[:-1])} and {worth[-1]}"
    assert f"Each forecast is of {found.members} histories, worth {said} independent draws" in README
