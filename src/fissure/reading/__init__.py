"""Reading what people write and save, YAML, tables and JSON, with errors that name file, line, finding and cure.

`text` makes text of bytes and reads JSON, `strict_yaml` and `tables` make words of text, `values` says what a word
means, and everything is validated by a pydantic model that forbids unknown keys.
"""

from fissure.reading.strict_yaml import read_yaml, read_yaml_lines, reason, shown
from fissure.reading.tables import read_csv
from fissure.reading.text import read_bytes, read_json, read_text, stands
from fissure.reading.values import Amount, Day, Flag, Positive, Real, Share, Strict, Text, Whole

__all__ = [
    "Amount",
    "Day",
    "Flag",
    "Positive",
    "Real",
    "Share",
    "Strict",
    "Text",
    "Whole",
    "read_bytes",
    "read_csv",
    "read_json",
    "read_text",
    "read_yaml",
    "read_yaml_lines",
    "reason",
    "shown",
    "stands",
]
