"""The page of an attribution: what made it come apart, outcome by outcome, and how that could be wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from markupsafe import Markup

from fissure.cases.loader import Case
from fissure.files import write_whole
from fissure.present import formatting
from fissure.present.charts import theme
from fissure.present.render.html import as_json, bundle, check_place, environment, explained
from fissure.present.words import explain as words
from fissure.studies.attribution import Explained
from fissure.studies.attribution_file import Saved
from fissure.views.report.why import drawn, part, sure


def write_explained(saved: Saved, case: Case, path: Path) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    Raises `FissureError` when it cannot be written.
    """
    check_place(path)
    text = render_explained(saved, case)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_explained(saved: Saved, case: Case) -> str:
    """The page as text; see `write_explained`."""
    found = saved.found
    parts = [part(found, outcome) for outcome in range(len(found.outcomes))]
    specs = {key: spec for one in parts for key, spec in one["specs"].items()}
    return (
        environment()
        .get_template("explain.html.j2")
        .render(
            case=case,
            about=about(saved),
            version=found.plan.version,
            command=saved.command,
            drawn=drawn(saved),
            parts=parts,
            key=words.KEY,
            few=found.few_histories,
            rests=words.rests_on(found),
            sure=sure(found),
            table=errors(found),
            wrong=words.WRONG,
            bundle=Markup(bundle()),
            shared=as_json({"specs": specs, "config": {mode: theme.config(mode) for mode in ("light", "dark")}}),
        )
    )


def errors(found: Explained) -> list[dict[str, str]]:
    """For each outcome the widest interval of a mechanism and what pairing saves."""
    return [
        {
            "title": one.title,
            "reached": words.per_cent(float(reached)),
            "paired": formatting.number(float(f"{float(paired):.2g}")),
        }
        for one, reached, paired in zip(found.outcomes, found.reached, found.paired, strict=True)
    ]


def about(saved: Saved) -> Mapping[str, Any]:
    """How it was made, as label and value."""
    found, plan = saved.found, saved.found.plan
    exact = "none" if found.pairs is None else f"{len(found.pairs.players)} mechanisms, {found.pairs.members} members"
    return {
        "Version of Fissure": plan.version,
        "Members drawn from": drawn(saved),
        "Weeks": plan.weeks,
        "Seed": plan.seed,
        "Members of the groups": found.groups.members,
        "Members of all mechanisms, sampled": found.every.members,
        "The strongest, exactly": exact,
        "Units and slots": f"{plan.units} units of {plan.slots} fighter slots",
        "Digest of the case (SHA-256)": plan.case_digest,
        "Digest of the model (SHA-256)": plan.model_digest,
    }
