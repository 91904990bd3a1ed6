"""The page of a hindcast: what was right, what was wrong, and every forecast beside what was published."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.engine.blocks import write_whole
from fissure.evidence.ledger import Ledger
from fissure.present import formatting
from fissure.present.charts import hindcast as charts
from fissure.present.charts import theme
from fissure.present.render.html import as_json, bundle, check_place, environment, explained
from fissure.present.words import hindcast as words
from fissure.studies.collapse import What
from fissure.studies.effective import few_histories
from fissure.studies.hindcast import FORECASTS, FromDate, Hindcast, kept_at
from fissure.views.report.forecasts import dated

CHANCES: Mapping[What, str] = {
    "territory": "The ground: the mapped area stays below a tenth of its highest",
    "fighters": "The ranks: fighters stay below a tenth of their highest",
}


@dataclass(frozen=True, eq=False)
class Hindcasts:
    """Finished forecasts from past dates with what they were scored against; `named` is the case on a command line."""

    case: Case
    ledger: Ledger
    found: Hindcast
    named: str

    def report(self, path: str | Path) -> Path:
        """Write one self-contained HTML page and return its path; the page needs no network."""
        return write_hindcast(self.found, self.case, self.ledger, Path(path), about=self.about())

    def keep(self) -> Path:
        """Put it with the case, for reports of its runs to show; returns where it lies.

        Raises `FissureError` where the folder of the case cannot be written.
        """
        path = kept_at(self.case)
        with explained(path):
            path.parent.mkdir(exist_ok=True)
            return replace(self.found, case_digest=self.case.digest).save(path)

    def about(self) -> dict[str, Any]:
        """How they were made, for their page."""
        found = self.found
        dates = "".join(f" --from {one.date}" for one in found.dates)
        return {
            "version": found.version,
            "members": found.members,
            "futures of the war": found.futures,
            "seed": found.seed,
            "weeks": found.weeks,
            "command": f"fissure hindcast {self.named}{dates} --members {found.members} --seed {found.seed}",
        }


def write_hindcast(found: Hindcast, case: Case, ledger: Ledger, path: Path, *, about: Mapping[str, Any]) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `about` holds what is told of how it was made, `version` and `command` among it. Raises `FissureError` when the page
    cannot be written.
    """
    check_place(path)
    text = render_hindcast(found, case, ledger, about=about)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_hindcast(found: Hindcast, case: Case, ledger: Ledger, *, about: Mapping[str, Any]) -> str:
    """The page as text; see `write_hindcast`."""
    chances = {f"chance-{what}": charts.chances(found, what) for what in CHANCES}
    figures = {f"variable-{name}": charts.forecasts(name, found, ledger) for name in charts.variables(found)}
    specs = {key: spec | {"width": "container"} for key, spec in {**chances, **figures}.items()}
    return (
        environment()
        .get_template("hindcast.html.j2")
        .render(
            case=case,
            about=about,
            dates=[_date(found, one, ledger) for one in found.dates],
            few=few_histories(found.members),
            wars=words.wars(found),
            header=words.HEADER,
            key=words.KEY,
            chances=[
                (key, title, specs[key]["description"]) for key, title in zip(chances, CHANCES.values(), strict=True)
            ],
            figures=[_figure(name, specs[f"variable-{name}"], ledger) for name in charts.variables(found)],
            bundle=Markup(bundle()),
            shared=as_json({"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}),
        )
    )


def _date(found: Hindcast, one: FromDate, ledger: Ledger) -> dict[str, Any]:
    more = {
        "left_out": words.without_rival(one),
        "columns": [words.NAMES[name] for name in FORECASTS],
        "rows": _rows(one, ledger),
    }
    return {**dated(found, one, ledger), **more}


def _rows(one: FromDate, ledger: Ledger) -> list[dict[str, Any]]:
    """Every figure with its forecasts and their CRPS, in the order of time."""
    of = {name: {row.observation: row for row in rows} for name, rows in one.scored.items()}
    out = []
    for id_ in sorted(of["known"], key=lambda name: (ledger.observations[name].when, name)):
        observation = ledger.observations[id_]
        variable = ledger.variables[observation.variable]
        rows = [of[name].get(id_) for name in FORECASTS]
        out.append(
            {
                "when": formatting.when(observation),
                "title": variable.title,
                "unit": "" if variable.unit == "share" else formatting.unit(variable.unit),
                "publisher": formatting.short(observation, ledger.sources),
                "published": formatting.published(observation),
                "cells": [
                    None
                    if row is None
                    else {
                        "said": words.told(row, variable)[1],
                        "crps": f"{row.crps:.2g}",
                        "style": "inside" if row.covered else "outside",
                        "sign": "✓" if row.covered else "✗",
                    }
                    for row in rows
                ],
            }
        )
    return out


def _figure(name: str, spec: Mapping[str, Any], ledger: Ledger) -> dict[str, str]:
    variable = ledger.variables[name]
    unit = "share" if variable.unit == "share" else formatting.unit(variable.unit)
    return {"key": f"variable-{name}", "title": variable.title, "unit": unit, "alt": spec["description"]}
