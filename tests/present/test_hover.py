"""What a chart over time says of the week that is pointed at."""

from fissure.present.charts import shared


def spec_of(**names):
    return shared.of_series("rows", shared.temporal("week"), "series", "datum.share", names, 60)


def test_a_series_without_a_number_is_marked_and_never_undefined():
    spec = spec_of(**{"St. Mary's [old]": "Old", "new": "New"})
    said = {step["as"]: step["calculate"] for step in spec["transform"] if "said" in step.get("as", "")}
    assert said["said_0"] == """isValid(datum["St. Mary's [old]"]) ? datum["St. Mary's [old]"] : '–'"""
    assert [one["title"] for one in spec["encoding"]["tooltip"]] == ["Week of", "Old", "New"]


def test_no_place_between_two_weeks_of_a_short_run_is_silent():
    assert spec_of(a="A")["mark"]["strokeWidth"] == {"expr": "max(3, width / 60)"}
    assert shared.thickness(0) == "max(3, width / 1)"
