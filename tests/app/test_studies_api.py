"""Studies as a program asks them."""

import csv
import io

import pytest
from waiting import until

from fissure.studies.whatif import whatif

SMALL = {"weeks": 60, "units": 24, "slots": 20}
ASK = {"set": ["forcing.strikes=x2"], "from": "2015-01", "members": 6, "title": "Strikes doubled"}


def ended(client, id):
    over = ("done", "failed", "cancelled")
    return until(lambda: job if (job := client.get(f"/api/jobs/{id}").json())["state"] in over else None)


@pytest.fixture
def done(client):
    id = client.post("/api/studies", json=ASK).json()["id"]
    assert ended(client, id)["state"] == "done"
    return id


def test_an_answer_is_that_of_the_study(client, done, case):
    study = client.get(f"/api/studies/{done}").json()
    assert study["state"] == "done" and study["members"] == study["of"] == 6 and study["title"] == "Strikes doubled"
    assert study["set"] == ["forcing.strikes=x2"] and study["from"] == "2015-01-01" and study["start"] == "2014-06-30"
    desk = client.app.state.desk
    question = desk.studio.reader().of(set=ASK["set"], since=ASK["from"])
    found = whatif(case, {"own": question.scenario}, members=6, draws=desk.posterior, **SMALL).answers[0]
    for one, other in zip(study["differences"], found.differences, strict=True):
        assert one["outcome"] == other.outcome and one["verdict"] == other.verdict
        assert one["mean"] == pytest.approx(other.mean, rel=1e-5) and one["low"] == pytest.approx(other.low, rel=1e-5)
    for course in found.courses:
        assert study["weekly"][course.series]["mean"] == pytest.approx(course.mean.tolist(), rel=1e-5)
    assert "--set forcing.strikes=x2 --from 2015-01-01" in study["about"]["command"]


def test_the_same_asked_twice_is_one_job(client, done):
    before = client.get("/api/jobs").json()
    again = client.post("/api/studies", json={**ASK, "title": "Called otherwise"}).json()
    assert again["id"] == done and again["state"] == "done"
    other = client.post("/api/studies", json={**ASK, "members": 5}).json()
    assert other["id"] != done and ended(client, other["id"])["state"] == "done"  # all of it is there
    after = client.get("/api/jobs").json()
    assert sorted(one["id"] for one in after) == sorted({one["id"] for one in before} | {other["id"]})


def test_it_says_where_a_person_sees_it(client, done):
    address = client.post("/api/studies", json=ASK).json()["page"]
    assert "Strikes doubled" in client.get(address).text


def test_the_report_opens_without_a_network(client, done):
    report = client.get(f"/api/studies/{done}/report")
    assert report.headers["content-disposition"].startswith('attachment; filename="fissure-what-if-')
    assert "<script src" not in report.text and "Strikes doubled" in report.text and "fissure whatif" in report.text


def test_the_table_holds_each_outcome_and_week(client, done):
    rows = [*csv.DictReader(io.StringIO(client.get(f"/api/studies/{done}/csv").text))]
    assert sum(row["what"] == "week" for row in rows) == 8 * 60 and rows[0]["members"] == "6"
    assert {row["name"] for row in rows if row["what"] == "outcome"} >= {"collapse", "deserted"}


def test_what_can_be_asked_is_listed(client, case):
    named = {one["name"]: one for one in client.get("/api/studies/named").json()}
    assert named["hundred-strikes"]["claims"] and named["hundred-strikes"]["from"] == "2015-03-16"
    assert named["leaders-spared"]["falsifies"] and named["leaders-spared"]["expect"]
    drivers = {one["name"]: one for one in client.get("/api/studies/drivers").json()}
    assert drivers["forcing.strikes"]["kind"] == "forcing" and not drivers["forcing.offensives"]["settable"]
    caught = drivers["desertion.caught"]
    assert caught["most"] == 1 and caught["low"] < caught["high"] and caught["reason"] and caught["unit"]
    outcomes = [one["name"] for one in client.get("/api/studies/outcomes").json()]
    assert outcomes[:2] == ["collapse", "deserted"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({}, "changes nothing"),
        ({"set": ["forcing.strike=x2"]}, "did you mean 'forcing.strikes'"),
        ({"off": ["desertions"]}, "did you mean 'desertion'"),
        ({"study": "hundred-strike"}, "did you mean 'hundred-strikes'"),
        ({"study": "oil-gone", "off": ["desertion"]}, "one of them"),
        ({**ASK, "from": "2019-01"}, "outside the run"),
        ({**ASK, "from": "soonish"}, "expected a day"),
        ({**ASK, "members": 5000}, "members is 5000"),
        ({**ASK, "members": 1}, "members"),
        ({**ASK, "weeks": 61}, "weeks is 61"),
        ({**ASK, "seed": -1}, "seed"),
        ({**ASK, "title": "a;b"}, "a name has"),
        ({**ASK, "membres": 5}, "did you mean 'members'"),
        ({**ASK, "maximise": "collapse"}, "will maximise anything"),
        ({"set": ["x"] * 65}, "set"),
        ({"set": ["forcing.strikes=x" + "9" * 400]}, "set"),
        ([], "dictionary"),
    ],
)
def test_what_cannot_be_asked_is_said_in_one_sentence(client, asked, words):
    before = client.get("/api/jobs").json()
    answer = client.post("/api/studies", json=asked)
    assert answer.status_code == 422 and words in answer.json()["detail"] and "\n" not in answer.json()["detail"]
    assert client.get("/api/jobs").json() == before


@pytest.mark.parametrize("part", ["", "/report", "/csv"])
def test_an_unknown_study_is_404(client, part):
    assert client.get(f"/api/studies/abc{part}").status_code == 404
    assert client.get(f"/api/studies/..%2f{part}").status_code in (404, 422)


def test_a_question_is_saved_renamed_and_deleted(client):
    one = client.post("/api/saved", json={"name": "<b>Mine</b>", "q": "set=forcing.strikes=x2"})
    assert one.status_code == 201 and one.json()["q"] == "<b>Mine</b>;set=forcing.strikes=x2"
    assert "&lt;b&gt;Mine" in client.get("/what-if").text and "<b>Mine" not in client.get("/what-if").text
    again = client.post("/api/saved", json={"name": "Other", "q": "x;set=forcing.strikes=x2"}).json()
    assert again["id"] == one.json()["id"]
    kept = [x["name"] for x in client.get("/api/saved").json()]
    assert "Other" in kept and "<b>Mine</b>" not in kept
    assert client.delete(f"/api/saved/{again['id']}").status_code == 204
    assert client.delete(f"/api/saved/{again['id']}").status_code == 404
    assert client.delete("/api/saved/..%2f..%2fx").status_code == 404


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"name": "x" * 81, "q": "off=desertion"}, "name"),
        ({"name": "x", "q": "off=nothing-such"}, "no mechanism"),
        ({"name": "x;y", "q": "off=desertion"}, "a name has"),
        ({"name": "\u0007", "q": "off=desertion"}, "a name has"),
    ],
)
def test_what_cannot_be_saved_is_said(client, body, words):
    answer = client.post("/api/saved", json=body)
    assert answer.status_code == 422 and words in answer.json()["detail"]


def test_saved_questions_are_bounded_and_damaged_files_passed_over(client, tmp_path, monkeypatch):
    shelf = client.app.state.desk.studio.saved
    monkeypatch.setattr(shelf, "_folder", tmp_path)
    monkeypatch.setattr(shelf, "_most", 1)
    (tmp_path / "0123456789abcdef.json").write_text("{")
    assert client.get("/api/saved").json() == []
    answer = client.post("/api/saved", json={"name": "x", "q": "off=desertion"})
    assert answer.status_code == 422 and "saved already" in answer.json()["detail"]
