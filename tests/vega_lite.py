"""Whether a chart is what Vega-Lite takes: its specification held against the schema that Altair carries."""

import json
from functools import cache
from pathlib import Path

import altair
import jsonschema


@cache
def _schema():
    path = Path(altair.__file__).parent / "vegalite" / "v6" / "schema" / "vega-lite-schema.json"
    return jsonschema.Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


def check(spec):
    """Fail with the place and message of the first error of a specification; a row of its data stands for all."""
    datasets = {name: rows[:1] for name, rows in spec["datasets"].items()}
    wrong = jsonschema.exceptions.best_match(_schema().iter_errors({**spec, "datasets": datasets}))
    assert wrong is None, f"{wrong.json_path}: {wrong.message}"
