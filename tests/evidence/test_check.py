"""Every gap in a ledger is one sentence."""

from textwrap import dedent

import pytest

from fissure.evidence import load_ledger, problems


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
        ("date: 2015-01-31", "note: undated", "has neither a date nor a period."),
        (
            "date: 2015-01-31",
            "period: [2015-02-01, 2015-01-01]",
            "has a period that ends before it starts.",
        ),
        ("value: 400", "value: 400\n  low: 500", "has a range that is inside out."),
        ("bound: exact", "bound: range", "is called 'range' but lacks the number for it."),
        ("value: 400", "high: 400", "is called 'exact' but lacks the number for it."),
        ("rival_of: []", "rival_of: [pay-1]", "is named as its own rival."),
        (
            "rival_of: []",
            "rival_of: [pay-2]",
            "names 'pay-2' as a rival, which does not name it in turn.",
        ),
    ],
)
def test_a_faulty_observation(write, old, new, sentence):
    text = dedent(OBSERVATION).replace(old, new, 1)
    ledger = load_ledger(write(observations=text))
    assert problems(ledger, ["pay-gap"], ["pay_usd_month"]) == [f"observation 'pay-1' {sentence}"]


def test_a_long_paraphrase(write):
    ledger = load_ledger(write())
    long = ledger.claims["A1-03a"].model_copy(update={"paraphrase": "word " * 61})
    changed = type(ledger)(ledger.sources, ledger.mechanisms, {long.id: long}, ledger.variables, ledger.observations)
    assert problems(changed, ["pay-gap"], ["pay_usd_month"]) == [
        "claim 'A1-03a' is longer than 60 words: say it in fewer."
    ]
