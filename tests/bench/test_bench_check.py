"""A slow-down of a tenth is seen, noise is not: the verdict, from made-up repetitions."""

from dataclasses import replace

import numpy as np
import pytest
from bench.guards import REFERENCES, ratios_of, summary
from bench.machine import Machine
from bench.results import Made, Measured, Results
from bench.table import Column, Table
from bench.verdict import FASTER, SAME, SLOWER, UNTOLD, Change, change

from bench import check, fit, scale_out

HEADS = [Column("figure"), Column("unit"), Column("of the figure"), Column("of the reference")]
MADE = Made("2026-11-30T10:00+00:00", "0123456789ab", False, "digest", {"python": "3.11.7"}, (0.1, 1.9))
HERE = Machine("Intel(R) Xeon(R) Processor", 2, "x86_64", "Linux")


def times(seed, count=8, noise=0.02, disturbed=0.1, factor=1.0):
    """Repetitions with noise, some of them disturbed by something else."""
    luck = np.random.default_rng(seed)
    others = np.where(luck.random(count) < disturbed, 1 + luck.exponential(0.3, count), 1)
    return factor * np.exp(luck.normal(0, noise, count)) * others


def verdicts(count=8, noise=0.02, factor=1.0, of=100):
    found = [change(times(2 * n, count, noise), times(2 * n + 1, count, noise, factor=factor)) for n in range(of)]
    return [one.verdict for one in found], [one.fails for one in found]


def test_noise_is_not_seen():
    said, fails = verdicts()
    assert said.count(SAME) > 80 and said.count(SLOWER) + said.count(FASTER) <= 1 and not any(fails)


def test_a_slow_down_of_a_tenth_is_seen():
    said, fails = verdicts(factor=1.10, noise=0.01, count=12)
    assert said.count(SLOWER) > 90 and sum(fails) <= 10  # seen, and not beyond doubt more than a tenth
    assert verdicts(factor=1 / 1.10, noise=0.01, count=12)[0].count(FASTER) > 90


def test_a_slow_down_of_a_fifth_fails():
    assert sum(verdicts(factor=1.20)[1]) > 90
    assert sum(verdicts(factor=1.30, count=3)[1]) > 60


def test_a_tenth_in_much_noise_cannot_be_told():
    said, fails = verdicts(count=4, noise=0.15, factor=1.10)
    assert said.count(UNTOLD) > 70 and sum(fails) < 25


def test_the_interval_holds_the_ratio_as_often_as_it_says():
    found = [change(times(2 * n), times(2 * n + 1, factor=1.3)) for n in range(300)]
    assert 0.83 < np.mean([one.low <= 1.3 <= one.high for one in found]) < 0.98
    assert change(times(1), times(2)) == change(times(1), times(2))


def test_too_few_repetitions_tell_nothing():
    assert change([1.0, 1.0], [2.0] * 9) is None and change([1.0] * 3, [2.0] * 3) == Change(2.0, 2.0, 2.0)


@pytest.mark.parametrize(
    ("low", "high", "verdict", "fails"),
    [
        (0.97, 1.04, SAME, False), (1.02, 1.09, SAME, False), (0.97, 1.12, UNTOLD, False), (1.06, 1.09, SLOWER, False),
        (1.06, 1.30, SLOWER, False), (1.11, 1.30, SLOWER, True), (0.80, 0.90, FASTER, False),
        (0.80, 1.0, UNTOLD, False),
    ],
)  # fmt: skip
def test_verdicts_by_the_ends_of_the_interval(low, high, verdict, fails):
    assert (Change(1.0, low, high).verdict, Change(1.0, low, high).fails) == (verdict, fails)


def rounds(seed, **factors):
    """A table of repetitions as `guards` keeps it; on this machine everything takes as long as it likes."""
    table = Table("rounds", "Each round", HEADS, shown=False, note=REFERENCES)
    machine = np.random.default_rng(seed).uniform(0.5, 2.0)  # which figure and reference share
    for name, factor in factors.items():
        for ratio in times(seed, noise=0.01, factor=factor):
            table.row(name, "s", float(3.0 * machine * ratio), 3.0 * machine)
    return table


def test_a_check_compares_ratios_and_names_what_fails():
    then, now = rounds(1, model=4.0, compile=2.0, report=5.0), rounds(2, model=4.0, compile=2.6, first=1.0)
    found = check.compared(then, now, same=True, busy=False)
    assert {row[0]: row[5] for row in found.table.rows} == {"model": SAME, "compile": SLOWER, "first": "new"}
    assert found.slower == ["compile"]
    assert str(found.table.cell("model", "time now")).endswith(" s")
    assert found.table.cell("compile", "ratio") == pytest.approx(1.3, abs=0.05)


def test_times_of_another_machine_are_not_shown():
    found = check.compared(rounds(1, model=4.0), rounds(2, model=4.0), same=False, busy=False)
    assert found.table.rows[0][5:] == [SAME, None, None]


def test_on_a_busy_machine_nothing_can_be_told():
    found = check.compared(rounds(1, model=4.0), rounds(2, model=8.0), same=True, busy=True)
    assert found.table.rows[0][5] == UNTOLD and found.slower == []
    assert check.busy(3.0 * check.cores()) and not check.busy(0.0) and not check.busy(None)
    assert "too busy to tell: load average 7.5" in check.too_busy(7.5)


def test_guarded_figures_in_a_table():
    raw = rounds(1, model=4.0, compile=2.0)
    table = summary(raw)
    assert table.cell("model", "ratio") == pytest.approx(4.0, rel=0.03)
    assert table.column("repetitions") == [8, 8]
    assert ratios_of(raw).keys() == {"model", "compile"}


@pytest.fixture
def checked(monkeypatch, tmp_path):
    """`checked(now)` as `python -m bench.check` on a machine at rest that measures `now`: its exit code."""
    monkeypatch.setattr(check, "this_machine", lambda: HERE)
    monkeypatch.setattr(check, "load_average", lambda: 0.0)

    def run(now):
        monkeypatch.setattr(check, "measure", lambda measurement, asked: [summary(now), now])
        monkeypatch.setattr("sys.argv", ["check", "--results", str(tmp_path)])
        try:
            check.main()
        except SystemExit as ended:
            return ended.code
        return 0

    return run


def kept(machine, folder, **factors):
    Results(machine, {"guards": Measured(MADE, (rounds(1, **factors),))}).save(folder)


def test_the_exit_code_of_a_check(checked, tmp_path, capsys):
    assert checked(rounds(2, model=4.0)) == 0 and "nothing to compare with" in capsys.readouterr().out
    kept(HERE, tmp_path, model=4.0)
    assert checked(rounds(2, model=4.0)) == 0
    said = capsys.readouterr().out
    assert "Compared with this machine. Measured 2026-11-30 of commit 0123456789ab" in said and SAME in said
    assert checked(rounds(2, model=5.0)) == "\nSlower by more than a tenth: model."


def test_other_references_are_not_compared_with(checked, tmp_path, monkeypatch, capsys):
    kept(HERE, tmp_path, model=4.0)
    monkeypatch.setattr(check, "REFERENCES", "references 0")
    assert checked(rounds(2, model=9.0)) == 0 and "measured by other rules" in capsys.readouterr().out


def test_without_results_of_its_own_the_nearest_machine_is_named(checked, tmp_path, capsys):
    other = replace(HERE, cores=4)
    kept(other, tmp_path, model=4.0)
    kept(Machine("Apple M3", 8, "arm64", "Darwin"), tmp_path, model=9.0)
    assert checked(rounds(2, model=4.0)) == 0
    assert f"another machine, the most like this one: {other}. Only ratios are compared" in capsys.readouterr().out


def test_histories_for_a_fit_go_on_where_they_were(monkeypatch, tmp_path, capsys):
    """Also after a turn that was stopped when half of it was made."""
    there = {fit.CHOSEN: 0, fit.EVERYTHING: 0}

    def apart(module, kind, folder, upto, *words):
        made = int(upto) - there[kind]
        there[kind] += made
        return {"made": made, "run": made * (0.02 if kind == fit.CHOSEN else 0.03), "peak": 500.0}

    monkeypatch.setattr(fit, "apart", apart)
    monkeypatch.setattr(fit, "FOLDER", tmp_path)
    monkeypatch.setattr(fit, "code", lambda module: "digest")
    (table,) = fit.tables(fit.Asked(minutes=0.0))
    assert table.column("histories") == [128, 128] and table.column("an hour") == [180_000, 120_000]
    assert "takes 1.50 times as long" in table.note and "goes on" not in capsys.readouterr().out
    there[fit.CHOSEN] += 64  # made by one that was stopped before it said so
    (table,) = fit.tables(fit.Asked(minutes=0.0))
    assert table.column("histories") == [192, 256] and there == {fit.CHOSEN: 256, fit.EVERYTHING: 256}
    assert "from 128 histories of each kind" in capsys.readouterr().out


def test_overhead_of_a_cluster_is_told_where_bytes_are_the_same(monkeypatch):
    digests = {"threads": "a", "local": "a"}

    def apart(module, kind, who, folder, members, size, env):
        where, _, count = who.partition(":")
        total = 8.0 / int(count) + (5.0 if where == "local" else 0.0)
        return {"total": total, "ready": total / 2, "digest": digests[where]}

    monkeypatch.setattr(scale_out, "apart", apart)
    (table,) = scale_out.tables(scale_out.Asked())
    assert table.column("overhead") == [None, 5.0] * 4
    assert table.column("of threads") == [None, 13 / 8, None, 9 / 4] * 2
    assert table.column("histories") == [64] * 8 and set(table.column("same bytes")) == {None, "yes"}
    digests["local"] = "b"
    with pytest.raises(SystemExit, match="other bytes than threads"):
        scale_out.tables(scale_out.Asked())
