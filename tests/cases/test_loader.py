"""Any folder loads by the same code, and each mistake gets one sentence with file, line and cure."""

import csv
from pathlib import Path

import numpy as np
import pytest

from fissure.cases import case_names, load_case
from fissure.errors import FissureError
from tests.cases.ruritania import CASE, DISTRICTS, FILES, Write, message


def test_a_folder_loads_by_path(write: Write) -> None:
    folder = write()
    case = load_case(folder)
    assert load_case(str(folder)).digest == case.digest
    assert (case.name, case.folder, case.ledger_folder) == ("small_war", folder, folder / "ledger")
    assert case.strikes.T.tolist() == [[0, 1, 2]]
    assert case.exchange.T.tolist() == [[2, 3, 4]]
    assert case.oil_price.tolist() == [25, 25, 25]
    assert case.neighbours.tolist() == [[False, True], [True, False]]
    assert [district.border for district in case.districts] == [None, "sea"]
    assert case.priors == {}
    assert case.provenance == []
    assert case.context is None
    assert case.offensives[0].event is None


def test_arrays_cannot_be_changed(write: Write) -> None:
    case = load_case(write())
    with pytest.raises(ValueError, match="read-only"):
        case.strikes[0, 0] = 7
    with pytest.raises(AttributeError):
        case.weeks = 4  # type: ignore[misc]


def test_the_digest_sees_each_input_and_nothing_else(write: Write) -> None:
    digest = load_case(write()).digest
    assert len(digest) == 64
    folder = write("forcing/prices.csv", "25", "26")
    assert load_case(folder).digest != digest
    assert load_case(write("forcing/air_forces.csv", "1,4", "1,5")).digest != digest
    folder = write()
    assert load_case(folder, "policy").digest != digest
    (folder / "ledger").mkdir()
    (folder / "ledger" / "claims.yaml").write_text("[]")
    (folder / "provenance.yaml").write_text("[]")
    assert load_case(folder).digest == digest
    (folder / "priors.yaml").write_text(
        "pace:\n  prior: {kind: fixed, low: 1, high: 1}\n  unit: '1'\n  reason: made up\n"
    )
    case = load_case(folder)
    assert case.digest != digest
    assert case.priors["pace"].prior.low == 1


def test_who_enters_later_attacks_no_sooner(write: Write) -> None:
    folder = write("offensives.csv", "the-state,assault", "the-guest,assault")
    state = (folder / "case.yaml").read_text().split("opponents:\n")[1].split("blocs:")[0]
    own = state.replace("name: the-state", "name: the-guest").replace(
        "abroad: false,", "abroad: true, enters: 2001-01-16,"
    )
    (folder / "case.yaml").write_text((folder / "case.yaml").read_text().replace("blocs:\n", own + "blocs:\n"))
    assert message(folder) == (
        "offensives.csv:2: found start 2001-01-09, expected no day before 2001-01-16, on which the-guest enters the "
        "war (case.yaml)"
    )


def test_a_case_without_uncounted_air_forces_or_in_no_known_war(write: Write) -> None:
    folder = write()
    (folder / "forcing" / "air_forces.csv").unlink()
    assert load_case(folder).air_forces == []
    with pytest.raises(FissureError, match=r"recorded.*policy"):
        load_case(folder, "imagined")  # type: ignore[arg-type]


def test_a_name_that_is_no_case() -> None:
    assert "islamic_state" in case_names()
    with pytest.raises(FissureError) as caught:
        load_case("islamic_stat")
    assert str(caught.value) == (
        "there is no case 'islamic_stat', expected a folder or one of islamic_state; did you mean 'islamic_state'?"
    )


def test_a_path_that_is_no_folder(tmp_path: Path) -> None:
    missing = tmp_path / "nowhere"
    for given in (missing, str(missing)):
        with pytest.raises(FissureError) as caught:
            load_case(given)
        assert str(caught.value) == f"{missing}: there is no such case folder"


@pytest.mark.parametrize("name", list(FILES))
def test_a_missing_file(write: Write, name: str) -> None:
    folder = write()
    (folder / name).unlink()
    assert message(folder) == f"{name}: there is no such file"


def test_all_missing_files_are_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(FissureError) as caught:
        load_case(tmp_path)
    assert str(caught.value) == f"{tmp_path}: 9 files of a case are missing: {', '.join([*FILES, 'priors.yaml'])}"


def test_a_bloc_without_a_unit(write: Write) -> None:
    said = "case.yaml:6: found 1 units for 2 blocs, which leaves none for 'abroad', expected more units"
    assert message(write("case.yaml", "units: 4", "units: 1")) == said


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "case.yaml",
            "slots:",
            "season: 2\nslots:",
            "case.yaml:7: found unknown key 'season', expected one of blocs, countries, name, "
            "opponents, slots, "
            "start, summary, title, units, weeks",
        ),
        (
            "case.yaml",
            "at_odds_with",
            "at_ods_with",
            "case.yaml:19: found unknown key 'at_ods_with', expected one of at_odds_with, country, doctrine, "
            "doctrine_spread, name, origin, reason, share, source, title; did you mean 'at_odds_with'?",
        ),
        (
            "case.yaml",
            "2001-01-01",
            "2001-01-02",
            "case.yaml:4: at 'start' found 2001-01-02: expected a Monday, and this is a Tuesday",
        ),
        (
            "case.yaml",
            "    share: 1\n",
            "    share: 0.8\n",
            "case.yaml:11: at 'blocs' found a list: the shares of the local blocs sum to 0.8, expected 1",
        ),
        (
            "case.yaml",
            "[abroad]",
            "[aboard]",
            "case.yaml:11: at 'blocs' found a list: bloc 'home' is at odds with 'aboard', expected another of abroad",
        ),
        (
            "case.yaml",
            "state, country: Ruritania",
            "state, country: Ruritana",
            "case.yaml:10: found country 'Ruritana', expected one of Ruritania; did you mean 'Ruritania'?",
        ),
        (
            "case.yaml",
            "name: abroad",
            "name: home",
            "case.yaml:11: at 'blocs' found a list: bloc 'home' stands twice",
        ),
        (
            "districts.csv",
            "residents",
            "residnts",
            "districts.csv:1: found column 'residnts', expected id, name, adm1, country, area_km2, lon, lat, "
            "residents, urban_share, constituency_share, start_control, start_control_low, "
            "start_control_high, "
            "oil_bpd, opponent, garrison, garrison_low, garrison_high, border, capital, symbolic, basis; "
            "did you mean 'residents'?",
        ),
        (
            "districts.csv",
            "0.4,0.2,0.6",
            "0.4,0.5,0.6",
            "districts.csv:2: at 'R1': start_control is 0.4, expected a value from its low 0.5 to its high 0.6",
        ),
        (
            "districts.csv",
            "R2,Lower,North,Ruritania",
            "R2,Lower,North,Ruritanie",
            "districts.csv:3: found country 'Ruritanie', expected one of Ruritania; did you mean 'Ruritania'?",
        ),
        (
            "districts.csv",
            "the-state,80",
            "thestate,80",
            "districts.csv:3: found opponent 'thestate', expected one of the-state; did you mean 'the-state'?",
        ),
        ("districts.csv", "R2", "R1", "districts.csv:3: district 'R1' is already on line 2"),
        (
            "neighbours.csv",
            "R1,R2",
            "R1,R3",
            "neighbours.csv:2: found district 'R3', expected one of R1, R2",
        ),
        ("neighbours.csv", "R1,R2", "R1,R1", "neighbours.csv:2: district 'R1' cannot be its own neighbour"),
        ("neighbours.csv", "R1,R2", "R1,R2\nR2,R1", "neighbours.csv:3: the pair 'R2', 'R1' stands twice"),
        (
            "forcing/strikes.csv",
            "2001-01-08",
            "2001-01-09",
            "forcing/strikes.csv:3: found week 2001-01-09, a Tuesday, expected a Monday",
        ),
        (
            "forcing/strikes.csv",
            "2001-01-08",
            "2001-01-22",
            "forcing/strikes.csv:3: found week 2001-01-22, expected one from 2001-01-01 to 2001-01-15",
        ),
        (
            "forcing/strikes.csv",
            "2001-01-08,Ruritania,1,0,9,made-up\n",
            "",
            "forcing/strikes.csv: week 2001-01-08 in Ruritania is missing",
        ),
        (
            "forcing/strikes.csv",
            "2001-01-08",
            "2001-01-01",
            "forcing/strikes.csv:3: week 2001-01-01 in Ruritania stands twice",
        ),
        (
            "forcing/strikes.csv",
            "Ruritania,1,0,9",
            "Ruritania,10,0,9",
            "forcing/strikes.csv:3: strikes is 10, expected a value from its low 0 to its high 9",
        ),
        (
            "forcing/prices.csv",
            "local_per_usd_Ruritania",
            "local_per_usd",
            "forcing/prices.csv:1: found column 'local_per_usd', expected week, oil_usd_per_barrel, "
            "local_per_usd_Ruritania; did you mean 'local_per_usd_Ruritania'?",
        ),
        ("forcing/prices.csv", "2001-01-15,25,4\n", "", "forcing/prices.csv: week 2001-01-15 is missing"),
        (
            "forcing/prices.csv",
            "25,2",
            "25,nan",
            "forcing/prices.csv:2: at 'local_per_usd_Ruritania' found 'nan': expected a finite number",
        ),
        (
            "offensives.csv",
            "R2",
            "R22",
            "offensives.csv:2: found district 'R22', expected one of R1, R2; did you mean 'R2'?",
        ),
        (
            "offensives.csv",
            "2001-01-09",
            "2001-02-09",
            "offensives.csv:2: found start 2001-02-09, expected a day from 2001-01-01 to 2001-01-21 (the case's weeks)",
        ),
        (
            "offensives.csv",
            "assault",
            "asault",
            "offensives.csv:2: at 'kind' found 'asault': expected 'assault' or 'isolation'",
        ),
        (
            "forcing/air_forces.csv",
            "2001-01-03",
            "2010-01-03",
            "forcing/air_forces.csv:2: found since 2010-01-03, expected a day from 2001-01-01 to 2001-01-21 "
            "(the case's weeks)",
        ),
        (
            "forcing/air_forces.csv",
            "2001-01-03,Ruritania,Gliders,1,4,made up\n",
            "2001-01-03,Ruritania,Gliders,1,4,made up\n" * 2,
            "forcing/air_forces.csv:3: air force 'Gliders in Ruritania' is already on line 2",
        ),
        (
            "case.yaml",
            "abroad: false, ",
            "abroad: false, enters: 2010-01-01, ",
            "case.yaml:10: found enters 2010-01-01, expected a day from 2001-01-01 to 2001-01-21 (the case's weeks)",
        ),
        (
            "case.yaml",
            "abroad: false, ",
            "abroad: false, enters: 2001-01-09, ",
            "districts.csv:2: found opponent the-state, who enters the war on 2001-01-09 (case.yaml), expected one who "
            "is there from the start",
        ),
        (
            "case.yaml",
            "numbers: 50",
            "numbers: 500",
            "case.yaml:10: at 'the-state': numbers is 500, expected a value from its low 20 to its high 90",
        ),
        (
            "offensives.csv",
            "2,10,20",
            "2,30,20",
            "offensives.csv:2: at 'push': strength_low is 30, expected at most strength_high 20",
        ),
    ],
)
def test_each_mistake_is_one_sentence(write: Write, name: str, old: str, new: str, said: str) -> None:
    assert message(write(name, old, new)) == said


def test_a_wrong_type(write: Write) -> None:
    said = message(write("case.yaml", "weeks: 3", "weeks: three"))
    assert said.startswith("case.yaml:5: at 'weeks' found 'three': ")
    said = message(write("districts.csv", "1000", "many"))
    assert said.startswith("districts.csv:2: at 'residents' found 'many': ")
    said = message(write("offensives.csv", "2001-01-09", "9 January"))
    assert said.startswith("offensives.csv:2: at 'start' found '9 January': ")
    said = message(write("districts.csv", "0.5,0.8", "5,0.8"))
    assert said.startswith("districts.csv:2: at 'urban_share' found '5': ")


@pytest.mark.parametrize(
    ("prior", "said"),
    [
        ("{kind: lognormal, low: 0, high: 1}", "low is 0, expected more than 0 for a lognormal prior"),
        ("{kind: normal, low: 2, high: 1}", "low is 2, expected less than high 1"),
        ("{kind: fixed, low: 2, high: 1}", "a fixed prior has low equal to high, found 2 and 1"),
        (
            "{kind: logitnormal, low: 0.1, high: 1}",
            "low and high are 0.1 and 1, expected both between 0 and 1 for a logitnormal prior",
        ),
    ],
)
def test_an_impossible_prior(write: Write, prior: str, said: str) -> None:
    folder = write()
    (folder / "priors.yaml").write_text(f"pace:\n  unit: '1'\n  reason: made up\n  prior: {prior}\n")
    assert message(folder) == f"priors.yaml:4: at 'pace.prior': {said}"


@pytest.mark.parametrize("name", [*FILES, "context.geojson", "priors.yaml", "provenance.yaml"])
def test_a_file_that_cannot_be_read(write: Write, name: str) -> None:
    path = write() / name
    path.unlink(missing_ok=True)
    path.write_bytes(b"a: 1\nb: \xe9t\xe9\n")
    assert message(write_root(path, name)).startswith(f"{name}:2: found a byte that is not UTF-8 text (byte 8)")
    path.unlink()
    path.symlink_to(path)
    assert message(write_root(path, name)).startswith(f"{name}: cannot be read (")
    path.unlink()
    path.mkdir()
    assert message(write_root(path, name)).startswith(f"{name}: cannot be read (")


def write_root(path: Path, name: str) -> Path:
    return path.parents[len(Path(name).parts) - 1]


def test_a_name_too_long_for_a_file() -> None:
    with pytest.raises(FissureError, match="there is no case"):
        load_case("a" * 5000)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "holds nothing, expected a mapping with the keys name, title, summary, start, weeks"),
        ("- 1\n", "holds a list, expected a mapping with the keys name, title"),
        ("word\n", "holds 'word', expected a mapping with the keys name, title"),
    ],
)
def test_a_case_file_that_is_no_mapping(write: Write, text: str, said: str) -> None:
    assert message(write("case.yaml", CASE, text)).startswith(f"case.yaml:1: {said}")


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (
            "case.yaml",
            "weeks: 3",
            "wekks: 3",
            "case.yaml:5: found unknown key 'wekks', expected one of blocs, countries, name, opponents, slots, start, "
            "summary, title, units, weeks; did you mean 'weeks'?",
        ),
        ("case.yaml", "weeks: 3\n", "", "case.yaml:1: key 'weeks' is missing"),
        ("case.yaml", "weeks: 3", "weeks: soon", "case.yaml:5: at 'weeks' found 'soon': expected a whole number"),
        ("case.yaml", "weeks: 3", "weeks: 3.5", "case.yaml:5: at 'weeks' found 3.5: expected a whole number"),
        (
            "case.yaml",
            "2001-01-01",
            "soon",
            "case.yaml:4: at 'start' found 'soon': expected a date such as 2014-06-30",
        ),
        ("districts.csv", "1000", "many", "districts.csv:2: at 'residents' found 'many': expected a number"),
        (
            "districts.csv",
            ",,1,1,",
            ",,maybe,1,",
            "districts.csv:2: at 'capital' found 'maybe': expected true or false",
        ),
        ("case.yaml", "title: A small war", "title: ''", "case.yaml:2: at 'title' found '': expected some text"),
        ("case.yaml", "[Ruritania]", "Ruritania", "case.yaml:8: at 'countries' found 'Ruritania': expected a list"),
        ("case.yaml", "[Ruritania]", "[]", "case.yaml:8: at 'countries' found a list: expected at least 1 entry"),
    ],
)
def test_plain_words(write: Write, name: str, old: str, new: str, said: str) -> None:
    assert message(write(name, old, new)) == said


def test_a_larger_case_lists_no_more_than_it_should(write: Write) -> None:
    rows = list(csv.reader(DISTRICTS.splitlines()))
    many = [",".join(rows[0])] + [",".join([f"R{n}", *rows[1][1:]]) for n in range(1, 20)]
    folder = write("offensives.csv", "R2", "R30")
    (folder / "districts.csv").write_text("\n".join(many) + "\n")
    said = message(folder)
    assert said.startswith("offensives.csv:2: found district 'R30', expected one of the 19 known; did you mean 'R")
    assert np.isfinite(load_case("islamic_state").strikes).all()
