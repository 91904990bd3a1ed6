"""Progress: plain lines where there is no terminal, a live line where there is."""

import io

import pytest

from fissure.engine.progress import RichProgress, Silent, duration


class Terminal(io.StringIO):
    def isatty(self):
        return True


def tell(progress):
    progress.phase("compiling")
    progress.phase("simulating")
    for done in (10, 20, 30, 40):
        progress.advance(done, 40, done * 3.0, 12.34)
    progress.finish()


def test_plain_lines():
    out = io.StringIO()
    tell(RichProgress(out, every=0))
    assert out.getvalue().splitlines() == [
        "compiling ...",
        "simulating ...",
        "10 of 40 members, 12.3 ns a fighter-week",
        "20 of 40 members, 12.3 ns a fighter-week, 1 min 0 s left",
        "30 of 40 members, 12.3 ns a fighter-week, 30 s left",
        "40 of 40 members, 12.3 ns a fighter-week",
    ]


def test_plain_lines_only_now_and_then():
    out = io.StringIO()
    tell(RichProgress(out, every=3600))
    assert [line.split()[0] for line in out.getvalue().splitlines()] == [
        "compiling",
        "simulating",
        "10",
        "40",
    ]


def test_a_terminal_gets_a_live_line(monkeypatch):
    monkeypatch.setenv("TERM", "xterm")
    out = Terminal()
    tell(RichProgress(out))
    assert "simulating" in out.getvalue() and "40 of 40 members" in out.getvalue()


def test_silence(capsys):
    tell(Silent())
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.4, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (-1, "0 s")]
)
def test_durations(seconds, text):
    assert duration(seconds) == text


def test_an_interrupt_that_python_lost_is_raised_with_the_next_message():
    out = io.StringIO()
    progress = RichProgress(out, every=0)
    progress.phase("compiling")
    progress.interrupted = True
    with pytest.raises(KeyboardInterrupt):
        progress.phase("simulating")
    with pytest.raises(KeyboardInterrupt):
        progress.advance(1, 2, 1.0, 1.0)
    assert out.getvalue() == "compiling ...\n"
