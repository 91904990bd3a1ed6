"""What is measured is kept whole and read back; machines have names; a page is written from what is kept."""

import json
from dataclasses import replace

import pytest
from bench.machine import Machine, nearest, this_machine
from bench.measurements import BY_NAME, MEASUREMENTS, Asked
from bench.one import FailedMeasurement
from bench.results import FOLDER, Made, Measured, Results, read, read_all, results_of
from bench.table import Column, Table, shown

from bench import __main__ as entry
from bench import million, page

XEON = Machine("Intel(R) Xeon(R) CPU E5-2690 v4 @ 2.60GHz", 28, "x86_64", "Linux")
RYZEN = Machine("AMD Ryzen 9 7950X 16-Core Processor", 16, "x86_64", "Linux")
LAPTOP = Machine("Apple M3", 8, "arm64", "Darwin")
MADE = Made("2026-11-30T10:00+00:00", "0123456789ab", False, "digest", {"python": "3.11.7"}, (0.1, 1.9), 12.5)


def table(name="runs", ns=11.0):
    columns = [Column("members"), Column("time", "ns"), Column("disk", "kB a member"), Column("verdict")]
    return Table(name, "Runs", columns, [["8", 14.25, 200, None], ["100", ns, 191.4, "yes"]], 0.3, note="As it is.")


def results(machine=XEON, ns=11.0, **made):
    return Results(machine, {"runs": Measured(replace(MADE, **made), (table(ns=ns),))})


@pytest.mark.parametrize(
    ("machine", "slug"),
    [
        (XEON, "intel-xeon-e5-2690-v4-28-cores-linux-x86-64"),
        (RYZEN, "amd-ryzen-9-7950x-16-core-processor-16-cores-linux-x86-64"),
        (LAPTOP, "apple-m3-8-cores-darwin-arm64"),
        (Machine("", 1, "riscv64", "Linux"), "1-core-linux-riscv64"),
    ],
)
def test_a_machine_has_a_readable_name(machine, slug):
    assert machine.slug == slug


def test_this_machine_is_known():
    assert this_machine() == this_machine() and f"{this_machine().cores}-core" in this_machine().slug


def test_the_machine_most_alike_is_the_nearest():
    newer = Machine("Intel(R) Xeon(R) CPU E5-2699 v4 @ 2.20GHz", 28, "x86_64", "Linux")
    assert nearest(newer, [LAPTOP, RYZEN, XEON]) == XEON
    assert nearest(newer, []) is None


def test_a_table_is_printed_while_it_fills(capsys):
    begun = Table.begun("one", "A title", ["what", ("time", "ns"), ("peak", "MB")])
    begun.row("first", 1.2345)
    assert begun.rows == [["first", 1.2345, None]]
    assert [line.split("  ")[0] for line in capsys.readouterr().out.split("\n") if line] == ["A title", "what", "first"]
    with pytest.raises(ValueError, match="a row of 4 cells under 3 headings"):
        begun.row("second", 1, 2, 3)
    Table.begun("two", "Data", ["what"], shown=False).row("unseen")
    assert capsys.readouterr().out == ""


def test_a_table_as_markdown():
    text = table().markdown()
    assert "| members | time (ns) | disk (kB a member) | verdict |" in text and "| 8 | 14.2 | 200 |  |" in text
    assert text.startswith("**Runs**\n\n| ") and text.endswith("\n\nAs it is.\n\nLoad average before it began: 0.3.\n")


def test_cells_have_three_digits():
    assert [shown(x) for x in (None, 7, 0.012345, 12.345, 4567.8, "x")] == ["", "7", "0.0123", "12.3", "4568", "x"]


def test_results_are_read_back_as_they_were(tmp_path):
    kept = results()
    kept.measured["growth-weeks"] = Measured(replace(MADE, quick=True, load=(None, None)), (table("growth-weeks"),))
    path = kept.save(tmp_path)
    assert path.name == f"{XEON.slug}.json" and [one.name for one in tmp_path.iterdir()] == [path.name]
    assert read(path) == results_of(XEON, tmp_path) == kept
    assert max(map(len, path.read_text().splitlines())) < 200  # a row is a line
    assert results_of(RYZEN, tmp_path) == Results(RYZEN)
    assert kept.save(tmp_path).read_bytes() == path.read_bytes()


def test_a_file_of_something_else_is_named(tmp_path):
    for text in ("{}", "[]", "nonsense", json.dumps({"format": 1})):
        (tmp_path / "x.json").write_text(text)
        with pytest.raises(ValueError, match=r"x\.json: no results of `python -m bench`"):
            read_all(tmp_path)


def test_the_page_says_what_was_measured_and_leaves_out_the_rest():
    text = page.rendered([results()])
    assert "## A run\n\n    python -m bench runs\n\n" in text and "- *compile* seconds until" in text
    assert "| 100 | 11 | 191 | yes |" in text
    assert (
        "*Measured 2026-11-30 of commit 0123456789ab: python 3.11.7. Load average 0.1 before it, 1.9 after it.*" in text
    )
    assert "### On" not in text and "Growth" not in text
    text = page.rendered([results(dirty=True, quick=True), results(LAPTOP, 9.0)])
    assert f"### On {XEON}" in text and f"### On {LAPTOP}" in text and "| 100 | 9 | 191 | yes |" in text
    assert "with changes that were not committed" in text and "Rough, in small form." in text


def test_data_that_no_page_shows_stay_in_the_file():
    kept = results()
    kept.measured["runs"] = Measured(MADE, (table(), replace(table("rounds"), title="Every round", shown=False)))
    assert "Every round" not in page.rendered([kept])
    assert Results.of(kept.described()).table("runs", "rounds").title == "Every round"


@pytest.mark.parametrize("measurement", MEASUREMENTS, ids=lambda one: one.name)
def test_each_measurement_says_what_it_measures(measurement):
    said = measurement.about()
    assert said.strip() and "\n    " not in said and not said.startswith(" ")


def test_the_pages_of_the_docs_are_written_from_the_kept_results():
    found, how = read_all(), "`python -m bench --page` writes it"
    assert found and all(one.path(FOLDER).is_file() for one in found)
    assert page.PAGE.read_text(encoding="utf-8") == page.rendered(found), how
    text = million.PAGE.read_text(encoding="utf-8")
    assert text == million.with_figures(text, found), how


def test_a_million_histories():
    figures = million.Figures(ns=11.0, cores=2, kilobytes=191.0)
    assert figures.core_hours(1_000_000) == pytest.approx(75.74, abs=0.01)
    assert figures.hours(10_000, 2) * 60 == pytest.approx(22.7, abs=0.1)
    assert million.million(figures) == (
        "76 core-hours, 0.3 hours on 256 cores, 3 at 0.04 a core-hour", "191 GB in 125000 files"
    )  # fmt: skip
    assert million.figures([Results(LAPTOP), results(ns=9.5)]) == million.Figures(9.5, 28, 191.4)
    with pytest.raises(LookupError):
        million.figures([results(quick=True)])


def test_the_example_prints_what_the_page_says(capsys):
    figures = million.Figures(ns=10.4372, cores=16, kilobytes=188.61)
    text = million.section(figures)
    assert max(map(len, text.splitlines())) <= 130
    code = text.split('python -c "')[1].split('"\n')[0]
    exec("\n".join(line.strip() for line in code.splitlines()))
    for line in capsys.readouterr().out.splitlines():
        assert f"`{line}`" in text


def test_figures_of_the_page_are_replaced_and_the_rest_stays():
    before = f"# Scale out\n\nBefore.\n\n{million.BEGIN}old figures\n{million.END} went on.\n"
    after = million.with_figures(before, [results(ns=5.0)])
    assert after.startswith("# Scale out\n\nBefore.\n\n") and after.endswith(f"\n{million.END} went on.\n")
    assert "old figures" not in after and "at 5 ns on 28" in after
    assert million.with_figures(after, [results(ns=5.0)]) == after
    assert million.with_figures(before, []) == before


@pytest.fixture
def measured(monkeypatch, tmp_path):
    """`measured(*names)` as `python -m bench NAMES`; its `calls` say what was measured, `fails` what fails."""

    def fake(one, asked):
        run.calls.append(one.name)
        if one.name in run.fails:
            raise FailedMeasurement(f"{one.name} ended with exit code 1")
        if one.name in run.stops:
            raise KeyboardInterrupt
        return [table(one.name)]

    def run(*names):
        run.calls = []
        monkeypatch.setattr("sys.argv", ["bench", *names, "--results", str(tmp_path)])
        try:
            entry.main()
        except SystemExit as ended:
            return ended.code
        return 0

    run.calls, run.fails, run.stops = [], set(), set()
    monkeypatch.setattr(entry, "measure", fake)
    monkeypatch.setattr(entry, "code", lambda module: run.code)
    run.code = "digest"
    return run


def test_what_is_finished_is_kept_and_not_measured_again(measured, tmp_path):
    measured.stops = {"kernels"}
    assert "Stopped; what was finished is kept" in measured("first", "runs", "kernels")
    assert sorted(results_of(this_machine(), tmp_path).measured) == ["first", "runs"]
    assert "## A run" in (tmp_path / "speed.md").read_text()
    measured.stops = set()
    assert measured("first", "runs", "kernels") == 0 and measured.calls == ["kernels"]
    assert measured("runs", "--again") == 0 and measured.calls == ["runs"]
    measured.code = "another"
    assert measured("runs") == 0 and measured.calls == ["runs"]
    assert measured("--page") == 0 and measured.calls == []


def test_one_that_fails_is_said_and_the_others_go_on(measured, tmp_path):
    measured.fails = {"first"}
    assert measured("first", "runs") == "Not measured: first ended with exit code 1."
    assert sorted(results_of(this_machine(), tmp_path).measured) == ["runs"]


def test_one_that_lacks_a_package_is_left_out(measured, monkeypatch, tmp_path, capsys):
    lacking = replace(BY_NAME["scale-out"], needs=("no_such_package",))
    assert entry.keep(lacking, Results(this_machine()), tmp_path, Asked(), again=True) == []
    assert "scale-out: left out, as no_such_package is not installed" in capsys.readouterr().out
    full = Results(this_machine(), {"runs": Measured(replace(MADE, versions={**entry.versions(), "mesa": "3"}), ())})
    assert entry.keep(BY_NAME["runs"], full, tmp_path, Asked(), again=False) == []
    assert "measured with more packages before" in capsys.readouterr().out


def test_what_nobody_can_measure_is_refused(measured):
    assert measured("everything") == 2
