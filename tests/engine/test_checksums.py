"""Sealed files: what is read is what was written, or an error that names the file; hashed once a version."""

import json
import os

import numpy as np
import pytest

from fissure import files
from fissure.engine.store import Block, encode
from fissure.errors import DamagedError, FissureError
from fissure.files import is_whole, known_whole, sealed, sealed_json, unsealed, unsealed_json, write_whole

ARRAYS = {"a": (("member", "week"), np.arange(12, dtype=np.int32).reshape(3, 4), {"units": "x", "long_name": "A"})}
DOCUMENT = {"plan": {"seed": 7, "off": [], "share": 0.1}, "about": "Für alle"}


@pytest.mark.parametrize("body", [b"", b"x", bytes(range(256)) * 9000], ids=len)
def test_what_was_sealed_comes_back(tmp_path, body):
    path = tmp_path / "file"
    path.write_bytes(sealed(body))
    assert unsealed(path) == body and is_whole(path) and known_whole(path)


def test_every_changed_byte_and_every_cut_is_damage(tmp_path):
    path, whole = tmp_path / "file", sealed(b"all of it")
    spoilt = [whole[:n] for n in range(len(whole))] + [whole + b"0"]
    spoilt += [whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :] for n in range(len(whole))]
    for data in spoilt:
        path.write_bytes(data)
        assert not is_whole(path) and not known_whole(path)
        with pytest.raises(DamagedError, match=r"file: is damaged .*, ask for it again"):
            unsealed(path)


def test_a_missing_file_is_damage(tmp_path):
    assert not is_whole(tmp_path / "none") and not known_whole(tmp_path / "none")
    with pytest.raises(DamagedError, match=r"none: cannot be read \(No such file"):
        unsealed(tmp_path / "none")


def test_every_changed_byte_of_a_json_file_is_damage_or_says_the_same(tmp_path):
    path, whole = tmp_path / "file.json", sealed_json(DOCUMENT)
    path.write_bytes(whole)
    assert unsealed_json(path) == DOCUMENT and json.loads(whole)["plan"] == DOCUMENT["plan"]
    for n in range(len(whole)):
        path.write_bytes(whole[:n] + bytes([whole[n] ^ 1]) + whole[n + 1 :])
        try:
            document = unsealed_json(path)
        except DamagedError as error:
            assert str(path) in str(error)
        else:
            assert document == DOCUMENT and whole[n : n + 1].isspace()


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"sha256": 3}', "[" * 100_000])
def test_what_is_no_sealed_json_is_damage(tmp_path, text):
    (tmp_path / "file.json").write_text(text)
    with pytest.raises(DamagedError, match=r"file\.json: "):
        unsealed_json(tmp_path / "file.json")


def test_a_file_is_hashed_once_for_each_version(tmp_path, monkeypatch):
    hashed, look = [], files.is_whole
    monkeypatch.setattr(files, "is_whole", lambda path: hashed.append(path) or look(path))
    block = Block.at(tmp_path, 0, 3)
    write_whole(block.path, encode(ARRAYS))
    for _ in range(5):
        block.read("a")
    assert hashed == [block.path]
    data = block.path.read_bytes()
    block.path.write_bytes(data)
    os.utime(block.path, ns=(1, 1))
    block.read("a")
    assert len(hashed) == 2


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.9, 1.0])
def test_no_byte_of_a_damaged_block_is_ever_read(tmp_path, at):
    block = Block.at(tmp_path, 0, 3)
    write_whole(block.path, encode(ARRAYS))
    assert (block.read("a") == ARRAYS["a"][1]).all()
    data = bytearray(block.path.read_bytes())
    data[int(at * (len(data) - 1))] ^= 1
    block.path.write_bytes(data)
    os.utime(block.path, ns=(1, 1))
    with pytest.raises(FissureError, match=r"0000000-0000003.zarr.zip: this block is damaged .*ask for the run"):
        block.read("a")
