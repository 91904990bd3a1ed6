"""The view as the server writes it: addresses, and what is refused in them."""

import html

import pytest

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
    told = client.get(address)
    assert told.status_code == 422 and words.lower() in html.unescape(told.text).lower()
    assert "Traceback" not in told.text


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
    told = client.get("/what-if?q=A;off=desertion&q=B;off=desertion&members=6").text
    assert told.count("data-question=") == 1 and ">A</h3>" in told


def test_the_composer_stands_as_the_draft_says(client):
    told = client.get(
        "/what-if?draft=Mine;set=forcing.strikes=x4,recruitment.foreign=0.5;off=desertion;from=2015-03"
    ).text
    assert 'value="Mine"' in told and 'aria-checked="false" data-mechanism="desertion"' in told
    assert told.count('aria-checked="true"') == 53
    strikes = told[told.index('data-driver="forcing.strikes"') :].split("</div>")[0]
    assert 'value="100"' in strikes and 'value="4"' in strikes


def test_all_drivers_and_claims_of_the_studies_are_there(client):
    told = client.get("/what-if").text
    assert told.count("data-driver=") == 7 + len(client.app.state.desk.studio.parameters)
    desk = client.app.state.desk
    assert all(one.title in told for one in desk.studio.studies.values()) and "style=" not in told
    assert desk.ledger.claims["S4-07e"].paraphrase in html.unescape(told)
