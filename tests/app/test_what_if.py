"""The view as the server writes it: addresses, and what is refused in them."""

import html
import json

import pytest
from waiting import until

from fissure.studies.progressive import Live
from fissure.studies.scenario import FORCING

Q = "/what-if?members=6&q="


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("/what-if?q=", "changes nothing"),
        ("/what-if?q=strikes", "changes nothing"),
        ("/what-if?q=set=forcing.strike=x2", "did you mean"),
        ("/what-if?q=sett=forcing.strikes=x2", "did you mean"),
        ("/what-if?q=off=desertion;off=desertion", "twice"),
        ("/what-if?q=a;b;off=desertion", "its name twice"),
        ("/what-if?q=study=oil-gon", "did you mean"),
        ("/what-if?q=study=oil-gone;from=2015-03", "one of them"),
        ("/what-if?q=off=desertion;from=2030-01", "outside the run"),
        ("/what-if?q=off=desertion;from=yesterday", "expected a day"),
        ("/what-if?q=maximise=collapse", "will maximise anything"),
        ("/what-if?maximise=collapse", "will maximise anything"),
        ("/what-if?qq=off=desertion", "expected q"),
        ("/what-if?members=1", "members is 1"),
        ("/what-if?members=many", "members"),
        ("/what-if?weeks=1000", "weeks is 1000"),
        ("/what-if?draft=off=desertio", "did you mean"),
        ("/what-if?" + "&".join(f"q=off=desertion;set=forcing.strikes=x{n}" for n in range(5)), "at most 4"),
        ("/what-if/report?q=off=desertion&seed=99", "nothing is measured"),
        ("/what-if/csv?q=off=desertion&seed=99", "nothing is measured"),
        ("/what-if/csv", "expected one"),
        ("/what-if?q=" + "x" * 1501, "1,501 characters"),
    ],
)
def test_bad_addresses_say_what_is_wrong(client, address, words):
    answer = client.get(address)
    assert answer.status_code == 422 and words.lower() in html.unescape(answer.text).lower()
    assert "Traceback" not in answer.text


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("set=forcing.strikes=x2", "set=forcing.strikes=*2"),
        ("Mine;set=forcing.strikes=x2,desertion.caught=0.5;off=desertion;from=2015-03-01",
         " Mine ; off=desertion ; from=2015-03; set=desertion.caught=0.5 , forcing.strikes=x2"),
        ("study=oil-gone", "study=oil-gone"),
    ],
)  # fmt: skip
def test_a_question_reads_back_as_it_was_written(client, text, same):
    reader = client.app.state.desk.studio.reader()
    one, other = reader.read(text), reader.read(same)
    assert one.text == other.text and one.key == other.key and reader.read(one.text) == one
    assert {part.partition("=")[0] for part in one.text.split(";")} == {p.partition("=")[0] for p in text.split(";")}


def test_the_same_question_twice_stands_once(client):
    text = client.get("/what-if?q=A;off=desertion&q=B;off=desertion&members=6").text
    assert text.count("data-question=") == 1 and ">A</h3>" in text


def test_the_composer_stands_as_the_draft_says(client):
    text = client.get(
        "/what-if?draft=Mine;set=forcing.strikes=x4,recruitment.foreign=0.5;off=desertion;from=2015-03"
    ).text
    assert 'value="Mine"' in text and 'aria-checked="false" data-mechanism="desertion"' in text
    assert text.count('aria-checked="true"') == 53
    strikes = text[text.index('data-driver="forcing.strikes"') :].split("</div>")[0]
    assert 'value="100"' in strikes and 'value="4"' in strikes


def test_all_drivers_and_claims_of_the_studies_are_there(client):
    text = client.get("/what-if").text
    assert text.count("data-driver=") == len(FORCING) + len(client.app.state.desk.context.parameters)
    desk = client.app.state.desk
    assert all(one.title in text for one in desk.context.studies.values()) and "style=" not in text
    assert desk.ledger.claims["S4-07e"].paraphrase in html.unescape(text)


def composed(client, beside="", **fields):
    return client.post(f"/what-if/composed{beside}", json=fields, headers={"accept": "application/json"})


STRIKES = {"name": "forcing.strikes", "how": "times", "value": 2}


def test_the_composers_fields_become_a_question_beside_those_of_the_address(client):
    fields = {"name": "Mine; = so", "moves": [STRIKES], "off": ["desertion"], "since": "2014-07-21", "pairs": 8}
    body = composed(client, "?q=off=ethnic-strain&members=6", **fields).json()
    assert body["q"] == "Mine so;set=forcing.strikes=x2;off=desertion;from=2014-07-21"
    page = client.get(f"/{body['address']}").text
    assert "members=8" in body["address"] and page.count("data-question=") == 2 and "Mine so</h3>" in page


def test_a_named_study_stays_one_while_its_levers_stand_as_it_has_them(client):
    study = client.app.state.desk.context.studies["hundred-strikes"]
    scenario = client.app.state.desk.studio.reader().of(study=study.name).scenario
    own = {
        "study": study.name, "off": list(scenario.off), "since": str(scenario.since),
        "moves": [{"name": one.name, "how": one.how, "value": one.value} for one in scenario.moves],
    }  # fmt: skip
    assert composed(client, **own).json()["q"] == f"study={study.name}"
    assert composed(client, **{**own, "name": "Called so"}).json()["q"] == f"Called so;study={study.name}"
    for change in ({"off": ["desertion"]}, {"since": "2014-08-04"}, {"moves": [STRIKES]}):
        assert "study=" not in composed(client, **{**own, **change}).json()["q"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "changes nothing"),
        ({"off": ["desertions"]}, "did you mean 'desertion'"),
        ({"moves": [{**STRIKES, "value": "many"}]}, "moves"),
        ({"moves": [{**STRIKES, "how": "by"}]}, "moves"),
        ({"off": ["desertion"], "pairs": 1}, "members is 1"),
        ({"off": ["desertion"], "since": "2030-01-01"}, "outside the run"),
        ({"text": "off=desertion"}, "text"),
    ],
)
def test_fields_that_make_no_question_are_refused_in_a_sentence(client, fields, words):
    answer = composed(client, **fields)
    assert answer.status_code == 422 and words in answer.json()["detail"]


def test_the_stream_carries_the_answers_and_the_job_keeps_the_latest(client, monkeypatch):
    """What the job found is shown as it is: nothing is computed twice."""
    desk, address = client.app.state.desk, "q=off=desertion;from=2014-12&members=6"
    desk.studio._warmed = True
    id = client.post("/api/studies", json={"off": ["desertion"], "from": "2014-12", "members": 6}).json()["id"]
    until(lambda: desk.jobs.get(id).ended)
    monkeypatch.setattr(Live, "answer", lambda *asked: pytest.fail("it was computed again"))
    with client.stream("GET", f"/what-if/events?{address}") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = [*stream.iter_lines()]
    (event,) = [json.loads(line[5:]) for line in lines if line.startswith("data:") and line != "data: null"]
    assert "event: end" in lines and event["known"] == "6"
    assert event["questions"][0]["state"] == "done" and "6 pairs" in event["html"] and "fighters" in event["specs"]
    with client.stream("GET", f"/what-if/events?{address}", headers={"last-event-id": "6"}) as stream:
        lines = [*stream.iter_lines()]
    (again,) = [json.loads(line[5:]) for line in lines if line.startswith("data:") and line != "data: null"]
    assert "html" not in again and again["questions"] == event["questions"]  # it is there already
