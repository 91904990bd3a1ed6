"""Every gap in a ledger is one sentence."""

from textwrap import dedent

import pytest
from gaps import problems

from fissure.errors import FissureError
from fissure.evidence import load_ledger, require


def test_a_whole_ledger_has_no_problem(write):
    assert problems(load_ledger(write()), ["pay-gap"], ["pay_usd_month"]) == []


def test_a_mechanism_without_a_claim(write):
    found = problems(load_ledger(write()), ["pay-gap", "contagion"], ["pay_usd_month"])
    assert found == ["mechanism 'contagion' rests on no claim."]


def test_a_claim_for_an_unknown_mechanism(write):
    found = problems(load_ledger(write(mechanisms=None)), ["pay-gaps"], ["pay_usd_month"])
    assert found == [
        "mechanism 'pay-gaps' rests on no claim.",
        "claim 'A1-03a' names an unknown mechanism 'pay-gap'; did you mean 'pay-gaps'?",
    ]


def test_an_unknown_output(write):
    found = problems(load_ledger(write()), ["pay-gap"], ["pay_usd"])
    assert found == [
        "variable 'pay' names an unknown output 'pay_usd_month'; did you mean 'pay_usd'?",
    ]


OBSERVATION = """\
    - id: pay-1
      variable: pay
      source: A1
      date: 2015-01-31
      value: 400
      bound: exact
      unit: USD/month
      scope: all
      doubt: One voice.
      doubt_factor: 2
      rival_of: []
    - id: pay-2
      variable: pay
      source: A1
      date: 2015-01-31
      value: 400
      bound: exact
      unit: USD/month
      scope: all
      doubt: One voice.
      doubt_factor: 2
    """


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("date: 2015-01-31", "note: undated", "1: at 'pay-1': expected either 'date' or 'period', not both"),
        (
            "date: 2015-01-31",
            "period: [2015-02-01, 2015-01-01]",
            "4: at '0.period' found a list: expected a period from its first day to its last, and 2015-01-01 is before "
            "2015-02-01",
        ),
        (
            "value: 400",
            "value: 400\n  low: 500",
            "1: at 'pay-1': the range is inside out (500, 400), expected low <= value <= high",
        ),
        (
            "bound: exact",
            "bound: range",
            "1: at 'pay-1': lacks a number, expected 'low' and 'high', as the bound is 'range'",
        ),
        ("value: 400", "high: 400", "1: at 'pay-1': lacks a number, expected 'value', as the bound is 'exact'"),
        ("rival_of: []", "rival_of: [pay-1]", "11: 'pay-1' names as its rival itself, expected another observation"),
        (
            "rival_of: []",
            "rival_of: [pay-2]",
            "11: 'pay-1' names as its rival 'pay-2', which does not name it in turn",
        ),
        ("value: 400", "value: .nan", "5: at '0.value' found .nan: expected a finite number"),
        ("value: 400", "value: .inf", "5: at '0.value' found .inf: expected a finite number"),
        (
            "value: 400",
            "value: -90",
            "1: at 'pay-1': found -90, expected a number above 0, since the doubt is a factor",
        ),
        (
            "value: 400",
            "value: 1,400",
            "5: at '0.value' found 1,400: expected a point before decimals and nothing between thousands, "
            "found a comma",
        ),
        (
            "doubt_factor: 2\n  rival_of: []",
            "doubt_factor: .nan\n  rival_of: []",
            "10: at '0.doubt_factor' found .nan: expected a finite number",
        ),
        (
            "value: 400\n  bound: exact\n  unit: USD/month\n  scope: all\n  doubt: One voice.\n  doubt_factor: 2",
            "value: -90\n  bound: exact\n  unit: USD/month\n  scope: all\n  doubt: One voice.\n  doubt_abs: 2",
            "5: at 'value' found -90: expected no negative number of 'pay' (USD/month)",
        ),
        (
            "date: 2015-01-31",
            "date: 20150131",
            "4: at '0.date' found 20150131: expected a date such as 2014-06-30, as year-month-day with hyphens",
        ),
        (
            "date: 2015-01-31",
            "date: 0001-01-31",
            "4: at '0.date' found 0001-01-31: expected a day from the years 1678 to 2261",
        ),
    ],
)
def test_a_faulty_observation_is_refused_before_anything_runs(write, old, new, sentence):
    text = dedent(OBSERVATION)
    assert old in text
    folder = write(observations=text.replace(old, new, 1))
    with pytest.raises(FissureError) as caught:
        load_ledger(folder)
    assert str(caught.value) == f"{folder / 'observations.yaml'}:{sentence}"


def test_a_long_paraphrase(write):
    ledger = load_ledger(write())
    long = ledger.claims["A1-03a"].model_copy(update={"paraphrase": "word " * 61})
    changed = type(ledger)(ledger.sources, ledger.mechanisms, {long.id: long}, ledger.variables, ledger.observations)
    assert problems(changed, ["pay-gap"], ["pay_usd_month"]) == [
        "claim 'A1-03a' is longer than 60 words: say it in fewer."
    ]


OUTPUTS = {"pay_usd_month": {"origin": ["local", "foreign"]}, "fighters": {}}
VARIABLE = (
    "- {id: pay, title: Pay, unit: USD/month, how: at, output: pay_usd_month, select: {origin: local}, note: N.}\n"
)


def test_a_ledger_that_a_run_can_use(write):
    ledger = load_ledger(write(variables=VARIABLE))
    require(ledger, OUTPUTS, {"pay-gap.pace": ["A1-03a", "pay-1"], "other": []})


@pytest.mark.parametrize(
    ("old", "new", "file", "sentence"),
    [
        (
            "output: pay_usd_month",
            "output: pay_usd",
            "variables.yaml:1",
            "found output 'pay_usd', expected an output of the model; did you mean 'pay_usd_month'?",
        ),
        (
            "{origin:",
            "{orign:",
            "variables.yaml:1",
            "found dimension 'orign', expected one of origin of output 'pay_usd_month'; did you mean 'origin'?",
        ),
        (
            "pay_usd_month",
            "fighters",
            "variables.yaml:1",
            "found dimension 'origin', expected none of output 'fighters'",
        ),
        (
            "origin: local",
            "origin: [local, forein]",
            "variables.yaml:1",
            "found origin 'forein', expected one of local, foreign of output 'pay_usd_month'; did you mean 'foreign'?",
        ),
        (
            "USD/month",
            "USD/year",
            "observations.yaml:7",
            "found unit 'USD/month', expected 'USD/year', the unit of variable 'pay'",
        ),
    ],
)
def test_what_a_run_cannot_use_is_told_with_its_line(write, old, new, file, sentence):
    folder = write(variables=VARIABLE.replace(old, new))
    with pytest.raises(FissureError) as caught:
        require(load_ledger(folder), OUTPUTS, {})
    assert str(caught.value) == f"{folder}/{file}: {sentence}"


def test_evidence_that_is_not_in_the_ledger(write):
    with pytest.raises(FissureError) as caught:
        require(load_ledger(write()), OUTPUTS, {"pay-gap.pace": ["A1-03a", "A1-30a"]})
    assert str(caught.value) == (
        "the prior of 'pay-gap.pace' rests on 'A1-30a', expected the id of a claim or an observation; "
        "did you mean 'A1-03a'?"
    )
