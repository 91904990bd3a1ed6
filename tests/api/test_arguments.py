"""Arguments of the public functions, as NumPy, pandas and others hand them over: plain within, or refused."""

import inspect
import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum, IntEnum
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd
import pytest

import fissure
from fissure import api
from fissure.api import arguments
from fissure.errors import FissureError

FUNCTIONS = {
    name: one for name in api.__all__ if inspect.isfunction(one := getattr(api, name)) and hasattr(one, "__wrapped__")
}
UNCONVERTED = {"progress", "asked"}
"""An object that shows how far it is; what `whatif` refuses."""


@dataclass(frozen=True)
class Somewhere:
    """As pytest's, py's and fsspec's paths are."""

    path: str

    def __fspath__(self):
        return self.path


class Kind(str, Enum):  # noqa: UP042  (whose text is another than its value)
    DESERTION = "desertion"


class Count(IntEnum):
    THREE = 3


def test_every_argument_of_every_public_function_is_made_plain():
    """A new argument needs a kind."""
    assert {"run", "whatif", "explain", "check", "calibrate", "hindcast", "sensitivity", "answers"} <= set(FUNCTIONS)
    public = {name for name in fissure.__all__ if inspect.isfunction(getattr(fissure, name))} - {
        "load_case",
        "quantile_error",
        "read_explained",
    }
    assert public <= set(FUNCTIONS)
    for name, function in FUNCTIONS.items():
        unknown = set(inspect.signature(function).parameters) - set(arguments.KINDS) - UNCONVERTED
        assert not unknown, name


def seen(**given):
    """The arguments as a function sees them."""

    def function(**kwargs):
        return kwargs

    parameters = [inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY) for name in given]
    function.__signature__ = inspect.Signature(parameters)
    return arguments.plain_arguments(function)(**given)


@pytest.mark.parametrize("name", ["members", "seed", "weeks", "units", "slots", "runs", "sampled", "pairs"])
@pytest.mark.parametrize("kind", [np.int64, np.int32, np.uint8, np.uint64, np.array, Count])
def test_whole_numbers(name, kind):
    found = seen(**{name: kind(3)})[name]
    assert found == 3 and type(found) is int and json.dumps(found) == "3"


@pytest.mark.parametrize("value", [[3], np.array([1, 2]), pd.Series([1]), object(), pd.NA, b"3", np.datetime64("2015")])
def test_what_is_no_number_is_refused(value):
    with pytest.raises(FissureError, match=r"^members is .*expected a number$") as caught:
        seen(members=value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("value", [True, False, np.True_, np.bool_(False), 2.0, np.float32(2), "2", float("nan")])
def test_what_is_no_count_is_refused_where_its_range_is_known(small, value, tmp_path):
    """True is no number of histories, and 2.0 is none that was counted."""
    for ask in (
        lambda: api.run(small, members=value, out=tmp_path / "out"),
        lambda: api.run(small, seed=value, out=tmp_path / "out"),
        lambda: api.whatif(case=small, off="pay-gap", members=value, out=tmp_path / "out"),
        lambda: api.check(case=small, members=value, out=tmp_path / "out"),
        lambda: api.explain(small, members=value, out=tmp_path / "out"),
        lambda: api.explain(small, pairs=value, out=tmp_path / "out"),
        lambda: api.hindcast(small, "2001-05-08", members=value, out=tmp_path / "out"),
        lambda: api.calibrate(small, until="2001-05-08", members=value, out=tmp_path / "out"),
        lambda: api.sensitivity(case=small, members=value, out=tmp_path / "out"),
        lambda: api.answers(small, members=value, out=tmp_path / "out"),
    ):
        with pytest.raises(FissureError, match="expected a whole number from"):
            ask()
    assert not (tmp_path / "out").exists()


def test_switches():
    assert seen(prior=np.True_) == {"prior": True} and type(seen(quick=np.False_)["quick"]) is bool
    for value in ("no", 1, None, np.int64(0)):
        with pytest.raises(FissureError, match="expected True or False"):
            seen(prior=value)


@pytest.mark.parametrize(
    "value",
    [
        ["b", "a"], ("b", "a"), np.array(["b", "a"]), pd.Index(["b", "a"]), pd.Series(["b", "a"]), (x for x in "ba"),
        {"b": 1, "a": 2}.keys(), pd.Categorical(["b", "a"]),
    ],
)  # fmt: skip
def test_names_in_the_order_in_which_they_are_given(value):
    found = seen(of=value)["of"]
    assert found == (("a", "b") if isinstance(value, type({}.keys())) else ("b", "a"))
    assert {type(one) for one in found} == {str}


def test_names_of_a_set_are_sorted_as_its_order_changes_from_process_to_process():
    assert seen(of={"c", "a", "b"}) == {"of": ("a", "b", "c")} == seen(of=frozenset("cab"))
    assert seen(off=np.str_("a")) == {"off": ("a",)} == seen(off="a") == seen(off=np.array("a"))
    assert seen(mechanisms=Kind.DESERTION) == {"mechanisms": ("desertion",)}
    for value in (None, 3, b"ab", {"a": 1}, [1], ["a", None], [np.nan]):
        with pytest.raises(FissureError, match=r"^(off is|found) .*expected (names|a name)$"):
            seen(off=value)


@pytest.mark.parametrize(
    "value",
    [
        date(2015, 12, 31), datetime(2015, 12, 31, 12), pd.Timestamp("2015-12-31"), np.datetime64("2015-12-31"),
        np.datetime64("2015-12-31T10:00:00.5", "ns"), np.array("2015-12-31", "datetime64[D]"),
    ],
)  # fmt: skip
def test_days(value):
    found = seen(until=value)["until"]
    assert found == date(2015, 12, 31) and type(found) is date
    assert seen(dates=[value])["dates"] == (date(2015, 12, 31),) == seen(dates=value)["dates"]


@pytest.mark.parametrize("value", [pd.NaT, np.datetime64("NaT"), 20151231, 2015.0, b"2015-12-31", [date(2015, 12, 31)]])
def test_what_is_no_day_is_refused(value):
    with pytest.raises(FissureError, match="expected a day such as"):
        seen(until=value)


def test_paths():
    assert (
        seen(out=Somewhere("a/b")) == {"out": Path("a/b")} == seen(out=np.str_("a/b")) == seen(out=PurePosixPath("a/b"))
    )
    assert seen(out="~/x")["out"] == Path("~/x").expanduser() and seen(out=None) == {"out": None}
    assert seen(case=Somewhere("a/b")) == {"case": Path("a/b")} and type(seen(case=np.str_("x"))["case"]) is str
    for value in ("", b"a", 3, "a\0b", "~nobody-at-all/x", True):
        with pytest.raises(FissureError, match=r"^out is "):
            seen(out=value)


def test_a_run_is_told_of_by_plain_values(small, tmp_path):
    """The whole way: nothing reaches a JSON file unconverted."""
    found = api.run(
        Somewhere(str(small)), members=np.int64(2), seed=np.uint8(3), weeks=np.array(2), off=pd.Index(["pay-gap"]),
        prior=np.False_, out=Somewhere(str(tmp_path / "out")),
    )  # fmt: skip
    same = api.run(small, members=2, seed=3, weeks=2, off=["pay-gap"], out=tmp_path / "out")
    assert same.stored.timing.members == 0 and found.stored.plan == same.stored.plan
    assert found.about().members == 2 and type(found.about().members) is int
    assert repr(found) == f"<RunResult: 2 histories of 2 weeks, A small war, seed 3, in {tmp_path / 'out'}>"


def test_without_docstrings_nothing_begins(monkeypatch):
    monkeypatch.setattr(arguments.sys, "flags", type("Flags", (), {"optimize": 2}))
    with pytest.raises(FissureError, match="PYTHONOPTIMIZE=2 or -OO"):
        seen(members=2)
