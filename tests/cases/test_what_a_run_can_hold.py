"""A value that the arrays of a run cannot hold is refused with file and line, before anything runs."""

import numpy as np
import pytest

from fissure.cases import load_case
from fissure.cases.schema import REACH, Prior
from fissure.errors import FissureError
from fissure.model.catalogue import _require_room, parameters_of
from fissure.model.parameters import quantile
from tests.cases.ruritania import Write, message


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("districts.csv", "1000,0.5", "2147483648,0.5", "2: at 'residents' found '2147483648': expected less than"),
        ("districts.csv", "1000,0.5", "1000.5,0.5", "2: at 'residents' found '1000.5': expected a whole number"),
        ("districts.csv", "1000,0.5", "999999999,0.5", " the districts have 1,000,001,999 residents together"),
        (
            "districts.csv",
            "Ruritania,100,",
            "Ruritania,1e-40,",
            "2: at 'area_km2' found '1e-40': expected 0 or a number",
        ),
        (
            "districts.csv",
            "50,20,90",
            "50,20,1e39",
            "2: at 'garrison_high' found '1e39': expected 0 or a number between",
        ),
        (
            "districts.csv",
            "50,20,90",
            "50,20,1e10",
            "2: at 'garrison_high' found '1e10': expected less than or equal to",
        ),
        (
            "districts.csv",
            "90,,1",
            "90,no,1",
            "2: at 'border' found 'no': expected the name of what lies beyond an open",
        ),
        ("districts.csv", "90,,1", "90,n/a,1", "2: at 'border' found 'n/a': expected an empty cell for no value"),
        ("districts.csv", "90,,1,1", "90,,yes,1", "2: at 'capital' found 'yes': expected true or false"),
        (
            "forcing/strikes.csv",
            "1,0,9",
            "1,0,1e300",
            "3: at 'high' found '1e300': expected 0 or a number between 1.2e-38",
        ),
        (
            "forcing/prices.csv",
            "25,3",
            "25,1e-30",
            "3: at 'local_per_usd_Ruritania' found '1e-30': expected greater than",
        ),
        ("offensives.csv", "10,20", "10,1e12", "2: at 'strength_high' found '1e12': expected less than or equal to"),
        (
            "case.yaml",
            "2001-01-01",
            "0001-01-01",
            "4: at 'start' found 0001-01-01: expected a day from the years 1678 to",
        ),
        (
            "case.yaml",
            "2001-01-01",
            "2261-12-30",
            "1: at 'small_war': the weeks end after 2261, expected an end that dates",
        ),
        ("case.yaml", "2001-01-01", "20010101", "4: at 'start' found 20010101: expected a date such as 2014-06-30"),
        (
            "case.yaml",
            "weeks: 3",
            "weeks: 012",
            "5: at 'weeks' found 012: expected a whole number without a zero in front",
        ),
        ("case.yaml", "weeks: 3", "weeks: 1:30", "5: at 'weeks' found 1:30: expected a whole number"),
        ("case.yaml", "weeks: 3", "weeks: true", "5: at 'weeks' found 'true': expected a whole number"),
        (
            "case.yaml",
            "slots: 10",
            "slots: 10000000000",
            "7: at 'slots' found 10000000000: expected a whole number of at",
        ),
        (
            "case.yaml",
            "units: 4\nslots: 10",
            "units: 90000\nslots: 9000",
            "1: at 'small_war': units times slots are 810,000",
        ),
        ("case.yaml", "regime: true", "regime: yes", "10: at 'opponents.0.regime' found 'yes': expected true or false"),
        (
            "case.yaml",
            "doctrine: 0\n",
            "doctrine: .nan\n",
            "17: at 'blocs.0.doctrine' found .nan: expected a finite number",
        ),
        ("case.yaml", "[Ruritania]", "['']", "8: at 'countries.0' found '': expected some text"),
    ],
)
def test_it_is_refused_with_file_and_line(write: Write, name: str, old: str, new: str, said: str) -> None:
    assert message(write(name, old, new)).startswith(f"{name}:{said}")


def test_words_keep_their_text(write: Write) -> None:
    folder = write()
    for path in folder.rglob("*.*"):
        if path.suffix in (".csv", ".yaml"):
            text = path.read_text().replace("Ruritania", "NO").replace("title: Home", "title: 1.10")
            path.write_text(text.replace("source: none", "source: 012").replace("R1", "012"))
        else:
            path.write_text(path.read_text().replace("R1", "012"))
    case = load_case(folder)
    assert case.countries == ["NO"] and case.districts[0].id == "012"
    assert (case.blocs[0].title, case.blocs[0].source) == ("1.10", "012")


@pytest.mark.parametrize(
    ("kind", "low", "high"), [("lognormal", 1e-30, 1e30), ("lognormal", 1e-30, 1e-5), ("normal", -1e38, 1e38)]
)
def test_a_prior_whose_draws_single_precision_cannot_hold(kind: str, low: float, high: float) -> None:
    with pytest.raises(ValueError, match="so that the outermost draws of the prior are beyond single precision"):
        Prior(kind=kind, low=low, high=high)  # type: ignore[arg-type]


def test_draws_of_a_prior_that_is_taken_are_held() -> None:
    prior = Prior(kind="lognormal", low=1e-9, high=1e9)
    ends = quantile(prior, np.array([-REACH, REACH])).astype(np.float32)
    assert (ends > np.finfo(np.float32).tiny).all() and np.isfinite(ends).all()


@pytest.mark.parametrize(
    ("name", "high", "said"),
    [
        ("start.treasury", 1e9, "reaches up to .* thousand USD, expected at most 1e\\+09"),
        ("start.fighters", 1e9, "reaches up to .* fighters, expected at most 1e\\+09"),
        ("start.residents", 1e7, "reaches up to .* ratio, expected at most 7.16e\\+05 for 3,000 residents"),
    ],
)
def test_a_prior_of_more_than_a_run_can_count(write: Write, name: str, high: float, said: str) -> None:
    case = load_case(write())
    own = next(p.prior for p in parameters_of(load_case("islamic_state")) if p.name == name)
    path = case.folder / "priors.yaml"
    _require_room(case, name, own, path)
    wide = own.model_copy(update={"prior": Prior(kind="lognormal", low=1, high=high)})
    with pytest.raises(FissureError, match=f"the prior of '{name}' {said}"):
        _require_room(case, name, wide, path)
