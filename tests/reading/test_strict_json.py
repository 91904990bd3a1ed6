"""JSON is read as what it says, or refused in one sentence."""

import pytest

from fissure.errors import FissureError
from fissure.reading import read_json


def test_a_value_is_read_with_or_without_a_byte_order_mark(tmp_path):
    path = tmp_path / "t.json"
    for encoding in ("utf-8", "utf-8-sig", "utf-16"):
        path.write_text('{"a": [1, 2.5, null, "\u2028"]}', encoding=encoding)
        assert read_json(path, "numbers") == {"a": [1, 2.5, None, "\u2028"]}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'{"a": NaN}', "t.json: cannot be read as numbers (NaN is no number of JSON)"),
        (b"[-Infinity]", "t.json: cannot be read as numbers (-Infinity is no number of JSON)"),
        (b'{"a": {"b": 1, "b": 2}}', "t.json: cannot be read as numbers (the key 'b' stands twice in one mapping)"),
        (b"[1,\n2", "t.json:2: cannot be read as numbers (it is not JSON: expecting ',' delimiter)"),
        (b"", "t.json:1: cannot be read as numbers (it is not JSON: expecting value)"),
        (b"9" * 5000, "t.json: cannot be read as numbers (a number is too long)"),
        (b"[" * 100_000, "t.json: cannot be read as numbers (lists or mappings are too deep in one another)"),
        (b"[1]\xff", "t.json:1: found a byte that is not UTF-8 text (byte 3), expected a file saved as UTF-8"),
        (b"\x1f\x8b\x08", "t.json: is a gzip archive, expected plain text saved as UTF-8"),
    ],
)
def test_damage_is_one_sentence(tmp_path, data, said):
    path = tmp_path / "t.json"
    path.write_bytes(data)
    with pytest.raises(FissureError) as caught:
        read_json(path, "numbers")
    assert str(caught.value).startswith(f"{tmp_path}/{said}")
