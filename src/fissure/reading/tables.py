"""Tables: comma-separated, or as spreadsheets of other countries save them, read so that no cell changes its value."""

import csv
import io
import re
import types
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter, ValidationError

from fissure.errors import FileError, nearest
from fissure.reading.strict_yaml import first_of, sentence, shown
from fissure.reading.text import read_text
from fissure.reading.values import missing_mark

T = TypeVar("T")
Record = tuple[int, list[str]]  # the line that a row starts on, and its cells
_SEPARATORS = {",": "commas", ";": "semicolons", "\t": "tabs", "|": "bars"}
_DECLARED = re.compile(r'"?sep=(.)"?[,;\t|]*\n', re.IGNORECASE)  # the first line of some of a spreadsheet's tables
_INVISIBLE = "\u200b\ufeff"
_FORMULA_ERRORS = ("#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NULL!", "#NUM!", "#SPILL!")


def read_csv(path: Path, kind: type[T]) -> list[tuple[int, T]]:
    """Each row of `path` as `kind`, with the line of the file that it starts on.

    The heading must hold just the fields of `kind`; an empty cell is no value, and empty rows and columns are passed
    over. Cells may be separated by commas, semicolons, tabs or bars. Raises `FissureError`, `FILE:LINE: ...`.
    """
    text = read_text(path)
    fields: Mapping[str, Any] = getattr(kind, "model_fields", {})
    separator, skipped = _separator(text, fields)
    records = [one for one in _records(path, text, separator, skipped) if any(one[1])]
    if not records:
        raise FileError(f"{path}:1: is empty, expected a heading with the columns {', '.join(fields)}")
    (line, names), *records = records
    columns = _columns(path, line, names, fields)
    rows = [(line, _row(path, line, cells, columns)) for line, cells in records]
    if separator != ",":
        rows = _with_points(path, rows, _SEPARATORS[separator], [n for n in fields if _is(fields[n].annotation, float)])
    optional = [name for name in fields if _is(fields[name].annotation, types.NoneType)]
    adapter = TypeAdapter(kind)
    out: list[tuple[int, T]] = []
    for line, data in rows:
        if marked := next((name for name in optional if missing_mark(data.get(name, ""))), None):
            raise FileError(
                f"{path}:{line}: at '{marked}' found {shown(data[marked])}: expected an empty cell for no value"
            )
        try:
            out.append((line, adapter.validate_python(data)))
        except ValidationError as error:
            first = first_of(error)
            if first["type"] == "missing":
                raise FileError(f"{path}:{line}: the cell at '{first['loc'][-1]}' is empty") from None
            raise FileError(f"{path}:{line}: {sentence(first, data, kind)}") from None
    return out


def _separator(text: str, fields: Iterable[str]) -> tuple[str, int]:
    """The separator of the cells, as the first line says or as most column names agree, and how many lines to skip."""
    if declared := _DECLARED.match(text + "\n"):
        return declared[1], 1
    known = set(fields)

    def agreeing(separator: str) -> tuple[int, int]:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        try:
            head = next((row for row in reader if any(cell.strip() for cell in row)), [])
        except csv.Error:
            head = []
        return len({_cleaned(cell) for cell in head} & known), len(head)

    return max(_SEPARATORS, key=agreeing), 0


def _records(path: Path, text: str, separator: str, skipped: int) -> Iterator[Record]:
    if separator not in _SEPARATORS:
        raise FileError(f"{path}:1: names {separator!r} as what separates cells, expected ','")
    lines = io.StringIO(text, newline="")
    for _ in range(skipped):
        lines.readline()
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True, strict=True)
    while True:
        start = reader.line_num + skipped + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileError(f"{path}:{start}: {_malformed(str(error))}") from None
        yield start, [_cleaned(cell) for cell in cells]


def _malformed(said: str) -> str:
    if "unexpected end" in said or "field limit" in said:
        return "found a quoted cell in this row that does not end, expected a closing quote"
    if "expected after" in said:
        return "found text after the closing quote of a cell, expected quotes within it to be doubled"
    return f"is not a row of a table ({said})"


def _cleaned(cell: str) -> str:
    return cell.strip().strip(_INVISIBLE).strip()


def _columns(path: Path, line: int, names: list[str], fields: Mapping[str, Any]) -> list[str]:
    """The names of the columns, those at the end that have none left out."""
    while names and not names[-1]:
        names = names[:-1]
    listed = ", ".join(fields)
    for at, name in enumerate(names):
        if name and name not in fields:
            cure = nearest(name.lower().replace(" ", "_"), fields)
            raise FileError(f"{path}:{line}: found column {shown(name)}, expected {listed}{cure}")
        if name and name in names[:at]:
            raise FileError(f"{path}:{line}: column '{name}' stands twice")
    if missing := [name for name, field in fields.items() if field.is_required() and name not in names]:
        raise FileError(f"{path}:{line}: column '{missing[0]}' is missing, expected {listed}")
    return names


def _row(path: Path, line: int, cells: list[str], columns: list[str]) -> dict[str, str]:
    """The cells that hold something, by column."""
    extra = [cell for cell in cells[len(columns) :] if cell]
    if extra or len(cells) < len(columns):
        cure = "; a text that holds a separator or a line break belongs in quotes" if extra else ""
        raise FileError(f"{path}:{line}: found {len(cells)} cells, expected {len(columns)}{cure}")
    for at, (name, cell) in enumerate(zip(columns, cells, strict=False), start=1):
        if cell and not name:
            raise FileError(
                f"{path}:{line}: found {shown(cell)} in column {at}, whose heading is empty, expected a name"
            )
        if cell in _FORMULA_ERRORS:
            raise FileError(f"{path}:{line}: at '{name}' found {shown(cell)}, the mark of a formula that failed")
    return {name: cell for name, cell in zip(columns, cells, strict=False) if cell}


def _is(annotation: Any, wanted: type) -> bool:
    """May a field of this type be `wanted` (an `int` counts as a `float`)?"""
    if annotation is wanted or (wanted is float and annotation is int):
        return True
    return any(_is(part, wanted) for part in get_args(annotation))


_ONE_COMMA = re.compile(r"[+-]?\d*,\d+(?:[eE][+-]?\d+)?")
_EITHER = re.compile(r"[+-]?[1-9]\d{0,2}[.,]\d{3}")  # 1,234 and 1.234: a thousand, or a little more than one


def _with_points(
    path: Path, rows: list[tuple[int, dict[str, str]]], between: str, numbers: list[str]
) -> list[tuple[int, dict[str, str]]]:
    """`rows` with a point in place of the decimal commas that go with other separators than commas.

    A sign is taken as decimal only where some number of the table can be read no other way.
    """
    cells = [(line, name, row[name]) for line, row in rows for name in numbers if name in row]
    commas = [one for one in cells if "," in one[2]]
    points = [one for one in cells if "." in one[2]]
    if commas and points:
        (line, name, cell), (at, _, other) = points[0], commas[0]
        raise FileError(
            f"{path}:{line}: at '{name}' found {shown(cell)}, and {shown(other)} on line {at}, in a table "
            f"with {between} between cells: expected either points or commas before decimals, not both"
        )
    signed = commas or points
    if signed and all(_EITHER.fullmatch(cell) for _, _, cell in signed):
        line, name, cell = signed[0]
        raise FileError(
            f"{path}:{line}: at '{name}' found {shown(cell)} in a table with {between} between cells, which may be a "
            "thousand and more or a decimal: expected commas between cells and a point before decimals"
        )
    for _, row in rows if commas else ():
        for name in numbers:
            if _ONE_COMMA.fullmatch(row.get(name, "")):
                row[name] = row[name].replace(",", ".")
    return rows
