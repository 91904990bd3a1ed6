"""The made-up case as a folder."""

from pathlib import Path

import pytest

from tests.cases.ruritania import FILES, OPTIONAL, Write


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write the small case with some text replaced: `write("case.yaml", "weeks", "weks")`."""

    def _write(name: str | None = None, old: str = "", new: str = "") -> Path:
        for file, text in (FILES | OPTIONAL).items():
            path = tmp_path / file
            path.parent.mkdir(exist_ok=True)
            assert file != name or old in text
            path.write_text(text.replace(old, new, 1) if file == name else text, encoding="utf-8")
        return tmp_path

    return _write
