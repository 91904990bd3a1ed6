"""Whatever a file holds, it is read or refused in one line: never another exception, never a file changed."""

import json
import re
import warnings
from collections.abc import Callable
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fissure.app.questions import SavedQuestions
from fissure.engine.store import open_store
from fissure.errors import FissureError
from fissure.studies.attribution_file import read_explained
from fissure.studies.calibration.posterior import Posterior, read_posterior
from tests.cases.written import WRITTEN, read_all, write_all

ODD = [
    "", " ", "\t", "NaN", ".nan", ".inf", "-inf", "-1", "-0", "0", "1e400", "1e39", "1e-46", "2147483648", "9" * 400,
    "9" * 5000, "0x10", "012", "1_000", "1,5", "1.234,5", "1:30", "yes", "NO", "null", "~", "[]", "{}", "[1, 2]",
    "{a: 1}", "- x", "*a", "&a b", "!!python/name:os.system x", "!!float 1", "0001-01-01", "9999-12-31", "20140630",
    "2014-06-30T12:00", "41820", "30/06/2014", "2001-02-30", "before\u2028after", "a\x85b", "\x0b", "\x0c", "١٢", "−5",
    "5%", "€5", "'", '"', "#", "🙂", "=1+1", "#REF!", "|", ">", "%", "@", "`", "?", "-", ":", "<<", "x" * 5000,
    "\x1b[31m", "\ufeff", "\u202e", "NA", "true", "1e5", "0.5", "R1", "Ruritania", "[[[[", "\\", "\\u0000", "\ue000",
]  # fmt: skip
BYTES = [
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xfe\xff",
    b"\0",
    b"\xe9",
    b"\xc3",
    b"\r",
    b"\n",
    b"\r\n",
    b'"',
    b"'",
    b",",
    b";",
]
BYTES += [
    b"\t",
    b" ",
    b":",
    b"- ",
    b"\n- ",
    b"#",
    b"PK\x03\x04",
    b"<html>",
    b"sep=;\n",
    b"\n\n",
    b"\xed\xa0\x80",
    b"{",
    b"]",
]


def with_odd_bytes(draw, data: bytes) -> bytes:
    """`data` with a stretch taken out, repeated or replaced."""
    start = draw(st.integers(0, len(data)))
    end = draw(st.one_of(st.just(start), st.integers(start, min(len(data), start + 40)), st.just(len(data))))
    new = draw(st.one_of(st.sampled_from(BYTES), st.binary(max_size=4), st.just(data[start:end] * 2), st.just(b"")))
    return data[:start] + new + data[end:]


def with_odd_lines(draw, text: str) -> str:
    """`text` with a line left out, repeated, moved, shifted to the right or put in place of another."""
    lines = text.split("\n")
    at, to = draw(st.integers(0, len(lines) - 1)), draw(st.integers(0, len(lines) - 1))
    line = lines[at]
    done = draw(st.sampled_from(["out", "twice", "moved", "shifted", "instead"]))
    if done == "shifted":
        lines[at] = "  " + line
    elif done == "instead":
        lines[to] = line
    else:
        del lines[at]
        if done != "out":
            lines[to:to] = [line] * (2 if done == "twice" else 1)
    return "\n".join(lines)


def with_odd_value(draw, text: str) -> str:
    """`text` with one of its words replaced by an odd one."""
    words = list(re.finditer(r"[^\s,:\[\]{}\"]+", text))
    if not words:
        return text
    word = draw(st.sampled_from(words))
    return text[: word.start()] + draw(st.sampled_from(ODD)) + text[word.end() :]


@st.composite
def spoilt(draw, text: str) -> bytes:
    """The bytes of `text` after one to three mishaps."""
    data = text.encode()
    for _ in range(draw(st.integers(1, 3))):
        how = draw(st.sampled_from([with_odd_value, with_odd_value, with_odd_lines, with_odd_bytes]))
        if how is with_odd_bytes:
            data = how(draw, data)
        else:
            data = how(draw, data.decode("utf-8", "surrogateescape")).encode("utf-8", "surrogateescape")
    return data


def one_line(read: Callable[[], object]) -> None:
    """`read` succeeds, perhaps with warnings, or raises a `FissureError`; each is one line that can be printed."""
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        try:
            read()
        except FissureError as error:
            assert_one_line(str(error))
    for one in warned:
        assert one.category is UserWarning, one
        assert_one_line(str(one.message))


def assert_one_line(said: str) -> None:
    assert said and said.isprintable() and len(said) < 3000, said


def sound(folder: Path) -> None:
    """What is read of `folder` fits the arrays of a run."""
    case, ledger, _, _ = read_all(folder)
    for array in (case.strikes, case.strikes_low, case.strikes_high, case.oil_price, case.exchange, case.condemnations):
        assert np.isfinite(array).all() and np.isfinite(array.astype(np.float32)).all()
    residents = np.array([district.residents for district in case.districts])
    assert (residents.astype(np.int32) == residents).all() and residents.sum() < 2**31
    assert np.array(case.mondays, "datetime64[ns]").astype("datetime64[D]").tolist() == case.mondays
    for observation in ledger.observations.values():
        assert np.isfinite(observation.ends).all() and observation.when.year >= 1678


SETTINGS = {"suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow], "deadline": None}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return write_all(tmp_path_factory.mktemp("case"))


def test_the_whole_case_is_read(folder):
    case, ledger, studies, questions = read_all(folder)
    assert (len(case.districts), len(ledger.observations), list(studies), len(questions)) == (2, 4, ["no-strikes"], 1)
    sound(folder)


def tried(folder: Path, name: str, data: bytes) -> None:
    path = folder / name
    path.write_bytes(data)
    try:
        one_line(lambda: sound(folder))
        assert path.read_bytes() == data
        assert {one.relative_to(folder).as_posix() for one in folder.rglob("*") if one.is_file()} == set(WRITTEN)
    finally:
        path.write_text(WRITTEN[name], encoding="utf-8")


spoilt_files = st.sampled_from(sorted(WRITTEN)).flatmap(lambda name: st.tuples(st.just(name), spoilt(WRITTEN[name])))


@settings(max_examples=300, **SETTINGS)
@given(one=spoilt_files)
def test_a_spoilt_file_is_read_or_refused(folder, one):
    tried(folder, *one)


@pytest.mark.slow
@settings(max_examples=10_000, **SETTINGS)
@given(one=spoilt_files)
def test_ten_thousand_spoilt_files_are_read_or_refused(folder, one):
    tried(folder, *one)


POSTERIOR = Posterior(
    "small_war", date(2001, 1, 15), ("start.fighters", "bias:press.men"), np.zeros((3, 2)), {"model": "a"}
)
RUN = {
    "format": 2,
    "plan": {"members": 2, "case": "small_war"},
    "coordinates": {"week": ["2001-01-01"]},
    "variables": {},
    "events": {},
    "attributes": {},
}
SAVED = {"id": "0" * 16, "name": "A question", "q": "off=pay-gap", "case": "small_war", "saved": "2001-01-01T00:00:00"}


@pytest.fixture(scope="module")
def kept(tmp_path_factory) -> dict[str, tuple[Path, str]]:
    """A file of each kind that the package itself writes."""
    home = tmp_path_factory.mktemp("kept")
    POSTERIOR.write(home / "posterior.json")
    (home / "run.json").write_text(json.dumps(RUN))
    (home / "explain.json").write_text(json.dumps({"format": 1, "plan": {}, "outcomes": [], "size": {}}))
    (home / "saved").mkdir()
    (home / "saved" / f"{'0' * 16}.json").write_text(json.dumps(SAVED))
    return {path.name: (path, path.read_text()) for path in home.rglob("*.json")}


READERS = {
    "posterior.json": read_posterior,
    "run.json": lambda path: open_store(path.parent),
    "explain.json": read_explained,
    f"{'0' * 16}.json": lambda path: SavedQuestions(path.parent, 9).all("small_war"),
}


def kept_tried(kept, data) -> None:
    name = data.draw(st.sampled_from(sorted(READERS)))
    path, text = kept[name]
    path.write_bytes(data.draw(spoilt(text)))
    one_line(lambda: READERS[name](path))
    path.write_text(text)


@settings(max_examples=200, **SETTINGS)
@given(data=st.data())
def test_a_spoilt_kept_file_is_read_or_refused(kept, data):
    kept_tried(kept, data)


@pytest.mark.slow
@settings(max_examples=3_000, **SETTINGS)
@given(data=st.data())
def test_three_thousand_spoilt_kept_files_are_read_or_refused(kept, data):
    kept_tried(kept, data)
