"""The table of what programs can ask, for the docs: `python -m tools.docs.endpoints docs/reference/page-api.md`."""

import sys
from pathlib import Path
from typing import Any

from fissure.app.server import create_app

BEGIN, END = "<!-- endpoints: written by make docs -->", "<!-- end of endpoints -->"
METHODS = ("get", "post", "put", "patch", "delete")


def table(openapi: dict[str, Any]) -> str:
    """The endpoints of an OpenAPI description as a Markdown table: what, which parameters, what it answers."""
    rows = ["| ask | parameters | for |", "|---|---|---|"]
    for path, item in sorted(openapi.get("paths", {}).items()):
        for method in (one for one in METHODS if one in item):
            rows.append(f"| `{method.upper()} {path}` | {_parameters(item[method])} | {_summary(item[method])} |")
    return "\n".join(rows)


def written(text: str, openapi: dict[str, Any]) -> str:
    """`text` with the table between its two marks; raises `ValueError` where they are missing."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"expected {BEGIN} and {END}")
    return f"{before}{begin}\n\n{table(openapi)}\n\n{end}{after}"


def _parameters(operation: dict[str, Any]) -> str:
    named = [
        f"`{one['name']}`{'' if one.get('required') else '?'}"
        for one in operation.get("parameters", ())
        if one["in"] == "query"
    ]
    return ", ".join([*named, *(["a JSON body"] if "requestBody" in operation else [])]) or "-"


def _summary(operation: dict[str, Any]) -> str:
    text = operation.get("description") or operation.get("summary") or ""
    return str(text).split("\n\n")[0].replace("\n", " ").replace("|", "\\|").strip()


if __name__ == "__main__":
    page = Path(sys.argv[1])
    page.write_text(written(page.read_text(encoding="utf-8"), create_app().openapi()), encoding="utf-8")
