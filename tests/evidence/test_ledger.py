"""Loading: merged folders, and errors that name file, line, finding and cure."""

import math
from datetime import date
from pathlib import Path
from textwrap import dedent

import pytest

from fissure.errors import FissureError
from fissure.evidence import Ledger, Observation, load_ledger, package_ledger


def error_of(*folders: Path) -> str:
    with pytest.raises(FissureError) as caught:
        load_ledger(*folders)
    return str(caught.value)


def test_a_good_ledger_loads(write):
    ledger = load_ledger(write())
    assert list(ledger.sources) == ["monitor", "A1"]
    assert [c.id for c in ledger.claims_of("pay-gap")] == ["A1-03a"]
    assert ledger.claims_of("nobody") == ()
    assert [o.id for o in ledger.observations_of("pay_usd_month")] == ["pay-1", "pay-2"]
    assert [o.id for o in ledger.rivals("pay-1")] == ["pay-2"]
    with pytest.raises(FissureError) as caught:
        ledger.rivals("pay-3")
    assert str(caught.value) == "there is no observation 'pay-3'; did you mean 'pay-2'?"


def test_a_ledger_cannot_be_changed(write):
    ledger = load_ledger(write())
    with pytest.raises(TypeError):
        ledger.claims["x"] = None
    with pytest.raises(AttributeError):
        ledger.claims = {}


def test_no_folder_is_an_empty_ledger_and_a_missing_one_an_error(tmp_path):
    assert load_ledger() == Ledger()
    assert error_of(tmp_path / "none").startswith(f"{tmp_path / 'none'}: there is no such folder, expected a ledger")
    (tmp_path / "empty").mkdir()
    assert error_of(tmp_path / "empty").startswith(f"{tmp_path / 'empty'}: holds nothing of a ledger, expected")


def test_variables_come_with_observations(write):
    folder = write(observations=None)
    assert error_of(folder).startswith(f"{folder / 'observations.yaml'}: there is no such file")
    (folder / "observations.yaml").symlink_to(folder / "observations.yaml")
    assert error_of(folder).startswith(f"{folder / 'observations.yaml'}: cannot be read (")


def test_folders_merge(write):
    first = write("first", observations=None, variables=None)
    second = write("second", sources=None, mechanisms=None, claims=None)
    assert load_ledger(first, second) == load_ledger(write("whole"))


def test_an_id_may_not_stand_twice(write):
    first, second = write("first"), write("second")
    assert error_of(first, second) == (
        f"{second / 'sources.yaml'}:1: id 'monitor' stands twice, first in {first / 'sources.yaml'}:1"
    )


CLAIM = """\
    - id: A1-03a
      source: {source}
      line: {line}
      paraphrase: Locals earn less.
      {taken}
      direction: {direction}
      effect: pay on anger
      {figure}
    """


def claim(source="A1", line="3", taken="mechanism: pay-gap", direction="raises", figure="figure: pay-1") -> str:
    taken = taken.replace("\n", "\n  ")
    return dedent(CLAIM).format(source=source, line=line, taken=taken, direction=direction, figure=figure)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (claim(source="A11"), "2: at 'source' found 'A11', expected the id of a source; did you mean 'A1'?"),
        (claim(line="13"), "3: found line 13, expected at most 12, the length of A1"),
        (claim(line="0"), "3: at '0.line' found 0: expected greater than 0"),
        (
            claim(taken="mechanism: pay-gaps"),
            "5: at 'mechanism' found 'pay-gaps', expected the id of a mechanism; did you mean 'pay-gap'?",
        ),
        (
            claim(taken="mechanism: null"),
            "1: at 'A1-03a': expected either a mechanism or a reason why none takes the claim up, not both",
        ),
        (
            claim(taken="reason: None does."),
            None,
        ),
        (
            claim(figure="figure: pay-9"),
            "8: at 'figure' found 'pay-9', expected the id of an observation; did you mean 'pay-2'?",
        ),
        (
            claim(direction="up"),
            "6: at '0.direction' found 'up': expected 'raises', 'lowers', 'describes' or 'predicts'",
        ),
        (
            claim(figure="figures: pay-1"),
            "8: found unknown key 'figures', expected one of direction, effect, executes, figure, id, lacks, line, "
            "mechanism, paraphrase, reason, rival_of, source; did you mean 'figure'?",
        ),
        (
            claim(taken="mechanism: pay-gap\nexecutes: partly"),
            "1: at 'A1-03a': expected 'lacks' where 'executes' is partly or no, and only there",
        ),
        (
            claim(taken="mechanism: pay-gap\nlacks: The pound."),
            "1: at 'A1-03a': expected 'lacks' where 'executes' is partly or no, and only there",
        ),
        (
            claim(taken="reason: None does.\nexecutes: partly\nlacks: All of it."),
            "1: at 'A1-03a': expected 'executes' and 'lacks' only of a claim that a mechanism takes up",
        ),
        (
            claim(taken="mechanism: pay-gap\nrival_of: [A1-03b]"),
            "6: at 'rival_of' found 'A1-03b', expected the id of a claim; did you mean 'A1-03a'?",
        ),
        (
            claim(taken="mechanism: pay-gap\nrival_of: [A1-03a]"),
            "6: 'A1-03a' names as its rival itself, expected another claim",
        ),
    ],
)
def test_a_bad_claim(write, text, message):
    folder = write(claims=text)
    if message is None:
        assert load_ledger(folder).claims["A1-03a"].mechanism is None
    else:
        assert error_of(folder) == f"{folder / 'claims.yaml'}:{message}"


def test_a_figure_may_stay_open_while_its_case_is_not_loaded(write):
    folder = write(observations=None, variables=None)
    assert load_ledger(folder).claims["A1-03a"].figure == "pay-1"


OBSERVATION = """\
    - id: pay-1
      variable: pay
      source: monitor
      date: 2015-01-31
      value: 400
      bound: exact
      unit: USD/month
      scope: all
      doubt: One voice.
      doubt_factor: 2
      rival_of: []
    """


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("variable: pay", "variable: pai", "2: at 'variable' found 'pai', expected the id of a variable"),
        ("source: monitor", "source: moniter", "3: at 'source' found 'moniter', expected the id of a source"),
        ("[]", "[pay-1, pay-3]", "11: at 'rival_of' found 'pay-3', expected the id of an observation"),
        (
            "doubt_factor: 2",
            "doubt_factor: 0.5",
            "10: at '0.doubt_factor' found 0.5: expected greater",
        ),
        (
            "doubt_factor: 2",
            "note: none",
            "1: at 'pay-1': expected either 'doubt_factor' or 'doubt_abs', not both",
        ),
        (
            "2015-01-31",
            "2015-13-31",
            "4: at '0.date' found 2015-13-31: expected a date such as 2014-06-30 (month must be in 1..12)",
        ),
        ("value: 400", "? [1]\n  : 400", "5: found a key that is a list or a mapping, expected a word"),
    ],
)
def test_a_bad_observation(write, old, new, message):
    folder = write(claims=None, observations=dedent(OBSERVATION).replace(old, new))
    found = error_of(folder)
    assert found.startswith(f"{folder / 'observations.yaml'}:{message}"), found


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "output: pay_usd_month",
            "since: 2015-01-01",
            "expected either an output or a reason why the model does not produce it, not both",
        ),
        ("how: at", "how: none", "expected how 'none' just where there is no output"),
        ("how: at", "how: cumulative", "key 'since' is missing: a cumulative count starts on a date"),
        ("how: at", "how: change-share", "key 'baseline' is missing: a change is against some period"),
    ],
)
def test_a_bad_variable(write, old, new, message):
    text = "- {id: pay, title: Pay, unit: USD, how: at, output: pay_usd_month, note: Base.}\n"
    folder = write(variables=text.replace(old, new))
    assert error_of(folder) == f"{folder / 'variables.yaml'}:1: at 'pay': {message}"


def test_band_carries_the_doubt(write):
    ledger = load_ledger(write())
    assert ledger.observations["pay-1"].band == (200, 800)
    assert ledger.observations["pay-2"].band == (100 / 1.5, 450)
    lower = ledger.observations["pay-1"].model_copy(update={"bound": "lower"})
    assert lower.band == (200, math.inf)
    upper = ledger.observations["pay-1"].model_copy(update={"bound": "upper", "doubt_factor": None, "doubt_abs": 10.0})
    assert upper.band == (-math.inf, 410)


def test_the_package_ledger_loads_alone():
    ledger = load_ledger(package_ledger())
    assert len(ledger.mechanisms) == 54
    assert not ledger.observations


@pytest.mark.parametrize(
    ("given", "published", "half"),
    [
        ({"bound": "range", "low": 1500, "value": 2000, "high": 2000, "doubt_factor": 1.5}, 2000, math.log(4 / 3) / 2),
        ({"bound": "range", "low": 100, "high": 400, "doubt_factor": 1.5}, 200, math.log(4) / 2),
        ({"bound": "range", "low": 0, "high": 100, "doubt_factor": 1.5}, 10, math.log(100) / 2),
        ({"bound": "range", "low": 0.1, "high": 0.3, "doubt_abs": 0.1}, 0.2, 0.1),
        ({"bound": "exact", "value": 7, "doubt_factor": 2}, 7, 0.0),
        ({"bound": "upper", "value": 300, "high": 400, "doubt_factor": 2}, 300, 0.0),
        ({"bound": "lower", "low": 50, "doubt_factor": 2}, 50, 0.0),
    ],
)
def test_one_number_stands_for_what_was_published(given, published, half):
    words = {"id": "a", "variable": "v", "source": "s", "unit": "u", "scope": "all", "doubt": "so"}
    one = Observation(**words, date=date(2000, 1, 1), **given)
    assert one.published == pytest.approx(published)
    middle, found = one.on_scale
    assert middle == pytest.approx(math.log(published) if one.doubt_factor else published)
    assert found == pytest.approx(half)
