"""The build of the published series, on small made-up extracts."""

from datetime import date

from tools.build_case import observed


def event(start, end=None, **keys):
    return {
        "country": "Iraq", "date_start": start, "date_end": end or start, "year": int((start or "2015")[:4]),
        "type_of_violence": 1.0, "is_side": "b", "adm1_name": "Ninewa", "deaths_is_side": 10, "deaths_unknown": 0,
        "low": 10.0, "best": 10, "high": 10.0, **keys,
    }  # fmt: skip


def test_quarters_follow_one_another():
    assert observed.QUARTERS[0] == (date(2014, 7, 1), date(2014, 9, 30))
    assert observed.QUARTERS[-1] == (date(2015, 10, 1), date(2015, 12, 31))
    for (_, last), (first, _) in zip(observed.QUARTERS[:-1], observed.QUARTERS[1:], strict=True):
        assert (first - last).days == 1


def test_deaths_are_summed_by_quarter_and_long_events_spread_by_day():
    events = [event(first.isoformat()) for first, _ in observed.QUARTERS]
    events += [
        event("2014-09-29", "2014-10-02", best=20, low=16.0, high=30.0, deaths_is_side=16, deaths_unknown=4),
        event("2014-08-01", type_of_violence=3.0),  # not a battle
        event("2014-08-01", country="Syria"),
    ]
    rows = observed.deaths_in_iraq(events)
    assert rows[0] == (date(2014, 7, 1), date(2014, 9, 30), plain(18 * 18 / 20), "18", plain(18 + 2 + 25 - 20))
    assert rows[1][3] == "18"
    assert rows[2][2:] == ("10", "10", "10")


def plain(value):
    return f"{value:.0f}"


def test_syria_is_counted_by_year_without_days():
    events = [event(None, country="Syria", year=2015), event(None, country="Syria", year=2014, deaths_is_side=3)]
    assert [row[2] for row in observed.deaths_in_syria(events)] == [3, 10]


def test_civilians_are_those_killed_by_the_group_where_it_held_ground():
    one = {"type_of_violence": 3.0, "is_side": "a", "low": 4.0, "best": 5, "high": 9.0}
    first = [event(first.isoformat(), **one) for first, _ in observed.QUARTERS]
    others = [event("2014-08-01", **(one | {"adm1_name": "Baghdad"})), event("2014-08-01", **(one | {"is_side": "b"}))]
    assert observed.civilians_in_iraq([*first, *others])[0][2:] == ("4", "5", "9")


def test_displaced_are_what_the_open_wave_grew_by():
    counts = {  # August, since September, since April
        "2014-09-01": (100, 0, 0),
        "2014-09-28": (110, 5, 0),
        "2014-12-25": (130, 20, 0),
        "2015-03-26": (120, 50, 0),
        "2015-06-22": (120, 40, 60),
        "2015-09-29": (115, 39, 90),
        "2015-12-17": (90, 38, 95),
    }
    rounds = [
        {
            "file_date": day,
            "Period of displacement  August14": str(august),
            "Period of displacement  Post September 14": str(september),
            "Period of displacement  Post April15": str(april),
        }
        for day, (august, september, april) in counts.items()
    ]
    rows = observed.displaced(rounds)
    assert [row[2] for row in rows] == [6 * 20, 6 * 30, 6 * 50, 6 * 30, 6 * 5]
    assert rows[0][:2] == (date(2014, 9, 1), date(2014, 12, 25))


def test_strikes_are_of_both_countries_and_end_with_the_record():
    months = [
        {"month": month, "airwars_Iraq": "2", "airwars_Syria": "1", "centcom_Iraq": "", "centcom_Syria": "4"}
        for month in ("2015-04", "2015-05", "2015-06", "2015-07")
    ]
    quarter = observed.QUARTERS[3:4]
    assert observed.strikes_of(months, "airwars", quarter) == [(date(2015, 4, 1), date(2015, 6, 25), "9")]
    assert observed.strikes_of(months, "centcom", quarter) == [(date(2015, 4, 1), date(2015, 6, 30), "12")]
