"""The reference case: whole, in its units, true to what was published, and silent on outcomes."""

import csv
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from shapely.geometry import Point, shape

from fissure.cases import Case, load_case
from fissure.evidence.ledger import load_ledger, package_ledger
from fissure.model.catalogue import parameters_of
from fissure.studies.answers import KEPT, read_answers
from fissure.studies.kept_results import place
from fissure.studies.questions import questions_of, studies_of

DATA = Path(__file__).parent / "data"


@pytest.fixture(scope="module")
def case() -> Case:
    return load_case("islamic_state")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def strikes_to(case: Case, day: date) -> np.ndarray:
    """Strikes by country up to the end of `day`, its week shared out evenly."""
    week, days = divmod((day - case.start).days + 1, 7)
    return case.strikes[:week].sum(axis=0) + (case.strikes[week] * days / 7 if days else 0)


def test_the_clock_and_the_sizes(case: Case) -> None:
    assert (case.start, case.weeks, case.units, case.slots) == (date(2014, 6, 30), 247, 448, 112)
    assert case.end == date(2019, 3, 25)
    assert case.mondays[-1] == date(2019, 3, 18)
    assert 60 <= len(case.districts) <= 64
    districts = len(case.districts)
    assert case.neighbours.shape == (districts, districts)
    assert case.strikes.shape == case.exchange.shape == (247, 2)
    assert case.oil_price.shape == (247,)


def test_districts_hold_people_and_some_ground(case: Case) -> None:
    assert all(district.residents > 10_000 for district in case.districts)
    assert {district.name for district in case.districts if district.capital} == {"Mosul", "Ar-Raqqa"}
    held = sum(district.residents * district.start_control for district in case.districts)
    assert 5e6 < held < 9e6  # IHS: 9 million at the end of 2014, after the gains of that summer
    assert {district.border for district in case.districts} == {None, "turkey", "jordan"}


def test_fields_held_by_mid_july_2014_give_the_published_peak(case: Case) -> None:
    taken = {"SY0901": 0.95, "SY0902": 1.0, "SY0903": 1.0}  # Deir ez-Zor governorate, July 2014
    oil = sum(d.oil_bpd * taken.get(d.id, d.start_control) for d in case.districts)
    assert oil == pytest.approx(80_000, rel=0.1)


def test_every_place_has_a_land_border_and_a_shape(case: Case) -> None:
    assert (case.neighbours == case.neighbours.T).all()
    assert not case.neighbours.diagonal().any()
    assert case.neighbours.any(axis=0).all()
    reached = {0}
    for _ in case.districts:
        reached |= {int(b) for a in reached for b in np.flatnonzero(case.neighbours[a])}
    assert len(reached) == len(case.districts)
    names = {district.id: district for district in case.districts}
    for feature in case.boundaries["features"]:
        area = shape(feature["geometry"])
        district = names[feature["properties"]["id"]]
        assert set(feature["properties"]) == {"id"}
        assert area.is_valid
        assert area.buffer(0.001).contains(Point(district.lon, district.lat))


def test_rings_are_wound_for_d3(case: Case) -> None:
    assert case.context is not None
    for collection in (case.boundaries, case.context):
        for feature in collection["features"]:
            geometry = feature["geometry"]
            polygons = [geometry["coordinates"]] if geometry["type"] == "Polygon" else geometry["coordinates"]
            for exterior, *_ in polygons:
                x, y = np.array(exterior).T
                assert exterior[0] == exterior[-1]
                assert (x[:-1] * y[1:] - x[1:] * y[:-1]).sum() < 0, feature["properties"]
    assert (case.folder / "boundaries.geojson").stat().st_size < 250_000
    assert (case.folder / "context.geojson").stat().st_size < 120_000


@pytest.mark.parametrize("row", rows("strike_totals.csv"), ids=lambda row: row["date"])
def test_strikes_add_up_to_the_published_totals(case: Case, row: dict[str, str]) -> None:
    assert strikes_to(case, date.fromisoformat(row["date"])).sum() == pytest.approx(float(row["total"]), rel=0.01)


def test_strikes_by_country_where_published(case: Case) -> None:
    iraq, syria = strikes_to(case, date(2017, 8, 9))
    assert iraq == pytest.approx(13_331, rel=0.01)
    assert syria == pytest.approx(11_235, rel=0.01)
    # an independent check: Airwars' count of declared strikes, which no rule was fitted to
    period = strikes_to(case, date(2016, 5, 31)) - strikes_to(case, date(2015, 11, 30))
    assert period == pytest.approx([3_010, 1_077], rel=0.05)


def test_what_a_hundred_strikes_a_day_are_beside_those_that_were_flown(case: Case) -> None:
    """The study and the question say so in words: some five times a usual week, a third more than in any."""
    flown, asked = case.strikes.sum(axis=1), 7 * 100
    assert asked / np.median(flown[flown > 0]) == pytest.approx(5, abs=0.4)
    assert asked / flown.max() == pytest.approx(4 / 3, abs=0.05)
    for words in (case.folder / "questions.yaml", case.folder / "studies.yaml", case.folder / "kept" / "answers.json"):
        said = " ".join(words.read_text(encoding="utf-8").split())
        assert "five times" in said
        assert "a third more than in any" in said
        assert "ever flown" not in said


def test_kept_answers_say_what_the_questions_say_now(case: Case) -> None:
    ledger = load_ledger(package_ledger(), case.ledger_folder)
    studies = studies_of(case, ledger.claims, parameters_of(case))
    asked = {one.name: (one.asks, one.caution) for one in questions_of(case, ledger.claims, studies)}
    assert {one.name: (one.asks, one.caution) for one in read_answers(place(case, KEPT)).answers} == asked


def test_strikes_start_in_august_2014_and_carry_doubt(case: Case) -> None:
    first = [case.mondays[week] for week in np.argmax(case.strikes > 0, axis=0)]
    assert first == [date(2014, 8, 4), date(2014, 9, 22)]
    struck = case.strikes > 0
    assert (case.strikes_low[struck] < case.strikes[struck]).all()
    assert (case.strikes_high[struck] > case.strikes[struck]).all()
    assert (case.strikes_high / np.maximum(case.strikes, 1e-9))[-1].min() > 1.4


def test_prices(case: Case) -> None:
    assert 90 < case.oil_price[0] < 115  # the summer of 2014
    assert case.oil_price.min() < 35  # January 2016
    assert case.mondays[int(case.oil_price.argmin())].year == 2016
    iraq, syria = case.exchange.T
    assert (abs(iraq / 1175 - 1) < 0.05).all()
    assert syria[0] < 160 < 420 < syria[-1]


def test_each_loss_is_answered_by_an_offensive_that_began_before_it(case: Case) -> None:
    shapes = {f["properties"]["id"]: shape(f["geometry"]) for f in case.boundaries["features"]}
    losses = [row for row in rows("control_events.csv") if row["event_for_is"] != "gain"]
    assert len(losses) == 29
    for row in losses:
        place = Point(float(row["lon"]), float(row["lat"]))
        answers = [
            offensive
            for offensive in case.offensives
            if offensive.event == row["place"]
            and offensive.start <= date.fromisoformat(row["date"])
            and shapes[offensive.district].distance(place) < 0.1
        ]
        assert answers, row["place"]
    places = {row["place"] for row in losses}
    assert {offensive.event for offensive in case.offensives if offensive.event} == places


def test_offensives_say_nothing_of_how_they_went(case: Case) -> None:
    header = (case.folder / "offensives.csv").read_text(encoding="utf-8").splitlines()[0]
    assert not {"end", "winner", "outcome", "losses", "result"} & set(header.split(","))
    telling = (
        "captur",
        "victor",
        "defeat",
        "repel",
        "fail",
        "stall",
        "success",
        "liberat",
        "retake",
        "recaptur",
        "last pocket",
        "resumed",
        "back into",
        "clearing",
        "break of",
        "relief of deir",
    )
    for offensive in case.offensives:
        words = f"{offensive.title} {offensive.basis}".lower()
        assert not any(word in words for word in telling), offensive.id
    assert sum(offensive.event is None for offensive in case.offensives) > len(case.offensives) / 3


def test_only_forcing_reaches_past_the_start(case: Case) -> None:
    dated = {path.name for path in case.folder.rglob("*.csv") if not {"ledger", "observed"} & set(path.parts)}
    forcing = {"air_forces.csv", "condemnations.csv", "offensives.csv", "prices.csv", "strikes.csv"}
    assert dated == {"districts.csv", "neighbours.csv", *forcing}
    late = {"end", "control_end", "lost", "retaken", "week", "date"}
    assert not late & set(type(case.districts[0]).model_fields)


def test_opponents_fight_in_their_own_country_or_as_neighbours_do(case: Case) -> None:
    country = {opponent.name: opponent.country for opponent in case.opponents}
    at = {district.id: district for district in case.districts}
    for district in case.districts:
        assert country[district.opponent] == district.country
    for offensive in case.offensives:
        assert country[offensive.opponent] == at[offensive.district].country
    assert {offensive.opponent for offensive in case.offensives} == set(country)


def test_blocs(case: Case) -> None:
    odds = {(bloc.name, other) for bloc in case.blocs for other in bloc.at_odds_with}
    assert odds == {("turkmen", "caucasus-ex-soviet"), ("caucasus-ex-soviet", "turkmen")}
    assert all(abs(bloc.doctrine) <= 0.3 for bloc in case.blocs)


def test_provenance_lists_each_file(case: Case) -> None:
    listed = [entry.file for entry in case.provenance]
    there = {
        path.relative_to(case.folder).as_posix()
        for path in case.folder.rglob("*")
        if path.is_file() and path.suffix != ".py" and not {"ledger", "__pycache__"} & set(path.parts)
    }
    assert len(listed) == len(set(listed))
    assert there - set(listed) == set()
    assert set(listed) - there <= {"priors.yaml"}


def test_no_path_of_any_machine_is_in_the_case(case: Case) -> None:
    for path in case.folder.rglob("*"):
        if path.is_file() and path.suffix in (".py", ".csv", ".yaml", ".geojson") and "ledger" not in path.parts:
            text = path.read_text(encoding="utf-8")
            assert not any(f"/{word}" in text for word in ("work", "shared", "tmp")), path


def test_the_derived_table_is_the_hand_written_one(case: Case) -> None:
    with (case.folder / "hand" / "districts.csv").open(encoding="utf-8", newline="") as stream:
        hand = {row["id"]: row for row in csv.DictReader(stream)}
    assert set(hand) == {district.id for district in case.districts}
    for district in case.districts:
        assert float(hand[district.id]["start_control"]) == district.start_control
        assert float(hand[district.id]["oil_bpd"]) == district.oil_bpd
        assert hand[district.id]["basis"] == district.basis


def test_loading_is_light() -> None:
    code = (
        "import sys; from fissure.cases import load_case; load_case('islamic_state'); "
        "print('jax' in sys.modules, 'pandas' in sys.modules)"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.split() == ["False", "False"]


def test_weeks_are_mondays(case: Case) -> None:
    assert all(monday.weekday() == 0 for monday in case.mondays)
    assert case.end - case.mondays[-1] == timedelta(days=7)
