"""Whatever a terminal, pipe, disk or encoding can take, a command's work is finished and its exit code is true."""

import errno
import io
import os
import subprocess
import sys

import pytest

from fissure.cli import streams
from fissure.cli import streams as signs
from fissure.cli import streams as surroundings
from fissure.errors import FissureError


class Below(io.RawIOBase):
    """A raw stream that keeps what is written, and fails at the `last`-th write."""

    def __init__(self, error=None, after=0):
        self.kept, self.error, self.after = b"", error, after

    def writable(self):
        return True

    def write(self, data):
        if self.error and self.after <= 0:
            raise self.error
        self.after -= 1
        self.kept += bytes(data)
        return len(data)


def wrapped(monkeypatch, below, encoding="utf-8", errors="strict"):
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(io.BufferedWriter(below), encoding, errors))
    return streams.Streams()


@pytest.mark.parametrize(
    ("encoding", "said"),
    [
        ("ascii", "5 x 3 - 4 >= 2, 10^-3 km^2, 1 1/2, Zoe -> ?"),
        ("cp1252", "5 × 3 – 4 >= 2, 10^-³ km², 1½, Zoë -> ?"),
        ("latin-1", "5 × 3 - 4 >= 2, 10^-³ km², 1½, Zoë -> ?"),
        ("utf-8", "5 × 3 – 4 ≥ 2, 10⁻³ km², 1½, Zoë → Я"),
    ],
)
def test_signs_that_an_encoding_lacks_are_written_with_others(monkeypatch, encoding, said):
    below = Below()
    with wrapped(monkeypatch, below, encoding) as ours:
        print("5 × 3 – 4 ≥ 2, 10⁻³ km², 1½, Zoë → Я")
    assert below.kept.decode(encoding) == said + "\n"
    assert ours.failure is None


def test_every_sign_of_tables_has_another_one():
    """Signs that stand for a verdict stay apart from one another in ASCII."""
    replaced = [signs.legible(UnicodeEncodeError("ascii", sign, 0, 1, ""))[0] for sign in "✓↕~▲▼◆┌└⇄✗≤≥"]
    assert len(set(replaced)) == len(replaced) and "?" not in replaced and all(x.isascii() for x in replaced)


@pytest.mark.parametrize("error", [BrokenPipeError(errno.EPIPE, "Broken pipe"), OSError(errno.ENOSPC, "No space left")])
def test_work_goes_on_where_nothing_can_be_written(monkeypatch, error):
    with wrapped(monkeypatch, Below(error)) as ours:
        for _ in range(10_000):
            print("a line of a table", flush=True)
        lost = ours.failure
    assert (lost is None) == isinstance(error, BrokenPipeError)


def test_streams_are_given_back(monkeypatch):
    with wrapped(monkeypatch, Below()):
        before = sys.stdout
    assert sys.stdout is not before


def command(tmp_path, words, shell='"$@"', **environment):
    """A command in a shell that does to its streams what `shell` says."""
    return subprocess.run(
        ["bash", "-c", shell, "-", sys.executable, "-m", "fissure", *words],
        capture_output=True, cwd=tmp_path, env={**os.environ, **environment},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("shell", "code"),
    [
        ('"$@" >&-', 0),
        ('"$@" >&- 2>&- <&-', 0),
        ('"$@" | true; exit ${PIPESTATUS[0]}', 0),
        ('"$@" > /dev/full', 2),
        ('"$@" > /dev/full 2> /dev/full', 2),
        ('PYTHONIOENCODING=ascii:strict "$@" > out', 0),
        ('env -u LANG LC_ALL=C PYTHONCOERCECLOCALE=0 PYTHONUTF8=0 "$@" > out', 0),
        ('COLUMNS=many TERMINAL_WIDTH=wide LINES=x TERM=dumb "$@" > out', 0),
        ('PYTHONWARNINGS=error "$@" > out', 0),
    ],
)
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_files_are_written_whatever_becomes_of_the_output(tmp_path, shell, code):
    done = command(tmp_path, ["new", "mechanism", "trust", "--group", "ranks", "--into", "trust"], shell)
    assert done.returncode == code, done.stderr
    assert (tmp_path / "trust" / "tests" / "test_trust.py").exists()
    assert b"Traceback" not in done.stderr
    if code and "2> /dev/full" not in shell:
        assert done.stderr.count(b"\n") == 1 and b"No space left on device" in done.stderr


@pytest.mark.parametrize("name", ["COLUMNS", "LINES", "TERMINAL_WIDTH"])
@pytest.mark.parametrize(
    ("found", "mended"),
    [("80", "80"), ("0", None), ("-4", "absent"), ("x", "absent"), ("9" * 30, "1000"), ("²", "absent")],
)
def test_widths_that_are_none_are_mended(monkeypatch, name, found, mended):
    monkeypatch.setenv(name, found)
    surroundings.ready()
    left = os.environ.get(name, "absent")
    assert left == mended if mended else int(left) > 0


@pytest.mark.parametrize("word", ["a\nb", "\x1b[31m", "\udcff.csv", "\x00"])
def test_arguments_that_are_no_text_are_refused(word):
    with pytest.raises(FissureError, match="expected text without control characters") as caught:
        surroundings.require_readable(["run", word])
    assert word not in str(caught.value)
    surroundings.require_readable(["run", "Ωµ – é 🎉"])
