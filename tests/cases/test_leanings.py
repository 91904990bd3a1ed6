"""How publishers lean: read with a case, told by line where it is wrong, and no part of what a run is given."""

import pytest

from fissure import FissureError, load_case
from fissure.cases.conventions import read_leanings
from fissure.cases.loader import _DIGESTED
from fissure.evidence import load_ledger, package_ledger
from fissure.studies.measurement import data, leaning_of

GOOD = """\
- kind: coalition
  family: deaths
  factor: [0.9, 2.2]
  common: 0.8
  reason: Twice as many as counted.
- kind: coalition
  common: 0.6
  reason: One office.
"""


def test_a_good_file_is_read_and_none_is_no_lean(tmp_path):
    path = tmp_path / "measurement.yaml"
    assert read_leanings(path) == []
    path.write_text(GOOD)
    of_deaths, of_all = read_leanings(path)
    assert (of_deaths.kind, of_deaths.family, of_deaths.factor, of_deaths.points) == (
        "coalition", "deaths", (0.9, 2.2), None,
    )  # fmt: skip
    assert (of_all.family, of_all.factor, of_all.common) == (None, None, 0.6)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("kind: coalition\n  common", "kind: coalitoin\n  common", r"yaml:6: at '1\.kind' found 'coalitoin'"),
        ("  family: deaths\n", "", r"yaml:5: the leaning of 'coalition' is already on line 1"),
        ("[0.9, 2.2]", "[2.2, 0.9]", r"yaml:1: .*factor runs from 2\.2 to 0\.9"),
        ("[0.9, 2.2]", "[0, 2.2]", r"yaml:3: at '0\.factor.*' found 0"),
        ("common: 0.8", "common: 1.8", r"yaml:4: at '0\.common' found 1\.8"),
        ("common: 0.8", "comon: 0.8", r"yaml:4: found unknown key 'comon'.*'common'"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_line(tmp_path, old, new, said):
    path = tmp_path / "measurement.yaml"
    path.write_text(GOOD.replace(old, new, 1))
    with pytest.raises(FissureError, match=said):
        read_leanings(path)


def test_a_run_does_not_depend_on_how_figures_are_read():
    assert not [name for name in _DIGESTED if name.startswith(("measurement", "observed", "ledger"))]


def test_the_reference_case_leans_as_its_sources_say():
    case = load_case("islamic_state")
    ledger = load_ledger(package_ledger(), case.ledger_folder)
    kinds = {source.kind for source in ledger.sources.values()}
    assert kinds <= {leaning.kind for leaning in case.leanings}
    items = {item.observation.id: item for item in data(ledger, case.leanings)}
    assert items["killed-2016-08-cjtf-oir"].lean > 0 > items["ucdp-deaths-iraq.2014-q3"].lean
    assert items["ucdp-deaths-syria.2015"].lean == 0  # a floor already
    assert items["iom-displaced-iraq.2014-12-25"].lean > 0
    assert items["territory-lost-2016-01-cjtf-oir"].lean > 0
    assert not [name for name in items if name.startswith("strikes-")]  # imposed by the case: not learned from
    strikes = leaning_of(case.leanings, "coalition", "strikes")
    assert strikes.factor is not None
    assert sum(strikes.factor) / 2 == pytest.approx(0.9)
    assert items["ucdp-deaths-iraq.2014-q3"].bias == "ucdp.deaths" == items["ucdp-deaths-syria.2015"].bias
