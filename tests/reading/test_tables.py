"""Tables as spreadsheets and other systems save them are read with no value changed, or refused by naming why."""

import datetime
from pathlib import Path

import pytest

from fissure.errors import FissureError
from fissure.reading import Amount, Day, Flag, Real, Strict, Text, Whole, read_csv


class Row(Strict):
    id: Text
    day: Day
    size: Real
    count: Whole
    held: Flag
    most: Amount | None = None
    note: str | None = None


HEAD = ["id", "day", "size", "count", "held", "most", "note"]
ROWS = [["A", "2014-06-30", "41.684", "12", "true", "0.5", "a text"], ["012", "2014-07-01", "-1e-3", "0", "0", "", ""]]
WANTED = [
    Row(id="A", day=datetime.date(2014, 6, 30), size=41.684, count=12, held=True, most=0.5, note="a text"),
    Row(id="012", day=datetime.date(2014, 7, 1), size=-0.001, count=0, held=False),
]


def table(separator: str = ",", end: str = "\n", rows: list[list[str]] = ROWS, head: list[str] = HEAD) -> str:
    return "".join(separator.join(row) + end for row in [head, *rows])


def read(tmp_path: Path, text: str | bytes) -> list[Row]:
    path = tmp_path / "t.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return [row for _, row in read_csv(path, Row)]


def refused(tmp_path: Path, text: str | bytes) -> str:
    with pytest.raises(FissureError) as caught:
        read(tmp_path, text)
    return str(caught.value).replace(f"{tmp_path}/", "")


def with_cell(column: str, cell: str) -> str:
    """The table with one cell of its first row replaced, in quotes."""
    row = list(ROWS[0])
    row[HEAD.index(column)] = f'"{cell}"'
    return table(rows=[row])


def with_commas(rows: list[list[str]]) -> list[list[str]]:
    return [[cell.replace(".", ",") for cell in row] for row in rows]


@pytest.mark.parametrize(
    "saved",
    [
        table().encode("utf-8-sig"),
        b"\xef\xbb\xbf" + table().encode("utf-8-sig"),
        table("\t").encode("utf-16"),
        b"\xfe\xff" + table("\t").encode("utf-16-be"),
        table().encode("utf-32"),
        table(end="\r\n"),
        table(end="\r"),
        table(";"),
        table("\t"),
        table("|"),
        "sep=;\n" + table(";"),
        "sep=,\r\n" + table(end="\r\n"),
        table(";", rows=with_commas(ROWS)),
        table("\t", rows=with_commas(ROWS)),
        table(end=",,,\n") + ",,,,,,,,,\n" * 3,
        table(end="\n\n"),
        "\n  \n" + table(),
        table(" , "),
        table(rows=[[f'"{cell}"' for cell in row] for row in ROWS]),
        table(rows=[[f"\u00a0{cell}\u200b" for cell in row] for row in ROWS]),
        table(head=[f"\ufeff{name}\u00a0" for name in HEAD]),
        table(rows=[[*ROWS[0][:4], "TRUE", *ROWS[0][5:]], ROWS[1]]),
        table(rows=[[ROWS[0][0], "2014-06-30 00:00:00", *ROWS[0][2:]], ROWS[1]]),
    ],
)
def test_it_is_read_whatever_saved_it(tmp_path, saved):
    assert read(tmp_path, saved) == WANTED


@pytest.mark.parametrize("sign", ["\n", "\u2028", "\u2029", "\x85", "\x0b", "\x0c", ",", ";", '""', "\t"])
def test_a_text_keeps_what_it_holds(tmp_path, sign):
    (row,) = read(tmp_path, with_cell("note", f"before{sign}after"))
    assert row.note == f"before{sign}after".replace('""', '"')


def test_lines_are_those_of_an_editor(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(
        '\nid,day,size,count,held,note\nA,2014-06-30,1,1,1,"one\ntwo\nthree"\n\n,,,,,\nB,2014-06-30,1,1,1,\n'
    )
    assert [(line, row.id) for line, row in read_csv(path, Row)] == [(3, "A"), (8, "B")]
    path.write_text(path.read_text().replace("B,2014", "B,x2014"))
    with pytest.raises(FissureError, match=r"t\.csv:8: at 'day' found 'x2014-06-30'"):
        read_csv(path, Row)


@pytest.mark.parametrize(
    ("saved", "said"),
    [
        (b"PK\x03\x04\x14\0\x06\0" + bytes(40), "t.csv: is a zip archive, such as a workbook of a spreadsheet (.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(40), "t.csv: is a workbook of an older spreadsheet (.xls)"),
        (b"%PDF-1.7\n", "t.csv: is a PDF document"),
        (b"\x1f\x8b\x08" + bytes(20), "t.csv: is a gzip archive"),
        (b"<!DOCTYPE html>\n<html>", "t.csv:1: is a web page"),
        (b"\n <table><tr><td>id", "t.csv:1: is a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "t.csv:1: is a pointer of Git LFS"),
        (b"<<<<<<< HEAD\n" + table().encode(), "t.csv:1: found '<<<<<<<', the mark of an unfinished git merge"),
        (table("\t").encode("utf-16-le"), "t.csv:1: seems to be UTF-16 without a byte order mark"),
        (table("\t").encode("utf-16-be"), "t.csv:1: seems to be UTF-16 without a byte order mark"),
        (table("\t").encode("utf-16")[:-1], "t.csv: begins as UTF-16 and is damaged at byte"),
        (table(end="\r").encode() + b"\0", "t.csv:4: found a NUL character"),
        (with_cell("note", "\xe9t\xe9").encode("cp1252"), "t.csv:2: found a byte that is not UTF-8 text (byte 66), "),
        (
            with_cell("note", "\xe9t\xe9").encode("cp1252"),
            "it may be saved as Windows-1252 or Latin-1, in which that byte is 'é'",
        ),
        (with_cell("note", "\xe9t\xe9").encode()[:-3], "so its end may be lost"),
        (b"", "t.csv:1: is empty, expected a heading with the columns id, day, size, count, held, most, note"),
        (table(head=[*HEAD[:-1], "noet"]), "t.csv:1: found column 'noet', expected id, day"),
        (table(head=["ID", *HEAD[1:]]), "did you mean 'id'?"),
        (table(head=[*HEAD[:-1], "most"]), "t.csv:1: column 'most' stands twice"),
        (table(head=[*HEAD[:-1], ""]), "t.csv:2: found 7 cells, expected 6"),
        (table(head=[*HEAD[:5], "", "note"]), "t.csv:2: found '0.5' in column 6, whose heading is empty"),
        (table(head=HEAD[1:], rows=[row[1:] for row in ROWS]), "t.csv:1: column 'id' is missing"),
        (table(rows=[ROWS[0][:-1]]), "t.csv:2: found 6 cells, expected 7"),
        (table(rows=[[*ROWS[0], "more"]]), "t.csv:2: found 8 cells, expected 7; a text that holds a separator"),
        (
            table(rows=[ROWS[0], [*ROWS[0][:-1], '"open'], ROWS[1]]),
            "t.csv:3: found a quoted cell in this row that does not end",
        ),
        (table(rows=[[*ROWS[0][:-1], '"shut"x']]), "t.csv:2: found text after the closing quote of a cell"),
        (with_cell("size", "   "), "t.csv:2: the cell at 'size' is empty"),
        (with_cell("note", "#REF!"), "t.csv:2: at 'note' found '#REF!', the mark of a formula that failed"),
        (with_cell("most", "n/a"), "t.csv:2: at 'most' found 'n/a': expected an empty cell for no value"),
        (with_cell("note", "-"), "t.csv:2: at 'note' found '-': expected an empty cell for no value"),
        ("sep=x\n" + table("x"), "t.csv:1: names 'x' as what separates cells"),
        (
            table(";", rows=[["A", "2014-06-30", "41,684", "12", "1", "", ""]]),
            "t.csv:2: at 'size' found '41,684' in a table with semicolons between cells, which may be a thousand",
        ),
        (
            table("\t", rows=[["A", "2014-06-30", "1.234", "12", "1", "", ""]]),
            "t.csv:2: at 'size' found '1.234' in a table with tabs between cells, which may be a thousand",
        ),
        (
            table(";", rows=[["A", "2014-06-30", "0.5", "1,234", "1", "", ""]]),
            "t.csv:2: at 'size' found '0.5', and '1,234' on line 2, in a table with semicolons between cells",
        ),
        (
            table(";", rows=[["A", "2014-06-30", "0,5", "1,234,567", "1", "", ""]]),
            "t.csv:2: at 'count' found '1,234,567': expected a point before decimals and nothing between thousands",
        ),
    ],
)  # fmt: skip
def test_it_is_refused_by_naming_what_is_in_the_way(tmp_path, saved, said):
    assert said in refused(tmp_path, saved)


@pytest.mark.parametrize(
    ("column", "cell", "said"),
    [
        ("size", "41,684", "expected a point before decimals and nothing between thousands, found a comma"),
        ("count", "1,234", "expected a point before decimals and nothing between thousands, found a comma"),
        ("count", "1.234", "expected a whole number"),
        ("day", "20140630", "expected a date such as 2014-06-30, as year-month-day with hyphens"),
        ("day", "41820", "expected a date such as 2014-06-30; as a spreadsheet's day number it may be 2014-06-30"),
        (
            "day",
            "30/06/2014",
            "expected a date such as 2014-06-30, as year-month-day with hyphens, since day and month",
        ),
        ("held", "yes", "expected true or false"),
        ("held", "WAHR", "expected true or false"),
    ],
)
def test_a_cell_is_refused_with_its_line(tmp_path, column, cell, said):
    assert refused(tmp_path, with_cell(column, cell)).startswith(f"t.csv:2: at '{column}' found '{cell}': {said}")
