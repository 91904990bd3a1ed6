"""Files of the user's cache that are made where they are not there."""

import pytest

from fissure.files import kept


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("FISSURE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_is_made_once(cache):
    made = []
    for _ in range(3):
        assert kept("some/thing.json", lambda: made.append(1) or b"thing") == b"thing"
    assert made == [1]
    assert [path.name for path in (cache / "some").iterdir()] == ["thing.json"]


@pytest.mark.parametrize("damage", [b"", b"thing", b"other"])
def test_is_made_anew_where_it_is_damaged(cache, damage):
    kept("thing", lambda: b"thing")
    (cache / "thing").write_bytes(damage + (cache / "thing").read_bytes()[5:] * (damage == b"other"))
    assert kept("thing", lambda: b"anew") == b"anew"
    assert kept("thing", lambda: b"never") == b"anew"


def test_is_just_made_where_nothing_can_be_kept(cache):
    cache.write_bytes(b"no folder")
    for _ in range(2):
        assert kept("some/thing", lambda: b"thing") == b"thing"
