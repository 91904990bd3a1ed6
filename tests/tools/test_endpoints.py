"""The table in the docs is what the application has."""

from pathlib import Path

import pytest
from tools.docs.endpoints import BEGIN, END, table, written

from fissure.app.server import create_app

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "page-api.md"


@pytest.fixture(scope="module")
def openapi():
    return create_app().openapi()


def test_the_page_is_up_to_date(openapi):
    text = PAGE.read_text(encoding="utf-8")
    assert text == written(text, openapi), "stale: run make docs"


def test_every_endpoint_says_what_it_is_for(openapi):
    for path, item in openapi["paths"].items():
        for method, operation in item.items():
            assert operation.get("description"), f"{method} {path} has no docstring"
            assert "422" not in operation["responses"] or "RefusalSchema" in str(operation["responses"]["422"]), path


def test_a_row_tells_method_parameters_and_purpose():
    operation = {
        "parameters": [
            {"name": "id", "in": "path", "required": True},
            {"name": "week", "in": "query"},
            {"name": "of", "in": "query", "required": True},
        ],
        "requestBody": {},
        "description": "One | line\nof two.\n\nMore.",
    }
    lines = table({"paths": {"/api/b": {"post": operation}, "/api/a": {"get": {"summary": "Short"}}}})
    assert lines.splitlines()[2:] == [
        "| `GET /api/a` | - | Short |",
        "| `POST /api/b` | `week`?, `of`, a JSON body | One \\| line of two. |",
    ]


def test_without_its_marks_a_page_is_left_alone(openapi):
    for text in ("", BEGIN, END, f"{END}{BEGIN}"):
        with pytest.raises(ValueError, match="endpoints"):
            written(text, openapi)
