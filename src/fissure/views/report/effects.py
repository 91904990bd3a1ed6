"""The page of effects: every check with its interval as a picture, and the claims that it answers to."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fissure.cases.loader import Case
from fissure.evidence.ledger import Ledger
from fissure.files import write_whole
from fissure.present.formatting import MECHANISM_GROUPS as GROUPS
from fissure.present.render.html import check_place, environment, explained
from fissure.studies.effects import Checked
from fissure.views import text_effects as words
from fissure.views.report import effect_rows


def write_effects(
    checked: Checked, case: Case, ledger: Ledger, path: Path, *, about: Mapping[str, Any], titles: Mapping[str, str]
) -> Path:
    """Write the page to `path`, whole or not at all, and return the path.

    `about` holds version, command, seed, weeks, units, slots and digest; `titles` says in a line what each mechanism
    does. Raises `FissureError` when the page cannot be written.
    """
    check_place(path)
    text = render_effects(checked, case, ledger, about=about, titles=titles)
    with explained(path):
        write_whole(path, text.encode())
    return path


def render_effects(
    checked: Checked, case: Case, ledger: Ledger, *, about: Mapping[str, Any], titles: Mapping[str, str]
) -> str:
    """The page as text; see `write_effects`."""
    groups = effect_rows.by_group(checked.effects, ledger, titles, GROUPS)
    cited = {claim["id"]: claim for _, own in groups for one in own for claim in one["claims"]}
    return (
        environment()
        .get_template("effects.html.j2")
        .render(
            case=case,
            about=about,
            checked=checked,
            few=checked.few_histories,
            quick=words.QUICK if checked.quick else "",
            key=words.key(),
            tally=effect_rows.tally(checked.effects),
            groups=groups,
            claims=list(cited.values()),
            sources=[ledger.sources[id_] for id_ in dict.fromkeys(claim["source"] for claim in cited.values())],
            width=effect_rows.WIDTH,
        )
    )
