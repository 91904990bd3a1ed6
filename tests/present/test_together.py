"""Several questions in one chart."""

from datetime import date

import numpy as np
import pytest
import vl_convert

from fissure.present.charts import differences, together
from fissure.studies.whatif import course_of

START = date(2014, 6, 30)


@pytest.fixture
def own():
    random = np.random.default_rng(4)
    made = [course_of("fighters", random.normal(m, 1.0, (6, 20)).cumsum(axis=1), np.zeros((6, 20))) for m in (2, -1)]
    return [("A", "One", made[0]), ("C", "Another", made[1])]


def test_each_question_has_its_rows_and_its_own_colour_and_dash(own):
    spec = together.spec(own, START, ["A", "B", "C"])
    rows = spec["datasets"]["differences"]
    assert [row["question"] for row in rows] == ["A"] * 20 + ["C"] * 20
    assert rows[0]["mean"] == differences.rows(own[0][2], START)[0]["mean"]
    line = spec["layer"][1]["encoding"]
    assert line["color"]["scale"]["domain"] == line["strokeDash"]["scale"]["domain"] == ["A", "B", "C"]
    alone = together.spec(own[1:], START, ["A", "B", "C"])["layer"][1]["encoding"]
    assert alone["color"] == line["color"] and alone["strokeDash"] == line["strokeDash"]


def test_it_draws(own):
    drawn = vl_convert.vegalite_to_svg({**together.spec(own, START, ["A", "C"]), "width": 400})
    assert drawn.count("stroke-dasharray") >= 2 and ">A<" in drawn and ">C<" in drawn


def test_letters_stand_where_their_lines_are_far_from_zero(own):
    spec = together.spec(own, START, ["A", "C"])
    places = {row["question"]: row for row in spec["datasets"]["letters"]}
    assert places["A"]["mean"] == max(row["mean"] for row in spec["datasets"]["differences"])


def test_it_is_told_in_words(own):
    assert "A, One: farthest from zero in week" in together.describe(own)
    still = [("A", "Nothing", course_of("fighters", np.zeros((3, 5)), np.zeros((3, 5))))]
    assert "zero throughout" in together.describe(still)


def test_a_scale_that_follows_has_no_fixed_ends(own):
    spec = differences.spec(own[0][2], START)
    follows = together.following(spec)
    assert any("domain" in layer["encoding"]["y"]["scale"] for layer in spec["layer"] if "y" in layer["encoding"])
    assert not any(
        "domain" in layer["encoding"]["y"]["scale"] for layer in follows["layer"] if "y" in layer["encoding"]
    )
